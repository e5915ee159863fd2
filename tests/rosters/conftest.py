"""The small world of an opinion survey, for every test of this folder."""

from tests.opinion_cast import opinions

__all__ = ["opinions"]
