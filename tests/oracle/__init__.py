"""JavaRosa as the oracle of the expression language. Not run with the tests: it needs Java."""
