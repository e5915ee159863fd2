"""Accounts that nobody uses are closed after a warning; who still needs hers is confirmed each quarter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from dieutra.accounts import idle, review, upkeep
from dieutra.accounts.models import Confirmation
from dieutra.campaigns.models import Campaign
from dieutra.events.models import Event
from dieutra.people.models import Post, User
from tests.cast import World
from tests.people.test_many_accounts import work_it_off
from tests.people.test_upkeep import sign_in


def last_seen(username: str, days: float) -> None:
    long_ago = timezone.now() - timedelta(days=days)
    User.objects.filter(username=username).update(password_changed_at=long_ago, last_login=long_ago)


def is_open(world: World, username: str) -> bool:
    return world.user(username).is_active


def test_after_45_idle_days_an_account_is_closed_and_not_a_day_before(world: World) -> None:
    last_seen("anh.giam.sat", 45.1)
    last_seen("co.huyen", 44.9)
    assert idle.close_idle(world.campaign) == 1
    assert (is_open(world, "anh.giam.sat"), is_open(world, "co.huyen")) == (False, True)
    assert Event.objects.get(verb="account.idled").facts == {"days": 45}
    assert idle.close_idle(world.campaign) == 0


def test_a_sign_in_counts_and_so_does_a_new_password(world: World) -> None:
    last_seen("anh.giam.sat", 90)
    User.objects.filter(username="anh.giam.sat").update(last_login=timezone.now())
    last_seen("ong.tinh", 90)
    assert sign_in("ong.tinh").get("/doi-mat-khau/").status_code == 200
    last_seen("co.huyen", 90)
    User.objects.filter(username="co.huyen").update(last_login=None, password_changed_at=timezone.now())
    assert idle.close_idle(world.campaign) == 0


def test_who_never_activated_is_not_idle(world: World) -> None:
    last_seen("anh.giam.sat", 90)
    User.objects.filter(username="anh.giam.sat").update(password_changed_at=None)
    assert idle.close_idle(world.campaign) == 0


def test_an_unlocked_account_has_its_45_days_again(world: World) -> None:
    last_seen("anh.giam.sat", 50)
    idle.close_idle(world.campaign)
    upkeep.unlock(world.user("ong.tinh"), Post.objects.get(user__username="anh.giam.sat"))
    assert idle.close_idle(world.campaign) == 0
    assert is_open(world, "anh.giam.sat")


def test_the_centre_never_locks_itself_out(world: World) -> None:
    last_seen("ba.trung.uong", 400)
    assert idle.close_idle(world.campaign) == 0
    assert is_open(world, "ba.trung.uong")


def test_one_warning_comes_a_week_before(world: World, mailoutbox: list) -> None:
    last_seen("anh.giam.sat", 39)
    last_seen("co.huyen", 37)
    assert [idle.warn_idle(world.campaign), idle.warn_idle(world.campaign)] == [1, 0]
    work_it_off()
    warned = [it for it in mailoutbox if "sắp bị khóa" in it.subject]
    assert [it.to for it in warned] == [["anh.giam.sat@example.gov.vn"]]
    end = timezone.localdate() + timedelta(days=6)
    assert f"{end:%d/%m/%Y}" in warned[0].body


def test_whoever_comes_back_is_warned_again_the_next_time(world: World) -> None:
    last_seen("anh.giam.sat", 39)
    idle.warn_idle(world.campaign)
    User.objects.filter(username="anh.giam.sat").update(last_login=timezone.now())
    later = timezone.now() + timedelta(days=39)
    assert world.user("anh.giam.sat").pk in set(idle.in_use(world.campaign).values_list("user_id", flat=True))
    everybody = idle.in_use(world.campaign).count()
    assert idle.warn_idle(world.campaign, later) == everybody


def test_a_kind_may_leave_idle_accounts_open(world: World) -> None:
    rules = world.campaign.rules
    rules["campaign"]["accounts"]["idle_days"] = 0
    campaign = Campaign(rules=rules, kind_slug="thu", pk=world.campaign.pk)
    last_seen("anh.giam.sat", 400)
    assert (idle.close_idle(campaign), idle.warn_idle(campaign)) == (0, 0)


@pytest.mark.parametrize(
    ("day", "quarter"),
    [(date(2026, 1, 1), "2026Q1"), (date(2026, 9, 30), "2026Q3"), (date(2026, 12, 31), "2026Q4")],
)
def test_a_quarter_has_three_months(day: date, quarter: str) -> None:
    assert review.quarter_of(day) == quarter


def test_who_is_confirmed_leaves_the_list_until_the_next_quarter(
    world: World, at_the_desk: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, ong_tinh = at_the_desk("ong.tinh"), world.user("ong.tinh")
    waiting = review.to_review(ong_tinh, world.campaign)
    names = set(waiting.values_list("user__username", flat=True))
    assert {"co.huyen", "anh.giam.sat", "chi.giam.sat.tinh", "bac.ban.chi.dao"} <= names
    assert not names & {"ong.tinh", "ba.trung.uong", "don.vi"}
    post = Post.objects.get(user__username="co.huyen")
    assert desk.post("/tai-khoan/ra-soat/", {"post": [post.pk]}).status_code == 302
    assert not waiting.filter(pk=post.pk).exists()
    assert desk.post("/tai-khoan/ra-soat/", {"post": [post.pk]}).status_code == 409
    assert desk.post("/tai-khoan/ra-soat/", {}).status_code == 422
    event = Event.objects.get(verb="accounts.confirmed")
    assert event.facts["posts"] == [post.pk]
    monkeypatch.setattr(review, "quarter_of", lambda day: "2031Q1")
    assert review.to_review(ong_tinh, world.campaign).filter(pk=post.pk).exists()


def test_a_new_holder_is_to_be_confirmed_anew(world: World) -> None:
    ong_tinh, post = world.user("ong.tinh"), Post.objects.get(user__username="co.huyen")
    review.confirm(ong_tinh, world.campaign, [post.pk])
    upkeep.hand_over(ong_tinh, post, username="chi.moi", full_name="Chị Mới", email="")
    assert review.to_review(ong_tinh, world.campaign).filter(pk=post.pk).exists()


def test_nobody_confirms_what_is_not_hers(world: World, at_the_desk: Callable[[str], Client]) -> None:
    post = Post.objects.get(user__username="anh.giam.sat")
    answer = at_the_desk("co.huyen").post("/tai-khoan/ra-soat/", {"post": [post.pk]})
    assert answer.status_code == 409
    assert not Confirmation.objects.exists()
