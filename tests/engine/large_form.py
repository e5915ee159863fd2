"""A form as large as public surveys have them: over 500 questions, a household roster inside a list of households."""

from __future__ import annotations

from dieutra.engine.forms.form import Form
from tests.engine.markdown import xlsx

TYPES = ("text", "integer", "select_one l", "decimal", "date")
GOOD = {"int": "5", "decimal": "2.5", "string": "An", "select1": "a", "date": "2021-03-05"}
HEADER = "type | name | label | calculation | relevant | constraint | constraint_message | required"


def workbook() -> bytes:
    """The workbook: 8 sections of 25 questions, 60 about each household, 240 about each of its members."""
    rows = ["integer | so | Số hộ | | | | |"]
    for section in range(8):
        rows.append(f"begin group | g{section} | Phần {section} | | | | |")
        rows += [_number(section * 25 + at, at) for at in range(1, 26)]
        total = " + ".join(f"coalesce(${{q{section * 25 + at}}}, 0)" for at in range(1, 11))
        rows += [f"calculate | t{section} | | {total} | | | |", "end group | | | | | | |"]
    rows.append("begin repeat | ho | Hộ | | | | |")
    rows += [_question(f"h{at}", "Câu về hộ", at) for at in range(60)]
    rows.append("begin repeat | nk | Nhân khẩu | | | | |")
    rows += [_question(f"n{at}", "Câu về người", at) for at in range(240)]
    rows += ["calculate | stt | | position(..) | | | |", "end repeat | | | | | | |"]
    rows += ["calculate | so_nk | | count(${nk}) | | | |", "end repeat | | | | | | |"]
    rows.append("calculate | tong | | sum(${so_nk}) | | | |")
    survey = "\n".join(f"| | {row} |" for row in [HEADER, *rows])
    return xlsx(
        f"| survey |\n{survey}\n| choices |\n| | list_name | name | label |\n| | l | a | A |\n| | l | b | B |"
    )


def _number(number: int, at: int) -> str:
    relevant = f"${{q{number - 1}}} != 3" if at > 1 else ""
    return f"integer | q{number} | Câu {number} | | {relevant} | . >= 0 and . < 1000 | Từ 0 đến 999 | yes"


def _question(name: str, label: str, at: int) -> str:
    type_ = TYPES[at % len(TYPES)]
    relevant = f"${{{name[0]}{at - 1}}} != ''" if at % 4 == 3 else ""
    constraint = ". >= 0 | Không âm" if type_ in ("integer", "decimal") else " | "
    return f"{type_} | {name} | {label} {at} | | {relevant} | {constraint} | {'yes' if at % 5 == 0 else ''}"


def response(form: Form, households: int, members: int) -> dict[str, str]:
    """Every question answered, in so many households of so many members."""
    answers = {"/data/ho": " ".join(map(str, range(1, households + 1)))}
    rows = [f"/data/ho[{at}]" for at in range(1, households + 1)]
    answers |= {f"{row}/nk": " ".join(map(str, range(1, members + 1))) for row in rows}
    people = [f"{row}/nk[{at}]" for row in rows for at in range(1, members + 1)]
    for node in form.nodes:
        if node.type is None or node.calculate is not None:
            continue
        inside = people if "/nk/" in node.path else rows if "/ho/" in node.path else ["/data"]
        tail = node.path.rpartition("/")[2] if inside != ["/data"] else node.path.partition("/data/")[2]
        answers |= {f"{row}/{tail}": GOOD[node.type] for row in inside}
    return answers
