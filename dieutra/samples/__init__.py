"""Samples of people: the frame of transactions of a province, the draw with its certificate, the list it becomes."""
