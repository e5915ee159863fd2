"""The index of an opinion survey: criteria, self-assessment and its verification, the reckoning, what is published."""
