"""Simulated people for measurements."""
