"""Signals of interference in an anonymous survey: batch SQL over the released answers, in DuckDB.

A signal is a reason for a person to look, never a verdict: each has a score from 0 to 100, a sentence and its numbers.
"""
