"""Expressions: the vectors that every back-end runs, what the parser refuses, and that it never breaks."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dieutra.engine.lang import (
    FUNCTIONS,
    Ast,
    Context,
    EvaluationError,
    ExpressionError,
    Value,
    compile_expr,
    parse,
    to_text,
    to_xpath,
)
from dieutra.engine.lang.functions import REFUSED as REFUSED_NAMES
from dieutra.engine.lang.node_functions import SPECIAL
from tests.oracle.typing import typed_all

VECTORS = json.loads((Path(__file__).parent / "vectors" / "expressions.json").read_text())["vectors"]
NAMES = {"a": "/data/a", "b": "/data/b", "ten": "/data/ten"}


def value_of(ast: Ast, vector: dict[str, Any]) -> str | float | bool | None:
    """The value as vectors write it."""
    try:
        value = compile_expr(ast, vector["self"])(Context(typed_all(vector)))
    except EvaluationError:
        return None
    if isinstance(value, Decimal):
        return "" if value.is_nan() else float(value)
    return to_text(value) if isinstance(value, date) else value


def same(value: str | float | bool | None, expect: str | float | bool | None) -> bool:
    if isinstance(expect, (int, float)) and not isinstance(expect, bool):
        return isinstance(value, float) and value == pytest.approx(expect, rel=1e-9, abs=1e-12)
    return type(value) is type(expect) and value == expect


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_python_gives_the_value_of_the_vector(vector: dict[str, Any]) -> None:
    assert parse(vector["expr"], "/data/a") == vector["ast"]
    value = value_of(vector["ast"], vector)
    assert same(value, vector["expect"]), value


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_an_expression_written_out_for_collect_means_the_same(vector: dict[str, Any]) -> None:
    again = parse(to_xpath(vector["ast"]), "/data/a")
    assert same(value_of(again, vector), vector["expect"])


def test_there_are_vectors_for_every_function_on_values() -> None:
    called = json.dumps([vector["ast"] for vector in VECTORS])
    assert {name for name in FUNCTIONS if f'["call", "{name}"' not in called} == SPECIAL.keys() - {"count"}


def test_there_are_at_least_400_vectors_with_names_of_their_own() -> None:
    assert len({vector["name"] for vector in VECTORS}) == len(VECTORS) >= 400


# https://getodk.github.io/xforms-spec/#xpath-functions, then what else JavaRosa and XPath 1.0 have.
SPECIFIED = """string concat join substr substring-before substring-after translate string-length normalize-space
contains starts-with ends-with uuid digest pulldata if coalesce once true false boolean
boolean-from-string not regex checklist weighted-checklist number random int sum max min round pow
log log10 abs sin cos tan asin acos atan atan2 sqrt exp exp10 pi count count-non-empty position
instance current randomize today now format-date format-date-time date date-time decimal-date-time
decimal-time selected selected-at count-selected jr:choice-name jr:itext indexed-repeat area
distance geofence base64-decode extract-signed version property depend is-selected enclosed-area
floor ceiling substring last name local-name namespace-uri lang id"""


def test_every_function_that_is_specified_is_known_to_run_or_to_be_refused() -> None:
    starts_of_paths = {"instance", "current"}
    known = FUNCTIONS.keys() | starts_of_paths
    assert [name for name in SPECIFIED.split() if (name in known) == (name in REFUSED_NAMES)] == []


REFUSED = [
    ("", "Biểu thức trống", 0),
    ("1 +", "thiếu một giá trị ở cuối", 3),
    ("(1", "Thiếu “)”", 2),
    ("1 2", "Không chờ gặp “2”", 2),
    ("'abc", "Thiếu dấu nháy đóng", 0),
    ("${a} = “x”", "Dấu nháy cong", 7),
    ("1e3", "không phải là số", 0),
    ("1234567890123456", "quá 15 chữ số", 0),
    ("${khong_co} + 1", "Không có câu hỏi nào tên “khong_co”", 0),
    ("${ten2}", "có phải là ${ten}?", 0),
    ("$a", "dạng ${tên}", 0),
    ("a + 1", "đứng một mình", 0),
    ("true", "phải có cặp ngoặc", 0),
    ("foo(1)", "Không có hàm foo()", 0),
    ("rond(1)", "có phải là round()?", 0),
    ("if(1, 2)", "cần 3 tham số, đang có 2", 0),
    ("position(1)", "cần một phần lặp lại", 0),
    ("jr:choice-name('1', 'x y')", "cần tên câu hỏi", 0),
    ("indexed-repeat(${a}, ${b})", "cần", 0),
    ("pulldata(${a}, 'x', 'y', 1)", "cố định", 0),
    ("instance(${a})/root/item", "tên danh sách", 9),
    ("/data/a | /data/b", "gộp nhiều đường dẫn", 8),
    ("property('username')", "trong trang survey", 0),
    ("floor(1.5)", "hãy dùng int() hoặc round()", 0),
    ("digest(${a}, 'SHA-3')", "phải là một trong MD5", 0),
    ("digest(${a}, 'MD5', 'octal')", "'hex' hoặc 'base64'", 0),
    ("area('21.0 105.8')", "câu trả lời của một câu hỏi", 0),
    ("weighted-checklist(1, 2, ${a}, 1, ${b})", "số tham số chẵn", 0),
    ("regex(${a}, '(a+)+')", "có thể làm máy chạy rất lâu", 0),
    ("regex(${a}, 'a{,3}')", "không phải máy nào cũng hiểu", 0),
    ("//a", "chưa được hỗ trợ", 0),
    ("sum(/data/*)", "chưa được hỗ trợ", 10),
    ("/data/a[1", "Thiếu “]”", 9),
    ("../../../a", "đi ra ngoài phiếu", 3),
    ("date('2021-02-30')", "không phải là ngày", 0),
    ("regex(${a}, '[')", "viết sai", 0),
    ("regex(${a}, '\\p{L}+')", "\\p", 0),
    ("regex(${a}, '[a[b]]')", "[a[", 0),
    ("regex(${a}, ${b})", "đoạn chữ cố định", 0),
    ("format-date(${a}, '%b')", "%b", 0),
    ("selected(${a}, 1)", "đặt trong dấu nháy", 0),
    ("count(1)", "chỉ đếm được câu hỏi", 0),
    ("(" * 100 + "1" + ")" * 100, "lồng nhau quá", 60),
    ("1" + "+1" * 200, "hãy dùng sum", 0),
    ("1" * 30_000, "dài quá", 0),
]


@pytest.mark.parametrize(("text", "message", "position"), REFUSED, ids=[text[:30] for text, _, _ in REFUSED])
def test_what_we_do_not_carry_is_refused_with_its_place(text: str, message: str, position: int) -> None:
    with pytest.raises(ExpressionError) as refused:
        parse(text, "/data/g", NAMES)
    assert message in refused.value.message
    assert refused.value.position == position


def test_references_by_name_become_paths() -> None:
    assert parse("${a} + ${ b }", None, NAMES) == ["op", "+", ["path", "/data/a"], ["path", "/data/b"]]


def test_a_long_total_is_worked_out() -> None:
    ast = parse(" + ".join(["/data/a"] * 140))
    assert compile_expr(ast)(Context({"/data/a": Decimal("0.1")})) == Decimal("14.0")


def test_a_sum_of_many_cells_stays_shallow_for_collect() -> None:
    cells = ", ".join(f"/data/c{number}" for number in range(400))
    assert parse(to_xpath(parse(f"sum({cells})")))


def test_a_number_too_large_to_show_does_not_fill_the_memory() -> None:
    assert compile_expr(parse("string(pow(10, 300) * pow(10, 300))"))(Context({})) == "Infinity"


def test_a_regex_may_name_vietnamese_letters_and_signs() -> None:
    assert compile_expr(parse("regex('Đào 1+*', '[ĐAo à0-9+*]+')"))(Context({})) is True


SIGNS = [
    "(",
    ")",
    ",",
    "+",
    "-",
    "*",
    "=",
    "!=",
    "<",
    "[",
    "]",
    "|",
    "/",
    "//",
    "@",
    "$",
    "đ",
    "e3",
    " ",
    "\n",
]
WORDS = ["div", "and", "position", "/data/a", "${a}", "..", ".", "1", "2.5", "'x'", "''", '"']
PIECES = st.sampled_from([*FUNCTIONS, *SIGNS, *WORDS])


@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=30).map(" ".join)))
def test_the_parser_refuses_or_reads_whatever_it_is_given(text: str) -> None:
    try:
        ast = parse(text, "/data/g/x", NAMES)
    except ExpressionError as refused:
        assert 0 <= refused.position <= len(text)
        return
    assert json.loads(json.dumps(ast)) == ast
    assert parse(to_xpath(ast), "/data/g/x") is not None


PATHS = [["path", path] for path in ("/data/a", "/data/d", "/data/t", "/data/none")]
TEXTS = [["str", text] for text in ("", "2021-03-05", "abc 1")]
ATOMS = st.sampled_from([["num", 0], ["num", 1.5], ["num", 18691], ["self"], *PATHS, *TEXTS])
FREE = [name for name, function in FUNCTIONS.items() if name not in ("regex", "format-date", *SPECIAL)]


def _grown(inner: st.SearchStrategy[Ast]) -> st.SearchStrategy[Ast]:
    operators = st.sampled_from(["+", "-", "*", "div", "mod", "=", "!=", "<", "<=", ">", ">=", "and", "or"])
    calls = st.sampled_from(FREE).flatmap(
        lambda name: st.lists(
            inner, min_size=FUNCTIONS[name].low, max_size=min(FUNCTIONS[name].high, FUNCTIONS[name].low + 2)
        ).map(lambda arguments: ["call", name, *arguments])
    )
    return (
        st.tuples(st.just("op"), operators, inner, inner).map(list) | calls | inner.map(lambda e: ["neg", e])
    )


@given(
    st.recursive(ATOMS, _grown, max_leaves=12),
    st.one_of(
        st.text(max_size=20),
        st.decimals(),
        st.dates(),
        st.sampled_from(["9" * 2000, "1.5", " ", "1,5", "-", "."]),
    ),
)
def test_any_tree_on_any_value_gives_a_value_or_says_that_it_has_none(ast: Ast, value: Value) -> None:
    context = Context({"/data/a": value, "/data/d": Decimal("1e300"), "/data/t": date(2021, 3, 5)})
    try:
        result = compile_expr(ast, "/data/a")(context)
    except EvaluationError:
        return
    assert isinstance(result, (str, Decimal, bool, date))
