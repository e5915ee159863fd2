"""Signing in: many at once from one office."""

from __future__ import annotations

import pytest
from allauth.core.internal import ratelimit
from django.core.cache import cache

pytestmark = pytest.mark.django_db


def test_an_office_that_signs_in_at_once_from_one_address_is_not_told_to_wait() -> None:
    """The library refuses whoever waits a second for the counter's lock, however few have come."""
    address = "allauth:rl:account:login:one-address"
    assert cache.add(f"{address}:lock", True, timeout=2)
    with ratelimit.cache_lock(address) as locked:
        assert locked
