"""Looking after accounts: lock, unlock, reset, change with notice, hand over, forgotten passwords."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client

from dieutra.accounts import upkeep
from dieutra.accounts.models import Handover
from dieutra.cases.actions import save_draft
from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Stale
from dieutra.events.models import Event
from dieutra.jobs.models import Job
from dieutra.messages.models import Message
from dieutra.people import actions
from dieutra.people.models import Post, User
from tests.cast import PASSWORD, World, path_of
from tests.people.test_many_accounts import work_it_off


def post_of(username: str) -> Post:
    return Post.objects.select_related("user", "campaign").get(user__username=username)


def sign_in(username: str, password: str = PASSWORD) -> Client:
    client = Client()
    client.post("/dang-nhap/", {"login": username, "password": password})
    return client


def _door_of(username: str) -> str:
    return Client().post("/dang-nhap/", {"login": username, "password": PASSWORD}).headers["Location"]


def inside(client: Client) -> bool:
    return client.get("/doi-mat-khau/").status_code == 200


def letters_to(outbox: list, address: str) -> str:
    return "\n".join(f"{it.subject}\n{it.body}" for it in outbox if it.to == [address])


def test_a_lock_ends_sessions_and_keeps_the_door_shut(world: World, mailoutbox: list) -> None:
    before = sign_in("anh.giam.sat")
    assert inside(before)
    upkeep.lock(world.user("ong.tinh"), post_of("anh.giam.sat"))
    assert not inside(before)
    assert "Tài khoản đang khóa" in Client().get(_door_of("anh.giam.sat")).content.decode()
    assert not inside(sign_in("anh.giam.sat"))
    work_it_off()
    assert "đã bị khóa" in letters_to(mailoutbox, "anh.giam.sat@example.gov.vn")
    with pytest.raises(NotNow):
        upkeep.lock(world.user("ong.tinh"), post_of("anh.giam.sat"))


def test_unlocking_opens_the_door_and_not_the_sessions_of_before(world: World) -> None:
    before = sign_in("anh.giam.sat")
    upkeep.lock(world.user("ong.tinh"), post_of("anh.giam.sat"))
    upkeep.unlock(world.user("ong.tinh"), post_of("anh.giam.sat"))
    assert not inside(before)
    assert inside(sign_in("anh.giam.sat"))
    with pytest.raises(NotNow):
        upkeep.unlock(world.user("ong.tinh"), post_of("anh.giam.sat"))


def test_a_locked_person_does_not_come_in_by_an_old_link(world: World) -> None:
    post = post_of("anh.giam.sat")
    upkeep.reset(world.user("ong.tinh"), post)
    token = actions.issue_activation(post.user)
    upkeep.lock(world.user("ong.tinh"), post_of("anh.giam.sat"))
    with pytest.raises(NotNow, match="đang bị khóa"):
        actions.activate(token, "Mat-khau#2027")


def test_a_reset_voids_the_password_ends_sessions_and_sends_one_link(world: World, mailoutbox: list) -> None:
    work_it_off()
    before = sign_in("anh.giam.sat")
    upkeep.reset(world.user("ong.tinh"), post_of("anh.giam.sat"))
    assert not inside(before)
    assert not inside(sign_in("anh.giam.sat"))
    work_it_off()
    letter = letters_to(mailoutbox, "anh.giam.sat@example.gov.vn")
    assert letter.count("/kich-hoat/") == 1
    token = letter.split("/kich-hoat/")[1].split("/")[0]
    with pytest.raises(Invalid, match="chưa đạt"):
        actions.activate(token, PASSWORD)
    actions.activate(token, "Mat-khau#2027")
    assert inside(sign_in("anh.giam.sat", "Mat-khau#2027"))


def test_the_centre_changes_a_districts_administrator_and_both_addresses_are_told(
    world: World, mailoutbox: list
) -> None:
    upkeep.change(
        world.user("ba.trung.uong"),
        post_of("co.huyen"),
        full_name="Cô Huyện Mới",
        email="moi@example.gov.vn",
        phone="0900000000",
    )
    work_it_off()
    for address in ("co.huyen@example.gov.vn", "moi@example.gov.vn"):
        assert "đã được thay đổi" in letters_to(mailoutbox, address)
    assert world.user("co.huyen").full_name == "Cô Huyện Mới"
    event = Event.objects.get(verb="account.changed")
    assert event.facts == {"fields": ["full_name", "email", "phone"]}


def test_no_address_lies_in_a_job(world: World) -> None:
    boss = world.user("ong.tinh")
    for act in (upkeep.lock, upkeep.unlock, upkeep.reset):
        act(boss, post_of("anh.giam.sat"))
    upkeep.change(boss, post_of("co.huyen"), full_name="Cô", email="moi@example.gov.vn", phone="")
    upkeep.hand_over(
        boss, post_of("co.huyen"), username="chi.huyen", full_name="Chị", email="chi@example.gov.vn"
    )
    work_it_off()
    told = Message.objects.filter(template="notice").values_list("to", flat=True)
    assert len(told) == 5
    assert Job.objects.filter(kind="accounts.deliver").count() == 5
    assert not [it for it in Job.objects.all() if "@" in json.dumps([it.key, it.payload])]


def test_whoever_changes_second_is_told(world: World) -> None:
    seen = post_of("co.huyen")
    upkeep.change(world.user("ong.tinh"), post_of("co.huyen"), full_name="Một", email="", phone="")
    with pytest.raises(Stale):
        upkeep.change(world.user("ong.tinh"), seen, full_name="Hai", email="", phone="")


@pytest.mark.parametrize("actor", ["co.huyen", "nguoi.la", "anh.giam.sat", "don.vi", "bac.ban.chi.dao"])
@pytest.mark.parametrize("act", [upkeep.lock, upkeep.unlock, upkeep.reset])
def test_nobody_touches_accounts_beside_or_above(
    world: World, actor: str, act: Callable[[User, Post], None]
) -> None:
    for target in ("ong.tinh", "anh.giam.sat", "ba.trung.uong"):
        with pytest.raises(Forbidden):
            act(world.user(actor), post_of(target))


def test_the_centre_does_not_touch_a_districts_supervisor(world: World) -> None:
    with pytest.raises(Forbidden):
        upkeep.reset(world.user("ba.trung.uong"), post_of("anh.giam.sat"))


def test_an_account_that_opens_more_than_the_actor_sees_is_not_hers(world: World) -> None:
    higher = post_of("ong.tinh")
    Post.objects.create(
        user=world.user("don.vi"), campaign=world.campaign, role="qtv", level=1, path=higher.path
    )
    post = Post.objects.get(user__username="don.vi", role="dv")
    with pytest.raises(Forbidden, match="ngoài phạm vi"):
        upkeep.reset(world.user("co.huyen"), post)


def test_a_post_that_is_handed_over_stays_and_its_former_holder_loses_it(
    world: World, mailoutbox: list
) -> None:
    work_it_off()
    before = sign_in("co.huyen")
    post = post_of("co.huyen")
    after = upkeep.hand_over(
        world.user("ong.tinh"), post, username="chi.huyen", full_name="Chị Huyện", email="chi@example.gov.vn"
    )
    assert post_of("chi.huyen").pk == post.pk
    assert not inside(before)
    assert not inside(sign_in("co.huyen"))
    work_it_off()
    assert "đã được bàn giao" in letters_to(mailoutbox, "co.huyen@example.gov.vn")
    token = letters_to(mailoutbox, "chi@example.gov.vn").split("/kich-hoat/")[1].split("/")[0]
    actions.activate(token, PASSWORD)
    assert "Bảng kê" in sign_in("chi.huyen").get("/").content.decode()
    kept = Handover.objects.get()
    assert (kept.before.username, kept.after, kept.by.username) == ("co.huyen", after, "ong.tinh")
    with pytest.raises(NotNow):
        upkeep.unlock(world.user("ong.tinh"), post_of("chi.huyen"))


def test_a_unit_keeps_its_code_and_its_history_keeps_the_former_person(world: World) -> None:
    case, former = world.case("don.vi"), world.user("don.vi")
    save_draft(former, case, 0, {path_of(case, "nguoi_lap"): "Anh Cũ"}, {})
    after = upkeep.hand_over(
        world.user("co.huyen"), post_of("don.vi"), username="", full_name="Văn phòng mới", email=""
    )
    assert (after.username, User.objects.get(pk=former.pk).username) == ("don.vi", "don.vi.cu1")
    actions.activate(actions.issue_activation(after), PASSWORD)
    assert sign_in("don.vi").get("/phieu/", follow=True).status_code == 200
    assert Event.objects.filter(verb="draft.saved", actor_id=former.pk).exists()
    page = sign_in("don.vi").get(f"/phieu/{case.pk}/lich-su/").content.decode()
    assert former.full_name in page


def test_of_two_who_hand_over_the_same_post_one_is_told(world: World) -> None:
    seen = post_of("co.huyen")
    upkeep.hand_over(world.user("ong.tinh"), post_of("co.huyen"), username="mot", full_name="Một", email="")
    with pytest.raises(Stale):
        upkeep.hand_over(world.user("ong.tinh"), seen, username="hai", full_name="Hai", email="")
    assert not User.objects.filter(username="hai").exists()


def test_a_taken_name_hands_nothing_over(world: World) -> None:
    with pytest.raises(Invalid, match="đã có người dùng"):
        upkeep.hand_over(
            world.user("ong.tinh"), post_of("co.huyen"), username="nguoi.la", full_name="Ai", email=""
        )
    assert post_of("co.huyen").user.is_active


def test_a_forgotten_password_gets_a_link_and_the_old_one_stays_until_it_is_used(
    world: World, client: Client, mailoutbox: list
) -> None:
    cache.clear()
    answers = [
        client.post("/quen-mat-khau/", {"username": name}).content.decode()
        for name in ("anh.giam.sat", "khong.co.ai", "anh.giam.sat")
    ]
    same = [text.split("<h1>")[1] for text in answers]
    assert same[0] == same[1] == same[2], "the answer does not say who has an account"
    work_it_off()
    sent = [it for it in mailoutbox if "Đặt lại mật khẩu" in it.subject]
    assert [it.to for it in sent] == [["anh.giam.sat@example.gov.vn"]], "one letter in ten minutes"
    assert inside(sign_in("anh.giam.sat"))
    token = sent[0].body.split("/kich-hoat/")[1].split("/")[0]
    before = sign_in("anh.giam.sat")
    actions.activate(token, "Mat-khau#2028")
    assert not inside(before)
    assert inside(sign_in("anh.giam.sat", "Mat-khau#2028"))


@pytest.mark.parametrize("change", [{"email": ""}, {"is_active": False}, {"password_changed_at": None}])
def test_no_link_goes_where_none_belongs(
    world: World, client: Client, mailoutbox: list, change: dict[str, object]
) -> None:
    cache.clear()
    User.objects.filter(username="anh.giam.sat").update(**change)
    client.post("/quen-mat-khau/", {"username": "anh.giam.sat"})
    work_it_off()
    assert not [it for it in mailoutbox if "Đặt lại mật khẩu" in it.subject]


def test_the_page_of_an_account_offers_what_may_be_done(
    world: World, at_the_desk: Callable[[str], Client]
) -> None:
    address = f"/tai-khoan/{post_of('anh.giam.sat').pk}/"
    assert "Khóa tài khoản" in at_the_desk("ong.tinh").get(address).content.decode()
    assert "Khóa tài khoản" not in at_the_desk("co.huyen").get(address).content.decode()
    assert at_the_desk("nguoi.la").get(address).status_code == 404
    wrong = at_the_desk("ong.tinh").post(address + "ban-giao/", {"username": "có dấu", "full_name": ""})
    assert wrong.status_code == 422
    assert "Chỉ dùng chữ không dấu" in wrong.content.decode()
