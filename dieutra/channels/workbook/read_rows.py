"""Rows of repeats in a returned workbook: which stand, which are new, which are gone, and whose each one is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from dieutra.channels.workbook.rowsheets import UNKNOWN
from dieutra.channels.workbook.sheets import INDEX
from dieutra.channels.workbook.stamp import LIST, OVER, ROW, Answering, fingerprint
from dieutra.channels.workbook.values import Unreadable, number_of, said
from dieutra.engine.forms.form import Form
from dieutra.engine.forms.rows import next_name, row_names
from dieutra.engine.spreadsheet import Cell

Content = Callable[[Answering], Cell]
Note = Callable[[Answering, str], None]


@dataclass
class _Row:
    at: Answering
    sheet: str
    number: int
    spare: bool
    over: Answering | None = None
    filled: bool = False  # something stands in it now
    held: bool = False  # something stood in it when the workbook was made
    path: str = ""  # where it is kept; blank for a spare row that is not begun


@dataclass
class Rows:
    """`renamed`: path of a row in the workbook → in the response; `lists`: path of a repeat → its rows now.

    `added`, `removed`: path of a repeat → names of rows that the file brings or no longer has.
    """

    renamed: dict[str, str] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)
    changed_lists: dict[str, str] = field(default_factory=dict)
    added: dict[str, list[str]] = field(default_factory=dict)
    removed: dict[str, list[str]] = field(default_factory=dict)


def read_rows(stamped: Iterable[Answering], answers: Mapping[str, str], content: Content, note: Note) -> Rows:
    """`answers`: what stands in the workbook, by its own paths. Rows that name no outer row are told to `note`."""
    stamped = list(stamped)
    rows = _rows_of(stamped, answers)
    if not rows:
        return Rows()
    found = Rows()
    by_number = {(row.sheet, row.number): row for row in rows.values()}
    over_sheet = _sheets_over(rows.values())
    used: dict[str, list[str]] = {}
    for row in rows.values():  # outer rows first: sheets are stamped in that order
        _place(row, rows, by_number, over_sheet, used, content, note)
        if row.path:
            found.renamed[row.at.path] = row.path
            repeat, _, name = row.path.rpartition("[")
            used.setdefault(repeat, []).append(name[:-1])
            if row.spare:
                found.added.setdefault(repeat, []).append(name[:-1])
        elif not row.spare:
            repeat, _, name = row.at.path.rpartition("[")
            found.removed.setdefault(repeat, []).append(name[:-1])
    _keep_lists(found, stamped, used)
    return found


def _rows_of(stamped: list[Answering], answers: Mapping[str, str]) -> dict[str, _Row]:
    rows: dict[str, _Row] = {}
    counts: dict[str, int] = {}
    for at in stamped:
        if at.role == ROW:
            counts[at.sheet] = counts.get(at.sheet, 0) + 1
            rows[at.path] = _Row(at, at.sheet, counts[at.sheet], at.choice == "spare")
    blank = fingerprint("")
    for at in stamped:
        row = rows.get(at.path) if at.role == OVER else _row_around(at, rows)
        if row is None:
            continue
        if at.role == OVER:
            row.over = at
        elif at.role in ("input", "fixed"):
            row.filled |= bool(answers.get(at.path))
            row.held |= at.held != blank
    for row in rows.values():
        if row.filled:
            _fill_outer(row.at.path, rows)
    return rows


def _row_around(at: Answering, rows: Mapping[str, _Row]) -> _Row | None:
    if at.role not in ("input", "fixed"):
        return None
    end = at.path.rfind("]")
    return rows.get(at.path[: end + 1]) if end >= 0 else None


def _fill_outer(path: str, rows: Mapping[str, _Row]) -> None:
    """A row stands while something stands in a row inside it."""
    end = path.rfind("]", 0, len(path) - 1)
    while end >= 0:
        outer = rows.get(path[: end + 1])
        if outer is not None:
            outer.filled = True
        end = path.rfind("]", 0, end)


def _sheets_over(rows: Iterable[_Row]) -> dict[str, str]:
    """Place of a repeat → its sheet."""
    return {INDEX.sub("", row.at.path): row.sheet for row in rows}


def _place(
    row: _Row,
    rows: Mapping[str, _Row],
    by_number: Mapping[tuple[str, int], _Row],
    sheets: Mapping[str, str],
    used: Mapping[str, list[str]],
    content: Content,
    note: Note,
) -> None:
    """Where a row is kept; nowhere when it was emptied, was never begun or names no outer row."""
    gone = not row.filled and (row.held or row.spare)
    if gone:
        return
    if UNKNOWN not in row.at.path:
        row.path = row.at.path
        return
    outer, inner = _split(row.at.path)
    if row.over is None:
        return
    try:
        over = _outer_row(row.over, by_number, sheets[INDEX.sub("", outer)], content)
    except Unreadable as problem:
        note(row.over, str(problem))
        return
    over.filled = True
    if not over.path:
        if over.spare and UNKNOWN in over.at.path:
            note(
                row.over,
                f"Dòng số {over.number} ở trang “{over.sheet}” còn trống. Hãy điền dòng đó, hoặc ghi số khác.",
            )
            return
        over.path = over.at.path
    repeat = over.path + inner.rpartition("[")[0]
    taken = [name for other in rows.values() if (name := _name_in(other, repeat))]
    row.path = f"{repeat}[{max([int(it) for it in (*taken, *used.get(repeat, ()))], default=0) + 1}]"


def _name_in(row: _Row, repeat: str) -> str:
    """The row's name when it is, or was, one of that repeat."""
    path = row.path or row.at.path
    head, _, name = path.rpartition("[")
    return name[:-1] if head == repeat and name[:-1].isdecimal() else ""


def _split(path: str) -> tuple[str, str]:
    """`/data/ho[+]/con[2]` as the outer row and the rest."""
    end = path.rfind("]", 0, len(path) - 1)
    return path[: end + 1], path[end + 1 :]


def _outer_row(
    at: Answering, by_number: Mapping[tuple[str, int], _Row], sheet: str, content: Content
) -> _Row:
    cell = content(at)
    text = (
        number_of(cell)
        if isinstance(cell, int | float) and not isinstance(cell, bool)
        else said(cell).strip()
    )
    if not text:
        raise Unreadable(
            f"Chưa ghi dòng này thuộc dòng số mấy của trang “{sheet}”. Hãy ghi số thứ tự của dòng đó."
        )
    row = by_number.get((sheet, int(text))) if text.isdecimal() and len(text) < 6 else None
    if row is None:
        raise Unreadable(
            f"“{text[:20]}” không phải số thứ tự của dòng nào ở trang “{sheet}”. Hãy ghi lại số của dòng đó."
        )
    return row


def _keep_lists(found: Rows, stamped: list[Answering], used: Mapping[str, list[str]]) -> None:
    """The lists of all repeats without a count; those are the ones that were stamped."""
    lists = {at.path: at for at in stamped if at.role == LIST}
    places = {INDEX.sub("", path) for path in lists}
    found.lists = {
        repeat: " ".join(names) for repeat, names in used.items() if INDEX.sub("", repeat) in places
    }
    for path, at in lists.items():
        if UNKNOWN not in path and fingerprint(found.lists.get(path, "")) != at.held:
            found.changed_lists[path] = found.lists.get(path, "")
    found.changed_lists |= {path: text for path, text in found.lists.items() if path not in lists}


def moved_path(path: str, renamed: Mapping[str, str]) -> str | None:
    """A path of the workbook as the response has it; None when its row is not kept."""
    key, mark, path = path.rpartition("|")
    end = path.rfind("]")
    if end < 0:
        return f"{key}{mark}{path}"
    row = renamed.get(path[: end + 1])
    return None if row is None else f"{key}{mark}{row}{path[end + 1 :]}"


def laid_over(
    form: Form,
    rows: Rows,
    changes: Mapping[str, str],
    reasons: Mapping[str, str],
    standing: Mapping[str, str],
) -> tuple[dict[str, str], dict[str, str]]:
    """The file's changes for a draft that moved: its new rows are added beside those that others added meanwhile."""
    changes, reasons, renamed = dict(changes), dict(reasons), dict[str, str]()
    for repeat in sorted({*rows.added, *rows.removed}, key=lambda path: path.count("[")):
        here = _under(repeat, renamed)
        names = row_names(standing.get(here))
        kept = [name for name in names if name not in rows.removed.get(repeat, ())]
        for name in rows.added.get(repeat, ()):
            taken = any(path.startswith(f"{here}[{name}]") for path in standing)
            new = next_name((*names, *kept, name)) if taken or name in kept else name
            kept.append(new)
            if (row := f"{repeat}[{name}]") != f"{here}[{new}]":
                renamed[row] = f"{here}[{new}]"
        if changes.pop(repeat, None) is not None or form.node(repeat).count is None:
            changes[here] = " ".join(kept)
    moved = {_under(path, renamed): text for path, text in changes.items()}
    said = {
        f"{key.partition('|')[0]}|{_under(key.partition('|')[2], renamed)}": it for key, it in reasons.items()
    }
    return moved, said


def _under(path: str, renamed: Mapping[str, str]) -> str:
    """The path with the longest row in it that was renamed."""
    for end in range(len(path) - 1, -1, -1):
        if path[end] == "]" and path[: end + 1] in renamed:
            return renamed[path[: end + 1]] + path[end + 1 :]
    return path
