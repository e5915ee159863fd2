"""A list of an earlier campaign from a file: checked like a base list, but against the old catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from dieutra.campaigns.kind import Kind
from dieutra.engine.refusals import Invalid
from dieutra.frames.checking import Line, check_lines
from dieutra.frames.reading import read_rows
from dieutra.places.models import Area

SHOWN_PROBLEMS = 200


@dataclass(frozen=True)
class _OldList:
    """An earlier kind's list on its catalogue."""

    catalogue_id: int
    kind: Kind


def lines_of_file(kind: Kind, province: Area, content: bytes, filename: str) -> list[Line]:
    """The checked lines of a file in the layout of `kind`; Invalid with row and column of what is wrong."""
    rows, problems = read_rows(content, filename, kind.frame_columns)
    lines, more = check_lines(rows, _OldList(province.catalogue_id, kind), province, set())
    if problems := [*problems, *more]:
        count = f"{len(problems):,}".replace(",", ".")
        raise Invalid(
            f"Chưa chuyển dòng nào: danh sách có {count} chỗ sai. Hãy sửa trong tệp rồi gửi lại.",
            problems[:SHOWN_PROBLEMS],
        )
    return lines
