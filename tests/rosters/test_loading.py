"""A list from a file: nothing half, told before it happens, and only once confirmed."""

from __future__ import annotations

import time

import pytest

from dieutra.engine.refusals import Forbidden, Invalid, Stale
from dieutra.rosters import actions, loading
from dieutra.rosters.models import Load, Person, Roster
from dieutra.rosters.queries import roster_at
from tests.opinion_cast import OpinionWorld
from tests.rosters.lines import csv, line, many, xlsx

Standing = Person.Standing


def given(world: OpinionWorld, content: bytes, *, replaces: bool = False, who: str = "chi.ha.nam") -> Load:
    roster = roster_at(world.campaign, "tinh", world.area("35"))
    load = loading.read(world.user(who), roster, content, "danh-sach.csv", replaces)
    return Load.objects.select_related("roster__campaign", "roster__area").get(pk=load.pk)


def loaded(world: OpinionWorld, *lines: dict[str, str], replaces: bool = False) -> loading.Told:
    load = given(world, csv(*lines), replaces=replaces)
    return loading.confirm(world.user("chi.ha.nam"), load, load.roster.version)


def test_a_file_is_read_looked_at_and_loaded_on_the_body_s_word(opinions: OpinionWorld) -> None:
    load = given(opinions, xlsx(*many(3)))
    told = loading.preview(opinions.user("chi.ha.nam"), load)
    assert (told.added, told.changed, told.people) == (3, 0, 3)
    assert not Person.objects.exists()  # the preview leaves nothing
    loading.confirm(opinions.user("chi.ha.nam"), load, load.roster.version)
    assert Person.objects.count() == 3
    assert not Load.objects.exists()  # nor do the lines stay twice


def test_every_wrong_cell_is_told_with_row_and_column_and_nothing_is_loaded(opinions: OpinionWorld) -> None:
    wrong = csv(
        line(), line(email="hoa@gmail.com"), line(ngay_sinh="hôm qua", email="c@hanam.gov.vn"), line()
    )
    with pytest.raises(Invalid) as refused:
        given(opinions, wrong)
    assert [it.place for it in refused.value.problems] == [
        "Dòng 3, cột “E-mail công vụ”",
        "Dòng 4, cột “Ngày sinh”",
        "Dòng 5, cột “E-mail công vụ”",
    ]
    assert "đã có ở dòng 2" in refused.value.problems[2].message
    assert not Person.objects.exists() and not Load.objects.exists()


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7", b"PK\x03\x04broken", "Cột lạ;Khác\n1;2".encode(), b"\x00\x01\x02", "Họ và tên\n".encode()]
)  # fmt: skip
def test_a_broken_or_strange_file_is_refused_with_a_sentence(opinions: OpinionWorld, content: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        given(opinions, content)
    assert refused.value.message.endswith(".") and "Traceback" not in refused.value.message


def test_adding_changes_the_lines_that_are_there_and_keeps_the_rest(opinions: OpinionWorld) -> None:
    loaded(opinions, *many(3))
    lines = many(4)[1:]
    lines[0] = {**lines[0], "chuc_vu": "Giám đốc"}
    told = loaded(opinions, *lines)
    assert (told.added, told.changed, told.unchanged, told.removed) == (1, 1, 1, 0)
    assert Person.objects.filter(standing=Standing.IN).count() == 4
    assert told.changes[0][1] == ("office",)


def test_replacing_takes_away_what_the_file_does_not_have_and_it_can_be_put_back(
    opinions: OpinionWorld,
) -> None:
    loaded(opinions, *many(3))
    told = loaded(opinions, *many(4)[2:], replaces=True)
    assert (told.added, told.unchanged, told.removed, told.people) == (1, 1, 2, 2)
    gone = Person.objects.filter(standing=Standing.REMOVED).first()
    assert gone is not None
    actions.restore(opinions.user("chi.ha.nam"), gone, gone.version)
    assert Person.objects.filter(standing=Standing.IN).count() == 3


def test_a_changed_address_is_known_by_name_and_unit(opinions: OpinionWorld) -> None:
    loaded(opinions, line())
    told = loaded(opinions, line(email="moi@hanam.gov.vn"))
    assert (told.added, told.changed) == (0, 1)
    assert Person.objects.get().email == "moi@hanam.gov.vn"


def test_the_same_file_twice_changes_nothing(opinions: OpinionWorld) -> None:
    loaded(opinions, *many(5))
    told = loaded(opinions, *many(5), replaces=True)
    assert (told.added, told.changed, told.unchanged, told.removed) == (0, 0, 5, 0)


def test_the_preview_tells_of_overlaps_before_anything_is_loaded(opinions: OpinionWorld) -> None:
    load = given(
        opinions, csv(line(), line(group="tinh-hdnd"), line(group="tinh-phong", email="x@hanam.gov.vn"))
    )
    told = loading.preview(opinions.user("chi.ha.nam"), load)
    assert "confirm" in {it.code for it in told.found}


def test_a_list_that_changed_since_the_preview_is_not_loaded_over(opinions: OpinionWorld) -> None:
    chi = opinions.user("chi.ha.nam")
    load = given(opinions, csv(line()))
    seen = load.roster.version
    actions.add(
        chi, load.roster, line("Người Khác", email="khac@hanam.gov.vn", dien_thoai="", don_vi="Sở Y tế")
    )
    with pytest.raises(Stale):
        loading.confirm(chi, load, seen)
    assert Person.objects.count() == 1 and Load.objects.count() == 1


def test_a_file_that_another_took_the_place_of_is_not_loaded_any_more(opinions: OpinionWorld) -> None:
    load = given(opinions, csv(line()))
    given(opinions, csv(*many(3)))
    with pytest.raises(Stale, match="tệp khác"):
        loading.confirm(opinions.user("chi.ha.nam"), load, load.roster.version)
    assert not Person.objects.exists() and len(Load.objects.get().lines) == 3


def test_two_thousand_people_are_loaded_within_seconds(opinions: OpinionWorld) -> None:
    started = time.monotonic()
    load = given(opinions, xlsx(*many(2000)))
    loading.preview(opinions.user("chi.ha.nam"), load)
    told = loading.confirm(opinions.user("chi.ha.nam"), load, load.roster.version)
    assert told.added == 2000
    assert time.monotonic() - started < 30  # some seconds, on a machine that does ten other things


def test_another_body_cannot_read_a_file_into_this_list(opinions: OpinionWorld) -> None:
    with pytest.raises(Forbidden):
        given(opinions, csv(line()), who="co.nghe.an")
    load = given(opinions, csv(line()))
    with pytest.raises(Forbidden):
        loading.preview(opinions.user("co.nghe.an"), load)
    assert not Roster.objects.exclude(path=load.path).exists()
