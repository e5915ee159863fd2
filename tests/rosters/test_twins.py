"""Who is twice in a list, and which role is kept."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from dieutra.engine.refusals import NotNow, Stale
from dieutra.engine.text import search_key
from dieutra.rosters import actions, overlaps
from dieutra.rosters.findings import findings
from dieutra.rosters.models import Pair, Person, Roster
from dieutra.rosters.queries import shared_addresses
from dieutra.rosters.twins import settle, twins
from tests.opinion_cast import OpinionWorld
from tests.rosters.lines import line

Standing = Person.Standing


def listed(world: OpinionWorld, *lines: dict[str, str]) -> tuple[Roster, list[Person]]:
    chi, roster = world.user("chi.ha.nam"), world.roster("tinh", "35")
    people = [actions.add(chi, roster, it) for it in lines]
    for it in people:
        it.refresh_from_db()
    return world.roster("tinh", "35"), people


def codes(roster: Roster) -> set[str]:
    return {it.code for it in findings(roster)} - {"no_one"}


def standings(people: list[Person]) -> list[str]:
    for it in people:
        it.refresh_from_db()
    return [it.standing for it in people]


OTHER = {"ngay_sinh": "", "dien_thoai": "", "don_vi": "Sở Y tế"}


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ({"dien_thoai": "0912345678"}, {"dien_thoai": "+84912345678"}, "số điện thoại"),
        ({"ho_ten": "Lê Hoà", "don_vi": "Sở Tư pháp"}, {"ho_ten": "Lê hòa", "don_vi": "SỞ TƯ PHÁP"}, "họ tên"),
        ({"ho_ten": "Đỗ Đức", "ngay_sinh": "1/2/1970"}, {"ho_ten": "Do Duc", "ngay_sinh": "01/02/1970"}, "họ tên"),
    ],
)  # fmt: skip
def test_twins_are_found_by_number_and_by_name_whatever_the_tones(
    opinions: OpinionWorld, first: dict[str, str], second: dict[str, str], found: str
) -> None:
    bare = {"ngay_sinh": "", "dien_thoai": ""}
    roster, _ = listed(
        opinions,
        line(**{**bare, "ho_ten": "Lê An", "don_vi": "Sở A", "email": "a@hanam.gov.vn"} | first),
        line(**{**bare, "ho_ten": "Trần Bình", "don_vi": "Sở B", "email": "b@hanam.gov.vn"} | second),
    )
    assert [found in it.words for it in twins(roster)] == [True]
    assert codes(roster) == {"twin"}


def test_the_same_name_in_another_unit_or_with_another_birthday_is_nobody_s_twin(
    opinions: OpinionWorld,
) -> None:
    roster, _ = listed(
        opinions,
        line(dien_thoai="", email="a@hanam.gov.vn"),
        line(dien_thoai="", email="b@hanam.gov.vn", ngay_sinh="01/01/1980"),
        line(email="c@hanam.gov.vn", **OTHER),
    )
    assert twins(roster) == []


def test_in_one_group_a_twin_stops_the_list_until_the_body_says_that_they_are_two(
    opinions: OpinionWorld,
) -> None:
    roster, people = listed(opinions, line(), line(email="hoa2@hanam.gov.vn", dien_thoai=""))
    assert codes(roster) == {"twin"}
    overlaps.decide(opinions.user("chi.ha.nam"), roster, people[0].pk, people[1].pk, "different")
    assert codes(roster) == set()
    assert standings(people) == [Standing.IN, Standing.IN]


def test_a_delegate_s_role_is_kept_and_shown_and_the_body_confirms_it(opinions: OpinionWorld) -> None:
    roster, people = listed(opinions, line(), line(group="tinh-hdnd"))
    assert standings(people) == [Standing.ASIDE, Standing.IN]
    assert people[0].kept_as_id == people[1].pk
    assert codes(roster) == {"confirm"}
    overlaps.decide(opinions.user("chi.ha.nam"), roster, people[0].pk, people[1].pk, "confirm")
    assert codes(roster) == set()
    shown = overlaps.overlaps(roster)
    assert [(it.waits, it.pair.by.username) for it in shown if it.pair and it.pair.by] == [
        (False, "chi.ha.nam")
    ]


def test_the_rule_of_priority_is_not_the_body_s_to_turn_round(opinions: OpinionWorld) -> None:
    roster, people = listed(opinions, line(), line(group="tinh-hdnd"))
    for choice in (
        f"keep:{people[0].pk}",
        "both",
        "different",
        "nonsense",
    ):  # one address: they are one person
        with pytest.raises(NotNow):
            overlaps.decide(opinions.user("chi.ha.nam"), roster, people[0].pk, people[1].pk, choice)


def test_two_people_who_only_look_alike_both_stay_and_the_word_can_be_taken_back(
    opinions: OpinionWorld,
) -> None:
    chi = opinions.user("chi.ha.nam")
    roster, people = listed(opinions, line(), line(group="tinh-hdnd", email="khac@hanam.gov.vn"))
    overlaps.decide(chi, roster, people[0].pk, people[1].pk, "different")
    assert standings(people) == [Standing.IN, Standing.IN]
    overlaps.decide(chi, roster, people[0].pk, people[1].pk, "confirm")
    assert standings(people) == [Standing.ASIDE, Standing.IN]
    assert codes(roster) == set()


def test_between_groups_of_equal_priority_the_body_chooses_and_may_change_its_mind(
    opinions: OpinionWorld,
) -> None:
    chi = opinions.user("chi.ha.nam")
    roster, people = listed(opinions, line(), line(group="tinh-phong"))
    assert codes(roster) == {"overlap"}
    assert standings(people) == [Standing.IN, Standing.IN]
    overlaps.decide(chi, roster, people[0].pk, people[1].pk, f"keep:{people[1].pk}")
    assert standings(people) == [Standing.ASIDE, Standing.IN]
    overlaps.decide(chi, roster, people[1].pk, people[0].pk, f"keep:{people[0].pk}")
    assert standings(people) == [Standing.IN, Standing.ASIDE]
    assert codes(roster) == set()
    with pytest.raises(NotNow):
        overlaps.decide(chi, roster, people[0].pk, people[1].pk, "both")  # this kind does not allow it


def test_both_roles_stay_where_the_kind_allows_it(opinions: OpinionWorld) -> None:
    opinions.campaign.rules["campaign"]["opinion"]["both_roles"] = True
    opinions.campaign.save()
    roster, people = listed(opinions, line(), line(group="tinh-phong"))
    overlaps.decide(opinions.user("chi.ha.nam"), roster, people[0].pk, people[1].pk, "both")
    assert standings(people) == [Standing.IN, Standing.IN]
    assert codes(roster) == set()


def test_somebody_in_three_groups_is_asked_once_in_the_best_of_them(opinions: OpinionWorld) -> None:
    _, people = listed(opinions, line(), line(group="tinh-phong"), line(group="tinh-hdnd"))
    assert standings(people) == [Standing.ASIDE, Standing.ASIDE, Standing.IN]
    assert {it.kept_as_id for it in people[:2]} == {people[2].pk}


def test_a_line_comes_back_when_the_role_that_was_kept_goes_or_is_corrected(opinions: OpinionWorld) -> None:
    chi = opinions.user("chi.ha.nam")
    _, people = listed(opinions, line(), line(group="tinh-hdnd"))
    actions.remove(chi, people[1], people[1].version)
    assert standings(people) == [Standing.IN, Standing.REMOVED]
    actions.restore(chi, people[1], people[1].version)
    assert standings(people) == [Standing.ASIDE, Standing.IN]
    actions.change(
        chi,
        people[1],
        people[1].version,
        line("Lê Khác", group="tinh-hdnd", email="le@hanam.gov.vn", **OTHER),
    )
    assert standings(people) == [Standing.IN, Standing.IN]
    assert not Pair.objects.exists()


def test_said_to_be_two_people_who_then_get_one_address_are_one_again(opinions: OpinionWorld) -> None:
    chi = opinions.user("chi.ha.nam")
    roster, people = listed(opinions, line(), line(group="tinh-phong", email="khac@hanam.gov.vn"))
    overlaps.decide(chi, roster, people[0].pk, people[1].pk, "different")
    actions.change(chi, people[1], people[1].version, line(group="tinh-phong"))
    assert codes(roster) == {"overlap"}


def test_a_decision_about_lines_that_no_longer_look_alike_is_too_late(opinions: OpinionWorld) -> None:
    chi = opinions.user("chi.ha.nam")
    roster, people = listed(opinions, line(), line(group="tinh-phong"))
    actions.remove(chi, people[1], people[1].version)
    with pytest.raises(Stale):
        overlaps.decide(chi, roster, people[0].pk, people[1].pk, f"keep:{people[0].pk}")


def test_all_that_the_rule_set_aside_is_confirmed_at_once(opinions: OpinionWorld) -> None:
    two = {"ngay_sinh": "", "dien_thoai": "", "email": "b@hanam.gov.vn"}
    roster, _ = listed(
        opinions,
        line(),
        line(group="tinh-hdnd"),
        line("Lê Bình", **two),
        line("Lê Bình", group="tinh-hdnd", **two),
    )
    assert overlaps.confirm_all(opinions.user("chi.ha.nam"), roster) == 2
    with pytest.raises(NotNow):
        overlaps.confirm_all(opinions.user("chi.ha.nam"), roster)
    assert codes(roster) == set()


def test_the_same_address_in_another_body_s_list_is_told_without_telling_whose(
    opinions: OpinionWorld,
) -> None:
    roster, _ = listed(opinions, line())
    other = opinions.roster("tinh", "40")
    actions.add(opinions.user("co.nghe.an"), other, line("Phan Khác", don_vi="Sở Y tế"))
    for it in (roster, other):
        told = [found for found in findings(it) if found.code == "elsewhere"]
        assert len(told) == 1 and not told[0].hard
        assert "Hà Nam" not in told[0].message and "Nghệ An" not in told[0].message
    assert [it["email"] for it in shared_addresses(opinions.campaign)] == ["hoanv.stp@hanam.gov.vn"]


def test_two_surveys_do_not_look_at_each_other(opinions: OpinionWorld) -> None:
    roster, _ = listed(opinions, line())
    actions.add(
        opinions.user("anh.ngoai.giao"),
        opinions.roster("bo", "B01"),
        line(group="bo-so", don_vi="Sở Tư pháp"),
    )
    assert codes(roster) == set()
    assert not shared_addresses(opinions.campaign).exists()


def test_a_switchboard_is_nobody_s_twin_and_is_asked_about_once(opinions: OpinionWorld) -> None:
    roster = opinions.roster("tinh", "35")
    opinions.fill(roster, {"tinh-so": 30})
    Person.objects.filter(roster=roster).update(phone="02263852345")
    assert twins(roster) == []
    assert len([it for it in findings(roster) if it.code == "phone"]) == 1


def test_a_great_list_is_searched_in_a_moment(opinions: OpinionWorld) -> None:
    roster = opinions.roster("tinh", "35")
    people = opinions.fill(roster, {"tinh-so": 2500, "tinh-hdnd": 500})
    assert len(people) == 3000
    Person.objects.filter(pk__in=[it.pk for it in people[:200]]).update(
        name_key=search_key("Nguyễn Văn Hùng"), born_on=None
    )
    started = time.monotonic()
    settle(roster)
    findings(roster)
    assert time.monotonic() - started < 8  # a second or two, on a machine that does ten other things


def test_a_pair_says_by_what_it_was_found(opinions: OpinionWorld) -> None:
    roster, _ = listed(opinions, line(), line(group="tinh-phong"))
    assert twins(roster)[0].words == "cùng địa chỉ e-mail, số điện thoại, họ tên và ngày sinh hoặc đơn vị"
    assert replace(twins(roster)[0], by_phone=False, by_name=False).words == "cùng địa chỉ e-mail"
