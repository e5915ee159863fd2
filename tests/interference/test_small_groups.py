"""The counters of bursts know no groups: what is shown of them must not give away what a small group did."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from django.db import transaction
from django.urls import reverse

from dieutra.engine.signals import bands, rhythm
from dieutra.interference.actions import make
from dieutra.interference.models import Flag
from dieutra.interference.showing import HEIGHTS, day
from dieutra.opinions.models import Burst
from tests.interference.answers import VIETNAM, copied_in_a_hurry
from tests.opinion_cast import OpinionWorld

BODY = "40"  # whose group tinh-hdnd has three people
OF_THE_RUN = re.compile(
    r'co-quan/\d+|\d\d:\d\d( ngày)? \d\d/\d\d/2\d{3}|<select[^>]*id="lan".*?</select>|<input type="hidden"[^>]*>',
    re.DOTALL,
)
LATE = datetime(2023, 2, 21, 23, 40, tzinfo=VIETNAM)


def looked(world: OpinionWorld, late: int) -> tuple[str, str, Flag]:
    """What the centre reads when so many answered in ten minutes: list and evidence, less the run's own."""
    Burst.objects.filter(campaign=world.campaign, path=world.area(BODY).path, window=LATE).update(count=late)
    run = make(world.user("ba.bo"), world.campaign)
    flag = run.flags.get(survey="tinh", path=world.area(BODY).path)
    desk = world.desk("ba.bo")
    pages = [
        desk.get(reverse("interference")).content.decode(),
        desk.get(reverse("interference_body", args=[flag.pk])).content.decode(),
    ]
    main = [re.search(r"<main.*?(?=<h2>Đề nghị hủy|</main>)", it, re.DOTALL) for it in pages]
    told = [OF_THE_RUN.sub("", it[0]) for it in main if it]
    assert len(told) == 2
    return told[0], told[1], flag


def test_whatever_part_of_a_hidden_group_answered_the_pages_are_the_same(opinions: OpinionWorld) -> None:
    copied_in_a_hurry(opinions, BODY)
    pages, exact = [], []
    for hidden in range(4):  # 0 to all three of the group, beside thirty-two others: all bands stay
        with transaction.atomic():
            first, second, flag = looked(opinions, 32 + hidden)
            pages.append((first, second))
            burst = next(it for it in flag.findings if it["signal"] == "burst")
            exact.append((burst["evidence"]["windows"][0]["n"], burst["evidence"]["surprise"]))
    assert [n for n, _ in exact] == [32, 33, 34, 35] and len(set(exact)) == 4  # scoring has the numbers
    assert "Trả lời dồn dập" in pages[0][1] and "Trả lời ban đêm" in pages[0][1]
    for other in pages[1:]:
        assert other[0].splitlines() == pages[0][0].splitlines()
        assert other[1].splitlines() == pages[0][1].splitlines()


def test_no_exact_counter_stands_on_the_page(opinions: OpinionWorld) -> None:
    copied_in_a_hurry(opinions, BODY)
    _, page, flag = looked(opinions, 37)
    here = sum(flag.hours)
    assert not re.search(r"di-score\">\d+</span> Trả lời", page)
    told = re.findall(r"[\d.,]+", re.sub(r"<[^>]*>", " ", page))
    shares = {f"{100 * n / here:.1f}".replace(".", ",") for n in flag.hours if n}
    assert here == 145 and not {"37", str(here), *shares} & set(told)
    assert "20–49 phiếu được gửi trong mười phút" in page and "dưới 20" not in page


def test_an_earlier_run_that_kept_exact_sentences_is_shown_in_bands(opinions: OpinionWorld) -> None:
    copied_in_a_hurry(opinions, BODY)
    *_, flag = looked(opinions, 37)
    findings = [
        {**it, "sentence": "37 phiếu được gửi"} for it in flag.findings if it["signal"] in bands.ROUGH
    ]
    assert len(findings) == 2
    old = make(opinions.user("ba.bo"), opinions.campaign)
    kept = Flag.objects.create(
        run=old, campaign=opinions.campaign, survey="bo", path=flag.path, level="look", rank=1, score=70, why="",
        answers=110, findings=findings, hours=flag.hours,
    )  # fmt: skip
    page = opinions.desk("ba.bo").get(reverse("interference_body", args=[kept.pk])).content.decode()
    assert "37 phiếu" not in page and page.count("20–49 phiếu") >= 2


def test_bars_of_the_day_have_five_heights_and_few_answers_the_least(flag: Flag) -> None:
    flag.hours = [0, 1, 4, 5, 9, 12, 40, *[0] * 17]
    heights = [it.height for it in day(flag)[:7]]
    assert heights == [HEIGHTS[0]] * 3 + [HEIGHTS[2]] * 2 + [HEIGHTS[2], HEIGHTS[4]] or heights[:3] == [
        4,
        4,
        4,
    ]
    assert {it.height for it in day(flag)} | {it.country for it in day(flag)} <= set(HEIGHTS)
    assert [it.words for it in day(flag)][:3] == ["ít"] * 3
    flag.hours = [0] * 8 + [5, 14] + [0] * 14
    assert day(flag) == []


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "dưới 5"),
        (4.9, "dưới 5"),
        (5, "5–9"),
        (19, "10–19"),
        (20, "20–49"),
        (99, "50–99"),
        (100, "từ 100"),
    ],
)
def test_counts_are_told_in_bands(count: float, words: str) -> None:
    assert bands.many(count) == words


def test_windows_stand_by_band_and_time_and_not_by_their_number() -> None:
    def window(day: int, n: int) -> dict[str, object]:
        return {"starts": f"2023-02-{day:02d}T10:00", "n": n, "expected": 2.3}

    found = rhythm.ordered([window(3, 49), window(2, 21), window(4, 12), window(5, 50)])
    assert [it["n"] for it in found] == [50, 21, 49, 12]
    assert rhythm.told(found).startswith("50–99 phiếu được gửi trong mười phút từ 10:00 ngày 05/02/2023")


def test_scores_of_the_counters_are_neither_shown_nor_the_order_of_a_list() -> None:
    assert [bands.points(it, 47) for it in ("burst", "night", "device")] == ["", "", "47"]
    assert [bands.floor(it, 47) for it in ("burst", "night", "device")] == [0, 0, 47]
