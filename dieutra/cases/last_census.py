"""How far a form is from what the last census found of the unit; the frame keeps those values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from dieutra.cases.models import Case
from dieutra.forms.queries import engine_form

FARTHEST = 9999  # per cent; more says nothing more


@dataclass(frozen=True)
class Compared:
    """One value then and now; None where it is not known."""

    label: str
    path: str
    before: Decimal | None
    now: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        return None if self.before is None or self.now is None else self.now - self.before

    @property
    def percent(self) -> int | None:
        """Whole per cent by which the value grew or shrank; from nothing each unit counts as a hundred."""
        if self.difference is None:
            return None
        moved = abs(self.difference) * 100 / max(abs(self.before or Decimal(0)), Decimal(1))
        return int(min(Decimal(FARTHEST), moved))


def compared(case: Case, answers: Mapping[str, str], form_id: int = 0) -> list[Compared]:
    """The kind's pairs of question and frame column; `case` comes with its unit and campaign."""
    form = engine_form(form_id or case.form_id)
    rows = []
    for pair in case.campaign.kind.last_census:
        node = form.by_name.get(pair.question)
        path = node.path if node else ""
        before, now = _number(case.unit.details.get(pair.column)), _number(answers.get(path))
        rows.append(Compared(pair.label, path, before, now))
    return rows


def distance(rows: list[Compared]) -> int | None:
    """The farthest of them in per cent; None when nothing can be compared."""
    return max((row.percent for row in rows if row.percent is not None), default=None)


def _number(value: object) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
