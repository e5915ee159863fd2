"""Rehearsal: a whole campaign played by simulated people through real HTTP before the real one starts."""
