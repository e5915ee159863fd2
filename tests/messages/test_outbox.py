"""The outbox against a real SMTP server that delays, refuses and drops."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from dieutra.messages import sending
from dieutra.messages.letter import message_id, number_in
from dieutra.messages.models import Message, Suppression
from tests.cast import World
from tests.messages.outbox import SUBJECT, free_all, put, turn_until_quiet
from tests.messages.relay import Relay, always

State = Message.State


def test_a_mail_arrives_with_its_vietnamese_words_as_text_and_as_html(world: World, relay: Relay) -> None:
    message = put(world, 1)
    turn_until_quiet()
    [mail] = relay.mails()
    assert mail["Subject"] == SUBJECT
    assert mail["Message-ID"] == message_id(message)
    assert mail["From"].addresses[0].display_name == "Ban Chỉ đạo"
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None and html is not None
    assert "Ủy ban nhân dân xã <Đông> & Tây" in text.get_content()
    assert ".\r\n.\r\nTrân trọng" in text.get_content(), "a line of a single dot gets through"
    assert "xã &lt;Đông&gt; &amp; Tây" in html.get_content()
    assert '<a href="http://127.0.0.1:8000/phieu/1/">' in html.get_content(), "the full stop is no part of it"
    message.refresh_from_db()
    assert message.state == State.SENT


def test_all_mail_comes_from_one_address(world: World, relay: Relay) -> None:
    put(world, 1)
    put(world, 2, obligatory=True)
    turn_until_quiet()
    assert relay.senders == {"bao-tin@dieutra.example.gov.vn"}


def test_optional_mail_tells_how_to_get_no_more_and_obligatory_mail_does_not(
    world: World, relay: Relay
) -> None:
    put(world, 1)
    put(world, 2, obligatory=True)
    turn_until_quiet()
    optional, obligatory = sorted(relay.mails(), key=lambda it: str(it["To"]))
    assert optional["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/thoi-nhan-thu/" in optional["List-Unsubscribe"]
    assert obligatory["List-Unsubscribe"] is None


def test_a_refusal_for_now_is_tried_again_later_with_growing_pauses(world: World, relay: Relay) -> None:
    message = put(world, 1)
    relay.at_rcpt = always("450 4.2.2 mailbox full")
    pauses = []
    for _ in range(3):
        before = timezone.now()
        sending.deliver()
        message.refresh_from_db()
        assert (message.state, message.reason) == (State.DEFERRED, "450 4.2.2 mailbox full")
        pauses.append(message.next_at - before)
        assert not sending.deliver().done, "not before its time"
        free_all()
    assert [round(it / timedelta(minutes=1)) for it in pauses] == [1, 5, 15]
    relay.at_rcpt = always("")
    sending.deliver()
    message.refresh_from_db()
    assert message.state == State.SENT


def test_after_the_last_pause_a_message_is_given_up(world: World, relay: Relay) -> None:
    message = put(world, 1)
    relay.at_end = always("451 4.3.0 try later")
    for _ in range(len(sending.PAUSES) + 1):
        sending.deliver()
        free_all()
    message.refresh_from_db()
    assert (message.state, message.reason) == (State.FAILED, "451 4.3.0 try later")


def test_an_address_that_does_not_exist_is_never_tried_again(world: World, relay: Relay) -> None:
    first, second = put(world, 1, to="Khong.Co@example.vn"), put(world, 2, to="khong.co@example.vn")
    relay.at_rcpt = always("550 5.1.1 no such user")
    turn_until_quiet()
    first.refresh_from_db()
    assert first.state == State.BOUNCED
    assert Suppression.objects.get().address == "khong.co@example.vn"
    free_all()
    turn_until_quiet()
    second.refresh_from_db()
    assert second.state in (State.SUPPRESSED, State.BOUNCED)
    third = put(world, 3, to="khong.co@example.vn", obligatory=True)
    turn_until_quiet()
    third.refresh_from_db()
    assert (third.state, third.reason) == (State.SUPPRESSED, "550 5.1.1 no such user")


def test_a_refusal_by_policy_does_not_blame_the_address(world: World, relay: Relay) -> None:
    message = put(world, 1)
    relay.at_rcpt = always("550 5.7.1 sender is listed")
    turn_until_quiet()
    message.refresh_from_db()
    assert message.state == State.FAILED
    assert not Suppression.objects.exists()


def test_a_refusal_of_the_content_ends_it(world: World, relay: Relay) -> None:
    message = put(world, 1)
    relay.at_end = always("554 5.6.0 not wanted")
    turn_until_quiet()
    message.refresh_from_db()
    assert (message.state, message.reason) == (State.FAILED, "554 5.6.0 not wanted")


def test_a_line_that_breaks_before_the_content_leaves_no_doubt(world: World, relay: Relay) -> None:
    message = put(world, 1)
    relay.at_rcpt = always("drop")
    sending.deliver()
    message.refresh_from_db()
    assert (message.state, message.doubts, message.refusals) == (State.DEFERRED, 0, 0)
    relay.at_rcpt = always("")
    free_all()
    turn_until_quiet()
    assert list(relay.counts().values()) == [1]


def test_a_line_that_breaks_after_the_content_gives_the_same_mail_again(world: World, relay: Relay) -> None:
    message = put(world, 1)
    relay.after_end = lambda to, tries: "drop" if tries == 1 else ""
    sending.deliver()
    message.refresh_from_db()
    assert (message.state, message.doubts) == (State.DEFERRED, 1)
    free_all()
    turn_until_quiet()
    message.refresh_from_db()
    assert message.state == State.SENT
    assert relay.counts() == {message_id(message): 2}
    assert relay.arrived[0][2] == relay.arrived[1][2], "byte for byte"


def test_a_relay_that_is_away_costs_no_message_a_try(world: World, relay: Relay, settings: Any) -> None:
    settings.EMAIL_PORT = 1
    messages = [put(world, number, domain=f"d{number}.vn") for number in range(30)]
    turn = sending.deliver()
    assert turn.away
    for message in messages:
        message.refresh_from_db()
        assert message.refusals == 0
    settings.EMAIL_PORT = relay.port
    free_all()
    turn_until_quiet()
    assert len(relay.counts()) == 30


def test_a_message_that_another_worker_took_over_is_not_sent(world: World, relay: Relay) -> None:
    put(world, 1)
    [mine] = sending.claim("email", timezone.now(), set(), throttled=False)
    free_all()
    [theirs] = sending.claim("email", timezone.now(), set(), throttled=False)
    assert sending.begin(theirs)
    assert not sending.begin(mine)


def test_nothing_is_claimed_twice(world: World) -> None:
    for number in range(30):
        put(world, number)
    now = timezone.now()
    first = sending.claim("email", now, set(), throttled=False)
    second = sending.claim("email", now, set(), throttled=False)
    assert len(first) == 20
    assert len(second) == 10
    assert not {it.pk for it in first} & {it.pk for it in second}


def limited(world: World, **numbers: float) -> None:
    rules = world.campaign.rules
    rules["campaign"]["mail"] = numbers
    type(world.campaign).objects.filter(pk=world.campaign.pk).update(rules=rules)


def test_no_more_goes_out_than_the_campaign_and_each_domain_allow(world: World, relay: Relay) -> None:
    limited(world, per_minute=1, burst=12, per_domain_per_minute=1, per_domain_burst=5)
    for number in range(20):
        put(world, number, domain="mot.example.vn", to=f"a{number}@mot.example.vn")
    for number in range(20, 40):
        put(world, number, domain="hai.example.vn", to=f"a{number}@hai.example.vn")
    turn_until_quiet()
    by_domain = [
        sum(it[0].endswith(domain) for it in relay.arrived) for domain in ("mot.example.vn", "hai.example.vn")
    ]
    assert by_domain == [5, 5], "a domain that may get no more does not hold up the other"
    for number in range(40, 60):
        put(world, number, domain=f"d{number}.vn", to=f"a@d{number}.vn")
    turn_until_quiet()
    assert len(relay.arrived) == 12


def test_tokens_come_back_with_time(world: World) -> None:
    from dieutra.messages.buckets import Limit, take

    now, limit = timezone.now(), {"x": Limit(60, 2)}
    assert [take(limit, now) for _ in range(3)] == ["", "", "x"]
    assert [take(limit, now + timedelta(seconds=1)) for _ in range(2)] == ["", "x"]
    assert [take(limit, now + timedelta(hours=1)) for _ in range(3)] == ["", "", "x"]


@pytest.mark.parametrize("text", ["<m1.0123456789abcdef@x>", "m1", "", "<xyz@dieutra>"])
def test_a_message_id_that_we_did_not_make_is_known(text: str) -> None:
    assert number_in(text) is None


def test_a_message_id_that_we_made_names_its_message(world: World) -> None:
    message = put(world, 1)
    assert number_in(message_id(message)) == message.pk
