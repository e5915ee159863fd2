"""A list is reviewed, sent, decided about; and what is asked beside it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Stale
from dieutra.events.models import Event
from dieutra.people.models import User
from dieutra.rosters import actions, asking, contacts, overlaps, sending
from dieutra.rosters.findings import findings, unsolved
from dieutra.rosters.models import Contact, Person, Request, Roster
from dieutra.rosters.queries import contacts_due, is_late
from tests.opinion_cast import OpinionWorld
from tests.rosters.lines import line

ALL = {"tinh-hdnd": 2, "tinh-so": 4, "tinh-phong": 4, "tinh-huyen": 2}
WHY = "Bổ sung lãnh đạo cấp sở còn thiếu."


def ready(world: OpinionWorld) -> Roster:
    roster = world.roster("tinh", "35")
    world.fill(roster, ALL)
    return world.roster("tinh", "35")


def sent(world: OpinionWorld) -> Roster:
    roster = ready(world)
    sending.send(world.user("chi.ha.nam"), roster, roster.version, True)
    return world.roster("tinh", "35")


def again(roster: Roster) -> Roster:
    return Roster.objects.select_related("campaign", "area").get(pk=roster.pk)


def test_sending_locks_the_list_and_gives_a_receipt_over_its_lines(opinions: OpinionWorld) -> None:
    roster = sent(opinions)
    assert (roster.state, roster.late, len(roster.receipt)) == ("sent", False, 10)
    assert roster.digest == sending.digest_of(roster)
    assert roster.counted["asked"] == 12
    person = roster.people.all()[0]
    with pytest.raises(NotNow):
        actions.remove(opinions.user("chi.ha.nam"), person, person.version)
    event = Event.objects.get(verb="roster.sent")
    assert event.facts == {"people": 12, "late": False, "receipt": roster.receipt}


def test_a_list_with_a_hard_finding_or_an_unexplained_one_is_not_sent(opinions: OpinionWorld) -> None:
    chi, roster = opinions.user("chi.ha.nam"), opinions.roster("tinh", "35")
    opinions.fill(roster, {"tinh-so": 2})
    with pytest.raises(Invalid) as refused:
        sending.send(chi, roster, roster.version, True)
    assert {it.place for it in refused.value.problems} == {"Cần giải trình"}  # three groups have nobody
    roster.refresh_from_db()
    assert (roster.state, roster.version) == ("open", 1)
    actions.explain(chi, roster, {it.key: "Cơ quan không có đối tượng này." for it in findings(roster)})
    roster.refresh_from_db()
    sending.send(chi, roster, roster.version, True)
    assert roster.counted["explanations"] == 3


def test_an_empty_list_one_without_the_statement_and_an_old_page_are_not_sent(opinions: OpinionWorld) -> None:
    chi, empty = opinions.user("chi.ha.nam"), opinions.roster("tinh", "35")
    with pytest.raises(Invalid):
        sending.send(chi, empty, empty.version, True)
    roster = ready(opinions)
    with pytest.raises(Invalid):
        sending.send(chi, roster, roster.version, False)
    actions.add(chi, roster, line())
    with pytest.raises(Stale):
        sending.send(chi, roster, 1, True)


def test_after_the_day_a_list_may_be_sent_and_is_marked_late_unless_a_later_day_was_granted(
    opinions: OpinionWorld,
) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    Campaign.objects.update(list_due_on=yesterday)
    roster = ready(opinions)
    assert is_late(roster)
    sending.send(opinions.user("chi.ha.nam"), roster, roster.version, True)
    assert again(roster).late
    sending.withdraw(opinions.user("chi.ha.nam"), roster, again(roster).version)
    Roster.objects.update(due_on=timezone.localdate())
    roster = again(roster)
    sending.send(opinions.user("chi.ha.nam"), roster, roster.version, True)
    assert not again(roster).late


def test_after_the_last_day_of_the_survey_no_list_is_taken(opinions: OpinionWorld) -> None:
    roster = ready(opinions)
    day = timezone.localdate() - timedelta(days=1)
    Campaign.objects.update(list_due_on=day, closes_on=day)
    with pytest.raises(NotNow, match="kết thúc"):
        sending.send(opinions.user("chi.ha.nam"), again(roster), roster.version, True)


def test_the_body_takes_a_sent_list_back_until_it_is_decided(opinions: OpinionWorld) -> None:
    chi, roster = opinions.user("chi.ha.nam"), sent(opinions)
    sending.withdraw(chi, roster, roster.version)
    assert roster.state == "open"
    sending.send(chi, roster, roster.version, True)
    sending.accept(opinions.user("ba.bo"), roster, roster.version)
    with pytest.raises(NotNow):
        sending.withdraw(chi, roster, roster.version)


def test_the_centre_accepts_once_and_the_event_asks_for_what_follows(opinions: OpinionWorld) -> None:
    roster = sent(opinions)
    seen = roster.version
    sending.accept(opinions.user("ong.chuyen.vien"), roster, seen)
    assert roster.state == "accepted"
    event = Event.objects.get(verb="roster.accepted")
    assert (event.facts, event.subject_id, event.path) == (
        {"people": 12, "late": False},
        roster.pk,
        roster.path,
    )
    with pytest.raises(NotNow):
        sending.accept(opinions.user("ba.bo"), roster, seen)


def test_of_two_who_decide_at_once_the_second_is_told(opinions: OpinionWorld) -> None:
    roster = sent(opinions)
    other = again(roster)
    sending.accept(opinions.user("ba.bo"), roster, roster.version)
    with pytest.raises(Stale):
        sending.give_back(opinions.user("ong.chuyen.vien"), other, other.version, WHY)
    assert again(roster).state == "accepted"


def test_a_returned_list_says_why_at_the_list_and_at_its_lines_and_opens_again(
    opinions: OpinionWorld,
) -> None:
    roster = sent(opinions)
    person = roster.people.order_by("number")[0]
    with pytest.raises(Invalid):
        sending.give_back(opinions.user("ba.bo"), roster, roster.version, "sửa")
    sending.give_back(
        opinions.user("ba.bo"), roster, roster.version, WHY, {person.pk: "Chức vụ đã thay đổi."}
    )
    person.refresh_from_db()
    assert (roster.state, roster.reason, person.remark) == ("returned", WHY, "Chức vụ đã thay đổi.")
    sending.send(opinions.user("chi.ha.nam"), roster, roster.version, True)
    person.refresh_from_db()
    assert (roster.reason, person.remark) == ("", "")


def test_a_remark_at_another_body_s_line_lands_nowhere(opinions: OpinionWorld) -> None:
    roster = sent(opinions)
    other = opinions.fill(opinions.roster("tinh", "40"), {"tinh-so": 1})[0]
    sending.give_back(opinions.user("ba.bo"), roster, roster.version, WHY, {other.pk: "Sai người."})
    other.refresh_from_db()
    assert other.remark == ""


def test_an_accepted_list_is_opened_again_by_the_centre_with_a_reason(opinions: OpinionWorld) -> None:
    roster = sent(opinions)
    sending.accept(opinions.user("ba.bo"), roster, roster.version)
    sending.reopen(opinions.user("ba.bo"), roster, roster.version, "Cơ quan xin bổ sung hai người.")
    assert (roster.state, Event.objects.filter(verb="roster.reopened").count()) == ("returned", 1)


@pytest.mark.parametrize("who", ["chi.ha.nam", "chu.doc", "bac.bcd", "co.nghe.an", "anh.ngoai.giao"])
def test_nobody_but_the_centre_decides(opinions: OpinionWorld, who: str) -> None:
    roster, actor = sent(opinions), opinions.user(who)
    with pytest.raises(Forbidden):
        sending.accept(actor, roster, roster.version)
    with pytest.raises(Forbidden):
        sending.give_back(actor, roster, roster.version, WHY)
    with pytest.raises(Forbidden):
        sending.reopen(actor, roster, roster.version, WHY)


def test_the_centre_does_not_send_in_a_body_s_place(opinions: OpinionWorld) -> None:
    roster = ready(opinions)
    for who in ("ba.bo", "co.nghe.an", "chu.doc"):
        with pytest.raises(Forbidden):
            sending.send(opinions.user(who), roster, roster.version, True)


# --- the rules of sampling


def ministry(world: OpinionWorld, units: dict[str, int]) -> Roster:
    roster = world.roster("bo", "B01")
    for name, number in units.items():
        for at in range(number):
            actions.add(
                world.user("anh.ngoai.giao"), roster,
                line(f"Lê {name} {'abcdef'[at]}an", group="bo-cchc", don_vi=name, ngay_sinh="", dien_thoai="",
                     email=f"{name[-1].lower()}{at}@mofa.gov.vn"),
            )  # fmt: skip
    return world.roster("bo", "B01")


def test_of_each_unit_exactly_two_officials_are_named(opinions: OpinionWorld) -> None:
    roster = ministry(opinions, {"Vụ A": 2, "Vụ B": 1, "Vụ C": 3})
    told = {
        (it.code, it.hard, it.message.split(": ")[1].split(" có")[0])
        for it in findings(roster)
        if it.group == "bo-cchc"
    }
    assert told == {("under", False, "Vụ B"), ("over", True, "Vụ C")}


def association(name: str, at: int, **but: str) -> dict[str, str]:
    return line(
        f"Phạm {name} {'abcdefg'[at]}ình", group="bo-hoi", don_vi=name, ngay_sinh="", dien_thoai="",
        email=f"hoi{at}@hoi.org.vn", chuc_vu="Chủ tịch", **but,
    )  # fmt: skip


def test_five_associations_at_most_and_whoever_stands_in_says_for_whom_and_why(
    opinions: OpinionWorld,
) -> None:
    anh, roster = opinions.user("anh.ngoai.giao"), opinions.roster("bo", "B01")
    for at in range(5):
        actions.add(anh, roster, association(f"Hội {at}", at))
    assert "too_many_units" not in {it.code for it in findings(roster)}
    actions.add(
        anh, roster, association("Hội 5", 5, thay_cho="Chủ tịch Hội", ly_do_thay="Đi công tác dài ngày")
    )
    found = next(it for it in findings(roster) if it.code == "too_many_units")
    assert found.hard and "6 hội" in found.message
    with pytest.raises(Invalid):
        actions.add(anh, roster, association("Hội 4", 6, thay_cho="Chủ tịch Hội"))


# --- requests


def test_somebody_in_special_difficulty_is_excused_by_the_centre_alone(opinions: OpinionWorld) -> None:
    roster, chi = ready(opinions), opinions.user("chi.ha.nam")
    person = roster.people.filter(group="tinh-hdnd")[0]
    asked = asking.ask_hardship(chi, person, "Đang điều trị dài ngày ở nước ngoài.")
    with pytest.raises(NotNow):
        asking.ask_hardship(chi, person, "Đang điều trị dài ngày ở nước ngoài.")
    with pytest.raises(Forbidden):
        asking.answer(chi, asked, True, "")
    asking.answer(opinions.user("ba.bo"), asked, True, "Đồng ý.")
    person.refresh_from_db()
    assert person.standing == Person.Standing.EXCUSED
    roster = again(roster)
    sending.send(chi, roster, roster.version, True)
    assert (roster.counted["asked"], roster.counted["excused"]) == (11, 1)


def test_a_refusal_needs_a_reason_and_changes_nobody(opinions: OpinionWorld) -> None:
    roster = ready(opinions)
    person = roster.people.all()[0]
    asked = asking.ask_hardship(opinions.user("chi.ha.nam"), person, "Bận công tác ở cơ sở.")
    with pytest.raises(Invalid):
        asking.answer(opinions.user("ba.bo"), asked, False, "không")
    asking.answer(opinions.user("ba.bo"), asked, False, "Công tác ở cơ sở vẫn trả lời được trên điện thoại.")
    person.refresh_from_db()
    assert (person.standing, asked.state) == (Person.Standing.IN, Request.State.REFUSED)
    with pytest.raises(Stale):
        asking.answer(opinions.user("ong.chuyen.vien"), asked, True, "")


def test_the_centre_answers_what_was_asked_before_it_accepts(opinions: OpinionWorld) -> None:
    roster = sent(opinions)
    asked = asking.ask_hardship(
        opinions.user("chi.ha.nam"), roster.people.all()[0], "Đang nghỉ chữa bệnh dài ngày."
    )
    with pytest.raises(NotNow, match="đề nghị"):
        sending.accept(opinions.user("ba.bo"), roster, roster.version)
    asking.answer(opinions.user("ba.bo"), asked, True, "")
    roster = again(roster)
    sending.accept(opinions.user("ba.bo"), roster, roster.version)
    assert Event.objects.get(verb="roster.accepted").facts["people"] == 11


def test_what_is_asked_while_the_centre_accepts_stops_the_acceptance(
    opinions: OpinionWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    roster, go = sent(opinions), sending.go

    def late(*given: Any, **changes: Any) -> None:
        asking.ask_hardship(opinions.user("chi.ha.nam"), Person.objects.all()[0], "Đang nghỉ chữa bệnh.")
        go(*given, **changes)

    monkeypatch.setattr(sending, "go", late)
    with pytest.raises(NotNow, match="1 đề nghị"):
        sending.accept(opinions.user("ba.bo"), roster, roster.version)
    assert again(roster).state == Roster.State.SENT


def test_nothing_is_asked_of_a_list_that_was_accepted_since_it_was_looked_at(opinions: OpinionWorld) -> None:
    roster = sent(opinions)
    person = Person.objects.select_related("roster__campaign").first()
    assert person is not None and person.roster.state == Roster.State.SENT
    sending.accept(opinions.user("ba.bo"), roster, roster.version)
    with pytest.raises(NotNow, match="vừa được tiếp nhận"):
        asking.ask_hardship(opinions.user("chi.ha.nam"), person, "Đang nghỉ chữa bệnh.")
    assert not Request.objects.exists()


def test_a_later_day_is_asked_granted_and_counts(opinions: OpinionWorld) -> None:
    chi, roster = opinions.user("chi.ha.nam"), opinions.roster("tinh", "35")
    later = opinions.campaign.list_due_on + timedelta(days=3)
    for wrong in (None, opinions.campaign.list_due_on, opinions.campaign.closes_on + timedelta(days=1)):
        with pytest.raises(Invalid):
            asking.ask_later(chi, roster, wrong, "Tỉnh vừa sắp xếp lại các sở.")
    asked = asking.ask_later(chi, roster, later, "Tỉnh vừa sắp xếp lại các sở.")
    asking.answer(opinions.user("ong.chuyen.vien"), asked, True, "")
    assert again(roster).due_on == later


# --- contacts


def named(world: OpinionWorld, standing: int = 0, who: str = "chi.ha.nam", **but: str) -> Contact:
    given = {
        "name": "Lê Văn Máy",
        "office": "Chuyên viên",
        "phone": "0912 000 111",
        "email": "may@hanam.gov.vn",
    }
    return contacts.name_contact(
        world.user(who), world.campaign, world.area("35"), standing=standing, **(given | but)
    )


def test_a_contact_is_named_changed_and_the_former_stays_in_the_history(opinions: OpinionWorld) -> None:
    first = named(opinions)
    assert (first.phone, first.late) == ("0912000111", False)
    with pytest.raises(Stale):
        named(opinions)  # somebody who has not seen the first
    named(opinions, first.pk, name="Trần Thị Mạng")
    assert [(it.name, it.ended_at is None) for it in Contact.objects.order_by("pk")] == [
        ("Lê Văn Máy", False),
        ("Trần Thị Mạng", True),
    ]


def test_contacts_are_due_three_days_before_the_lists_as_in_the_letter_and_marked_late(
    opinions: OpinionWorld,
) -> None:
    assert contacts_due(opinions.campaign) == opinions.campaign.list_due_on - timedelta(days=3)
    Campaign.objects.update(list_due_on=timezone.localdate() + timedelta(days=2))
    opinions.campaign.refresh_from_db()
    assert named(opinions).late


@pytest.mark.parametrize(
    ("but", "place"),
    [({"phone": "x"}, "Điện thoại di động"), ({"name": ""}, "Họ và tên"), ({"email": "x@"}, "E-mail")],
)
def test_a_wrong_contact_is_refused_at_its_field(
    opinions: OpinionWorld, but: dict[str, str], place: str
) -> None:
    with pytest.raises(Invalid) as refused:
        named(opinions, **but)
    assert [it.place for it in refused.value.problems] == [place]


def test_nobody_names_a_contact_for_another_body(opinions: OpinionWorld) -> None:
    for who in ("ba.bo", "co.nghe.an", "chu.doc"):
        with pytest.raises(Forbidden):
            named(opinions, who=who)


def test_overlaps_are_told_in_the_receipt(opinions: OpinionWorld) -> None:
    chi, roster = opinions.user("chi.ha.nam"), ready(opinions)
    for group in ("tinh-so", "tinh-hdnd"):
        actions.add(chi, roster, line(group=group))
    overlaps.confirm_all(chi, roster)
    assert unsolved(findings(roster)) == []
    roster = again(roster)
    sending.send(chi, roster, roster.version, True)
    assert (roster.counted["asked"], roster.counted["aside"]) == (13, 1)
    assert isinstance(roster.sent_by, User)
