"""All responses at once: the form's expressions as SQL over Parquet, on one machine (DuckDB)."""
