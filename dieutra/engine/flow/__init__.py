"""States, levels and calendars, without a database."""
