"""The ways in which an action says no.

Refusal           the base: `message` is a full Vietnamese sentence for the person who asked
├── Forbidden     the actor may not do this (403)
├── NotNow        the state of the thing does not allow it (409)
├── Stale         somebody else changed it first; nothing was overwritten (409)
└── Invalid       what was given is wrong; `problems` lists where and why (422)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: `place` is what the person sees (a row, a cell, a field), `message` what to do."""

    place: str
    message: str


class Refusal(Exception):
    status = 400

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Forbidden(Refusal):
    status = 403

    def __init__(self, message: str = "Bạn không có quyền làm việc này.") -> None:
        super().__init__(message)


class NotNow(Refusal):
    status = 409


class Stale(Refusal):
    status = 409


class Invalid(Refusal):
    status = 422

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)
