"""The answers as the formulas of one sheet read them, seen from one place of the form (`cells.Cells`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dieutra.channels.workbook.cells import Untranslatable
from dieutra.channels.workbook.layout import Place
from dieutra.channels.workbook.rowsheets import UNKNOWN
from dieutra.channels.workbook.sheets import INDEX, has_choice_cells
from dieutra.channels.workbook.values import YES

if TYPE_CHECKING:
    from dieutra.channels.workbook.rules import Rules


class View:
    """What is asked at `standing_at` is known to be asked."""

    def __init__(self, rules: Rules, sheet: str, standing_at: str | None) -> None:
        self.rules, self.sheet, at = rules, sheet, standing_at or ""
        self.known = frozenset(rules.chain(standing_at))
        rows = [at[: end + 1] for end, sign in enumerate(at) if sign == "]"]
        self.rows = {INDEX.sub("", row): row for row in rows}

    def path(self, place: str) -> str:
        around = self.rules.form.shape.around(place)
        if not all(repeat in self.rows for repeat in around):
            raise Untranslatable(place)  # all rows of a repeat, where one value is wanted
        return self.rows[around[-1]] + place[len(around[-1]) :] if around else place

    def all_paths(self, place: str, *, everywhere: bool = False) -> list[str]:
        layout, around = self.rules.layout, self.rules.form.shape.around(place)
        shared = [] if everywhere else [repeat for repeat in around if repeat in self.rows]
        if len(shared) == len(around):
            return [self.path(place)]
        node = self.rules.form.by_path.get(place)
        is_repeat = node is not None and node.kind == "repeat"
        found = [row.path for row in layout.rows_of(place)] if is_repeat else layout.paths_of(place)
        if shared and any(UNKNOWN in path for path in found):
            raise Untranslatable(place)  # rows whose outer row is still to be chosen may belong here
        start = self.rows[shared[-1]] + "/" if shared else ""
        return [path for path in found if path.startswith(start)]

    def blanks(self, place: str) -> list[str]:
        """For all that an expression reads at a place, the conditions under which it is blank."""
        node = self.rules.form.by_path.get(place)
        if node is not None and node.kind == "repeat":
            asked = [self.asked(path) for path in self.all_paths(place)]
            return [f"NOT({condition})" for condition in asked] if all(asked) else ["FALSE"]
        return [self.is_blank(path) for path in self.all_paths(place)]

    def type_of(self, path: str) -> str | None:
        node = self.rules.form.by_path.get(INDEX.sub("", path))
        return node.type if node else None

    def value(self, path: str) -> str:
        gate, cell = self._gate(path), self._cell(path).seen_from(self.sheet)
        return f'IF(AND({gate},{cell}<>""),{cell},"")' if gate else cell

    def is_blank(self, path: str) -> str:
        gate = self._gate(path)
        node = self.rules.form.by_path.get(INDEX.sub("", path))
        if node is not None and has_choice_cells(node):
            blank = f"{self.count_chosen(path)}=0"
        else:
            blank = f'{self._cell(path).seen_from(self.sheet)}=""'
        return f"OR(NOT({gate}),{blank})" if gate else blank

    def asked(self, path: str) -> str:
        chain = self.rules.chain(path)
        if not chain or chain[0] in self.known:
            return ""
        gate = self.rules.gate(path)
        return gate.seen_from(self.sheet) if gate else ""

    def added(self, paths: Sequence[str]) -> str:
        free = [self._cell(path) for path in paths if not self._gate(path)]
        gated = [
            f"IF({gate},N({self._cell(path).seen_from(self.sheet)}),0)"
            for path in paths
            if (gate := self._gate(path))
        ]
        return "SUM(" + (",".join([*_ranges(free, self.sheet), *gated]) or "0") + ")"

    def chosen(self, path: str, choice: str) -> str:
        place = self.rules.layout.choices.get(path, {}).get(choice)
        if place is None:
            return "FALSE"
        gate, ticked = self._gate(path), f'{place.seen_from(self.sheet)}="{YES}"'
        return f"AND({gate},{ticked})" if gate else f"({ticked})"

    def count_chosen(self, path: str) -> str:
        choices = self.rules.layout.choices.get(path, {})
        return "(" + "+".join(f"IF({self.chosen(path, choice)},1,0)" for choice in choices) + ")"

    def _gate(self, path: str) -> str:
        """The cell that says whether the node is asked; nothing when that is known."""
        rules, chain = self.rules, self.rules.chain(path)
        node = rules.form.by_path.get(INDEX.sub("", path))
        typed_in = node is not None and node.calculate is None
        # what was typed into a spare row says itself that the row is there
        while typed_in and chain and chain[0] in rules.layout.rows and rules.node(chain[0]).relevant is None:
            chain = chain[1:]
        if not chain or chain[0] in self.known:
            return ""
        if chain[0] not in rules.gates or rules.broken.intersection(chain):
            raise Untranslatable(path)
        return rules.gates[chain[0]].seen_from(self.sheet)

    def _cell(self, path: str) -> Place:
        rules = self.rules
        place = rules.codes.get(path) or rules.extra.get(path) or rules.layout.places.get(path)
        if place is None or path in rules.broken:
            raise Untranslatable(path)
        return place


def _ranges(places: list[Place], sheet: str) -> list[str]:
    """References with neighbours drawn together: D8, D9, D10 as D8:D10."""
    runs: list[list[Place]] = []
    for place in places:
        if runs and _continues(runs[-1], place):
            runs[-1].append(place)
        else:
            runs.append([place])
    return [
        run[0].seen_from(sheet) if len(run) == 1 else f"{run[0].seen_from(sheet)}:{run[-1].cell}"
        for run in runs
    ]


def _continues(run: list[Place], place: Place) -> bool:
    last = run[-1]
    step = (place.row - last.row, place.column - last.column)
    if place.sheet != last.sheet or step not in ((1, 0), (0, 1)):
        return False
    return len(run) == 1 or step == (last.row - run[-2].row, last.column - run[-2].column)
