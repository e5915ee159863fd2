"""The whole road: frame, draw, list, invitations, answers, results."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

from dieutra.opinions import answering, devices, invitations, opening, releasing
from dieutra.opinions.models import Invitation, Opinion
from dieutra.rosters import actions as listing
from dieutra.rosters import sending
from dieutra.rosters.findings import findings, unsolved
from dieutra.samples import actions
from dieutra.samples.queries import rules_of
from dieutra.samples.results import satisfaction
from tests.opinions.respondent import form_of
from tests.samples.cast import SampleWorld


def answered(invitation: Invitation, level: str) -> None:
    """What a respondent's browser brings about with the link of her letter."""
    opened = opening.open_link(invitations.token_for(invitation))
    asked = [it.path for it in form_of(invitation).nodes if it.type == "select1"]
    answering.save(opened, 0, dict.fromkeys(asked, level))
    answering.send(opened, 1, devices.Device("0" * 32, "203.0.113.7", 75))


def test_those_who_were_drawn_are_asked_and_what_they_say_comes_out_by_service(
    satisfied: SampleWorld, settings: Any, tmp_path: Path
) -> None:
    settings.KEYS_DIR = tmp_path / "keys"
    satisfied.load()
    body, centre = satisfied.user("chi.ha.nam"), satisfied.user("ba.bo")
    roster = actions.make_list(body, satisfied.draw()).roster
    for person in roster.people.filter(email=""):
        listing.remove(body, person, person.version)
    listing.explain(body, roster, {it.key: "Theo mẫu đã chọn" for it in unsolved(findings(roster))})
    roster.refresh_from_db()
    sending.send(body, roster, roster.version, agreed=True)
    sending.accept(centre, roster, roster.version)
    invitations.invite(roster)
    people = list(Invitation.objects.filter(path="VN/35/"))
    assert len(people) == roster.people.filter(standing="in").count() > 60
    for at, invitation in enumerate(people):
        answered(invitation, "5" if at % 4 else "2")
    releasing.lay_open(satisfied.campaign, everything=True)
    assert Opinion.objects.count() == len(people)
    found = satisfaction(satisfied.campaign, rules_of(satisfied.campaign), "VN/35/")
    assert found.total.overall is not None and found.total.overall.valid == len(people)
    happy = sum(at % 4 != 0 for at in range(len(people)))
    assert found.total.overall.top_two == Fraction(happy, len(people))
    by_service = {it.code: it.overall.valid for it in found.services if it.overall}
    assert sum(by_service.values()) == len(people) and set(by_service) == {"dat-dai", "ho-tich", "xay-dung"}
