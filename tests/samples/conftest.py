from tests.samples.cast import satisfied  # noqa: F401
