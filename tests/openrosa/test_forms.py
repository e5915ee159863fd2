"""What a phone finds: the list of forms, the form with its question for the unit, and the units of its area."""

from __future__ import annotations

import csv
import hashlib
import io
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
import pyxform
from lxml import etree

from dieutra.cases import actions
from dieutra.cases.models import Case
from dieutra.channels.openrosa import lists
from dieutra.channels.openrosa.served import Served, serve
from dieutra.engine.forms.xlsform import load, load_workbook
from dieutra.events.models import Event
from tests.cast import KIND, World, good_answers
from tests.engine.markdown import book
from tests.openrosa.phone import Phone, given_phone, written

FORMS = {"f": "http://openrosa.org/xforms/xformsList"}
MANIFEST = {"m": "http://openrosa.org/xforms/xformsManifest"}
X = {"x": "http://www.w3.org/2002/xforms", "h": "http://www.w3.org/1999/xhtml"}
JAR = Path(pyxform.__file__).parent / "validators" / "odk_validate" / "bin" / "ODK_Validate.jar"


@pytest.fixture
def phone(world: World) -> Phone:
    return given_phone(world)


def md5(content: bytes) -> str:
    return "md5:" + hashlib.md5(content).hexdigest()


def followed(phone: Phone, address: str | None) -> bytes:
    """What stands at a full address that the server gave."""
    assert address is not None
    assert address.startswith("http://127.0.0.1:8000/collect/")
    response = phone.client.get(address.removeprefix("http://127.0.0.1:8000"))
    assert response.status_code == 200
    return response.content


def units(phone: Phone) -> list[dict[str, str]]:
    manifest = etree.fromstring(
        followed(phone, first_form(phone).findtext("f:manifestUrl", namespaces=FORMS))
    )
    files = manifest.findall("m:mediaFile", MANIFEST)
    assert [it.findtext("m:filename", namespaces=MANIFEST) for it in files] == ["don-vi.csv"]
    content = followed(phone, files[0].findtext("m:downloadUrl", namespaces=MANIFEST))
    assert files[0].findtext("m:hash", namespaces=MANIFEST) == md5(content)
    return list(csv.DictReader(io.StringIO(content.decode())))


def first_form(phone: Phone) -> etree._Element:
    return etree.fromstring(phone.get("formList").content).find("f:xform", FORMS)


def test_the_list_names_the_form_its_version_and_the_hash_of_what_is_downloaded(
    world: World, phone: Phone
) -> None:
    response = phone.get("formList")
    assert response["X-OpenRosa-Version"] == "1.0"
    assert response["Content-Type"] == "text/xml; charset=utf-8"
    assert response["Date"].endswith("GMT")
    form = first_form(phone)
    told = {etree.QName(it).localname: it.text for it in form}
    assert told["formID"] == world.campaign.form.form_id
    assert told["version"] == world.campaign.form.version
    assert told["hash"] == md5(followed(phone, told["downloadUrl"]))


def test_the_list_can_be_asked_for_one_form(world: World, phone: Phone) -> None:
    assert b"<xform>" in phone.get(f"formList?formID={world.campaign.form.form_id}").content
    assert b"<xform>" not in phone.get("formList?formID=khac").content


def test_a_phone_has_the_open_units_of_its_area_with_what_the_list_knows(world: World, phone: Phone) -> None:
    found = {row["name"]: row for row in units(phone)}
    mine = {str(world.case(name).pk) for name in ("don.vi", "don.vi.hai")}
    assert set(found) == mine
    row = found[str(world.case("don.vi").pk)]
    assert row["label"] == "Đơn vị UBND-PL (UBND-PL)"
    assert (row["ma_don_vi"], row["email"], row["ma_huyen"]) == ("UBND-PL", "don.vi@example.gov.vn", "347")


def test_the_record_says_who_took_how_many_units(world: World, phone: Phone) -> None:
    units(phone)
    event = Event.objects.get(verb="units.handed_out")
    assert (event.actor_id, event.path, event.facts) == (phone.record.user_id, "VN/35/347/", {"units": 2})


def test_a_provinces_phone_has_the_units_of_all_its_districts(world: World) -> None:
    province = given_phone(world, by="ong.tinh", area="35")
    assert len(units(province)) == 4


def test_what_was_sent_leaves_the_list_and_what_is_returned_comes_back(world: World, phone: Phone) -> None:
    case = world.case("don.vi")
    before = phone.get(f"forms/{case.form_id}/manifest").content
    phone.send(written(good_answers(case), key=case.pk, world=world))
    assert str(case.pk) not in {row["name"] for row in units(phone)}
    assert phone.get(f"forms/{case.form_id}/manifest").content != before, "Collect looks at the hash"
    case = world.case("don.vi")
    actions.give_back(world.user("anh.giam.sat"), case, case.version, "Xem lại", {})
    assert str(case.pk) in {row["name"] for row in units(phone)}


def test_names_with_commas_quotes_and_line_ends_stay_in_their_cell(world: World, phone: Phone) -> None:
    unit = world.case("don.vi").unit
    unit.name = 'Trạm "Bà, Mười"\nxã'
    unit.save()
    labels = {row["label"] for row in units(phone)}
    assert 'Trạm "Bà, Mười" xã (UBND-PL)' in labels


def test_a_list_too_long_for_a_phone_is_refused_in_words(
    world: World, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MOST_UNITS", 1)
    response = phone.get(f"forms/{world.campaign.form_id}/manifest")
    assert response.status_code == 409
    assert "địa bàn nhỏ hơn" in response.content.decode()


@pytest.mark.parametrize("rest", ["forms/999/form.xml", "forms/999/manifest", "forms/1/media/khac.csv"])
def test_what_is_not_offered_is_404(phone: Phone, rest: str) -> None:
    assert phone.get(rest).status_code == 404


def test_a_campaign_that_does_not_use_collect_offers_nothing(world: World, phone: Phone) -> None:
    world.campaign.rules["campaign"]["channels"] = ["web"]
    world.campaign.save()
    assert b"<xform>" not in phone.get("formList").content


def test_a_campaign_not_yet_open_offers_nothing(world: World, phone: Phone) -> None:
    world.campaign.opens_on += timedelta(days=365)
    world.campaign.save()
    assert b"<xform>" not in phone.get("formList").content


def test_all_answers_of_a_form_come_under_one_address_kind(world: World, phone: Phone) -> None:
    """A phone's addresses carry its token, so that it never asks for a password."""
    assert phone.token.encode() in phone.get("formList").content
    assert phone.token.encode() in phone.get(f"forms/{world.campaign.form_id}/manifest").content


# --- the served form

BILINGUAL = """
| survey |
|        | type      | name | label::Tiếng Việt (vi) | label::English (en) | read_only |
|        | text      | ma   | Mã                     | Code                | yes       |
|        | text      | ten  | Tên                    | Name                |           |
| settings |
|        | form_title | form_id | version |
|        | Thử        | thu     | 1       |
"""
PLAIN = """
| survey |
|        | type        | name    | label |
|        | begin group | dieutra | Nhóm  |
|        | text        | ten     | Tên   |
|        | end group   |         |       |
| settings |
|        | form_title | form_id | version |
|        | Thử        | thu     | 1       |
"""


def made(text: str, *prefilled: str) -> Served:
    loaded = load_workbook(book(text))
    return serve(loaded.xform_xml, loaded.form, prefilled)


def test_the_first_question_asks_for_the_unit_in_every_language() -> None:
    root = etree.fromstring(made(BILINGUAL).xml)
    first = root.find("h:body", X)[0]
    assert first.get("ref") == "/data/dieutra"
    texts = {
        translation.get("lang"): [it.findtext("x:value", namespaces=X) for it in translation]
        for translation in root.iterfind(".//x:translation", X)
    }
    assert "Chọn đơn vị" in texts["Tiếng Việt (vi)"]
    assert "Choose the unit" in texts["English (en)"]


def test_fixed_identification_is_looked_up_and_the_rest_is_filled_when_the_unit_is_chosen() -> None:
    root = etree.fromstring(made(BILINGUAL, "ma", "ten").xml)
    looked_up = "instance('dieutra-don-vi')/root/item[name = /data/dieutra/don_vi]/"
    bind = next(it for it in root.iterfind(".//x:bind", X) if it.get("nodeset") == "/data/ma")
    assert bind.get("calculate") == f"{looked_up}ma"
    given = root.findall(".//x:setvalue", X)
    assert [(it.get("ref"), it.get("value")) for it in given] == [("/data/ten", f"{looked_up}ten")]


def test_a_form_with_a_group_of_the_same_name_keeps_it() -> None:
    served = made(PLAIN)
    assert served.key_path == "/data/dieutra_/don_vi"
    assert etree.fromstring(served.xml).find(".//x:dieutra/x:ten", X) is not None


def test_the_metadata_stays(world: World) -> None:
    root = etree.fromstring(made(PLAIN).xml)
    assert root.find(".//{*}meta/{*}instanceID") is not None
    assert root.find(".//x:instance/x:data", X).attrib == {"id": "thu", "version": "1"}


@pytest.mark.heavy
@pytest.mark.parametrize("which", ["shipped", "bilingual", "plain"])
def test_odk_validate_accepts_what_is_served(which: str, tmp_path: Path) -> None:
    import tomllib

    if which == "shipped":
        loaded = load(KIND / "form.xlsx")
        prefills = tomllib.loads((KIND / "campaign.toml").read_text())["prefill"]
        served = serve(loaded.xform_xml, loaded.form, prefills)
    else:
        served = made(BILINGUAL if which == "bilingual" else PLAIN, "ma", "ten")
    path = tmp_path / "form.xml"
    path.write_bytes(served.xml)
    done = subprocess.run(["java", "-jar", JAR, path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_case_of_the_list_may_be_sent(world: World, phone: Phone) -> None:
    for row in units(phone):
        case = Case.objects.select_related("unit__area", "campaign").get(pk=row["name"])
        assert phone.send(written(good_answers(case), key=case.pk, world=world)).status_code == 201
    assert units(phone) == []
