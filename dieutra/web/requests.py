"""Small readings of a request."""

from __future__ import annotations

from django.http import HttpRequest, RawPostDataException

from dieutra.people.models import User

MALFORMED = (
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    RecursionError,
    OverflowError,
    RawPostDataException,
)
"What reading a JSON body may raise: Infinity is no whole number, and a form that was sent instead is read already."


def signed_in(request: HttpRequest) -> User:
    """The person behind a request that `login_required` let through."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("signed_in() needs a view behind login_required")
    return user


def whole_number(text: str, otherwise: int = -1) -> int:
    """A form field as a whole number; `otherwise` when it is none, so that a forged one is simply stale."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise
