"""The pages: download, upload, what is wrong, the choice; the .zip of an area; the command line."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from dieutra.cases import actions
from dieutra.cases.models import Draft
from dieutra.channels.workbook import handing
from dieutra.channels.workbook.read import read_workbook
from dieutra.cli import main
from dieutra.engine.refusals import NotNow
from dieutra.events.models import Event
from tests.cast import World, good_answers, path_of
from tests.workbook.excel import fill, place_of, put

Desk = Callable[[str], Client]


def send(client: Client, pk: int, content: bytes, name: str = "phieu.xlsx") -> str:
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("workbook", args=[pk]), {"file": file}).content.decode()


def test_a_unit_downloads_fills_uploads_and_goes_on_to_check(world: World, at_the_desk: Desk) -> None:
    case, client = world.case("don.vi"), at_the_desk("don.vi")
    assert reverse("workbook", args=[case.pk]) in client.get(reverse("fill", args=[case.pk])).content.decode()
    file = client.get(reverse("workbook_file", args=[case.pk]))
    assert file.headers["Content-Disposition"] == 'attachment; filename="phieu-UBND-PL.xlsx"'
    page = send(client, case.pk, fill(case, file.content, good_answers(case)))
    assert re.search(r"Đã nhận \d+ ô từ tệp Excel", page)
    assert reverse("check", args=[case.pk]) in page
    assert "Phiếu đã đầy đủ" in client.get(reverse("check", args=[case.pk])).content.decode()


def test_wrong_cells_are_listed_by_sheet_and_cell(world: World, at_the_desk: Desk) -> None:
    case, client = world.case("don.vi"), at_the_desk("don.vi")
    content = client.get(reverse("workbook_file", args=[case.pk])).content
    page = send(client, case.pk, put(case, content, {"so_vb_di": "<b>nhiều</b>", "ngay_ky": "hôm nay"}))
    for name in ("so_vb_di", "ngay_ky"):
        place = place_of(case, name)
        assert f"Trang “{place.sheet}”, ô {place.cell}" in page
    assert "có 2 ô cần sửa" in page
    assert "<b>nhiều" not in page


def test_no_file_and_an_empty_file_are_told(world: World, at_the_desk: Desk) -> None:
    case, client = world.case("don.vi"), at_the_desk("don.vi")
    assert "Hãy chọn tệp Excel" in client.post(reverse("workbook", args=[case.pk])).content.decode()
    assert "Tệp" in send(client, case.pk, b" ")


def test_a_unit_chooses_the_files_answers_after_the_draft_moved(world: World, at_the_desk: Desk) -> None:
    case, client = world.case("don.vi"), at_the_desk("don.vi")
    content = client.get(reverse("workbook_file", args=[case.pk])).content
    actions.save_draft(world.user("don.vi"), case, 0, {path_of(case, "dia_chi"): "Trên trang web"}, {})
    page = send(client, case.pk, put(case, content, {"dia_chi": "Trong tệp"}))
    assert "Trên trang web" in page
    assert "Trong tệp" in page
    choice = re.search(r'name="choice" value="([^"]+)"', page)
    assert choice
    url = reverse("workbook_take", args=[case.pk])
    assert client.post(url, {"choice": choice[1]}).headers["Location"] == reverse("check", args=[case.pk])
    assert Draft.objects.get(case=case).answers[path_of(case, "dia_chi")] == "Trong tệp"
    assert client.post(url, {"choice": choice[1]}).status_code == 409


def test_a_sent_form_gives_no_workbook_and_takes_none(world: World, at_the_desk: Desk) -> None:
    case, client = world.case("don.vi"), at_the_desk("don.vi")
    content = client.get(reverse("workbook_file", args=[case.pk])).content
    actions.save_draft(world.user("don.vi"), case, 0, good_answers(case), {})
    actions.submit(world.user("don.vi"), world.case("don.vi"), 1)
    assert client.get(reverse("workbook_file", args=[case.pk])).status_code == 409
    file = SimpleUploadedFile("phieu.xlsx", content)
    assert client.post(reverse("workbook", args=[case.pk]), {"file": file}).status_code == 302
    assert Draft.objects.get(case=case).version == 2


@pytest.mark.parametrize("username", ["don.vi.hai", "co.huyen", "anh.giam.sat", "bac.ban.chi.dao"])
def test_nobody_else_downloads_a_units_workbook(world: World, at_the_desk: Desk, username: str) -> None:
    url = reverse("workbook_file", args=[world.case("don.vi").pk])
    assert at_the_desk(username).get(url).status_code == 404


def test_an_area_comes_as_one_zip_without_any_answers(world: World, at_the_desk: Desk) -> None:
    case = world.case("don.vi")
    actions.save_draft(world.user("don.vi"), case, 0, {path_of(case, "dia_chi"): "Điều bí mật"}, {})
    response = at_the_desk("co.huyen").post(reverse("workbooks"), {"area": "347"})
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as archive:  # type: ignore[attr-defined]
        assert sorted(archive.namelist()) == ["phieu-DANG-PL.xlsx", "phieu-UBND-PL.xlsx"]
        content = archive.read("phieu-UBND-PL.xlsx")
    with zipfile.ZipFile(io.BytesIO(content)) as workbook:
        assert not any("Điều bí mật".encode() in workbook.read(name) for name in workbook.namelist())
    read = read_workbook(content, case)
    assert (read.draft_version, dict(read.changes)) == (1, {})
    assert Event.objects.get(verb="workbooks.handed_out").facts == {"cases": 2}


def test_a_blank_workbook_from_the_area_does_not_empty_the_draft(world: World, at_the_desk: Desk) -> None:
    case = world.case("don.vi")
    actions.save_draft(world.user("don.vi"), case, 0, {path_of(case, "email"): "a@example.vn"}, {})
    content = put(case, handing.make_workbook(case, handing.blank_sheet(case)), {"dia_chi": "Số 1"})
    assert "Đã nhận 1 ô" in send(at_the_desk("don.vi"), case.pk, content)
    answers = Draft.objects.get(case=case).answers
    assert answers[path_of(case, "email")] == "a@example.vn"


def test_an_area_that_grew_meanwhile_is_not_made_while_the_person_waits(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing, "AT_ONCE", 1)
    with pytest.raises(NotNow, match="Lập tệp nén"):
        handing.hand_out(world.user("co.huyen"), world.campaign, world.listing("347").area)


def test_the_page_of_areas_stays_inside_ones_own(world: World, at_the_desk: Desk) -> None:
    url = reverse("workbooks")
    assert "2 phiếu đang chờ điền" in at_the_desk("co.huyen").get(url).content.decode()
    assert at_the_desk("co.huyen").get(url, {"area": "349"}).status_code == 404
    assert at_the_desk("ong.tinh").get(url, {"area": "349"}).status_code == 200
    assert at_the_desk("bac.ban.chi.dao").get(url).status_code == 403
    assert url in at_the_desk("co.huyen").get(reverse("progress")).content.decode()


def test_the_command_line_makes_and_reads(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case, file = world.case("don.vi"), tmp_path / "phieu.xlsx"
    assert main(["workbook", "make", str(case.pk), str(file)]) == 0
    file.write_bytes(put(case, file.read_bytes(), {"so_vb_di": 12.0}))
    assert main(["workbook", "read", str(file)]) == 0
    assert json.loads(capsys.readouterr().out) == {path_of(case, "so_vb_di"): "12"}
    file.write_bytes(put(case, file.read_bytes(), {"so_vb_di": "nhiều"}))
    assert main(["workbook", "read", str(file)]) == 1
    assert "không phải là số nguyên" in capsys.readouterr().err
    assert main(["workbook", "make", "0", str(file)]) == 1
    assert main(["workbook", "read", str(tmp_path / "khong-co.xlsx")]) == 1
    assert Draft.objects.filter(case=case, version__gt=0).count() == 0
