"""Screens of those who run the campaign."""
