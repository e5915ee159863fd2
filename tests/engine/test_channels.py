"""Any XLSForm is taken: what a channel cannot carry is refused for it by sheet, row and reason."""

from __future__ import annotations

import pytest

from dieutra.engine.forms.check import evaluate
from dieutra.engine.forms.errors import FormError
from dieutra.engine.forms.xlsform import Loaded, load_workbook
from tests.engine.markdown import book

TYPES = """text string integer int decimal date time dateTime note hidden acknowledge trigger range barcode
    geopoint geotrace geoshape image audio video file osm start end today username deviceid phonenumber email
    subscriberid simserial audit start-geopoint background-audio"""
ONLY_COLLECT = """geotrace geoshape osm deviceid phonenumber email subscriberid simserial audit start-geopoint
    background-audio"""
NOT_EXCEL = ["image", "audio", "video", "file"]


def loaded(text: str, files: dict[str, bytes] | None = None) -> Loaded:
    return load_workbook(book(text), files)


@pytest.mark.parametrize("word", TYPES.split())
def test_every_type_of_question_is_carried_or_refused_with_its_row(word: str) -> None:
    name = "audit" if word == "audit" else "a"
    form = loaded(f"| survey |\n| | type | name | label |\n| | text | b | B |\n| | {word} | {name} | Nhãn |")
    assert "collect" in form.channels
    assert ("web" in form.channels) == (word not in ONLY_COLLECT.split())
    assert ("workbook" in form.channels) == (word not in [*ONLY_COLLECT.split(), *NOT_EXCEL])
    for problems in form.refused.values():
        assert all((each.sheet, each.row, each.column) == ("survey", 3, "type") for each in problems)


COLUMNS = [
    ("select_one co", "appearance", "search('x')"),
    ("select_one_external co", "choice_filter", "a = 1"),
    ("text", "image", "a.png"),
    ("text", "media::audio", "a.mp3"),
    ("text", "intent", "ex:a.b.c()"),
]


@pytest.mark.parametrize(("type_", "column", "text"), COLUMNS, ids=[column for _, column, _ in COLUMNS])
def test_a_column_that_only_collect_understands_is_named(type_: str, column: str, text: str) -> None:
    form = loaded(f"""
        | survey |
        |        | type    | name | label | {column} |
        |        | {type_} | a    | A     | {text}   |
        | choices |
        |         | list_name | name | label |
        |         | co        | 1    | Có    |
        | external_choices |
        |                  | list_name | name | label | a |
        |                  | co        | 1    | Có    | 1 |
    """)
    assert form.refused["web"]
    assert form.refused["web"][0].row == 2


def test_a_range_keeps_its_ends_whoever_types() -> None:
    form = loaded("""
        | survey |
        |        | type  | name | label | parameters           |
        |        | range | a    | A     | start=0 end=10 step=2 |
    """).form
    assert [it.check for it in evaluate(form, {"/data/a": "11"}).findings] == ["a.range"]
    assert evaluate(form, {"/data/a": "10"}).findings == ()
    assert evaluate(form, {}).findings == ()


def test_chance_is_carried_only_where_it_is_kept() -> None:
    form = loaded("""
        | survey |
        |        | type      | name | label | calculation         | default  |
        |        | calculate | a    |       | once(random())      |          |
        |        | text      | b    | B     |                     | uuid()   |
        |        | calculate | c    |       | round(random(), 2)  |          |
    """)
    assert [(each.row, each.column) for each in form.refused["web"]] == [(4, "calculation")]
    assert "collect" in form.channels


def test_a_list_in_a_file_is_asked_for_and_then_looked_up_in() -> None:
    text = """
        | survey |
        |        | type                          | name | label | calculation                              | choice_filter |
        |        | select_one_from_file tinh.csv | tinh | Tỉnh  |                                          | vung = 'b'    |
        |        | calculate                     | dan  |       | pulldata('tinh', 'dan', 'name', ${tinh}) |               |
    """  # fmt: skip
    assert [each.message for each in loaded(text).refused["collect"]] == [
        "Thiếu tệp tinh.csv mà phiếu tra cứu, hãy tải tệp lên cùng phiếu"
    ]
    csv = "name,label,vung,dan\nhn,Hà Nội,b,8\nct,Cần Thơ,n,1.2\n".encode()
    form = loaded(text, {"tinh.csv": csv})
    assert form.channels == ("web", "workbook", "collect")
    state = evaluate(form.form, {"/data/tinh": "hn"})
    assert (state.values["/data/dan"], state.findings) == ("8", ())
    assert [it.check for it in evaluate(form.form, {"/data/tinh": "ct"}).findings] == ["choice"]


def test_the_choice_other_speaks_vietnamese() -> None:
    form = loaded("""
        | survey |
        |        | type                   | name | label |
        |        | select_one co or_other | a    | A     |
        | choices |
        |         | list_name | name | label |
        |         | co        | 1    | Có    |
    """).form
    assert form.node("/data/a").choices[-1].label["vi"] == "Khác"  # type: ignore[index]
    assert form.node("/data/a_other").label["vi"] == "Ghi rõ"
    assert evaluate(form, {"/data/a": "1"}).relevant == {"/data/a"}


def test_a_form_without_settings_of_its_own_takes_the_name_of_its_file() -> None:
    sheets = book(
        "| survey |\n| | type | name | label |\n| | text | a | A |\n| settings |\n| | style |\n| | pages |"
    )
    form = load_workbook(sheets, form_id="ho_so")
    assert (form.form.id, form.form.version, form.form.title) == ("ho_so", "1", {"vi": "ho_so"})
    assert len([warning for warning in form.warnings if "settings" in warning]) == 2


@pytest.mark.parametrize(
    ("required", "said"),
    [(". = ''", "b → b"), ("${c} = ''", "c → b → c")],
)
def test_what_javarosa_takes_for_a_circle_is_not_served_to_collect(required: str, said: str) -> None:
    form = loaded(f"""
        | survey |
        |        | type | name | label | required   | relevant   |
        |        | text | b    | B     | {required} |            |
        |        | text | c    | C     |            | ${{b}} != '' |
    """)
    assert form.channels == ("web", "workbook")
    assert said in form.refused["collect"][0].message or "b → c → b" in form.refused["collect"][0].message


def test_rows_beside_other_values_are_named_for_collect() -> None:
    form = loaded("""
        | survey |
        |        | type         | name | label | calculation     |
        |        | begin repeat | r    | R     |                 |
        |        | integer      | a    | A     |                 |
        |        | end repeat   |      |       |                 |
        |        | calculate    | m    |       | max(${a}, 12)   |
        |        | calculate    | n    |       | max(max(${a}), 12) |
        |        | calculate    | j    |       | join('-', ${a}) |
    """)
    assert [(each.row, each.column) for each in form.refused["collect"]] == [(5, "calculation")]


def test_groups_without_end_are_a_sentence() -> None:
    rows = "".join(f"| | begin repeat | r{at} | R |\n" for at in range(30)) + "| | text | a | A |\n"
    with pytest.raises(FormError, match="lồng nhau quá"):
        loaded("| survey |\n| | type | name | label |\n" + rows + "| | end repeat | | |\n" * 30)
