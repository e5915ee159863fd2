"""The frame, the draw and its certificate, the list that is made of it."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from fractions import Fraction

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from dieutra.campaigns.actions import appoint, create_campaign
from dieutra.engine.refusals import Forbidden, Invalid, NotNow
from dieutra.engine.stats.stages import Line, digest
from dieutra.events.models import Event
from dieutra.places.models import Area
from dieutra.rosters import actions as listing
from dieutra.rosters import sending
from dieutra.rosters.findings import findings, unsolved
from dieutra.rosters.models import Person, Roster
from dieutra.samples import actions, queries
from dieutra.samples.models import Draw, DrawnList, Population
from tests.samples.cast import HEADERS, KIND, SampleWorld, frame_lines, workbook


def test_the_frame_is_loaded_whole_with_a_digest_that_ignores_the_order(satisfied: SampleWorld) -> None:
    frame = satisfied.load(frame_lines()[::-1])
    assert (frame.size, frame.transactions.count()) == (720, 720)
    assert frame.digest == digest([Line(it[0], (it[3], it[4])) for it in frame_lines()])
    assert set(frame.transactions.values_list("group", flat=True)) == {"dat-dai", "ho-tich", "xay-dung"}


@pytest.mark.parametrize(
    ("column", "value", "place", "words"),
    [
        (0, "HS-34701-001", "Dòng 3, cột “Mã hồ sơ”", "đã có ở dòng 2"),
        (2, "Bói toán", "Dòng 3, cột “Lĩnh vực”", "không có trong danh mục"),
        (3, "999", "Dòng 3, cột “Mã huyện”", "không phải mã huyện"),
        (4, "34901", "Dòng 3, cột “Mã xã”", "không phải mã xã của huyện 347"),
        (5, "không phải thư", "Dòng 3, cột “E-mail”", "không phải là địa chỉ"),
        (1, "", "Dòng 3, cột “Họ và tên”", "Bắt buộc"),
    ],
)
def test_a_fault_is_told_by_row_and_column_and_nothing_is_loaded(
    satisfied: SampleWorld, column: int, value: str, place: str, words: str
) -> None:
    lines = frame_lines(2)
    lines[1] = (*lines[1][:column], value, *lines[1][column + 1 :])
    with pytest.raises(Invalid) as refused:
        satisfied.load(lines)
    assert [(it.place, words in it.message) for it in refused.value.problems] == [(place, True)]
    assert not Population.objects.exists()


def test_all_that_is_wrong_with_a_row_is_told_at_once(satisfied: SampleWorld) -> None:
    lines = frame_lines(2)
    lines[1] = (lines[0][0], "", "Bói toán", "999", "34999", "không", "12", "31/02/2023")
    lines[2] = (*lines[2][:7], f"{timezone.localdate() + timedelta(days=400):%d/%m/%Y}")
    lines[3] = (*lines[3][:3], "349", "34701", *lines[3][5:])
    with pytest.raises(Invalid) as refused:
        satisfied.load(lines)
    assert [it.place for it in refused.value.problems] == [
        *(f"Dòng 3, cột “{it}”" for it in HEADERS), "Dòng 4, cột “Ngày trả kết quả”", "Dòng 5, cột “Mã xã”",
    ]  # fmt: skip
    day, later = (next(it for it in refused.value.problems if it.place.startswith(row) and "Ngày" in it.place)
                  for row in ("Dòng 3", "Dòng 4"))  # fmt: skip
    assert "không phải là ngày" in day.message and "chưa tới" in later.message


def test_an_unlikely_margin_is_refused_with_what_can_be(satisfied: SampleWorld) -> None:
    satisfied.load()
    desk, where = satisfied.desk("chi.ha.nam"), reverse("sample_place", args=["35"])
    for text in ("0,0000001", "0,0009", "0,51", "5"):
        page = desk.get(where, {"e": text})
        assert page.status_code == 422 and "từ 0,001 (0,1%) đến 0,5 (50%)" in page.content.decode(), text
        with pytest.raises(Invalid):
            actions.read_numbers(queries.rules_of(satisfied.campaign), text, "1,5", ("2", "2", "20"))
    for text, words in (("0,05", "e = 5,0%"), ("0,0125", "e = 1,25%"), ("0,001", "e = 0,1%")):
        assert words in desk.get(where, {"e": text}).content.decode()


def test_a_file_without_a_column_is_refused(satisfied: SampleWorld) -> None:
    content = workbook([it[:4] for it in frame_lines(1)], HEADERS[:4])
    with pytest.raises(Invalid, match="Mã xã"):
        actions.load(
            satisfied.user("chi.ha.nam"), satisfied.campaign, satisfied.area("35"), content, "x.xlsx"
        )


def test_only_administrators_of_the_province_and_above_draw(satisfied: SampleWorld) -> None:
    for who in ("chu.doc", "co.nghe.an"):
        with pytest.raises(Forbidden):
            satisfied.load(who=who)
    satisfied.load(who="ba.bo")
    for who in ("chu.doc", "co.nghe.an"):
        with pytest.raises(Forbidden):
            satisfied.draw(who=who)


def test_the_plan_says_the_simple_size_and_what_it_is_really_worth(satisfied: SampleWorld) -> None:
    plan = queries.plan(satisfied.load(), Fraction("0.05"), Fraction("1.5"), (2, 2, 20))
    assert (plan.size.people, plan.people, plan.short) == (258, 80, 178)
    assert plan.size.margin < plan.size.with_effect < plan.margin
    assert plan.size.needed > plan.size.people
    assert queries.plan(satisfied.load(), Fraction("0.05"), Fraction("1.5"), (9, 9, 99)).people == 720


def test_a_draw_takes_what_was_asked_for_in_each_stage_and_gives_every_person_her_probability(
    satisfied: SampleWorld,
) -> None:
    satisfied.load()
    drawn = queries.certificate_of(satisfied.draw()).drawn
    assert len(drawn) == len({it.code for it in drawn}) == 80
    assert len({it.path[0] for it in drawn}) == 2 and len({it.path for it in drawn}) == 4
    # communes alike in size: 2/4 of the districts, 2/3 of the communes, 20/60 of the people
    assert {it.inclusion for it in drawn} == {Fraction(1, 9)}
    assert sum(1 / it.inclusion for it in drawn) == 720


def test_the_same_seed_draws_the_same_people_and_another_seed_others(satisfied: SampleWorld) -> None:
    satisfied.load()
    first = satisfied.draw("một")
    again = satisfied.draw("một", reason="thử lại")
    other = satisfied.draw("hai", reason="biên bản bốc thăm lần hai")
    assert first.certificate == again.certificate and first.digest == again.digest
    assert first.certificate["drawn"] != other.certificate["drawn"]
    assert queries.differs(first) == "" == queries.differs(other)


def test_drawing_once_more_needs_a_reason_and_every_draw_stays(satisfied: SampleWorld) -> None:
    satisfied.load()
    satisfied.draw()
    with pytest.raises(Invalid, match="Lý do chọn lại"):
        satisfied.draw("khác")
    satisfied.draw("khác", reason="bốc thăm lại có biên bản")
    assert Draw.objects.count() == 2
    facts = list(Event.objects.filter(verb="sample.drawn").order_by("pk").values_list("facts", flat=True))
    assert [it["again"] for it in facts] == [False, True]


def test_a_draw_cannot_be_changed_or_removed_even_in_the_database(satisfied: SampleWorld) -> None:
    satisfied.load()
    drawn = satisfied.draw()
    with pytest.raises(DatabaseError), transaction.atomic():
        Draw.objects.filter(pk=drawn.pk).update(people=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        Draw.objects.filter(pk=drawn.pk).delete()
    assert Draw.objects.get(pk=drawn.pk).people == 80


def test_the_certificate_s_file_has_the_digest_that_is_kept_and_holds_no_name(satisfied: SampleWorld) -> None:
    satisfied.load()
    drawn = satisfied.draw()
    content = queries.file_of(Draw.objects.get(pk=drawn.pk).certificate)
    assert hashlib.sha256(content).hexdigest() == drawn.digest
    assert "Nguyễn" not in content.decode() and "@" not in content.decode()
    assert json.loads(content)["frame"]["size"] == 720


def test_a_frame_that_was_tampered_with_is_found_out(satisfied: SampleWorld) -> None:
    frame = satisfied.load()
    drawn = satisfied.draw()
    frame.transactions.filter(code="HS-34701-001").update(code="HS-34701-999")
    assert "Khung mẫu" in queries.differs(drawn)
    with pytest.raises(NotNow, match="không còn như lúc nạp"):
        satisfied.draw("khác", reason="thử")


@pytest.mark.parametrize(
    ("takes", "seed", "place"),
    [
        (("0", "2", "20"), "1", "Huyện"),
        (("2", "x", "20"), "1", "Xã"),
        (("2", "2", "10001"), "1", "Người"),
        (("2", "2", "20"), "  ", "Số gốc"),
    ],
)
def test_numbers_that_cannot_be_are_refused_at_their_place(
    satisfied: SampleWorld, takes: tuple[str, ...], seed: str, place: str
) -> None:
    satisfied.load()
    with pytest.raises(Invalid) as refused:
        satisfied.draw(seed, takes)
    assert [it.place for it in refused.value.problems] == [place]


def test_all_that_is_no_number_is_told_at_once(satisfied: SampleWorld) -> None:
    satisfied.load()
    with pytest.raises(Invalid) as refused:
        actions.read_numbers(queries.rules_of(satisfied.campaign), "nhỏ", "", ("2", "0", "-1"))
    assert [it.place for it in refused.value.problems] == ["Sai số e", "Hệ số thiết kế", "Xã", "Người"]


def test_the_drawn_become_the_list_of_the_province_and_nobody_else_is_kept_by_name(
    satisfied: SampleWorld,
) -> None:
    frame = satisfied.load()
    drawn = satisfied.draw()
    made = actions.make_list(satisfied.user("chi.ha.nam"), drawn)
    people = Person.objects.filter(roster=made.roster)
    codes = [it["code"] for it in drawn.certificate["drawn"]]
    assert [it.details["ma_ho_so"] for it in people.order_by("number")] == codes
    assert made.roster.state == Roster.State.OPEN and made.roster.survey == "hai-long"
    assert made.without_address == people.filter(email="").count() > 0
    one = people.exclude(email="").first()
    assert one is not None and one.name.startswith("Nguyễn ") and one.unit.startswith("Xã ")
    assert not frame.transactions.exclude(name="", email="", phone="").exists()
    assert queries.differs(drawn) == ""  # codes and places are still there to draw again from


def test_the_list_goes_the_way_of_every_list(satisfied: SampleWorld) -> None:
    """People without an address are found out before sending; the others are sent and accepted."""
    satisfied.load()
    body = satisfied.user("chi.ha.nam")
    roster = actions.make_list(body, satisfied.draw()).roster
    nobody = roster.people.filter(email="")
    told = {one.pk for it in findings(roster) if it.hard for one in it.people}
    assert told == set(nobody.values_list("pk", flat=True)) != set()
    for person in nobody:
        listing.remove(body, person, person.version)
    soft = {it.key: "Theo mẫu đã chọn, có chứng thư" for it in unsolved(findings(roster))}
    listing.explain(body, roster, soft)
    roster.refresh_from_db()
    sending.send(body, roster, roster.version, agreed=True)
    sending.accept(satisfied.user("ba.bo"), roster, roster.version)
    assert roster.state == Roster.State.ACCEPTED


def test_after_the_list_nothing_is_drawn_or_loaded_again(satisfied: SampleWorld) -> None:
    satisfied.load()
    drawn = satisfied.draw()
    actions.make_list(satisfied.user("chi.ha.nam"), drawn)
    for act in (
        lambda: satisfied.draw("khác", reason="thử"),
        lambda: satisfied.load(why="thử"),
        lambda: actions.make_list(satisfied.user("chi.ha.nam"), drawn),
    ):
        with pytest.raises(NotNow):
            act()
    assert DrawnList.objects.count() == 1


def test_a_list_is_made_of_the_latest_draw_alone(satisfied: SampleWorld) -> None:
    satisfied.load()
    first = satisfied.draw()
    satisfied.draw("hai", reason="bốc thăm lại")
    with pytest.raises(NotNow, match="mới hơn"):
        actions.make_list(satisfied.user("chi.ha.nam"), first)


def test_a_province_that_already_named_people_is_not_overwritten(satisfied: SampleWorld) -> None:
    satisfied.load()
    drawn = satisfied.draw()
    roster = Roster.objects.create(
        campaign=satisfied.campaign, survey="hai-long", area=satisfied.area("35"), path="VN/35/"
    )
    Person.objects.create(
        roster=roster, campaign=satisfied.campaign, survey="hai-long", path="VN/35/",
        group="dat-dai", number=1, name="A", name_key="a",
    )  # fmt: skip
    with pytest.raises(NotNow, match="đã có người"):
        actions.make_list(satisfied.user("chi.ha.nam"), drawn)
    assert Person.objects.count() == 1


def test_another_frame_after_a_draw_needs_a_reason_and_ends_the_draw(satisfied: SampleWorld) -> None:
    former = satisfied.load()
    drawn = satisfied.draw()
    with pytest.raises(Invalid, match="Lý do thay khung"):
        satisfied.load()
    satisfied.load(frame_lines(30), why="Khung trước thiếu tháng 12")
    former.refresh_from_db()
    assert former.ended_why == "Khung trước thiếu tháng 12"
    assert not former.transactions.exclude(name="").exists()
    with pytest.raises(NotNow):
        actions.make_list(satisfied.user("chi.ha.nam"), drawn)
    assert queries.differs(drawn) == ""


def test_the_frame_that_the_kind_ships_to_try_it_is_sound_in_the_national_catalogue(db: None) -> None:
    today = timezone.localdate()
    campaign = create_campaign(
        KIND, "hai-long", "Hài lòng", *(today + timedelta(days=it) for it in (0, 5, 20))
    )
    centre = Area.objects.get(catalogue=campaign.catalogue, path="VN/")
    who = {"username": "sipas.tw", "full_name": "Quản trị SIPAS", "email": "sipas@example.gov.vn"}
    post = appoint(None, campaign, "qtv", centre, **who)
    province = Area.objects.get(catalogue=campaign.catalogue, code="35", level=1)
    frame = actions.load(
        post.user, campaign, province, (KIND / "khung-mo-phong-35.csv").read_bytes(), "khung.csv"
    )
    drawn = actions.draw(post.user, frame, "0,05", "1,5", ("4", "5", "20"), "73915", "")
    assert (
        frame.size == 358 and actions.make_list(post.user, drawn).roster.people.count() == drawn.people > 150
    )
