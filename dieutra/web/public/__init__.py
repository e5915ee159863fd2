"""Doors that need no account, and the home page."""
