"""What the rehearsal plays: the kind's rehearsal.toml as a base list and as answers, right and wrong."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import xlsxwriter

from dieutra.campaigns.kind import FrameColumn
from dieutra.engine.forms.form import Form

T = TypeVar("T")
LEAST_PER_AREA = 4
AREA_SORTS = ("Tỉnh", "Thành phố", "Quận", "Huyện", "Thị xã", "Phường", "Xã", "Thị trấn", "Đặc khu")


@dataclass(frozen=True)
class Line:
    """One unit of the simulated base list; `level` is tinh, huyen or xa."""

    code: str
    name: str
    kind: str
    level: str
    province: str
    district: str
    commune: str

    @property
    def email(self) -> str:
        return f"{self.code.lower()}@example.gov.vn"


@dataclass(frozen=True)
class Script:
    rules: Mapping[str, Any]

    def answers(self, form: Form, line_level: str, scale: int) -> dict[str, str]:
        """A complete and faultless form by path, every table multiplied by `scale`; `line_level`: tinh, huyen or xa."""
        named = {
            **self.rules["answers"],
            "cap_quan_ly": line_level,
            **self._cells(self.rules["tables"], scale),
        }
        if line_level != "xa" and "above_commune" in self.rules:
            above = self.rules["above_commune"]
            replaced = tuple(
                f"{table}_{row}_" for table, text in above["tables"].items() for row in _rows(text)
            )
            named = {name: value for name, value in named.items() if not name.startswith(replaced)}
            named |= above["answers"] | self._cells(above["tables"], scale)
        by_name = form.by_name
        return {by_name[name].path: value for name, value in named.items() if name in by_name and value != ""}

    def _cells(self, tables: Mapping[str, str], scale: int) -> dict[str, str]:
        return {
            f"{table}_{row}_c{column}": _times(value, scale if table in self.rules["scaled_tables"] else 1)
            for table, text in tables.items()
            for row, values in _rows(text).items()
            for column, value in enumerate(values, 1)
            if value != "-"
        }

    def mistake(self, form: Form, chance: random.Random) -> tuple[str, str]:
        """A path and a value that no check lets pass."""
        wrong = chance.choice(self.rules["mistakes"])
        return form.by_name[wrong["name"]].path, wrong["value"]

    def oddity(self, form: Form, chance: random.Random) -> tuple[str, str]:
        """A path and a value that asks for a justification."""
        odd = chance.choice(self.rules["oddities"])
        return form.by_name[odd["name"]].path, odd["value"]


def _rows(text: str) -> dict[str, list[str]]:
    """Lines of "row cell cell …" as row -> cells."""
    return {line.split()[0]: line.split()[1:] for line in text.strip().splitlines()}


def _times(value: str, by: int) -> str:
    text = format(Decimal(value) * by, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def read_script(folder: Path) -> Script:
    return Script(tomllib.loads((folder / "rehearsal.toml").read_text("utf-8")))


@dataclass(frozen=True)
class AreaRow:
    code: str
    name: str
    level: int
    parent: str


def base_list(
    script: Script, unit_kinds: list[dict[str, Any]], areas: list[AreaRow], most: int | None
) -> list[Line]:
    """Units of a province on its real areas: its bodies, those of its districts, and per commune the kinds with
    `per_commune`. Where there are no districts, the communes lie directly below the province.

    `most` thins the list out evenly: so that a small rehearsal still touches every district, and, where there are more
    areas below the province than a few units each would reach, only some of these, but whole ones.
    """
    province = next(area for area in areas if area.level == 1)
    parts = [area for area in areas if area.parent == province.code]
    if most is not None and most < LEAST_PER_AREA * len(parts):
        parts = _evenly(parts, max(1, most // LEAST_PER_AREA))
    lines = [
        _body(province, province, areas, body, n) for n, body in enumerate(_bodies(script, "province"), 1)
    ]
    for part in parts:
        communes = [area for area in areas if area.level == 3 and part in (area, _parent(area, areas))]
        if part.level == 2:
            bodies = enumerate(_bodies(script, "district"), 1)
            lines += [_body(province, part, communes, body, n) for n, body in bodies]
        lines += [
            _commune_unit(province, commune, kind)
            for commune in communes
            for kind in unit_kinds
            if kind.get("per_commune")
        ]
    return lines if most is None or most >= len(lines) else _evenly(lines, most)


def _evenly(things: list[T], most: int) -> list[T]:
    step = len(things) / most
    return [things[int(number * step)] for number in range(most)]


def _parent(area: AreaRow, areas: list[AreaRow]) -> AreaRow | None:
    return next((other for other in areas if other.code == area.parent and other.level == 2), None)


def _bodies(script: Script, level: str) -> list[list[str]]:
    return list(script.rules.get(f"{level}_bodies", ()))


def _body(province: AreaRow, area: AreaRow, areas: list[AreaRow], body: list[str], number: int) -> Line:
    """A district's or province's body, seated in the area's first commune where there are communes."""
    seat = next((it for it in areas if it.level == 3), None)
    district = area.code if area.level == 2 else _district(seat, province)
    level = "tinh" if area.level == 1 else "huyen"
    code = f"HC{province.code}{area.code if area.level == 2 else '000'}{number:02}"
    name = _named(body[1], area)
    return Line(code, name, body[0], level, province.code, district, seat.code if seat else "")


def _district(commune: AreaRow | None, province: AreaRow) -> str:
    """The code of a commune's district; none where it lies directly below its province."""
    return commune.parent if commune and commune.parent != province.code else ""


def _named(pattern: str, area: AreaRow) -> str:
    """“Sở Nội vụ {khu}” with the area's name: {khu} is “tỉnh Hà Nam”, {ten} is “Hà Nam”."""
    sort = next((it for it in AREA_SORTS if area.name.startswith(it)), "")
    own = area.name.removeprefix(sort).strip()
    return pattern.format(khu=f"{sort.lower()} {own}".strip(), ten=own)


def _commune_unit(province: AreaRow, commune: AreaRow, kind: Mapping[str, Any]) -> Line:
    name = _named(kind["name"]["vi"].replace("cấp xã", "{khu}"), commune)
    code = f"HC{commune.code}{kind['code']}"
    return Line(code, name, kind["code"], "xa", province.code, _district(commune, province), commune.code)


def base_list_workbook(
    columns: Sequence[FrameColumn], sheet: str, lines: Sequence[Line], with_email: bool
) -> bytes:
    """The base list as a person would have filled the kind's template."""
    facts = [_facts(line, with_email) for line in lines]
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    page, text = book.add_worksheet(sheet), book.add_format({"num_format": "@"})
    for number, column in enumerate(columns):
        words = {code: said for said, code in column.values.items()}
        page.write_string(0, number, column.header)
        for row, fact in enumerate(facts, 1):
            value = fact.get(column.name, "")
            page.write_string(row, number, words.get(value, value), text)
    book.close()
    return buffer.getvalue()


def _facts(line: Line, with_email: bool) -> dict[str, str]:
    return {
        "code": line.code,
        "name": line.name,
        "kind": line.kind,
        "province": line.province,
        "district": line.district,
        "commune": line.commune,
        "level": line.level,
        "address": "Trụ sở " + line.name,
        "email": line.email if with_email else "",
        "seat_province": "01",
        "workers_2017": "20",
        "workers_2021": "20",
    }
