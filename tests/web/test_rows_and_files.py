"""Rows, questions in parts and files through the web page's own doors, as a browser without JavaScript uses them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse, QueryDict
from django.test import Client

from dieutra.cases import actions
from dieutra.cases.models import Attachment, Case, Draft
from dieutra.channels.web.parse import changes_from_post
from dieutra.channels.web.parts import from_parts, parts_of
from dieutra.forms.actions import publish
from tests.browser.household import household_form, household_workbook
from tests.browser.test_households import picture
from tests.cast import World

Desk = Callable[[str], Client]

AREA, COMMON = "/data/dia_ban", "/data/chung"
FILLED = {
    f"{AREA}/vung": "bac",
    f"{AREA}/tinh": "35",
    "/data/ho": "1 3",
    "/data/ho[1]/ten": "Nguyễn Văn An",
    "/data/ho[1]/so_nguoi": "1",
    "/data/ho[1]/nguoi[1]/ho_ten": "Nguyễn Văn An",
    "/data/ho[1]/nguoi[1]/tuoi": "40",
    "/data/ho[3]/ten": "Trần Thị Bình",
    "/data/ho[3]/so_nguoi": "2",
    f"{AREA}/gap_luc": "2026-11-21T08:30",
    f"{COMMON}/cam_doan": "OK",
}


@pytest.fixture
def case(world: World, settings: object, tmp_path: object) -> Iterator[Case]:
    """The case of đơn vị, with the survey of households as its form."""
    settings.FILES_DIR = tmp_path  # type: ignore[attr-defined]
    case = world.case("don.vi")
    Case.objects.filter(pk=case.pk).update(form=publish(None, household_workbook()))
    yield world.case("don.vi")


def posted(client: Client, case: Case, **fields: object) -> HttpResponse:
    version = Draft.objects.filter(case=case).values_list("version", flat=True).first() or 0
    form = {"base_version": str(version), **fields}
    return client.post(f"/phieu/{case.pk}/luu-trang/", form)  # type: ignore[return-value]


def standing(case: Case) -> dict[str, str]:
    return dict(Draft.objects.get(case=case).answers)


def sent_file(client: Client, case: Case, path: str, name: str, content: bytes) -> HttpResponse:
    file = SimpleUploadedFile(name, content)
    return client.post(f"/phieu/{case.pk}/tep/", {"path": path, "file": file})  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("type_", "given", "stored"),
    [
        ("dateTime", ["21/11/2026", "08:30"], "2026-11-21T08:30"),
        ("dateTime", ["21/11/2026", ""], "2026-11-21T"),
        ("dateTime", ["", ""], ""),
        ("geopoint", ["21,0285", "105.8542", "", ""], "21.0285 105.8542"),
        ("geopoint", ["", "105.8542", "", ""], "? 105.8542"),
        ("geopoint", ["21", "105", "", "5"], "21 105 ? 5"),
        ("geopoint", ["", "", "", ""], ""),
        ("rank", ["2:a", "1:b", ""], "b a"),
    ],
)
def test_several_fields_make_one_answer_and_it_shows_in_them_again(
    type_: str, given: list[str], stored: str
) -> None:
    assert from_parts(type_, given) == stored
    if type_ != "rank":
        again = from_parts(type_, parts_of(type_, stored))
        assert again == stored


def test_the_first_page_has_a_row_with_its_defaults(case: Case, at_the_desk: Desk) -> None:
    said = at_the_desk("don.vi").get(f"/phieu/{case.pk}/").content.decode()
    assert 'data-row-of="/data/ho[1]"' in said
    assert 'data-row-template="/data/ho"' in said
    assert 'name="/data/ho[1]/nha" value="kien_co" checked' in " ".join(said.split())


def test_a_row_is_added_after_all_that_ever_stood_and_what_was_typed_is_kept(
    world: World, case: Case, at_the_desk: Desk
) -> None:
    actions.save_draft(world.user("don.vi"), case, 0, FILLED, {})
    fields = {"/data/ho": "1 3", "/data/ho[3]/ten": "Trần Thị Bình Minh", "add-row": "/data/ho"}
    answer = posted(at_the_desk("don.vi"), case, **fields)
    assert answer.status_code == 302
    assert answer["Location"] == f"/phieu/{case.pk}/#/data/ho[4]"
    now = standing(case)
    assert now["/data/ho"] == "1 3 4"
    assert now["/data/ho[3]/ten"] == "Trần Thị Bình Minh"
    assert now["/data/ho[4]/nha"] == "kien_co"


def test_removing_a_row_leaves_the_others_and_their_explanations(
    world: World, case: Case, at_the_desk: Desk
) -> None:
    key = "K1|/data/ho[3]/ten"
    actions.save_draft(world.user("don.vi"), case, 0, FILLED, {key: "Đã hỏi lại"})
    posted(at_the_desk("don.vi"), case, **{"/data/ho": "1 3", "remove-row": "/data/ho[1]"})
    now = standing(case)
    assert now["/data/ho"] == "3"
    assert now["/data/ho[3]/ten"] == "Trần Thị Bình"
    assert not [path for path in now if path.startswith("/data/ho[1]")]
    assert Draft.objects.get(case=case).justifications == {key: "Đã hỏi lại"}


def test_rows_of_a_counted_repeat_are_neither_added_nor_removed_by_hand() -> None:
    form, before = household_form(), dict(FILLED)
    for button, path in [("add-row", "/data/ho[1]/nguoi"), ("remove-row", "/data/ho[1]/nguoi[1]")]:
        changes, row = changes_from_post(form, QueryDict(f"{button}={path}"), before)
        assert row == ""
        assert "/data/ho[1]/nguoi[1]/ho_ten" not in changes


def test_a_changed_answer_brings_another_unless_that_was_typed_too() -> None:
    form, before = household_form(), {f"{AREA}/tinh": "35", f"{AREA}/thon": "Thôn Đông"}
    changes, _ = changes_from_post(form, QueryDict(f"{AREA}/tinh=01&{AREA}/thon=Thôn Đông"), before)
    assert changes[f"{AREA}/thon"] == ""
    changes, _ = changes_from_post(form, QueryDict(f"{AREA}/tinh=01&{AREA}/thon=Thôn Đoài"), before)
    assert changes[f"{AREA}/thon"] == "Thôn Đoài"


def test_a_place_in_a_row_is_said_in_words_where_something_is_missing(
    world: World, case: Case, at_the_desk: Desk
) -> None:
    actions.save_draft(world.user("don.vi"), case, 0, FILLED | {"/data/ho[3]/ten": ""}, {})
    said = at_the_desk("don.vi").get(f"/phieu/{case.pk}/kiem-tra/").content.decode()
    assert "Hộ 2 · Tên chủ hộ" in said


def test_the_printed_form_has_every_row(world: World, case: Case, at_the_desk: Desk) -> None:
    if not shutil.which("pdftotext"):
        pytest.fail("pdftotext is missing: run `apt-get install poppler-utils`.", pytrace=False)
    actions.save_draft(world.user("don.vi"), case, 0, FILLED, {})
    pdf = at_the_desk("don.vi").get(f"/phieu/{case.pk}/phieu.pdf").content
    said = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    text = said.stdout.decode()
    for fact in ("Hộ 1", "Hộ 2", "Nguyễn Văn An", "Trần Thị Bình", "08:30 21/11/2026", "Người 1"):
        assert fact in text


def test_a_picture_is_kept_under_a_name_of_its_question_and_row(case: Case, at_the_desk: Desk) -> None:
    client = at_the_desk("don.vi")
    reply = sent_file(client, case, f"{COMMON}/anh", "nhà văn hóa.png", picture())
    assert reply.status_code == 200, reply.content.decode()
    said = reply.json()  # type: ignore[attr-defined]
    assert said["name"] == "anh-nhà văn hóa.png"
    assert client.get(said["url"]).content == picture()


@pytest.mark.parametrize(
    ("path", "name", "content", "why"),
    [
        (f"{COMMON}/anh", "a.pdf", b"%PDF-1.7\n%%EOF", "Câu này cần ảnh."),
        (f"{COMMON}/anh", "a.png", b"MZ\x90\x00 not a picture", "Không nhận loại tệp này"),
        (f"{COMMON}/anh", "a.png", b"", "không có nội dung"),
        (f"{AREA}/thon", "a.png", b"x", "Câu hỏi này không nhận tệp"),
        ("/data/khong_co", "a.png", b"x", "Câu hỏi này không nhận tệp"),
        ("/data/ho[1]/anh", "a.png", b"x", "Câu hỏi này không nhận tệp"),
    ],
)
def test_a_file_that_is_not_asked_for_is_refused_with_the_reason(
    case: Case, at_the_desk: Desk, path: str, name: str, content: bytes, why: str
) -> None:
    reply = sent_file(at_the_desk("don.vi"), case, path, name, content)
    assert reply.status_code == 422
    assert why in reply.content.decode()
    assert not Attachment.objects.filter(case=case).exists()


def test_a_request_without_a_file_says_so(case: Case, at_the_desk: Desk) -> None:
    reply = at_the_desk("don.vi").post(f"/phieu/{case.pk}/tep/", {"path": f"{COMMON}/anh"})
    assert reply.status_code == 422
    assert "Chưa nhận được tệp nào" in reply.content.decode()
