"""Cases: the form of one unit, from draft to accepted."""
