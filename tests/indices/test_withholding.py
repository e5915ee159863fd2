"""By no subtraction of published figures does one learn what one group alone answered: over the shipped criteria."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain, combinations

import pytest

from dieutra.campaigns.kind_reading import read_kind
from dieutra.campaigns.score_rules import ScoreRules, score_rules
from dieutra.engine.stats.criteria import Source
from dieutra.engine.stats.index import Body, Index, Points, index
from dieutra.engine.stats.ranking import Standing
from dieutra.engine.stats.rules import Unanswered
from dieutra.engine.stats.survey import Tally
from dieutra.indices.figures import Figures, _row
from dieutra.indices.withholding import fed_by, withheld
from tests.opinion_cast import KIND

RULES = score_rules(KIND, read_kind(KIND))
Fed = dict[str, set[str]]  # of a component: the groups of which enough people answered


def asked(rules: ScoreRules) -> Fed:
    found: Fed = {}
    for question in rules.questions:
        found.setdefault(question["criterion"], set()).add(question["group"])
    return found


def told(rules: ScoreRules, fed: Mapping[str, set[str]]) -> tuple[Index, Figures]:
    """A component that nobody answered counts zero, so that no total is missing for another reason."""
    tree, ours = rules.tree(), replace(rules.scoring().rules, unanswered=Unanswered.ZERO)
    points = {leaf.code: Points(leaf.most, leaf.most) for leaf in tree.leaves_from(Source.SELF)}
    tallies = [
        Tally(code, group, (1, 1, 1, 1, 5)) for code, groups in fed.items() for group in sorted(groups)
    ]
    one = index(tree, ours, Body("35", "Hà Nam", points, tallies))
    return one, _row(tree, ours, Standing(1, False, one), withheld(tree, one))


def sums(rules: ScoreRules, row: Figures) -> Iterator[frozenset[str]]:
    """Sets of hidden survey components whose sum one can work out."""
    tree = rules.tree()
    survey = [leaf.code for leaf in tree.leaves_from(Source.SURVEY)]
    hidden = frozenset(code for code in survey if row["leaves"][code]["points"] is None)
    domains = [
        frozenset(code for code in hidden if tree.domain_of(code) == domain.code)
        for domain in tree.domains
        if row["domains"][domain.code] is not None
    ]
    criteria = [
        frozenset(it.code for it in tree.children(code)) & hidden
        for code, points in row["sums"].items()
        if points is not None
    ]
    yield from criteria
    for domain in domains:
        yield domain - frozenset(chain.from_iterable(it for it in criteria if it <= domain))
    yield hidden - frozenset(chain.from_iterable(domains))
    assert row["survey_points"] is not None


def patterns(rules: ScoreRules) -> Iterator[Fed]:
    """Small groups everywhere, in one domain, in two, at one component."""
    every, tree = asked(rules), rules.tree()
    groups = sorted({group for fed in every.values() for group in fed})
    domains = [it.code for it in tree.domains]

    def only(kept: set[str], places: set[str]) -> Fed:
        return {
            code: fed & kept if {tree.domain_of(code), code} & places else fed for code, fed in every.items()
        }

    for many in range(len(groups) + 1):
        yield from (only(set(it), set(domains)) for it in combinations(groups, many))
    for group in groups:
        yield from (only({group}, set(it)) for many in (1, 2, 3) for it in combinations(domains, many))
        yield from (only({group}, {code}) for code in every)
    for first, second in combinations(groups, 2):
        yield from (only({first, second}, {code}) for code in domains)


@pytest.mark.parametrize("survey", sorted(RULES))
def test_no_difference_of_figures_is_of_one_group(survey: str) -> None:
    rules = RULES[survey]
    for pattern in patterns(rules):
        one, row = told(rules, pattern)
        if (
            len(set().union(*pattern.values())) < 2
        ):  # the whole survey is one group's: the domains say nothing
            assert not {code for code, it in row["domains"].items() if it} & _with_answers(rules, pattern)
            continue
        for hidden in sums(rules, row):
            fed = set().union(*(fed_by(one.leaves[code]) for code in hidden))
            assert len(fed) != 1, (sorted(hidden), fed)
        shown = {code: leaf for code, leaf in row["leaves"].items() if leaf["from"] == "survey"}
        assert all(len(fed_by(one.leaves[code])) != 1 for code in shown)


def _with_answers(rules: ScoreRules, pattern: Fed) -> set[str]:
    return {rules.tree().domain_of(code) for code, fed in pattern.items() if fed}


def test_with_every_group_nothing_but_what_only_one_group_is_asked_is_withheld() -> None:
    _, row = told(RULES["tinh"], asked(RULES["tinh"]))
    assert row["withheld"] == [] and None not in row["domains"].values()
    _, row = told(RULES["bo"], asked(RULES["bo"]))
    assert row["withheld"] == ["4.4", "6.3"] and None not in row["domains"].values()


def test_a_domain_of_one_group_is_withheld_together_with_another_one() -> None:
    rules = RULES["tinh"]
    pattern = asked(rules)
    one, row = told(rules, pattern | {"4.4.1": {"tinh-so"}, "4.4.2": {"tinh-so"}})
    assert {code for code, points in row["domains"].items() if points is None} == {"4", "1"}
    assert row["sums"]["4.4"] is None and row["sums"]["1.5"] is None and row["sums"]["4.1"]
    assert row["points"] == str(one.points) and row["survey_points"]
