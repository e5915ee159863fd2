"""Reports: who did what in a period, how far and how well; computed in SQL, kept with their files."""
