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


def answer(world: SampleWorld, group: str, levels: str, path: str = "VN/35/") -> None:
    """One answer per letter: all questions at that level, `-` for “không biết”."""
    version = world.campaign.group_forms.get(group=group).form
    asked = [it.path for it in engine_form(version.pk).nodes if it.type == "select1"]
    Opinion.objects.bulk_create(
        Opinion(
            campaign=world.campaign, survey="hai-long", path=path, group=group, form=version,
            answers=dict.fromkeys(asked, "99" if level == "-" else level), released_on=timezone.localdate(),
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


def test_answers_about_another_province_are_not_counted(satisfied: SampleWorld) -> None:
    answer(satisfied, "dat-dai", "5" * 10, path="VN/40/")
    assert result(satisfied).total.overall is None
    assert result(satisfied, "VN/40/").total.overall is not None


@pytest.mark.parametrize(
    ("sizes", "gone"),
    [
        ({"a": 10, "b": 20}, set()),
        ({"a": 0, "b": 20, "c": 30}, {"a"}),  # nobody answered: nothing to find by subtraction
        ({"a": 4, "b": 20, "c": 30}, {"a", "b"}),
        ({"a": 1, "b": 3, "c": 9, "d": 30}, {"a", "b", "c"}),  # four people together are few as well
        ({"a": 2, "b": 4, "c": 9}, {"a", "b"}),
        ({"a": 2}, {"a"}),
    ],
)
def test_what_is_hidden_cannot_be_found_by_subtraction(sizes: dict[str, int], gone: set[str]) -> None:
    assert hidden(sizes.items(), 5) == gone
