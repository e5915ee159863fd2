"""Files that belong to a case: what is taken, how it is written, who may see it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from dieutra.cases import actions, files
from dieutra.cases.models import Attachment, Case
from dieutra.engine.refusals import Forbidden, Invalid, NotNow
from dieutra.events.models import Event
from tests.cast import World, good_answers

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01 a photo"
PDF = b"%PDF-1.7\n1 0 obj\n"


@pytest.fixture(autouse=True)
def folder(settings: LazySettings, tmp_path: Path) -> Path:
    settings.FILES_DIR = tmp_path / "files"
    return tmp_path / "files"


def archive(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as it:
        for name in names:
            it.writestr(name, "x")
    return stream.getvalue()


def sent_with_a_photo(world: World) -> Attachment:
    user, case = world.user("don.vi"), world.case("don.vi")
    photo = files.keep(user, case, "anh.jpg", JPEG)
    actions.save_draft(user, case, 0, good_answers(case), {})
    actions.submit(user, world.case("don.vi"), 1)
    return photo


def test_a_file_lies_under_its_digest_and_is_read_back(world: World, folder: Path) -> None:
    kept = files.keep(world.user("don.vi"), world.case("don.vi"), "anh.jpg", JPEG)
    assert (kept.content_type, kept.size) == ("image/jpeg", len(JPEG))
    assert [it.relative_to(folder).as_posix() for it in folder.rglob("*") if it.is_file()] == [
        f"{kept.sha256[:2]}/{kept.sha256}"
    ]
    assert files.read(kept) == JPEG


def test_keeping_a_file_is_on_record_by_its_digest_and_not_by_its_name(world: World) -> None:
    case = world.case("don.vi")
    kept = files.keep(world.user("don.vi"), case, "Nguyễn Văn A.pdf", PDF)
    event = Event.objects.get(verb="file.kept", subject_id=case.pk)
    assert event.facts == {"file": kept.pk, "sha256": kept.sha256, "size": len(PDF)}


def test_the_same_file_twice_is_one_and_another_content_takes_its_place(world: World, folder: Path) -> None:
    user, case = world.user("don.vi"), world.case("don.vi")
    first = files.keep(user, case, "anh.jpg", JPEG)
    assert files.keep(user, case, "anh.jpg", JPEG) == first
    second = files.keep(user, case, "anh.jpg", JPEG + b"!")
    assert second.pk == first.pk
    assert files.read(second) == JPEG + b"!"
    assert Attachment.objects.filter(case=case).count() == 1
    assert files.content_of(first.sha256, "anh.jpg") == JPEG, "a content is never removed"
    assert Event.objects.filter(verb="file.kept", subject_id=case.pk).count() == 2


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("a.jpeg", JPEG, "image/jpeg"),
        ("a.PNG", b"\x89PNG\r\n\x1a\n....", "image/png"),
        ("a.webp", b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"),
        ("a.wav", b"RIFF\x10\x00\x00\x00WAVEfmt ", "audio/wav"),
        ("a.pdf", PDF, "application/pdf"),
        ("a.mp4", b"\x00\x00\x00\x18ftypmp42....", "video/mp4"),
        ("a.3gp", b"\x00\x00\x00\x18ftyp3gp4....", "video/3gpp"),
        ("a.m4a", b"\x00\x00\x00\x18ftypM4A ....", "audio/mp4"),
        ("a.m4a", b"\x00\x00\x00\x18ftypmp42....", "video/mp4"),
        ("a.mp3", b"ID3\x03\x00", "audio/mpeg"),
        ("a.mp3", b"\xff\xfb\x90\x00", "audio/mpeg"),
        ("a.ogg", b"OggS\x00\x02", "audio/ogg"),
        ("a.amr", b"#!AMR\n", "audio/amr"),
        ("a.csv", "mã,tên\n1,Phủ Lý\n".encode("utf-8-sig"), "text/plain"),
        (
            "a.docx",
            archive("[Content_Types].xml", "word/document.xml"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (
            "a.xlsx",
            archive("[Content_Types].xml", "xl/workbook.xml"),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
    ],
)
def test_the_first_bytes_say_what_a_file_is(name: str, content: bytes, content_type: str) -> None:
    assert files.check(name, content) == content_type


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.exe", b"MZ\x90\x00\x03", "Không nhận loại tệp"),
        ("a.zip", archive("la.txt"), "Không nhận loại tệp"),
        ("a.docx", archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "macro"),
        ("a.docx", archive("[Content_Types].xml", "word/document.xml")[:-12], "Không nhận loại tệp"),
        ("a.heic", b"\x00\x00\x00\x18ftypheic....", "Không nhận loại tệp"),
        ("a.txt", "mã".encode("utf-16"), "Không nhận loại tệp"),
        ("a.jpg", PDF, "đuôi là .pdf"),
        ("a.exe", b"plain words", "Không nhận loại tệp .exe. Hãy gửi ảnh"),
        ("a.jpg", b"plain words", "đuôi là .txt"),
        ("ghi chú", b"plain words", "đuôi là .txt"),
        ("a.html", b"<script>alert(1)</script>", "Không nhận loại tệp .html"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Không nhận loại tệp .svg"),
        ("a.jpg", b"", "không có nội dung"),
        ("a.jpg", JPEG + bytes(10 * 1024 * 1024), "lớn hơn 10 MB"),
    ],
)
def test_what_is_not_taken_is_refused_with_the_reason(name: str, content: bytes, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        files.check(name, content)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Ảnh\\kho hàng.jpg", "kho hàng.jpg"),
        ("a\x00b\u202egpj.txt", "abgpj.txt"),
        ("  nhiều   chỗ trống .pdf", "nhiều chỗ trống.pdf"),
        ("x" * 300 + ".jpg", "x" * 116 + ".jpg"),
    ],
)
def test_a_name_is_cleaned(given: str, kept: str) -> None:
    assert files.clean_name(given) == kept
    assert files.clean_name(kept) == kept


@pytest.mark.parametrize("given", ["", "..", "///", "\u202e", "a." + "b" * 40])
def test_a_name_of_which_nothing_is_left_is_refused(given: str) -> None:
    with pytest.raises(Invalid, match="Tên tệp"):
        files.clean_name(given)


def test_a_damaged_or_lost_content_is_told_and_not_handed_out(world: World, folder: Path) -> None:
    kept = files.keep(world.user("don.vi"), world.case("don.vi"), "anh.jpg", JPEG)
    files.place_of(kept.sha256).write_bytes(b"khac")
    with pytest.raises(NotNow, match="không đọc được tệp"):
        files.read(kept)
    files.place_of(kept.sha256).unlink()
    with pytest.raises(NotNow, match="không đọc được tệp"):
        files.read(kept)


def test_a_half_written_content_of_the_same_digest_is_written_again(world: World, folder: Path) -> None:
    sha256 = files.put(JPEG)
    files.place_of(sha256).write_bytes(JPEG[:5])
    assert files.put(JPEG) == sha256
    assert files.content_of(sha256, "x") == JPEG


def test_nobody_else_adds_a_file_and_a_sent_case_takes_none(world: World, folder: Path) -> None:
    for stranger in ("don.vi.hai", "co.huyen", "anh.giam.sat"):
        with pytest.raises(Forbidden):
            files.keep(world.user(stranger), world.case("don.vi"), "anh.jpg", JPEG)
    sent_with_a_photo(world)
    with pytest.raises(NotNow, match="Phiếu đã gửi"):
        files.keep(world.user("don.vi"), world.case("don.vi"), "hai.jpg", JPEG)
    assert Attachment.objects.count() == 1


def test_a_case_that_was_sent_meanwhile_takes_no_file(world: World) -> None:
    stale = world.case("don.vi")
    sent_with_a_photo(world)
    with pytest.raises(NotNow, match="Phiếu đã gửi"):
        files.keep(world.user("don.vi"), stale, "hai.jpg", JPEG)


def test_a_file_is_a_download_with_its_own_name(world: World, at_the_desk: Callable[[str], Client]) -> None:
    kept = files.keep(world.user("don.vi"), world.case("don.vi"), "ảnh kho.jpg", JPEG)
    response = at_the_desk("don.vi").get(reverse("attachment", args=[kept.pk]))
    assert response.content == JPEG
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%E1%BA%A3nh%20kho.jpg")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


def test_files_of_a_draft_belong_to_the_unit_until_it_sends(
    world: World, at_the_desk: Callable[[str], Client]
) -> None:
    kept = files.keep(world.user("don.vi"), world.case("don.vi"), "anh.jpg", JPEG)
    seen = {
        name: _status(at_the_desk(name), kept)
        for name in ("don.vi", "anh.giam.sat", "ong.tinh", "don.vi.hai")
    }
    assert seen == {"don.vi": 200, "anh.giam.sat": 404, "ong.tinh": 404, "don.vi.hai": 404}


def test_sent_files_are_seen_by_those_who_read_the_case(
    world: World, at_the_desk: Callable[[str], Client], client: Client
) -> None:
    kept = sent_with_a_photo(world)
    readers = ("anh.giam.sat", "chi.giam.sat.tinh", "ong.tinh")
    assert {_status(at_the_desk(name), kept) for name in readers} == {200}
    strangers = ("bac.ban.chi.dao", "don.vi.hai", "don.vi.la", "nguoi.la", "nguoi.la.giam.sat")
    assert {_status(at_the_desk(name), kept) for name in strangers} == {404}
    assert _status(client, kept) == 302


def test_what_is_added_after_a_return_waits_for_the_next_sending(
    world: World, at_the_desk: Callable[[str], Client]
) -> None:
    first = sent_with_a_photo(world)
    case = world.case("don.vi")
    actions.give_back(world.user("anh.giam.sat"), case, case.version, "Xem lại", {})
    second = files.keep(world.user("don.vi"), world.case("don.vi"), "hai.jpg", JPEG)
    desk = at_the_desk("anh.giam.sat")
    assert (_status(desk, first), _status(desk, second)) == (200, 404)
    draft = Case.objects.get(pk=case.pk).draft
    actions.submit(world.user("don.vi"), world.case("don.vi"), draft.version)
    assert _status(desk, second) == 200


def _status(client: Client, kept: Attachment) -> int:
    return client.get(reverse("attachment", args=[kept.pk])).status_code
