"""Forms beyond the shipped one: repeats, photographs, lists in files, versions, a form's own question for the unit."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import LazySettings

from dieutra.cases import files
from dieutra.cases.models import Attachment, Case, Draft, Submission
from dieutra.engine.forms.submission import write_submission
from dieutra.engine.forms.xlsform import load
from dieutra.forms.models import FormVersion
from dieutra.forms.queries import engine_form
from tests.cast import World, path_of
from tests.engine.markdown import xlsx
from tests.openrosa.phone import JPEG, given_phone, said, written

HOUSEHOLDS = """
| survey |
|        | type                          | name      | label        | required | constraint | constraint_message |
|        | text                          | ma_don_vi | Mã đơn vị    |          |            |                    |
|        | begin repeat                  | ho        | Hộ           |          |            |                    |
|        | text                          | ten       | Chủ hộ       | yes      |            |                    |
|        | integer                       | tuoi      | Tuổi         |          | . < 120    | Tuổi phải dưới 120 |
|        | image                         | anh       | Ảnh nhà      |          |            |                    |
|        | end repeat                    |           |              |          |            |                    |
|        | select_one_from_file tinh.csv | tinh      | Tỉnh         |          |            |                    |
| settings |
|        | form_title | form_id | version |
|        | Hộ         | ho      | {}      |
"""
OWN = """
| survey |
|        | type                            | name | label::Tiếng Việt (vi) |
|        | select_one_from_file don-vi.csv | chon | Đơn vị đến thăm        |
|        | text                            | ten  | Tên                    |
| settings |
|        | form_title | form_id | version |
|        | Riêng      | rieng   | 1       |
"""
PROVINCES = b"name,label,vung\n35,H\xc3\xa0 Nam,bac\n79,TP HCM,nam\n"


@pytest.fixture(autouse=True)
def folder(settings: LazySettings, tmp_path: Path) -> None:
    settings.FILES_DIR = tmp_path / "files"
    engine_form.cache_clear()  # numbers of versions are given again when a test is rolled back


def published(text: str, attached: dict[str, bytes]) -> FormVersion:
    workbook = xlsx(text)
    loaded = load(workbook, files=attached)
    form = loaded.form
    return FormVersion.objects.create(
        form_id=form.id,
        version=form.version,
        title="Hộ",
        workbook=workbook,
        sha256="",
        xform=loaded.xform_xml,
        model=form.to_json(),
    )


def use(world: World, form: FormVersion) -> None:
    world.campaign.form = form
    world.campaign.save()
    Case.objects.update(form=form)


@pytest.fixture
def households(world: World) -> FormVersion:
    form = published(HOUSEHOLDS.format("1"), {"tinh.csv": PROVINCES})
    use(world, form)
    return form


def sent(world: World, answers: dict[str, str], **how: str) -> bytes:
    case = world.case("don.vi")
    prefix = f"<dieutra><don_vi>{case.pk}</don_vi></dieutra>"
    instance = how.get("instance", "uuid:1")
    return write_submission(engine_form(case.form_id), answers, instance_id=instance, prefix=prefix).encode()


TWO_HOUSES = {
    "/data/ho": "1 2",
    "/data/ho[1]/ten": "An",
    "/data/ho[1]/tuoi": "30",
    "/data/ho[1]/anh": "1.jpg",
    "/data/ho[2]/ten": "Bình",
    "/data/ho[2]/tuoi": "41",
    "/data/tinh": "35",
}


def test_rows_and_their_photographs_arrive(world: World, households: FormVersion) -> None:
    response = given_phone(world).send(sent(world, TWO_HOUSES), {"1.jpg": JPEG})
    assert response.status_code == 201
    case = world.case("don.vi")
    assert case.state == "submitted"
    assert case.response.answers == TWO_HOUSES | {path_of(case, "ma_don_vi"): "UBND-PL"}
    assert files.read(Attachment.objects.get(case=case)) == JPEG


def test_a_finding_in_a_row_is_told_by_its_question(world: World, households: FormVersion) -> None:
    wrong = TWO_HOUSES | {"/data/ho[2]/tuoi": "300"}
    response = given_phone(world).send(sent(world, wrong), {"1.jpg": JPEG})
    assert "Tuổi: Tuổi phải dưới 120" in said(response)
    assert Draft.objects.get(case=world.case("don.vi")).answers["/data/ho[2]/tuoi"] == "300"


def test_fewer_rows_in_the_next_round_leave_none_of_the_old(world: World, households: FormVersion) -> None:
    phone = given_phone(world)
    phone.send(sent(world, TWO_HOUSES | {"/data/ho[2]/tuoi": "300"}), {"1.jpg": JPEG})
    one = {"/data/ho": "1", "/data/ho[1]/ten": "An", "/data/tinh": "35"}
    assert phone.send(sent(world, one, instance="uuid:2")).status_code == 201
    answers = world.case("don.vi").response.answers
    assert answers["/data/ho"] == "1"
    assert not [path for path in answers if path.startswith("/data/ho[2]")]


def test_lists_in_files_go_out_with_the_form(world: World, households: FormVersion) -> None:
    phone = given_phone(world)
    assert b"tinh.csv" in phone.get(f"forms/{households.pk}/manifest").content
    assert phone.get(f"forms/{households.pk}/media/tinh.csv").content == PROVINCES


def test_an_older_version_is_taken_into_the_draft_and_left_to_the_unit(
    world: World, households: FormVersion
) -> None:
    xml = sent(world, TWO_HOUSES)
    use(world, published(HOUSEHOLDS.format("2"), {"tinh.csv": PROVINCES}))
    response = given_phone(world).send(xml, {"1.jpg": JPEG})
    assert response.status_code == 201
    assert "phiên bản cũ" in said(response)
    case = world.case("don.vi")
    assert case.state == "draft"
    assert Draft.objects.get(case=case).answers["/data/ho[2]/ten"] == "Bình"


def test_a_form_that_asks_for_the_unit_itself_is_served_as_it_is(world: World) -> None:
    form = published(OWN, {"don-vi.csv": b"name,label\n0,Th\xe1\xbb\xad\n"})
    use(world, form)
    phone = given_phone(world)
    assert phone.get(f"forms/{form.pk}/form.xml").content == form.xform.encode()
    manifest = phone.get(f"forms/{form.pk}/manifest").content
    assert manifest.count(b"<filename>don-vi.csv</filename>") == 1
    case = world.case("don.vi")
    xml = written({"/data/chon": str(case.pk), "/data/ten": "An"}, world=world)
    assert phone.send(xml).status_code == 201
    case = world.case("don.vi")
    assert case.state == "submitted"
    assert case.response.answers == {"/data/ten": "An"}
    assert Submission.objects.get().case == case
