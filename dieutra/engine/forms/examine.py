"""One look at an author's workbook: its errors with their cells, or the form with advice on it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dieutra.engine.forms.advice import advise
from dieutra.engine.forms.cells import Cell, Cells, address, letters_of
from dieutra.engine.forms.errors import FormError, FormProblem
from dieutra.engine.forms.form import Form
from dieutra.engine.forms.remarks import Advice, in_workbook_order
from dieutra.engine.forms.workbook import read_workbook
from dieutra.engine.forms.xlsform import load_workbook

CIRCLE = "vòng tròn"
PLACED = re.compile(r"sheet (\S+), dòng ([0-9]+)(?:, cột (.+?))?: (.*)", re.DOTALL)


@dataclass(frozen=True)
class Remark:
    """An error, a warning or a piece of information at a cell; `cell` is what Excel's name box takes."""

    severity: str
    sheet: str
    row: int
    column: str
    cell: str
    message: str

    @property
    def place(self) -> str:
        """“survey!C12 (relevant)”, or what is known of it."""
        return f"{self.cell or 'tệp phiếu'} ({self.column})" if self.column else self.cell or "tệp phiếu"

    def to_json(self) -> dict[str, Any]:
        return {key: getattr(self, key) for key in self.__dataclass_fields__}

    @classmethod
    def from_json(cls, json: Mapping[str, Any]) -> Remark:
        return cls(**json)


@dataclass(frozen=True)
class Examined:
    """`form` is None when there are errors; advice is given only on a form that loads.

    `refused`: channel -> what keeps the form from it; a channel without remarks carries it.
    """

    form: Form | None
    xform_xml: str
    errors: tuple[Remark, ...]
    advice: tuple[Remark, ...]
    notes: tuple[str, ...] = ()
    refused: Mapping[str, tuple[Remark, ...]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """What was found; the form itself is read again from the workbook."""
        form = self.form
        return {
            "ok": form is not None,
            "form": {"id": form.id, "version": form.version, "title": form.title} if form else None,
            "errors": [it.to_json() for it in self.errors],
            "advice": [it.to_json() for it in self.advice],
            "notes": list(self.notes),
            "refused": {name: [it.to_json() for it in found] for name, found in self.refused.items()},
        }


def examine(
    content: bytes, trials: int = 300, seconds: float = 10.0, lists: Mapping[str, bytes] | None = None
) -> Examined:
    """Load and advise; never raises on account of the files. `lists` are those that the form looks up in."""
    try:
        book = read_workbook(content)
    except FormError as error:
        # A file that was refused as a whole is not opened a second time.
        letters = letters_of(content) if any(it.row for it in error.form_problems) else {}
        return Examined(None, "", _errors(error.form_problems, letters), ())
    letters = letters_of(content)
    try:
        loaded = load_workbook(book, lists or {})
    except FormError as error:
        problems = [_with_cells(problem, book, letters) for problem in error.form_problems]
        return Examined(None, "", _errors(problems, letters), ())
    found = [*_warned(loaded.warnings), *advise(loaded.form, book, trials, seconds)]
    advice = in_workbook_order(found)
    remarks = tuple(_remark(it, letters) for it in advice)
    notes = tuple(text for text in loaded.warnings if not PLACED.fullmatch(text))
    refused = {name: _errors(found, letters) for name, found in loaded.refused.items() if found}
    return Examined(loaded.form, loaded.xform_xml, (), remarks, notes, refused)


def _warned(texts: Sequence[str]) -> Iterator[Advice]:
    """The loader's warnings that say where they stand."""
    for match in filter(None, map(PLACED.fullmatch, texts)):
        yield Advice("warning", match[1], int(match[2]), match[3] or "", match[4])


def _errors(problems: Sequence[FormProblem], letters: Mapping[str, Mapping[str, str]]) -> tuple[Remark, ...]:
    return tuple(
        Remark("error", it.sheet, it.row, it.column, _address(it, letters), it.message) for it in problems
    )


def _address(problem: FormProblem, letters: Mapping[str, Mapping[str, str]]) -> str:
    return address(Cell(problem.sheet, problem.row, problem.column), letters)


def _remark(advice: Advice, letters: Mapping[str, Mapping[str, str]]) -> Remark:
    cell = Cell(advice.sheet, advice.row, advice.column)
    return Remark(advice.severity, cell.sheet, cell.row, cell.column, address(cell, letters), advice.message)


def _with_cells(problem: FormProblem, book: Any, letters: Mapping[str, Mapping[str, str]]) -> FormProblem:
    """A circle of formulas is told with the cell of each of them."""
    circle = re.search(r"[\w.\-]+(?: → [\w.\-]*\w)+", problem.message) if CIRCLE in problem.message else None
    if circle is None:
        return problem
    cells, paths = Cells(book), {}
    for path in cells.rows:
        paths[path.rpartition("/")[2]] = path
    told = []
    for name in circle[0].split(" → "):
        at = cells.at(paths[name], "calculation", "relevant") if name in paths else Cell("", 0, "")
        told.append(f"{name} ({address(at, letters)})" if at.row else name)
    message = problem.message.replace(circle[0], " → ".join(told))
    return FormProblem(problem.place, message, problem.sheet, problem.row, problem.column)
