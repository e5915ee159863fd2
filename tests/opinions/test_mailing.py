"""The mailing: one personal link each, planned once, sent by the outbox, nothing kept that opens a questionnaire."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.engine.refusals import Forbidden, Invalid, NotNow
from dieutra.events.models import Event
from dieutra.messages.models import Channel, Message
from dieutra.messages.sending import PAUSES
from dieutra.opinions import figures, keys, letters, mailing, tokens
from dieutra.opinions.models import Figure, Invitation, Letter, Mailing, Round
from dieutra.rosters import sending
from dieutra.rosters.models import Person, Roster
from tests.messages.outbox import free_all
from tests.messages.relay import Relay, always
from tests.opinion_cast import OpinionWorld, opinions
from tests.opinions.letters_cast import (
    LINK,
    body,
    first_letters,
    holder,
    invite,
    key_folder,
    links,
    mailed,
    relay,
    turn,
)

__all__ = ["key_folder", "opinions", "relay"]
TOKEN = "0123456789abcdef"


def test_each_person_gets_one_letter_with_a_link_of_her_own(opinions: OpinionWorld, relay: Relay) -> None:
    mailed(opinions, "tinh", "35", {"tinh-so": 6, "tinh-phong": 7})
    turn()
    found = list(links(relay))
    people = Person.objects.filter(path=opinions.area("35").path)
    assert sorted(to for to, _ in found) == sorted(people.values_list("email", flat=True))
    for to, token in found:
        person = holder(token)
        assert person is not None and person.email == to, "the right person's link"
    assert len({token for _, token in found}) == 13
    assert {it.state for it in first_letters(opinions)} == {"sent"}


def test_the_letter_names_the_person_the_body_the_group_and_the_last_day(
    opinions: OpinionWorld, relay: Relay
) -> None:
    mailed(opinions, "tinh", "35", {"tinh-so": 1})
    turn()
    (mail,) = relay.mails()
    part = mail.get_body(("plain",))
    assert part is not None
    text = " ".join(part.get_content().split())
    person = Person.objects.get()
    assert person.name in text and "Tỉnh Hà Nam" in text and "“Lãnh đạo cấp sở”" in text
    assert f"{opinions.campaign.closes_on:%d/%m/%Y}" in text
    assert "{" not in text and "{" not in str(mail["Subject"])
    assert mail["List-Unsubscribe"] is None, "a right to be asked is not switched off by a link"


def test_the_english_of_a_letter_stands_below_the_vietnamese_with_the_same_link(
    opinions: OpinionWorld, relay: Relay
) -> None:
    mailed(opinions, "tinh", "35", {"tinh-so": 1})
    turn()
    (mail,) = relay.mails()
    part = mail.get_body(("plain",))
    assert part is not None and str(mail["Subject"]).startswith("Mời trả lời phiếu khảo sát")
    above, below = part.get_content().split("-" * 40)
    assert "Kính gửi: Ông/Bà" in above and "Dear" not in above
    assert "Dear" in below and "simulated" in below and "Subject" not in below
    assert LINK.findall(above) == LINK.findall(below) and len(LINK.findall(above)) == 1
    assert "“Lãnh đạo cấp sở”" in " ".join(above.split())
    assert "“Department leaders”" in " ".join(below.split()) and "Lãnh đạo" not in below


@pytest.mark.parametrize("template", ["invitation", "reminder", "last_day", "resent"])
def test_a_campaign_that_asks_in_vietnamese_alone_sends_no_english(
    opinions: OpinionWorld, template: str
) -> None:
    campaign = opinions.campaign
    assert letters.BETWEEN in letters.written(campaign, template)[1]
    own = {
        **campaign.rules["campaign"],
        "opinion": {**campaign.rules["campaign"]["opinion"], "languages": ["vi"]},
    }
    alone = Campaign(rules={**campaign.rules, "campaign": own}, kind_slug=campaign.kind_slug)
    subject, body = letters.written(alone, template)
    assert letters.BETWEEN not in body and "Dear" not in body and subject


def test_neither_the_outbox_nor_the_letter_rows_have_a_link(opinions: OpinionWorld, relay: Relay) -> None:
    mailed(opinions, "tinh", "35", {"tinh-so": 3})
    turn()
    for _, token in links(relay):
        for message in Message.objects.all():
            said = f"{message.text} {message.subject} {message.link} {message.key} {message.reason}"
            assert token not in said and tokens.shown(token) not in said
    assert {it.text.count("{lien_ket}") for it in first_letters(opinions)} == {2}, "once in each language"


def test_opening_twice_and_planning_twice_is_once(opinions: OpinionWorld) -> None:
    first = mailed(opinions, "tinh", "35", {"tinh-so": 5})
    centre, campaign = opinions.user("ba.bo"), opinions.campaign
    again = mailing.open_mailing(centre, campaign, [body(opinions, "tinh", "35")], "0" * 16)
    assert again == first, "the same page sent twice"
    with pytest.raises(NotNow):
        mailing.open_mailing(centre, campaign, [body(opinions, "tinh", "35")], TOKEN)
    assert mailing.plan_invitations(campaign) == 0
    Letter.objects.all().delete()
    assert mailing.plan_invitations(campaign) == 0, "a run that died between the two statements is made whole"
    assert Letter.objects.count() == Message.objects.filter(secret="opinion").count() == 5
    assert Event.objects.filter(verb="mailing.opened").count() == 1


def test_what_is_opened_is_what_the_preview_counted(opinions: OpinionWorld) -> None:
    opinions.accepted("tinh", "35", {"tinh-so": 6})
    invite(opinions.campaign)
    one, two, *_ = Person.objects.order_by("pk")
    Person.objects.filter(pk=one.pk).update(email="")
    source = Message.objects.create(campaign=opinions.campaign, template="x", key="x", path="VN/", text="x")
    letters.Suppression.objects.create(address=two.email, scope="all", reason="550 5.1.1", message=source)
    seen = mailing.preview(opinions.campaign, [body(opinions, "tinh", "35")])
    assert (seen.people, seen.without_address, seen.suppressed, seen.letters) == (6, 1, 1, 4)
    assert seen.sample is not None
    assert (
        letters.FALSE_TOKEN.replace("-", "") in seen.sample[1].replace("-", "") and "{" not in seen.sample[1]
    )
    assert not tokens.tidy(letters.FALSE_TOKEN), "the link of a sample opens nothing"
    assert seen.minutes == 1


def test_the_expected_time_goes_by_the_slowest_limit(opinions: OpinionWorld) -> None:
    opinions.accepted("tinh", "35", {"tinh-so": 60})
    invite(opinions.campaign)
    rules = opinions.campaign.rules
    rules["campaign"]["mail"] = {
        "per_minute": 60,
        "burst": 5,
        "per_domain_per_minute": 6,
        "per_domain_burst": 5,
    }
    seen = mailing.preview(opinions.campaign, [body(opinions, "tinh", "35")])
    assert seen.minutes == 10, "all sixty share a domain that takes six a minute"


def test_only_bodies_with_an_accepted_list_are_opened(opinions: OpinionWorld) -> None:
    centre, campaign = opinions.user("ba.bo"), opinions.campaign
    roster = opinions.accepted("tinh", "35", {"tinh-so": 2})
    opinions.fill(opinions.roster("tinh", "40"), {"tinh-so": 2})
    invite(campaign)
    both = [body(opinions, "tinh", "35"), body(opinions, "tinh", "40")]
    made = mailing.open_mailing(centre, campaign, both, TOKEN)
    assert [it.path for it in made.mailings.all()] == [roster.path]
    with pytest.raises(NotNow):
        mailing.open_mailing(centre, campaign, both[1:], "1" * 16)


def test_nothing_is_sent_before_the_first_or_after_the_last_day(opinions: OpinionWorld, relay: Relay) -> None:
    centre, campaign, today = opinions.user("ba.bo"), opinions.campaign, timezone.localdate()
    opinions.accepted("tinh", "35", {"tinh-so": 2})
    invite(campaign)
    campaign.opens_on = today + timedelta(days=1)
    with pytest.raises(NotNow, match="bắt đầu"):
        mailing.open_mailing(centre, campaign, [body(opinions, "tinh", "35")], TOKEN)
    campaign.opens_on, campaign.closes_on = today - timedelta(days=9), today - timedelta(days=1)
    with pytest.raises(NotNow, match="kết thúc"):
        mailing.open_mailing(centre, campaign, [body(opinions, "tinh", "35")], TOKEN)
    campaign.closes_on = today
    mailing.open_mailing(centre, campaign, [body(opinions, "tinh", "35")], TOKEN)
    mailing.plan_invitations(campaign)
    Campaign.objects.filter(pk=campaign.pk).update(closes_on=today - timedelta(days=1))
    turn()
    assert not relay.arrived
    assert {(it.state, it.reason) for it in first_letters(opinions)} == {("suppressed", letters.NOT_NEEDED)}


def test_people_who_come_after_the_opening_get_their_letter_too(opinions: OpinionWorld, relay: Relay) -> None:
    mailed(opinions, "tinh", "35", {"tinh-so": 2})
    turn()
    late = opinions.fill(opinions.roster("tinh", "35"), {"tinh-so": 1})[0]
    invite(opinions.campaign)
    assert mailing.plan_invitations(opinions.campaign) == 1
    turn()
    assert [to for to, _ in links(relay)].count(late.email) == 1
    assert len(relay.arrived) == 3


@pytest.mark.parametrize("what", ["withdrawn", "epoch", "address"])
def test_a_letter_that_has_lost_its_sense_is_not_handed_over_and_says_nothing_about_why(
    opinions: OpinionWorld, relay: Relay, what: str
) -> None:
    mailed(opinions, "tinh", "35", {"tinh-so": 2})
    mine = Invitation.objects.select_related("person").order_by("pk")[0]
    if what == "epoch":
        Invitation.objects.filter(pk=mine.pk).update(epoch=2)
    elif what == "address":
        Person.objects.filter(pk=mine.person_id).update(email="moi@example.gov.vn")
    else:
        Invitation.objects.filter(pk=mine.pk).update(**{what: True})
    turn()
    message = Letter.objects.get(invitation=mine).message
    assert (message.state, message.reason, message.code) == (
        "suppressed",
        letters.NOT_NEEDED,
        letters.NOT_NEEDED,
    )
    assert len(relay.arrived) == 1


def test_without_the_right_key_letters_wait_and_no_dead_link_is_sent(
    opinions: OpinionWorld, relay: Relay
) -> None:
    mailed(opinions, "tinh", "35", {"tinh-so": 2})
    file = keys.file_of(opinions.campaign)
    right = file.read_bytes()
    file.unlink()
    for _ in range(len(PAUSES) + 2):  # longer than a refused letter is tried
        turn()
        assert {it.state for it in first_letters(opinions)} == {"deferred"}
        free_all()
    assert {it.refusals for it in first_letters(opinions)} == {0}
    file.write_bytes(b"1" * keys.LENGTH)
    free_all()
    turn()
    assert {it.reason for it in first_letters(opinions)} == {letters.WRONG_KEY}
    file.write_bytes(right)
    free_all()
    turn()
    assert len({holder(token) for _, token in links(relay)} - {None}) == 2


def test_an_address_that_does_not_exist_bounces_and_gets_nothing_more(
    opinions: OpinionWorld, relay: Relay
) -> None:
    mailed(opinions, "tinh", "35", {"tinh-so": 3})
    gone, full, _ = Person.objects.order_by("pk")
    relay.at_rcpt = lambda to, tries: {
        gone.email: "550 5.1.1 no such user",
        full.email: "450 4.2.2 full",
    }.get(to, "")
    turn()
    states = {it.to: (it.state, it.reason) for it in first_letters(opinions)}
    assert states[gone.email] == ("bounced", "550 5.1.1 no such user")
    assert states[full.email] == ("deferred", "450 4.2.2 full")
    assert letters.Suppression.objects.get().address == gone.email
    relay.at_rcpt = always("")
    free_all()
    turn()
    assert sorted(to for to, _ in links(relay)) == sorted(
        it.email for it in Person.objects.exclude(pk=gone.pk)
    )


def test_a_body_is_told_once_when_its_letters_are_out_and_not_before(
    opinions: OpinionWorld, relay: Relay
) -> None:
    mailed(opinions, "tinh", "35", {"tinh-so": 3})
    mailed(opinions, "bo", "B01", {"bo-vu": 2}, "1" * 16)
    later = Person.objects.filter(path=opinions.area("35").path).order_by("pk")[0]
    relay.at_rcpt = lambda to, tries: "450 4.2.2 later" if to == later.email else ""
    assert mailing.tell_bodies(opinions.campaign) == 0
    turn()
    assert mailing.tell_bodies(opinions.campaign) == 1, "the ministry; a letter of the province still waits"
    relay.at_rcpt = always("")
    free_all()
    turn()
    assert mailing.tell_bodies(opinions.campaign) == 1
    assert mailing.tell_bodies(opinions.campaign) == 0
    told = Message.objects.filter(template="body_told").order_by("pk")
    people = [(it.user.username if it.user else "", it.channel) for it in told]
    assert people == [
        ("anh.ngoai.giao", Channel.EMAIL), ("anh.ngoai.giao", Channel.NOTICE),
        ("chi.ha.nam", Channel.EMAIL), ("chi.ha.nam", Channel.NOTICE),
    ]  # fmt: skip
    assert "Đã gửi 3 phiếu khảo sát của Tỉnh Hà Nam" in told[2].subject
    assert told[2].text.count("/khao-sat/tien-do/tinh/35/") == 1


def test_the_number_that_a_body_is_told_is_that_of_the_screen_and_the_same_whoever_has_answered(
    opinions: OpinionWorld, relay: Relay
) -> None:
    mailed(opinions, "tinh", "35", {"tinh-so": 6})
    Invitation.objects.filter(pk__in=Invitation.objects.order_by("pk").values("pk")[:4]).update(answered=True)
    waiting = Message.objects.filter(secret="opinion").order_by("pk")[:2]
    Message.objects.filter(pk__in=waiting.values("pk")).update(state="suppressed", reason=letters.NOT_NEEDED)
    turn()
    figures.count(opinions.campaign)
    assert mailing.tell_bodies(opinions.campaign) == 1
    told = Message.objects.filter(template="body_told").first()
    assert told and "Đã gửi 6 phiếu khảo sát" in told.subject
    assert Figure.objects.get().mailed == 6


def test_a_list_that_was_opened_again_meanwhile_is_not_mailed(
    opinions: OpinionWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other was first, and committed while this one waited for the rows of the lists."""
    roster = opinions.accepted("tinh", "35", {"tinh-so": 2})
    invite(opinions.campaign)
    wait = mailing._hold_lists

    def after_the_other(campaign: Campaign) -> None:
        sending.reopen(opinions.user("ba.bo"), roster, roster.version, "Danh sách thiếu hai sở của tỉnh.")
        wait(campaign)

    monkeypatch.setattr(mailing, "_hold_lists", after_the_other)
    with pytest.raises(NotNow, match="Không có cơ quan nào"):
        mailing.open_mailing(
            opinions.user("ba.bo"), opinions.campaign, [body(opinions, "tinh", "35")], "0" * 16
        )
    assert not Mailing.objects.exists() and not Round.objects.exists()


def test_the_centre_alone_opens_and_tests(opinions: OpinionWorld) -> None:
    opinions.accepted("tinh", "35", {"tinh-so": 2})
    invite(opinions.campaign)
    for username in ("ong.chuyen.vien", "bac.bcd", "chi.ha.nam", "anh.ngoai.giao"):
        with pytest.raises(Forbidden):
            mailing.open_mailing(
                opinions.user(username), opinions.campaign, [body(opinions, "tinh", "35")], TOKEN
            )
        with pytest.raises(Forbidden):
            mailing.send_test(opinions.user(username), opinions.campaign, TOKEN)
    assert not Round.objects.exists() and not Mailing.objects.exists()
    with pytest.raises(Invalid):
        mailing.open_mailing(opinions.user("ba.bo"), opinions.campaign, [body(opinions, "tinh", "35")], "cu")


def test_a_letter_to_oneself_looks_like_the_others_and_opens_nothing(
    opinions: OpinionWorld, relay: Relay
) -> None:
    opinions.accepted("tinh", "35", {"tinh-so": 1})
    invite(opinions.campaign)
    centre = opinions.user("ba.bo")
    assert mailing.send_test(centre, opinions.campaign, TOKEN) == centre.email
    mailing.send_test(centre, opinions.campaign, TOKEN)
    turn()
    (mail,) = [it for it in relay.mails() if it["To"] == centre.email and "Thư thử" in it["Subject"]]
    part = mail.get_body(("plain",))
    assert part is not None and "Tỉnh Hà Nam" in part.get_content()
    assert [holder(token) for to, token in links(relay) if to == centre.email] == [None]


def test_the_general_pages_about_messages_show_nothing_of_letters_to_respondents(
    opinions: OpinionWorld, relay: Relay
) -> None:
    mailed(opinions, "tinh", "35", {"tinh-so": 3})
    gone = Person.objects.order_by("pk")[0]
    relay.at_rcpt = lambda to, tries: "550 5.1.1 no" if to == gone.email else ""
    turn()
    for username in ("ba.bo", "ong.chuyen.vien", "chi.ha.nam"):
        desk: Client = opinions.desk(username)
        for address in ("/thong-bao/", "/thong-bao/bao-cao/", "/thong-bao/dia-chi/", "/thong-bao/gui/"):
            said = desk.get(address).content.decode()
            assert "@example.gov.vn" not in said and "550 5.1.1" not in said, (username, address)
            assert "Mời trả lời" not in said
    assert Roster.objects.get().people.count() == 3
