"""The frame's screens as people use them: what waits, the form that refuses, the way back, what is hidden."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from dieutra.campaigns.models import Campaign
from dieutra.frames import actions
from dieutra.frames.models import Listing, Unit
from dieutra.people.models import User
from tests.frames.conftest import GOOD, changed, sheet

Who = Callable[[str], User]
UnitOf = Callable[[str], Unit]
ListingOf = Callable[[str], Listing]
Desk = Callable[[str], Client]


def page(client: Client, name: str, *args: object, **given: str) -> str:
    response = client.get(reverse(name, args=args), given)
    assert response.status_code == 200, response.content.decode()
    return response.content.decode()


def test_the_lists_page_says_what_must_be_done_now(at_the_desk: Desk, listing: ListingOf) -> None:
    html = page(at_the_desk("co.huyen"), "listings")
    assert "Việc của bạn: 1 bảng kê" in html
    assert "<b>3</b> dòng chưa rà soát" in html
    assert "Thị xã Duy Tiên" not in html


def test_a_reader_sees_the_lists_but_no_button(at_the_desk: Desk, listing: ListingOf) -> None:
    html = page(at_the_desk("anh.thong.ke"), "listing", listing("347").pk)
    assert "UBND phường Quang Trung" in html
    assert "Giữ nguyên tất cả" not in html
    assert 'action="/bang-ke/dong/' not in html


def test_a_line_is_kept_and_undone_from_the_page(at_the_desk: Desk, unit: UnitOf, listing: ListingOf) -> None:
    client, line = at_the_desk("co.huyen"), unit("HN-003")
    given = {"version": "1", "back": "ket-qua=pending&"}
    response = client.post(reverse("unit_keep", args=[line.pk]), given)
    assert response.headers["Location"] == f"/bang-ke/{listing('347').pk}/?ket-qua=pending&vua={line.pk}"
    assert "Hoàn tác" in client.get(response.headers["Location"]).content.decode()
    client.post(reverse("unit_undo", args=[line.pk]), {"version": "2"})
    assert unit("HN-003").decision == "pending"


def test_a_refused_correction_keeps_what_was_typed(at_the_desk: Desk, unit: UnitOf) -> None:
    line = unit("HN-003")
    given = {"version": "1", "name": "Tên đã gõ", "email": "sai-địa-chỉ", "kind": "11"}
    response = at_the_desk("co.huyen").post(reverse("unit_edit", args=[line.pk]), given)
    html = response.content.decode()
    assert response.status_code == 422
    assert "Tên đã gõ" in html
    assert 'value="sai-địa-chỉ"' in html
    assert "không phải là địa chỉ thư điện tử" in html


def test_what_is_too_long_is_refused_and_not_cut(at_the_desk: Desk, unit: UnitOf) -> None:
    line = unit("HN-003")
    url = reverse("unit_edit", args=[line.pk])
    page = at_the_desk("co.huyen").get(url).content.decode()
    assert "maxlength" not in page.partition('name="name"')[2].partition(">")[0], (
        "a browser cuts without a word"
    )
    long = at_the_desk("co.huyen").post(url, {"version": "1", "name": "Ủy ban " * 60, "kind": "11"})
    text = long.content.decode()
    assert long.status_code == 422
    assert "Ủy ban Ủy ban" in text and "ký tự" in text


def test_a_correction_over_somebody_elses_is_refused_with_a_plain_page(
    at_the_desk: Desk, who: Who, unit: UnitOf
) -> None:
    line = unit("HN-003")
    actions.keep(who("co.huyen"), unit("HN-003"), 1)
    given = {"version": "1", "name": "Tên khác", "kind": "11"}
    response = at_the_desk("co.huyen").post(reverse("unit_edit", args=[line.pk]), given)
    assert response.status_code == 409
    assert "vừa được người khác thay đổi" in response.content.decode()
    assert unit("HN-003").name == "UBND phường Quang Trung"


def test_a_line_is_removed_and_moved_from_its_page(at_the_desk: Desk, unit: UnitOf) -> None:
    client, first, second = at_the_desk("co.huyen"), unit("HN-003"), unit("HN-004")
    assert "Chuyển địa bàn" in page(client, "unit_edit", first.pk)
    client.post(reverse("unit_remove", args=[first.pk]), {"version": "1", "reason": "giai_the"})
    response = client.post(
        reverse("unit_move", args=[second.pk]), {"version": "1", "area": "13324"}, follow=True
    )
    assert unit("HN-003").decision == "remove"
    assert "đã chuyển đến Phường Hòa Mạc, chờ Thị xã Duy Tiên rà soát" in response.content.decode()
    assert "Lấy lại" in page(client, "listing_diff", first.listing_id)
    client.post(reverse("unit_undo", args=[second.pk]), {"version": "2"})
    assert unit("HN-004").listing_id == first.listing_id


def test_a_unit_is_added_and_a_refusal_keeps_what_was_typed(
    at_the_desk: Desk, unit: UnitOf, listing: ListingOf
) -> None:
    client, url = at_the_desk("co.huyen"), reverse("unit_add", args=[listing("347").pk])
    given = {"code": "HN-005", "name": "Đơn vị mới", "area": "13291", "kind": "13"}
    response = client.post(url, given)
    assert response.status_code == 422
    assert "Đơn vị mới" in response.content.decode()
    client.post(url, {**given, "code": "HN-099"})
    assert unit("HN-099").name == "Đơn vị mới"


def test_a_refused_list_shows_every_place_and_loads_nothing(at_the_desk: Desk, campaign: Campaign) -> None:
    client = at_the_desk("ong.tinh")
    assert "Tải tệp mẫu" in page(client, "listing_upload")
    bad = SimpleUploadedFile("nen.xlsx", sheet([GOOD[0], changed(GOOD[2], xa="99999")]))
    response = client.post(reverse("listing_upload"), {"province": "35", "file": bad})
    html = response.content.decode()
    assert response.status_code == 422
    assert "Dòng 3, cột “Mã xã”" in html
    assert "Chưa nạp dòng nào" in html
    assert not Unit.objects.filter(campaign=campaign).exists()


def test_a_good_list_is_loaded_and_counted(at_the_desk: Desk, campaign: Campaign) -> None:
    good = SimpleUploadedFile("nen.xlsx", sheet(GOOD))
    response = at_the_desk("ong.tinh").post(
        reverse("listing_upload"), {"province": "35", "file": good}, follow=True
    )
    assert "Đã nạp 5 đơn vị vào 3 bảng kê" in response.content.decode()


def test_no_file_and_no_province_are_told_on_the_same_page(at_the_desk: Desk, campaign: Campaign) -> None:
    client = at_the_desk("ba.trung.uong")
    assert "chọn tỉnh" in client.post(reverse("listing_upload"), {}).content.decode()
    assert "Hãy chọn tệp" in client.post(reverse("listing_upload"), {"province": "35"}).content.decode()


def test_the_template_is_the_workbook_of_the_kind(at_the_desk: Desk, campaign: Campaign) -> None:
    response = at_the_desk("ong.tinh").get(reverse("listing_template"))
    assert b"".join(response.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]


def test_a_list_goes_up_comes_back_and_is_accepted(at_the_desk: Desk, listing: ListingOf) -> None:
    district, province, pk = at_the_desk("co.huyen"), at_the_desk("ong.tinh"), listing("347").pk

    def act(client: Client, name: str, **given: str) -> str:
        version = str(listing("347").version)
        response = client.post(reverse(name, args=[pk]), {"version": version, **given}, follow=True)
        return response.content.decode()

    assert "Đã giữ nguyên 3 dòng" in act(district, "listing_keep_all")
    assert "Gửi lên Tỉnh Hà Nam" in page(district, "listing", pk)
    assert "Đã gửi bảng kê" in act(district, "listing_send")
    assert "Việc của bạn" in page(province, "listings")
    assert "Hãy ghi rõ" in act(province, "listing_return", note=" ")
    act(province, "listing_return", note="Bổ sung Phòng Tư pháp")
    assert "Bổ sung Phòng Tư pháp" in page(district, "listing", pk)
    act(district, "listing_send")
    assert "Đã chấp nhận" in act(province, "listing_accept")
    assert listing("347").state == "accepted"


def test_the_report_shows_the_sums_and_who_signs(at_the_desk: Desk, who: Who, unit: UnitOf) -> None:
    actions.remove(who("co.huyen"), unit("HN-003"), 1, "giai_the", "QĐ 12")
    html = page(at_the_desk("co.huyen"), "listing_report", unit("HN-003").listing_id)
    assert "BIÊN BẢN RÀ SOÁT BẢNG KÊ" in html
    assert "Đã giải thể: QĐ 12" in html
    assert "NGƯỜI RÀ SOÁT" in html


READS = ["listing", "listing_diff", "listing_report", "unit_add", "listing_return"]
LINE_READS = ["unit_edit", "unit_history"]
WRITES = ["listing_keep_all", "listing_send", "listing_accept", "listing_return", "unit_add"]
LINE_WRITES = ["unit_keep", "unit_edit", "unit_remove", "unit_move", "unit_undo"]


@pytest.mark.parametrize("name", READS + LINE_READS)
def test_another_districts_pages_are_not_found(
    at_the_desk: Desk, listing: ListingOf, unit: UnitOf, name: str
) -> None:
    pk = unit("HN-003").pk if name in LINE_READS else listing("347").pk
    assert at_the_desk("nguoi.la").get(reverse(name, args=[pk])).status_code == 404


@pytest.mark.parametrize("name", WRITES + LINE_WRITES)
@pytest.mark.parametrize(
    ("person", "status"), [("nguoi.la", 404), ("anh.giam.sat", 403), ("bac.ban.chi.dao", 403)]
)
def test_no_write_passes_for_anybody_else(
    at_the_desk: Desk, listing: ListingOf, unit: UnitOf, name: str, person: str, status: int
) -> None:
    pk = unit("HN-003").pk if name in LINE_WRITES else listing("347").pk
    given = {"version": "1", "reason": "giai_the", "area": "13291", "note": "x", "name": "y"}
    assert at_the_desk(person).post(reverse(name, args=[pk]), given).status_code == status
    assert unit("HN-003").version == 1


@pytest.mark.parametrize("name", ["listing_keep_all", "listing_send", "listing_accept"])
def test_writes_take_only_post(at_the_desk: Desk, listing: ListingOf, name: str) -> None:
    assert at_the_desk("co.huyen").get(reverse(name, args=[listing("347").pk])).status_code == 405
