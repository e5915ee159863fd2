"""The shipped catalogues, loaded once per file of tests and rolled back after it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from dieutra.places.actions import load_catalogue
from dieutra.places.shipped import catalogues


@pytest.fixture(scope="module")
def loaded_once(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        for slug in catalogues():
            load_catalogue(slug)
    yield
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        outer.__exit__(None, None, None)


@pytest.fixture
def shipped(loaded_once: None, db: None) -> None:
    """Three catalogues and their conversions, as `dieutra` ships them."""
