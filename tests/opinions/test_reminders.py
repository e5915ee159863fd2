"""Reminders: to those who have not answered, once per person and rule, and told to nobody person by person."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from dieutra.campaigns.checking import _letters_there
from dieutra.campaigns.kind_folder import folder_rules
from dieutra.campaigns.kind_reading import kind_from
from dieutra.campaigns.models import Campaign
from dieutra.campaigns.opinion_rules import opinion_rules
from dieutra.engine.refusals import Forbidden, Invalid, NotNow
from dieutra.events.models import Event
from dieutra.messages.letter import number_in
from dieutra.messages.models import Message, Suppression
from dieutra.opinions import reminding
from dieutra.opinions.models import Invitation, Letter, Mailing, Round
from dieutra.rosters.models import Person
from tests.messages.outbox import free_all
from tests.messages.relay import Relay
from tests.opinion_cast import KIND, OpinionWorld, opinions
from tests.opinions.letters_cast import body, key_folder, links, mailed, relay, turn

__all__ = ["key_folder", "opinions", "relay"]


def sent_before_today(
    world: OpinionWorld, survey: str, code: str, numbers: dict[str, int], token: str = "0" * 16
) -> None:
    mailed(world, survey, code, numbers, token)
    turn()
    Message.objects.filter(secret="opinion").update(
        ended_at=timezone.now() - timedelta(days=2), planned_at=timezone.now() - timedelta(days=2)
    )


def answer(world: OpinionWorld, survey: str, code: str, number: int) -> set[str]:
    """So many people have answered; their addresses."""
    chosen = Invitation.objects.filter(survey=survey, path=world.area(code).path).order_by("pk")[:number]
    keys = [it.pk for it in chosen]
    Invitation.objects.filter(pk__in=keys).update(answered=True)
    return set(Person.objects.filter(invitation__in=keys).values_list("email", flat=True))


def at(hour: int) -> datetime:
    return timezone.localtime().replace(hour=hour)


def by_the_clock(campaign: Campaign) -> int:
    return reminding.by_the_clock(campaign, at(12))


def closing_in(world: OpinionWorld, days: int) -> Campaign:
    Campaign.objects.filter(pk=world.campaign.pk).update(
        closes_on=timezone.localdate() + timedelta(days=days)
    )
    world.campaign.refresh_from_db()
    return world.campaign


def reminded() -> list[str]:
    return sorted(it.message.to for it in Letter.objects.filter(sort="reminder").select_related("message"))


def test_on_its_day_a_rule_reminds_those_who_have_not_answered_once(
    opinions: OpinionWorld, relay: Relay
) -> None:
    sent_before_today(opinions, "tinh", "35", {"tinh-so": 6, "tinh-phong": 4})
    done = answer(opinions, "tinh", "35", 4)
    campaign = closing_in(opinions, 8)
    assert by_the_clock(campaign) == 0, "eight days before: not yet"
    campaign = closing_in(opinions, 7)
    assert by_the_clock(campaign) == 1
    assert by_the_clock(campaign) == 0
    assert len(reminded()) == 10, "planned for all, so that the number of rows says nothing"
    relay.arrived.clear()
    turn()
    assert sorted([*done, *(to for to, _ in links(relay))]) == reminded()
    assert {it["Subject"].startswith("Nhắc trả lời phiếu khảo sát") for it in relay.mails()} == {True}
    assert all("List-Unsubscribe" in it for it in relay.mails())


def test_who_answers_before_her_reminder_is_handed_over_does_not_get_it(
    opinions: OpinionWorld, relay: Relay
) -> None:
    sent_before_today(opinions, "tinh", "35", {"tinh-so": 6})
    by_the_clock(closing_in(opinions, 7))
    done = answer(opinions, "tinh", "35", 2)
    relay.arrived.clear()
    turn()
    assert len(relay.arrived) == 4 and done.isdisjoint(to for to, *_ in relay.arrived)
    rows = Message.objects.filter(opinion_letter__sort="reminder")
    names = ("state", "reason", "code", "attempts", "refusals", "handing", "doubts")
    assert len(set(rows.values_list(*names))) == 1, "one that was not needed ends like one that left"


def test_the_numbers_of_messages_say_nothing_of_how_many_have_answered(
    opinions: OpinionWorld, relay: Relay
) -> None:
    """Whoever gets the first reminder of a round and the letter after it could count what lies in between."""
    sent_before_today(opinions, "tinh", "35", {"tinh-so": 6})
    answer(opinions, "tinh", "35", 4)
    last = Message.objects.latest("pk").pk
    reminding.remind(opinions.user("ba.bo"), opinions.campaign, "tinh", "")
    assert Message.objects.latest("pk").pk - last == 6
    relay.arrived.clear()
    turn()
    assert len(relay.arrived) == 2
    for mail in relay.mails():
        message = Message.objects.get(pk=number_in(mail["Message-ID"]))
        assert message.to == mail["To"]
        for header in ("Message-ID", "List-Unsubscribe"):
            names = re.findall(r"[0-9a-f]{32}", mail[header])
            assert len(names) == 1
            rest = mail[header].replace(names[0], "").replace(settings.SITE_URL, "")
            assert not re.search(r"\d", rest), "no number but in the opaque name"


def test_the_last_day_has_a_letter_of_its_own_and_the_day_after_has_none(
    opinions: OpinionWorld, relay: Relay
) -> None:
    sent_before_today(opinions, "tinh", "35", {"tinh-so": 3})
    campaign = closing_in(opinions, 0)
    assert by_the_clock(campaign) == 1
    assert {it.template for it in Round.objects.filter(what="reminder")} == {"last_day"}
    campaign = closing_in(opinions, -1)
    free_all()
    relay.arrived.clear()
    turn()
    assert not relay.arrived, "the day after, what waited is not sent"


def test_nobody_is_reminded_in_the_night_or_on_the_day_of_her_letter(
    opinions: OpinionWorld, relay: Relay
) -> None:
    mailed(opinions, "tinh", "35", {"tinh-so": 3})
    turn()
    campaign = closing_in(opinions, 7)
    assert reminding.by_the_clock(campaign, at(6)) == 0
    assert reminding.by_the_clock(campaign, at(7)) == 1
    assert reminded() == [], "they were written to today"


def test_a_rule_that_counts_from_the_mailing_goes_by_each_body_s_own_day(
    opinions: OpinionWorld, relay: Relay
) -> None:
    rules = opinions.campaign.rules
    rules["campaign"]["opinion"]["letter"] = [
        {"name": "sau-gui", "when": "3 days after mailing", "whom": "respondent", "what": "reminder"}
    ]
    Campaign.objects.filter(pk=opinions.campaign.pk).update(rules=rules)
    opinions.campaign.refresh_from_db()
    sent_before_today(opinions, "tinh", "35", {"tinh-so": 2})
    sent_before_today(opinions, "tinh", "40", {"tinh-so": 2}, "1" * 16)
    first = opinions.area("35").path
    Mailing.objects.filter(path=first).update(opened_at=timezone.now() - timedelta(days=3))
    assert by_the_clock(opinions.campaign) == 1
    assert {it.invitation.path for it in Letter.objects.filter(sort="reminder")} == {first}
    Mailing.objects.update(opened_at=timezone.now() - timedelta(days=3))
    Round.objects.filter(what="reminder").update(occasion="2020-01-01")
    by_the_clock(opinions.campaign)
    assert len(reminded()) == 4, "each once"


def test_an_address_that_wants_no_reminders_still_gets_her_invitation(
    opinions: OpinionWorld, relay: Relay
) -> None:
    sent_before_today(opinions, "tinh", "35", {"tinh-so": 3})
    one = Letter.objects.select_related("message").order_by("pk")[0].message
    Suppression.objects.create(address=one.to, scope="optional", reason="thôi nhận", message=one)
    by_the_clock(closing_in(opinions, 7))
    assert one.to not in reminded() and len(reminded()) == 2


def test_a_body_reminds_a_group_of_its_own_and_learns_no_number(opinions: OpinionWorld, relay: Relay) -> None:
    sent_before_today(opinions, "tinh", "35", {"tinh-so": 6, "tinh-phong": 2})
    done = answer(opinions, "tinh", "35", 3)
    body_admin, path = opinions.user("chi.ha.nam"), opinions.area("35").path
    made = reminding.remind(body_admin, opinions.campaign, "tinh", path, "tinh-so")
    relay.arrived.clear()
    turn()
    assert len(relay.arrived) == 3 and done.isdisjoint(to for to, *_ in relay.arrived)
    assert not [it.name for it in made._meta.fields if it.get_internal_type() == "PositiveIntegerField"]
    event = Event.objects.get(verb="reminder.asked")
    assert event.facts == {"survey": "tinh", "group": "tinh-so"}, "no number in the record either"
    with pytest.raises(NotNow, match="Nhắc lại được từ ngày"):
        reminding.remind(body_admin, opinions.campaign, "tinh", path, "tinh-so")
    with pytest.raises(NotNow):
        reminding.remind(opinions.user("ba.bo"), opinions.campaign, "tinh", path, "tinh-so")


def test_a_reminder_of_a_group_where_all_have_answered_looks_like_any_other(
    opinions: OpinionWorld, relay: Relay
) -> None:
    sent_before_today(opinions, "tinh", "35", {"tinh-so": 6})
    answer(opinions, "tinh", "35", 6)
    admin, path = opinions.user("chi.ha.nam"), opinions.area("35").path
    made = reminding.remind(admin, opinions.campaign, "tinh", path, "tinh-so")
    relay.arrived.clear()
    turn()
    assert made.pk and len(reminded()) == 6 and not relay.arrived
    assert reminding.last_asked(opinions.campaign, "tinh", path, "tinh-so") == made


def test_two_reminders_by_hand_on_one_day_reach_a_person_once(opinions: OpinionWorld, relay: Relay) -> None:
    sent_before_today(opinions, "tinh", "35", {"tinh-so": 3})
    path = opinions.area("35").path
    reminding.remind(opinions.user("chi.ha.nam"), opinions.campaign, "tinh", path, "tinh-so")
    reminding.remind(opinions.user("ba.bo"), opinions.campaign, "tinh", "")
    assert len(reminded()) == 3


def test_nobody_reminds_outside_of_her_place(opinions: OpinionWorld, relay: Relay) -> None:
    sent_before_today(opinions, "tinh", "35", {"tinh-so": 3})
    path, campaign = opinions.area("35").path, opinions.campaign
    for username in ("co.nghe.an", "anh.ngoai.giao", "chu.doc", "bac.bcd", "ong.chuyen.vien"):
        with pytest.raises(Forbidden):
            reminding.remind(opinions.user(username), campaign, "tinh", path, "tinh-so")
    with pytest.raises(Forbidden):
        reminding.remind(opinions.user("chi.ha.nam"), campaign, "tinh", "", "")
    with pytest.raises(Invalid):
        reminding.remind(opinions.user("chi.ha.nam"), campaign, "tinh", path, "")
    with pytest.raises(Invalid):
        reminding.remind(opinions.user("ba.bo"), campaign, "tinh", path, "khong-co")
    with pytest.raises(NotNow):
        reminding.remind(opinions.user("co.nghe.an"), campaign, "tinh", opinions.area("40").path, "tinh-so")
    assert reminded() == []
    assert body(opinions, "tinh", "35")[1] == path


RULE = {"name": "nhac", "when": "3 days after mailing", "whom": "respondent", "what": "reminder"}


@pytest.mark.parametrize(
    "change",
    [{"when": "soon"}, {"when": "3 days after noon"}, {"whom": "unit"}, {"name": ""}, {"what": ""},
     {"when": "3 days before mailing"}, {"whom": "body"}],
)  # fmt: skip
def test_a_rule_that_cannot_be_followed_is_told_with_its_place(change: dict[str, str]) -> None:
    def told(*rows: dict[str, str]) -> list[str]:
        found: list[str] = []
        opinion_rules({"letter": list(rows)}, lambda place, words: found.append(place))
        return [it for it in found if it.startswith("opinion.letter")]

    assert told(RULE) == []
    assert told({**RULE, **change})
    assert told(RULE, RULE), "the same name twice"


def test_a_rule_whose_letter_is_missing_is_told_by_the_check_of_the_kind() -> None:
    rules = folder_rules(KIND)
    rules["campaign"]["opinion"]["letter"] = [RULE]
    kind = kind_from("thu", rules)
    assert _letters_there(kind, {"reminder": "x"}) == []
    assert "reminder" in _letters_there(kind, {})[0].message


def test_the_shipped_kind_s_rules_are_followed(opinions: OpinionWorld) -> None:
    rules = opinions.campaign.kind.opinion
    assert rules is not None
    found = [(it.name, it.when.days, it.what) for it in rules.letters if it.whom == "respondent"]
    assert found == [("nhac-tra-loi", -7, "reminder"), ("ngay-cuoi", 0, "last_day")]
