"""The supervisor's screens: queue, many at once, side by side, ready reasons, taking back."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from dieutra.cases import actions
from dieutra.cases.models import Case, State
from dieutra.frames.models import Unit
from tests.cases.test_the_way_of_a_case import sent
from tests.cast import World, good_answers, path_of

Desk = Callable[[str], Client]


def test_the_queue_approves_what_is_ticked_and_names_what_it_skipped(world: World, at_the_desk: Desk) -> None:
    good, warned = sent(world), sent(world, "don.vi.hai")
    Case.objects.filter(pk=warned.pk).update(soft_count=1)
    page = at_the_desk("anh.giam.sat").get("/duyet/").content.decode()
    assert f'value="{good.pk}.{good.version}"' in page
    assert f'value="{warned.pk}.' not in page, "a form with findings cannot be ticked"
    ticked = [f"{good.pk}.{good.version}", f"{warned.pk}.{warned.version}", "x.y"]
    answer = at_the_desk("anh.giam.sat").post("/duyet/cung-luc/", {"phieu": ticked}).content.decode()
    assert "Đã duyệt 1 phiếu, bỏ qua 2 phiếu." in answer
    assert "Phiếu có 1 cảnh báo nên cần mở ra xem từng phiếu." in answer
    assert world.case("don.vi").state == State.IN_REVIEW


def test_nothing_ticked_is_said(world: World, at_the_desk: Desk) -> None:
    answer = at_the_desk("anh.giam.sat").post("/duyet/cung-luc/", {})
    assert answer.status_code == 422
    assert "Bạn chưa chọn phiếu nào" in answer.content.decode()


def test_one_case_after_another_with_the_filters_kept(world: World, at_the_desk: Desk) -> None:
    one, two = sent(world), sent(world, "don.vi.hai")
    desk = at_the_desk("anh.giam.sat")
    page = desk.get(f"/duyet/{one.pk}/?thu-tu=cho-lau").content.decode()
    assert f'href="/duyet/{two.pk}/?thu-tu=cho-lau" data-after' in page
    onward = desk.post(f"/duyet/{one.pk}/duyet/?thu-tu=cho-lau", {"version": str(one.version), "tiep": "1"})
    assert onward.headers["Location"] == f"/duyet/{two.pk}/?thu-tu=cho-lau"
    back = desk.post(f"/duyet/{two.pk}/duyet/?thu-tu=cho-lau", {"version": str(two.version), "tiep": "1"})
    assert back.headers["Location"] == "/duyet/?thu-tu=cho-lau"


def test_a_form_sent_again_stands_beside_the_version_before_and_the_last_census(
    world: World, at_the_desk: Desk
) -> None:
    unit = Unit.objects.get(code="UBND-PL")
    Unit.objects.filter(pk=unit.pk).update(details={**unit.details, "workers_2017": "1234"})
    case = sent(world)
    actions.give_back(world.user("anh.giam.sat"), case, case.version, "Xem lại năm thành lập", {})
    year = path_of(case, "nam_thanh_lap")
    draft = world.case("don.vi").draft
    actions.save_draft(world.user("don.vi"), world.case("don.vi"), draft.version, {year: "1999"}, {})
    actions.submit(world.user("don.vi"), world.case("don.vi"), draft.version + 1)
    page = at_the_desk("anh.giam.sat").get(f"/duyet/{case.pk}/").content.decode()
    before = good_answers(case)[year]
    assert f"A14. Năm thành lập</th><td>{before[0]}.{before[1:]}</td><td>1.999</td>" in page
    assert '<td class="dt-num">1.234</td>' in page
    assert "Xem lại năm thành lập" in page


def test_the_province_reads_what_the_district_did(world: World, at_the_desk: Desk) -> None:
    case = sent(world)
    actions.approve(world.user("anh.giam.sat"), case, case.version)
    page = at_the_desk("chi.giam.sat.tinh").get(f"/duyet/{case.pk}/").content.decode()
    assert "Duyệt, chuyển cấp trên" in page
    assert "Anh Giám Sát (cấp huyện)" in page
    assert "Bỏ duyệt…" in page


def test_a_ready_reason_comes_from_the_kind_and_can_be_edited(world: World, at_the_desk: Desk) -> None:
    case = sent(world)
    page = at_the_desk("anh.giam.sat").get(f"/duyet/{case.pk}/?mau=nham_don_vi_tinh").content.decode()
    assert page.count("Nghi nhầm đơn vị tính") == 1
    assert page.count("data-reason=") == 5
    assert page.index("Khác nhiều so với kỳ trước") < page.index("Giải trình chưa rõ"), "in the kind's order"
    assert 'maxlength="2000">Số liệu thu, chi của đơn vị có thể đã ghi nhầm đơn vị tính.' in page


def test_taking_back_on_the_screen_needs_a_reason_and_shows_it_below(world: World, at_the_desk: Desk) -> None:
    case = sent(world)
    actions.approve(world.user("anh.giam.sat"), case, case.version)
    url, version = f"/duyet/{case.pk}/bo-duyet/", str(world.case("don.vi").version)
    province = at_the_desk("chi.giam.sat.tinh")
    refused = province.post(url, {"version": version, "reason": " "})
    assert refused.status_code == 422
    assert "Hãy ghi lý do bỏ duyệt" in refused.content.decode()
    assert province.post(url, {"version": version, "reason": "Lao động chưa hợp lý"}).status_code == 302
    assert "Lao động chưa hợp lý" in at_the_desk("anh.giam.sat").get(f"/duyet/{case.pk}/").content.decode()
    unit_reads = at_the_desk("don.vi").get(reverse("history", args=[case.pk])).content.decode()
    assert "Bỏ duyệt, cấp dưới xem lại" in unit_reads
    assert "Lao động chưa hợp lý" not in unit_reads
