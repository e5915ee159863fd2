"""Cheating planted into honest answers: each way changes answers of one body, with a strength of its own.

People who are made to answer, or whose links somebody else uses, stay in the number of answers; so a cheat replaces
answers of its body and adds none.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bench.simulated.opinions import OPENS, Answer, Body, Country

Cheat = Callable[[Country, Body, float], int]


def _taken(country: Country, body: Body, strength: float, least: int) -> list[Answer]:
    """Answers of the body's largest groups to be replaced: a part of one group, at least so many."""
    sizes: dict[str, int] = {}
    for answer in body.answers:
        sizes[answer.grp] = sizes.get(answer.grp, 0) + 1
    grp = country.chance.choice([grp for grp, many in sizes.items() if many >= 40])
    inside = [answer for answer in body.answers if answer.grp == grp]
    return country.chance.sample(inside, min(len(inside), max(least, int(strength * len(inside)))))


def _high(country: Country, many: int) -> list[int]:
    return [country.chance.choices((4, 3, 2), (70, 25, 5))[0] for _ in range(many)]


def _office_hours(country: Country) -> datetime:
    chance = country.chance
    return OPENS + timedelta(days=chance.randint(3, 12), hours=chance.uniform(8, 17))


def one_device(country: Country, body: Body, strength: float) -> int:
    """Somebody with the links of others answers on one or two browsers, high but not all alike."""
    taken = _taken(country, body, strength, 8)
    devices = [country.name("d") for _ in range(country.chance.randint(1, 2))]
    for answer in taken:
        answer.device, answer.network = country.chance.choice(devices), body.networks[0]
        answer.marks, answer.at = _high(country, len(answer.marks)), _office_hours(country)
        answer.seconds = country.chance.choice(("30-60", "60-120", "60-120"))
    return len(taken)


def copied(country: Country, body: Body, strength: float) -> int:
    """A model answer is handed round; people copy it on their own devices, with slips."""
    taken = _taken(country, body, strength, 10)
    models = [_high(country, len(taken[0].marks)) for _ in range(country.chance.randint(1, 2))]
    for answer in taken:
        model = country.chance.choice(models)
        answer.marks = [
            country.chance.randrange(5) if country.chance.random() < 0.03 else mark for mark in model
        ]
    return len(taken)


def bots(country: Country, body: Body, strength: float) -> int:
    """A program answers within seconds, at random, in a few runs; half of the programs keep a cookie per answer."""
    taken = _taken(country, body, strength, 20)
    runs = [_office_hours(country) for _ in range(country.chance.randint(1, 3))]
    network, cookies = country.name("n"), country.chance.random() < 0.5
    for answer in taken:
        answer.marks = [country.chance.randrange(5) for _ in answer.marks]
        answer.device, answer.network = (country.name("d") if cookies else ""), network
        answer.at = country.chance.choice(runs) + timedelta(minutes=country.chance.uniform(0, 12))
        answer.seconds = "<30"
    return len(taken)


def stuffed_at_night(country: Country, body: Body, strength: float) -> int:
    """Somebody works through links at night in private windows, with high marks."""
    taken = _taken(country, body, strength, 20)
    nights = [OPENS + timedelta(days=country.chance.randint(3, 11), hours=23) for _ in range(2)]
    network = body.networks[0]
    for answer in taken:
        answer.marks, answer.device, answer.network = (
            _high(country, len(answer.marks)),
            country.name("d"),
            network,
        )
        answer.at = country.chance.choice(nights) + timedelta(hours=country.chance.uniform(0, 4))
        answer.seconds = country.chance.choice(("30-60", "60-120"))
    return len(taken)


def pressed(country: Country, body: Body, strength: float) -> int:
    """A group is told to give the highest marks; nearly all do, each on a device of their own."""
    taken = _taken(country, body, min(0.95, 0.55 + strength), 30)
    for answer in taken:
        answer.marks = [3 if country.chance.random() < 0.04 else 4 for _ in answer.marks]
    return len(taken)


CHEATS: dict[str, Cheat] = {
    "one_device": one_device,
    "copied": copied,
    "bots": bots,
    "night": stuffed_at_night,
    "pressed": pressed,
}

WAYS_EACH = 3


def plant(country: Country) -> dict[str, str]:
    """Three bodies per way of cheating, of 8 to 60 per cent of a group: body's code → way."""
    planted: dict[str, str] = {}
    bodies = country.chance.sample(country.bodies, len(CHEATS) * WAYS_EACH)
    for at, body in enumerate(bodies):
        way = list(CHEATS)[at % len(CHEATS)]
        CHEATS[way](country, body, country.chance.uniform(0.08, 0.6))
        planted[body.code] = way
    return planted
