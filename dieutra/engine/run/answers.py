"""A form over a table of responses: each node's value, relevance and type error in SQL.

The table has one row per response and one text column per path; a column that is missing is blank. Mirrors
`forms/typed.py` and the first half of `forms/check.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from dieutra.engine.forms.form import Form, Node
from dieutra.engine.forms.order import in_order
from dieutra.engine.forms.typed import MAX_DIGITS, MAX_LENGTH
from dieutra.engine.lang import paths, reads_itself
from dieutra.engine.lang.dialects import SPACES
from dieutra.engine.lang.sql_dates import clock_of_text, day_of_text, moment_of_text, to_date
from dieutra.engine.lang.sql_errors import NotInSql
from dieutra.engine.lang.sql_values import (
    FALSE,
    NOTHING,
    TRUE,
    Answer,
    Choice,
    Day,
    Moment,
    Number,
    SqlValue,
    Text,
    Truth,
)
from dieutra.engine.lang.sql_writer import Writer
from dieutra.engine.lang.to_sql import Sql, ToSql

DECIMAL = "-?(?:0|[1-9][0-9]*)(?:[.][0-9]+)?"
DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
STRICT_CLOCK = "[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?"
# workbook.CONTROL without surrogates, which UTF-8 cannot hold.
CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x{9f}\x{fffe}\x{ffff}]"


class Reading:
    """One written answer: its value, SQL of whether it is malformed, and its text ('' when blank)."""

    def __init__(self, value: SqlValue, malformed: str, written: str) -> None:
        self.value, self.malformed, self.written = value, malformed, written


def read(w: Writer, node: Node, raw: str) -> Reading:
    """The typed value of what a column holds; `raw` may be NULL or only spaces."""
    trimmed = w.dialect.say("trimmed", raw, w.dialect.text(SPACES))
    # Most answers start with a sign of ASCII; only the others are looked at for spaces.
    text = w.named(
        f"CASE WHEN {raw} BETWEEN '!' AND '~' THEN {raw} WHEN {trimmed} <> '' THEN {raw} ELSE '' END"
    )
    if node.type in ("int", "decimal"):
        return _number(w, node.type, text)
    strange = f"(length({text}) > {MAX_LENGTH} OR {_found(w, text, CONTROL)})"
    if node.type == "date":
        day = day_of_text(w, Text(text), DATE).value
        assert isinstance(day, Choice) and isinstance(day.no, Day)
        is_day = f"({day.no.sql} IS NOT NULL)"
        number = w.named(f"CASE WHEN {is_day} THEN {day.no.number(w)} ELSE {w.number_of_text(text)} END")
        return Reading(Answer(is_day, day.no, text, number), f"({text} <> '' AND NOT {is_day})", text)
    if node.type in ("dateTime", "time"):
        return _moment(w, node.type, text)
    if node.type == "select1":
        strange = f"({text} <> '' AND {_not_offered(w, node, text)})"
    if node.type == "select":
        strange = f"({text} <> '' AND ({strange} OR {_not_offered(w, node, text)}))"
    return Reading(Text(text), w.named(strange), text)


def _moment(w: Writer, type_: str, text: str) -> Reading:
    at = (
        clock_of_text(w, text, STRICT_CLOCK)
        if type_ == "time"
        else moment_of_text(w, text, DATE, STRICT_CLOCK)
    )
    good, value = f"({at} IS NOT NULL)", Moment(at)
    number = w.named(f"CASE WHEN {good} THEN {value.number(w)} ELSE {w.number_of_text(text)} END")
    return Reading(Answer(good, value, text, number), f"({text} <> '' AND NOT {good})", text)


def _found(w: Writer, text: str, pattern: str) -> str:
    """True where the text holds the pattern somewhere."""
    return (
        f"regexp_like({text}, {w.dialect.text(pattern)})"
        if w.dialect.name == "spark"
        else (f"regexp_matches({text}, {w.dialect.text(pattern)})")
    )


def _number(w: Writer, type_: str, text: str) -> Reading:
    """Whole numbers by a cast and back, which is several times faster than a pattern."""
    whole = w.named(w.dialect.say("maybe_whole", text))
    is_whole = (
        f"coalesce({w.dialect.say('string', whole)} = {text} AND {whole} BETWEEN {-_MOST} AND {_MOST}, FALSE)"
    )
    if type_ == "decimal":
        digits = f"replace({w.dialect.say('left_trimmed', text, w.dialect.text('-0.'))}, '.', '')"
        sized = f"length({digits}) <= {MAX_DIGITS} AND length({text}) <= {MAX_LENGTH}"
        spelt = f"{w.dialect.say('matches', text, w.dialect.text(DECIMAL))} AND {sized}"
        is_whole = f"CASE WHEN {text} = '' THEN FALSE WHEN {is_whole} THEN TRUE ELSE {spelt} END"
    good = w.named(is_whole)
    known = f"CAST({whole} AS DOUBLE)" if type_ == "int" else w.dialect.say("double", text)
    other = w.number_of_text(text)
    number = w.named(f"CASE WHEN {good} THEN {known} WHEN {text} = '' THEN NULL ELSE {other} END")
    return Reading(Answer(good, Number(number), text, number), f"({text} <> '' AND NOT {good})", text)


_MOST = 10**MAX_DIGITS - 1


def _not_offered(w: Writer, node: Node, text: str) -> str:
    values = [w.dialect.text(choice.value) for choice in node.choices or ()]
    if node.type == "select1":
        return f"{text} NOT IN ({', '.join(values)})" if values else TRUE
    words = w.named(w.words(text))
    each = [f"CASE WHEN {w.dialect.say('holds', words, value)} THEN 1 ELSE 0 END" for value in values]
    known = f"({' + '.join(each or ['0'])})"
    return f"({known} < {w.dialect.say('size', words)})"


class Answers:
    """Every node of the form worked out, ready for what reads them (it is the `Places` of ToSql)."""

    def __init__(self, w: Writer, form: Form, columns: Collection[str], now: datetime) -> None:
        self.w, self.form, self.columns = w, form, columns
        self.to_sql = ToSql(w, self, now)
        self.values: dict[str, SqlValue] = {}
        self.written: dict[str, str] = {}
        self.malformed: dict[str, str] = {}
        self.shown: dict[str, str] = {}
        self.ill: dict[str, str] = {}  # malformed, or calculated from what is
        self.beyond: set[str] = set()  # in repeats, chosen from lists, or following from such a thing
        for node in in_order(form):
            try:
                self._refuse_repeated(node)
                self._work_out(node)
            except NotInSql:
                self.beyond.add(node.path)
                self.shown[node.path] = FALSE

    def _refuse_repeated(self, node: Node) -> None:
        if node.itemset is not None or self.form.shape.around(node.path):
            raise NotInSql(node.name, "nằm trong phần lặp lại hoặc chọn từ danh sách")
        logic = [ast for ast in (node.relevant, node.calculate) if ast is not None]
        self.refuse_beyond([node.parent or "", *(path for ast in logic for path in paths(ast))])

    def refuse_beyond(self, places: Iterable[str]) -> None:
        """Raises NotInSql when one of these is not worked out in SQL."""
        found = next((place for place in places if place in self.beyond), None)
        if found is not None:
            raise NotInSql(found.rpartition("/")[2], "nằm trong phần lặp lại hoặc chọn từ danh sách")

    def value(self, path: str) -> SqlValue:
        return self.values.get(path, NOTHING)

    def relevant(self, path: str) -> str:
        return self.shown[path] if path in self.values else FALSE

    def _work_out(self, node: Node) -> None:
        self.shown[node.path] = shown = self._relevance(node)
        if node.type is None or node.kind == "note":
            return
        if node.calculate is not None:
            value, written = self._calculated(node)
            self._follow_ill(node)
        else:
            read_ = read(self.w, node, self._raw(node, shown))
            value, written = read_.value, f"({read_.written} <> '')"
            if read_.malformed != FALSE:
                self.malformed[node.path] = self.ill[node.path] = self.w.named(read_.malformed)
        self.values[node.path], self.written[node.path] = value, written

    def _follow_ill(self, node: Node) -> None:
        reads = paths(node.calculate, node.path) if node.calculate is not None else ()
        if ill := self.any_ill(path for path in reads if path != node.path):
            shown = self.shown[node.path]
            self.ill[node.path] = self.w.named(ill if shown == TRUE else f"({shown} AND {ill})")

    def any_ill(self, reads: Iterable[str]) -> str:
        """SQL of whether one of these is ill; '' where none can be."""
        found = [self.ill[path] for path in dict.fromkeys(reads) if path in self.ill]
        return f"({' OR '.join(found)})" if found else ""

    def _relevance(self, node: Node) -> str:
        outer = self.shown[node.parent] if node.parent else TRUE
        if node.relevant is None:
            return outer
        own = self.to_sql.compile(node.relevant, node.path).truth(self.w, TRUE)
        return self.w.named(own if outer == TRUE else f"({outer} AND {own})")

    def _raw(self, node: Node, shown: str) -> str:
        if node.path not in self.columns:
            return "''"
        column = self.w.named(self.w.dialect.column(node.path))
        return self.w.named(column if shown == TRUE else f"CASE WHEN {shown} THEN {column} END")

    def _calculated(self, node: Node) -> tuple[SqlValue, str]:
        assert node.calculate is not None
        shown = self.shown[node.path]
        own = read(self.w, node, self._raw(node, shown)).value if reads_itself(node.calculate) else None
        made = self.to_sql.compile(node.calculate, node.path, own)
        given = TRUE if made.fails is None else f"(NOT {made.fails})"
        given = given if shown == TRUE else f"({shown} AND {given})"
        if node.type in ("int", "decimal"):
            return self._stored_number(node, made, given)
        if node.type == "date":
            return self._stored_day(made, given)
        return self._stored_text(made, given)

    def _stored_number(self, node: Node, made: Sql, given: str) -> tuple[SqlValue, str]:
        w = self.w
        number = w.short(made.value.settled(w) if node.type == "int" else made.value.number(w))
        whole = w.dialect.say("cut", number) if node.type == "int" else number
        finite = f"{given} AND NOT {w.dialect.say('infinite', number)}"
        held = w.named(f"CASE WHEN {finite} THEN {whole} END")
        is_number = f"({held} IS NOT NULL)"
        stored = Number(held, node.type == "int" or made.value.exact)
        return Choice(is_number, stored, NOTHING), is_number

    def _stored_day(self, made: Sql, given: str) -> tuple[SqlValue, str]:
        day = to_date(self.w, made.value)
        held = self.w.named(f"CASE WHEN {given} AND NOT {day.fails} THEN {_only_day(day.value)} END")
        is_day = f"({held} IS NOT NULL)"
        return Choice(is_day, Day(held), NOTHING), is_day

    def _stored_text(self, made: Sql, given: str) -> tuple[SqlValue, str]:
        w, value = self.w, made.value
        number, is_number = value.number(w), value.is_kind("number", w)
        if is_number != FALSE:
            number = w.short(number)
            none = f"({number} IS NULL OR {w.dialect.say('infinite', number)})"
            given = f"({given} AND NOT ({is_number} AND {none}))"
        held = w.named(f"CASE WHEN {given} THEN {value.text(w)} ELSE '' END")
        is_boolean = value.is_kind("boolean", w)
        if is_boolean == FALSE:
            return Text(held), f"({held} <> '')"
        truth = w.named(f"CASE WHEN {given} THEN {value.truth(w)} ELSE FALSE END")
        stays = w.named(f"({given} AND {is_boolean})")
        return Choice(stays, Truth(truth), Text(held)), f"({held} <> '')"


def _only_day(value: SqlValue) -> str:
    """The DATE, NULL for blank."""
    if isinstance(value, Choice):
        return f"(CASE WHEN {value.test} THEN {_only_day(value.yes)} ELSE {_only_day(value.no)} END)"
    if isinstance(value, Day):
        return value.sql
    return f"DATE '{value.at:%Y-%m-%d}'" if hasattr(value, "at") else "CAST(NULL AS DATE)"
