"""Line by line: keep, correct, remove, move, add, undo; who may, when not, and who came second."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Stale
from dieutra.events.models import Event
from dieutra.frames import actions
from dieutra.frames.models import Listing, Unit, UnitVersion
from dieutra.people.models import User

Who = Callable[[str], User]
UnitOf = Callable[[str], Unit]
ListingOf = Callable[[str], Listing]
Decision = Unit.Decision


def last_event(unit: Unit) -> Event:
    return Event.objects.filter(subject_type="unit", subject_id=unit.pk).latest("pk")


def test_a_kept_line_is_a_new_version_and_one_event(who: Who, unit: UnitOf) -> None:
    actions.keep(who("co.huyen"), unit("HN-003"), 1)
    line = unit("HN-003")
    assert (line.decision, line.version) == (Decision.KEEP, 2)
    version = UnitVersion.objects.get(unit=line)
    assert (version.number, version.actor, version.line["decision"]) == (2, who("co.huyen"), "keep")
    assert (last_event(line).verb, last_event(line).facts["code"]) == ("unit.kept", "HN-003")


def test_a_correction_changes_the_line_and_keeps_the_base(who: Who, unit: UnitOf) -> None:
    details = {"email": "ubnd@phuly.example.vn", "workers_2017": "21"}
    actions.correct(who("co.huyen"), unit("HN-003"), 1, "UBND phường  Quang Trung mới", details)
    line = unit("HN-003")
    assert (line.name, line.decision) == ("UBND phường Quang Trung mới", Decision.CORRECT)
    assert line.search_key == "ubnd phuong quang trung moi"
    assert line.details["email"] == "ubnd@phuly.example.vn"
    assert line.details["commune"] == "13285"
    assert line.base
    assert line.base["name"] == "UBND phường Quang Trung"


def test_the_event_of_a_correction_names_columns_but_never_values(who: Who, unit: UnitOf) -> None:
    actions.correct(who("co.huyen"), unit("HN-003"), 1, "Tên khác", {"email": "rieng@tu.example.vn"})
    facts = last_event(unit("HN-003")).facts
    assert facts["columns"] == ["email", "name"]
    assert "rieng" not in str(facts)


def test_a_correction_back_to_the_base_values_is_a_kept_line(who: Who, unit: UnitOf) -> None:
    actions.correct(who("co.huyen"), unit("HN-003"), 1, "Tên khác", {})
    actions.correct(who("co.huyen"), unit("HN-003"), 2, "UBND phường Quang Trung", {})
    assert unit("HN-003").decision == Decision.KEEP


def test_a_wrong_correction_names_each_column_and_changes_nothing(who: Who, unit: UnitOf) -> None:
    with pytest.raises(Invalid) as refusal:
        actions.correct(who("co.huyen"), unit("HN-003"), 1, " ", {"email": "sai", "phone": "12"})
    assert [problem.place for problem in refusal.value.problems] == ["Tên đơn vị", "Điện thoại", "E-mail"]
    assert unit("HN-003").version == 1


def test_a_correction_that_changes_nothing_says_so(who: Who, unit: UnitOf) -> None:
    with pytest.raises(Invalid, match="Chưa có gì thay đổi"):
        actions.correct(who("co.huyen"), unit("HN-003"), 1, "UBND phường Quang Trung", {})


def test_the_place_of_a_line_is_not_corrected_but_moved(who: Who, unit: UnitOf) -> None:
    actions.correct(who("co.huyen"), unit("HN-003"), 1, "Tên khác", {"commune": "13291", "level": "tinh"})
    assert unit("HN-003").details["commune"] == "13285"
    assert unit("HN-003").details["level"] == "xa"


def test_a_line_is_removed_with_one_of_the_reasons_of_the_kind(who: Who, unit: UnitOf) -> None:
    actions.remove(who("co.huyen"), unit("HN-003"), 1, "giai_the", " QĐ 12/2020 ")
    line = unit("HN-003")
    assert (line.decision, line.reason, line.note) == (Decision.REMOVE, "giai_the", "QĐ 12/2020")
    with pytest.raises(Invalid, match="chọn lý do"):
        actions.remove(who("co.huyen"), unit("HN-004"), 1, "thích thì loại")


def test_a_removed_line_must_be_undone_before_anything_else(who: Who, unit: UnitOf) -> None:
    actions.remove(who("co.huyen"), unit("HN-003"), 1, "giai_the")
    with pytest.raises(NotNow, match="hoàn tác"):
        actions.keep(who("co.huyen"), unit("HN-003"), 2)
    with pytest.raises(NotNow, match="oàn tác"):
        actions.correct(who("co.huyen"), unit("HN-003"), 2, "Tên khác", {})
    with pytest.raises(NotNow, match="oàn tác"):
        actions.move(who("co.huyen"), unit("HN-003"), 2, "13291")


def test_undo_brings_the_base_line_back_pending(who: Who, unit: UnitOf) -> None:
    actions.correct(who("co.huyen"), unit("HN-003"), 1, "Tên khác", {"email": "a@b.vn"})
    actions.remove(who("co.huyen"), unit("HN-003"), 2, "trung", "trùng HN-004")
    actions.undo(who("co.huyen"), unit("HN-003"), 3)
    line = unit("HN-003")
    assert (line.name, line.decision, line.reason, line.note) == (
        "UBND phường Quang Trung",
        "pending",
        "",
        "",
    )
    assert "email" not in line.details
    assert [version.number for version in line.versions.order_by("number")] == [2, 3, 4]


def test_a_pending_line_has_nothing_to_undo(who: Who, unit: UnitOf) -> None:
    with pytest.raises(NotNow, match="không có gì để hoàn tác"):
        actions.undo(who("co.huyen"), unit("HN-003"), 1)


def test_a_move_inside_the_district_changes_path_and_seat(who: Who, unit: UnitOf) -> None:
    actions.move(who("co.huyen"), unit("HN-003"), 1, "13291")
    line = unit("HN-003")
    assert (line.path, line.decision) == ("VN/35/347/13291/@HN-003/", Decision.MOVE)
    assert line.details["commune"] == "13291"


def test_a_move_to_another_district_waits_there_until_received(who: Who, unit: UnitOf) -> None:
    actions.move(who("co.huyen"), unit("HN-003"), 1, "13324")
    line = unit("HN-003")
    assert (line.listing.area.code, line.decision) == ("349", Decision.PENDING)
    assert (line.details["district"], line.details["commune"]) == ("349", "13324")
    actions.keep(who("nguoi.la"), line, 2)
    assert unit("HN-003").decision == Decision.MOVE


def test_the_giver_may_take_back_a_move_until_it_is_received(who: Who, unit: UnitOf) -> None:
    actions.move(who("co.huyen"), unit("HN-003"), 1, "13324")
    actions.undo(who("co.huyen"), unit("HN-003"), 2)
    assert unit("HN-003").path == "VN/35/347/13285/@HN-003/"
    actions.move(who("co.huyen"), unit("HN-003"), 3, "13324")
    actions.keep(who("nguoi.la"), unit("HN-003"), 4)
    with pytest.raises(Forbidden):
        actions.undo(who("co.huyen"), unit("HN-003"), 5)


def test_the_receiver_may_send_a_moved_line_back(who: Who, unit: UnitOf) -> None:
    actions.move(who("co.huyen"), unit("HN-003"), 1, "13324")
    actions.undo(who("nguoi.la"), unit("HN-003"), 2)
    assert unit("HN-003").listing.area.code == "347"


def test_no_line_moves_into_a_list_that_was_already_sent(who: Who, unit: UnitOf, listing: ListingOf) -> None:
    Listing.objects.filter(pk=listing("349").pk).update(state=Listing.State.SENT)
    with pytest.raises(NotNow, match="Bảng kê của Thị xã Duy Tiên"):
        actions.move(who("co.huyen"), unit("HN-003"), 1, "13324")
    assert unit("HN-003").listing.area.code == "347"


@pytest.mark.parametrize(
    ("code", "words"), [("40", "thuộc tỉnh khác"), ("00000", "Chưa chọn"), ("VN", "Chưa chọn")]
)
def test_a_line_moves_only_to_an_area_of_the_province(who: Who, unit: UnitOf, code: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        actions.move(who("co.huyen"), unit("HN-003"), 1, code)


def test_a_body_moved_to_another_level_changes_its_level(who: Who, unit: UnitOf) -> None:
    actions.move(who("ong.tinh"), unit("HN-001"), 1, "347")
    line = unit("HN-001")
    assert (line.path, line.details["level"], line.listing.area.code) == (
        "VN/35/347/@HN-001/",
        "huyen",
        "347",
    )


def test_an_added_unit_stands_in_the_list_from_its_first_version(
    who: Who, unit: UnitOf, listing: ListingOf
) -> None:
    added = add(who, listing)
    assert (unit("MOI-1").decision, unit("MOI-1").base, added.path) == (
        "add",
        None,
        "VN/35/347/13291/@MOI-1/",
    )
    assert unit("MOI-1").details == {"kind": "11", "level": "xa", "district": "347", "commune": "13291"}
    assert added.versions.get().number == 1


def add(who: Who, listing: ListingOf, code: str = "MOI-1", area: str = "13291") -> Unit:
    return actions.add(
        who("co.huyen"), listing("347"), code=code, name="UBND mới", area_code=area, details={"kind": "11"}
    )


@pytest.mark.parametrize(("code", "area", "place"), [
    ("hn-005", "13291", "Mã đơn vị"), ("MỚI", "13291", "Mã đơn vị"), ("", "13291", "Mã đơn vị"),
    ("MOI-1", "13324", "Địa bàn"), ("MOI-1", "", "Địa bàn"),
])  # fmt: skip
def test_a_unit_is_added_only_with_a_new_code_in_an_area_of_the_list(
    who: Who, listing: ListingOf, code: str, area: str, place: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        add(who, listing, code, area)
    assert [problem.place for problem in refusal.value.problems] == [place]


def test_an_undone_addition_leaves_the_list_keeps_its_versions_and_frees_its_code(
    who: Who, listing: ListingOf
) -> None:
    added = add(who, listing)
    actions.undo(who("co.huyen"), added, 1)
    added.refresh_from_db()
    assert added.dropped_at is not None
    assert added.versions.count() == 2
    assert add(who, listing).pk != added.pk


def test_a_corrected_addition_stays_an_addition(who: Who, unit: UnitOf, listing: ListingOf) -> None:
    add(who, listing)
    actions.correct(who("co.huyen"), unit("MOI-1"), 1, "Tên khác", {"workers_2017": "3"})
    assert unit("MOI-1").decision == Decision.ADD
    with pytest.raises(NotNow, match="Bỏ bổ sung"):
        actions.remove(who("co.huyen"), unit("MOI-1"), 2, "trung")


@pytest.mark.parametrize("act", [
    lambda user, unit: actions.keep(user, unit, 1),
    lambda user, unit: actions.correct(user, unit, 1, "Tên khác", {}),
    lambda user, unit: actions.remove(user, unit, 1, "giai_the"),
    lambda user, unit: actions.move(user, unit, 1, "13291"),
], ids=["keep", "correct", "remove", "move"])  # fmt: skip
class TestEveryVerb:
    def test_tells_the_second_of_two_people_that_somebody_was_first(
        self, who: Who, unit: UnitOf, act: Callable[[User, Unit], None]
    ) -> None:
        as_read_by_both = unit("HN-003")
        actions.keep(who("co.huyen"), unit("HN-003"), 1)
        with pytest.raises(Stale, match="vừa được người khác thay đổi"):
            act(who("co.huyen"), as_read_by_both)
        assert unit("HN-003").version == 2

    @pytest.mark.parametrize(
        "person", ["nguoi.la", "ong.tinh", "ba.trung.uong", "anh.giam.sat", "bac.ban.chi.dao"]
    )
    def test_is_for_the_administrator_of_the_lists_own_level(
        self, who: Who, unit: UnitOf, act: Callable[[User, Unit], None], person: str
    ) -> None:
        with pytest.raises(Forbidden):
            act(who(person), unit("HN-003"))

    def test_is_refused_while_the_list_lies_with_the_level_above(
        self, who: Who, unit: UnitOf, listing: ListingOf, act: Callable[[User, Unit], None]
    ) -> None:
        Listing.objects.filter(pk=listing("347").pk).update(state=Listing.State.SENT)
        with pytest.raises(NotNow, match="đã gửi lên cấp trên"):
            act(who("co.huyen"), unit("HN-003"))
        assert unit("HN-003").version == 1
