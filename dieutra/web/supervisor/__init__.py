"""Screens of the supervisor who reviews."""
