"""The pre-launch security self-check: the running installation looks at itself, and keeps what it found with evidence."""
