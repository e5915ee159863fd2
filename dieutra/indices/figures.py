"""The figures of a survey's index: computed exactly by the engine, printed rounded, ready to be shown and published.

What is kept is rounded and summed over groups: an exact fraction, or the mean of one group, could tell how a few people
answered. A group of which fewer people than the kind's `batch` answered a criterion never counts for it, and what one
group alone fed is told neither by itself nor by subtraction: withholding.py.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from typing import Any

from django.db.models import QuerySet

from dieutra.campaigns.models import Campaign
from dieutra.engine.stats import ranking
from dieutra.engine.stats.criteria import Source, Tree
from dieutra.engine.stats.index import Body, Index, Points, Scored, index
from dieutra.engine.stats.rules import Rules
from dieutra.indices.counting import numbers, people, tallies
from dieutra.indices.models import Assessment, Former, Mark, Scheme
from dieutra.indices.withholding import Withheld, withheld
from dieutra.opinions import progress
from dieutra.rosters.queries import bodies

FORMAT = "dieutra-chi-so-1"
Figures = dict[str, Any]


def compose(campaign: Campaign, scheme: Scheme, annulled: frozenset[str]) -> Figures:
    """The figures as of now. Raises Invalid for points that cannot be."""
    read = scheme.read
    tree, scoring = read.tree(), read.scoring()
    least = least_of(campaign, scoring.rules)
    rules = replace(scoring.rules, least_answers=least)
    given = _bodies(campaign, scheme, scoring.unranked, annulled)
    former = Former.objects.filter(campaign=campaign, survey=scheme.survey).first()
    answered = people(campaign, scheme.survey, annulled, max(least, progress.smallest_of(campaign)))
    paths = {area.code: area.path for area in bodies(campaign, scheme.survey)}
    found = [index(tree, rules, body) for body in given]
    standings = ranking.ranked(found)
    changes = {it.code: it for it in ranking.compared(standings, _former(former), rules.rounding)}
    held = {one.code: withheld(tree, one) for one in found}
    firm = {it.code: it for it in ranking.firmness(tree, rules, found)}
    rows = []
    for standing in standings:
        code = standing.index.code
        row = _row(tree, rules, standing, held[code]) | {
            "annulled": paths[code] in annulled,
            "answers": answered.get(paths[code], 0),
            "change": _change(changes[code], held[code]) if former else None,
            "firmness": _firmness(firm.get(code), rules),
        }
        rows.append(row)
    return _head(campaign, scheme, tree, rules) | {
        "mean": _text(ranking.mean(found, rules.rounding)),
        "bands": _by_band(rules, found),
        "answers": sum(answered.values()),
        "former": {"year": former.year, "source": former.source} if former else None,
        "bodies": rows,
    }


def least_of(campaign: Campaign, rules: Rules) -> int:
    """So many valid answers a group needs to count for a criterion."""
    return max(rules.least_answers, campaign.kind.opinion.batch if campaign.kind.opinion else 1)


def given_digest(campaign: Campaign, scheme: Scheme, annulled: frozenset[str]) -> str:
    """Of all that figures are computed from. Released answers never change, so their numbers stand for them.

    Taken before `compose`: what comes in between makes another digest the next time, and is found out.
    """
    former = (
        Former.objects.filter(campaign=campaign, survey=scheme.survey).values_list("rows", flat=True).first()
    )
    facts = {
        "scheme": scheme.sha256,
        "annulled": sorted(annulled),
        "former": former,
        "bodies": list(bodies(campaign, scheme.survey).values_list("code", "name")),
        "marks": [
            [*place, str(own), str(verified)]
            for *place, own, verified in _marks(campaign, scheme).order_by("assessment__path", "code")
        ],
        "answers": sorted(numbers(campaign, scheme.survey)),
        "hidden": sorted(progress.hidden(campaign, scheme.survey)),
    }
    return sha256(json.dumps(facts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _marks(campaign: Campaign, scheme: Scheme) -> QuerySet[Mark, Any]:
    """(path of the body, criterion, own, verified) of all that was sent."""
    sent = Mark.objects.filter(
        assessment__campaign=campaign, assessment__survey=scheme.survey,
        assessment__state__in=[Assessment.State.SENT, Assessment.State.VERIFIED],
    )  # fmt: skip
    return sent.values_list("assessment__path", "code", "own", "verified")


def canonical(figures: Figures) -> str:
    """The text that is published and whose SHA-256 is told: keys sorted, no blanks, UTF-8."""
    return json.dumps(figures, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _bodies(
    campaign: Campaign, scheme: Scheme, unranked: frozenset[str], annulled: frozenset[str]
) -> list[Body]:
    counted = tallies(campaign, scheme.read, annulled)
    marks: dict[str, dict[str, Points]] = {}
    for path, code, own, verified in _marks(campaign, scheme):
        marks.setdefault(path, {})[code] = Points(own, verified)
    return [
        Body(
            area.code,
            area.name,
            marks.get(area.path, {}),
            counted.get(area.path, []),
            area.code not in unranked,
        )
        for area in bodies(campaign, scheme.survey)
    ]


def _former(former: Former | None) -> dict[str, ranking.Former]:
    return {
        code: ranking.Former(
            Decimal(row["points"]), row["rank"], {key: Decimal(text) for key, text in row["domains"].items()}
        )
        for code, row in (former.rows if former else {}).items()
    }


def _head(campaign: Campaign, scheme: Scheme, tree: Tree, rules: Rules) -> Figures:
    return {
        "format": FORMAT,
        "campaign": campaign.slug,
        "campaign_name": campaign.name,
        "survey": scheme.survey,
        "title": _title(campaign, scheme),
        "simulated": campaign.kind.simulated,
        "scheme_sha256": scheme.sha256,
        "rules": _said(rules, tree),
        "criteria": [
            {"code": node.code, "parent": node.parent, "label_vi": node.label_vi, "label_en": node.label_en,
             "max": str(node.most), "level": node.level, "source": node.source.value if node.source else ""}
            for node in tree.nodes
        ],
    }  # fmt: skip


def _title(campaign: Campaign, scheme: Scheme) -> dict[str, str]:
    """The name of the index in the rules, else that of the survey."""
    said = scheme.rules["sets"][scheme.survey].get("title")
    if not said and campaign.kind.opinion:
        said = campaign.kind.opinion.survey(scheme.survey).title
    return {str(language): str(words) for language, words in (said or {}).items()}


def _said(rules: Rules, tree: Tree) -> Figures:
    """The rules as they were applied, so that a reader needs no other file."""
    return {
        "rounding": {
            "places": rules.rounding.places,
            "mode": rules.rounding.mode.value,
            "sum": rules.summed.value,
        },
        "bands": [{"name": band.name, "least": str(band.least)} for band in rules.bands],
        "group_weights": {group: str(weight) for group, weight in rules.weights.items()},
        "least_answers": rules.least_answers,
        "unverified": rules.unverified.value,
        "unanswered": rules.unanswered.value,
        "swing": str(rules.swing),
        "points": _plain(tree.shape().points),
        "survey_points": _plain(tree.shape().survey),
    }


def _row(tree: Tree, rules: Rules, standing: ranking.Standing, held: Withheld) -> Figures:
    one = standing.index
    mixed = [node.code for node in tree.nodes if node.level == 2 and not node.source]
    untold = _untold(tree, one, held)
    return {
        "code": one.code,
        "name": one.name,
        "ranked": one.ranked,
        "rank": standing.rank,
        "tied": standing.tied,
        "points": _text(one.points),
        "band": one.band,
        "self_points": _text(_part(rules, one, Source.SELF)),
        "survey_points": _text(_part(rules, one, Source.SURVEY)),
        "domains": {
            domain.code: None if domain.code in untold else _domain(tree, rules, one, domain.code)
            for domain in tree.domains
        },
        "sums": {code: None if code in untold else _sum(tree, rules, one, code) for code in mixed},
        "withheld": untold,
        "leaves": {
            code: _leaf(rules, leaf, tree.domain_of(code) in held.parts) for code, leaf in one.leaves.items()
        },
        "lacking": list(one.lacking),
    }


def _part(rules: Rules, one: Index, source: Source) -> Decimal | None:
    held = any(one.leaves[code].node.source is source for code in one.lacking)
    return None if held else rules.rounding.of(one.part(source))


def _domain(tree: Tree, rules: Rules, one: Index, code: str) -> str | None:
    held = any(tree.domain_of(lacking) == code for lacking in one.lacking)
    return None if held else _text(rules.rounding.of(one.domains[code]))


def _untold(tree: Tree, one: Index, held: Withheld) -> list[str]:
    """Domains whose points are withheld, and criteria with a withheld component."""
    sums = {
        leaf.node.parent
        for code, leaf in one.leaves.items()
        if leaf.opinion and leaf.node.level == 3 and tree.domain_of(code) in held.parts
    }
    return [node.code for node in tree.nodes if node.code in held.whole | sums]


def _sum(tree: Tree, rules: Rules, one: Index, code: str) -> str | None:
    """Of a criterion with components: rounded after the sum."""
    points = [one.leaves[child.code].points for child in tree.children(code)]
    known = [it for it in points if it is not None]
    return _text(rules.rounding.of(sum(known, Fraction(0)))) if len(known) == len(points) else None


def _leaf(rules: Rules, leaf: Scored, held: bool) -> Figures:
    if leaf.opinion and leaf.points is not None and held:
        return {"points": None, "from": "withheld"}
    points = None if leaf.points is None else _text(rules.rounding.of(leaf.points))
    kind = "survey" if leaf.opinion else "self" if leaf.unverified else "verified"
    return {"points": points, "from": kind}


def _change(change: ranking.Change, held: Withheld) -> Figures:
    domains = {code: _text(value) for code, value in change.domains.items() if code not in held.whole}
    return {"points": _text(change.points), "up": change.up, "domains": domains}


def _firmness(firm: ranking.Firmness | None, rules: Rules) -> Figures | None:
    if firm is None:
        return None
    kept = rules.rounding.of(firm.kept * 100)
    return {"best": firm.best, "worst": firm.worst, "kept_percent": str(kept), "scenarios": firm.scenarios}


def _by_band(rules: Rules, found: Sequence[Index]) -> dict[str, int]:
    counts = Counter(one.band for one in found if one.ranked)
    return {band.name: counts[band.name] for band in rules.bands}


def _plain(value: Decimal) -> str:
    """`32` for `32.00`."""
    return f"{value.normalize():f}"


def _text(value: Decimal | Fraction | None) -> str | None:
    return None if value is None else str(value)
