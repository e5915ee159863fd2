"""From released answers to counts by body, criterion and group: in SQL, one grouped query per question.

Only counts leave this module, and no count of a single group is kept or shown: see figures.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.db.models import Count, QuerySet
from django.db.models.fields.json import KeyTextTransform

from dieutra.campaigns.models import Campaign
from dieutra.campaigns.score_rules import LEVELS, ScoreRules
from dieutra.engine.stats.survey import Tally
from dieutra.forms.queries import engine_form
from dieutra.opinions.models import Opinion

Key = tuple[str, str, str, str]  # path of the body, criterion, group, name of the question


def tallies(campaign: Campaign, rules: ScoreRules, annulled: frozenset[str]) -> dict[str, list[Tally]]:
    """By path of the body. Results of bodies in `annulled` do not count."""
    counts: dict[Key, list[int]] = {}
    for question, path, answer, many in _answered(campaign, rules):
        if path in annulled:
            continue
        levels = LEVELS[question["kind"]]
        key = (path, question["criterion"], question["group"], question["question"])
        row = counts.setdefault(key, [0] * (len(levels) + 1))
        row[levels.index(answer) if answer in levels else len(levels)] += many
    found: dict[str, list[Tally]] = {}
    for (path, criterion, group, _), row in sorted(counts.items()):
        found.setdefault(path, []).append(Tally(criterion, group, tuple(row[:-1]), row[-1]))
    return found


def people(campaign: Campaign, survey: str, annulled: frozenset[str]) -> dict[str, int]:
    """How many answers count for each body, by path."""
    rows = _released(campaign, survey).values("path").annotate(many=Count("pk")).order_by()
    return {row["path"]: row["many"] for row in rows if row["path"] not in annulled}


def numbers(campaign: Campaign, survey: str) -> list[tuple[str, str, int, int]]:
    """(path of the body, group, form, how many answers) of all that is released."""
    rows = _released(campaign, survey).values_list("path", "group", "form_id")
    return list(rows.annotate(many=Count("pk")).order_by())


def _answered(
    campaign: Campaign, rules: ScoreRules
) -> Iterator[tuple[Mapping[str, str], str, str | None, int]]:
    """(question, path of the body, code of the answer, how many). A form that lacks a question has no answers to it."""
    released = _released(campaign, rules.survey)
    forms: dict[str, list[int]] = {}
    for group, form in released.values_list("group", "form_id").distinct().order_by("group", "form_id"):
        forms.setdefault(group, []).append(form)
    for question in rules.questions:
        for form in forms.get(question["group"], []):
            node = engine_form(form).by_name.get(question["question"])
            if node is None:
                continue
            asked = released.filter(group=question["group"], form_id=form)
            given = asked.annotate(given=KeyTextTransform(node.path, "answers")).values_list("path", "given")
            for path, answer, many in given.annotate(many=Count("pk")).order_by():
                yield question, path, answer, many


def _released(campaign: Campaign, survey: str) -> QuerySet[Opinion]:
    """Of bodies alone: what was pooled at the end is about none of them."""
    return Opinion.objects.at_bodies(campaign).filter(survey=survey)
