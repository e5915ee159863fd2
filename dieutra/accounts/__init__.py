"""Accounts in cascade: many at once, sealed sheets, handing over, idleness, the quarterly review."""
