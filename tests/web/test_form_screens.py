"""The questionnaire's screens: put up a workbook, see what is wrong, look at it every way, publish, go over to it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from dieutra.cases import actions
from dieutra.cases.models import Draft, FormChange
from dieutra.events.models import Event
from dieutra.forms.models import FormVersion, Upload
from dieutra.jobs.worker import work_once
from dieutra.reactions import REACTIONS
from tests.cast import KIND, World, good_answers, path_of
from tests.engine.markdown import xlsx

Desk = Callable[[str], Client]
WRONG = """
    | survey |
    |        | type    | name | label | relevant     |
    |        | integer | a    | Tuổi  |              |
    |        | integer | b    | Giờ   | ${tuoi} > 14 |
"""


def words(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


def put_up(client: Client, content: bytes, name: str = "phieu.xlsx") -> object:
    return client.post(reverse("form_put_up"), {"file": SimpleUploadedFile(name, content)}, follow=True)


def next_workbook(*, without: str = "dia_chi", renamed: str = "", version: str = "2021.2") -> bytes:
    """The cast's form as its author would change it: one question gone or under another name, another version."""
    book = openpyxl.load_workbook(KIND / "form.xlsx")
    survey = book["survey"]
    heads = {cell.value: cell.column for cell in survey[1]}
    for row in range(2, survey.max_row + 1):
        if survey.cell(row, heads["name"]).value == without:
            if renamed:
                survey.cell(row, heads["name"]).value = renamed
            else:
                survey.delete_rows(row)
            break
    settings = book["settings"]
    heads = {cell.value: cell.column for cell in settings[1]}
    settings.cell(2, heads["version"]).value = version
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture
def centre(at_the_desk: Desk) -> Client:
    return at_the_desk("ba.trung.uong")


def publish(centre: Client, content: bytes | None = None) -> FormVersion:
    put_up(centre, content or next_workbook())
    upload = Upload.objects.latest("pk")
    response = centre.post(reverse("form_publish", args=[upload.pk]))
    assert response.status_code == 302, words(response)
    return FormVersion.objects.get(version="2021.2")


def test_only_the_centre_has_the_door_and_the_room(at_the_desk: Desk) -> None:
    assert "Mẫu phiếu</a>" in words(at_the_desk("ba.trung.uong").get("/tien-do/", follow=True))
    for username in ("ong.tinh", "co.huyen", "bac.ban.chi.dao", "don.vi"):
        client = at_the_desk(username)
        assert "/mau-phieu/" not in words(client.get("/", follow=True))
        assert client.get(reverse("forms")).status_code == 403


def test_a_wrong_workbook_is_kept_with_its_errors_and_their_cells(centre: Client) -> None:
    page = words(put_up(centre, xlsx(WRONG)))
    assert "1 lỗi phải sửa" in page
    assert '<code class="fm-cell">survey!D3</code>' in page
    assert "Không có câu hỏi nào tên “tuoi”" in page
    assert "Công bố" not in page
    upload = Upload.objects.get()
    # nothing is lost when the session ends: the list has it
    assert "1 lỗi</span>" in words(centre.get(reverse("forms")))
    refused = centre.post(reverse("form_publish", args=[upload.pk]))
    assert refused.status_code == 409
    assert "còn lỗi" in words(refused)
    assert centre.get(reverse("form_preview", args=["tep", upload.pk])).status_code == 409


@pytest.mark.parametrize("content", [b"", b"khong phai excel", b"PK\x03\x04hong"])
def test_a_file_that_is_no_workbook_says_so(centre: Client, content: bytes) -> None:
    response = put_up(centre, content or b" ")
    assert response.status_code == 200
    assert "1 lỗi phải sửa" in words(response)


def test_no_file_and_a_file_too_large_are_refused_with_a_sentence(centre: Client, settings: object) -> None:
    response = centre.post(reverse("form_put_up"))
    assert response.status_code == 422
    assert "Hãy chọn tệp mẫu phiếu" in words(response)
    settings.UPLOAD_LIMIT = 1024 * 1024  # type: ignore[attr-defined]
    response = put_up(centre, b"x" * (1024 * 1024 + 1))
    assert response.status_code == 422
    assert "lớn hơn 1 MB" in words(response)


def test_the_same_file_twice_is_one_upload(centre: Client) -> None:
    content = xlsx(WRONG)
    put_up(centre, content)
    put_up(centre, content, "ten-khac.xlsx")
    assert Upload.objects.count() == 1


def test_a_sound_workbook_is_seen_every_way_before_it_is_published(centre: Client) -> None:
    page = words(put_up(centre, next_workbook()))
    assert "Công bố phiên bản 2021.2" in page
    upload = Upload.objects.get()
    seen = {name: centre.get(reverse(name, args=["tep", upload.pk])) for name in LOOKS}
    assert {name: it.status_code for name, it in seen.items()} == dict.fromkeys(LOOKS, 200)
    web = words(seen["form_preview"])
    assert "không có gì được lưu" in web
    assert '"urls": {}' in web
    assert 'value="save"' not in web
    assert seen["form_paper"].content.startswith(b"%PDF")
    assert b"<h:html" in seen["form_xform"].content
    assert seen["form_workbook"].content.startswith(b"PK")
    assert "lao_dong_r02_c1" in words(seen["form_dictionary"])
    assert "<del>A9." in words(seen["form_diff"])
    assert seen["form_original"].content == bytes(upload.workbook)
    assert Event.objects.filter(verb="form.published").count() == 1  # only the first version


LOOKS = (
    "form_preview",
    "form_workbook",
    "form_paper",
    "form_xform",
    "form_dictionary",
    "form_dictionary_file",
    "form_diff",
    "form_original",
)


def test_a_specimen_workbook_cannot_be_sent_back(centre: Client, at_the_desk: Desk, world: World) -> None:
    blank = centre.get(reverse("form_workbook", args=["ban", world.campaign.form_id])).content
    case = world.case("don.vi")
    response = at_the_desk("don.vi").post(
        reverse("workbook", args=[case.pk]), {"file": SimpleUploadedFile("phieu.xlsx", blank)}
    )
    assert response.status_code == 422
    assert not Draft.objects.filter(case=case).exists()


def test_publishing_the_same_version_with_other_content_is_refused(centre: Client) -> None:
    put_up(centre, next_workbook(version="2021.1"))
    response = centre.post(reverse("form_publish", args=[Upload.objects.get().pk]))
    assert response.status_code == 409
    assert "Hãy tăng số phiên bản" in words(response)


def test_another_form_is_not_published_here(centre: Client) -> None:
    put_up(centre, xlsx("| survey |\n| | type | name | label |\n| | text | a | A |"))
    response = centre.post(reverse("form_publish", args=[Upload.objects.get().pk]))
    assert response.status_code == 409
    assert "Hãy sửa form_id" in words(response)


def test_the_effect_is_told_before_anything_is_done_and_then_it_is_done(
    centre: Client, at_the_desk: Desk, world: World
) -> None:
    for username in ("don.vi", "don.vi.hai"):
        case = world.case(username)
        answers = good_answers(case)
        if username == "don.vi.hai":
            answers.pop(path_of(case, "dia_chi"), None)
        actions.save_draft(world.user(username), case, 0, answers, {})
    version = publish(centre)
    upload = Upload.objects.get()
    for url in (
        reverse("form_diff", args=["tep", upload.pk]),  # before it is published
        reverse("form_version", args=[version.pk]),
    ):
        page = words(centre.get(url))
        figures = re.findall(r"<dt>([^<]+)</dt><dd[^>]*>([^<]+)</dd>", page)
        assert dict(figures[:5]) == {
            "Phiếu đang nhập": "2",
            "Không mất gì": "1",
            "Mất câu trả lời": "1",
            "Chưa nhập": "2",
            "Đã gửi, giữ bản cũ": "0",
        }
    assert "A9. Địa chỉ" in page
    assert world.case("don.vi").form_id != version.pk
    response = centre.post(
        reverse("form_adopt", args=[version.pk]), {"standing": str(world.campaign.form_id)}, follow=True
    )
    assert "Đang chuyển các phiếu sang phiên bản 2021.2" in words(response)
    while work_once(REACTIONS, {}):
        pass
    page = words(centre.get(reverse("forms")))
    assert "Đang chuyển" not in page
    assert "1 lượt chuyển có câu trả lời không còn chỗ" in page
    listed = words(centre.get(reverse("form_losses")))
    change = FormChange.objects.get(lost_count=1)
    assert "A9. Địa chỉ" in listed
    assert change.losses.get().value not in listed  # what was answered stays with the unit
    unit = words(at_the_desk("don.vi").get(reverse("fill", args=[change.case_id])))
    assert "Mẫu phiếu có phiên bản mới (2021.2)" in unit
    assert change.losses.get().value in unit


def test_a_question_that_only_changed_its_name_takes_its_answers_along_when_ticked(
    centre: Client, world: World
) -> None:
    case = world.case("don.vi")
    was = path_of(case, "dia_chi")
    actions.save_draft(world.user("don.vi"), case, 0, {was: "Số 1 đường Lê Lợi"}, {})
    version = publish(centre, next_workbook(renamed="dia_chi_moi"))
    url = reverse("form_version", args=[version.pk])
    page = words(centre.get(url))
    assert "<code>dia_chi</code> → <code>dia_chi_moi</code>" in page
    assert '<dd class="text-danger">1</dd>' in page
    page = words(centre.get(url, {"doi": was}))
    assert "text-danger" not in page
    assert f'<input type="hidden" name="doi" value="{was}">' in page
    fields = {"standing": str(case.form_id), "doi": [was, "/data/khong_co"]}
    centre.post(reverse("form_adopt", args=[version.pk]), fields)
    while work_once(REACTIONS, {}):
        pass
    assert Draft.objects.get(case=case).answers[f"{was}_moi"] == "Số 1 đường Lê Lợi"
    assert FormChange.objects.get().lost_count == 0


def test_whoever_adopts_second_is_told_and_nothing_changes(centre: Client, world: World) -> None:
    version = publish(centre)
    response = centre.post(reverse("form_adopt", args=[version.pk]), {"standing": "999"})
    assert response.status_code == 409
    assert "vừa được người khác đổi" in words(response)
    assert Event.objects.filter(verb="campaign.form_adopted").count() == 0


def test_a_page_of_the_old_form_saves_nothing_and_is_asked_to_load_again(
    centre: Client, at_the_desk: Desk, world: World
) -> None:
    unit, case = at_the_desk("don.vi"), world.case("don.vi")
    version = publish(centre)
    centre.post(reverse("form_adopt", args=[version.pk]), {"standing": str(case.form_id)})
    while work_once(REACTIONS, {}):
        pass
    body = {"base_version": 0, "changes": {path_of(case, "dia_chi"): "Số 1"}, "form": case.form_id}
    response = unit.post(reverse("save", args=[case.pk]), body, content_type="application/json")
    assert response.status_code == 409
    assert response.json()["reload"] is True
    assert not Draft.objects.filter(case=case).exists()
    # and the same without JavaScript
    posted = {"base_version": "0", "form_shown": str(case.form_id), path_of(case, "nguoi_lap"): "An"}
    response = unit.post(reverse("post", args=[case.pk]), posted)
    assert response.status_code == 409
    assert not Draft.objects.filter(case=case).exists()


def test_what_is_not_the_campaigns_is_not_found(centre: Client, world: World) -> None:
    foreign = FormVersion.objects.create(
        form_id="khac", version="1", title="Khác", workbook=b"", sha256="", xform="", model={}
    )
    for url in (
        reverse("form_version", args=[foreign.pk]),
        reverse("form_preview", args=["ban", foreign.pk]),
        reverse("form_preview", args=["khac", world.campaign.form_id]),
        reverse("form_upload", args=[999]),
    ):
        assert centre.get(url).status_code == 404
