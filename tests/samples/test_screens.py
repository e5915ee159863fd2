"""The screens of samples, as each person of the cast sees them."""

from __future__ import annotations

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from dieutra.events.models import Event
from dieutra.interference.models import Annulment
from dieutra.rosters import actions as listing
from dieutra.samples.models import Draw, DrawnList, Population
from tests.samples.cast import SampleWorld, frame_lines, workbook
from tests.samples.test_results import answer

OUTSIDER = {
    "group": "dat-dai",
    "ho_ten": "Người Ngoài Mẫu",
    "email": "ngoai@example.vn",
    "don_vi": "Xã 34701",
}
NUMBERS = {"e": "0,05", "deff": "1,5", "district": "2", "commune": "2", "person": "20"}


def upload(desk: Client, lines: list[tuple[str, ...]], **more: str) -> object:
    file = SimpleUploadedFile("khung.xlsx", workbook(lines))
    return desk.post(reverse("sample_load", args=["35"]), {"file": file, **more})


def drawn_at(desk: Client, frame: Population, **more: str) -> object:
    return desk.post(
        reverse("sample_draw", args=["35"]), {**NUMBERS, "frame": frame.digest, "seed": "73915", **more}
    )


def test_from_the_file_to_the_list_on_the_screens(satisfied: SampleWorld) -> None:
    desk = satisfied.desk("chi.ha.nam")
    assert desk.get(reverse("samples")).headers["Location"] == reverse("sample_place", args=["35"])
    upload(desk, frame_lines())
    page = desk.get(reverse("sample_place", args=["35"]), NUMBERS).content.decode()
    assert "258" in page and "178" in page and "Chọn mẫu" in page
    drawn_at(desk, Population.objects.get())
    found = Draw.objects.get()
    page = desk.get(reverse("sample_drawn", args=[found.pk]), {"kiem-tra": "1"}).content.decode()
    assert "đúng 80 người như chứng thư" in page and found.digest in page
    desk.post(reverse("sample_list", args=[found.pk]))
    assert DrawnList.objects.get().roster.people.count() == 80
    page = desk.get(reverse("sample_drawn", args=[found.pk])).content.decode()
    assert "/danh-sach-doi-tuong/hai-long-thu/hai-long/35/" in page and "đúng như mẫu" in page
    person = DrawnList.objects.get().roster.people.first()
    assert person is not None
    listing.remove(satisfied.user("chi.ha.nam"), person, person.version)
    listing.add(satisfied.user("chi.ha.nam"), person.roster, OUTSIDER)
    page = desk.get(reverse("sample_drawn", args=[found.pk])).content.decode()
    assert "thiếu 1 người được chọn, thêm 1 người ngoài mẫu" in page


def test_the_centre_sees_all_provinces_and_the_reader_of_one_has_no_buttons(satisfied: SampleWorld) -> None:
    satisfied.load()
    page = satisfied.desk("ba.bo").get(reverse("samples")).content.decode()
    assert "Tỉnh Hà Nam" in page and "Tỉnh Nghệ An" in page and "720 giao dịch" in page
    page = satisfied.desk("chu.doc").get(reverse("sample_place", args=["35"])).content.decode()
    assert "Số giao dịch" in page and "<button" not in page.split("<main")[1].split("Tính cỡ mẫu")[1]


@pytest.mark.parametrize("who", ["co.nghe.an", "chu.doc"])
def test_who_may_not_draw_changes_nothing(satisfied: SampleWorld, who: str) -> None:
    frame = satisfied.load()
    drawn = satisfied.draw()
    events = Event.objects.count()
    desk = satisfied.desk(who)
    assert upload(desk, frame_lines(), why="x").status_code in (403, 404)  # type: ignore[attr-defined]
    assert drawn_at(desk, frame, reason="x").status_code in (403, 404)  # type: ignore[attr-defined]
    assert desk.post(reverse("sample_list", args=[drawn.pk])).status_code in (403, 404)
    assert (Event.objects.count(), Draw.objects.count(), DrawnList.objects.count()) == (events, 1, 0)


def test_another_province_s_pages_are_not_there(satisfied: SampleWorld) -> None:
    satisfied.load()
    drawn = satisfied.draw()
    desk = satisfied.desk("co.nghe.an")
    for route, args in (
        ("sample_place", ["35"]), ("sample_results", ["35"]), ("sample_drawn", [drawn.pk]),
        ("sample_file", [drawn.pk, "json"]),
    ):  # fmt: skip
        assert desk.get(reverse(route, args=args)).status_code == 404


def test_a_broken_file_shows_its_faults_and_keeps_the_page(satisfied: SampleWorld) -> None:
    desk = satisfied.desk("chi.ha.nam")
    lines = frame_lines(1)
    lines[0] = ("a b", *lines[0][1:3], "999", *lines[0][4:])
    answered = upload(desk, lines)
    page = answered.content.decode()  # type: ignore[attr-defined]
    assert answered.status_code == 422 and "Dòng 2, cột “Mã hồ sơ”" in page  # type: ignore[attr-defined]
    assert not Population.objects.exists()


def test_numbers_that_cannot_be_are_told_on_the_page(satisfied: SampleWorld) -> None:
    satisfied.load()
    desk = satisfied.desk("chi.ha.nam")
    for name, value in (("e", "abc"), ("e", "2"), ("deff", "0"), ("district", "-1"), ("person", "1" * 40)):
        answered = desk.get(reverse("sample_place", args=["35"]), {**NUMBERS, name: value})
        assert answered.status_code == 422 and "dt-problems" in answered.content.decode()


def test_a_frame_replaced_meanwhile_is_not_drawn_from(satisfied: SampleWorld) -> None:
    former = satisfied.load()
    satisfied.load(frame_lines(30))
    answered = drawn_at(satisfied.desk("chi.ha.nam"), former)
    assert answered.status_code == 409 and not Draw.objects.exists()  # type: ignore[attr-defined]


def test_certificate_and_template_are_handed_out(satisfied: SampleWorld) -> None:
    satisfied.load()
    drawn = satisfied.draw()
    desk = satisfied.desk("chu.doc")
    content = desk.get(reverse("sample_file", args=[drawn.pk, "json"])).content
    assert hashlib.sha256(content).hexdigest() == drawn.digest
    assert desk.get(reverse("sample_file", args=[drawn.pk, "pdf"])).content.startswith(b"%PDF")
    assert desk.get(reverse("sample_file", args=[drawn.pk, "exe"])).status_code == 404
    assert desk.get(reverse("sample_template")).content.startswith(b"PK")


def test_the_results_page_shows_shares_and_keeps_small_services_back(satisfied: SampleWorld) -> None:
    answer(satisfied, "dat-dai", "1" * 3 + "2" * 12 + "3" * 45 + "4" * 180 + "5" * 60)
    answer(satisfied, "ho-tich", "5" * 3)
    answer(satisfied, "xay-dung", "4" * 40)
    page = satisfied.desk("chu.doc").get(reverse("sample_results", args=["35"])).content.decode()
    assert "80,0%" in page and "75,1%" in page and "3,94" in page
    assert page.count("Ít câu trả lời nên không nêu kết quả.") == 5  # two hidden, three without answers


def test_in_a_survey_without_a_sample_there_is_nothing_of_it(satisfied: SampleWorld) -> None:
    campaign = satisfied.campaign
    campaign.rules["campaign"].pop("sample")
    campaign.save()
    desk = satisfied.desk("chi.ha.nam")
    assert desk.get(reverse("samples")).status_code == 404
    assert "Chọn mẫu" not in desk.get(reverse("help")).content.decode()


def test_the_guide_is_one_s_own_only_where_samples_are_drawn(satisfied: SampleWorld) -> None:
    desk = satisfied.desk("chi.ha.nam")
    assert "chon-mau" in [it.slug for it in desk.get("/huong-dan/").context["mine"]]
    assert "/huong-dan/chon-mau/chon-mau/" in desk.get(reverse("sample_place", args=["35"])).content.decode()
    satisfied.campaign.rules["campaign"].pop("sample")
    satisfied.campaign.save()
    assert "chon-mau" not in [it.slug for it in desk.get("/huong-dan/").context["mine"]]


@pytest.mark.parametrize("who", ["ba.bo", "chi.ha.nam", "chu.doc"])
def test_every_door_of_the_menu_opens(satisfied: SampleWorld, who: str) -> None:
    desk = satisfied.desk(who)
    page = desk.get(reverse("help"))
    doors = [it.url for it in (*page.context["doors"], *page.context["more_doors"])]
    assert "/chon-mau/" in doors and "/chi-so/" not in doors
    for door in doors:
        assert desk.get(door, follow=True).status_code == 200, door


def test_a_province_whose_result_was_annulled_has_no_figures(satisfied: SampleWorld) -> None:
    answer(satisfied, "dat-dai", "4" * 30)
    Annulment.objects.create(
        campaign=satisfied.campaign, survey="hai-long", path="VN/35/", state="standing", reason="Thử",
        proposed_by=satisfied.user("ba.bo"), decided_by=satisfied.user("chi.ha.nam"),
    )  # fmt: skip
    page = satisfied.desk("chu.doc").get(reverse("sample_results", args=["35"])).content.decode()
    assert "đã bị hủy" in page and "100,0%" not in page
