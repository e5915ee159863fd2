"""What DuckDB and Spark write differently: one table of templates per dialect, `{0}` is the first argument.

Only templates whose words differ stand here; what both read alike (CASE, coalesce, abs …) is written where it is
used. Both tables have the same keys.
"""

from __future__ import annotations

from dataclasses import dataclass

# What Python's str.isspace() and str.split() take for a space.
SPACES = "".join(map(chr, [*range(9, 14), *range(28, 33), 0x85, 0xA0, 0x1680]))
SPACES += "".join(map(chr, [*range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000]))


@dataclass(frozen=True)
class Dialect:
    """How one engine writes names, texts and the functions of `table`."""

    name: str
    mark: str
    table: dict[str, str]
    doubled: tuple[str, ...] = ("'",)

    def column(self, name: str) -> str:
        """A column's name as SQL."""
        return self.mark + name.replace(self.mark, self.mark * 2) + self.mark

    def text(self, value: str) -> str:
        """A text as SQL literal."""
        for sign in self.doubled:
            value = value.replace(sign, sign * 2)
        return f"'{value}'"

    def written(self, literal: str) -> str:
        """The text behind a literal that `text` wrote."""
        value = literal[1:-1]
        for sign in reversed(self.doubled):
            value = value.replace(sign * 2, sign)
        return value

    def say(self, key: str, *parts: str) -> str:
        """The template with its arguments."""
        return self.table[key].format(*parts)


DUCKDB = Dialect(
    "duckdb",
    '"',
    {
        "double": "TRY_CAST({0} AS DOUBLE)",
        "whole": "CAST({0} AS BIGINT)",
        "maybe_whole": "TRY_CAST({0} AS BIGINT)",
        "index": "CAST({0} AS INTEGER)",
        "string": "CAST({0} AS VARCHAR)",
        "day": "TRY_CAST({0} AS DATE)",
        "days": "CAST({0} - DATE '1970-01-01' AS DOUBLE)",
        "day_of": "(DATE '1970-01-01' + CAST({0} AS INTEGER))",
        "cut": "trunc({0})",
        "floor": "floor({0})",
        "rounded": "round({0}, {1})",
        "infinite": "isinf({0})",
        "nothing": "CAST(NULL AS DOUBLE)",
        "remainder": "({0} % {1})",
        "divided": "({0} / {1})",
        "matches": "regexp_full_match({0}, {1})",
        "replaced": "regexp_replace({0}, {1}, {2}, 'g')",
        "trimmed": "trim({0}, {1})",
        "left_trimmed": "ltrim({0}, {1})",
        "right_trimmed": "rtrim({0}, {1})",
        "split": "string_split_regex({0}, {1})",
        "size": "len({0})",
        "item": "{0}[{1}]",
        "holds": "list_contains({0}, {1})",
        "distinct": "len(list_distinct({0}))",
        "place": "strpos({0}, {1})",
        "begins": "starts_with({0}, {1})",
        "ends": "suffix({0}, {1})",
        "scientific": "printf('%.14e', {0})",
        "part": "split_part({0}, 'e', {1})",
        "piece": "regexp_extract({0}, {1}, {2})",
        "MD5": "md5({0})",
        "SHA-1": "sha1({0})",
        "SHA-256": "sha256({0})",
        "SHA-384": "",
        "SHA-512": "",
        "base64": "to_base64(from_hex({0}))",
        "each": "list_transform({0}, lambda {1}: {2})",
        "counted": "range(1, {0} + 1)",
        "total": "list_sum({0})",
        "inline": "AS NOT MATERIALIZED",
    },
)

SPARK = Dialect(
    "spark",
    "`",
    {
        "double": "try_cast({0} AS DOUBLE)",
        "whole": "CAST({0} AS BIGINT)",
        "maybe_whole": "try_cast({0} AS BIGINT)",
        "index": "CAST({0} AS INT)",
        "string": "CAST({0} AS STRING)",
        "day": "try_cast({0} AS DATE)",
        "days": "CAST(datediff({0}, DATE'1970-01-01') AS DOUBLE)",
        "day_of": "date_add(DATE'1970-01-01', CAST({0} AS INT))",
        "cut": (
            "(CASE WHEN {0} > -9e15 AND {0} < 0 THEN -CAST(floor(-({0})) AS DOUBLE)"
            " WHEN {0} >= 0 AND {0} < 9e15 THEN CAST(floor({0}) AS DOUBLE) ELSE {0} END)"
        ),
        "floor": "CAST(floor({0}) AS DOUBLE)",
        "rounded": "(round({0} * pow(10e0, {1})) / pow(10e0, {1}))",
        "infinite": "(abs({0}) = CAST('Infinity' AS DOUBLE))",
        "nothing": "CAST(NULL AS DOUBLE)",
        "remainder": "({0} % {1})",
        "divided": (
            "(CASE WHEN {1} <> 0 THEN {0} / {1} WHEN {0} = 0 OR {1} IS NULL THEN CAST(NULL AS DOUBLE)"
            " ELSE sign({0}) * CAST('Infinity' AS DOUBLE) END)"
        ),
        "matches": "({0} RLIKE concat('\\\\A(?:', {1}, ')\\\\z'))",
        "replaced": "regexp_replace({0}, {1}, {2})",
        "trimmed": "trim(BOTH {1} FROM {0})",
        "left_trimmed": "ltrim({1}, {0})",
        "right_trimmed": "rtrim({1}, {0})",
        "split": "split({0}, {1})",
        "size": "size({0})",
        "item": "try_element_at({0}, {1})",
        "holds": "array_contains({0}, {1})",
        "distinct": "size(array_distinct({0}))",
        "place": "locate({1}, {0})",
        "begins": "startswith({0}, {1})",
        "ends": "endswith({0}, {1})",
        "scientific": "format_string('%.14e', {0})",
        "part": "split_part({0}, 'e', {1})",
        "piece": "regexp_extract({0}, {1}, {2})",
        "MD5": "md5({0})",
        "SHA-1": "sha1({0})",
        "SHA-256": "sha2({0}, 256)",
        "SHA-384": "sha2({0}, 384)",
        "SHA-512": "sha2({0}, 512)",
        "base64": "regexp_replace(base64(unhex({0})), '[^A-Za-z0-9+/=]', '')",
        "each": "transform({0}, {1} -> {2})",
        "counted": "sequence(1, {0})",
        "total": "aggregate({0}, 0e0, (sum, one) -> sum + one)",
        "inline": "AS",
    },
    doubled=("\\", "'"),
)

__all__ = ["DUCKDB", "SPACES", "SPARK", "Dialect"]
