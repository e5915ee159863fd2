"""Which supervisor looks after which areas and units."""
