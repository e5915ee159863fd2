"""Broken and hostile submissions: refused whole, in words, with nothing stored and nothing broken."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import LazySettings

from dieutra.cases.models import Draft, Submission, SubmissionFile
from dieutra.channels.openrosa import multipart
from tests.cast import World, good_answers
from tests.openrosa.phone import JPEG, Phone, given_phone, said, written

BOUNDARY = "ranhgioi"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


@pytest.fixture(autouse=True)
def folder(settings: LazySettings, tmp_path: Path) -> None:
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture
def phone(world: World) -> Phone:
    return given_phone(world)


def refused(phone: Phone, response: object, status: int, why: str) -> None:
    assert response.status_code == status
    assert why in said(response)
    assert response["X-OpenRosa-Version"] == "1.0"
    assert not Submission.objects.exists()
    assert not Draft.objects.exists()


LAUGHS = (
    "<!DOCTYPE data ["
    + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(10))
    + "]>"
)
OUTSIDE = '<!DOCTYPE data [<!ENTITY file SYSTEM "file:///etc/passwd">]>'
REMOTE = '<!DOCTYPE data SYSTEM "http://127.0.0.1:9/x.dtd">'
BODY = '<data id="a" version="1"><x>&{};</x><meta><instanceID>uuid:1</instanceID></meta></data>'


@pytest.mark.parametrize(
    ("xml", "why"),
    [
        ((LAUGHS + BODY.format("l9")).encode(), "DOCTYPE"),
        ((OUTSIDE + BODY.format("file")).encode(), "DOCTYPE"),
        ((REMOTE + BODY.format("amp")).encode(), "DOCTYPE"),
        (b"", "Không đọc được bản gửi"),
        (b"khong phai xml", "Không đọc được bản gửi"),
        (b"<data><x></data>", "Không đọc được bản gửi"),
        (
            '<?xml version="1.0" encoding="UTF-8"?><data>ả</data>'.encode("cp1258", "replace") + b"\xff",
            "Không đọc",
        ),
        (b'<?xml version="1.0" encoding="khong-co"?><data/>', "Không đọc được bản gửi"),
        (b"<a>" * 100_000, "Không đọc được bản gửi"),
        (b"<data>" + b"<a/>" * 600_000 + b"</data>", "quá nhiều phần tử"),
        (b"<data/>", "không ghi mã phiếu"),
        (b'<data id="a" version="1"/>', "instanceID"),
        (b'<data id="a"><meta><instanceID> </instanceID></meta></data>', "instanceID"),
        (b'<data id="a"><meta><instanceID>' + b"x" * 300 + b"</instanceID></meta></data>", "dài quá mức"),
    ],
)
def test_hostile_xml_is_refused_in_words(phone: Phone, xml: bytes, why: str) -> None:
    refused(phone, phone.send(xml), 422, why)


def test_a_submission_in_utf_16_is_read(world: World, phone: Phone) -> None:
    case = world.case("don.vi")
    text = written(good_answers(case), key=case.pk, world=world).decode().replace("UTF-8", "UTF-16")
    assert phone.send(text.encode("utf-16")).status_code == 201
    assert world.case("don.vi").state == "submitted"


def test_a_processing_instruction_and_comments_say_nothing(world: World, phone: Phone) -> None:
    case = world.case("don.vi")
    xml = written(good_answers(case), key=case.pk, world=world)
    dressed = xml.replace(b"<data", b"<?xml-stylesheet href='http://127.0.0.1:9/'?><!-- x --><data", 1)
    assert phone.send(dressed).status_code == 201


def test_places_that_the_form_does_not_have_are_left_out(world: World, phone: Phone) -> None:
    case = world.case("don.vi")
    extra = {"/data/la/thu": "1", "/data/../x": "2"}
    answers = good_answers(case) | {path: text for path, text in extra.items() if ".." not in path}
    assert phone.send(written(answers, key=case.pk, world=world)).status_code == 201
    assert "/data/la/thu" not in world.case("don.vi").response.answers


# --- the request itself


def part(name: str, content: bytes, filename: str = "") -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"'
    head += f'; filename="{filename}"' if filename else ""
    return head.encode() + b"\r\nContent-Type: application/octet-stream\r\n\r\n" + content + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()


def post(phone: Phone, body: bytes, content_type: str = MULTIPART) -> object:
    return phone.client.generic("POST", phone.address("submission"), body, content_type)


def whole(world: World) -> bytes:
    case = world.case("don.vi")
    return part("xml_submission_file", written(good_answers(case), key=case.pk, world=world), "a.xml")


def test_a_request_as_collect_writes_it_is_taken(world: World, phone: Phone) -> None:
    assert post(phone, whole(world) + part("1.jpg", JPEG, "1.jpg") + END).status_code == 201
    assert SubmissionFile.objects.get().name == "1.jpg"


def test_a_request_that_was_cut_off_stores_nothing(world: World, phone: Phone) -> None:
    body = whole(world) + part("1.jpg", JPEG, "1.jpg") + END
    for length in (len(body) - len(END) - 5, len(body) - len(END), len(body) // 2, 10):
        refused(phone, post(phone, body[:length]), 422, "bị cắt giữa chừng")


@pytest.mark.parametrize(
    "content_type",
    ["multipart/form-data", "multipart/form-data; boundary=", "text/xml", "application/json", ""],
)
def test_another_kind_of_request_is_refused(world: World, phone: Phone, content_type: str) -> None:
    refused(phone, post(phone, whole(world) + END, content_type), 422, "Không đọc được gói dữ liệu")


def test_a_request_without_a_form_is_refused(phone: Phone) -> None:
    refused(phone, post(phone, part("1.jpg", JPEG, "1.jpg") + END), 422, "Thiếu tệp phiếu")


def test_two_forms_in_one_request_are_refused(world: World, phone: Phone) -> None:
    refused(phone, post(phone, whole(world) * 2 + END), 422, "chỉ có một phiếu")


def test_two_files_of_one_name_are_refused(world: World, phone: Phone) -> None:
    body = whole(world) + part("a", JPEG, "1.jpg") + part("b", JPEG, "1.jpg") + END
    refused(phone, post(phone, body), 422, "cùng tên")


def test_a_form_or_a_file_that_is_too_large_is_refused_by_name(world: World, phone: Phone) -> None:
    large = part("xml_submission_file", b"x" * (multipart.XML_LIMIT + 1), "a.xml") + END
    refused(phone, post(phone, large), 413, "“a.xml” lớn hơn 10 MB")
    film = whole(world) + part("phim.mp4", b"x" * (multipart.FILE_LIMIT + 1), "phim.mp4") + END
    refused(phone, post(phone, film), 413, "“phim.mp4” lớn hơn 20 MB")


def test_a_file_of_the_largest_size_is_taken(world: World, phone: Phone) -> None:
    film = b"\x00\x00\x00\x18ftypmp42" + bytes(multipart.FILE_LIMIT - 12)
    assert post(phone, whole(world) + part("phim.mp4", film, "phim.mp4") + END).status_code == 201


def test_more_than_fits_is_refused_before_it_is_read(phone: Phone) -> None:
    response = phone.client.generic(
        "POST", phone.address("submission"), b"", MULTIPART, CONTENT_LENGTH=str(multipart.WHOLE_LIMIT + 1)
    )
    refused(phone, response, 413, "lớn hơn 40 MB")


def test_too_many_files_are_refused(world: World, phone: Phone) -> None:
    many = b"".join(part(f"{n}.jpg", JPEG, f"{n}.jpg") for n in range(multipart.MOST_FILES + 1))
    refused(phone, post(phone, whole(world) + many + END), 413, "Quá 95 tệp")


def test_a_request_without_its_length_is_411(phone: Phone) -> None:
    response = phone.client.generic("POST", phone.address("submission"), b"", MULTIPART, CONTENT_LENGTH="")
    refused(phone, response, 411, "Content-Length")


@pytest.mark.parametrize("method", ["put", "delete", "patch", "get"])
def test_other_methods_are_405(phone: Phone, method: str) -> None:
    assert getattr(phone.client, method)(phone.address("submission")).status_code == 405


def test_a_mistake_of_ours_is_told_without_the_token(
    world: World, phone: Phone, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from dieutra.channels.openrosa import actions

    def trips(*_: object) -> None:
        raise RuntimeError("hỏng")

    monkeypatch.setattr(actions, "_put_into_case", trips)
    phone.client.raise_request_exception = False
    case = world.case("don.vi")
    xml = written(good_answers(case), key=case.pk, world=world)
    assert phone.send(xml).status_code == 500
    assert bytes(Submission.objects.get().xml) == xml, "kept before it was judged"
    monkeypatch.undo()
    assert phone.send(xml).status_code == 201
    assert world.case("don.vi").state == "submitted"
