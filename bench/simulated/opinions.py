"""Honest answers of an opinion survey: 63 provinces with four groups, 17 ministries with five, about 50,000 people.

Bodies differ honestly; people have a mood that colours all their answers, agree on what is plain to see, answer in working
hours and after mails, meet and answer together, share networks, and now and then a tablet.
"""

from __future__ import annotations

import json
import math
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pyarrow as pa

from dieutra.engine.signals.tables import ANSWERS, BURSTS, Item

OPTIONS = ("1", "2", "3", "4", "5", "kb")
QUESTIONS = {"hdnd": 14, "ld-so": 18, "ld-phong": 18, "ld-huyen": 16,
             "ld-vu": 16, "ld-so-nganh": 15, "ld-phong-so": 15, "cchc": 18, "hoi": 12}  # fmt: skip
PEOPLE = {"hdnd": 55, "ld-so": 70, "ld-phong": 340, "ld-huyen": 75,
          "ld-vu": 110, "ld-so-nganh": 240, "ld-phong-so": 420, "cchc": 120, "hoi": 5}  # fmt: skip
SURVEYS = {"tinh": (63, ("hdnd", "ld-so", "ld-phong", "ld-huyen")),
           "bo": (17, ("ld-vu", "ld-so-nganh", "ld-phong-so", "cchc", "hoi"))}  # fmt: skip
ITEMS = [
    Item(survey, grp, f"c{at}", OPTIONS)
    for survey, (_, groups) in SURVEYS.items()
    for grp in groups
    for at in range(1, QUESTIONS[grp] + 1)
]
OPENS = datetime(2023, 2, 15)
DAYS = 16


@dataclass
class Answer:
    survey: str
    body: str
    grp: str
    marks: list[int]  # 0..4 the five levels, 5 "không biết"
    device: str
    network: str
    seconds: str
    at: datetime


@dataclass
class Body:
    survey: str
    code: str
    better: float
    answers: list[Answer] = field(default_factory=list)
    mailed: datetime = OPENS
    networks: list[str] = field(default_factory=list)


class Country:
    """All bodies with their honest answers, from one seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.turn = 0
        gauss = self.chance.gauss
        self.items = {grp: [gauss(0.7, 0.7) for _ in range(many)] for grp, many in QUESTIONS.items()}
        self.bodies = [self._body(survey, n) for survey, (many, _) in SURVEYS.items() for n in range(many)]

    def name(self, what: str) -> str:
        """A fresh hash of a device or network."""
        self.turn += 1
        return f"{what}{self.turn:06d}"

    def _body(self, survey: str, n: int) -> Body:
        chance = self.chance
        body = Body(survey, f"{survey}-{n:02d}", chance.gauss(0, 0.45))
        body.mailed = OPENS + timedelta(days=chance.randrange(3), hours=chance.uniform(8, 16))
        one_line = chance.random() < 0.4
        body.networks = [
            self.name("n") for _ in range(chance.randint(1, 3) if one_line else chance.randint(6, 25))
        ]
        at_office = 0.9 if one_line else 0.6
        tablets = [self.name("d") for _ in range(chance.randrange(3))]
        shared = dict.fromkeys(tablets, 3)
        for grp in SURVEYS[survey][1]:
            better = body.better + chance.gauss(0, 0.25)
            own = [level + chance.gauss(0, 0.3) for level in self.items[grp]]
            many = PEOPLE[grp] if grp == "hoi" else int(PEOPLE[grp] * chance.uniform(0.75, 1.3))
            for _ in range(many):
                body.answers.append(self._person(body, grp, own, better, at_office, shared))
        self._meet(body)
        return body

    def _person(
        self, body: Body, grp: str, own: list[float], better: float, at_office: float, shared: dict[str, int]
    ) -> Answer:
        chance = self.chance
        marks = self.marks(own, better)
        network = (
            chance.choice(body.networks) if chance.random() < at_office else f"mobile{chance.randrange(4000)}"
        )
        tablet = (
            next((device for device, left in shared.items() if left), "") if chance.random() < 0.02 else ""
        )
        if tablet:
            shared[tablet] -= 1
        device = tablet or ("" if chance.random() < 0.02 else self.name("d"))
        return Answer(
            body.survey, body.code, grp, marks, device, network, self.seconds(marks), self._moment(body)
        )

    def marks(self, own: list[float], better: float) -> list[int]:
        chance = self.chance
        mood = better + chance.gauss(0, 0.8)
        if chance.random() < 0.08:  # in a hurry, or of one mind: one level for everything
            return [level(mood + 0.7)] * len(own)
        unsure = 0.02 if chance.random() < 0.8 else 0.2
        return [5 if chance.random() < unsure else level(mood + at + chance.gauss(0, 0.6)) for at in own]

    def seconds(self, marks: list[int]) -> str:
        if self.chance.random() < 0.03:
            return "unknown"
        middle = 70 if len(set(marks)) == 1 else 170
        return bucket(self.chance.lognormvariate(math.log(middle), 0.6))

    def _moment(self, body: Body) -> datetime:
        chance = self.chance
        begun = body.mailed if chance.random() < 0.7 else body.mailed + timedelta(days=8)  # the reminder
        day = begun + timedelta(days=min(DAYS - 9, chance.expovariate(0.7)))
        kind = chance.random()
        if kind < 0.35:
            return begun + timedelta(minutes=chance.expovariate(1 / 60))  # at once when the mail comes
        if kind < 0.85:
            hour = chance.choice((8, 8, 9, 9, 10, 10, 11, 13, 14, 14, 15, 15, 16))
        elif kind < 0.985:
            hour = chance.choice((6, 7, 12, 17, 18, 19, 20, 21, 22))
        else:
            hour = chance.choice((23, 0, 1, 4))
        return day.replace(hour=hour, minute=chance.randrange(60))

    def _meet(self, body: Body) -> None:
        """In one body of six people answer together in an honest meeting."""
        if self.chance.random() < 1 / 6:
            begun = body.mailed.replace(hour=9, minute=0) + timedelta(days=self.chance.randint(1, 6))
            for answer in self.chance.sample(body.answers, self.chance.randint(10, 25)):
                answer.at = begun + timedelta(minutes=self.chance.uniform(0, 25))


def level(value: float) -> int:
    """A feeling as one of five levels."""
    return 0 if value < -1.6 else 1 if value < -0.7 else 2 if value < 0.2 else 3 if value < 1.5 else 4


def bucket(seconds: float) -> str:
    for least, code in ((900, ">900"), (300, "300-900"), (120, "120-300"), (60, "60-120"), (30, "30-60")):
        if seconds >= least:
            return code
    return "<30"


def tables(bodies: list[Body]) -> tuple[pa.Table, pa.Table]:
    """The answers without their time, and the counters of bursts without their answers."""
    rows: dict[str, list[str]] = {name: [] for name in ANSWERS.names}
    counters: dict[tuple[str, str, datetime], int] = {}
    for number, answer in enumerate(answer for body in bodies for answer in body.answers):
        said = {f"c{at}": OPTIONS[mark] for at, mark in enumerate(answer.marks, start=1)}
        values = (f"{number:07d}", answer.survey, answer.body, answer.grp, answer.device, answer.network,
                  answer.seconds, json.dumps(said))  # fmt: skip
        for name, value in zip(ANSWERS.names, values, strict=True):
            rows[name].append(value)
        starts = answer.at.replace(minute=answer.at.minute // 10 * 10, second=0, microsecond=0)
        key = (answer.survey, answer.body, starts)
        counters[key] = counters.get(key, 0) + 1
    bursts = [(*key, many) for key, many in counters.items()]
    columns = dict(zip(BURSTS.names, zip(*bursts, strict=True), strict=True))
    return pa.table(rows, schema=ANSWERS), pa.table({k: list(v) for k, v in columns.items()}, schema=BURSTS)
