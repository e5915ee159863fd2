"""Background work: a table, a lease and a heartbeat."""
