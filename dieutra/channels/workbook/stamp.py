"""The hidden sheet that says whose workbook this is, and which cell answers what; signed, so that it cannot be altered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass, fields

from django.core.signing import Signer
from django.utils.crypto import constant_time_compare

from dieutra.engine.refusals import Invalid
from dieutra.engine.spreadsheet import Table

SALT = "dieutra.workbook"
MARK = "dieutra"
HEAD = 12  # rows before the map
ROW, OVER, LIST = (
    "row",
    "over",
    "list",
)  # of repeats: a line, the number of its outer row, the rows that stood
REASON = "reason"  # the role of a cell with a justification; its path is `check|path`
ALTERED = (
    "Phần ẩn của tệp đã bị sửa hoặc tệp không do hệ thống này lập, nên không nhận được. "
    "Hãy tải lại tệp Excel từ trang phiếu rồi chép số liệu sang."
)
NOT_OURS = (
    "Tệp này không phải tệp Excel của phiếu. Hãy tải tệp từ trang phiếu, điền rồi gửi lại chính tệp đó."
)


@dataclass(frozen=True)
class Facts:
    """What the workbook was made from; everything as text, as the cells keep it."""

    form: str
    version: str
    campaign: str
    case: str
    unit: str
    draft: str
    made_at: str


@dataclass(frozen=True)
class Answering:
    """One cell and what it answers.

    `role`: `input`, `fixed` (not the unit's to change), `calculated`, `reason`, or of repeats `row`,
    `over`, `list`. `choice`: of a yes/no cell. `held`: the
    fingerprint of the whole answer when the workbook was made, so that untouched cells are known.
    """

    sheet: str
    cell: str
    path: str
    role: str
    choice: str
    held: str


@dataclass(frozen=True)
class Stamp:
    facts: Facts
    cells: tuple[Answering, ...]


def fingerprint(answer: str) -> str:
    return hashlib.sha256(answer.encode(errors="replace")).hexdigest()[:16]


def rows_of(stamp: Stamp) -> list[list[str]]:
    """The sheet, row by row."""
    head = [[MARK, "Trang này của hệ thống, xin đừng sửa."]]
    head += [[name, value] for name, value in asdict(stamp.facts).items()]
    head += [["signature", _signature(stamp)]]
    head += [[""]] * (HEAD - 1 - len(head)) + [[field.name for field in fields(Answering)]]
    return head + [list(astuple(each)) for each in stamp.cells]


def read_stamp(table: Table) -> Stamp:
    """The stamp of an uploaded workbook. Raises Invalid when it is not ours or was altered."""
    rows = [["" if cell is None else str(cell) for cell in row] for row in table]
    if len(rows) < HEAD or rows[0][:1] != [MARK]:
        raise Invalid(NOT_OURS)
    said = {row[0]: row[1] for row in rows[1 : HEAD - 1] if len(row) > 1}
    width = len(fields(Answering))
    try:
        facts = Facts(**{field.name: said[field.name] for field in fields(Facts)})
        cells = tuple(Answering(*[*row, *[""] * width][:width]) for row in rows[HEAD:] if any(row))
        stamp = Stamp(facts, cells)
        genuine = constant_time_compare(said["signature"], _signature(stamp))
    except (KeyError, UnicodeEncodeError):
        raise Invalid(ALTERED) from None
    if not genuine:
        raise Invalid(ALTERED)
    return stamp


def _signature(stamp: Stamp) -> str:
    cells: Sequence[tuple[str, ...]] = [astuple(each) for each in stamp.cells]
    return Signer(salt=SALT).signature(json.dumps([astuple(stamp.facts), cells], ensure_ascii=False))
