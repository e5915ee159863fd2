"""What is wrong with a questionnaire, said to its author: all of it at once, with sheet, row and column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dieutra.engine.refusals import Invalid, Problem


@dataclass(frozen=True)
class FormProblem(Problem):
    """One mistake; `row` counts as Excel does. Blank sheet or column, or row 0: not the fault of one cell."""

    sheet: str = ""
    row: int = 0
    column: str = ""


class FormError(Invalid):
    """The workbook is not a questionnaire that we carry; `problems` are FormProblems."""

    def __init__(self, problems: Sequence[FormProblem]) -> None:
        super().__init__(f"Phiếu có {len(problems)} lỗi phải sửa trước khi dùng.", problems)
        self.form_problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join([self.message, *(f"{each.place}: {each.message}" for each in self.problems)])


class Problems:
    """Collects mistakes while a workbook is being read; the same one said twice is kept once."""

    def __init__(self) -> None:
        self._found: dict[FormProblem, None] = {}
        self._warned: dict[FormProblem, None] = {}

    def add(self, message: str, sheet: str = "", row: int = 0, column: str = "") -> None:
        """A mistake that must be mended."""
        self._found.setdefault(form_problem(message, sheet, row, column))

    def warn(self, message: str, sheet: str = "", row: int = 0, column: str = "") -> None:
        """Something that the author may have meant otherwise."""
        self._warned.setdefault(form_problem(message, sheet, row, column))

    @property
    def found(self) -> tuple[FormProblem, ...]:
        return tuple(sorted(self._found, key=_place_in_workbook))

    @property
    def warnings(self) -> list[FormProblem]:
        return sorted(self._warned, key=_place_in_workbook)

    def __bool__(self) -> bool:
        return bool(self._found)

    def raise_if_any(self) -> None:
        if self._found:
            raise FormError(sorted(self._found, key=_place_in_workbook))


def form_problem(message: str, sheet: str = "", row: int = 0, column: str = "") -> FormProblem:
    """A mistake or warning with its place in words."""
    parts = [sheet and f"sheet {sheet}", row and f"dòng {row}", column and f"cột {column}"]
    place = ", ".join(part for part in map(str, filter(None, parts))) or "tệp phiếu"
    return FormProblem(place, message, sheet, row, column)


_SHEETS = ("settings", "survey", "choices", "tables", "checks")


def _place_in_workbook(problem: FormProblem) -> tuple[int, int, str]:
    sheet = _SHEETS.index(problem.sheet) if problem.sheet in _SHEETS else -1
    return sheet, problem.row, problem.column
