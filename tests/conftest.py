"""Fixtures: the world is built once per test database; each test runs in a transaction that is rolled back."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from tests.cast import PASSWORD, World, make_world


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    from django.core.management import call_command

    with django_db_blocker.unblock():
        call_command("createcachetable", verbosity=0)
        read_each_workbook_once()
        make_world()


def read_each_workbook_once() -> None:
    """A world is made anew for many tests from the same workbooks; reading one takes most of that time, and is a function
    of its bytes alone (`Loaded` is frozen).
    """
    from dieutra.forms import actions

    read, known = actions.load, {}

    def load(source: bytes, files: Any = None, form_id: str = "") -> Any:
        key = (source, tuple(sorted((files or {}).items())), form_id)
        if key not in known:
            known[key] = read(source, files, form_id)
        return known[key]

    actions.load = load


@pytest.fixture
def world(db: None) -> World:
    from dieutra.campaigns.models import Campaign

    return World(Campaign.objects.get(slug="thu"))


@pytest.fixture
def at_the_desk(world: World) -> Callable[[str], Client]:
    """`at_the_desk("co.huyen")`: a signed-in browser of one of the cast."""

    def sign_in(username: str) -> Client:
        client = Client()
        client.force_login(world.user(username))
        return client

    return sign_in


@pytest.fixture(autouse=True)
def forgotten_versions() -> Iterator[None]:
    """A version of a form never changes, so it is kept for good; a test that is rolled back gives its number away again."""
    yield
    if "dieutra.forms.queries" not in sys.modules:
        return
    from dieutra.cases import adopting
    from dieutra.forms.queries import engine_form
    from dieutra.web.manager import form_previews

    if engine_form.cache_info().currsize > 1:
        for kept in (engine_form, adopting._way):
            kept.cache_clear()
    form_previews._loaded.cache_clear()


__all__ = ["PASSWORD"]
