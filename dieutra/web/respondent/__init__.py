"""Screens of the unit that fills its form."""
