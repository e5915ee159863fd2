"""A letter again, a new link, another address: the old link dies, and no answer of the house says who has answered."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Stale
from dieutra.messages.bounces import Report, _note
from dieutra.messages.letter import message_id
from dieutra.messages.models import Message, Suppression
from dieutra.opinions import addressing, letters, reminding
from dieutra.opinions.models import AddressChange, Invitation, Letter, SealedDraft
from dieutra.rosters.models import Person
from tests.messages.outbox import free_all
from tests.messages.relay import Relay, always
from tests.opinion_cast import OpinionWorld, opinions
from tests.opinions.letters_cast import holder, key_folder, links, mailed, relay, turn
from tests.opinions.test_reminders import sent_before_today

__all__ = ["key_folder", "opinions", "relay"]
WHY = "Hòm thư cũ không dùng nữa"


def first(world: OpinionWorld) -> Invitation:
    found = Invitation.objects.select_related("person", "campaign").order_by("pk")
    return found[0]


def bounced(world: OpinionWorld, relay: Relay, numbers: dict[str, int]) -> Invitation:
    """The first of these people has an address that does not exist."""
    mailed(world, "tinh", "35", numbers)
    gone = first(world).person.email
    relay.at_rcpt = lambda to, tries: "550 5.1.1 no such user" if to == gone else ""
    turn()
    relay.at_rcpt = always("")
    return first(world)


def test_a_letter_again_has_the_same_link_and_goes_once_a_day(opinions: OpinionWorld, relay: Relay) -> None:
    mailed(opinions, "tinh", "35", {"tinh-so": 2})
    turn()
    mine = first(opinions)
    addressing.resend(opinions.user("chi.ha.nam"), mine)
    turn()
    mails = [token for to, token in links(relay) if to == mine.person.email]
    assert len(mails) == 2 and len(set(mails)) == 1
    with pytest.raises(NotNow, match="Hôm nay"):
        addressing.resend(opinions.user("ba.bo"), mine)
    assert Letter.objects.filter(sort="again").count() == 1


def test_a_letter_is_sent_again_five_times_at_most(opinions: OpinionWorld, relay: Relay) -> None:
    mailed(opinions, "tinh", "35", {"tinh-so": 1})
    turn()
    for day in range(addressing.MOST_AGAIN):
        addressing.resend(opinions.user("ba.bo"), first(opinions))
        message = Letter.objects.filter(sort="again").latest("pk").message
        Message.objects.filter(pk=message.pk).update(key=f"day {day}")
    with pytest.raises(NotNow, match="5 lần"):
        addressing.resend(opinions.user("ba.bo"), first(opinions))


def test_a_letter_that_still_waits_or_does_not_arrive_is_not_sent_again(
    opinions: OpinionWorld, relay: Relay
) -> None:
    mailed(opinions, "tinh", "35", {"tinh-so": 1})
    with pytest.raises(NotNow, match="đang chờ gửi"):
        addressing.resend(opinions.user("chi.ha.nam"), first(opinions))
    relay.at_rcpt = always("550 5.1.1 no")
    turn()
    with pytest.raises(NotNow, match="đổi địa chỉ"):
        addressing.resend(opinions.user("chi.ha.nam"), first(opinions))


def page(world: OpinionWorld, username: str) -> str:
    client = Client()
    client.force_login(world.user(username))
    text = client.get("/khao-sat/tien-do/tinh/35/thu/").content.decode()
    return re.sub(r"csrfmiddlewaretoken\" value=\"[^\"]+|tinh35-\d|/thu/\d+/|nonce=\"[^\"]*", "", text)


def test_asking_again_for_somebody_who_has_answered_sends_the_letter_and_looks_the_same(
    opinions: OpinionWorld, relay: Relay
) -> None:
    """Else a body that asks for each letter again and looks into the mailboxes would learn who has answered."""
    mailed(opinions, "tinh", "35", {"tinh-so": 2})
    turn()
    done, open_one = Invitation.objects.select_related("person", "campaign").order_by("pk")
    Invitation.objects.filter(pk=done.pk).update(answered=True)
    done.refresh_from_db()
    relay.arrived.clear()
    for it in (done, open_one):
        addressing.resend(opinions.user("chi.ha.nam"), it)
    turn()
    assert sorted(to for to, _ in links(relay)) == sorted([done.person.email, open_one.person.email])
    ends = Letter.objects.filter(sort="again").values_list(
        "message__state", "message__reason", "message__code"
    )
    assert set(ends) == {("sent", "", "")}
    for username in ("chi.ha.nam", "ba.bo"):
        before = page(opinions, username)
        Invitation.objects.filter(pk=done.pk).update(answered=False)
        assert page(opinions, username) == before and "đã gửi lại 1 lần" in before
        Invitation.objects.filter(pk=done.pk).update(answered=True)


def test_a_new_link_goes_to_whoever_has_answered_too(opinions: OpinionWorld, relay: Relay) -> None:
    mailed(opinions, "tinh", "35", {"tinh-so": 1})
    turn()
    Invitation.objects.update(answered=True)
    addressing.renew(opinions.user("ba.bo"), first(opinions), 1, WHY)
    turn()
    old, new = [token for _, token in links(relay)]
    assert old != new and holder(new) == first(opinions).person


def test_a_reminder_that_comes_back_does_not_tell_the_body_whose_it_was(
    opinions: OpinionWorld, relay: Relay
) -> None:
    sent_before_today(opinions, "tinh", "35", {"tinh-so": 2})
    done, open_one = Invitation.objects.select_related("person", "campaign").order_by("pk")
    Invitation.objects.filter(pk=done.pk).update(answered=True)
    before = page(opinions, "chi.ha.nam")
    relay.at_rcpt = always("550 5.1.1 no such user")
    reminding.remind(opinions.user("ba.bo"), opinions.campaign, "tinh", "")
    turn()
    came_back = Message.objects.get(state="bounced")
    assert came_back.to == open_one.person.email
    _note(Report(came_back.to, "failed", "5.1.1", "smtp; 550 unknown", message_id(came_back)))
    assert addressing.arrives(open_one) and addressing.arrives(done)
    assert page(opinions, "chi.ha.nam") == before
    with pytest.raises(Forbidden, match="chỉ Trung ương"):
        addressing.change_address(opinions.user("chi.ha.nam"), open_one, 1, "moi@so.gov.vn", WHY)
    relay.at_rcpt = always("")
    addressing.resend(opinions.user("chi.ha.nam"), open_one)
    turn()
    assert Letter.objects.get(sort="again").message.state == "sent", "her own letters still go out"
    addressing.renew(opinions.user("ba.bo"), open_one, 1, WHY)
    assert not Suppression.objects.filter(lifted_at__isnull=True).exists(), "and reminders go to her again"


def test_another_address_gets_a_new_link_and_the_old_one_dies_with_its_draft(
    opinions: OpinionWorld, relay: Relay
) -> None:
    mine = bounced(opinions, relay, {"tinh-so": 2})
    old_hash, old = mine.token_hash, mine.person.email
    SealedDraft.objects.create(invitation=mine, sealed=b"x")
    addressing.change_address(opinions.user("chi.ha.nam"), mine, 1, " Moi@So.Gov.VN ", WHY)
    turn()
    after = first(opinions)
    assert (after.epoch, after.person.email) == (2, "moi@so.gov.vn") and after.token_hash != old_hash
    assert not Invitation.objects.filter(token_hash=old_hash).exists(), "the old link opens nothing"
    assert not SealedDraft.objects.exists()
    change = AddressChange.objects.get()
    assert (change.before, change.after, change.reason) == (old, "moi@so.gov.vn", WHY)
    found = [token for to, token in links(relay) if to == "moi@so.gov.vn"]
    assert [holder(it) for it in found] == [after.person]
    assert Letter.objects.filter(sort="renewed", epoch=2).count() == 1


def test_a_letter_of_the_old_link_that_still_waits_is_not_sent(opinions: OpinionWorld, relay: Relay) -> None:
    mailed(opinions, "tinh", "35", {"tinh-so": 1})
    mine = first(opinions)
    old = mine.person.email
    addressing.change_address(opinions.user("ba.bo"), mine, 1, "moi@so.gov.vn", WHY)
    turn()
    assert [to for to, _ in links(relay)] == ["moi@so.gov.vn"]
    assert Message.objects.get(to=old).reason == letters.NOT_NEEDED


def test_a_body_changes_only_addresses_where_letters_do_not_arrive(
    opinions: OpinionWorld, relay: Relay
) -> None:
    bounced(opinions, relay, {"tinh-so": 2})
    other = Invitation.objects.select_related("person", "campaign").order_by("pk")[1]
    with pytest.raises(Forbidden, match="chỉ Trung ương"):
        addressing.change_address(opinions.user("chi.ha.nam"), other, 1, "moi@so.gov.vn", WHY)
    addressing.change_address(opinions.user("ba.bo"), other, 1, "moi@so.gov.vn", WHY)
    Person.objects.filter(pk=other.person_id).update(email="")
    other = Invitation.objects.select_related("person", "campaign").get(pk=other.pk)
    addressing.change_address(opinions.user("chi.ha.nam"), other, 2, "moi2@so.gov.vn", WHY)
    assert Invitation.objects.get(pk=other.pk).epoch == 3


@pytest.mark.parametrize(
    ("address", "words"),
    [("khong-phai-thu", "không đúng dạng"), ("a@gmail.com", "hòm thư công vụ"), ("", "không đúng dạng"),
     ("tinh35-2@example.gov.vn", "người khác"), ("tinh35-1@example.gov.vn", "đang dùng")],
)  # fmt: skip
def test_a_wrong_address_is_refused_with_what_to_do(
    opinions: OpinionWorld, relay: Relay, address: str, words: str
) -> None:
    mine = bounced(opinions, relay, {"tinh-so": 2})
    with pytest.raises(Invalid) as refused:
        addressing.change_address(opinions.user("chi.ha.nam"), mine, 1, address, WHY)
    assert words in refused.value.problems[0].message
    with pytest.raises(Invalid, match="lý do"):
        addressing.change_address(opinions.user("chi.ha.nam"), mine, 1, "moi@so.gov.vn", " ")
    assert first(opinions).epoch == 1


def test_a_group_that_may_use_any_mailbox_does(opinions: OpinionWorld, relay: Relay) -> None:
    mailed(opinions, "bo", "B01", {"bo-hoi": 1})
    addressing.change_address(opinions.user("ba.bo"), first(opinions), 1, "hoi@gmail.com", WHY)
    assert first(opinions).person.email == "hoi@gmail.com"


def test_a_leaked_link_is_replaced_by_the_centre_alone(opinions: OpinionWorld, relay: Relay) -> None:
    mailed(opinions, "tinh", "35", {"tinh-so": 1})
    turn()
    mine = first(opinions)
    with pytest.raises(Forbidden):
        addressing.renew(opinions.user("chi.ha.nam"), mine, 1, WHY)
    addressing.renew(opinions.user("ba.bo"), mine, 1, WHY)
    turn()
    old, new = [token for _, token in links(relay)]
    assert holder(old) is None and holder(new) == mine.person
    with pytest.raises(Stale):
        addressing.renew(opinions.user("ba.bo"), mine, 1, WHY)
    assert first(opinions).epoch == 2


def test_a_mailbox_that_is_there_again_gets_a_new_link(opinions: OpinionWorld, relay: Relay) -> None:
    mine = bounced(opinions, relay, {"tinh-so": 1})
    addressing.renew(opinions.user("ba.bo"), mine, 1, "Hòm thư đã được mở lại")
    turn()
    assert [to for to, _ in links(relay)] == [mine.person.email]
    assert addressing.arrives(first(opinions))


def test_a_report_that_comes_later_counts_as_a_letter_that_came_back(
    opinions: OpinionWorld, relay: Relay
) -> None:
    """Delivery status notifications (RFC 3464), as in tests/messages/test_bounces.py."""
    mailed(opinions, "tinh", "35", {"tinh-so": 1})
    turn()
    message = Letter.objects.get().message
    report = Report(message.to, "failed", "5.1.1", "smtp; 550 unknown", message_id(message))
    _note(report)
    assert not addressing.arrives(first(opinions))
    assert (
        addressing.change_address(opinions.user("chi.ha.nam"), first(opinions), 1, "moi@so.gov.vn", WHY)
        is None
    )


def test_strangers_and_readers_change_nothing(opinions: OpinionWorld, relay: Relay) -> None:
    mine = bounced(opinions, relay, {"tinh-so": 1})
    for username in ("co.nghe.an", "anh.ngoai.giao", "chu.doc", "bac.bcd", "ong.chuyen.vien"):
        actor = opinions.user(username)
        with pytest.raises(Forbidden):
            addressing.change_address(actor, mine, 1, "moi@so.gov.vn", WHY)
        with pytest.raises(Forbidden):
            addressing.resend(actor, mine)
        with pytest.raises(Forbidden):
            addressing.renew(actor, mine, 1, WHY)
    assert first(opinions).epoch == 1


def test_after_the_last_day_nothing_is_sent_or_changed(opinions: OpinionWorld, relay: Relay) -> None:
    mailed(opinions, "tinh", "35", {"tinh-so": 1})
    turn()
    Campaign.objects.filter(pk=opinions.campaign.pk).update(
        closes_on=timezone.localdate() - timedelta(days=1)
    )
    centre = opinions.user("ba.bo")
    with pytest.raises(NotNow):
        addressing.resend(centre, first(opinions))
    with pytest.raises(NotNow):
        addressing.change_address(centre, first(opinions), 1, "moi@so.gov.vn", WHY)
    with pytest.raises(NotNow):
        addressing.renew(centre, first(opinions), 1, WHY)
    free_all()
