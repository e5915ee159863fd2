from tests.opinion_cast import opinions

__all__ = ["opinions"]
