"""A forgotten password: a link by mail for those with an address; everybody else asks the administrator above."""

from __future__ import annotations

from django.core.cache import cache
from django.db import transaction

from dieutra.events.actions import record
from dieutra.people.models import User

ONCE_IN = 10 * 60  # seconds: one letter per account


def ask_for_link(username: str) -> None:
    """Ask for a letter, if there is such an open account with an address. The answer never says whether there is.

    The old password stays until the link is used, so that nobody is locked out by a stranger's asking.
    """
    user = (
        User.objects.filter(username=username.strip().lower()[:60], is_active=True).exclude(email="").first()
    )
    if user is None or not user.activated or not cache.add(f"forgotten:{user.pk}", 1, ONCE_IN):
        return
    with transaction.atomic():
        record(None, "password.forgotten", user)
