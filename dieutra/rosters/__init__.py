"""Lists of people to be asked: entered, checked, sent by each body, accepted by the centre."""
