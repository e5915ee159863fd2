"""Who is asked in a rehearsal of an opinion survey: simulated people of every body and group, and what they answer."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO

import xlsxwriter

from dieutra.campaigns.kind import FrameColumn
from dieutra.campaigns.opinion_rules import Group, OpinionRules
from dieutra.engine.forms.form import Form
from dieutra.engine.text import search_key

FAMILY = (
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Hoàng",
    "Phan",
    "Vũ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Ngô",
    "Dương",
    "Lý",
)
MIDDLE = ("Văn", "Thị", "Hữu", "Đức", "Minh", "Thanh", "Ngọc", "Quốc", "Thu", "Xuân", "Hồng", "Công")
GIVEN = ("An", "Bình", "Chi", "Dũng", "Giang", "Hà", "Khánh", "Lan", "Mai", "Nam", "Oanh", "Phúc", "Quân",
         "Sơn", "Tuấn", "Uyên", "Việt", "Yến", "Đạt", "Hòa")  # fmt: skip
SILENT = 0.12  # of a hundred people so many never answer
UNSURE = "99"


@dataclass(frozen=True)
class Body:
    code: str
    name: str
    survey: str


@dataclass(frozen=True)
class Asked:
    """One simulated person; `number` is unique in the rehearsal."""

    number: int
    body: str
    survey: str
    group: str
    name: str
    born_on: date
    office: str
    unit: str
    email: str
    phone: str


def people_of(body: Body, rules: OpinionRules, number: int, first: int, chance: random.Random) -> list[Asked]:
    """About `number` people of a body over its groups, by the rules of each group."""
    groups = rules.groups_of(body.survey)
    sizes = _sizes(groups, number)
    names = _names(sum(sizes.values()), chance)
    found: list[Asked] = []
    for group in groups:
        for at in range(sizes[group.code]):
            unit = _unit(group, groups, sizes, at)
            found.append(_person(body, group, unit, first + len(found), names.pop(), chance))
    return found


def _unit(group: Group, groups: Sequence[Group], sizes: Mapping[str, int], at: int) -> str:
    """The unit of the `at`-th person; officials are asked of every unit that another group is known to have."""
    each = {"per_unit": max(group.count, 1), "at_most": 1}.get(group.rule, 3)
    number, place = at // each, groups.index(group)
    for at_place, it in enumerate(groups):
        if group.code in it.units_of:
            number, place = at % (sizes[it.code] // it.count), at_place
    return f"{'Hội' if group.rule == 'at_most' else 'Đơn vị'} {place + 1}.{number + 1}"


def _names(number: int, chance: random.Random) -> list[str]:
    """No name twice in a body: whether two lines are one person is asked of the tests of twins, not of a rehearsal."""
    every = [f"{one} {two} {three}" for one in FAMILY for two in MIDDLE for three in GIVEN]
    return chance.sample(every, number)


def _sizes(groups: Sequence[Group], number: int) -> dict[str, int]:
    """Associations stay few and officials come in twos; the rest is shared among the other groups."""
    sizes = {it.code: min(it.units, max(1, number // 20)) for it in groups if it.rule == "at_most"}
    sizes |= {it.code: max(1, number // 40) * it.count for it in groups if it.rule == "per_unit"}
    rest = [it for it in groups if it.rule == "all"]
    left = max(len(rest), number - sum(sizes.values()))
    for at, group in enumerate(rest):
        sizes[group.code] = left // len(rest) + (at < left % len(rest))
    return sizes


def _person(body: Body, group: Group, unit: str, number: int, name: str, chance: random.Random) -> Asked:
    return Asked(
        number, body.code, body.survey, group.code, name,
        date(1962, 1, 1) + timedelta(days=chance.randrange(10_000)),
        "Trưởng phòng" if number % 2 else "Phó Giám đốc",
        unit,
        f"{search_key(name).replace(' ', '.')}.{number}@{body.code.lower()}.example.gov.vn",
        f"09{number:08}",
    )  # fmt: skip


def list_workbook(people: Sequence[Asked], columns: Sequence[FrameColumn], words: Mapping[str, str]) -> bytes:
    """The list as a body fills it in: the template's headers; `words`: code of a group -> as it stands in the list."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_numbers": False})
    sheet = book.add_worksheet("Danh sách")
    for at, column in enumerate(columns):
        sheet.write_string(0, at, column.header)
    for row, person in enumerate(people, 1):
        cells = {
            "group": words[person.group], "ho_ten": person.name, "ngay_sinh": f"{person.born_on:%d/%m/%Y}",
            "chuc_vu": person.office, "don_vi": person.unit, "email": person.email, "dien_thoai": person.phone,
        }  # fmt: skip
        for at, column in enumerate(columns):
            if cells.get(column.name):
                sheet.write_string(row, at, cells[column.name])
    book.close()
    return out.getvalue()


def answers_to(form: Form, lean: float, chance: random.Random) -> dict[str, str]:
    """A complete answer by path: on scales around `lean` (1 to 5), now and then “không biết”, seldom some words."""
    answers = {}
    mood = chance.gauss(lean, 0.5)
    for node in form.nodes:
        if node.kind != "question":
            continue
        values = [it.value for it in node.choices or ()]
        if values and chance.random() < 0.04 and UNSURE in values:
            answers[node.path] = UNSURE
        elif len(values) > 3:
            answers[node.path] = str(min(5, max(1, round(chance.gauss(mood, 0.7)))))
        elif values:
            answers[node.path] = "1" if chance.random() < (mood - 1) / 4 else "0"
        elif chance.random() < 0.05:
            answers[node.path] = "Đề nghị giải quyết hồ sơ đúng hẹn và trả lời rõ ràng hơn."
    return answers
