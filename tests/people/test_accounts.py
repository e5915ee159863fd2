"""Accounts in cascade, activation by a single-use link, passwords."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from dieutra.accounts import upkeep
from dieutra.campaigns.actions import appoint, creatable
from dieutra.cases.unit_accounts import open_accounts, without_account
from dieutra.engine.refusals import Forbidden, Invalid, NotNow
from dieutra.jobs.models import Job
from dieutra.jobs.worker import work_once
from dieutra.people import actions
from dieutra.people.models import Activation, Post, User
from dieutra.people.permission import visible_to
from dieutra.places.models import Area
from dieutra.reactions import REACTIONS
from tests.cast import DUY_TIEN, HA_NAM, PHU_LY, World
from tests.people.test_many_accounts import units_in


def area(world: World, code: str) -> Area:
    return Area.objects.get(catalogue=world.campaign.catalogue, code=code)


def make(world: World, actor: str, role: str, code: str, username: str = "nguoi.moi") -> Post:
    return appoint(
        world.user(actor),
        world.campaign,
        role,
        area(world, code),
        username=username,
        full_name="Người Mới",
        email=f"{username}@example.gov.vn",
    )


@pytest.mark.parametrize(
    ("actor", "role", "code"),
    [
        ("ba.trung.uong", "qtv", HA_NAM),
        ("ong.tinh", "qtv", DUY_TIEN),
        ("ong.tinh", "gsv", HA_NAM),
        ("ong.tinh", "gsv", PHU_LY),
        ("ong.tinh", "bcd", HA_NAM),
    ],
)
def test_each_level_creates_the_next(world: World, actor: str, role: str, code: str) -> None:
    post = make(world, actor, role, code)
    assert (post.role, post.path) == (role, area(world, code).path)


@pytest.mark.parametrize(
    ("actor", "role", "code"),
    [
        ("ba.trung.uong", "qtv", PHU_LY),  # the centre does not reach over the province
        ("ong.tinh", "qtv", HA_NAM),
        ("ong.tinh", "qtv", "01"),  # another province
        ("co.huyen", "gsv", PHU_LY),
        ("co.huyen", "qtv", DUY_TIEN),
        ("anh.giam.sat", "qtv", PHU_LY),
        ("bac.ban.chi.dao", "gsv", PHU_LY),
        ("don.vi", "qtv", PHU_LY),
    ],
)
def test_nobody_creates_beside_or_above_the_cascade(world: World, actor: str, role: str, code: str) -> None:
    with pytest.raises(Forbidden):
        make(world, actor, role, code)


@pytest.mark.parametrize(("actor", "code"), [("ong.tinh", HA_NAM), ("co.huyen", PHU_LY)])
def test_nobody_gets_a_units_account_on_a_whole_area(world: World, actor: str, code: str) -> None:
    with pytest.raises(Forbidden, match="bảng kê"):
        make(world, actor, "dv", code)


def test_a_district_gives_a_unit_its_address_and_a_new_link(world: World, mailoutbox: list) -> None:
    post = Post.objects.get(user__username="don.vi")
    User.objects.filter(pk=post.user_id).update(password_changed_at=None, email="")
    while work_once(REACTIONS, {}):
        pass
    user = world.user("co.huyen")
    upkeep.resend_activation(user, Post.objects.get(pk=post.pk), "moi@example.gov.vn")
    while work_once(REACTIONS, {}):
        pass
    assert [letter.to for letter in mailoutbox if "moi@example.gov.vn" in letter.to] == [
        ["moi@example.gov.vn"]
    ]


def test_the_centre_sends_a_link_to_every_administrator_and_to_nobody_else(world: World) -> None:
    centre = world.user("ba.trung.uong")
    User.objects.filter(username__in=["co.huyen", "anh.giam.sat"]).update(password_changed_at=None)
    upkeep.resend_activation(centre, Post.objects.get(user__username="co.huyen"), "co@example.gov.vn")
    assert world.user("co.huyen").email == "co@example.gov.vn"
    with pytest.raises(Forbidden):
        upkeep.resend_activation(centre, Post.objects.get(user__username="anh.giam.sat"), "a@example.gov.vn")


def test_the_pages_of_a_search_keep_the_search(world: World, at_the_desk: Callable[[str], Client]) -> None:
    units_in(world, PHU_LY, 60)
    open_accounts(world.campaign, list(without_account(world.campaign, world.listing(PHU_LY).path)))
    desk = at_the_desk("co.huyen")
    first = desk.get("/tai-khoan/?q=moi-&vai-tro=dv").content.decode()
    onward = html.unescape(re.search('href="([^"]*trang=2)"', first).group(1))
    assert onward == "?q=moi-&vai-tro=dv&trang=2"
    second = desk.get(f"/tai-khoan/{onward}").content.decode()
    assert second.count("moi-000") >= 10
    assert "don.vi" not in second


def test_a_district_does_not_touch_the_supervisor_on_its_own_path(world: World) -> None:
    user, post = world.user("co.huyen"), Post.objects.get(user__username="anh.giam.sat")
    with pytest.raises(Forbidden):
        actions.end_post(user, post, creatable(user, world.campaign, post.path))


def test_a_job_that_kills_its_worker_is_given_up_in_the_end(world: World) -> None:
    from dieutra.jobs.actions import MOST_ATTEMPTS, ask, take

    ask("messages.activation", "thu", post=1)
    Job.objects.exclude(key="thu").delete()
    past = timezone.now() - timedelta(seconds=1)
    Job.objects.update(state="running", attempts=MOST_ATTEMPTS, lease_until=past)
    assert take() is None
    assert Job.objects.get(key="thu").state == "failed"


def test_a_taken_name_is_said_in_words(world: World) -> None:
    with pytest.raises(Invalid, match="đã có người dùng"):
        make(world, "ong.tinh", "gsv", HA_NAM, "co.huyen")


def test_a_wrong_address_is_named(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        appoint(
            world.user("ong.tinh"),
            world.campaign,
            "gsv",
            area(world, HA_NAM),
            username="có dấu",
            full_name="",
            email="khong-phai-thu",
        )
    assert {problem.place for problem in refused.value.problems} == {
        "Tên đăng nhập",
        "Họ và tên",
        "Thư điện tử",
    }


def test_a_new_account_gets_one_letter_with_a_link_that_works_once(world: World, mailoutbox: list) -> None:
    post = make(world, "ong.tinh", "gsv", HA_NAM)
    while work_once(REACTIONS, {}):
        pass
    letters = [letter for letter in mailoutbox if letter.to == [post.user.email]]
    assert len(letters) == 1
    token = letters[0].body.split("/kich-hoat/")[1].split("/")[0]
    actions.activate(token, "Mat-khau#2026")
    with pytest.raises(NotNow, match="đã được dùng"):
        actions.activate(token, "Mat-khau#2027")
    assert not Activation.objects.filter(token_hash=token).exists(), "the token itself is never kept"


def test_asking_again_makes_the_old_link_stop(world: World) -> None:
    user = make(world, "ong.tinh", "gsv", HA_NAM).user
    old = actions.issue_activation(user)
    actions.issue_activation(user)
    with pytest.raises(NotNow, match="hết hạn"):
        actions.activate(old, "Mat-khau#2026")


def test_a_link_dies_after_72_hours(world: World) -> None:
    token = actions.issue_activation(make(world, "ong.tinh", "gsv", HA_NAM).user)
    Activation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(NotNow, match="hết hạn"):
        actions.open_activation(token)


@pytest.mark.parametrize(
    "weak", ["ngan#1A", "khongcochuhoa#1", "KHONGCOCHUTHUONG#1", "KhongCoChuSo#", "KhongCoKyTu1"]
)
def test_a_weak_password_is_refused(world: World, weak: str) -> None:
    token = actions.issue_activation(make(world, "ong.tinh", "gsv", HA_NAM).user)
    with pytest.raises(Invalid):
        actions.activate(token, weak)


def test_a_former_password_does_not_come_back(world: World) -> None:
    user = make(world, "ong.tinh", "gsv", HA_NAM).user
    actions.activate(actions.issue_activation(user), "Mat-khau#2026")
    with pytest.raises(Invalid):
        actions.activate(actions.issue_activation(user), "Mat-khau#2026")


def test_a_job_whose_worker_died_comes_back(world: World) -> None:
    from dieutra.jobs.actions import ask, take

    ask("messages.activation", "thu", post=Post.objects.earliest("pk").pk)
    Job.objects.exclude(key="thu").delete()
    taken = take()
    assert taken is not None
    assert take() is None
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    again = take()
    assert again is not None
    assert (again.pk, again.attempts) == (taken.pk, 2)


def test_people_see_only_below_themselves(world: World) -> None:
    def seen(username: str) -> set[str]:
        posts = visible_to(Post.objects.all(), world.user(username), "account.read")
        return set(posts.values_list("user__username", flat=True))

    assert "nguoi.la" not in seen("co.huyen")
    assert "ong.tinh" not in seen("co.huyen")
    assert {"co.huyen", "don.vi", "anh.giam.sat"} <= seen("co.huyen")
    assert {"ong.tinh", "nguoi.la", "co.huyen"} <= seen("ong.tinh")
    assert seen("don.vi") == set()
