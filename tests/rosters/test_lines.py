"""One line of a list: what is refused, what is kept, what happens when two change it."""

from __future__ import annotations

import pytest

from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Stale
from dieutra.events.models import Event
from dieutra.rosters import actions
from dieutra.rosters.findings import findings
from dieutra.rosters.models import Person, Roster
from dieutra.rosters.queries import roster_at
from tests.opinion_cast import OpinionWorld
from tests.rosters.lines import line


def begun(world: OpinionWorld) -> Roster:
    return roster_at(world.campaign, "tinh", world.area("35"))


def test_the_first_line_makes_the_list_and_is_kept_in_one_spelling(opinions: OpinionWorld) -> None:
    person = actions.add(
        opinions.user("chi.ha.nam"), begun(opinions),
        line(" Nguyễn  Văn Hoà", email="HoaNV.STP@HaNam.gov.vn", dien_thoai="+84 912.345.678"),
    )  # fmt: skip
    assert (person.name, person.name_key) == ("Nguyễn Văn Hoà", "nguyen van hoa")
    assert (person.email, person.phone) == ("hoanv.stp@hanam.gov.vn", "0912345678")
    assert (str(person.born_on), person.unit_key) == ("1975-12-31", "so tu phap")
    assert person.roster.state == Roster.State.OPEN


@pytest.mark.parametrize(
    ("but", "place", "told"),
    [
        ({"email": "hoa@gmail.com"}, "E-mail công vụ", "không phải hộp thư công vụ"),
        ({"email": "hoa@evil-gov.vn"}, "E-mail công vụ", "không phải hộp thư công vụ"),
        ({"email": "hoa@"}, "E-mail công vụ", "không phải là địa chỉ"),
        ({"email": ""}, "E-mail công vụ", "Bắt buộc"),
        ({"dien_thoai": "12"}, "Điện thoại", "không phải là số điện thoại"),
        ({"ngay_sinh": "31/02/1975"}, "Ngày sinh", "không phải là ngày"),
        ({"ngay_sinh": "01/01/2075"}, "Ngày sinh", "không thể là ngày sinh"),
        ({"don_vi": ""}, "Đơn vị công tác", "phải có mục này"),
        ({"thay_cho": "Chủ tịch"}, "Lý do thay", "phải ghi lý do thay"),
        ({"group": "bo-vu"}, "Nhóm đối tượng", "không có trong danh mục"),
        ({"ho_ten": "Hòa\x07"}, "Họ và tên", "ký tự điều khiển"),
    ],
)
def test_a_wrong_cell_is_told_at_its_column_and_nothing_is_kept(
    opinions: OpinionWorld, but: dict[str, str], place: str, told: str
) -> None:
    with pytest.raises(Invalid) as refused:
        actions.add(opinions.user("chi.ha.nam"), begun(opinions), line(**but))
    assert [(it.place, told in it.message) for it in refused.value.problems] == [(place, True)]
    assert not Roster.objects.exists()


def test_a_telephone_that_excel_made_a_number_gets_its_zero_back(opinions: OpinionWorld) -> None:
    person = actions.add(opinions.user("chi.ha.nam"), begun(opinions), line(dien_thoai="912345678"))
    assert person.phone == "0912345678"


def test_a_delegate_may_have_a_private_address_but_it_must_be_explained(opinions: OpinionWorld) -> None:
    chi = opinions.user("chi.ha.nam")
    person = actions.add(chi, begun(opinions), line(group="tinh-hdnd", email="hoa@gmail.com"))
    found = next(it for it in findings(person.roster) if it.code == "domain")
    assert not found.hard and not found.explained
    actions.explain(chi, person.roster, {found.key: "Đại biểu chưa được cấp hộp thư công vụ."})
    assert next(it for it in findings(person.roster) if it.code == "domain").explained
    actions.change(chi, person, person.version, line(group="tinh-hdnd", email="hoa2@gmail.com"))
    assert not next(it for it in findings(person.roster) if it.code == "domain").explained


def test_an_explanation_of_nothing_is_refused_and_one_too_short_as_well(opinions: OpinionWorld) -> None:
    chi = opinions.user("chi.ha.nam")
    roster = actions.add(chi, begun(opinions), line()).roster
    with pytest.raises(NotNow):
        actions.explain(chi, roster, {"0" * 64: "Một lời giải trình đủ dài."})
    with pytest.raises(Invalid):
        actions.explain(chi, roster, {"0" * 64: "ngắn"})


def test_one_address_twice_in_a_group_is_refused(opinions: OpinionWorld) -> None:
    chi = opinions.user("chi.ha.nam")
    roster = actions.add(chi, begun(opinions), line()).roster
    with pytest.raises(Invalid, match="đã có trong nhóm"):
        actions.add(chi, roster, line("Người Khác", ngay_sinh="", dien_thoai="", don_vi="Sở Y tế"))


def test_a_line_is_moved_to_another_group_taken_out_and_put_back(opinions: OpinionWorld) -> None:
    chi = opinions.user("chi.ha.nam")
    person = actions.add(chi, begun(opinions), line())
    actions.change(chi, person, person.version, line(group="tinh-phong"))
    assert person.group == "tinh-phong"
    actions.remove(chi, person, person.version)
    person.refresh_from_db()
    assert person.standing == Person.Standing.REMOVED
    with pytest.raises(NotNow):
        actions.change(chi, person, person.version, line("Nguyễn Văn Hai"))
    actions.restore(chi, person, person.version)
    person.refresh_from_db()
    assert person.standing == Person.Standing.IN
    verbs = list(
        Event.objects.filter(verb__startswith="person.").order_by("pk").values_list("verb", flat=True)
    )
    assert verbs == ["person.added", "person.changed", "person.removed", "person.restored"]


def test_whoever_comes_second_is_told_and_nothing_is_overwritten(opinions: OpinionWorld) -> None:
    chi = opinions.user("chi.ha.nam")
    person = actions.add(chi, begun(opinions), line())
    seen = person.version
    actions.change(chi, person, seen, line("Nguyễn Văn Hai"))
    with pytest.raises(Stale):
        actions.change(chi, person, seen, line("Nguyễn Văn Ba"))
    person.refresh_from_db()
    assert person.name == "Nguyễn Văn Hai"


@pytest.mark.parametrize("who", ["ba.bo", "bac.bcd", "chu.doc", "co.nghe.an", "anh.ngoai.giao"])
def test_nobody_but_the_body_s_administrator_writes_in_its_list(opinions: OpinionWorld, who: str) -> None:
    with pytest.raises(Forbidden):
        actions.add(opinions.user(who), begun(opinions), line())
    person = actions.add(opinions.user("chi.ha.nam"), begun(opinions), line())
    with pytest.raises(Forbidden):
        actions.remove(opinions.user(who), person, person.version)


def test_a_survey_takes_no_list_of_a_body_that_it_is_not_about(opinions: OpinionWorld) -> None:
    roster = roster_at(opinions.campaign, "bo", opinions.area("35"))
    with pytest.raises(NotNow):
        actions.add(opinions.user("chi.ha.nam"), roster, line(group="bo-vu"))


def test_events_carry_no_personal_data(opinions: OpinionWorld) -> None:
    chi = opinions.user("chi.ha.nam")
    person = actions.add(chi, begun(opinions), line())
    actions.change(chi, person, person.version, line("Nguyễn Văn Hai", email="hai@hanam.gov.vn"))
    told = " ".join(str(it.facts) for it in Event.objects.filter(verb__startswith="person."))
    for secret in ("Nguyễn", "hanam.gov.vn", "0912", "Tư pháp"):
        assert secret not in told


def test_how_many_there_are_in_all_is_held_against_the_list(opinions: OpinionWorld) -> None:
    chi, roster = opinions.user("chi.ha.nam"), opinions.roster("tinh", "35")
    opinions.fill(roster, {"tinh-so": 3})
    actions.expect(chi, roster, {"tinh-so": "5", "tinh-hdnd": ""})
    roster.refresh_from_db()
    assert [it.message for it in findings(roster) if it.code == "expected"] == [
        "Nhóm “Lãnh đạo cấp sở”: cơ quan ghi có 5 người, danh sách có 3 (thiếu 2)."
    ]
    with pytest.raises(Invalid):
        actions.expect(chi, roster, {"tinh-so": "nhiều"})


def test_people_without_an_address_are_counted_and_asked_about_once(opinions: OpinionWorld) -> None:
    roster = opinions.roster("tinh", "35")
    opinions.fill(roster, {"tinh-so": 5})
    Person.objects.filter(roster=roster, number__gt=2).update(email="")
    told = [it for it in findings(roster) if it.code == "no_address"]
    assert [(it.hard, it.message.split(" ")[0]) for it in told] == [(False, "3")]
