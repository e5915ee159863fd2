"""Every screen of the index × the cast of an opinion survey, and what the pages do with what is typed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from dieutra.indices import actions, verifying
from dieutra.indices.actions import Changes
from dieutra.indices.models import Assessment, Evidence, Former, Mark, Publication, Reckoning, Scheme
from tests.cases.test_files import JPEG
from tests.indices.given import all_answered, assessment, filled, over, reckoned, sent, taken, verified
from tests.opinion_cast import OPINION_PEOPLE, OpinionWorld

pytestmark = pytest.mark.django_db
EVERYBODY = tuple(OPINION_PEOPLE)
CENTRE = {"ba.bo", "ong.chuyen.vien"}
READERS = CENTRE | {"bac.bcd"}
HA_NAM = {"chi.ha.nam", "chu.doc"}

Made = tuple[str, dict[str, str]]


def version(found: Assessment) -> dict[str, str]:
    return {"version": str(found.version), "lv": "1"}


def at(route: str, world: OpinionWorld) -> Made:
    """The address of a route about Hà Nam, where somebody who may would pass, and the fields to pass with."""
    if route != "index_take":
        taken(world)
    if route in ("index_take", "index_reckon", "index_survey", "index_criteria"):
        return reverse(route, args=["tinh"]), {}
    if route == "index_former":
        return reverse(route, args=["tinh"]), {"year": "2021", "source": "Thử", "lines": "mã;điểm\n35;80\n"}
    if route == "index_home":
        return reverse(route), {}
    if route in ("index_reckoning", "index_publish"):
        verified(world)
        all_answered(world, "35")
        over(world)
        return reverse(route, args=[reckoned(world).pk]), {"with_lacking": "1"}
    if route == "index_evidence":
        actions.save(
            world.user("chi.ha.nam"), assessment(world), 1, Changes({}, [("1.1.1", ("a.jpg", JPEG))])
        )
        return reverse(route, args=[Evidence.objects.get().pk]), {}
    if route in ("index_assessment", "index_save"):
        found = assessment(world)
        return reverse(route, args=[found.pk]), version(found) | {"own-1.1.1": "0,5", "note-1.1.1": "Có"}
    found = verified(world) if route == "index_reopen" else sent(world)
    if route == "index_conclude":
        verifying.accept_rest(world.user("ba.bo"), found, found.version)
    return reverse(route, args=[found.pk]), version(found) | {"why": "Cần bổ sung", "verified-1.1.1": "1"}


MAY = {
    "index_take": {"ba.bo"},
    "index_reckon": CENTRE,
    "index_former": CENTRE,
    "index_publish": {"ba.bo"},
    "index_save": {"chi.ha.nam"},
    "index_verify": CENTRE,
    "index_accept_rest": CENTRE,
    "index_return": CENTRE,
    "index_conclude": CENTRE,
    "index_reopen": CENTRE,
}
READS = {
    "index_home": set(EVERYBODY),  # each his own
    "index_survey": READERS,
    "index_criteria": READERS,
    "index_former": READERS,
    "index_reckoning": READERS,
    "index_assessment": READERS | HA_NAM,
    "index_evidence": READERS | HA_NAM,
}


def picture() -> list[object]:
    return [
        list(Assessment.objects.order_by("pk").values_list("pk", "state", "version")),
        list(Mark.objects.order_by("pk").values_list("pk", "own", "verified")),
        list(Scheme.objects.values_list("pk", "version")),
        Reckoning.objects.count(),
        Former.objects.count(),
        Publication.objects.count(),
    ]


@pytest.mark.parametrize("route", sorted(MAY))
def test_only_those_who_may_write(route: str, opinions: OpinionWorld, client: Client) -> None:
    url, fields = at(route, opinions)
    before = picture()
    for username in EVERYBODY:
        if username not in MAY[route]:
            assert opinions.desk(username).post(url, fields).status_code in (403, 404), username
    assert client.post(url, fields).headers["Location"].startswith("/dang-nhap/")
    assert picture() == before
    first, *others = sorted(MAY[route])
    answer = opinions.desk(first).post(url, fields)
    assert answer.status_code == 302, answer.content.decode()
    assert picture() != before
    for username in others:  # the second one comes too late, and is told so
        assert opinions.desk(username).post(url, fields).status_code in (302, 409, 422), username


@pytest.mark.parametrize("route", sorted(READS))
def test_each_reads_what_is_hers_and_nothing_else(route: str, opinions: OpinionWorld, client: Client) -> None:
    url, _ = at(route, opinions)
    for username in EVERYBODY:
        status = opinions.desk(username).get(url).status_code
        assert status in ((200, 302) if username in READS[route] else (403, 404)), (username, status)
    assert client.get(url).headers["Location"].startswith("/dang-nhap/")


def test_a_refused_page_keeps_what_was_typed_and_the_database_as_it_was(opinions: OpinionWorld) -> None:
    url, fields = at("index_save", opinions)
    answer = opinions.desk("chi.ha.nam").post(url, fields | {"own-1.1.2": "9", "note-1.1.2": "Chưa rõ <b>"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "từ 0 đến 1" in page
    assert 'value="9"' in page and "Chưa rõ &lt;b&gt;" in page
    assert not Mark.objects.exists()


def test_sending_saves_the_page_first(opinions: OpinionWorld) -> None:
    taken(opinions)
    found, desk = filled(opinions), opinions.desk("chi.ha.nam")
    url = reverse("index_save", args=[found.pk])
    less = version(found) | {
        "own-1.1.1": "0,25",
        "note-1.1.1": "Mới làm một phần",
        "own-1.1.2": "",
        "send": "1",
    }
    missing = desk.post(url, less)
    assert missing.status_code == 422 and "Còn 1 tiêu chí" in missing.content.decode()
    found.refresh_from_db()
    assert (found.state, str(Mark.objects.get(code="1.1.1").own)) == ("open", "0.2500")
    full = version(found) | {"own-1.1.2": "1", "note-1.1.2": "Xong", "send": "1"}
    assert desk.post(url, full).status_code == 302
    found.refresh_from_db()
    assert found.state == "sent" and found.sent.get().facts["1.1.2"]["note"] == "Xong"


@pytest.mark.parametrize("value", ["", "abc", "-1", "99999999999999999999", "1"])
def test_a_forged_version_is_simply_stale(opinions: OpinionWorld, value: str) -> None:
    url, fields = at("index_save", opinions)
    desk = opinions.desk("chi.ha.nam")
    assert desk.post(url, fields).status_code == 302
    assert desk.post(url, fields | {"version": value, "own-1.1.1": "1"}).status_code == 409
    assert str(Mark.objects.get().own) == "0.5000"


def test_a_domain_that_there_is_not_shows_the_first_one(opinions: OpinionWorld) -> None:
    url, _ = at("index_assessment", opinions)
    for code in ("99", "'", "1/../2"):
        assert "1. Công tác chỉ đạo" in opinions.desk("chi.ha.nam").get(url, {"lv": code}).content.decode()


def test_figures_that_are_not_published_are_nobodys_but_the_centres(opinions: OpinionWorld) -> None:
    url, _ = at("index_reckoning", opinions)
    page = opinions.desk("bac.bcd").get(url).content.decode()
    assert "100,00" in page and "chưa công bố" in page
    assert opinions.desk("chi.ha.nam").get(url).status_code == 404


def test_an_unknown_survey_is_no_page(opinions: OpinionWorld) -> None:
    taken(opinions)
    for route in ("index_survey", "index_criteria", "index_former"):
        assert opinions.desk("ba.bo").get(reverse(route, args=["huyen"])).status_code == 404
    assert (
        opinions.desk("ba.bo").get(reverse("index_criteria", args=["bo"])).status_code == 404
    )  # not taken yet


def test_the_menu_leads_there(opinions: OpinionWorld) -> None:
    door: Callable[[str], bool] = lambda username: (  # noqa: E731
        f'href="{reverse("index_home")}"' in opinions.desk(username).get("/", follow=True).content.decode()
    )
    assert door("ba.bo") and door("chi.ha.nam") and door("chu.doc")


def test_the_criteria_say_from_how_many_answers_a_group_counts(opinions: OpinionWorld) -> None:
    taken(opinions, "bo")
    page = opinions.desk("ba.bo").get(reverse("index_criteria", args=["bo"])).content.decode()
    assert "Nhóm có ít hơn 5 câu trả lời hợp lệ ở một mục thì không tính ở mục đó" in page
    assert "nhóm ít người (Lãnh đạo hội, hiệp hội) thường sẽ như vậy" in page


def test_the_domains_of_provinces_are_marked_as_our_choice(opinions: OpinionWorld) -> None:
    taken(opinions, "tinh")
    page = opinions.desk("ba.bo").get(reverse("index_criteria", args=["tinh"])).content.decode()
    assert page.count("số tiêu chí, điểm tối đa và phần của 32 điểm điều tra trong lĩnh vực là cấu hình") == 8


def test_what_is_not_published_yet_cites_no_law(opinions: OpinionWorld) -> None:
    taken(opinions)
    verified(opinions)
    all_answered(opinions, "35")
    address = reverse("index_reckoning", args=[reckoned(opinions).pk])
    page = opinions.desk("ba.bo").get(address).content.decode()
    assert "lời hứa với người trả lời" in page and "Luật Thống kê cấm" not in page


def test_every_wrong_point_and_file_of_a_page_is_named_at_once(opinions: OpinionWorld) -> None:
    url, fields = at("index_save", opinions)
    wrong = {f"own-1.{number}": "99" for number in ("1.1", "1.2", "2.1", "3.1", "3.2")}
    files = {"file-1.2.1": SimpleUploadedFile("a.exe", b"MZ"), "link-1.1.1": "không phải liên kết"}
    answer = opinions.desk("chi.ha.nam").post(url, fields | wrong | files)
    page = answer.content.decode()
    assert answer.status_code == 422 and "Có 7 chỗ chưa đúng; chưa lưu gì." in page
    assert all(f"<li><strong>{name[4:]}</strong>: Điểm tự chấm là số từ 0 đến" in page for name in wrong)
    assert "<li><strong>a.exe</strong>: Không nhận loại tệp .exe." in page
    assert "<li><strong>1.1.1</strong>: Ghi địa chỉ bắt đầu bằng http" in page
    assert page.count('value="99"') == 5 and not Mark.objects.exists()
    found = sent(opinions)
    url = reverse("index_verify", args=[found.pk])
    wrong = {"verified-1.1.1": "9", "verified-1.1.2": "x"}
    page = opinions.desk("ba.bo").post(url, version(found) | wrong).content.decode()
    assert "Có 2 chỗ chưa đúng" in page and 'value="x"' in page
