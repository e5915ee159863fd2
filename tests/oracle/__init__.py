"""JavaRosa as the oracle of the expression language; asked live where there is a JDK."""
