"""The list as a whole: keep the rest, send, accept, return; the diff that the reviewers sign."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from dieutra.campaigns.models import Campaign
from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Stale
from dieutra.events.models import Event
from dieutra.frames import actions, queries
from dieutra.frames.diff import diff
from dieutra.frames.models import Listing, Unit
from dieutra.people.models import User

Who = Callable[[str], User]
UnitOf = Callable[[str], Unit]
ListingOf = Callable[[str], Listing]


def sent(who: Who, listing: ListingOf) -> Listing:
    actions.keep_all(who("co.huyen"), listing("347"), listing("347").version)
    actions.send(who("co.huyen"), listing("347"), listing("347").version)
    return listing("347")


def test_keeping_the_rest_leaves_decided_lines_alone(who: Who, unit: UnitOf, listing: ListingOf) -> None:
    actions.remove(who("co.huyen"), unit("HN-003"), 1, "giai_the")
    assert actions.keep_all(who("co.huyen"), listing("347"), listing("347").version) == 2
    decisions = dict(Unit.objects.filter(listing=listing("347")).values_list("code", "decision"))
    assert decisions == {"HN-002": "keep", "HN-003": "remove", "HN-004": "keep"}
    assert unit("HN-004").versions.get().number == unit("HN-004").version == 2
    event = Event.objects.get(verb="listing.rest_kept")
    assert event.facts == {"units": 2}


def test_keeping_the_rest_receives_the_lines_moved_here(who: Who, unit: UnitOf, listing: ListingOf) -> None:
    actions.move(who("nguoi.la"), unit("HN-005"), 1, "13291")
    actions.keep_all(who("co.huyen"), listing("347"), listing("347").version)
    assert unit("HN-005").decision == "move"


def test_a_list_is_not_sent_while_lines_are_pending(who: Who, unit: UnitOf, listing: ListingOf) -> None:
    actions.keep(who("co.huyen"), unit("HN-003"), 1)
    with pytest.raises(NotNow, match="còn 2 dòng chưa rà soát"):
        actions.send(who("co.huyen"), listing("347"), listing("347").version)
    assert listing("347").state == Listing.State.REVIEWING


def test_a_sent_list_is_accepted_by_the_level_above(who: Who, listing: ListingOf) -> None:
    before = sent(who, listing)
    actions.accept(who("ong.tinh"), before, before.version)
    accepted = listing("347")
    assert accepted.state == Listing.State.ACCEPTED
    assert accepted.accepted_at is not None
    event = Event.objects.get(verb="listing.accepted")
    assert (event.subject_id, event.facts) == (accepted.pk, {"keep": 3})


def test_the_provinces_own_list_is_accepted_by_the_centre(who: Who, listing: ListingOf) -> None:
    actions.keep_all(who("ong.tinh"), listing("35"), listing("35").version)
    actions.send(who("ong.tinh"), listing("35"), listing("35").version)
    with pytest.raises(Forbidden):
        actions.accept(who("ong.tinh"), listing("35"), listing("35").version)
    actions.accept(who("ba.trung.uong"), listing("35"), listing("35").version)
    assert listing("35").state == Listing.State.ACCEPTED


@pytest.mark.parametrize(
    "person", ["co.huyen", "nguoi.la", "ba.trung.uong", "chi.giam.sat.tinh", "bac.ban.chi.dao"]
)
def test_nobody_else_accepts_or_returns(who: Who, listing: ListingOf, person: str) -> None:
    before = sent(who, listing)
    with pytest.raises(Forbidden):
        actions.accept(who(person), before, before.version)
    with pytest.raises(Forbidden):
        actions.give_back(who(person), before, before.version, "Xem lại")


@pytest.mark.parametrize("person", ["nguoi.la", "ong.tinh", "anh.giam.sat", "anh.thong.ke"])
def test_nobody_else_sends_or_keeps_the_rest(who: Who, listing: ListingOf, person: str) -> None:
    with pytest.raises(Forbidden):
        actions.keep_all(who(person), listing("347"), listing("347").version)
    with pytest.raises(Forbidden):
        actions.send(who(person), listing("347"), listing("347").version)


def test_a_returned_list_carries_the_note_and_is_open_again(
    who: Who, unit: UnitOf, listing: ListingOf
) -> None:
    before = sent(who, listing)
    with pytest.raises(Invalid, match="Hãy ghi rõ"):
        actions.give_back(who("ong.tinh"), before, before.version, "  ")
    actions.give_back(who("ong.tinh"), before, before.version, "Thiếu Phòng Tư pháp")
    assert (listing("347").state, listing("347").note) == (Listing.State.RETURNED, "Thiếu Phòng Tư pháp")
    actions.undo(who("co.huyen"), unit("HN-003"), 2)
    actions.keep(who("co.huyen"), unit("HN-003"), 3)
    actions.send(who("co.huyen"), listing("347"), listing("347").version)
    assert (listing("347").state, listing("347").note) == (Listing.State.SENT, "")


def test_only_a_sent_list_is_accepted(who: Who, listing: ListingOf) -> None:
    with pytest.raises(NotNow, match="“Đang rà soát”"):
        actions.accept(who("ong.tinh"), listing("347"), listing("347").version)


def test_whoever_comes_second_is_told(who: Who, listing: ListingOf) -> None:
    before = sent(who, listing)
    actions.give_back(who("ong.tinh"), listing("347"), before.version, "Xem lại")
    with pytest.raises(Stale, match="“Trả lại, cần rà soát tiếp”"):
        actions.accept(who("ong.tinh"), before, before.version)
    assert listing("347").state == Listing.State.RETURNED


def test_the_lists_of_an_area_come_with_their_counts_in_one_statement(
    who: Who,
    unit: UnitOf,
    campaign: Campaign,
    django_assert_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    actions.remove(who("co.huyen"), unit("HN-003"), 1, "giai_the")
    reader = who("co.huyen")
    with django_assert_num_queries(2):  # the reader's posts, the lists
        found = list(queries.listings(reader, campaign.pk))
    assert [(it.area.code, it.total, it.pending_count, it.remove_count) for it in found] == [("347", 3, 2, 1)]
    assert len(queries.listings(who("ong.tinh"), campaign.pk)) == 7


def test_lines_are_found_without_tone_marks_and_by_code(unit: UnitOf, listing: ListingOf) -> None:
    found = queries.lines(listing("347"), text="dang uy phuong")
    assert [line.code for line in found] == ["HN-004"]
    assert [line.code for line in queries.lines(listing("347"), text="hn-002")] == ["HN-002"]
    assert [line.code for line in queries.lines(listing("347"), area="13285")] == ["HN-003", "HN-004"]
    assert not queries.lines(listing("347"), decision="keep")


def test_the_diff_says_what_became_of_every_base_line(who: Who, unit: UnitOf, listing: ListingOf) -> None:
    actions.correct(who("co.huyen"), unit("HN-002"), 1, "Phòng Nội vụ - Lao động", {"workers_2017": "15"})
    actions.remove(who("co.huyen"), unit("HN-003"), 1, "giai_the")
    actions.move(who("co.huyen"), unit("HN-004"), 1, "13321")
    actions.move(who("nguoi.la"), unit("HN-005"), 1, "13291")
    actions.add(
        who("co.huyen"), listing("347"), code="MOI", name="Mới", area_code="13291", details={"kind": "13"}
    )
    found = diff(listing("347"))
    assert (found.base, found.now, found.kept, found.pending) == (3, 3, 0, 1)
    codes = {name: [it.unit.code for it in getattr(found, name)] for name in
             ("added", "removed", "corrected", "moved_in", "moved_out", "moved_inside")}  # fmt: skip
    assert codes == {
        "added": ["MOI"], "removed": ["HN-003"], "corrected": ["HN-002"],
        "moved_in": ["HN-005"], "moved_out": ["HN-004"], "moved_inside": [],
    }  # fmt: skip
    assert [(it.header, it.old, it.new) for it in found.corrected[0].changes] == [
        ("Tên đơn vị", "Phòng Nội vụ thành phố Phủ Lý", "Phòng Nội vụ - Lao động"),
        ("Số lao động 2017", "12", "15"),
    ]
    assert found.adds_up


def test_the_history_tells_who_did_what(who: Who, unit: UnitOf) -> None:
    actions.correct(who("co.huyen"), unit("HN-003"), 1, "Tên khác", {})
    actions.remove(who("co.huyen"), unit("HN-003"), 2, "sap_nhap", "vào HN-004")
    actions.undo(who("co.huyen"), unit("HN-003"), 3)
    steps = queries.history(unit("HN-003"))
    assert [(step.number, step.what) for step in steps] == [
        (1, "Danh sách nền"), (2, "Sửa thông tin"), (3, "Loại khỏi danh sách"),
        (4, "Hoàn tác, chờ rà soát lại"),
    ]  # fmt: skip
    assert steps[1].changes[0].new == "Tên khác"
    assert steps[2].note == "Đã sáp nhập, hợp nhất vào đơn vị khác – vào HN-004"
    assert steps[3].changes[0].new == "UBND phường Quang Trung"
    assert {step.who for step in steps[1:]} == {"Cô Huyện"}
