"""Patterns for the tests of regex(): random ones, and texts that make a machine go back as often as it can."""

from __future__ import annotations

from hypothesis import strategies as st

from dieutra.engine.lang.patterns import MAX_TEXT

GOOD = [
    "[0-9]{10}",
    r"(\+84|0)[0-9]{9}",
    "[A-Z]+( [A-Z]+)*",
    r"[^@ ]+@[^@ ]+\.[a-z]+",
    r"[0-9]{1,3}(\.[0-9]{3})*(,[0-9]+)?",
    "(0[1-9]|[12][0-9]|3[01])/(0[1-9]|1[0-2])/[0-9]{4}",
    ".*@.*",
    "(?=.*[0-9]).{8,}",
    "([0-9]+,)*[0-9]+",
    "(ab|ac)*d",
    r"\s*[A-Z].*",
]
BAD = [
    "(a+)+",
    "(a|a)*",
    "(a|b|a)*",
    "(a*)*",
    "(a|aa)+",
    "(a?b?)*",
    ".*.*.*",
    "(.*a){20}",
    r"(\w+\s?)*",
    "([a-z]+)*!",
    "a?" * 12 + "a" * 12,
    "(x+x+)+y",
    "(?:(?=a+)a)*",
    "(a|b|ab)*c",
    r"(.|\s)*",
    "(a{1,5}){1,5}",
    "(?:a|)*",
    "[0-9]*[0-9]+[0-9]*",
    "(|a|)" * 9 + "b",
]
_SIGNS = st.sampled_from(["a", "b", "ab", ".", "[ab]", "[^a]", r"\d", r"\w", "1", " ", r"\s"])


def _longer(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    repeats = st.sampled_from(["*", "+", "?", "{2}", "{0,3}", "{2,}", "*?", "+?"])
    return st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, repeats).map(lambda pair: f"({pair[0]}){pair[1]}"),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})"),
    )


PATTERNS = st.recursive(_SIGNS, _longer, max_leaves=8)


def hostile() -> list[str]:
    """Texts of the greatest length that begin well and end badly."""
    seeds = ["a", "b", "ab", "1", "1a", " ", "a ", "A ", "0,", "@a", "1.", "abac"]
    texts = [(seed * MAX_TEXT)[: MAX_TEXT - 1] for seed in seeds]
    return [text + end for text in texts for end in ("!", "\n", text[0])]
