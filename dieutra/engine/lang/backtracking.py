"""Refuses patterns on which a backtracking machine may run for very long. The verdict is conservative.

The pattern becomes an automaton whose states are its places for one sign, with an arrow from each place to those that may
follow (Glushkov). A machine that goes back does at most as many steps as there are ways through the automaton
for the beginnings of the text. So a pattern is refused when

1. one repeat can read the same text in two ways: `(a+)+`, `(a|a)*`, `(a?b?)*` (exponential);
2. more than two repeats in a row can share out the same text: `.*.*.*`, `[0-9]*[0-9]+[0-9]*` (beyond quadratic);
3. choices outside of repeats multiply to more than MAX_WAYS ways of reading the same text: `a?a?a?…`;
4. `(?=…)` or `(?!…)` stands inside a repeat, or it is larger than MAX_PLACES.

A repeat with a bound (`{2,9}`) counts as one without, unless it says an exact number (`{9}`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from dieutra.engine.lang.pattern_tree import Ranges, Token, tree_of

MAX_PLACES = 400
MAX_WAYS = 256
MAX_COPIES = 64
TOO_LARGE = "mẫu quá dài sau khi trải các số lần lặp"
TWICE = "một phần lặp lại đọc cùng một đoạn chữ theo nhiều cách, ví dụ (a+)+; hãy bỏ bớt dấu lặp"
IN_A_ROW = (
    "ba phần lặp liền nhau cùng đọc được một đoạn chữ, ví dụ .*.*.*; hãy gộp lại hoặc đặt dấu ngăn cách"
)
CHOICES = "quá nhiều phần tùy chọn liền nhau cùng đọc được một đoạn chữ; hãy gộp lại"
LOOKING = "(?=…) hoặc (?!…) nằm trong phần lặp lại"


class Danger(Exception):
    """Why the pattern is refused, in Vietnamese."""


@lru_cache(maxsize=1024)
def danger(pattern: str) -> str | None:
    """Why the pattern is refused; None when it is not. The pattern must compile."""
    try:
        _Automaton(tree_of(pattern)).judge()
    except Danger as why:
        return str(why)
    except RecursionError:
        return TOO_LARGE
    return None


class _Part:
    """A piece of the pattern: may it be empty, where it starts and ends, how many ways of being empty it has."""

    def __init__(self, empty: int, first: Iterable[int] = (), last: Iterable[int] = ()) -> None:
        self.empty, self.first, self.last = empty, frozenset(first), frozenset(last)


class _Automaton:
    def __init__(self, tree: list[Token]) -> None:
        self.signs: list[Ranges] = []
        self.follow: list[set[int]] = []
        self.loops = 0
        self.ways = 1
        self.whole = self.sequence(tree)

    # --- building

    def place(self, ranges: Ranges) -> _Part:
        if len(self.signs) >= MAX_PLACES:
            raise Danger(TOO_LARGE)
        self.signs.append(ranges)
        self.follow.append(set())
        at = len(self.signs) - 1
        return _Part(0, [at], [at])

    def sequence(self, tree: Iterable[Token]) -> _Part:
        whole = _Part(1)
        for token in tree:
            whole = self.joined(whole, self.token(*token))
        return whole

    def joined(self, one: _Part, other: _Part) -> _Part:
        self.link(one.last, other.first)
        first = one.first | other.first if one.empty else one.first
        last = one.last | other.last if other.empty else other.last
        return _Part(one.empty * other.empty, first, last)

    def link(self, last: Iterable[int], first: frozenset[int]) -> None:
        for at in last:
            if self.loops and self.follow[at] & first:
                raise Danger(TWICE)
            self.follow[at] |= first

    def token(self, kind: str, *given: Any) -> _Part:
        if kind == "either":
            return self.branches([self.sequence(part) for part in given[0]])
        if kind == "repeat":
            return self.repeat(*given)
        if kind == "look":
            return self.looking(given[0])
        return _Part(1) if kind == "nothing" else self.place(given[0])

    def branches(self, parts: list[_Part]) -> _Part:
        empty = sum(part.empty for part in parts)
        if self.loops and empty > 1:
            raise Danger(TWICE)
        self.ways *= max(1, empty)
        return _Part(
            min(1, empty),
            frozenset[int]().union(*(part.first for part in parts)),
            frozenset[int]().union(*(part.last for part in parts)),
        )

    def repeat(self, low: int, most: int, tree: list[Token]) -> _Part:
        if most == 0:
            return _Part(1)
        if most == 1:
            part = self.sequence(tree)
            if self.loops and part.empty and low == 0:
                raise Danger(TWICE)
            return _Part(1 if low == 0 else part.empty, part.first, part.last)
        if low == most <= MAX_COPIES:
            return self.sequence(tree * low)
        self.loops += 1
        part = self.sequence(tree)
        if part.empty:
            raise Danger(TWICE)
        self.link(part.last, part.first)
        self.loops -= 1
        return _Part(1 if low == 0 else 0, part.first, part.last)

    def looking(self, tree: list[Token]) -> _Part:
        if self.loops:
            raise Danger(LOOKING)
        _Automaton(tree).judge()
        return _Part(1)

    # --- judging

    def judge(self) -> None:
        knots = self.knots()
        for knot in set(knots.values()):
            self.one_way_only(knot)
        self.few_in_a_row(knots)
        self.few_choices(knots)

    def meet(self, *places: int) -> bool:
        """Whether one sign fits all these places."""
        shared = self.signs[places[0]]
        for at in places[1:]:
            shared = _shared(shared, self.signs[at])
        return bool(shared)

    def knots(self) -> dict[int, frozenset[int]]:
        """Each place that can come back to itself, with all that lie on the same rounds."""
        reach = {at: self.reachable(at) for at in range(len(self.signs))}
        return {
            at: frozenset(other for other in found if at in reach[other])
            for at, found in reach.items()
            if at in found
        }

    def reachable(self, start: int) -> set[int]:
        found: set[int] = set()
        waiting = list(self.follow[start])
        while waiting:
            at = waiting.pop()
            if at not in found:
                found.add(at)
                waiting.extend(self.follow[at])
        return found

    def one_way_only(self, knot: frozenset[int]) -> None:
        """No text leads from a place back to it by two ways."""
        pairs: dict[tuple[int, int], set[tuple[int, int]]] = {}
        waiting = [(at, at) for at in knot]
        while waiting:
            pair = waiting.pop()
            if pair not in pairs:
                pairs[pair] = set(self.steps(pair, knot))
                waiting.extend(pairs[pair])
        back = _backwards(pairs, [(at, at) for at in knot])
        if any(one != other for one, other in back):
            raise Danger(TWICE)

    def steps(self, pair: tuple[int, int], knot: frozenset[int]) -> Iterator[tuple[int, int]]:
        for one in self.follow[pair[0]] & knot:
            for other in self.follow[pair[1]] & knot:
                if self.meet(one, other):
                    yield (one, other)

    def few_in_a_row(self, knots: dict[int, frozenset[int]]) -> None:
        """At most two repeats can share out the same text."""
        groups = list(set(knots.values()))
        rivals = {group: [other for other in groups if self.compete(group, other)] for group in groups}
        for group in groups:
            for other in rivals[group]:
                if any(third for third in groups if third != other and third in self.after(other, rivals)):
                    raise Danger(IN_A_ROW)

    def after(self, group: frozenset[int], rivals: dict[Any, list[frozenset[int]]]) -> list[frozenset[int]]:
        """Repeats that share a text with this one or with one that comes later than it."""
        later = self.reachable(next(iter(group))) | group
        found = [other for each, others in rivals.items() if each & later for other in others]
        return [other for other in found if not other & group]

    def compete(self, one: frozenset[int], other: frozenset[int]) -> bool:
        """Whether the later repeat can be reached while both could go on with the same signs."""
        if one == other:
            return False
        both = [at for at in range(len(self.signs)) if self.fits(at, one) and self.fits(at, other)]
        waiting = [at for start in one for at in self.follow[start] if at in both and at not in one]
        seen: set[int] = set()
        while waiting:
            at = waiting.pop()
            if at in other:
                return True
            if at not in seen:
                seen.add(at)
                waiting.extend(next_ for next_ in self.follow[at] if next_ in both)
        return False

    def fits(self, at: int, group: frozenset[int]) -> bool:
        return any(self.meet(at, each) for each in group)

    def few_choices(self, knots: dict[int, frozenset[int]]) -> None:
        ways = self.ways * self.most_alike(self.whole.first)
        for at in range(len(self.signs)):
            if at not in knots:
                ways *= self.most_alike(self.follow[at])
        if ways > MAX_WAYS:
            raise Danger(CHOICES)

    def most_alike(self, places: Iterable[int]) -> int:
        """How many of these places one sign may fit, at most."""
        given = list(places)
        return max([1, *(sum(self.meet(at, other) for other in given) for at in given)])


def _backwards(
    pairs: dict[tuple[int, int], set[tuple[int, int]]], ends: list[tuple[int, int]]
) -> set[tuple[int, int]]:
    """The pairs from which an end can be reached."""
    before: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for pair, nexts in pairs.items():
        for each in nexts:
            before.setdefault(each, []).append(pair)
    found: set[tuple[int, int]] = set()
    waiting = list(ends)
    while waiting:
        pair = waiting.pop()
        if pair not in found:
            found.add(pair)
            waiting.extend(before.get(pair, []))
    return found


@lru_cache(maxsize=20_000)
def _shared(one: Ranges, other: Ranges) -> Ranges:
    found = ((max(a, c), min(b, d)) for a, b in one for c, d in other)
    return tuple((low, high) for low, high in found if low <= high)


__all__ = ["MAX_WAYS", "danger"]
