"""Tries a form with made-up responses, to see which checks never speak and which questions are never asked.

Not a proof: a rare combination may be missed. The same seed gives the same responses.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import inf
from typing import Any

from dieutra.engine.forms.check import State, evaluate
from dieutra.engine.forms.form import Form, Node
from dieutra.engine.forms.reasoning import Reasoning
from dieutra.engine.forms.typed import DATE
from dieutra.engine.lang import place_of
from dieutra.engine.lang.ast import paths, walk

MODES = ("zeros", "same", "small", "small", "wide", "wide", "edges", "edges", "edges")
WORDS = ("An", "Nguyễn Thị Bình", "0912345678", "x", "12")
SAMPLES = {
    "time": ("07:30", "23:59"),
    "dateTime": ("2026-01-15T07:30:00.000+07:00",),
    "geopoint": ("21.0285 105.8542 0 5",),
    "geotrace": ("21.0 105.8 0 5;21.1 105.9 0 5",),
    "geoshape": ("21.0 105.8 0 5;21.1 105.9 0 5;21.1 105.8 0 5;21.0 105.8 0 5",),
    "binary": ("tep.jpg",),
    "acknowledge": ("OK",),
}

MOST_ROWS = 60  # of a response: more show nothing new


@dataclass
class Trials:
    """How often each check ran and failed, and each place could have been asked (its group was) and was."""

    number: int = 0
    ran: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    open: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)


def run_trials(form: Form, number: int = 300, seconds: float = 10.0, seed: int = 2021) -> Trials:
    """At most `number` responses and about `seconds`; `Trials.number` says how many there were."""
    trials, until = Trials(), time.monotonic() + seconds
    maker = Maker(form, random.Random(seed))
    while trials.number < number and time.monotonic() < until:
        _note(form, evaluate(form, maker.response()), trials)
    return trials


def _note(form: Form, state: State, trials: Trials) -> None:
    trials.number += 1
    relevant = {place_of(path) for path in state.relevant}
    written = {place_of(path) for path in state.values}
    trials.asked.update(relevant)
    trials.open.update(node.path for node in form.nodes if node.parent is None or node.parent in relevant)
    trials.failed.update({finding.check for finding in state.findings})
    for check in form.checks:
        read = [check.where] if check.is_constraint else check.paths
        if check.where in relevant and (not read or any(path in written for path in read)):
            trials.ran[check.name] += 1


class Maker:
    """Makes responses that a person might give: often small or at the edges that the expressions name."""

    def __init__(self, form: Form, chance: random.Random) -> None:
        self.form, self.chance = form, chance
        self.bounds = Reasoning(form).bounds
        self.lists: Mapping[str, Any] = form.to_json().get("lists", {})
        self.numbers: dict[str, set[float]] = {}
        self.texts: dict[str, set[str]] = {}
        for at, expr in _expressions(form):
            self._gather(at, expr)
        counts = [node.count for node in form.nodes if node.count is not None]
        self.counts = {place for count in counts for place in paths(count)}
        self.members: dict[str | None, list[Node]] = {}
        for node in form.nodes:
            self.members.setdefault(node.parent, []).append(node)
        self.mode, self.same, self.blank, self.room = "zeros", 0, 0.0, MOST_ROWS

    def _gather(self, at: str, expr: list[Any]) -> None:
        """What an expression compares with is worth trying at every place that it reads."""
        parts = list(walk(expr))
        read = {
            part[1] if part[0] != "self" else at for part in parts if part[0] in ("path", "self", "where")
        }
        for place in read:
            self.numbers.setdefault(place, set()).update(
                float(part[1]) for part in parts if part[0] == "num" and abs(part[1]) < 1e12
            )
            self.texts.setdefault(place, set()).update(part[1] for part in parts if part[0] == "str")

    def response(self) -> dict[str, str]:
        self.mode, self.room = self.chance.choice(MODES), MOST_ROWS
        self.same = self.chance.randint(1, 20)
        self.blank = self.chance.choice((0.0, 0.0, 0.1, 0.5))
        return dict(self._filled(None, ""))

    def _filled(self, parent: str | None, inside: str) -> Iterator[tuple[str, str]]:
        for node in self.members.get(parent, ()):
            path = f"{inside}/{node.name}" if parent else node.path
            if node.kind == "repeat":
                yield from self._rows(node, path)
            elif node.type is None:
                yield from self._filled(node.path, path)
            elif node.calculate is None and node.kind != "note" and self.chance.random() >= self.blank:
                value = self._value(node)
                if value:
                    yield path, value

    def _rows(self, node: Node, path: str) -> Iterator[tuple[str, str]]:
        rows = [str(row) for row in range(1, min(self.chance.randint(0, 3), self.room) + 1)]
        self.room -= len(rows)
        if rows and node.count is None:
            yield path, " ".join(rows)
        for row in rows:
            yield from self._filled(node.path, f"{path}[{row}]")

    # --- one answer

    def _value(self, node: Node) -> str:
        if node.type in ("int", "decimal"):
            return self._number(node)
        if node.type == "date":
            return self._date(node)
        if node.type in ("select1", "select", "rank"):
            return self._choice(node)
        if node.type in SAMPLES:
            return self.chance.choice(SAMPLES[node.type])
        return self.chance.choice([*WORDS, *sorted(self.texts.get(node.path, ()))])

    def _number(self, node: Node) -> str:
        low, high = self.bounds.get(node.path, (-inf, inf))
        value = min(max(self._some_number(node), low), high)
        if self.chance.random() < 0.08:  # now and then a constraint is broken, so that it can speak
            value = self.chance.choice([each for each in (low - 1, high + 1, -1.0) if abs(each) < inf])
        return str(int(value)) if node.type == "int" or float(value).is_integer() else f"{value:.2f}"

    def _some_number(self, node: Node) -> float:
        if node.path in self.counts:  # many rows show nothing that few do not, and cost much
            return self.chance.randint(0, 4)
        if self.mode == "zeros":
            return 0
        if self.mode == "same":
            return self.same
        known = sorted(self.numbers.get(node.path, ()))
        if self.mode == "edges" and known and self.chance.random() < 0.8:
            return self.chance.choice(known) + self.chance.choice((-1, 0, 0, 1))
        if self.mode == "small":
            return self.chance.randint(0, 5)
        return self.chance.randint(0, 10 ** self.chance.randint(1, 6))

    def _date(self, node: Node) -> str:
        known = [text for text in sorted(self.texts.get(node.path, ())) if DATE.fullmatch(text)]
        if known and self.chance.random() < 0.5:
            return self.chance.choice(known)
        back = self.chance.choice((30, 400, 20_000))
        return (date.today() + timedelta(days=self.chance.randint(-back, min(back, 400)))).isoformat()

    def _choice(self, node: Node) -> str:
        offered = [choice.value for choice in node.choices] if node.choices else self._from_list(node)
        if not offered:
            return ""
        if node.type == "select1":
            return self.chance.choice(offered)
        many = len(offered) if node.type == "rank" else self.chance.randint(1, len(offered))
        return " ".join(self.chance.sample(offered, many))

    def _from_list(self, node: Node) -> list[str]:
        """Values of a list that a filter narrows; most will not fit, some do."""
        itemset = node.to_json().get("itemset") or {}
        known = self.lists.get(str(itemset.get("list")), {})
        columns, rows = known.get("columns", []), known.get("rows", [])
        value = itemset.get("value")
        return [row[columns.index(value)] for row in rows[:5000]] if value in columns else []


def _expressions(form: Form) -> Iterable[tuple[str, list[Any]]]:
    for node in form.nodes:
        parts: Mapping[str, Any] = node.to_json()
        for key in ("relevant", "required", "calculate", "readonly", "count"):
            if parts.get(key):
                yield node.path, parts[key]
    for check in form.checks:
        yield check.where, check.expr
