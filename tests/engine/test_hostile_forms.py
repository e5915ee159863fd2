"""Whatever is handed in as a questionnaire is a form or a sentence; nothing takes the reader down."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dieutra.engine.forms.attached import AttachmentError, read_list
from dieutra.engine.forms.errors import FormError
from dieutra.engine.forms.workbook import from_grids
from dieutra.engine.forms.xform import form_of
from dieutra.engine.forms.xlsform import load, load_workbook
from dieutra.engine.lang import ExpressionError
from tests.engine.markdown import xlsx

GOOD = xlsx("""
    | survey |
    |        | type         | name | label | relevant  | calculation   | choice_filter |
    |        | integer      | a    | A     |           |               |               |
    |        | begin repeat | r    | R     | ${a} > 1  |               |               |
    |        | select_one c | b    | B     |           |               | x = ${a}      |
    |        | end repeat   |      |       |           |               |               |
    |        | calculate    | t    |       |           | count(${r})   |               |
    | choices |
    |         | list_name | name | label | x |
    |         | c         | 1    | Một   | 2 |
    | checks |
    |        | name | where | severity | expression | message |
    |        | K1   | a     | hard     | ${a} < 9   | Nhỏ hơn |
""")


def part(name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The good workbook with one of its parts changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as good, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for info in good.infolist():
            content = good.read(info)
            made.writestr(info.filename, change(content) if info.filename == name else content)
    return out.getvalue()


def wide() -> bytes:
    header = "".join(
        f'<c r="{_letters(at)}1" t="inlineStr"><is><t>c{at}</t></is></c>' for at in range(1, 10_001)
    )
    sheet = f"<sheetData><row r='1'>{header}</row><row r='2'><c r='A2'><v>1</v></c></row></sheetData>"
    return part(
        "xl/worksheets/sheet2.xml",
        lambda old: re.sub(rb"<sheetData.*</sheetData>", sheet.encode(), old, flags=re.S),
    )


def _letters(number: int) -> str:
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + at, b"&%c;" % (97 + at) * 10) for at in range(9))
    + b"]><sst>&j;</sst>"
)


def zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/workbook.xml", b"<workbook/>")
        made.writestr("xl/worksheets/sheet1.xml", b"0" * 300_000_000)
    return out.getvalue()


FAR = (
    rb"<sheetData><row r='1'><c r='A1'><v>1</v></c></row>"
    rb"<row r='1048576'><c r='XFD1048576'><v>1</v></c></row></sheetData>"
)
HOSTILE: dict[str, Callable[[], bytes]] = {
    "a zip bomb": zip_bomb,
    "a billion laughs": lambda: part("xl/sharedStrings.xml", lambda old: BOMB),
    "ten thousand columns": wide,
    "cells at both ends of a sheet": lambda: part(
        "xl/worksheets/sheet2.xml", lambda old: re.sub(rb"<sheetData.*</sheetData>", FAR, old, flags=re.S)
    ),
    "half a file": lambda: GOOD[: len(GOOD) // 2],
    "nothing": lambda: b"",
    "text": lambda: "phiếu".encode(),
    "UTF-16": lambda: part("xl/workbook.xml", lambda old: old.decode().encode("utf-16-be")),
    "another encoding than it says": lambda: part(
        "xl/sharedStrings.xml", lambda old: old.replace(b"M\xe1\xbb\x99t", b"M\xe9t")
    ),
    "an old Excel": lambda: b"\xd0\xcf\x11\xe0" + b"\0" * 2000,
    "a workbook with macros": lambda: part(
        "[Content_Types].xml", lambda old: old.replace(b"spreadsheetml.sheet.main", b"macroEnabled.main")
    ),
    "XML that is cut off": lambda: part("xl/worksheets/sheet2.xml", lambda old: old[:-40]),
}  # fmt: skip


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_workbook_gets_a_sentence_and_little_time(make: Callable[[], bytes]) -> None:
    content = make()
    started = time.process_time()
    with pytest.raises(FormError) as refused:
        load(content)
    assert time.process_time() - started < 3
    message = refused.value.form_problems[0].message
    assert re.search(r"[Hh]ãy|không phải", message), message


@settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=4)), min_size=1, max_size=6
    )
)
def test_a_workbook_with_bytes_changed_is_a_form_or_a_sentence(changes: list[tuple[int, bytes]]) -> None:
    broken = bytearray(GOOD)
    for at, new in changes:
        broken[at : at + len(new)] = new
    _read(bytes(broken))


@settings(max_examples=80, suppress_health_check=list(HealthCheck), deadline=None)
@given(
    st.sampled_from(["xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/worksheets/sheet3.xml",
                     "xl/sharedStrings.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"]),
    st.integers(0, 4_000),
    st.one_of(st.binary(max_size=6), st.sampled_from([b"<", b"</row>", b"&#0;", b"${", b'r="ZZZ9"', b"]]>"])),
)  # fmt: skip
def test_a_workbook_with_a_part_changed_is_a_form_or_a_sentence(name: str, at: int, new: bytes) -> None:
    _read(part(name, lambda old: old[: at % len(old)] + new + old[at % len(old) + len(new) :]))


def _read(content: bytes) -> None:
    try:
        load(content)
    except FormError as refused:
        assert refused.form_problems


WORDS = st.sampled_from(
    [
        "text",
        "integer",
        "select_one",
        "select_multiple",
        "rank",
        "begin",
        "end",
        "group",
        "repeat",
        "calculate",
        "note",
        "range",
        "image",
        "c",
        "${a}",
        "${b}",
        "${t}",
        "a",
        "b",
        "t",
        "r",
        "x",
        ".",
        "..",
        "/",
        "[",
        "]",
        "(",
        ")",
        "'",
        '"',
        "=",
        ">",
        "<",
        "+",
        "-",
        ",",
        "count(",
        "sum(",
        "if(",
        "position(..)",
        "instance('c')/root/item",
        "once(",
        "1",
        "2.5",
        "yes",
        "true()",
        "or_other",
        "Đào",
        "end%",
        "c.csv",
        "x-table",
        "table-list",
        "9999999999999999",
    ]
)
CELL = st.one_of(st.lists(WORDS, max_size=5).map(" ".join), st.text(max_size=12), st.just(""))
HEADS = [
    "type",
    "name",
    "label",
    "hint",
    "relevant",
    "calculation",
    "constraint",
    "required",
    "readonly",
    "default",
    "trigger",
    "choice_filter",
    "repeat_count",
    "parameters",
    "appearance",
    "constraint_message",
    "label::English(en)",
    "guidance_hint",
    "bind::foo",
]


@settings(max_examples=150, suppress_health_check=list(HealthCheck), deadline=None)
@given(
    st.lists(st.sampled_from(HEADS), min_size=2, max_size=9, unique=True),
    st.lists(st.lists(CELL, max_size=9), max_size=8),
    st.lists(st.lists(CELL, min_size=3, max_size=4), max_size=4),
)
@example(["type", "name"], [["begin repeat", "a"], ["end group", ""]], [])
@example(["type", "name", "calculation"], [["calculate", "a", "${a}"]], [])
@example(["type", "name", "label", "choice_filter"], [["select_one c", "a", "A", "]["]], [["c", "1", "M"]])
def test_any_sheets_are_a_form_or_sentences(
    heads: list[str], rows: list[list[str]], choices: list[list[str]]
) -> None:
    grids = {
        "settings": [["form_id", "form_title", "version"], ["thu", "Thử", "1"]],
        "survey": [heads, *rows],
        "choices": [["list_name", "name", "label", "x"], *choices],
    }
    try:
        made = load_workbook(from_grids(grids))
    except FormError as refused:
        assert refused.form_problems
        return
    assert form_of(made.xform_xml.encode()).nodes is not None


@given(st.binary(max_size=300), st.sampled_from(["x.csv", "x.xml"]))
@example(BOMB, "x.xml")
@example(b'a,b\n"1', "x.csv")
@example("a;b\nĐ;2".encode("cp1258", "replace"), "x.csv")
@example(b"a,a\n1,2", "x.csv")
def test_any_list_is_rows_or_a_sentence(content: bytes, name: str) -> None:
    try:
        found = read_list("x", name, content)
    except AttachmentError as refused:
        assert name in str(refused)
        return
    assert all(len(row) <= len(found.columns) for row in found.rows)


@given(st.text(max_size=200))
def test_any_text_is_an_xform_or_an_error_that_the_command_tells(text: str) -> None:
    model = f'<instance><data id="x"><a/></data></instance><bind nodeset="/data/a" calculate="{text}"/>'
    names = 'xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"'
    xml = f"<h:html {names}><h:head><model>{model}</model></h:head><h:body/></h:html>"
    try:
        form_of(xml.encode("utf-8", "replace"))
    except (ValueError, SyntaxError, ExpressionError):
        return
