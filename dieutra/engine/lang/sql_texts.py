"""The functions on text and selections, in SQL."""

from __future__ import annotations

import re
from collections.abc import Callable

from dieutra.engine.lang.dialects import SPACES
from dieutra.engine.lang.digests import algorithm_of
from dieutra.engine.lang.patterns import MAX_TEXT
from dieutra.engine.lang.sql_errors import Failing, NotInSql
from dieutra.engine.lang.sql_values import FALSE, Number, SqlValue, Text, Truth
from dieutra.engine.lang.sql_writer import Writer

# --- selections


def _selected(w: Writer, value: SqlValue, choice: SqlValue) -> SqlValue | Failing:
    wanted = w.short(w.dialect.say("trimmed", choice.text(w), w.dialect.text(SPACES)))
    text = w.short(value.text(w))
    found = w.dialect.say("holds", w.words(text), wanted)
    nothing = f"({w.dialect.say('trimmed', text, w.dialect.text(SPACES))} = '')"
    made = Truth(f"(CASE WHEN {wanted} = '' THEN {nothing} ELSE {found} END)")
    is_number = choice.is_kind("number", w)
    return made if is_number == FALSE else Failing(made, is_number)


def _amount(w: Writer, text: str) -> str:
    """How many words the text has."""
    blank = w.dialect.say("trimmed", text, w.dialect.text(SPACES))
    return f"(CASE WHEN {blank} = '' THEN 0 ELSE {w.dialect.say('size', w.words(text))} END)"


def _selected_at(w: Writer, value: SqlValue, index: SqlValue) -> SqlValue:
    text, number = w.short(value.text(w)), w.short(index.settled(w))
    # Limited at both ends first: a cast of what is too large for it would end the whole query.
    at = w.named(f"least({MAX_TEXT}e0, greatest(-1e0, coalesce({w.dialect.say('cut', number)}, 0e0)))")
    place = w.dialect.say("index", at)
    word = w.dialect.say("item", f"({w.words(text)})", f"{place} + 1")
    return Text(f"(CASE WHEN {at} >= 0 AND {at} < {_amount(w, text)} THEN {word} ELSE '' END)")


def _count_selected(w: Writer, value: SqlValue) -> SqlValue:
    return Number(f"CAST({_amount(w, w.short(value.text(w)))} AS DOUBLE)")


def _boolean_from_string(w: Writer, value: SqlValue) -> SqlValue:
    return Truth(f"(lower({value.text(w)}) IN ('true', '1'))")


# --- pieces


def _concat(w: Writer, *values: SqlValue) -> SqlValue:
    return Text(f"concat({', '.join(value.text(w) for value in values)})" if values else "''")


def _join(w: Writer, separator: SqlValue, *values: SqlValue) -> SqlValue:
    between = w.short(separator.text(w))
    parts = [sql for value in values for sql in (between, value.text(w))][1:]
    return Text(f"concat({', '.join(parts)})" if parts else "''")


def _length(w: Writer, value: SqlValue) -> SqlValue:
    return Number(f"CAST(length({value.text(w)}) AS DOUBLE)")


def _substr(w: Writer, value: SqlValue, start: SqlValue, end: SqlValue | None = None) -> SqlValue:
    text = w.short(value.text(w))
    first = _index(w, start, text)
    last = f"length({text})" if end is None else _index(w, end, text)
    piece = f"substring({text}, {first} + 1, {last} - {first})"
    return Text(f"(CASE WHEN {first} < {last} THEN {piece} ELSE '' END)")


def _index(w: Writer, value: SqlValue, text: str) -> str:
    """A place in the text, counted from its end when negative; 0 for what is no number."""
    number = w.short(value.settled(w))
    inside = w.named(
        f"least(CAST(length({text}) AS DOUBLE), greatest(-CAST(length({text}) AS DOUBLE), {number}))"
    )
    cut = w.dialect.say("index", w.dialect.say("cut", inside))
    at = w.named(f"CASE WHEN {number} IS NULL THEN 0 ELSE {cut} END")
    return w.named(f"CASE WHEN {at} < 0 THEN {at} + length({text}) ELSE {at} END")


def _before(w: Writer, value: SqlValue, mark: SqlValue) -> SqlValue:
    text, sign = w.short(value.text(w)), w.short(mark.text(w))
    at = w.named(f"CASE WHEN {sign} = '' THEN 0 ELSE {w.dialect.say('place', text, sign)} END")
    return Text(f"(CASE WHEN {at} > 0 THEN left({text}, {at} - 1) ELSE '' END)")


def _after(w: Writer, value: SqlValue, mark: SqlValue) -> SqlValue:
    text, sign = w.short(value.text(w)), w.short(mark.text(w))
    at = w.named(f"CASE WHEN {sign} = '' THEN 1 ELSE {w.dialect.say('place', text, sign)} END")
    return Text(f"(CASE WHEN {at} > 0 THEN substring({text}, {at} + length({sign})) ELSE '' END)")


def _contains(w: Writer, value: SqlValue, part: SqlValue) -> SqlValue:
    sign = w.short(part.text(w))
    return Truth(f"({sign} = '' OR {w.dialect.say('place', value.text(w), sign)} > 0)")


def _begins(w: Writer, value: SqlValue, part: SqlValue) -> SqlValue:
    return Truth(w.dialect.say("begins", value.text(w), part.text(w)))


def _ends(w: Writer, value: SqlValue, part: SqlValue) -> SqlValue:
    return Truth(w.dialect.say("ends", value.text(w), part.text(w)))


def _normalize_space(w: Writer, value: SqlValue) -> SqlValue:
    one = w.dialect.say("replaced", value.text(w), w.dialect.text("[ \t\r\n]+"), "' '")
    return Text(w.dialect.say("trimmed", one, "' '"))


def _translate(w: Writer, value: SqlValue, old: SqlValue, new: SqlValue) -> SqlValue:
    return Text(f"translate({value.text(w)}, {old.text(w)}, {new.text(w)})")


# --- patterns


def _regex(w: Writer, value: SqlValue, pattern: SqlValue) -> SqlValue:
    if not isinstance(pattern, Text) or not pattern.sql.startswith("'"):
        raise NotInSql("regex", "mẫu phải cố định")
    written = w.dialect.written(pattern.sql)
    text = w.short(value.text(w))
    fits = w.dialect.say("matches", text, w.dialect.text(_for_re2(written)))
    return Truth(f"(length({text}) <= {MAX_TEXT} AND {fits})")


def _for_re2(pattern: str) -> str:
    """The pattern as RE2 and Java read it, with Python's meaning. Raises NotInSql for looking ahead and {,n}."""
    plain = re.sub(r"\[[^\]]*\]", "c", re.sub(r"\\.", "e", pattern))
    if re.search(r"\(\?[=!]|\{,", plain):
        raise NotInSql("regex", "mẫu nhìn trước (?=…) (?!…) hoặc {,n}")
    if any(int(number) > 1000 for number in re.findall(r"[{,]([0-9]+)(?=[,}])", plain)):
        raise NotInSql("regex", "lặp quá 1000 lần")
    return re.sub(r"(\[[^\]]*)?\\s", lambda m: f"{m[1]}\\t-\\r " if m[1] else r"[\t-\r ]", pattern)


def _digest(w: Writer, value: SqlValue, algorithm: SqlValue, encoding: SqlValue | None = None) -> SqlValue:
    given = [part.sql if isinstance(part, Text) else "" for part in (algorithm, encoding or Text("'base64'"))]
    if not all(sql.startswith("'") for sql in given):
        raise NotInSql("digest", "thuật toán phải cố định")
    name = algorithm_of(w.dialect.written(given[0])) or ""
    if not w.dialect.table.get(name):
        raise NotInSql("digest", f"{w.dialect.name} không có {name}")
    hashed = w.dialect.say(name, value.text(w))
    return Text(hashed if w.dialect.written(given[1]).lower() == "hex" else w.dialect.say("base64", hashed))


CALLS: dict[str, Callable[..., SqlValue | Failing]] = {
    "selected": _selected,
    "selected-at": _selected_at,
    "count-selected": _count_selected,
    "boolean-from-string": _boolean_from_string,
    "concat": _concat,
    "join": _join,
    "string-length": _length,
    "substr": _substr,
    "substring-before": _before,
    "substring-after": _after,
    "contains": _contains,
    "starts-with": _begins,
    "ends-with": _ends,
    "normalize-space": _normalize_space,
    "translate": _translate,
    "regex": _regex,
    "digest": _digest,
}
