"""The second factor: who needs one sets it up first; then no sign-in without it; a reset takes it away."""

from __future__ import annotations

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from dieutra.accounts import upkeep
from dieutra.events.models import Event
from dieutra.people import actions
from dieutra.people.models import Post
from tests.cast import PASSWORD, World
from tests.people.test_upkeep import post_of


@pytest.fixture(autouse=True)
def required(settings: object) -> None:
    settings.SECOND_FACTOR = "required"  # type: ignore[attr-defined]


def sign_in(username: str, password: str = PASSWORD) -> Client:
    client = Client()
    client.post("/dang-nhap/", {"login": username, "password": password})
    return client


def code_of(secret: str, steps: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def set_up(client: Client) -> tuple[str, list[str]]:
    """(the secret, the recovery codes) of a person who has just switched it on, after giving the password again."""
    door = client.get("/xac-thuc-hai-buoc/totp/activate/").headers["Location"]
    assert door.startswith("/xac-nhan-mat-khau/")
    assert "Mật khẩu không đúng" in client.post(door, {"password": "sai"}).content.decode()
    client.post(door, {"password": PASSWORD})
    page = client.get("/xac-thuc-hai-buoc/totp/activate/")
    assert page.status_code == 200, (page.status_code, page.headers)
    secret = page.context["form"].secret
    answer = client.post("/xac-thuc-hai-buoc/totp/activate/", {"code": code_of(secret)}, follow=True)
    return secret, list(answer.context["unused_codes"])


@pytest.mark.parametrize("username", ["ba.trung.uong", "co.huyen", "anh.giam.sat"])
def test_administrators_and_supervisors_set_it_up_before_anything_else(world: World, username: str) -> None:
    client = sign_in(username)
    for page in ("/", "/tien-do/", "/doi-mat-khau/", "/tai-khoan/"):
        answer = client.get(page)
        assert (answer.status_code, answer.headers.get("Location")) == (
            302,
            "/xac-thuc-hai-buoc/totp/activate/",
        )
    assert client.post("/bang-ke/nap/", {"province": "35"}).status_code == 302
    set_up(client)
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("username", ["bac.ban.chi.dao", "anh.thong.ke", "don.vi"])
def test_others_are_not_asked(world: World, username: str) -> None:
    answer = sign_in(username).get("/", follow=True)
    assert answer.status_code == 200
    assert "totp" not in answer.request["PATH_INFO"]


def test_a_script_is_told_and_not_led_to_a_page(world: World) -> None:
    answer = sign_in("co.huyen").get("/tien-do/", headers={"Accept": "application/json"})
    assert (answer.status_code, "hai bước" in answer.json()["detail"]) == (403, True)


def test_then_a_password_alone_opens_nothing(world: World) -> None:
    secret, _ = set_up(sign_in("co.huyen"))
    client = Client()
    door = client.post("/dang-nhap/", {"login": "co.huyen", "password": PASSWORD})
    assert door.headers["Location"].startswith("/xac-thuc-hai-buoc/authenticate/")
    assert client.get("/tien-do/").headers["Location"].startswith("/dang-nhap/")
    wrong = client.post("/xac-thuc-hai-buoc/authenticate/", {"code": "000000"})
    assert "Mã không đúng" in wrong.content.decode()
    client.post("/xac-thuc-hai-buoc/authenticate/", {"code": code_of(secret, 1)})
    assert client.get("/tien-do/").status_code == 200


def test_a_recovery_code_works_once(world: World) -> None:
    _, codes = set_up(sign_in("co.huyen"))
    assert len(codes) == 10
    for times, opens in ((1, 200), (2, 302)):
        client = sign_in("co.huyen")
        client.post("/xac-thuc-hai-buoc/authenticate/", {"code": codes[0]})
        assert client.get("/tien-do/").status_code == opens, times


def test_codes_are_shown_once(world: World) -> None:
    client = sign_in("co.huyen")
    _, codes = set_up(client)
    again = client.get("/xac-thuc-hai-buoc/recovery-codes/").content.decode()
    assert not [code for code in codes if code in again]


def test_the_secret_is_not_kept_in_plain_words(world: World) -> None:
    secret, _ = set_up(sign_in("co.huyen"))
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert "gAAAA" in kept


def test_who_needs_it_does_not_switch_it_off(world: World) -> None:
    client = sign_in("co.huyen")
    set_up(client)
    answer = client.post("/xac-thuc-hai-buoc/totp/deactivate/", {})
    assert "không tắt được" in answer.content.decode()
    assert Authenticator.objects.filter(user=world.user("co.huyen"), type="totp").exists()


def test_a_reset_takes_the_second_factor_away_and_asks_for_another(world: World) -> None:
    set_up(sign_in("co.huyen"))
    upkeep.reset(world.user("ong.tinh"), post_of("co.huyen"))
    assert not Authenticator.objects.filter(user=world.user("co.huyen")).exists()
    actions.activate(actions.issue_activation(world.user("co.huyen")), "Mat-khau#2029")
    assert sign_in("co.huyen", "Mat-khau#2029").get("/").headers["Location"].endswith("/totp/activate/")


def test_a_forgotten_password_does_not_lead_round_the_second_factor(world: World) -> None:
    set_up(sign_in("co.huyen"))
    actions.activate(actions.issue_activation(world.user("co.huyen")), "Mat-khau#2029")
    assert sign_in("co.huyen", "Mat-khau#2029").get("/tien-do/").headers["Location"].startswith("/dang-nhap/")


def test_switching_it_on_is_an_event(world: World, django_capture_on_commit_callbacks: object) -> None:
    client = sign_in("co.huyen")
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        set_up(client)
    post = Post.objects.get(user__username="co.huyen")
    assert Event.objects.filter(verb="second_factor.added", actor_id=post.user_id).count() == 1
