"""Reading frames and draws."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.db.models import Count, QuerySet

from dieutra.campaigns.models import Campaign
from dieutra.campaigns.queries import opinion_campaigns_with
from dieutra.campaigns.sample_rules import SampleRules, sample_rules
from dieutra.engine.refusals import Invalid, NotNow
from dieutra.engine.stats.sample import Size, margin, size
from dieutra.engine.stats.stages import Certificate, Drawn, Line, Method, Stage, replay
from dieutra.people.models import User
from dieutra.people.permission import visible_to
from dieutra.rosters.models import Person
from dieutra.samples.models import Draw, DrawnList, Population


def rules_of(campaign: Campaign) -> SampleRules:
    """NotNow when the kind of the campaign draws no samples."""
    found = sample_rules(campaign.kind, campaign.rules["campaign"])
    if found is None:
        raise NotNow("Cuộc điều tra này không chọn mẫu từ khung giao dịch.")
    return found


def drawing(actor: User) -> list[Campaign]:
    """The actor's campaigns that draw samples and show them to her, newest first."""
    found = opinion_campaigns_with(actor, "sample.read")
    return [it for it in found if sample_rules(it.kind, it.rules["campaign"]) is not None]


def standing(campaign: Campaign, path: str) -> Population | None:
    return Population.objects.filter(campaign=campaign, path=path, ended_at__isnull=True).first()


def visible_draws(actor: User) -> QuerySet[Draw]:
    found = Draw.objects.select_related("population__area", "by", "campaign").order_by("-pk")
    return visible_to(found, actor, "sample.read")


@dataclass(frozen=True)
class Plan:
    """What numbers per stage come to: at most so many people, and the honest margin of that number."""

    size: Size
    people: int
    margin: Fraction

    @property
    def short(self) -> int:
        """How many people fewer than the simple formula asks for."""
        return max(0, self.size.people - self.people)


def plan(population: Population, error: Fraction, effect: Fraction, takes: Sequence[int]) -> Plan:
    """Invalid for an error or a design effect outside what they can be."""
    wanted = size(population.size, error, effect)
    people = min(reachable(population, takes), population.size)
    return Plan(wanted, people, margin(population.size, max(people, 1), effect))


def reachable(population: Population, takes: Sequence[int]) -> int:
    """The most people that a draw can give: the largest districts and communes, `take` in each.

    One row per commune is read, never one per person.
    """
    districts, communes, people = takes
    found = population.transactions.values("district", "commune").annotate(n=Count("pk"))
    below: dict[str, list[int]] = {}
    for row in found:
        below.setdefault(row["district"], []).append(min(row["n"], people))
    sums = [sum(sorted(sizes, reverse=True)[:communes]) for sizes in below.values()]
    return sum(sorted(sums, reverse=True)[:districts])


def lines(population: Population) -> list[Line]:
    rows = population.transactions.values_list("code", "district", "commune")
    return [Line(code, (district, commune)) for code, district, commune in rows.iterator()]


def certificate_of(draw: Draw) -> Certificate:
    """The certificate from what is kept; its file is `file_of`."""
    kept = draw.certificate
    return Certificate(
        version=kept["version"],
        seed=kept["seed"],
        frame_sha256=kept["frame"]["sha256"],
        frame_size=kept["frame"]["size"],
        stages=tuple(Stage(it["name"], Method(it["method"]), it["take"]) for it in kept["stages"]),
        drawn=tuple(
            Drawn(it["code"], tuple(it["path"]), tuple(Fraction(one) for one in it["probabilities"]))
            for it in kept["drawn"]
        ),
    )


def file_of(certificate: dict[str, Any]) -> bytes:
    """The certificate as the file whose SHA-256 is kept and printed."""
    return json.dumps(certificate, ensure_ascii=False, sort_keys=True, indent=1).encode()


def differs(draw: Draw) -> str:
    """ "" when drawing again from the frame that is kept gives the same people; else what differs."""
    try:
        replay(certificate_of(draw), lines(draw.population))
    except Invalid as refusal:
        return " ".join(problem.message for problem in refusal.problems) or refusal.message
    return ""


@dataclass(frozen=True)
class Agreement:
    """How the list stands against the certificate: people of the draw who are gone, and people who were never drawn."""

    gone: int
    added: int


def agreement(made: DrawnList) -> Agreement:
    drawn = {one["code"] for one in made.draw.certificate["drawn"]}
    standing = made.roster.people.exclude(standing=Person.Standing.REMOVED)
    codes = list(standing.values_list("details__ma_ho_so", flat=True))
    kept = drawn & set(codes)
    return Agreement(len(drawn) - len(kept), len(codes) - len(kept))


@dataclass(frozen=True)
class DrawnPlace:
    """A drawn commune on the page of a certificate."""

    district: str
    commune: str
    people: int
    inclusion: Fraction


def drawn_places(draw: Draw) -> list[DrawnPlace]:
    """Communes in the order of the certificate, with the probability of each of their people."""
    found: dict[tuple[str, ...], list[Drawn]] = {}
    for one in certificate_of(draw).drawn:
        found.setdefault(one.path, []).append(one)
    return [DrawnPlace(path[0], path[1], len(people), people[0].inclusion) for path, people in found.items()]
