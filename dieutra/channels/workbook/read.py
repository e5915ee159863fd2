"""Reads a returned workbook: what the unit changed in it, and what cannot be taken, by sheet and cell.

Nothing here writes. A problem that hinders storing makes the whole file unusable; a warning is only told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from dieutra.cases.actions import JUSTIFICATION_LENGTH, known_from_frame
from dieutra.cases.models import Case
from dieutra.channels.web.formats import shown_number
from dieutra.channels.workbook.layout import SERVER, STAMP
from dieutra.channels.workbook.pages import cell_at, pages_of, position
from dieutra.channels.workbook.read_rows import Rows, moved_path, read_rows
from dieutra.channels.workbook.sheets import has_choice_cells, node_at
from dieutra.channels.workbook.stamp import (
    NOT_OURS,
    REASON,
    Answering,
    Facts,
    Stamp,
    fingerprint,
    read_stamp,
)
from dieutra.channels.workbook.values import Unreadable, as_answer, number_of, options, said, ticked
from dieutra.engine.forms.check import State, evaluate
from dieutra.engine.forms.form import Form, Node
from dieutra.engine.forms.given import new_row
from dieutra.engine.refusals import Invalid
from dieutra.engine.refusals import Problem as Refused
from dieutra.engine.spreadsheet import Cell, Table
from dieutra.forms.queries import engine_form
from dieutra.places.apart import Apart, opened


@dataclass(frozen=True)
class Problem:
    """What is wrong with one cell; `hinders` when nothing can be stored because of it."""

    sheet: str
    cell: str
    path: str
    message: str
    hinders: bool = True
    written: str = ""

    @property
    def place(self) -> str:
        return f"Trang “{self.sheet}”, ô {self.cell}"


@dataclass(frozen=True)
class Read:
    """`answers`: all that the file says; `changes`: what differs from the answers that it was made with."""

    facts: Facts
    answers: Mapping[str, str]
    changes: Mapping[str, str]
    problems: tuple[Problem, ...]
    cells: Mapping[str, Answering]  # path -> its (first) cell
    reasons: Mapping[str, str] = field(
        default_factory=dict
    )  # `check|path` -> a justification that was changed
    rows: Rows = field(default_factory=Rows)
    state: State | None = None  # what the checks say of `answers` alone; None when something hinders

    @property
    def hindering(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.hinders)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if not problem.hinders)

    @property
    def draft_version(self) -> int:
        return int(self.facts.draft)

    def refusal(self) -> Invalid:
        number = len(self.hindering)
        problems = [Refused(problem.place, problem.message) for problem in self.hindering]
        return Invalid(f"Chưa nhận tệp: có {number} ô cần sửa. Chưa có gì được lưu.", problems)


def stamp_of(sheets: Apart) -> Stamp:
    if STAMP not in sheets.names:
        raise Invalid(NOT_OURS)
    return read_stamp(sheets.table(STAMP))


def read_workbook(content: bytes, case: Case) -> Read:
    """What a returned workbook says. Raises Invalid when the file cannot be this case's workbook."""
    with opened(content) as sheets:
        stamp = stamp_of(sheets)
        _refuse_stranger(stamp.facts, case)
        pages, errors = pages_of(stamp, sheets), sheets.errors()
    reader = Reader(engine_form(case.form_id), pages, errors)
    for path, cells in _by_path(stamp).items():
        reader.read(path, cells)
    reader.settle_rows(stamp)
    reader.compare_calculations(known_from_frame(case), stamp)
    where = {reader.kept(it.path): it for it in stamp.cells[::-1]}
    return Read(
        stamp.facts,
        reader.answers,
        reader.changes,
        tuple(reader.problems),
        where,
        reader.reasons,
        reader.rows,
        reader.state,
    )


def facts_in(content: bytes) -> Facts:
    """Whose workbook this is. Raises Invalid when it is none of ours."""
    with opened(content) as sheets:
        return stamp_of(sheets).facts


def _refuse_stranger(facts: Facts, case: Case) -> None:
    if (facts.case, facts.unit, facts.campaign) != (str(case.pk), case.unit.code, case.campaign.slug):
        raise Invalid(
            f"Tệp này của đơn vị có mã {facts.unit}, không phải của {case.unit.name} (mã {case.unit.code}). "
            "Hãy chọn đúng tệp của đơn vị mình."
        )
    if (facts.form, facts.version) != (case.form.form_id, case.form.version):
        raise Invalid(
            f"Tệp lập theo mẫu phiếu {facts.form} phiên bản {facts.version}; phiếu hiện dùng "
            f"{case.form.form_id} phiên bản {case.form.version}. Hãy tải lại tệp Excel rồi chép số liệu sang."
        )


def _by_path(stamp: Stamp) -> dict[str, list[Answering]]:
    found: defaultdict[str, list[Answering]] = defaultdict(list)
    for each in stamp.cells:
        found[each.path].append(each)
    return found


class Reader:
    def __init__(self, form: Form, pages: Mapping[str, Table], errors: Mapping[str, set[str]]) -> None:
        self.form, self.pages, self.errors = form, pages, errors
        self.answers: dict[str, str] = {}
        self.changes: dict[str, str] = {}
        self.reasons: dict[str, str] = {}
        self.problems: list[Problem] = []
        self.state: State | None = None
        self.rows = Rows()

    def read(self, path: str, cells: list[Answering]) -> None:
        """One answer; several cells when several choices may be taken."""
        if cells[0].role == REASON:
            self._reason(cells[0])
        if cells[0].role != "input":
            return
        node = node_at(self.form, path)
        answer = self._choices(cells) if has_choice_cells(node) else self._one(node, cells[0])
        if answer is None:
            return
        if answer:
            self.answers[path] = answer
        if fingerprint(answer) != cells[0].held:
            self.changes[path] = answer

    def settle_rows(self, stamp: Stamp) -> None:
        """Rows get the paths under which they are kept; rows that nobody began, or that were emptied, fall away."""
        if not self.form.repeats:
            return
        self.rows = read_rows(stamp.cells, self.answers, self._content, self._note)
        self.answers = self._moved(self.answers) | self.rows.lists
        self.changes = self._moved(self.changes) | self.rows.changed_lists
        self.reasons = self._moved(self.reasons)
        for repeat, names in self.rows.added.items():
            for name in names:
                begun = new_row(self.form, repeat, name, self.answers)
                unseen = {path: text for path, text in begun.items() if self.form.node(path).kind == "hidden"}
                self.answers |= unseen
                self.changes |= unseen

    def _moved(self, texts: Mapping[str, str]) -> dict[str, str]:
        kept = {moved_path(path, self.rows.renamed): text for path, text in texts.items()}
        return {path: text for path, text in kept.items() if path is not None}

    def kept(self, path: str) -> str:
        """A path of the workbook as the response has it; as it is where it is not kept."""
        return moved_path(path, self.rows.renamed) or path

    def _content(self, at: Answering) -> Cell:
        return cell_at(self.pages[at.sheet], *position(at.cell))

    def _one(self, node: Node, at: Answering) -> str | None:
        content = self._content(at)
        if self._without_result(at):
            return None
        try:
            return as_answer(node, content, options(node, self.form))
        except Unreadable as problem:
            untouched = isinstance(content, str) and fingerprint(content) == at.held
            self._note(at, str(problem), hinders=not untouched)
            return None

    def _reason(self, at: Answering) -> None:
        reason = said(self._content(at)).strip()
        if len(reason) > JUSTIFICATION_LENGTH:
            self._note(at, f"Giải trình dài quá {JUSTIFICATION_LENGTH} ký tự. Hãy viết ngắn lại.")
        elif fingerprint(reason) != at.held:
            self.reasons[at.path] = reason

    def _without_result(self, at: Answering) -> bool:
        if at.cell not in self.errors.get(at.sheet, ()):
            return False
        self._note(at, "ô đang báo lỗi, hoặc công thức chưa có kết quả. Hãy xóa nội dung ô rồi ghi lại.")
        return True

    def _choices(self, cells: list[Answering]) -> str | None:
        taken, sound = [], True
        for at in cells:
            if self._without_result(at):
                sound = False
                continue
            try:
                if ticked(self._content(at)):
                    taken.append(at.choice)
            except Unreadable as problem:
                self._note(at, str(problem))
                sound = False
        return " ".join(taken) if sound else None

    def _note(self, at: Answering, message: str, *, hinders: bool = True) -> None:
        written = said(self._content(at))
        self.problems.append(Problem(at.sheet, at.cell, at.path, message, hinders, written))

    def compare_calculations(self, known: Mapping[str, str], stamp: Stamp) -> None:
        """The file's totals beside the server's, on the file's own answers; the server's count."""
        if any(problem.hinders for problem in self.problems):
            return
        state = self.state = evaluate(self.form, {**known, **self.answers})
        for at in stamp.cells:
            if at.role == "calculated" and not self._agrees(at, state.values.get(self.kept(at.path), "")):
                number = node_at(self.form, at.path).type in ("int", "decimal")
                right = state.values.get(self.kept(at.path), "")
                right = shown_number(right) if number else right
                self._note(
                    at,
                    f"tệp ghi {said(self._content(at))}, hệ thống tính được {right or '(trống)'}. "
                    "Hệ thống dùng kết quả do mình tính.",
                    hinders=False,
                )

    def _agrees(self, at: Answering, right: str) -> bool:
        """Is the result in the file the server's? A cell without any result says nothing."""
        content = self._content(at)
        if content is None or content in ("", SERVER):
            return True
        if node_at(self.form, at.path).type not in ("int", "decimal"):
            return said(content).strip() == right.strip()
        if isinstance(content, bool) or not isinstance(content, int | float):
            return False
        return bool(right) and abs(Decimal(number_of(content)) - Decimal(right)) <= Decimal("0.000001")
