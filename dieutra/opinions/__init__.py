"""Invitations and anonymous answers. Nothing here ties a person to an answer: see docs/opinion-surveys.md."""
