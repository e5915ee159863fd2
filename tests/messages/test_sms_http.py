"""The outbox against an HTTP gateway on real sockets that delays, refuses and drops the line."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from dieutra.engine.refusals import Invalid
from dieutra.messages import sending
from dieutra.messages.models import Message, Part, Suppression
from dieutra.messages.sms.gateway import gateway as read_gateway
from tests.cast import World
from tests.messages.conftest import HTTP, KEY, name_gateway
from tests.messages.gateway_server import GatewayServer
from tests.messages.outbox import free_all, put_sms, turn_sms

State = Message.State


def test_a_message_arrives_as_the_template_says(world: World, gateway: GatewayServer) -> None:
    text = 'Đề nghị {gửi} "phiếu"\\n & {secret:TEST_SMS_KEY} {sender}'
    message = put_sms(world, 1, text=text)
    turn_sms()
    [(path, headers, fields)] = gateway.taken
    assert fields == {"to": "84910000001", "from": "TCTK", "text": text, "id": f"dieutra-{message.pk}"}
    assert (path, headers["Authorization"]) == (f"/gui?khoa={KEY}", f"Bearer {KEY}")
    message.refresh_from_db()
    assert (message.state, message.segments) == (State.SENT, 1)
    assert [it.name for it in message.parts.all()] == ["g1"]


def test_a_gateway_may_want_a_form(
    world: World, gateway: GatewayServer, settings: Any, tmp_path: Path
) -> None:
    name_gateway(settings, tmp_path, HTTP, gateway.port, 'format = "form"')
    put_sms(world, 1, text="50% & 1+1=2; Đề nghị")
    turn_sms()
    assert gateway.taken[0][2]["text"] == "50% & 1+1=2; Đề nghị"


def test_the_kind_may_take_the_marks_away(world: World, gateway: GatewayServer) -> None:
    world.campaign.rules["campaign"]["sms"] = {"strip_tone_marks": True}
    world.campaign.save()
    put_sms(world, 1)
    turn_sms()
    assert gateway.taken[0][2]["text"] == "De nghi gui phieu."


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ((400, {"code": "3"}), State.FAILED), ((200, {"code": "3"}), State.FAILED),
        ((200, {"code": "44"}), State.BOUNCED), ((200, {"code": "99"}), State.DEFERRED),
        ((500, {}), State.DEFERRED), ((503, {}), State.DEFERRED), ((429, {}), State.DEFERRED),
        ((401, {}), State.DEFERRED), ((502, {}), State.UNKNOWN), ((504, {}), State.UNKNOWN),
        ("drop", State.UNKNOWN), ("drop after", State.UNKNOWN),
    ],
)  # fmt: skip
def test_what_each_answer_means(world: World, gateway: GatewayServer, answer: Any, state: str) -> None:
    message = put_sms(world, 1)
    gateway.rule = lambda to, tries: answer
    turn_sms()
    message.refresh_from_db()
    assert message.state == state, message.reason
    assert Suppression.objects.exists() == (state == State.BOUNCED)
    gateway.rule = lambda to, tries: None
    free_all()
    turn_sms()
    message.refresh_from_db()
    assert gateway.tries["84910000001"] == (2 if state == State.DEFERRED else 1)
    assert message.state == (State.SENT if state == State.DEFERRED else state)


def test_a_gateway_that_takes_nothing_now_costs_no_message_a_try(
    world: World, gateway: GatewayServer
) -> None:
    messages = [put_sms(world, number) for number in range(5)]
    gateway.rule = lambda to, tries: (429, {"message": "slow down"})
    assert sending.deliver("sms").away
    assert sum(gateway.tries.values()) == 1, "the others of the batch are not even tried"
    for message in messages:
        message.refresh_from_db()
        assert (message.state, message.refusals) == (State.DEFERRED, 0)
        assert message.next_at - timezone.now() < timedelta(seconds=31)


def test_a_slow_answer_is_no_answer(world: World, gateway: GatewayServer) -> None:
    gateway.delay = 2.5
    message = put_sms(world, 1)
    turn_sms()
    message.refresh_from_db()
    assert message.state == State.UNKNOWN
    assert "ReadTimeout" in message.reason


def test_a_gateway_that_knows_copies_gets_it_again_under_the_same_reference(
    world: World, gateway: GatewayServer, settings: Any, tmp_path: Path
) -> None:
    name_gateway(settings, tmp_path, HTTP, gateway.port, "idempotent = true")
    message = put_sms(world, 1)
    gateway.rule = lambda to, tries: "drop after" if tries == 1 else None
    turn_sms()
    free_all()
    turn_sms()
    message.refresh_from_db()
    assert (message.state, message.doubts) == (State.SENT, 1)
    assert {it[2]["id"] for it in gateway.taken} == {f"dieutra-{message.pk}"}


def test_a_gateway_that_is_not_there_costs_nothing(
    world: World, gateway: GatewayServer, settings: Any, tmp_path: Path
) -> None:
    name_gateway(settings, tmp_path, HTTP, 1)
    message = put_sms(world, 1)
    assert sending.deliver("sms").away
    message.refresh_from_db()
    assert (message.state, message.refusals) == (State.DEFERRED, 0)


def test_a_secret_is_neither_kept_nor_logged(
    world: World, gateway: GatewayServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    message = put_sms(world, 1)
    gateway.rule = lambda to, tries: (400, {"message": f"the key {KEY} is right but the text is not"})
    turn_sms()
    message.refresh_from_db()
    assert "***" in message.reason
    rows = [str(row) for model in (Message, Part) for row in model.objects.values()]
    assert KEY not in "\n".join([*rows, caplog.text])


def test_a_number_that_is_shut_out_gets_nothing(world: World, gateway: GatewayServer) -> None:
    Suppression.objects.create(address="+84910000001", scope="all", reason="không có số này")
    message = put_sms(world, 1)
    turn_sms()
    message.refresh_from_db()
    assert (message.state, message.reason, gateway.taken) == (State.SUPPRESSED, "không có số này", [])


def test_so_many_a_minute_leave_and_no_more(world: World, gateway: GatewayServer) -> None:
    world.campaign.rules["campaign"]["sms"] = {"per_minute": 1, "burst": 3}
    world.campaign.save()
    for number in range(10):
        put_sms(world, number)
    turn_sms()
    assert len(gateway.taken) == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('transport = "bo-cau"', "console, http, smpp"), ('transport = "http"\nprice = "x"', "http.url"),
        ('transport = "http"\n[http]\nurl = "https://x/"\nmau = 1\nbody = "{text}"', "http.mau"),
        ('transport = "smpp"\n[smpp]\nhost = "x"\nport = 1\nsystem_id = "y"\npassword = "lo-ra"', "smpp.password"),
        ("transport = ", "không đúng TOML"),
    ],
)  # fmt: skip
def test_a_wrong_file_says_what_to_write(settings: Any, tmp_path: Path, text: str, words: str) -> None:
    name_gateway(settings, tmp_path, text.replace("{", "{{").replace("}", "}}"), 1)
    with pytest.raises(Invalid) as caught:
        read_gateway()
    said = f"{caught.value} " + " ".join(f"{it.place}: {it.message}" for it in caught.value.problems)
    assert words in said


def test_a_missing_secret_is_named(
    world: World, gateway: GatewayServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TEST_SMS_KEY")
    put_sms(world, 1)
    with pytest.raises(Invalid, match="TEST_SMS_KEY"):
        sending.deliver("sms")
    assert not gateway.taken
