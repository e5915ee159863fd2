"""Drawing a sample and making the list of those drawn. A draw is kept for good, whatever comes after it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from fractions import Fraction

from django.db import IntegrityError, transaction

from dieutra.campaigns.sample_rules import SampleRules
from dieutra.engine.refusals import Invalid, NotNow, Problem, Stale
from dieutra.engine.stats import stages
from dieutra.engine.stats.exact import number
from dieutra.engine.stats.stages import Stage
from dieutra.engine.text import search_key
from dieutra.events.actions import record
from dieutra.incidents.wording import worded
from dieutra.people.models import User
from dieutra.people.permission import require
from dieutra.places.models import Area
from dieutra.rosters.changing import kept, touch
from dieutra.rosters.models import Person, Roster
from dieutra.rosters.queries import roster_at
from dieutra.rosters.twins import settle
from dieutra.samples.loading import WHY, load
from dieutra.samples.models import Draw, DrawnList, Population, Transaction
from dieutra.samples.queries import file_of, lines, plan, rules_of

__all__ = ["draw", "load", "make_list"]
BATCH = 500
MOST_PEOPLE = 20_000
LIKELY_ERRORS = (
    Fraction(1, 1000),
    Fraction(1, 2),
    "Hãy ghi từ 0,001 (0,1%) đến 0,5 (50%), thí dụ 0,05 (5%).",
)
LIKELY_EFFECTS = (Fraction(1), Fraction(100), "Hãy ghi từ 1 đến 100, thí dụ 1,5.")


def read_number(name: str, text: str) -> Fraction:
    found = number(text)
    if found is None:
        raise Invalid("Chưa tính được.", [Problem(name, f"“{text[:40]}” không phải là số, thí dụ 0,05.")])
    return found


def read_numbers(
    rules: SampleRules, error: str, effect: str, takes: Sequence[str]
) -> tuple[Fraction, Fraction, tuple[int, ...]]:
    """e, design effect and how many per stage from what was typed; Invalid with everything that is no number."""
    problems: list[Problem] = []
    found: list[Fraction] = []
    ranges = {"Sai số e": LIKELY_ERRORS, "Hệ số thiết kế": LIKELY_EFFECTS}
    for name, text in (("Sai số e", error), ("Hệ số thiết kế", effect)):
        try:
            value = read_number(name, text)
        except Invalid as wrong:
            problems += wrong.problems
            continue
        least, most, words = ranges[name]
        if least <= value <= most:
            found.append(value)
        else:
            problems.append(Problem(name, words))
    try:
        numbers = read_takes(takes, [it.words for it in rules.stages])
    except Invalid as wrong:
        raise Invalid(wrong.message, [*problems, *wrong.problems]) from None
    if problems:
        raise Invalid("Chưa tính được.", problems)
    return found[0], found[1], numbers


def read_takes(texts: Sequence[str], names: Sequence[str]) -> tuple[int, ...]:
    """Whole numbers from 1, one per stage."""
    wrong = [
        Problem(name, "Hãy ghi một số nguyên từ 1 đến 10.000.")
        for name, text in zip(names, texts, strict=True)
        if not text.strip().isdecimal() or not 1 <= int(text) <= 10_000
    ]
    if wrong:
        raise Invalid("Chưa tính được.", wrong)
    return tuple(int(text) for text in texts)


def draw(
    actor: User, population: Population, error: str, effect: str, takes: Sequence[str], seed: str, reason: str
) -> Draw:
    """Draw once. Raises Forbidden, Invalid, NotNow when the list is made already, Stale when the frame was replaced."""
    require(actor, "sample.draw", population, why=WHY)
    rules = rules_of(population.campaign)
    exact, worse, numbers = read_numbers(rules, error, effect, takes)
    planned = plan(population, exact, worse, numbers)
    if planned.people > MOST_PEOPLE:
        raise Invalid(
            "Mẫu quá lớn.", [Problem("Số người", f"Nhiều nhất {MOST_PEOPLE} người; hãy giảm số mỗi bước.")]
        )
    seed = worded("Số gốc", seed, 200)
    again = population.draws.exists()
    reason = worded("Lý do chọn lại", reason, 500) if again else ""
    _refuse_made(population)
    steps = [Stage(it.level, it.method, take) for it, take in zip(rules.stages, numbers, strict=True)]
    certificate = stages.draw(lines(population), steps, seed)
    if certificate.frame_sha256 != population.digest:
        raise NotNow("Khung đang lưu không còn như lúc nạp, nên không chọn mẫu được. Hãy báo Trung ương.")
    kept = certificate.to_json()
    with transaction.atomic():
        if not Population.objects.select_for_update().filter(pk=population.pk, ended_at__isnull=True).first():
            raise Stale("Khung vừa được người khác thay. Chưa chọn mẫu; hãy tải lại trang.")
        _refuse_made(population)
        made = Draw.objects.create(
            population=population, campaign_id=population.campaign_id, path=population.path,
            survey=rules.survey, error=error.strip(), design_effect=effect.strip(),
            people=len(certificate.drawn), certificate=kept,
            digest=hashlib.sha256(file_of(kept)).hexdigest(), reason=reason, by=actor,
        )  # fmt: skip
        record(actor, "sample.drawn", made, people=made.people, digest=made.digest, again=again)
    return made


def _refuse_made(population: Population) -> None:
    if DrawnList.objects.filter(draw__population=population).exists():
        raise NotNow("Danh sách người được hỏi đã được lập từ mẫu của khung này nên không chọn lại nữa.")


def make_list(actor: User, drawn: Draw) -> DrawnList:
    """The people drawn become the list of the body; names and addresses of all others are wiped.

    Raises NotNow when the frame or the draw is no longer the latest, or the body has a list already.
    """
    require(actor, "sample.draw", drawn, why=WHY)
    codes = [one["code"] for one in drawn.certificate["drawn"]]
    try:
        with transaction.atomic():
            population = Population.objects.select_for_update().get(pk=drawn.population_id)
            if population.ended_at is not None or population.draws.order_by("-pk").first() != drawn:
                raise NotNow("Đã có khung hoặc lần chọn mẫu mới hơn. Hãy lập danh sách từ lần chọn mới nhất.")
            _refuse_made(population)
            roster = _empty_roster(drawn)
            people = _people(drawn, roster, codes)
            Person.objects.bulk_create(people, batch_size=BATCH)
            settle(roster)  # who was drawn in two services is asked once, as in every list
            without = sum(not person.email for person in people)
            made = DrawnList.objects.create(draw=drawn, roster=roster, without_address=without, by=actor)
            wiped = _wipe(population)
            record(actor, "sample.listed", drawn, people=len(people), without_address=without, wiped=wiped)
    except IntegrityError:
        raise Stale("Người khác vừa lập danh sách từ mẫu này. Hãy tải lại trang.") from None
    return made


def _empty_roster(drawn: Draw) -> Roster:
    """The body's roster, made or still empty; NotNow when people stand in it or it is sent."""
    roster = kept(roster_at(drawn.campaign, drawn.survey, drawn.population.area))
    touch(roster)
    if roster.people.exclude(standing=Person.Standing.REMOVED).exists():
        raise NotNow("Danh sách đối tượng của tỉnh đã có người. Hãy bỏ hết trước khi lập từ mẫu.")
    return roster


def _people(drawn: Draw, roster: Roster, codes: Sequence[str]) -> list[Person]:
    """In the order of the certificate."""
    found: dict[str, Transaction] = {}
    for start in range(0, len(codes), BATCH):
        part = drawn.population.transactions.filter(code__in=codes[start : start + BATCH])
        found |= {one.code: one for one in part}
    used = {one.district for one in found.values()} | {one.commune for one in found.values()}
    areas = Area.objects.filter(catalogue_id=drawn.campaign.catalogue_id, code__in=used)
    names = dict(areas.values_list("code", "name"))
    after = roster.people.count()  # lines that were taken out keep their numbers
    return [_person(roster, after + number, found[code], names) for number, code in enumerate(codes, 1)]


def _person(roster: Roster, number: int, one: Transaction, names: dict[str, str]) -> Person:
    where = ", ".join(dict.fromkeys(names.get(it, it) for it in (one.commune, one.district)))[:250]
    return Person(
        roster=roster, campaign_id=roster.campaign_id, survey=roster.survey, path=roster.path,
        group=one.group, number=number, name=one.name, name_key=search_key(one.name)[:120],
        unit=where, unit_key=search_key(where)[:250], email=one.email, phone=one.phone,
        details={"ma_ho_so": one.code},
    )  # fmt: skip


def _wipe(population: Population) -> int:
    """Nobody's name or address stays in the frame: those drawn stand in the list, the others are not needed."""
    return population.transactions.exclude(name="", email="", phone="").update(name="", email="", phone="")
