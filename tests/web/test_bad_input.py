"""Clumsy and hostile requests: each gets its status and a Vietnamese sentence that says what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from dieutra.cases import actions
from dieutra.cases.models import Case, Draft
from dieutra.people.actions import issue_activation
from dieutra.people.models import Activation, Post, Role, User
from tests.cases.test_the_way_of_a_case import sent
from tests.cast import PASSWORD, World, good_answers, path_of

Desk = Callable[[str], Client]


def words(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


def save(client: Client, case: Case, body: object) -> object:
    return client.post(f"/phieu/{case.pk}/luu/", json.dumps(body), content_type="application/json")


def test_a_forged_case_id_finds_nothing(world: World, at_the_desk: Desk) -> None:
    stranger = at_the_desk("don.vi.la")
    case = world.case("don.vi")
    for url in ("", "kiem-tra/", "bien-nhan/", "bien-nhan.pdf", "phieu.pdf", "lich-su/"):
        response = stranger.get(f"/phieu/{case.pk}/{url}")
        assert response.status_code == 404
        assert "không thuộc địa bàn" in words(response)


@pytest.mark.parametrize("role", [Role.BCD, Role.TK])
def test_who_only_watches_sees_counts_and_no_answers(world: World, at_the_desk: Desk, role: Role) -> None:
    case = sent(world)
    top = Post.objects.get(user__username="chi.giam.sat.tinh").path
    watcher = User.objects.create_user("nguoi.xem", full_name="Bà Người Xem")
    Post.objects.create(user=watcher, campaign=world.campaign, role=role, level=1, path=top)
    assert at_the_desk("nguoi.xem").get("/tien-do/").status_code == 200
    for url in ("phieu.pdf", "lich-su/", "bien-nhan.pdf"):
        assert at_the_desk("nguoi.xem").get(f"/phieu/{case.pk}/{url}").status_code == 404


def test_a_supervisor_does_not_read_a_draft(world: World, at_the_desk: Desk) -> None:
    case = world.case("don.vi")
    actions.save_draft(world.user("don.vi"), case, 0, good_answers(case), {})
    response = at_the_desk("anh.giam.sat").get(f"/phieu/{case.pk}/phieu.pdf")
    assert response.status_code == 409
    assert "chưa gửi phiếu" in words(response)


def test_a_stale_tab_gets_the_standing_answers_and_overwrites_nothing(
    world: World, at_the_desk: Desk
) -> None:
    client, case = at_the_desk("don.vi"), world.case("don.vi")
    name = path_of(case, "nguoi_lap")
    assert save(client, case, {"base_version": 0, "changes": {name: "Một"}}).status_code == 200
    late = save(client, case, {"base_version": 0, "changes": {name: "Hai"}})
    assert late.status_code == 409
    assert late.json()["answers"][name] == "Một"
    assert "Chưa có gì bị ghi đè" in late.json()["detail"]


def test_a_clash_is_told_with_the_identification_that_the_page_shows(world: World, at_the_desk: Desk) -> None:
    client, case = at_the_desk("don.vi"), world.case("don.vi")
    assert save(client, case, {"base_version": 0, "changes": {}}).status_code == 200
    late = save(client, case, {"base_version": 0, "changes": {}})
    assert late.json()["answers"][path_of(case, "ma_don_vi")] == "UBND-PL"


def test_without_javascript_a_clash_keeps_what_was_typed_on_the_page(world: World, at_the_desk: Desk) -> None:
    client, case = at_the_desk("don.vi"), world.case("don.vi")
    name = path_of(case, "nguoi_lap")
    save(client, case, {"base_version": 0, "changes": {name: "Một"}})
    late = client.post(f"/phieu/{case.pk}/luu-trang/", {"base_version": "0", name: "Hai chưa lưu"})
    assert late.status_code == 409
    assert "Hai chưa lưu" in words(late)
    assert Draft.objects.get(case=case).answers[name] == "Một"


def test_a_supervisors_words_are_not_lost_when_a_colleague_decided_first(
    world: World, at_the_desk: Desk
) -> None:
    case = world.case("don.vi")
    actions.save_draft(world.user("don.vi"), case, 0, good_answers(case), {})
    actions.submit(world.user("don.vi"), world.case("don.vi"), 1)
    case = world.case("don.vi")
    actions.approve(world.user("anh.giam.sat"), world.case("don.vi"), case.version)
    fields = {"version": case.version, f"comment:{path_of(case, 'gioi_tinh')}": "Một nhận xét dài"}
    late = at_the_desk("anh.giam.sat").post(f"/duyet/{case.pk}/tra-lai/", fields)
    assert late.status_code == 409
    assert "Một nhận xét dài" in words(late)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"base_version": "x"}',
        b'{"base_version": Infinity}',
        b'{"base_version": 0, "changes": []}',
        b'{"base_version": 0, "changes": {"/data/x": 5}}',
        b'{"base_version": 0, "changes": {"/data/x": {"a": 1}}}',
        b"[" * 100_000,
        '{"base_version": 0, "changes": {"a": "\xff"}'.encode("latin-1"),
    ],
)
def test_an_autosave_of_another_shape_is_refused_in_words(
    world: World, at_the_desk: Desk, body: bytes
) -> None:
    case = world.case("don.vi")
    url, accept = f"/phieu/{case.pk}/luu/", {"Accept": "application/json"}
    response = at_the_desk("don.vi").post(url, body, content_type="application/json", headers=accept)
    assert response.status_code == 422
    assert "không đúng dạng" in response.json()["detail"]


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"])
def test_characters_that_no_database_keeps_are_refused_at_their_place(
    world: World, at_the_desk: Desk, text: str
) -> None:
    case = world.case("don.vi")
    name = path_of(case, "nguoi_lap")
    response = save(at_the_desk("don.vi"), case, {"base_version": 0, "changes": {name: text}})
    assert response.status_code == 422
    assert response.json()["problems"][0]["place"] == name


def test_unknown_places_and_calculated_cells_are_not_stored(world: World, at_the_desk: Desk) -> None:
    case = world.case("don.vi")
    changes = {"/data/la": "x", path_of(case, "lao_dong_r01_c1"): "77", path_of(case, "nguoi_lap"): "Lan"}
    assert save(at_the_desk("don.vi"), case, {"base_version": 0, "changes": changes}).status_code == 200
    kept = Draft.objects.get(case=case).answers
    assert kept[path_of(case, "nguoi_lap")] == "Lan"
    assert not {"/data/la", path_of(case, "lao_dong_r01_c1")} & kept.keys()


def test_a_decision_on_a_case_that_moved_meanwhile_is_told_and_not_taken(
    world: World, at_the_desk: Desk
) -> None:
    case = world.case("don.vi")
    actions.save_draft(world.user("don.vi"), case, 0, good_answers(case), {})
    actions.submit(world.user("don.vi"), world.case("don.vi"), 1)
    case = world.case("don.vi")
    client = at_the_desk("anh.giam.sat")
    assert client.post(f"/duyet/{case.pk}/duyet/", {"version": case.version}).status_code == 302
    late = client.post(f"/duyet/{case.pk}/tra-lai/", {"version": case.version, "text": "Xem lại"})
    assert late.status_code == 409
    assert "vừa được xử lý ở nơi khác" in words(late)


@pytest.mark.parametrize("version", ["", "x", "-1", "²", "9" * 40])
def test_a_forged_version_is_simply_stale(world: World, at_the_desk: Desk, version: str) -> None:
    case = world.case("don.vi")
    response = at_the_desk("don.vi").post(f"/phieu/{case.pk}/gui/", {"base_version": version})
    assert response.status_code == 409


def test_an_expired_link_says_whom_to_ask(world: World, client: Client) -> None:
    token = issue_activation(world.user("don.vi"))
    Activation.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    response = client.get(f"/kich-hoat/{token}/")
    assert response.status_code == 409
    assert "đã hết hạn" in words(response)


def test_a_guessed_link_is_refused(world: World, client: Client) -> None:
    response = client.get("/kich-hoat/khong-co-that/")
    assert response.status_code == 409
    assert "không đúng" in words(response)


def test_two_different_passwords_are_told_and_the_link_still_works(world: World, client: Client) -> None:
    token = issue_activation(world.user("don.vi"))
    refused = client.post(f"/kich-hoat/{token}/", {"password": "Mat-khau#2026", "again": "Mat-khau#2027"})
    assert refused.status_code == 422
    assert "không giống nhau" in words(refused)
    accepted = client.post(f"/kich-hoat/{token}/", {"password": "Mat-khau#2026", "again": "Mat-khau#2026"})
    assert accepted.status_code == 302


def test_the_sixth_wrong_password_locks_the_account_for_a_while(world: World, client: Client) -> None:
    cache.clear()
    for _ in range(5):
        client.post("/dang-nhap/", {"login": "don.vi", "password": "sai"})
    locked = client.post("/dang-nhap/", {"login": "don.vi", "password": PASSWORD})
    assert locked.status_code != 302
    other = client.post("/dang-nhap/", {"login": "don.vi.hai", "password": PASSWORD})
    assert other.status_code == 302
    cache.clear()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("nen.xlsx", b"PK\x03\x04 hong", "mở được"),
        ("nen.xlsx", b"", "trống"),
        ("nen.csv", "Sai,Cột\n1,2\n".encode(), "mẫu"),
    ],
)
def test_a_bad_base_list_is_refused_whole(
    world: World, at_the_desk: Desk, name: str, content: bytes, said: str
) -> None:
    file = SimpleUploadedFile(name, content)
    response = at_the_desk("ba.trung.uong").post("/bang-ke/nap/", {"province": "36", "file": file})
    assert response.status_code == 422
    assert said in words(response)


def test_a_file_that_is_too_large_is_refused_with_the_limit(
    world: World, at_the_desk: Desk, settings: object
) -> None:
    settings.UPLOAD_LIMIT = 1000  # type: ignore[attr-defined]
    file = BytesIO(b"x" * 2000)
    file.name = "nen.csv"
    response = at_the_desk("ba.trung.uong").post("/bang-ke/nap/", {"province": "36", "file": file})
    assert response.status_code == 422
    assert "lớn" in words(response)


def test_nothing_personal_is_said_to_strangers(world: World, client: Client) -> None:
    for url in ("/", "/dang-nhap/", "/healthz"):
        text = words(client.get(url))
        assert "Đơn vị UBND-PL" not in text


def test_every_page_carries_a_strict_content_security_policy(world: World, at_the_desk: Desk) -> None:
    for url in ("/", "/tien-do/", "/tai-khoan/"):
        policy = at_the_desk("ong.tinh").get(url).headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


def test_an_idle_session_is_signed_out(world: World, at_the_desk: Desk) -> None:
    client = at_the_desk("ong.tinh")
    client.get("/")
    session = client.session
    session["touched"] = session["touched"] - 16 * 60
    session.save()
    assert client.get("/tien-do/").status_code == 302


def test_no_log_line_carries_the_token_of_a_link(world: World, client: Client, caplog: object) -> None:
    token = issue_activation(world.user("don.vi"))
    assert client.post(f"/kich-hoat/{token}/", {"password": "yeu", "again": "yeu"}).status_code == 422
    said = caplog.text  # type: ignore[attr-defined]
    assert "/kich-hoat/…/" in said
    assert token not in said


@pytest.mark.parametrize("url", ["/quen-mat-khau/", "/dang-nhap/"])
def test_a_nul_character_is_refused_before_any_form_is_read(url: str) -> None:
    answer = Client().post(
        url, "username=a%00b&login=a%00b", content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 422
    assert "không lưu được" in words(answer)
    assert Client().get("/tro-giup/?q=%00").status_code in (302, 404, 422)


def test_addresses_that_are_none_are_not_found(world: World) -> None:
    assert Client().get("/oembed/?url=http://[x").status_code == 404
