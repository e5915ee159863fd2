"""What the answers say by service, and what is not said because too few answered."""

from __future__ import annotations

from fractions import Fraction

import pytest
from django.utils import timezone

from dieutra.forms.queries import engine_form
from dieutra.opinions.models import Opinion
from dieutra.samples.queries import rules_of
from dieutra.samples.results import Row, Satisfaction, hidden, satisfaction
from tests.samples.cast import SampleWorld


def answer(world: SampleWorld, group: str, levels: str, path: str = "VN/35/", passed_over: str = "") -> None:
    """One answer per letter: all questions at that level, `-` for “không biết”. `passed_over`: a part without any."""
    version = world.campaign.group_forms.get(group=group).form
    asked = [it.path for it in engine_form(version.pk).nodes if it.type == "select1"]
    Opinion.objects.bulk_create(
        Opinion(
            campaign=world.campaign, survey="hai-long", path=path, group=group, form=version,
            answers={
                it: "99" if level == "-" or f"/{passed_over}/" in it else level for it in asked
            },
            released_on=timezone.localdate(),
        )
        for level in levels
    )  # fmt: skip


def result(world: SampleWorld, path: str = "VN/35/") -> Satisfaction:
    return satisfaction(world.campaign, rules_of(world.campaign), path)


def row(found: Satisfaction, code: str) -> Row:
    return next(it for it in found.services if it.code == code)


def test_the_reference_values_of_the_scale_come_out(satisfied: SampleWorld) -> None:
    """3, 12, 45, 180, 60 answers: mean 3,94; 80,0 % (75,11–84,13); 73,5 on the scale to 100."""
    answer(satisfied, "dat-dai", "1" * 3 + "2" * 12 + "3" * 45 + "4" * 180 + "5" * 60 + "-" * 7)
    one = row(result(satisfied), "dat-dai").overall
    assert one is not None and one.interval is not None
    assert (one.valid, one.unknown, one.mean, one.scale) == (300, 7, Fraction("3.94"), Fraction("73.5"))
    assert one.top_two == Fraction("0.8")
    assert [round(float(it) * 100, 2) for it in (one.interval.low, one.interval.high)] == [75.11, 84.13]


def test_the_parts_of_the_questionnaire_are_told_by_their_words_without_the_overall_one(
    satisfied: SampleWorld,
) -> None:
    answer(satisfied, "dat-dai", "4" * 10)
    found = result(satisfied)
    assert found.parts[0] == "Tiếp cận dịch vụ" and len(found.parts) == 5
    assert {it.scale for it in row(found, "dat-dai").parts if it} == {Fraction(75)}


def test_a_service_with_few_answers_is_hidden_and_so_is_the_next_smallest(satisfied: SampleWorld) -> None:
    answer(satisfied, "dat-dai", "5" * 4)
    answer(satisfied, "ho-tich", "4" * 20)
    answer(satisfied, "xay-dung", "3" * 30)
    found = result(satisfied)
    shown = {it.code for it in found.services if it.overall is not None}
    assert shown == {"xay-dung"}
    assert found.total.overall is not None and found.total.overall.valid == 54


def test_nothing_is_shown_while_fewer_than_five_have_answered_in_all(satisfied: SampleWorld) -> None:
    answer(satisfied, "dat-dai", "5" * 4)
    found = result(satisfied)
    assert found.total.overall is None and not [it for it in found.services if it.overall]


def first_part(world: SampleWorld) -> str:
    version = world.campaign.group_forms.get(group="dat-dai").form
    paths = [it.path for it in engine_form(version.pk).nodes if it.type == "select1" and it.parent]
    return paths[0].rsplit("/", 2)[1]


def test_a_part_that_few_of_a_shown_service_answered_is_blank_and_so_is_the_next(
    satisfied: SampleWorld,
) -> None:
    part = first_part(satisfied)
    answer(satisfied, "dat-dai", "4" * 20, passed_over=part)
    answer(satisfied, "dat-dai", "5" * 4)
    answer(satisfied, "ho-tich", "4" * 30)
    answer(satisfied, "xay-dung", "3" * 40)
    found = result(satisfied)
    shown = {it.code: it.parts for it in found.services if it.overall is not None}
    assert {code: parts[0] is None for code, parts in shown.items()} == {
        "dat-dai": True, "ho-tich": True, "xay-dung": False,
    }  # fmt: skip
    assert all(it is not None for parts in shown.values() for it in parts[1:])
    total = found.total.parts[0]
    assert total is not None and total.valid % 74 == 0


def test_a_part_that_few_answered_in_all_is_blank_in_the_total(satisfied: SampleWorld) -> None:
    answer(satisfied, "dat-dai", "4" * 20, passed_over=first_part(satisfied))
    answer(satisfied, "dat-dai", "5" * 4)
    found = result(satisfied)
    assert found.total.overall is not None and found.total.parts[0] is None
    assert all(it is not None for it in found.total.parts[1:])


def test_what_few_of_the_pooled_said_about_a_part_cannot_be_found_from_the_countrys_total(
    satisfied: SampleWorld,
) -> None:
    """Those pooled at the end stand at no service; the total of the country has them."""
    answer(satisfied, "dat-dai", "4" * 20, passed_over=first_part(satisfied))
    answer(satisfied, "dat-dai", "5" * 3)
    Opinion.objects.update(group="", path="VN/")
    answer(satisfied, "ho-tich", "4" * 30)
    answer(satisfied, "xay-dung", "3" * 40)
    found = result(satisfied, "VN/")
    assert found.total.overall is not None and found.total.overall.valid == 93
    shown = {it.code: it.parts for it in found.services if it.overall is not None}
    assert {code: parts[0] is None for code, parts in shown.items()} == {"ho-tich": True, "xay-dung": False}
    assert all(it is not None for parts in shown.values() for it in parts[1:])
    assert all(row(result(satisfied), "ho-tich").parts)


def test_answers_about_another_province_are_not_counted(satisfied: SampleWorld) -> None:
    answer(satisfied, "dat-dai", "5" * 10, path="VN/40/")
    assert result(satisfied).total.overall is None
    assert result(satisfied, "VN/40/").total.overall is not None


@pytest.mark.parametrize(
    ("sizes", "gone"),
    [
        ({"a": (0, 10), "b": (0, 20)}, set()),
        ({"a": (0, 0), "b": (0, 20), "c": (0, 30)}, {"a"}),  # nobody answered: nothing to find by subtraction
        ({"a": (3, 0), "b": (0, 20), "c": (0, 30)}, {"a", "b"}),  # all three said “không biết”
        ({"a": (0, 4), "b": (0, 20), "c": (0, 30)}, {"a", "b"}),
        (
            {"a": (0, 1), "b": (0, 3), "c": (0, 9), "d": (0, 30)},
            {"a", "b", "c"},
        ),  # four people together are few as well
        ({"a": (0, 2), "b": (0, 4), "c": (0, 9)}, {"a", "b"}),
        ({"a": (0, 2)}, {"a"}),
    ],
)
def test_what_is_hidden_cannot_be_found_by_subtraction(
    sizes: dict[str, tuple[int, int]], gone: set[str]
) -> None:
    given = [(code, unknown + valid, valid) for code, (unknown, valid) in sizes.items()]
    assert hidden(given, 5) == gone


def test_what_is_hidden_already_counts_among_the_hidden() -> None:
    given = [("a", 30, 3), ("b", 30, 20), ("c", 30, 25)]
    assert hidden(given, 2, {"a"}) == {"a"}
    assert hidden(given, 4, {"c"}) == {"a", "c"}
