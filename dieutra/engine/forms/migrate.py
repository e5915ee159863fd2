"""Carries the answers of a draft from one version of a questionnaire to another, and says what could not be carried.

An answer follows its path, else the rename that the author confirmed, else its name. It is carried as it was written, also
when the new version takes other values there: the type finding will tell. Rows of repeats keep their names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from dieutra.engine.forms.check import is_filled_in
from dieutra.engine.forms.compare import routes_by_name
from dieutra.engine.forms.form import Form, Label, Node
from dieutra.engine.forms.given import defaults
from dieutra.engine.forms.rows import rows_above
from dieutra.engine.forms.typed import is_blank_text
from dieutra.engine.lang import place_of

STEP = re.compile(r"([^/\[\]]+)(?:\[([0-9]+)\])?")

GONE = "Phiếu mới không còn câu này."
CONTAINER = "Chỗ này trong phiếu mới là một nhóm câu hỏi, không giữ được câu trả lời."
CALCULATED = "Trong phiếu mới câu này do hệ thống tính hoặc điền sẵn, đơn vị không nhập."
MANY_ROWS = "Câu này có câu trả lời ở nhiều dòng, còn phiếu mới chỉ có một chỗ để ghi."
TAKEN = "Chỗ mới của câu này đã có một câu trả lời khác."
ROW_GONE = "Dòng này không còn trong danh sách dòng của bản nháp."
UNKNOWN = "Bản nháp có chỗ này nhưng phiếu cũ không có."


@dataclass(frozen=True)
class Lost:
    """An answer that has no place in the new version; `value` as it was written."""

    path: str
    label: Label
    value: str
    why: str


@dataclass(frozen=True)
class Migrated:
    """The answers under the new version; `moved` is old path -> new path where they differ."""

    answers: dict[str, str]
    moved: dict[str, str]
    lost: tuple[Lost, ...]


def migrate(
    old: Form, new: Form, answers: Mapping[str, str], renamed: Mapping[str, str] | None = None
) -> Migrated:
    """The draft under the new version. `renamed` maps old places to new ones, as the author confirmed them."""
    return Way(old, new, renamed or {}).carry(answers)


class Way:
    """The way from one version to another, found once for many drafts."""

    def __init__(self, old: Form, new: Form, renamed: Mapping[str, str]) -> None:
        self.old, self.new = old, new
        self.routes = new_places(old, new, renamed)

    @cached_property
    def fresh(self) -> dict[str, str]:
        """What the questions that are new start with."""
        arrived = set(self.routes.values())
        return {
            path: text
            for path, text in defaults(self.new).items()
            if place_of(path) not in arrived and not any(place_of(row) in arrived for row in rows_above(path))
        }

    @cached_property
    def flat(self) -> dict[str, str]:
        """Old place -> new place where no repeat is concerned and the new one takes an answer: most of a form."""
        return {
            before: after
            for before, after in self.routes.items()
            if not self.old.shape.around(before)
            and not self.new.shape.around(after)
            and self.new.by_path[after].type is not None
            and is_filled_in(self.new.by_path[after])
        }

    def carry(self, answers: Mapping[str, str]) -> Migrated:
        return _Migration(self, answers).run()


def new_places(old: Form, new: Form, renamed: Mapping[str, str]) -> dict[str, str]:
    """Old place -> new place; a rename counts only where neither place is in both versions."""
    routes = routes_by_name(old, new)
    taken = set(routes.values())
    for before, after in renamed.items():
        if before in old.by_path and before not in routes and after in new.by_path and after not in taken:
            routes[before] = after
            taken.add(after)
    return routes


class _Migration:
    def __init__(self, way: Way, answers: Mapping[str, str]) -> None:
        self.old, self.new, self.routes, self.answers = way.old, way.new, way.routes, answers
        self.flat = way.flat
        self.kept: dict[str, str] = {}
        self.moved: dict[str, str] = {}
        self.lost: list[Lost] = []
        self.rows: dict[str, list[str]] = {}  # path of a new repeat -> its rows, as they are met

    def run(self) -> Migrated:
        written = {path: value for path, value in self.answers.items() if not is_blank_text(value)}
        lists = {path for path in written if self._is_repeat(self.old.by_path.get(place_of(path)))}
        for path in sorted(lists, key=len):
            self._carry_list(path, written[path])
        for path, value in written.items():
            following = self.flat.get(path)
            if following is not None:
                self._put(path, value, following)
            elif path not in lists:
                self._carry(path, value, written)
        for path, rows in self.rows.items():
            self.kept[path] = " ".join(rows)
        return Migrated(self.kept, self.moved, tuple(self.lost))

    def _is_repeat(self, node: Node | None) -> bool:
        return node is not None and node.kind == "repeat"

    def _carry_list(self, path: str, rows: str) -> None:
        """The rows of a repeat, in their order; also those in which nothing is written yet."""
        target = self.routes.get(place_of(path))
        if target is not None and self._is_repeat(self.new.by_path[target]):
            for row in rows.split():
                self._rebuilt(f"{path}[{row}]", target)

    def _carry(self, path: str, value: str, written: Mapping[str, str]) -> None:
        place = place_of(path)
        before = self.old.by_path.get(place)
        if before is None and not (place in self.new.by_path and place == path):
            return self._lose(path, value, UNKNOWN)
        if self._row_is_gone(path):
            return self._lose(path, value, ROW_GONE)
        target = self.routes.get(place) or (place if before is None else None)
        if target is None:
            return self._lose(path, value, GONE)
        node = self.new.by_path[target]
        if node.type is None:
            return self._lose(path, value, CONTAINER)
        if not is_filled_in(node):
            return self._lose(path, value, CALCULATED)
        if self._falls_together(place, target) and self._said_in_rows(place, written) > 1:
            return self._lose(path, value, MANY_ROWS)
        return self._put(path, value, self._rebuilt(path, target))

    def _put(self, path: str, value: str, following: str) -> None:
        if following in self.kept:
            return self._lose(path, value, TAKEN)
        self.kept[following] = value
        if following != path:
            self.moved[path] = following
        return None

    def _lose(self, path: str, value: str, why: str) -> None:
        node = self.old.by_path.get(place_of(path))
        self.lost.append(Lost(path, node.label if node else {}, value, why))

    # --- rows

    def _row_is_gone(self, path: str) -> bool:
        """True for what is left of a row that the person took away."""
        for place, here, row in _rows_of(path):
            node = self.old.by_path.get(place)
            counted = node is not None and node.count is not None
            if not counted and row not in self.answers.get(here, "").split():
                return True
        return False

    def _repeats(self, form: Form, place: str) -> list[str]:
        """The repeats in which a place lies (itself too), outermost first."""
        return [it for it in _ancestors(place) if self._is_repeat(form.by_path.get(it))]

    def _falls_together(self, place: str, target: str) -> bool:
        """True when a repeat of the old place has no counterpart around the new one."""
        around = self._repeats(self.new, target)
        return any(self.routes.get(it) not in around for it in self._repeats(self.old, place))

    def _said_in_rows(self, place: str, written: Mapping[str, str]) -> int:
        return sum(place_of(path) == place for path in written)

    def _rebuilt(self, path: str, target: str) -> str:
        """The new path: each repeat around the target takes the row of the repeat that it was, else the first one."""
        rows = {self.routes.get(place): (here, row) for place, here, row in _rows_of(path)}
        built = ""
        for place in _ancestors(target):
            built += f"/{place.rpartition('/')[2]}"
            if not self._is_repeat(self.new.by_path.get(place)):
                continue
            here, row = rows.get(place, ("", "1"))
            if place != target or place in rows:
                built += f"[{self._row_name(built, place, here, row)}]"
        return built

    def _row_name(self, repeat: str, place: str, was: str, row: str) -> str:
        """Notes the row. Where the new repeat counts its rows, a row takes the number of its turn."""
        counted = self.new.by_path[place].count is not None
        listed = self.answers.get(was, "").split()
        if counted and row in listed:
            row = str(listed.index(row) + 1)
        known = self.rows.setdefault(repeat, [])
        if row not in known:
            known.append(row)
        return row


def _ancestors(place: str) -> list[str]:
    """`/data/a/b` -> `/data`, `/data/a`, `/data/a/b`."""
    names = place.strip("/").split("/")
    return ["/" + "/".join(names[:end]) for end in range(1, len(names) + 1)]


def _rows_of(path: str) -> Iterator[tuple[str, str, str]]:
    """For each row in a path: the repeat's place, its path, the row's name."""
    here = ""
    for match in STEP.finditer(path):
        here += f"/{match[1]}"
        if match[2]:
            yield place_of(here), here, match[2]
            here += f"[{match[2]}]"
