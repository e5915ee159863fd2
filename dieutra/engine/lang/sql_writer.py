"""Where SQL text is put together: short names for long pieces, and numbers turned into text and back.

A number is a DOUBLE and NULL is the number that is none. Results of `+ - *` are settled to 15 significant digits
(whole ones stand as they are), which makes them what exact decimals of that size give: 0.1 + 0.2 is 0.3.
"""

from __future__ import annotations

import re

from dieutra.engine.lang.dialects import SPACES, Dialect

LONG = 48
NAME = re.compile(r"\b_v([0-9]+)\b")
NUMBER_TEXT = "-?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)"


class Writer:
    """Collects named pieces in layers: a piece reads only names of layers before its own.

    `layers[0]` reads the source; each later one reads all names given before.
    """

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.layers: list[list[tuple[str, str]]] = []
        self._names: dict[str, str] = {}
        self._layer: dict[str, int] = {}

    def named(self, sql: str) -> str:
        """A column that holds this expression; the same column for the same expression."""
        if NAME.fullmatch(sql):
            return sql
        if sql not in self._names:
            name = f"_v{len(self._names)}"
            layer = self.layer_of(sql)
            while len(self.layers) <= layer:
                self.layers.append([])
            self.layers[layer].append((name, sql))
            self._names[sql], self._layer[name] = name, layer
        return self._names[sql]

    def short(self, sql: str) -> str:
        """The expression itself when it may be written several times, else a column that holds it."""
        return sql if len(sql) <= LONG else self.named(sql)

    def layer_of(self, sql: str) -> int:
        """The first layer that can read all that the expression names."""
        return 1 + max((self._layer.get(f"_v{number}", -1) for number in NAME.findall(sql)), default=-1)

    def query(self, source: str, kept: list[str], last: str) -> str:
        """SELECT `last` over the source with every name worked out; `kept` are columns of the source."""
        inline, below, ctes = self.dialect.say("inline"), source, []
        for number, layer in enumerate(self.layers):
            columns = ", ".join(
                [", ".join(kept) if number == 0 else "*", *(f"{sql} AS {n}" for n, sql in layer)]
            )
            ctes.append(f"_l{number} {inline} (SELECT {columns} FROM {below})")
            below = f"_l{number}"
        return (f"WITH {', '.join(ctes)} " if ctes else "") + f"SELECT {last} FROM {below}"

    # --- numbers

    def settled(self, number: str, size: str | None = None) -> str:
        """A double as the decimal of 15 significant digits that it stands for; NaN becomes NULL.

        `size` is what the digits are counted from, if not the number itself: a difference of large numbers has
        no more places than they have.
        """
        x = self.short(number)
        of = f"abs({x})" if size is None else self.short(size)
        infinite, cut = self.dialect.say("infinite", x), self.dialect.say("cut", x)
        places = self.dialect.say("index", f"14 - floor(log10({of}))")
        exact = self.dialect.say("double", self.dialect.say("scientific", x))
        # NaN counts as the largest number in both dialects, so the first line lets only whole numbers through.
        return (
            f"(CASE WHEN abs({x}) < 1e300 AND {x} = {cut} THEN {x} "
            f"WHEN {x} IS NULL OR isnan({x}) THEN NULL WHEN {infinite} THEN {x} "
            f"WHEN {of} BETWEEN 1e-7 AND 1e14 THEN {self.dialect.say('rounded', x, places)} ELSE {exact} END)"
        )

    def number_of_text(self, text: str) -> str:
        """The number that a text spells, spaces around it left out, one comma read as a point."""
        trimmed = self.short(self.dialect.say("trimmed", text, self.dialect.text(" \t\r\n")))
        fits = self.dialect.say("matches", trimmed, self.dialect.text(NUMBER_TEXT))
        number = self.dialect.say("double", f"replace({trimmed}, ',', '.')")
        return f"(CASE WHEN {trimmed} = '' THEN NULL WHEN {fits} THEN {number} END)"

    def text_of_number(self, number: str) -> str:
        """Plain digits without an exponent, at most 15 significant ones unless the number is whole."""
        x = self.short(number)
        whole = self.dialect.say("string", self.dialect.say("whole", x))
        is_whole = f"{x} = {self.dialect.say('cut', x)} AND abs({x}) < 9e15"
        return (
            f"(CASE WHEN {x} IS NULL THEN 'NaN' WHEN {self.dialect.say('infinite', x)} "
            f"THEN CASE WHEN {x} < 0 THEN '-Infinity' ELSE 'Infinity' END "
            f"WHEN {is_whole} THEN {whole} ELSE {self._spelt(x)} END)"
        )

    def _spelt(self, x: str) -> str:
        """Digits and exponent of `%.14e` written out."""
        said = self.dialect.say("scientific", f"abs({x})")
        head = f"replace({self.dialect.say('part', said, '1')}, '.', '')"
        mantissa = self.dialect.say("right_trimmed", head, "'0'")
        digits = self.named(f"CASE WHEN {x} IS NULL THEN '' ELSE {mantissa} END")
        exponent = self.dialect.say("index", self.dialect.say("part", said, "2"))
        odd = f"{x} IS NULL OR {self.dialect.say('infinite', x)}"
        power = self.named(f"CASE WHEN {odd} THEN 0 ELSE {exponent} END")
        inside = f"concat(left({digits}, {power} + 1), '.', substring({digits}, {power} + 2))"
        return (
            f"concat(CASE WHEN {x} < 0 THEN '-' ELSE '' END, CASE "
            f"WHEN {power} < 0 THEN concat('0.', repeat('0', -{power} - 1), {digits}) "
            f"WHEN length({digits}) <= {power} + 1 THEN rpad({digits}, {power} + 1, '0') ELSE {inside} END)"
        )

    # --- words

    def words(self, text: str) -> str:
        """The list of words of a text; of a blank one it is a list of one blank word."""
        trimmed = self.dialect.say("trimmed", text, self.dialect.text(SPACES))
        return self.dialect.say("split", trimmed, self.dialect.text(f"[{SPACES}]+"))


def literal(number: float | int) -> str:
    """A number as SQL literal of a double."""
    written = repr(number)
    return written if "e" in written or "inf" in written else f"{written}e0"


__all__ = ["Writer", "literal"]
