"""Satisfaction by service of one body, from answers laid open: counted in SQL, small services kept from being seen.

A service with fewer valid answers than the kind's `smallest` shows nothing; when what is hidden is itself fewer people
than that, the next smallest goes with it, so that nobody finds it by taking the others from the total. Every part of the
questionnaire is looked at in the same way, since many may pass over one that the overall question reached. Answers carry no
design weight, since nothing ties them to the people who were drawn: figures are plain shares of those who answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from django.db.models import Count
from django.db.models.fields.json import KeyTextTransform

from dieutra.campaigns.models import Campaign
from dieutra.campaigns.sample_rules import SampleRules
from dieutra.engine.forms.form import Form, Node
from dieutra.engine.stats.likert import Summary, summary
from dieutra.forms.queries import engine_form
from dieutra.opinions.models import Opinion
from dieutra.places.paths import under

OVERALL = "chung"  # the part of the questionnaire that asks about the service as a whole
POOLED = (
    ""  # group of those pooled at the end over services: in the country's total alone, so hidden in any case
)
LEVELS = ("1", "2", "3", "4", "5")
Counts = dict[tuple[str, str], tuple[list[int], int]]  # (service, question) -> answers by level, unknown


@dataclass(frozen=True)
class Row:
    """A service, or all of them. `overall` None: hidden. `parts`: 0 … 100 of each part, None: hidden."""

    code: str
    name: str
    overall: Summary | None
    parts: tuple[Summary | None, ...]


@dataclass(frozen=True)
class Satisfaction:
    parts: tuple[str, ...]  # words of the parts besides the overall one
    services: tuple[Row, ...]
    total: Row
    smallest: int
    hidden: int


def satisfaction(campaign: Campaign, rules: SampleRules, path: str) -> Satisfaction:
    """What the answers about one body say. `path` below which bodies count: `VN/` for all of them."""
    opinion = campaign.kind.opinion
    assert opinion is not None  # rules_of found a sample, hence a survey
    groups = opinion.groups_of(rules.survey)
    form = _form(campaign, rules.survey)
    parts = _parts(form)
    asked = {it.path: part for part, nodes in parts.items() for it in nodes}
    counts = _counts(campaign, rules.survey, path, asked)
    names = [part for part in parts if part != OVERALL]
    rows = [_row(it.code, it.name, [it.code], counts, parts, names) for it in groups]
    pooled = _row(POOLED, "", [POOLED], counts, parts, names)
    total = _row("", "Mọi dịch vụ", [*(it.code for it in groups), POOLED], counts, parts, names)
    least = opinion.smallest * max(len(parts.get(OVERALL, ())), 1)
    counted = [*rows, pooled]
    hide = hidden([_size(row.code, row.overall) for row in counted], least, {POOLED})
    if total.overall is None or total.overall.valid < least:
        total = Row("", total.name, None, (None,) * len(names))
        hide = {row.code for row in counted}
    blank = [
        hidden([_size(row.code, row.parts[at]) for row in counted], opinion.smallest * len(parts[name]), hide)
        for at, name in enumerate(names)
    ]
    shown = tuple(_without(row, row.code in hide, [row.code in it for it in blank]) for row in rows)
    few = [
        it is None or it.valid < opinion.smallest * len(parts[name])
        for it, name in zip(total.parts, names, strict=True)
    ]
    words = tuple(form.by_name[name].label.get("vi", name) for name in names)
    return Satisfaction(words, shown, _without(total, False, few), opinion.smallest, len(hide - {POOLED}))


def hidden(sizes: Iterable[tuple[str, int, int]], least: int, gone: Set[str] = frozenset()) -> set[str]:
    """Codes that are not shown: too few answers, and then more until what is hidden together is no small group either.

    `sizes`: (code, people with those who said “không biết”, valid answers), `gone`: codes that are hidden already. Where
    people are hidden, they count even if none of them gave a valid answer: that, too, could be found by subtraction.
    """
    ordered = sorted(sizes, key=lambda it: (it[2], it[1], it[0]))
    found = set(gone) | {code for code, _, valid in ordered if valid < least}
    people = sum(all_ for code, all_, _ in ordered if code in found)
    together = sum(valid for code, _, valid in ordered if code in found)
    for code, all_, valid in ordered:
        if people and together < least and code not in found:
            found.add(code)
            people, together = people + all_, together + valid
    return found


def _size(code: str, one: Summary | None) -> tuple[str, int, int]:
    return (code, one.valid + one.unknown, one.valid) if one else (code, 0, 0)


def _without(row: Row, whole: bool, parts: Sequence[bool]) -> Row:
    """The row with what is hidden taken out: all of it, or some of its parts."""
    kept = tuple(None if whole or gone else it for it, gone in zip(row.parts, parts, strict=True))
    return Row(row.code, row.name, None if whole else row.overall, kept)


def _form(campaign: Campaign, survey: str) -> Form:
    """All groups of such a survey are asked by one questionnaire."""
    return engine_form(
        campaign.group_forms.filter(survey=survey).order_by("pk").values_list("form", flat=True)[0]
    )


def _parts(form: Form) -> dict[str, list[Node]]:
    """Groups of the questionnaire with their questions on the scale of satisfaction."""
    found: dict[str, list[Node]] = {}
    for node in form.nodes:
        values = {choice.value for choice in node.choices or ()}
        if node.type == "select1" and set(LEVELS) <= values and node.parent:
            found.setdefault(node.parent.rsplit("/", 1)[-1], []).append(node)
    return found


def _counts(campaign: Campaign, survey: str, path: str, asked: Mapping[str, str]) -> Counts:
    """One grouped statement per question."""
    opinions = Opinion.objects.filter(under("path", path), campaign=campaign, survey=survey)
    found: Counts = {}
    for question in asked:
        chosen = opinions.annotate(level=KeyTextTransform(question, "answers")).values("group", "level")
        for row in chosen.annotate(n=Count("pk")):
            levels, unknown = found.setdefault((row["group"], question), ([0] * len(LEVELS), 0))
            if row["level"] in LEVELS:
                levels[LEVELS.index(row["level"])] += row["n"]
            else:
                found[row["group"], question] = levels, unknown + row["n"]
    return found


def _row(
    code: str,
    name: str,
    groups: Sequence[str],
    counts: Counts,
    parts: Mapping[str, Sequence[Node]],
    names: Sequence[str],
) -> Row:
    overall = _pooled(groups, parts.get(OVERALL, ()), counts)
    return Row(code, name, overall, tuple(_pooled(groups, parts[it], counts) for it in names))


def _pooled(groups: Sequence[str], nodes: Sequence[Node], counts: Counts) -> Summary:
    found = [counts[group, node.path] for group in groups for node in nodes if (group, node.path) in counts]
    levels = [sum(given[at] for given, _ in found) for at in range(len(LEVELS))]
    return summary(levels, sum(unknown for _, unknown in found))
