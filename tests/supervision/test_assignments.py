"""Who supervises what: by hand, by list, as proposed; the queue narrowed; gaps, overlaps; absences."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from dieutra.campaigns.actions import appoint
from dieutra.cases import actions as cases
from dieutra.cases.history import steps
from dieutra.cases.models import State
from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Stale
from dieutra.events.models import Event
from dieutra.people.absences import end_absence, set_absence
from dieutra.people.models import Post, User
from dieutra.places.models import Area
from dieutra.supervision import actions, queries
from dieutra.supervision.listed import assign_by_list
from dieutra.supervision.models import Assignment
from tests.cases.test_the_way_of_a_case import sent
from tests.cast import PHU_LY, World

TODAY = timezone.localdate
HEAD = "Tên đăng nhập giám sát viên,Mã địa bàn,Mã đơn vị\n"


@pytest.fixture
def phu_ly(world: World) -> queries.Place:
    """Phủ Lý with a second supervisor, chị Giám Sát Hai; its two units lie in its first commune."""
    area = Area.objects.get(catalogue=world.campaign.catalogue, code=PHU_LY)
    appoint(None, world.campaign, "gsv", area, username="chi.hai", full_name="Chị Giám Sát Hai")
    return queries.Place(world.campaign, area)


def post(username: str) -> Post:
    return Post.objects.get(user__username=username)


def waits_for(username: str) -> list[str]:
    """A fresh person, because posts are read once per person."""
    user = User.objects.get(username=username)
    return sorted(queries.my_queue(user).values_list("unit__code", flat=True))


def unit_path(world: World, username: str) -> str:
    return world.case(username).path


def test_without_assignments_all_supervisors_of_an_area_see_all(world: World, phu_ly: queries.Place) -> None:
    sent(world), sent(world, "don.vi.hai")
    assert waits_for("anh.giam.sat") == waits_for("chi.hai") == ["DANG-PL", "UBND-PL"]


def test_the_queue_holds_only_what_is_assigned_and_gaps_are_shown(
    world: World, phu_ly: queries.Place
) -> None:
    sent(world), sent(world, "don.vi.hai")
    actions.assign(world.user("co.huyen"), phu_ly, post("anh.giam.sat").pk, [unit_path(world, "don.vi")])
    assert waits_for("anh.giam.sat") == ["UBND-PL"]
    assert waits_for("chi.hai") == []
    nobodys = queries.nobodys(world.user("anh.giam.sat"))
    assert [case.unit.code for case in nobodys] == ["DANG-PL"]
    assert [case.unit.code for case in queries.uncovered(phu_ly)] == ["DANG-PL"]
    commune = world.case("don.vi").unit.area
    row = next(it for it in queries.rows(phu_ly, phu_ly.area) if it.path == commune.path)
    assert (row.cases, row.gap, row.holders) == (2, 1, ["Anh Giám Sát, một phần"])


def test_the_province_is_not_narrowed_by_what_its_district_shared(
    world: World, phu_ly: queries.Place
) -> None:
    case = sent(world)
    actions.assign(world.user("co.huyen"), phu_ly, post("chi.hai").pk, [case.path])
    cases.approve(world.user("anh.giam.sat"), case, case.version)
    assert waits_for("chi.giam.sat.tinh") == ["UBND-PL"]


def test_a_commune_and_a_unit_in_it_given_to_two_people_is_an_overlap(
    world: World, phu_ly: queries.Place
) -> None:
    commune = world.case("don.vi").unit.area
    who = world.user("co.huyen")
    actions.assign(who, phu_ly, post("anh.giam.sat").pk, [commune.path])
    actions.assign(who, phu_ly, post("chi.hai").pk, [unit_path(world, "don.vi")])
    assert [(it.name, it.people) for it in queries.overlaps(phu_ly)] == [
        ("Đơn vị UBND-PL", ("Anh Giám Sát", "Chị Giám Sát Hai"))
    ]
    assert not queries.uncovered(phu_ly).exists()


def test_what_is_taken_away_is_free_again_and_both_are_recorded(world: World, phu_ly: queries.Place) -> None:
    who, path = world.user("co.huyen"), unit_path(world, "don.vi")
    assert actions.assign(who, phu_ly, post("anh.giam.sat").pk, [path]) == 1
    assert actions.assign(who, phu_ly, post("anh.giam.sat").pk, [path]) == 0, "she has it already"
    assert actions.release(who, phu_ly, [Assignment.objects.get().pk]) == 1
    assert actions.assign(who, phu_ly, post("anh.giam.sat").pk, [path]) == 1
    verbs = Event.objects.filter(verb__startswith="supervisor.").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["supervisor.assigned", "supervisor.released", "supervisor.assigned"]


def test_only_who_looks_after_the_supervisors_shares_out(world: World, phu_ly: queries.Place) -> None:
    path = [unit_path(world, "don.vi")]
    for stranger in ("nguoi.la", "anh.giam.sat", "chi.giam.sat.tinh", "bac.ban.chi.dao"):
        with pytest.raises(Forbidden):
            actions.assign(world.user(stranger), phu_ly, post("chi.hai").pk, path)
    with pytest.raises(Invalid, match="không thuộc địa bàn"):
        actions.assign(world.user("co.huyen"), phu_ly, post("chi.hai").pk, [unit_path(world, "don.vi.la")])
    with pytest.raises(Invalid, match="chọn giám sát viên"):
        actions.assign(world.user("co.huyen"), phu_ly, post("chi.giam.sat.tinh").pk, path)


def test_the_proposal_is_shown_first_and_only_the_shown_one_is_taken(
    world: World, phu_ly: queries.Place
) -> None:
    shares = queries.proposal(phu_ly)
    assert [(it.post.user.username, it.cases) for it in shares] == [("anh.giam.sat", 2), ("chi.hai", 0)]
    assert not Assignment.objects.exists(), "a proposal changes nothing"
    with pytest.raises(Stale):
        actions.take_proposal(world.user("co.huyen"), phu_ly, "another")
    actions.assign(world.user("co.huyen"), phu_ly, post("chi.hai").pk, [unit_path(world, "don.vi")])
    assert actions.take_proposal(world.user("co.huyen"), phu_ly, queries.seal(shares)) == 1
    standing = queries.standing(phu_ly)
    assert [(it.post.user.username, it.path) for it in standing] == [
        ("anh.giam.sat", world.case("don.vi").unit.area.path)
    ]


def test_a_list_is_taken_whole(world: World, phu_ly: queries.Place) -> None:
    commune = world.case("don.vi").unit.area
    text = f"{HEAD}anh.giam.sat,{commune.code},\nChi.Hai,,dang-pl\n"
    assert assign_by_list(world.user("co.huyen"), phu_ly, text.encode(), "ds.csv") == 2
    assert {(it.post.user.username, it.path) for it in queries.standing(phu_ly)} == {
        ("anh.giam.sat", commune.path),
        ("chi.hai", unit_path(world, "don.vi.hai")),
    }


def test_a_wrong_list_names_every_row_and_gives_nothing(world: World, phu_ly: queries.Place) -> None:
    code = world.case("don.vi").unit.area.code
    wrong = (
        f"khong.co,{code},",
        "anh.giam.sat,99999,",
        f"anh.giam.sat,{code},DANG-PL",
        "anh.giam.sat,,UBND-DT",
    )
    text = HEAD + "\n".join((f"anh.giam.sat,{code},", *wrong))
    with pytest.raises(Invalid) as refused:
        assign_by_list(world.user("co.huyen"), phu_ly, text.encode(), "ds.csv")
    assert [problem.place for problem in refused.value.problems] == [
        "Dòng 3, cột “Tên đăng nhập giám sát viên”",
        "Dòng 4, cột “Mã địa bàn”",
        "Dòng 5, cột “Mã địa bàn”",
        "Dòng 6, cột “Mã đơn vị”",
    ]
    assert not Assignment.objects.exists()


def test_a_substitute_sees_and_acts_on_those_days_and_it_is_recorded(
    world: World, phu_ly: queries.Place
) -> None:
    case = sent(world, "don.vi")
    other = world.user("nguoi.la.giam.sat")
    away = set_absence(
        world.user("co.huyen"), post("anh.giam.sat"), other, TODAY(), TODAY() + timedelta(days=3)
    )
    assert waits_for("nguoi.la.giam.sat") == ["UBND-PL"]
    cases.approve(world.user("nguoi.la.giam.sat"), case, case.version)
    event = Event.objects.get(verb="case.approved")
    assert event.facts["acting_for"] == world.user("anh.giam.sat").pk
    last = steps(world.case("don.vi"))[-1]
    assert (last.who, last.instead_of) == ("Người Lạ Giám Sát", "Anh Giám Sát")
    end_absence(world.user("anh.giam.sat"), away)
    second = sent(world, "don.vi.hai")
    assert waits_for("nguoi.la.giam.sat") == []
    with pytest.raises(Forbidden):
        cases.approve(world.user("nguoi.la.giam.sat"), second, second.version)


def test_before_and_after_the_days_the_substitute_may_nothing(world: World, phu_ly: queries.Place) -> None:
    case, other = sent(world), world.user("nguoi.la.giam.sat")
    set_absence(
        world.user("co.huyen"),
        post("anh.giam.sat"),
        other,
        TODAY() + timedelta(days=1),
        TODAY() + timedelta(days=2),
    )
    assert waits_for("nguoi.la.giam.sat") == []
    with pytest.raises(Forbidden):
        cases.approve(world.user("nguoi.la.giam.sat"), case, case.version)
    assert world.case("don.vi").state == State.SUBMITTED


def test_the_substitute_takes_over_what_was_assigned_to_the_one_away(
    world: World, phu_ly: queries.Place
) -> None:
    sent(world), sent(world, "don.vi.hai")
    actions.assign(world.user("co.huyen"), phu_ly, post("anh.giam.sat").pk, [unit_path(world, "don.vi")])
    set_absence(world.user("co.huyen"), post("anh.giam.sat"), world.user("chi.hai"), TODAY(), TODAY())
    assert waits_for("chi.hai") == ["UBND-PL"]


def test_wrong_days_wrong_people_and_two_absences_at_once_are_refused(
    world: World, phu_ly: queries.Place
) -> None:
    who, away, other = world.user("co.huyen"), post("anh.giam.sat"), world.user("chi.hai")
    for first, last in ((1, 0), (-3, -1), (0, 400), (2_000, 2_010)):
        with pytest.raises(Invalid):
            set_absence(who, away, other, TODAY() + timedelta(days=first), TODAY() + timedelta(days=last))
    for nobody in (None, world.user("anh.giam.sat"), world.user("don.vi"), world.user("ong.tinh")):
        with pytest.raises(Invalid):
            set_absence(who, away, nobody, TODAY(), TODAY())
    with pytest.raises(Forbidden):
        set_absence(world.user("chi.hai"), away, other, TODAY(), TODAY())
    set_absence(who, away, other, TODAY(), TODAY() + timedelta(days=5))
    with pytest.raises(NotNow, match="trùng"):
        set_absence(who, away, other, TODAY() + timedelta(days=5), TODAY() + timedelta(days=9))


def test_the_screens_show_give_propose_and_quota(
    world: World, phu_ly: queries.Place, at_the_desk: Callable[[str], Client]
) -> None:
    desk, commune = at_the_desk("co.huyen"), world.case("don.vi").unit.area
    assert "Thành phố Phủ Lý" in desk.get("/giam-sat/").content.decode()
    page = desk.get("/giam-sat/347/").content.decode()
    assert "2 phiếu chưa giao cho ai" in page
    fields = {"giam-sat": str(post("chi.hai").pk), "dong": commune.path, "viec": "giao"}
    assert desk.post("/giam-sat/347/giao/", fields).status_code == 302
    assert "chưa giao cho ai" not in desk.get("/giam-sat/347/").content.decode()
    assert desk.post("/giam-sat/347/giao/", {"dong": commune.path, "viec": "thoi"}).status_code == 302
    assert not queries.standing(phu_ly)
    file = SimpleUploadedFile("ds.csv", (HEAD + "sai,,\n").encode())
    refused = desk.post("/giam-sat/347/danh-sach/", {"file": file})
    assert refused.status_code == 422
    assert "Dòng 2, cột “Tên đăng nhập giám sát viên”" in refused.content.decode()
    shares = queries.proposal(phu_ly)
    assert queries.seal(shares) in desk.get("/giam-sat/347/de-xuat/").content.decode()
    assert desk.get("/giam-sat/349/").status_code == 404


def test_the_quota_screen_shows_the_sum_and_asks_for_the_ratio_that_is_not_stated(
    world: World, at_the_desk: Callable[[str], Client]
) -> None:
    province = at_the_desk("ong.tinh")
    page = province.get("/giam-sat/dinh-muc/").content.decode()
    assert "6 huyện chia 3 được 2, còn lẻ 0 huyện." in page
    assert "<strong>2</strong> giám sát viên" in page
    unasked = province.get("/giam-sat/dinh-muc/?cap=2").content.decode()
    assert "Cách tính" not in unasked
    assert "không nêu tỷ lệ này" in unasked
    asked = province.get("/giam-sat/dinh-muc/?cap=2&ty-le=6").content.decode()
    assert "21 xã chia 6 được 3, còn lẻ 3 xã. Lẻ từ 3 xã trở lên thì thêm 1: 3 + 1 = 4." in asked
    assert province.get("/giam-sat/dinh-muc/?cap=2&ty-le=3").status_code == 422


def test_the_ratio_is_kept_for_a_place_and_says_who_set_it(
    world: World, at_the_desk: Callable[[str], Client]
) -> None:
    province, district = at_the_desk("ong.tinh"), at_the_desk("co.huyen")
    tried = province.get("/giam-sat/dinh-muc/?cap=2&ty-le=6").content.decode()
    assert "Dùng tỷ lệ 6 cho địa bàn của tôi" in tried
    assert province.post("/giam-sat/dinh-muc/", {"cap": "2", "ty-le": "6"}).status_code == 302
    page = province.get("/giam-sat/dinh-muc/?cap=2").content.decode()
    assert "Đang dùng: 6 xã cho mỗi giám sát viên, Ông Tỉnh đặt cho Tỉnh Hà Nam" in page
    assert "21 xã chia 6 được 3" in page
    assert "Đang dùng: 6 xã" in district.get("/giam-sat/dinh-muc/?cap=2").content.decode()
    assert district.post("/giam-sat/dinh-muc/", {"cap": "2", "ty-le": "5"}).status_code == 302
    assert "Đang dùng: 5 xã" in district.get("/giam-sat/dinh-muc/?cap=2").content.decode()
    page = province.get("/giam-sat/dinh-muc/?cap=2").content.decode()
    assert "Đang dùng: 6 xã" in page
    communes = world.listing(PHU_LY).area.children.count()
    assert f"{communes} xã chia 5 được {communes // 5}" in page, "the district goes by its own"
    facts = [it.facts for it in Event.objects.filter(verb="ratio.set").order_by("pk")]
    assert facts == [{"level": 2, "each": 6, "former": None}, {"level": 2, "each": 5, "former": 6}]
    for wrong in ({"cap": "2", "ty-le": "3"}, {"cap": "2", "ty-le": "nhiều"}, {"cap": "1", "ty-le": "4"}):
        assert province.post("/giam-sat/dinh-muc/", wrong).status_code == 422
