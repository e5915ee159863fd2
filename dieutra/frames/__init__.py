"""The listing frame: base list, review line by line, acceptance."""
