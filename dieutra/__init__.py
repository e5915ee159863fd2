"""dieutra: surveys, censuses and data-entry campaigns of Vietnamese public bodies."""
