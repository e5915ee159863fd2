"""Does a list of areas make one tree? Checked as a whole before anything is written."""

from __future__ import annotations

from dieutra.places.catalogue_file import AreaRow, CatalogueFile
from dieutra.places.paths import join

COUNTRY = "VN"
OFFICIAL_WIDTHS = {1: 2, 2: 3, 3: 5}  # digits of a code by level in the national catalogue
# Since 2025-07-01 communes lie directly below provinces.
PARENT_LEVELS: dict[int, tuple[int, ...]] = {0: (), 1: (0,), 2: (1,), 3: (1, 2)}


def check_tree(file: CatalogueFile) -> None:
    """Write down each row that repeats a code, hangs nowhere or at a wrong level, or lost leading zeros."""
    by_code = _unique(file)
    _one_root(file)
    national = COUNTRY in by_code
    for row in file.rows:
        if national and _lost_zeros(row):
            file.wrong(row.line, "code", _zeros_message(row))
        if row.parent:
            _check_parent(file, row, by_code)


def _unique(file: CatalogueFile) -> dict[str, AreaRow]:
    by_code: dict[str, AreaRow] = {}
    for row in file.rows:
        first = by_code.setdefault(row.code, row)
        if first is not row:
            message = f"Mã “{row.code}” bị trùng với dòng {first.line}. Hãy sửa hoặc xóa một trong hai dòng."
            file.wrong(row.line, "code", message)
    return by_code


def _one_root(file: CatalogueFile) -> None:
    """A row without a parent is a second root, unless it is the country or the ministry at the top."""
    tops = [row for row in file.rows if not row.parent]
    if file.rows and not tops:
        lowest = min(file.rows, key=lambda row: row.level)
        message = "Không có địa bàn gốc. Hãy để trống mã cấp trên ở dòng của cấp cao nhất."
        file.wrong(lowest.line, "parent", message)
    for row in tops[1:]:
        message = f"Thiếu mã cấp trên (địa bàn gốc đã ở dòng {tops[0].line}). Hãy điền mã của cấp trên."
        file.wrong(row.line, "parent", message)


def _lost_zeros(row: AreaRow) -> bool:
    return row.code.isdecimal() and len(row.code) < OFFICIAL_WIDTHS.get(row.level, 0)


def _zeros_message(row: AreaRow) -> str:
    width = OFFICIAL_WIDTHS[row.level]
    return (
        f"Mã “{row.code}” có {len(row.code)} chữ số, mã cấp {row.level} phải có {width}: "
        f"ô có thể đã bị lưu thành số nên mất số 0 ở đầu (“{row.code.zfill(width)}”?). "
        "Hãy định dạng cột mã là Text rồi nhập lại."
    )


def _check_parent(file: CatalogueFile, row: AreaRow, by_code: dict[str, AreaRow]) -> None:
    parent = by_code.get(row.parent)
    if parent is None:
        padded = [row.parent.zfill(width) for width in OFFICIAL_WIDTHS.values()]
        near = next((code for code in padded if code in by_code), None)
        hint = f" Trong tệp có mã “{near}”: có thể số 0 ở đầu đã mất." if near else ""
        message = f"Mã cấp trên “{row.parent}” không có trong tệp.{hint} Hãy sửa mã hoặc bổ sung cấp trên."
        file.wrong(row.line, "parent", message)
    elif parent.level not in PARENT_LEVELS[row.level]:
        file.wrong(
            row.line,
            "level",
            f"Cấp {row.level} không thể trực thuộc “{parent.name}” là cấp {parent.level}. "
            "Hãy sửa cấp hoặc mã cấp trên.",
        )


def paths_of(rows: list[AreaRow]) -> dict[str, str]:
    """The path of every code of a checked tree."""
    paths: dict[str, str] = {}
    for row in sorted(rows, key=lambda row: row.level):
        paths[row.code] = join(paths.get(row.parent, ""), row.code)
    return paths
