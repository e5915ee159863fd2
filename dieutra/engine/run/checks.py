"""The checks of a form as one SQL query over a table of responses: one row per finding."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from dieutra.engine.forms.form import Check, Form
from dieutra.engine.lang.dialects import Dialect
from dieutra.engine.lang.sql_errors import NotInSql
from dieutra.engine.lang.sql_values import FALSE, TRUE
from dieutra.engine.lang.sql_writer import Writer
from dieutra.engine.run.answers import Answers


@dataclass(frozen=True)
class Batch:
    """The query, and for each number that it gives (from 0) the check's name, path and severity.

    What SQL cannot say is left to Python: `left` names the checks with the reason, `beyond` the places of nodes
    that are in repeats, chosen from lists, or follow from such a thing.
    """

    query: str
    found: list[tuple[str, str, str]]
    left: dict[str, str] = field(default_factory=dict)
    beyond: frozenset[str] = frozenset()


def checks_query(
    dialect: Dialect, form: Form, source: str, columns: Collection[str], keys: tuple[str, str], now: datetime
) -> Batch:
    """SQL that gives both keys and the list of the numbers of what was found, for responses with findings.

    `source` stands after FROM.
    """
    writer = Writer(dialect)
    answers = Answers(writer, form, columns, now)
    rules = [(("type", path, "hard"), sql) for path, sql in answers.malformed.items()]
    left: dict[str, str] = {}
    for check in form.checks:
        try:
            rules.append(((check.name, check.where, check.severity), _broken(answers, check)))
        except NotInSql as problem:
            left[check.name] = str(problem)
    rules = [(found, writer.named(sql)) for found, sql in rules if sql != FALSE]
    numbers = ", ".join(f"CASE WHEN {sql} THEN {n} END" for n, (_, sql) in enumerate(rules))
    kept = [dialect.column(key) for key in keys]
    query = writer.query(source, kept, f"{', '.join(kept)}, {_list(dialect, numbers)} AS found")
    return Batch(query, [found for found, _ in rules], left, frozenset(answers.beyond))


def _list(dialect: Dialect, numbers: str) -> str:
    return f"array_compact(array({numbers}))" if dialect.name == "spark" else f"[{numbers}]"


def _broken(answers: Answers, check: Check) -> str:
    """True where the check is run and does not hold. Raises NotInSql."""
    answers.refuse_beyond([check.where, *check.paths])
    shown = answers.shown.get(check.where, FALSE)
    if shown == FALSE:
        return FALSE
    holds = answers.to_sql.compile(check.expr, check.where).truth(answers.w, FALSE)
    ill = answers.any_ill(check.paths)
    asked = [shown, _any_written(answers, check), f"NOT {ill}" if ill else TRUE, f"NOT {holds}"]
    return " AND ".join(part for part in asked if part != TRUE) or TRUE


def _any_written(answers: Answers, check: Check) -> str:
    """True where there is something to check."""
    if check.is_constraint:
        return answers.written.get(check.where, FALSE)
    if not check.paths:
        return TRUE
    written = [answers.written[path] for path in check.paths if path in answers.written]
    return f"({' OR '.join(dict.fromkeys(written))})" if written else FALSE
