"""Reports against figures counted by hand; their files read back; their clock; who sees them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import docx
import pytest
from django.test import Client
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from lxml import etree
from python_calamine import CalamineWorkbook

from dieutra.campaigns.report_rules import CutOff, last_period, report_rules
from dieutra.cases import actions as cases
from dieutra.cases.models import Case
from dieutra.engine.refusals import Forbidden, Invalid
from dieutra.events.models import Event
from dieutra.incidents import actions as questions
from dieutra.jobs.actions import KINDS
from dieutra.jobs.models import Job
from dieutra.people.models import Post
from dieutra.places.models import Area
from dieutra.reports import actions
from dieutra.reports.compose import compose
from dieutra.reports.figures import SHAPES, Period
from dieutra.reports.jobs import keep_time, make_round
from dieutra.reports.models import Report
from dieutra.reports.sheet import Sheet, Table, shown
from dieutra.reports.word import word
from tests.cast import World, good_answers

Browser = Callable[[str], Client]
VN = ZoneInfo("Asia/Ho_Chi_Minh")


def area(world: World, code: str) -> Area:
    return Area.objects.get(catalogue=world.campaign.catalogue, code=code)


def this_hour() -> Period:
    return timezone.now() - timedelta(hours=1), timezone.now() + timedelta(minutes=1)


def sent(world: World, who: str) -> Case:
    user, case = world.user(who), world.case(who)
    cases.save_draft(user, case, 0, good_answers(case), {})
    cases.submit(user, world.case(who), 1)
    return world.case(who)


def a_busy_hour(world: World) -> None:
    """Two forms of Phủ Lý are sent; one is approved twice to the end, one returned; a question answered in time."""
    gsv, above = world.user("anh.giam.sat"), world.user("chi.giam.sat.tinh")
    first, second = sent(world, "don.vi"), sent(world, "don.vi.hai")
    cases.approve(gsv, first, first.version)
    cases.approve(above, world.case("don.vi"), world.case("don.vi").version)
    cases.give_back(gsv, second, second.version, "Xem lại", {})
    asked = questions.ask(world.user("don.vi"), world.campaign, "content", "a", "b", case=first)
    questions.answer(gsv, asked, asked.version, "c")


def table(tables: tuple[Table, ...], title: str) -> Table:
    return next(it for it in tables if it.title == title)


def row(found: Table, name: str) -> dict[str, object]:
    values = next(it for it in found.rows if it[0] == name)
    return dict(zip((words for words, _ in found.columns), values, strict=True))


def test_what_people_did_is_counted_from_the_record(world: World) -> None:
    a_busy_hour(world)
    tables = SHAPES["activity"](world.campaign, area(world, "35"), this_hour())
    mine = row(table(tables, "Giám sát viên"), "Anh Giám Sát")
    assert (mine["Phiếu đã duyệt"], mine["Phiếu đã trả lại"]) == (1, 1)
    assert (mine["Câu hỏi đã trả lời"], mine["Trong đó: đúng hạn"]) == (1, 1)
    assert mine["Địa bàn"] == "Thành phố Phủ Lý"
    idle = row(table(tables, "Giám sát viên"), "Người Lạ Giám Sát")
    assert idle["Phiếu đã duyệt"] == 0 and idle["Việc gần nhất"] == "Không có"
    assert table(tables, "Giám sát viên").total[:4] == ("Cộng (3)", "", 2, 1)


def test_a_late_answer_is_counted_but_not_as_in_time(world: World) -> None:
    asked = questions.ask(world.user("don.vi"), world.campaign, "content", "a", "b")
    type(asked).objects.filter(pk=asked.pk).update(due_at=timezone.now() - timedelta(hours=1))
    asked.refresh_from_db()
    questions.answer(world.user("anh.giam.sat"), asked, asked.version, "c")
    tables = SHAPES["activity"](world.campaign, area(world, "347"), this_hour())
    mine = row(table(tables, "Giám sát viên"), "Anh Giám Sát")
    assert (mine["Câu hỏi đã trả lời"], mine["Trong đó: đúng hạn"]) == (1, 0)


def test_what_lies_outside_of_the_period_or_the_area_is_not_counted(world: World) -> None:
    a_busy_hour(world)
    before = timezone.now() - timedelta(days=3), timezone.now() - timedelta(days=2)
    assert not table(SHAPES["activity"](world.campaign, area(world, "35"), before), "Giám sát viên").rows
    duy_tien = SHAPES["activity"](world.campaign, area(world, "349"), this_hour())
    assert [it[0] for it in table(duy_tien, "Giám sát viên").rows] == ["Người Lạ Giám Sát"]


def test_progress_and_quality_by_area_agree_with_a_count_by_hand(world: World) -> None:
    a_busy_hour(world)
    response = world.case("don.vi").response
    assert response is not None
    Case.objects.filter(pk=world.case("don.vi").pk).update(
        changed_at=response.sent_at + timedelta(hours=6), soft_count=3
    )
    tables = SHAPES["progress"](world.campaign, area(world, "35"), this_hour())
    phu_ly = row(table(tables, "Tiến độ theo địa bàn"), "Thành phố Phủ Lý")
    assert (phu_ly["Số phiếu"], phu_ly["Trả lại"], phu_ly["Đã duyệt"], phu_ly["Tỷ lệ đã duyệt"]) == (
        2,
        1,
        1,
        50.0,
    )
    assert (phu_ly["Gửi trong kỳ"], phu_ly["Duyệt xong trong kỳ"], phu_ly["Trả lại trong kỳ"]) == (2, 1, 1)
    own = row(table(tables, "Tiến độ theo địa bàn"), "Tỉnh Hà Nam – đơn vị trực thuộc")
    assert (own["Số phiếu"], own["Chưa nhập"], own["Tỷ lệ đã duyệt"]) == (1, 1, 0.0)
    assert table(tables, "Tiến độ theo địa bàn").total[:2] == ("Cộng", 4)
    quality = row(table(tables, "Chất lượng theo địa bàn"), "Thành phố Phủ Lý")
    assert (quality["Phiếu đã gửi"], quality["Cảnh báo, lỗi"], quality["Cảnh báo mỗi phiếu"]) == (2, 3, 1.5)
    assert (quality["Lượt trả lại"], quality["Lượt trả lại mỗi phiếu"]) == (1, 0.5)
    assert quality["Giờ từ gửi đến duyệt xong"] == pytest.approx(6.0)


def test_progress_of_the_country_and_of_a_district_reach_their_own_children(world: World) -> None:
    country = SHAPES["progress"](world.campaign, area(world, "VN"), this_hour())
    assert [it[:2] for it in table(country, "Tiến độ theo địa bàn").rows] == [("Tỉnh Hà Nam", 4)]
    district = SHAPES["progress"](world.campaign, area(world, "347"), this_hour())
    assert sum(int(it[1] or 0) for it in table(district, "Tiến độ theo địa bàn").rows) == 2


def test_kinds_of_units_have_their_words(world: World) -> None:
    tables = SHAPES["progress"](world.campaign, area(world, "35"), this_hour())
    kinds = [(it[0], it[1]) for it in table(tables, "Tiến độ theo loại đơn vị").rows]
    assert kinds == [
        ("Cơ quan hành chính nhà nước", 1),
        ("Ủy ban nhân dân và Hội đồng nhân dân cấp xã", 3),
    ]


def test_a_supervisor_holds_what_waits_at_her_own_level(world: World) -> None:
    first = sent(world, "don.vi")
    sent(world, "don.vi.hai")
    cases.approve(world.user("anh.giam.sat"), first, first.version)
    found = table(SHAPES["progress"](world.campaign, area(world, "35"), this_hour()), "Theo giám sát viên")
    assert row(found, "Anh Giám Sát")["Đang chờ duyệt"] == 1
    assert row(found, "Chị Giám Sát Tỉnh")["Đang chờ duyệt"] == 1
    assert row(found, "Người Lạ Giám Sát")["Đang chờ duyệt"] == 0
    assert row(found, "Anh Giám Sát")["Duyệt trong kỳ"] == 1


def test_a_withdrawn_supervisor_is_listed_only_for_what_she_decided(world: World) -> None:
    first = sent(world, "don.vi")
    sent(world, "don.vi.hai")
    cases.approve(world.user("anh.giam.sat"), first, first.version)
    gone = Post.objects.filter(user__username__in=["anh.giam.sat", "nguoi.la.giam.sat"])
    gone.update(ended_at=timezone.now())
    found = table(SHAPES["progress"](world.campaign, area(world, "35"), this_hour()), "Theo giám sát viên")
    names = [str(it[0]) for it in found.rows]
    assert "Anh Giám Sát" not in names
    assert not [it for it in names if it.startswith("Người Lạ")]
    left = row(found, "Anh Giám Sát (đã thôi)")
    assert (left["Đang chờ duyệt"], left["Duyệt trong kỳ"]) == (0, 1)
    assert row(found, "Chị Giám Sát Tỉnh")["Đang chờ duyệt"] == 1


def test_a_report_costs_a_fixed_number_of_statements(
    world: World, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    a_busy_hour(world)
    with django_assert_max_num_queries(10):  # type: ignore[attr-defined]
        SHAPES["progress"](world.campaign, area(world, "35"), this_hour())
    with django_assert_max_num_queries(8):  # type: ignore[attr-defined]
        SHAPES["activity"](world.campaign, area(world, "35"), this_hour())


def test_the_files_say_the_same_as_the_report(world: World, at_the_desk: Browser) -> None:
    a_busy_hour(world)
    report = actions.make(world.user("ong.tinh"), world.campaign, area(world, "35"), "progress", this_hour())
    client = at_the_desk("bac.ban.chi.dao")
    got = {
        ending: client.get(f"/bao-cao/{report.pk}/tep.{ending}").content for ending in ("xlsx", "docx", "pdf")
    }
    book = CalamineWorkbook.from_filelike(io.BytesIO(got["xlsx"]))
    cells = [value for line in book.get_sheet_by_index(0).to_python() for value in line]
    assert "ỦY BAN NHÂN DÂN TỈNH HÀ NAM" in cells and "Thành phố Phủ Lý" in cells and 50.0 in cells
    assert "TM. BAN CHỈ ĐẠO" in cells
    with zipfile.ZipFile(io.BytesIO(got["docx"])) as archive:
        for name in archive.namelist():
            etree.fromstring(archive.read(name))
    letter = docx.Document(io.BytesIO(got["docx"]))
    said = "\n".join(it.text for it in letter.paragraphs)
    tables = [[[cell.text for cell in line.cells] for line in table.rows] for table in letter.tables]
    assert "MÔ PHỎNG" in said + str(tables)
    figures = next(table for table in tables if any("Thành phố Phủ Lý" in line for line in table))
    assert len({len(line) for line in figures}) == 1, "every line has all columns"
    assert any("Thành phố Phủ Lý" in line and "50,0%" in line for line in figures)
    assert got["pdf"].startswith(b"%PDF-")
    taken = Event.objects.filter(verb="report.handed_out", subject_id=report.pk)
    assert sorted(it.facts["format"] for it in taken) == ["docx", "pdf", "xlsx"]


def test_a_name_that_looks_like_a_formula_or_mark_up_stays_a_name(world: World) -> None:
    nasty = '=HYPERLINK("http://x")<w:b/>&\x07#emph[x]'
    sheet = Sheet("", "B", "T", "S", "P", "N", False, (Table("A", ((nasty, "text"),), ((nasty,),)),), ("K",))
    for drawer in actions.DRAWERS.values():
        assert drawer(sheet)
    with zipfile.ZipFile(io.BytesIO(word(sheet))) as archive:
        text = "".join(etree.fromstring(archive.read("word/document.xml")).itertext())
    assert "<w:b/>&#emph[x]" in text
    with zipfile.ZipFile(io.BytesIO(actions.DRAWERS["xlsx"](sheet))) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_an_old_report_is_shown_as_it_was_made(world: World, at_the_desk: Browser) -> None:
    report = actions.make(world.user("ong.tinh"), world.campaign, area(world, "35"), "progress", this_hour())
    a_busy_hour(world)
    page = at_the_desk("ong.tinh").get(f"/bao-cao/{report.pk}/").content.decode()
    assert "50,0%" not in page
    now = compose(world.campaign, area(world, "35"), "progress", this_hour())
    assert any(50.0 in line for it in now.tables for line in it.rows)


def test_reading_accounts_look_and_take_but_make_nothing(world: World, at_the_desk: Browser) -> None:
    report = actions.make(world.user("co.huyen"), world.campaign, area(world, "347"), "activity", this_hour())
    asked = {"dia-ban": "347", "loai": "progress", "tu": "2026-01-01T00:00", "den": "2026-02-01T00:00"}
    for reader in ("anh.thong.ke", "bac.ban.chi.dao"):
        client = at_the_desk(reader)
        assert report.title in client.get("/bao-cao/").content.decode()
        assert client.get("/bao-cao/xem/", asked).status_code == 200
        assert client.post("/bao-cao/lap/", asked).status_code == 403
        assert client.get(f"/bao-cao/{report.pk}/tep.pdf").status_code == 200
    for stranger in ("nguoi.la", "nguoi.la.giam.sat"):
        assert at_the_desk(stranger).get(f"/bao-cao/{report.pk}/").status_code == 404
        assert at_the_desk(stranger).get("/bao-cao/xem/", asked).status_code == 404
    assert at_the_desk("don.vi").get("/bao-cao/").status_code == 403


@pytest.mark.parametrize(
    ("shape", "since", "until"),
    [("progress", 2, 1), ("progress", -1, 5), ("khac", 1, 2), ("progress", -900, -1)],
)
def test_an_unsound_period_is_refused(world: World, shape: str, since: int, until: int) -> None:
    now = timezone.now()
    if (since, until) == (-1, 5):
        since, until = 3, 5
    period = now + timedelta(days=since), now + timedelta(days=until)
    with pytest.raises(Invalid):
        actions.make(world.user("ong.tinh"), world.campaign, area(world, "35"), shape, period)
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    ("since", "until", "why"),
    [
        ("2026-03-02T00:00", "2026-03-01T00:00", "Kỳ báo cáo"),
        ("", "2026-03-01T00:00", "Hãy chọn đủ ngày và giờ"),
        ("hôm qua", "0001-01-01", "Kỳ báo cáo"),
        ("2090-03-02T00:00", "2090-03-03T00:00", "Kỳ báo cáo"),
    ],
)
def test_a_wrong_period_is_said_at_the_form_with_what_was_typed(
    world: World, at_the_desk: Browser, since: str, until: str, why: str
) -> None:
    boss = at_the_desk("ong.tinh")
    given = {"dia-ban": "347", "loai": "activity", "tu": since, "den": until}
    for answer in (boss.get("/bao-cao/xem/", given), boss.post("/bao-cao/lap/", given)):
        page = answer.content.decode()
        assert answer.status_code == 422
        assert why in page
        assert '<option value="activity" selected>' in page
        assert f'name="tu" value="{since}"' in page
        assert f'name="den" value="{until}"' in page
        assert "Lập báo cáo: Thành phố Phủ Lý" in page
    assert not Report.objects.exists()


def test_nobody_makes_a_report_of_another_area(world: World) -> None:
    with pytest.raises(Forbidden):
        actions.make(world.user("co.huyen"), world.campaign, area(world, "349"), "progress", this_hour())


@pytest.mark.parametrize(
    ("now", "period"),
    [
        ("2026-11-18 14:00", ("2026-11-17 14:00", "2026-11-18 14:00")),  # a Wednesday, on the stroke
        ("2026-11-18 13:59", ("2026-11-16 14:00", "2026-11-17 14:00")),
        ("2026-11-16 15:00", ("2026-11-13 14:00", "2026-11-16 14:00")),  # a Monday: since Friday
        ("2026-11-22 09:00", ("2026-11-19 14:00", "2026-11-20 14:00")),  # a Sunday: Friday's stands
    ],
)
def test_a_daily_cut_off_falls_on_working_days_in_vietnam(
    now: str, period: tuple[str, str], world: World
) -> None:
    cut_off = next(it for it in report_rules(world.campaign).cut_offs if it.name == "tien-do-huyen")
    found = last_period(world.campaign, cut_off, datetime.fromisoformat(now).replace(tzinfo=VN))
    assert found == tuple(datetime.fromisoformat(it).replace(tzinfo=VN) for it in period)


def test_a_weekly_cut_off_covers_a_week(world: World) -> None:
    weekly = CutOff("tuan", "activity", 1, datetime(2026, 1, 1, 16).time(), 5)
    found = last_period(world.campaign, weekly, datetime(2026, 11, 22, 9, tzinfo=VN))
    assert found == (datetime(2026, 11, 13, 16, tzinfo=VN), datetime(2026, 11, 20, 16, tzinfo=VN))


def test_the_clock_makes_each_report_once(world: World) -> None:
    type(world.campaign).objects.update(created_at=timezone.now() - timedelta(days=30))
    for number in range(2):
        keep_time(Job.objects.create(kind="reports.keep_time", key=f"t{number}"))
    rounds = list(Job.objects.filter(kind="reports.make_round"))
    assert len(rounds) == len(report_rules(world.campaign).cut_offs) == 5
    for work in [*rounds, *rounds]:
        make_round(work)
    made = Report.objects.exclude(rule="")
    places = sorted(made.filter(rule="tien-do-huyen").values_list("area__code", flat=True))
    assert places == ["347", "349"]
    assert made.count() == 2 + 1 + 1 + 1 + 1
    assert all(Path(place).exists() for place in _contents(made))
    assert Event.objects.filter(verb="report.made", actor_id__isnull=True).count() == made.count()
    assert KINDS["reports.make_round"] is make_round


def _contents(made: object) -> list[Path]:
    from dieutra.cases.files import place_of

    return [place_of(it.sha256) for report in made for it in report.files.all()]  # type: ignore[attr-defined]


def test_a_cut_off_before_the_campaign_was_made_is_passed_over(world: World) -> None:
    keep_time(Job.objects.create(kind="reports.keep_time", key="neu"))
    untils = [parse_datetime(it.payload["until"]) for it in Job.objects.filter(kind="reports.make_round")]
    early = [until for until in untils if until is None or until < world.campaign.created_at]
    assert not early


def test_figures_are_shown_as_a_vietnamese_reader_expects() -> None:
    assert [shown(1234567, "count"), shown(1234.56, "decimal"), shown(87.5, "percent"), shown(None, "decimal")] == [
        "1.234.567", "1.234,6", "87,5%", "–",
    ]  # fmt: skip
