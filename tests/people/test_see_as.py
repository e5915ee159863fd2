"""“See as”: what somebody below sees, and never a write: not by a form, not by a page, not in another's name."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from dieutra.accounts import seeing, upkeep
from dieutra.cases.actions import save_draft
from dieutra.cases.models import Draft
from dieutra.engine.refusals import Forbidden, NotNow
from dieutra.events.actions import record, record_many
from dieutra.events.models import Event
from dieutra.people.models import Post, User
from dieutra.people.permission import require
from dieutra.web import see_as
from tests.cast import World, path_of
from tests.people.test_upkeep import post_of
from tests.test_permission_matrix import MAY, picture, prepare

Desk = Callable[[str], Client]


def looking(desk: Desk, actor: str, target: str) -> Client:
    client = desk(actor)
    assert client.post(f"/tai-khoan/{post_of(target).pk}/xem-nhu/").status_code == 302
    return client


@pytest.mark.parametrize(
    ("actor", "target"),
    [("ong.tinh", "co.huyen"), ("ong.tinh", "don.vi"), ("co.huyen", "don.vi"), ("ba.trung.uong", "ong.tinh")],
)
def test_an_administrator_sees_what_somebody_below_sees(
    world: World, at_the_desk: Desk, actor: str, target: str
) -> None:
    client = looking(at_the_desk, actor, target)
    page = client.get("/", follow=True).content.decode()
    assert f"xem như {world.user(target).full_name}" in page
    assert world.user(actor).full_name in page


def test_the_form_of_somebody_else_is_shown_and_cannot_be_typed_into(world: World, at_the_desk: Desk) -> None:
    """What is typed would stay in the onlooker's browser, and be saved in the unit's name when it signs in there."""
    address = f"/phieu/{world.case('don.vi').pk}/"
    assert '"readonly": false' in at_the_desk("don.vi").get(address).content.decode()
    page = looking(at_the_desk, "co.huyen", "don.vi").get(address).content.decode()
    assert '"readonly": true' in page
    assert "Kiểm tra và gửi phiếu</button>" not in page


@pytest.mark.parametrize(
    ("actor", "target"),
    [
        ("co.huyen", "ong.tinh"),
        ("co.huyen", "anh.giam.sat"),  # on the same path, made by the province
        ("nguoi.la", "don.vi"),
        ("anh.giam.sat", "don.vi"),
        ("bac.ban.chi.dao", "co.huyen"),
        ("ong.tinh", "ong.tinh"),
        ("don.vi", "don.vi.hai"),
    ],
)
def test_nobody_sees_as_somebody_beside_or_above(
    world: World, at_the_desk: Desk, actor: str, target: str
) -> None:
    answer = at_the_desk(actor).post(f"/tai-khoan/{post_of(target).pk}/xem-nhu/")
    assert answer.status_code in (403, 404)
    assert not Event.objects.filter(verb="account.seen_as").exists()


def test_a_person_with_a_post_above_the_onlooker_is_not_seen_as(world: World) -> None:
    Post.objects.create(
        user=world.user("don.vi"), campaign=world.campaign, role="qtv", level=0, path=world.campaign.path
    )
    post = Post.objects.get(user__username="don.vi", role="dv")
    with pytest.raises(Forbidden):
        seeing.begin(world.user("co.huyen"), post)


@pytest.mark.parametrize("route", sorted(MAY))
def test_no_route_writes_while_looking_on(world: World, at_the_desk: Desk, route: str) -> None:
    """With the very fields that succeed for each whom the route lets pass."""
    targets = sorted(MAY[route] - {"ba.trung.uong"})
    url, fields = prepare(route, world)
    before, events = picture(world), Event.objects.exclude(verb__startswith="account.seen").count()
    for target in targets:
        client = looking(at_the_desk, "ba.trung.uong" if target == "ong.tinh" else "ong.tinh", target)
        answer = client.post(url, fields)
        assert answer.status_code == 403, (target, answer.status_code)
        assert "chỉ đọc" in answer.content.decode()
    assert picture(world) == before
    assert Event.objects.exclude(verb__startswith="account.seen").count() == events


def test_the_database_takes_no_writing_statement_from_a_page(
    world: World, at_the_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that writes on GET, which none should, is stopped by the lock behind."""
    from dieutra.web.public import views

    def careless(user: User, roles: set[str]) -> list[dict[str, object]]:
        with transaction.atomic():
            User.objects.filter(username="don.vi").update(full_name="Đã bị đổi")
        return []

    monkeypatch.setattr(views, "_todo", careless)
    answer = looking(at_the_desk, "ong.tinh", "co.huyen").get("/")
    assert answer.status_code == 403
    assert world.user("don.vi").full_name != "Đã bị đổi"
    assert at_the_desk("ong.tinh").get("/").status_code == 200, "the same page writes when nobody looks on"


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO people_user VALUES (1)",
        "  update people_user SET email = ''",
        "DELETE FROM people_user",
        "WITH gone AS (DELETE FROM people_user RETURNING id) SELECT * FROM gone",
        "WITH few AS (SELECT 1 AS pk) UPDATE people_user AS u SET email = ''",
        "with few as (select 1 as pk) insert or replace into people_user select * from few",
        "WITH few AS (SELECT 'x') MERGE INTO people_user USING few ON true WHEN MATCHED THEN DO NOTHING",
        'WITH "a" AS (UPDATE ONLY people_user SET email = \'\' RETURNING id) SELECT * FROM "a"',
        "TRUNCATE people_user",
        "DROP TABLE people_user",
        "REPLACE INTO people_user VALUES (1)",
    ],
)
def test_each_way_of_writing_is_known(world: World, sql: str) -> None:
    with (
        connection.execute_wrapper(see_as._only_reading),
        connection.cursor() as cursor,
        pytest.raises(Forbidden),
    ):
        cursor.execute(sql)


def test_a_page_that_reads_by_a_common_table_expression_is_shown(
    world: World, at_the_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dieutra.web.public import views

    read: list[object] = []

    def thorough(user: User, roles: set[str]) -> list[dict[str, object]]:
        with connection.cursor() as cursor:
            cursor.execute(
                "WITH few AS (SELECT id AS \"update\", replace(username, 'delete', '') AS name FROM people_user)"
                " SELECT count(*) FROM few"
            )
            read.append(cursor.fetchone())
        return []

    monkeypatch.setattr(views, "_todo", thorough)
    answer = looking(at_the_desk, "ong.tinh", "co.huyen").get("/")
    assert answer.status_code == 200 and read == [(User.objects.count(),)]


def test_neither_an_action_nor_the_record_takes_an_onlooker_for_an_actor(world: World) -> None:
    unit, case = world.user("don.vi"), world.case("don.vi")
    unit.seen_by = world.user("ong.tinh")
    with pytest.raises(Forbidden, match="chỉ đọc"):
        save_draft(unit, case, 0, {path_of(case, "nguoi_lap"): "Ai"}, {})
    assert not Draft.objects.filter(case=case, version__gt=0).exists()
    with pytest.raises(Forbidden):
        record(unit, "case.started", case)
    with pytest.raises(Forbidden):
        record_many(unit, "case.started", [case], lambda _: {})
    with pytest.raises(Forbidden, match="chỉ đọc"):
        require(unit, "case.fill", case)
    assert require(unit, "case.read", case)


@pytest.mark.parametrize("name", ["account_change_password", "mfa_index", "mfa_activate_totp"])
def test_pages_about_the_others_own_account_stay_shut(world: World, at_the_desk: Desk, name: str) -> None:
    assert looking(at_the_desk, "ong.tinh", "co.huyen").get(reverse(name)).status_code == 403


def test_beginning_and_end_are_events_of_who_looks(world: World, at_the_desk: Desk) -> None:
    client, post = looking(at_the_desk, "ong.tinh", "co.huyen"), post_of("co.huyen")
    answer = client.post("/thoi-xem-nhu/")
    assert answer.headers["Location"] == f"/tai-khoan/{post.pk}/"
    assert "Thôi xem như" not in client.get("/").content.decode()
    events = Event.objects.filter(verb__startswith="account.seen_as").order_by("pk")
    assert list(events.values_list("verb", "actor_id", "subject_id")) == [
        ("account.seen_as", world.user("ong.tinh").pk, post.pk),
        ("account.seen_as_ended", world.user("ong.tinh").pk, post.pk),
    ]


def test_looking_on_ends_after_half_an_hour_and_when_the_right_ends(
    world: World, at_the_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = looking(at_the_desk, "ong.tinh", "co.huyen")
    monkeypatch.setattr(see_as, "LASTS", 0)
    assert "không còn quyền" in client.get("/", follow=True).content.decode()
    monkeypatch.undo()
    client = looking(at_the_desk, "ong.tinh", "co.huyen")
    Post.objects.filter(user__username="ong.tinh").update(ended_at="2026-01-01T00:00:00Z")
    assert "xem như Cô" not in client.get("/", follow=True).content.decode()


def test_one_does_not_look_on_through_another(world: World, at_the_desk: Desk) -> None:
    client = looking(at_the_desk, "ba.trung.uong", "ong.tinh")
    assert client.post(f"/tai-khoan/{post_of('co.huyen').pk}/xem-nhu/").status_code == 403


def test_a_locked_account_is_not_seen_as(world: World) -> None:
    upkeep.lock(world.user("ong.tinh"), post_of("co.huyen"))
    with pytest.raises(NotNow):
        seeing.begin(world.user("ong.tinh"), post_of("co.huyen"))
