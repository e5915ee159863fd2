"""Patterns of regex(): which are refused as dangerous, and that those accepted end soon on the worst of texts."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import HealthCheck, assume, given, settings

from dieutra.engine.lang.backtracking import danger
from dieutra.engine.lang.patterns import MAX_PATTERN, MAX_TEXT, problem, regex
from tests.patterns import BAD, GOOD, PATTERNS, hostile

SECONDS = 2.0  # the slowest accepted patterns are quadratic: some four million steps


@pytest.mark.parametrize("pattern", GOOD)
def test_an_everyday_pattern_is_accepted(pattern: str) -> None:
    assert problem(pattern) is None


@pytest.mark.parametrize("pattern", BAD, ids=[pattern[:20] for pattern in BAD])
def test_a_pattern_that_reads_a_text_in_too_many_ways_is_refused_with_a_reason(pattern: str) -> None:
    assert "có thể làm máy chạy rất lâu" in str(problem(pattern))


def test_a_pattern_that_is_too_long_is_refused() -> None:
    assert "dài quá" in str(problem("a" * (MAX_PATTERN + 1)))


def test_a_text_that_is_too_long_is_of_no_pattern() -> None:
    assert regex("a" * MAX_TEXT, "a*")
    assert not regex("a" * (MAX_TEXT + 1), "a*")


def slowest(pattern: str) -> float:
    """Seconds for the text that takes longest."""
    took = 0.0
    for text in hostile():
        began = time.process_time()
        re.fullmatch(pattern, text, re.ASCII)
        took = max(took, time.process_time() - began)
    return took


@pytest.mark.parametrize("pattern", GOOD)
def test_an_everyday_pattern_ends_soon_on_hostile_texts(pattern: str) -> None:
    assert slowest(pattern) < SECONDS


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(PATTERNS)
def test_an_accepted_pattern_ends_soon_on_hostile_texts(pattern: str) -> None:
    assume(problem(pattern) is None)
    assert slowest(pattern) < SECONDS


@pytest.mark.heavy
@settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
@given(PATTERNS)
def test_many_accepted_patterns_end_soon_on_hostile_texts(pattern: str) -> None:
    assume(problem(pattern) is None)
    assert slowest(pattern) < SECONDS


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(PATTERNS)
def test_the_verdict_on_any_pattern_is_quick(pattern: str) -> None:
    began = time.process_time()
    danger.__wrapped__(pattern)
    assert time.process_time() - began < SECONDS
