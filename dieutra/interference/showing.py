"""A flag as a page shows it: names instead of codes, and the geometry of its pictures in whole numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from dieutra.campaigns.models import Campaign, GroupForm
from dieutra.engine.signals import rhythm
from dieutra.engine.signals.bands import floor, many, points, share, step
from dieutra.engine.signals.finding import NAMES, percent
from dieutra.engine.signals.habits import night_told
from dieutra.engine.signals.thresholds import from_data
from dieutra.forms.queries import engine_form
from dieutra.interference.models import Flag
from dieutra.interference.queries import group_names


@dataclass(frozen=True)
class Row:
    """A question of the evidence: what was chosen here, by how many, and elsewhere. `here`, `there`: 0 to 100."""

    question: str
    option: str
    here: int = 0
    there: int = 0
    words: str = ""
    words_there: str = ""


@dataclass(frozen=True)
class Shown:
    """A finding for the page. `signal` picks the picture; `bars` are (size, width of 100) of shared browsers."""

    signal: str
    name: str
    group: str
    score: str
    sentence: str
    rows: list[Row] = field(default_factory=list)
    pattern: list[tuple[str, str]] = field(default_factory=list)
    bars: list[tuple[int, int]] = field(default_factory=list)
    windows: list[tuple[str, str, str]] = field(default_factory=list)


def shown(flag: Flag) -> list[Shown]:
    """The findings of a flag, the highest score first."""
    groups = group_names(flag.campaign, flag.survey)
    ordered = sorted(flag.findings, key=lambda it: -floor(it["signal"], it["score"]))
    return [_shown(flag, it, groups) for it in ordered]


def _shown(flag: Flag, finding: dict[str, Any], groups: dict[str, str]) -> Shown:
    evidence, grp = finding["evidence"], finding["grp"]
    asked = _questions(flag.campaign, flag.survey, grp) if grp else {}
    sizes = evidence.get("sizes", [])
    return Shown(
        signal=finding["signal"],
        name=NAMES[finding["signal"]],
        group=groups.get(grp, grp),
        score=points(finding["signal"], finding["score"]),
        sentence=_sentence(flag, finding),
        rows=[_row(asked, cell) for cell in evidence.get("cells", [])],
        pattern=[_words(asked, question, value) for question, value in evidence.get("pattern", [])],
        bars=[(size, round(100 * size / sizes[0])) for size in sizes],
        windows=[
            (rhythm.moment(it["starts"]), many(it["n"]), many(it["expected"]))
            for it in rhythm.ordered(evidence.get("windows", []))
        ],
    )


def _sentence(flag: Flag, finding: dict[str, Any]) -> str:
    """Of signals that read the counters always in bands, also where a run of earlier days kept exact numbers."""
    evidence = finding["evidence"]
    if finding["signal"] == "burst":
        return rhythm.told(evidence["windows"])
    if finding["signal"] == "night":
        limits = from_data(
            {key: it for key, it in flag.run.thresholds.items() if key in ("night_from", "night_to")}
        )
        return night_told(evidence, limits.night_from, limits.night_to)
    return str(finding["sentence"])


def _row(asked: dict[str, tuple[str, dict[str, str]]], cell: dict[str, Any]) -> Row:
    question, option = _words(asked, cell["question"], cell["value"])
    here, there = cell["count"] / cell["of"], cell["elsewhere"]
    return Row(question, option, round(100 * here), round(100 * there), percent(here), percent(there))


def _words(asked: dict[str, tuple[str, dict[str, str]]], question: str, value: str) -> tuple[str, str]:
    label, options = asked.get(question, (question.rpartition("/")[2], {}))
    return label, options.get(value, value)


def _questions(campaign: Campaign, survey: str, grp: str) -> dict[str, tuple[str, dict[str, str]]]:
    """Path → the question's words and those of its answers, by the group's present questionnaire."""
    form = (
        GroupForm.objects.filter(campaign=campaign, survey=survey, group=grp)
        .values_list("form", flat=True)
        .first()
    )
    if form is None:
        return {}
    return {
        node.path: (
            node.label.get("vi") or node.name,
            {it.value: it.label.get("vi") or it.value for it in node.choices},
        )
        for node in engine_form(form).nodes
        if node.choices
    }


@dataclass(frozen=True)
class Hour:
    """A bar of the day: its left edge and height in a picture of 480 × 120, the country's height, and words."""

    hour: int
    x: int
    height: int
    country: int
    words: str
    words_country: str

    @property
    def y(self) -> int:
        return TALL - self.height

    @property
    def country_y(self) -> int:
        return TALL - self.country


TALL, BROAD = 120, 20
HEIGHTS = (4, 30, 60, 90, TALL)  # of the bands of shares
LEAST = 20  # answers, for a picture


def day(flag: Flag) -> list[Hour]:
    """When answers about the body came, by hour of the day, beside the whole survey; empty when few were counted.

    Heights and words go by bands of shares: neither tells a count.
    """
    country = flag.run.hours.get(flag.survey, [0] * 24)
    here, there = sum(flag.hours), sum(country)
    if here < LEAST or not there:
        return []
    steps = [(step(n, here), step(all_, there)) for n, all_ in zip(flag.hours, country, strict=True)]
    return [
        Hour(hour, hour * BROAD, HEIGHTS[mine], HEIGHTS[all_], share(mine), share(all_))
        for hour, (mine, all_) in enumerate(steps)
    ]
