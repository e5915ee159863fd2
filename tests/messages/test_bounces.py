"""Delivery status notifications as three kinds of servers write them, and what must not count."""

from __future__ import annotations

import mailbox
from pathlib import Path

import pytest

from dieutra.engine.refusals import Forbidden, NotNow
from dieutra.events.models import Event
from dieutra.messages import suppressing
from dieutra.messages.bounces import mails_in, reports_in, take_in
from dieutra.messages.letter import message_id
from dieutra.messages.models import Message, Suppression
from tests.cast import World
from tests.messages.outbox import put, turn_until_quiet
from tests.messages.relay import Relay

State = Message.State


def notification(
    number: str, to: str, *, status: str = "5.1.1", action: str = "failed", copy: str = "headers"
) -> bytes:
    """As Postfix writes it: words, the report, the headers or a copy of the mail."""
    original = f"From: bao-tin@dieutra.example.gov.vn\nTo: {to}\nSubject: De nghi\nMessage-ID: {number}\n"
    last = (
        f"Content-Type: text/rfc822-headers\n\n{original}"
        if copy == "headers"
        else f"Content-Type: message/rfc822\n\n{original}\nKính gửi\n"
    )
    return f"""\
From: MAILER-DAEMON@relay.test
To: bao-tin@dieutra.example.gov.vn
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=utf-8

Thư không đến được.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.test
Arrival-Date: Sun, 22 Nov 2026 10:00:00 +0700

Final-Recipient: rfc822; {to}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status}
    <{to}>: Recipient address rejected

--b
{last}
--b--
""".encode()


@pytest.fixture
def sent(world: World) -> Message:
    return put(world, 1, state=State.SENT)


@pytest.mark.parametrize("copy", ["headers", "whole"])
def test_a_mailbox_that_does_not_exist_is_noted_and_gets_nothing_more(
    copy: str, world: World, sent: Message, relay: Relay
) -> None:
    content = notification(message_id(sent), sent.to, copy=copy)
    assert [it.what for it in take_in(content)] == ["bounced"]
    sent.refresh_from_db()
    assert sent.state == State.BOUNCED
    assert "Recipient address rejected" in sent.reason
    after = put(world, 2, to=sent.to, obligatory=True)
    turn_until_quiet()
    after.refresh_from_db()
    assert after.state == State.SUPPRESSED
    assert not relay.arrived
    take_in(content)
    assert Suppression.objects.count() == 1, "the same report twice is one"


def test_a_full_mailbox_bounces_the_mail_but_shuts_nobody_out(sent: Message) -> None:
    take_in(notification(message_id(sent), sent.to, status="5.2.2"))
    sent.refresh_from_db()
    assert sent.state == State.BOUNCED
    assert not Suppression.objects.exists()


def test_a_delay_changes_nothing(sent: Message) -> None:
    assert [
        it.what for it in take_in(notification(message_id(sent), sent.to, status="4.4.1", action="delayed"))
    ] == ["delayed"]
    sent.refresh_from_db()
    assert sent.state == State.SENT


def test_a_report_written_by_hand_shuts_nobody_out(sent: Message) -> None:
    forged = message_id(sent).replace(message_id(sent)[4:20], "0" * 16)
    assert [it.what for it in take_in(notification(forged, sent.to))] == ["unknown"]
    assert not Suppression.objects.exists()


@pytest.mark.parametrize(
    "content",
    [b"", b"Subject: Re: xin nghi\n\nToi di vang.", b"\xff\xfe\x00", b"Content-Type: multipart/report\n\n"],
)
def test_what_is_no_report_is_left_alone(content: bytes, db: None) -> None:
    assert reports_in(content) == []
    assert [it.what for it in take_in(content)] == ["other"]


def test_mails_are_read_from_a_maildir_an_mbox_and_a_file(tmp_path: Path) -> None:
    mails = [notification(f"<m{number}.x@y>", "a@b.vn") for number in range(3)]
    box = mailbox.Maildir(tmp_path / "maildir")
    old = mailbox.mbox(tmp_path / "old.mbox")
    for content in mails:
        box.add(content)
        old.add(content)
    old.flush()
    (tmp_path / "one.eml").write_bytes(mails[0])
    for place, count in (("maildir", 3), ("old.mbox", 3), ("one.eml", 1)):
        found = list(mails_in(tmp_path / place))
        assert [reports_in(it)[0].recipient for it in found] == ["a@b.vn"] * count


def test_who_looks_after_the_area_sends_to_an_address_again(world: World, sent: Message) -> None:
    take_in(notification(message_id(sent), sent.to))
    standing = Suppression.objects.get()
    with pytest.raises(Forbidden):
        suppressing.lift(world.user("nguoi.la"), standing)
    suppressing.lift(world.user("ong.tinh"), standing)
    assert Event.objects.filter(verb="address.lifted").exists()
    with pytest.raises(NotNow):
        suppressing.lift(world.user("ong.tinh"), standing)
    facts = str(list(Event.objects.filter(verb__startswith="address.").values_list("facts", flat=True)))
    assert sent.to not in facts, "the record carries no addresses"
