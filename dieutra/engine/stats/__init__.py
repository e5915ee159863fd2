"""Figures computed exactly: criteria trees, the index of a body, ranks, opinions, samples. No float, no database."""
