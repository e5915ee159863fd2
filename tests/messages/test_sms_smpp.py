"""The outbox against a short message centre whose PDUs another library reads and writes."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from smpp.pdu.pdu_types import AddrTon, CommandStatus

from dieutra.messages import sending
from dieutra.messages.models import Message, Part, Suppression
from dieutra.messages.sms import lines
from tests.cast import World
from tests.messages.conftest import KEY, SMPP, name_gateway
from tests.messages.outbox import free_all, put_sms, turn_sms
from tests.messages.smsc import Centre

State = Message.State
LONG = "Đề nghị Quý đơn vị hoàn thành và gửi phiếu. " * 5


def until(done: Callable[[], bool]) -> None:
    """Listen as the sender's loop does until it is so."""
    end = time.monotonic() + 10
    while not done():
        assert time.monotonic() < end, "nothing came of it in time"
        lines.listen()
        time.sleep(0.02)


def test_a_vietnamese_text_arrives_in_ucs_2_and_asks_for_a_receipt(world: World, centre: Centre) -> None:
    message = put_sms(world, 1)
    turn_sms()
    [taken] = centre.taken
    assert (taken.text, taken.ucs2, taken.to, taken.sender) == (message.text, True, "84910000001", "TCTK")
    assert (taken.ton, taken.wants_receipt, taken.header) == (AddrTon.ALPHANUMERIC, True, b"")
    message.refresh_from_db()
    assert (message.state, message.segments) == (State.SENT, 1)
    assert centre.binds[0].params["system_id"] == b"dieutra"


def test_a_text_in_the_small_alphabet_goes_in_it(world: World, centre: Centre) -> None:
    put_sms(world, 1, text="De nghi gui phieu @ $ [1]")
    turn_sms()
    [taken] = centre.taken
    assert not taken.ucs2
    assert taken.octets == b"De nghi gui phieu \x00 \x02 \x1b\x3c1\x1b\x3e"


def test_a_long_text_goes_in_segments_that_a_telephone_joins(world: World, centre: Centre) -> None:
    message = put_sms(world, 1, text=LONG)
    turn_sms()
    headers = [it.header for it in centre.taken]
    number = message.pk & 0xFF
    assert headers == [bytes([5, 0, 3, number, 4, at]) for at in (1, 2, 3, 4)]
    assert "".join(it.text for it in centre.taken) == LONG
    assert all(len(it.octets) <= 134 for it in centre.taken)
    message.refresh_from_db()
    assert (message.segments, message.parts.count()) == (4, 4)


def test_a_long_text_may_go_as_one_payload(
    world: World, centre: Centre, settings: Any, tmp_path: Path
) -> None:
    name_gateway(settings, tmp_path, SMPP, centre.port, 'long = "payload"')
    message = put_sms(world, 1, text=LONG)
    turn_sms()
    [taken] = centre.taken
    assert (taken.payload, taken.text) == (True, LONG)
    centre.report(taken.name, "DELIVRD")
    until(lambda: Message.objects.get(pk=message.pk).state == State.DELIVERED)
    assert Message.objects.get(pk=message.pk).segments == 4


def test_one_bind_carries_all_and_stands(world: World, centre: Centre) -> None:
    for number in range(45):
        put_sms(world, number)
    world.campaign.rules["campaign"]["sms"] = {"per_minute": 6000, "burst": 100}
    world.campaign.save()
    turn_sms()
    assert (len(centre.taken), len(centre.binds)) == (45, 1)


def test_receipts_say_what_became_of_each(world: World, centre: Centre) -> None:
    arrived, lost, long = put_sms(world, 1), put_sms(world, 2), put_sms(world, 3, text=LONG)
    turn_sms()
    names = [it.name for it in centre.taken]
    centre.report(names[0], "DELIVRD", fields=True)
    centre.report(names[1], "UNDELIV", "027")
    for name in names[2:5]:
        centre.report(name, "DELIVRD")
    until(lambda: len(centre.answers) == 5)
    for it in (arrived, lost, long):
        it.refresh_from_db()
    assert (arrived.state, lost.state, lost.reason, lost.code) == (
        State.DELIVERED, State.FAILED, "UNDELIV 027", "UNDELIV",
    )  # fmt: skip
    assert long.state == State.SENT, "three of its four segments"
    centre.report(names[5], "DELIVRD")
    until(lambda: Message.objects.get(pk=long.pk).state == State.DELIVERED)
    centre.report(names[5], "EXPIRED")
    until(lambda: len(centre.answers) == 7)
    assert Message.objects.get(pk=long.pk).state == State.DELIVERED, "what has arrived stays so"


def test_a_receipt_that_is_quicker_than_the_answer_is_not_lost(world: World, centre: Centre) -> None:
    centre.receipt_first = "DELIVRD"
    message = put_sms(world, 1)
    turn_sms()
    until(lambda: Message.objects.get(pk=message.pk).state == State.DELIVERED)
    assert len(centre.answers) == 1


def test_receipts_in_decimal_of_names_in_hexadecimal(
    world: World, centre: Centre, settings: Any, tmp_path: Path
) -> None:
    name_gateway(settings, tmp_path, SMPP, centre.port, 'receipt_ids = "hex"')
    centre.naming = lambda number: f"{0x1A2B:X}"
    message = put_sms(world, 1)
    turn_sms()
    assert [it.name for it in message.parts.all()] == [str(0x1A2B)]
    centre.report(str(0x1A2B), "DELIVRD")
    until(lambda: Message.objects.get(pk=message.pk).state == State.DELIVERED)


@pytest.mark.parametrize(
    ("status", "state", "again"),
    [
        ("ESME_RTHROTTLED", State.DEFERRED, True), ("ESME_RMSGQFUL", State.DEFERRED, True),
        ("ESME_RSYSERR", State.DEFERRED, True), ("ESME_RINVDSTADR", State.BOUNCED, False),
        ("ESME_RINVMSGLEN", State.FAILED, False), ("ESME_RINVSRCADR", State.FAILED, False),
        ("drop", State.UNKNOWN, False),
    ],
)  # fmt: skip
def test_what_each_status_means(world: World, centre: Centre, status: str, state: str, again: bool) -> None:
    message = put_sms(world, 1)
    centre.at_submit = lambda to, tries: status
    turn_sms()
    message.refresh_from_db()
    assert message.state == state, message.reason
    assert message.refusals == (status == "ESME_RSYSERR")
    assert Suppression.objects.exists() == (state == State.BOUNCED)
    centre.at_submit = lambda to, tries: ""
    free_all()
    turn_sms()
    message.refresh_from_db()
    assert message.state == (State.SENT if again else state)
    assert len(centre.taken) == int(again)


def test_a_line_that_breaks_after_the_message_was_taken_sends_no_second_one(
    world: World, centre: Centre
) -> None:
    first, second = put_sms(world, 1), put_sms(world, 2)
    centre.after_submit = lambda to, tries: "drop" if to.endswith("1") else ""
    turn_sms()
    free_all()
    turn_sms()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (State.UNKNOWN, State.SENT)
    assert [it.to for it in centre.taken] == ["84910000001", "84910000002"]
    assert len(centre.binds) == 2


def test_throttled_in_the_middle_of_a_long_text_it_waits_and_goes_on(world: World, centre: Centre) -> None:
    message = put_sms(world, 1, text=LONG)
    centre.at_submit = lambda to, tries: "ESME_RTHROTTLED" if tries == 3 else ""
    turn_sms()
    message.refresh_from_db()
    assert (message.state, [it.header[5] for it in centre.taken]) == (State.SENT, [1, 2, 3, 4])


def test_refused_in_the_middle_it_is_said_and_not_begun_anew(world: World, centre: Centre) -> None:
    message = put_sms(world, 1, text=LONG)
    centre.at_submit = lambda to, tries: "ESME_RSUBMITFAIL" if tries == 3 else ""
    turn_sms()
    message.refresh_from_db()
    assert message.state == State.UNKNOWN
    assert message.reason.startswith("Mới gửi được 2/4 phân đoạn: 0x00000045")
    for taken in list(centre.taken):
        centre.report(taken.name, "DELIVRD")
    until(lambda: Part.objects.filter(state="DELIVRD").count() == 2)
    message.refresh_from_db()
    assert message.state == State.UNKNOWN, "half of a text has not arrived"


def test_a_wrong_password_costs_no_message_a_try_and_is_not_shown(
    world: World, centre: Centre, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    centre.password = "khac"
    message = put_sms(world, 1)
    assert sending.deliver("sms").away
    message.refresh_from_db()
    assert (message.state, message.refusals) == (State.DEFERRED, 0)
    assert KEY not in caplog.text + message.reason
    assert KEY.encode().hex() not in caplog.text


def test_the_bind_is_asked_for_a_sign_of_life_and_made_anew_when_it_is_gone(
    world: World, centre: Centre, settings: Any, tmp_path: Path
) -> None:
    name_gateway(settings, tmp_path, SMPP, centre.port, "enquire = 0.1")
    put_sms(world, 1)
    turn_sms()
    until(lambda: centre.enquiries >= 2)
    centre.talks[-1].end()
    time.sleep(0.1)
    message = put_sms(world, 2)
    turn_sms()
    message.refresh_from_db()
    assert (message.state, message.doubts, len(centre.binds)) == (State.SENT, 0, 2)


def test_the_statuses_of_both_libraries_are_one(centre: Centre) -> None:
    from dieutra.messages.sms import smpp

    throttled = {it.name for it in CommandStatus if _number(it) in smpp.NOT_US}
    assert {"ESME_RTHROTTLED", "ESME_RMSGQFUL", "ESME_RINVPASWD", "ESME_RINVSYSID"} <= throttled
    assert {it.name for it in CommandStatus if _number(it) in smpp.BAD_NUMBER} == {"ESME_RINVDSTADR"}


def _number(status: CommandStatus) -> int:
    from smpp.pdu import constants

    return int(constants.command_status_name_map[status.name])
