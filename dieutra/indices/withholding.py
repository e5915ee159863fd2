"""What is not told of a body, so that neither a figure nor a difference of figures is what one group alone answered.

Where one group alone counts for a component, no survey component of its domain is told. Where that group alone counts in
all of the domain, the domain's points less its verified points would still be that group's: the domain's points are not
told either. The survey's total less the other domains would give them away, so another domain goes with it, the one with
the fewest survey points among those that mix in another group. The total stays: it is over all domains.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from dieutra.engine.stats.criteria import Tree
from dieutra.engine.stats.index import Index, Scored


@dataclass(frozen=True)
class Withheld:
    """Codes of domains: of `parts` no survey component nor a sum with one in it is told, of `whole` nor the points."""

    parts: frozenset[str]
    whole: frozenset[str]


def withheld(tree: Tree, one: Index) -> Withheld:
    alone, groups, most = set(), _by_domain(tree), dict.fromkeys((it.code for it in tree.domains), Decimal(0))
    for code, leaf in one.leaves.items():
        if leaf.opinion is None:
            continue
        domain, fed = tree.domain_of(code), fed_by(leaf)
        groups[domain] |= fed
        most[domain] += leaf.node.most
        if len(fed) == 1:
            alone.add(domain)
    whole = _whole(groups, most)
    return Withheld(frozenset(alone | whole), frozenset(whole))


def fed_by(leaf: Scored) -> set[str]:
    """The groups whose answers count for a component."""
    return {it.group for it in leaf.opinion.groups if it.score is not None} if leaf.opinion else set()


def _by_domain(tree: Tree) -> dict[str, set[str]]:
    return {domain.code: set() for domain in tree.domains}


def _whole(groups: Mapping[str, set[str]], most: Mapping[str, Decimal]) -> set[str]:
    found = {code for code, fed in groups.items() if len(fed) == 1}
    together = set().union(*(groups[code] for code in found))
    if len(together) == 1:
        others = [code for code, fed in groups.items() if fed - together]
        found |= set(sorted(others, key=lambda code: most[code])[:1])
    return found
