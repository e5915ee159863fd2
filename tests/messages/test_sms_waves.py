"""Short messages of a rule, of an event and of a person: previewed, planned once, counted in segments."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from dieutra.campaigns import action_rules
from dieutra.campaigns.models import Campaign
from dieutra.cases.models import Case
from dieutra.engine.refusals import Invalid
from dieutra.messages import clock, planning, single
from dieutra.messages.models import Message, Suppression
from dieutra.people.models import User
from tests.cast import PHU_LY, World
from tests.messages.gateway_server import GatewayServer
from tests.messages.outbox import turn_sms
from tests.messages.test_planning import TOKEN, on_the_day, urge, work

State = Message.State
SHORT = "{cuoc_dieu_tra}: {ten} gửi phiếu trước {han}. {lien_ket}"


@pytest.fixture
def phones(world: World) -> World:
    """Two units of Phủ Lý: one with a number, written loosely, one without; the kind has a text for phones."""
    rules = world.campaign.rules
    rules["letters"]["reminder.sms"] = SHORT
    Campaign.objects.filter(pk=world.campaign.pk).update(rules=rules)
    world.campaign.refresh_from_db()
    User.objects.filter(username="don.vi").update(phone="0912.345.678", full_name="Ủy ban {han}")
    return world


def test_a_person_sends_what_the_preview_showed(
    phones: World, gateway: GatewayServer, at_the_desk: Callable[[str], Client]
) -> None:
    desk = at_the_desk("co.huyen")
    plain = desk.get(reverse("message_urge"), {"dia-ban": PHU_LY}).content.decode()
    assert "Tin nhắn SMS" in plain, "it is offered"
    assert "phân đoạn" not in plain, "and not chosen unasked"
    page = desk.get(reverse("message_urge"), {"dia-ban": PHU_LY, "kenh": ["sms"]}).content.decode()
    case = phones.case("don.vi")
    text = f"Điều tra thử: Ủy ban {{han}} gửi phiếu trước {case.due_on:%d/%m/%Y}. http://127.0.0.1:8000/phieu/{case.pk}/"
    assert text in page
    assert f"{len(text)} ký tự, 2 phân đoạn" in page
    assert "Tất cả: 2 phân đoạn</strong>, 1.600 đồng" in page
    assert "+84912345678" in page and "chưa có số di động" in page
    row = re.search(r"<th scope=\"row\">Tin nhắn SMS</th>(.*?)</tr>", page)
    assert row and re.findall(r">(\d+)<", row[1]) == ["1", "1", "0"]
    fields = {"dia-ban": PHU_LY, "thu": "nhac-truoc-han", "kenh": ["sms"], "token": TOKEN}
    answer = desk.post(reverse("message_urge"), fields)
    work()
    turn_sms()
    assert [(it[2]["to"], it[2]["text"]) for it in gateway.taken] == [("84912345678", text)]
    wave = desk.get(answer["Location"]).content.decode()
    assert "+84912345678" in wave and "2 phân đoạn" in wave
    assert "Tin nhắn SMS đã gửi: 2 phân đoạn" in desk.get(reverse("message_report")).content.decode()
    desk.post(reverse("message_urge"), {**fields, "token": "f" * 16})
    work()
    turn_sms()
    assert len(gateway.taken) == 1, "once per form, letter and day"


def test_without_tone_marks_the_same_text_costs_less(phones: World, gateway: GatewayServer) -> None:
    wave = urge(phones, "co.huyen", PHU_LY, channels=["sms"])
    assert planning.cost(wave) == (2, True)
    wave.campaign.rules["campaign"]["sms"] = {"strip_tone_marks": True}
    assert planning.cost(wave) == (1, True)
    Suppression.objects.create(address="+84912345678", scope="optional", reason="thôi")
    assert planning.cost(wave) == (0, True)


def test_the_cost_of_many_is_reckoned_from_the_first(
    phones: World, gateway: GatewayServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    User.objects.filter(username="don.vi.hai").update(phone="+84 987 654 321")
    wave = urge(phones, "co.huyen", PHU_LY, channels=["sms"])
    exact = planning.cost(wave)
    monkeypatch.setattr(planning, "MANY", 1)
    assert planning.cost(wave) == (exact[0], False)


def test_without_a_gateway_or_a_text_for_phones_nobody_can_choose_it(
    world: World, settings: Any, gateway: GatewayServer
) -> None:
    world.campaign.rules["letters"].pop("reminder.sms", None)
    world.campaign.save()
    with pytest.raises(Invalid):
        urge(world, "co.huyen", PHU_LY, channels=["sms"])
    world.campaign.rules["letters"]["reminder.sms"] = SHORT
    world.campaign.save()
    settings.SMS_GATEWAY = ""
    with pytest.raises(Invalid):
        urge(world, "co.huyen", PHU_LY, channels=["sms"])


def _with_sms(world: World, name: str) -> Campaign:
    rules = world.campaign.rules
    for rule in rules["campaign"]["action_rules"]:
        if rule["name"] == name:
            rule["channels"] = ["email", "sms"]
    Campaign.objects.filter(pk=world.campaign.pk).update(rules=rules)
    return Campaign.objects.get(pk=world.campaign.pk)


def test_a_rule_of_the_kind_sends_short_messages_once_per_form(phones: World, gateway: GatewayServer) -> None:
    _with_sms(phones, "nhac-truoc-han")
    on_the_day(phones, 7)
    for _ in range(2):
        clock.waves_due(Campaign.objects.get(pk=phones.campaign.pk))
        turn_sms()
    assert Counter(Message.objects.values_list("channel", flat=True))["sms"] == 1
    assert len(gateway.taken) == 1


def test_an_event_of_a_form_may_tell_by_phone(phones: World, gateway: GatewayServer) -> None:
    rules = phones.campaign.rules
    rules["campaign"]["action_rules"].append(
        {
            "name": "tra-lai",
            "when": "event case.returned",
            "whom": "unit",
            "what": "reminder",
            "channels": ["sms"],
        }
    )
    Campaign.objects.filter(pk=phones.campaign.pk).update(rules=rules)
    case = Case.objects.select_related("campaign", "unit__area").get(pk=phones.case("don.vi").pk)
    single.of_event(case, "case.returned", "e1")
    single.of_event(case, "case.returned", "e1")
    turn_sms()
    [(_, _, fields)] = gateway.taken
    assert fields["to"] == "84912345678"
    assert fields["text"].startswith("Điều tra thử: Ủy ban {han} gửi phiếu trước")


def test_a_kinds_check_wants_a_text_for_phones_and_knows_the_table() -> None:
    rules = {
        "messages": {"reminder": "messages/reminder.vi.txt"},
        "action_rules": [
            {"name": "a", "when": "on opens", "whom": "unit", "what": "reminder", "channels": ["sms"]}
        ],
        "sms": {"strip_tone_marks": "yes", "colour": 1, "burst": 5},
    }
    letters = {"reminder": "Tiêu đề\n\n{ten}", "reminder.sms": "{ten}: {han} {lien_kett}"}
    found = "\n".join(f"{it.place}: {it.message}" for it in action_rules.problems(rules, letters))
    assert "sms.strip_tone_marks" in found and "sms.colour" in found and "sms.burst" not in found
    assert "reminder.sms.txt, dòng 1: Không có gì để điền vào {lien_kett}" in found
    assert "Kênh sms" not in found
    del letters["reminder.sms"]
    found = "\n".join(it.message for it in action_rules.problems(rules, letters))
    assert "Kênh sms cần nội dung riêng: tệp messages/reminder.sms.txt." in found
