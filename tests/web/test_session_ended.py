"""Buttons pressed after the session has ended, and addresses that only a button may call."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from django.test import Client

from tests.cases.test_the_way_of_a_case import sent
from tests.cast import World

Desk = Callable[[str], Client]


def test_who_signs_in_again_comes_back_to_the_page_with_the_button(world: World, client: Client) -> None:
    case = sent(world)
    page, button = f"/duyet/{case.pk}/?thu-tu=cho-lau", f"/duyet/{case.pk}/duyet/"
    answer = client.post(button, {"version": "1"}, headers={"Referer": f"http://testserver{page}"})
    assert answer.headers["Location"] == f"/dang-nhap/?next={quote(page, safe='')}"
    shown = client.get(answer.headers["Location"]).content.decode()
    assert "việc vừa bấm chưa được ghi" in shown


def test_nobody_is_led_to_another_site(world: World, client: Client) -> None:
    for sender in (
        "http://elsewhere.example/duyet/1/",
        "",
        "//elsewhere.example",
        "http://testserver/duyet/1/duyet/",
    ):
        answer = client.post("/duyet/1/duyet/", {}, headers={"Referer": sender})
        assert answer.headers["Location"] == "/dang-nhap/?next=%2F", sender


def test_an_address_that_takes_only_what_a_button_sends_is_a_page(world: World, at_the_desk: Desk) -> None:
    answer = at_the_desk("anh.giam.sat").get("/duyet/1/duyet/")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "Chưa có gì được ghi" in answer.content.decode()
