"""Screens for everybody: questions, answers, the FAQ."""
