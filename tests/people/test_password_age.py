"""Administrators choose another password every two months, told before; nobody else has to, unless the kind says so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from dieutra.accounts import password_age
from dieutra.campaigns.models import Campaign
from dieutra.people.models import PasswordHistory, Post, User
from tests.cast import PASSWORD, World
from tests.people.test_many_accounts import work_it_off

OTHER = "Khac-Han-2026"


def sign_in(username: str) -> Client:
    client = Client()
    assert client.post("/dang-nhap/", {"login": username, "password": PASSWORD}).status_code == 302
    return client


def set_days_ago(username: str, days: float) -> None:
    at = timezone.now() - timedelta(days=days)
    User.objects.filter(username=username).update(password_changed_at=at)


def change(client: Client, password: str) -> str:
    fields = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    return client.post("/doi-mat-khau/", fields).content.decode()


@pytest.mark.parametrize("username", ["ba.trung.uong", "ong.tinh", "co.huyen"])
def test_an_administrator_with_a_password_of_sixty_days_does_nothing_before_a_new_one(
    world: World, username: str
) -> None:
    set_days_ago(username, 60.1)
    client = sign_in(username)
    for page in ("/", "/tien-do/", "/tai-khoan/", "/khong-co/"):
        assert client.get(page).headers.get("Location") == "/doi-mat-khau/", page
    assert client.post("/giam-sat/dinh-muc/", {}).headers.get("Location") == "/doi-mat-khau/"
    answer = client.get("/tien-do/", headers={"accept": "application/json"})
    assert answer.status_code == 403
    assert "quá hạn" in client.get("/doi-mat-khau/").content.decode()
    assert client.get("/xac-thuc-hai-buoc/").status_code in (200, 302)
    change(client, OTHER)
    assert client.get("/tien-do/").status_code == 200
    assert client.post("/dang-xuat/").status_code == 302


def test_a_day_before_it_is_a_notice_and_a_week_before_nothing(world: World) -> None:
    words = "Mật khẩu của bạn dùng được đến"
    set_days_ago("ong.tinh", 59)
    client = sign_in("ong.tinh")
    assert words in client.get("/tien-do/").content.decode()
    set_days_ago("ong.tinh", 52.9)
    page = client.get("/tien-do/")
    assert page.status_code == 200
    assert words not in page.content.decode()


@pytest.mark.parametrize("username", ["anh.giam.sat", "don.vi", "bac.ban.chi.dao"])
def test_others_keep_theirs(world: World, username: str) -> None:
    set_days_ago(username, 400)
    assert sign_in(username).get("/hoi-dap/").status_code == 200


def test_none_of_the_last_ten_comes_back(world: World) -> None:
    user = world.user("ong.tinh")
    PasswordHistory.objects.create(user=user, hash=user.password)
    set_days_ago("ong.tinh", 61)
    client = sign_in("ong.tinh")
    assert "10 lần gần đây" in change(client, PASSWORD)
    assert client.get("/tien-do/").headers.get("Location") == "/doi-mat-khau/"


def test_the_kind_says_how_long_and_for_whom(world: World) -> None:
    rules = world.campaign.rules
    rules["campaign"]["accounts"] |= {"password_days": 10, "password_roles": ["gsv"]}
    Campaign.objects.filter(pk=world.campaign.pk).update(rules=rules)
    for username in ("ong.tinh", "anh.giam.sat"):
        set_days_ago(username, 11)
    assert sign_in("ong.tinh").get("/tien-do/").status_code == 200
    assert sign_in("anh.giam.sat").get("/tien-do/").headers["Location"] == "/doi-mat-khau/"
    rules["campaign"]["accounts"]["password_days"] = 0
    Campaign.objects.filter(pk=world.campaign.pk).update(rules=rules)
    assert sign_in("anh.giam.sat").get("/tien-do/").status_code == 200


def test_a_letter_goes_out_once_a_week_before(world: World, mailoutbox: list) -> None:
    User.objects.filter(username="ong.tinh").update(email="ong.tinh@example.gov.vn")
    set_days_ago("ong.tinh", 52.9)
    assert password_age.warn(world.campaign) == 0
    set_days_ago("ong.tinh", 53.1)
    assert password_age.warn(world.campaign) == 1
    assert password_age.warn(world.campaign) == 0, "once per password"
    work_it_off()
    (letter,) = [it for it in mailoutbox if it.to == ["ong.tinh@example.gov.vn"]]
    assert letter.subject.startswith("Mật khẩu sắp quá hạn")
    assert "ong.tinh" in letter.body


def second_campaign(world: World, username: str, **rules: int) -> Campaign:
    """Another campaign with other rules for passwords, in which this person holds the same post."""
    post = Post.objects.get(user__username=username, campaign=world.campaign)
    other = Campaign.objects.get(pk=world.campaign.pk)
    other.pk, other.slug = None, "khac"
    other.rules["campaign"]["accounts"] |= rules
    other.save(force_insert=True)
    post.pk, post.campaign = None, other
    post.save(force_insert=True)
    return other


@pytest.mark.parametrize(("days", "warned", "on"), [(90, 60, [54]), (60, 30, [31]), (60, 7, [54])])
def test_of_two_campaigns_with_other_ages_of_passwords_no_letter_is_lost(
    world: World, mailoutbox: list, monkeypatch: pytest.MonkeyPatch, days: int, warned: int, on: list[int]
) -> None:
    User.objects.filter(username="ong.tinh").update(email="ong.tinh@example.gov.vn")
    other = second_campaign(world, "ong.tinh", password_days=days, password_warn_days=warned)
    start, sent = timezone.now(), []
    User.objects.filter(username="ong.tinh").update(password_changed_at=start)
    for day in (31, 54, 55):
        monkeypatch.setattr(timezone, "now", lambda day=day: start + timedelta(days=day))
        for campaign in (other, world.campaign):
            password_age.warn(campaign)
        work_it_off()
        letters = [it for it in mailoutbox if it.to == ["ong.tinh@example.gov.vn"]]
        sent += [day] * (len(letters) - len(sent))
    assert sent == on
