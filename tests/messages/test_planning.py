"""Action rules and urging: exactly those who are late, once per case, as the preview showed it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from dieutra.campaigns import action_rules
from dieutra.campaigns.models import Campaign
from dieutra.cases.models import Case
from dieutra.engine.refusals import Forbidden, Invalid, NotNow
from dieutra.events.models import Event
from dieutra.frames.models import Unit
from dieutra.jobs.worker import work_once
from dieutra.messages import actions, clock, planning
from dieutra.messages.models import Message, Suppression, Wave
from dieutra.people.models import Post, User
from dieutra.places.models import Area
from dieutra.reactions import REACTIONS
from tests.cast import HA_NAM, PHU_LY, World
from tests.messages.outbox import put, turn_until_quiet
from tests.messages.outside import mailbox
from tests.messages.relay import Relay

State = Message.State
TOKEN = "0123456789abcdef"


def area(world: World, code: str) -> Area:
    return Area.objects.get(catalogue=world.campaign.catalogue, code=code)


def work() -> None:
    while work_once(REACTIONS, {}):
        pass


def urge(world: World, who: str, code: str, token: str = TOKEN, **given: Any) -> Wave:
    options = {"channels": ["email"], "late_only": False, "token": token, **given}
    return actions.urge(world.user(who), world.campaign, area(world, code), "nhac-truoc-han", **options)


def test_those_who_have_not_sent_get_the_kinds_letter_with_their_own_words(
    world: World, mailoutbox: list
) -> None:
    Case.objects.filter(unit__code="DANG-PL").update(state="accepted")
    User.objects.filter(username="don.vi").update(full_name="Ủy ban <Phủ Lý> {han}")
    urge(world, "co.huyen", PHU_LY)
    work()
    [letter] = [it for it in mailoutbox if it.subject.startswith("Nhắc kê khai")]
    case = world.case("don.vi")
    assert letter.to == ["don.vi@example.gov.vn"]
    assert "Kính gửi: Ủy ban <Phủ Lý> {han}" in letter.body, "a brace in a name is not filled in"
    assert f"/phieu/{case.pk}/" in letter.body
    assert f"ngày {case.due_on:%d/%m/%Y}" in letter.body
    assert "trạng thái: Chưa nhập" in letter.body
    assert f"phụ trách tại {case.unit.area.name}." in letter.body


def test_the_same_button_twice_and_the_same_day_twice_send_once(world: World) -> None:
    first = urge(world, "co.huyen", PHU_LY)
    assert urge(world, "co.huyen", PHU_LY).pk == first.pk
    work()
    assert Message.objects.filter(template="reminder").count() == 2
    second = urge(world, "ong.tinh", PHU_LY, token="f" * 16)
    work()
    second.refresh_from_db()
    assert second.planned == 0
    assert Message.objects.filter(template="reminder").count() == 2


def test_who_may_not_send_there_sends_nothing(world: World) -> None:
    for who in ("nguoi.la", "bac.ban.chi.dao", "don.vi"):
        with pytest.raises(Forbidden):
            urge(world, who, PHU_LY)
    with pytest.raises(Invalid):
        urge(world, "co.huyen", PHU_LY, channels=["chim"])
    with pytest.raises(Invalid):
        urge(world, "co.huyen", PHU_LY, token="x")
    Case.objects.update(state="accepted")
    with pytest.raises(NotNow, match="Không còn ai"):
        urge(world, "co.huyen", PHU_LY)
    assert not Wave.objects.exists()
    assert not Event.objects.filter(verb="wave.asked").exists()


def test_only_those_past_their_day_when_it_is_asked_so(world: World) -> None:
    Case.objects.filter(unit__code="UBND-PL").update(due_on=timezone.localdate() - timedelta(days=1))
    wave = urge(world, "co.huyen", PHU_LY, late_only=True)
    work()
    assert [it.user_id for it in wave.messages.all()] == [world.user("don.vi").pk]


def test_the_preview_counts_those_without_an_address_and_those_who_want_no_more(world: World) -> None:
    User.objects.filter(username="don.vi").update(email="")
    Suppression.objects.create(address="don.vi.hai@example.gov.vn", scope="optional", reason="thôi")
    wave = actions.wave_for(
        world.user("ong.tinh"),
        world.campaign,
        area(world, HA_NAM),
        "nhac-truoc-han",
        ["email"],
        late_only=False,
    )
    reach = planning.reach(wave, "email")
    assert (reach.cases, reach.people, reach.without_address, reach.suppressed, reach.will_get) == (
        4,
        4,
        1,
        1,
        2,
    )
    wave.save()
    planning.plan(wave)
    turn_until_quiet()
    states = Counter(wave.messages.values_list("state", flat=True))
    assert states == {State.SENT: 2, State.SUPPRESSED: 1}


def on_the_day(world: World, closes_in: int) -> None:
    Campaign.objects.filter(pk=world.campaign.pk).update(
        closes_on=timezone.localdate() + timedelta(days=closes_in)
    )


def test_a_rule_by_date_fires_on_its_day_and_once_per_case(world: World) -> None:
    campaign = world.campaign
    assert clock.waves_due(campaign) == [] or all(
        it.rule == "nhac-cho-duyet" for it in clock.waves_due(campaign)
    )
    on_the_day(world, 7)
    [wave] = [
        it for it in clock.waves_due(Campaign.objects.get(pk=campaign.pk)) if it.rule == "nhac-truoc-han"
    ]
    assert Counter(wave.messages.values_list("channel", flat=True)) == {"email": 4, "notice": 4}
    assert not [it for it in clock.waves_due(Campaign.objects.get(pk=campaign.pk)) if it.rule == wave.rule]
    on_the_day(world, 6)  # the deadline was moved: another occasion of the same rule
    again = [it for it in clock.waves_due(Campaign.objects.get(pk=campaign.pk)) if it.rule == wave.rule]
    assert [it.messages.count() for it in again] in ([], [0])


def test_a_worker_that_stood_still_for_a_week_sends_no_stale_reminder(world: World) -> None:
    on_the_day(world, 2)
    made = clock.waves_due(Campaign.objects.get(pk=world.campaign.pk))
    assert "nhac-truoc-han" not in {it.rule for it in made}


def test_a_supervisor_gets_one_message_with_the_number_of_forms_that_wait(world: World) -> None:
    long_ago = timezone.now() - timedelta(days=6)
    Case.objects.filter(path__startswith="VN/35/347/").update(state="submitted", level=2, changed_at=long_ago)
    [wave] = [it for it in clock.waves_due(world.campaign) if it.rule == "nhac-cho-duyet"]
    mails = {it.user.username: it for it in wave.messages.filter(channel="email").select_related("user")}
    assert set(mails) == {"anh.giam.sat"}, "at whose desk they wait, nobody above or elsewhere"
    assert mails["anh.giam.sat"].subject == "2 phiếu chờ duyệt – Điều tra thử"
    assert "Tại Thành phố Phủ Lý có 2 phiếu" in mails["anh.giam.sat"].text


def test_a_form_is_counted_once_for_its_stay_in_a_state(world: World) -> None:
    Case.objects.filter(unit__code="UBND-PL").update(
        state="submitted", level=2, changed_at=timezone.now() - timedelta(days=6)
    )
    [first] = [it for it in clock.waves_due(world.campaign) if it.rule == "nhac-cho-duyet"]
    assert first.planned_at is None or first.messages.exists()
    Wave.objects.filter(pk=first.pk).update(occasion="2026-01-01")  # the next day's round
    [second] = [it for it in clock.waves_due(world.campaign) if it.rule == "nhac-cho-duyet"]
    assert not second.messages.exists()


def test_a_return_rings_the_units_bell_and_reading_silences_it(
    world: World, at_the_desk: Callable[[str], Client]
) -> None:
    from dieutra.cases.actions import give_back
    from tests.test_permission_matrix import sent

    case = sent(world)
    give_back(world.user("anh.giam.sat"), case, case.version, "Xem lại", {})
    work()
    unit, other = at_the_desk("don.vi"), at_the_desk("don.vi.hai")
    page = unit.get(reverse("notices")).content.decode()
    assert "1 thông báo chưa đọc" in page
    assert f'href="/phieu/{case.pk}/"' in page
    assert "0 thông báo chưa đọc" in other.get(reverse("notices")).content.decode()
    other.post(reverse("notices_read"))
    assert 'class="dt-bell-count">1<' in unit.get("/phieu/", follow=True).content.decode()
    unit.post(reverse("notices_read"))
    assert "dt-bell-count" not in unit.get("/phieu/", follow=True).content.decode()


def test_a_link_in_a_mail_stops_reminders_but_nothing_obligatory(
    world: World, client: Client, relay: Relay
) -> None:
    put(world, 1)
    turn_until_quiet()
    link = str(relay.mails()[0]["List-Unsubscribe"]).strip()[1:-1].removeprefix("http://127.0.0.1:8000")
    assert "nguoi1@don-vi.example.vn" in client.get(link).content.decode()
    assert not Suppression.objects.exists(), "to open the link is not to want it"
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    again = put(world, 2, to="Nguoi1@don-vi.example.vn")
    needed = put(world, 3, to="nguoi1@don-vi.example.vn", obligatory=True)
    turn_until_quiet()
    again.refresh_from_db()
    needed.refresh_from_db()
    assert (again.state, needed.state) == (State.SUPPRESSED, State.SENT)
    assert client.get("/thoi-nhan-thu/1:gia-mao/").status_code == 409


def test_the_screens_show_preview_log_and_result(world: World, at_the_desk: Callable[[str], Client]) -> None:
    desk = at_the_desk("co.huyen")
    board = desk.get(reverse("progress")).content.decode()
    assert f"{reverse('message_urge')}?dia-ban={PHU_LY}" in board
    preview = desk.get(reverse("message_urge"), {"dia-ban": PHU_LY}).content.decode()
    assert "Gửi cho 2 người" in preview
    assert "don.vi@example.gov.vn" in preview
    assert not Message.objects.exists(), "a preview sends nothing"
    fields = {"dia-ban": PHU_LY, "thu": "nhac-truoc-han", "kenh": ["email", "notice"], "token": TOKEN}
    answer = desk.post(reverse("message_urge"), fields)
    work()
    wave = desk.get(answer["Location"]).content.decode()
    assert wave.count("don.vi.hai@example.gov.vn") == 1
    report = desk.get(reverse("message_report")).content.decode()
    assert "4 thông báo" in report
    assert at_the_desk("nguoi.la").get(answer["Location"]).status_code == 404
    assert at_the_desk("bac.ban.chi.dao").get(reverse("messages")).status_code == 404
    book = CalamineWorkbook.from_filelike(
        BytesIO(desk.get(reverse("message_report"), {"dang": "xlsx"}).content)
    )
    rows = book.get_sheet_by_index(0).to_python()
    assert book.sheet_names[0] == "Theo địa bàn (mô phỏng)"
    assert rows[-1][:3] == ["Cộng: Thành phố Phủ Lý", PHU_LY, 4]


def test_the_button_counts_those_whom_a_chosen_channel_reaches(
    world: World, at_the_desk: Callable[[str], Client]
) -> None:
    desk = at_the_desk("co.huyen")

    def shown(*channels: str) -> str:
        asked = {"dia-ban": PHU_LY, "thu": "nhac-truoc-han", "kenh": channels}
        return desk.get(reverse("message_urge"), asked).content.decode()

    User.objects.filter(username="don.vi.hai").update(email="")
    assert "Gửi cho 1 người" in shown("email")
    assert "Gửi cho 2 người" in shown("email", "notice")
    User.objects.filter(username="don.vi").update(email="")
    page = shown("email")
    assert "Gửi cho" not in page
    assert "Không ai trong danh sách nhận được bằng kênh đã chọn" in page


@pytest.mark.parametrize(
    ("when", "good"),
    [
        ("7 days before closes", True), ("1 day after opens", True), ("on list_due", True),
        ("10 days in state", True), ("event case.returned", True), ("0 days in state", False),
        ("7 days before christmas", False), ("event case.eaten", False), ("", False), ("soon", False),
    ],
)  # fmt: skip
def test_when_is_read_or_refused(when: str, good: bool) -> None:
    assert (action_rules.read_when(when) is not None) is good


def test_a_kinds_check_names_wrong_rules_and_places_that_nobody_fills() -> None:
    rules = {
        "messages": {"reminder": "messages/reminder.vi.txt"},
        "action_rules": [
            {"name": "a", "when": "soon", "whom": "king", "what": "nothing", "states": ["odd"], "colour": 1},
            {"name": "b", "when": "on opens", "whom": "unit", "what": "reminder"},
            {"name": "b", "when": "on opens", "whom": "unit", "what": "reminder"},
        ],
    }
    letters = {"reminder": "Tiêu đề\n\n{ten} {so_phieu}", "reminder.en": "\n{tenn}"}
    found = [(it.place, it.message) for it in action_rules.problems(rules, letters)]
    text = "\n".join(f"{place}: {message}" for place, message in found)
    for words in (
        "action_rules.a: Không có khóa colour", "when “soon” không đúng", "whom “king”", "trạng thái “odd”",
        "không có thư “nothing”", "action_rules.b: Trùng tên", "reminder.vi.txt, dòng 3: Không có gì để điền vào {so_",
        "reminder.en.txt, dòng 2: Không có gì để điền vào {tenn}", "reminder.en.txt, dòng 1: Dòng đầu",
    ):  # fmt: skip
        assert words in text, words


def crowd(world: World, count: int, first: int = 0) -> None:
    """Units of Phủ Lý with their cases and accounts, numbered from `first` to `count`."""
    unit, case = Unit.objects.get(code="UBND-PL"), world.case("don.vi")
    base = unit.area.path
    units = [
        Unit(
            campaign=world.campaign, listing_id=unit.listing_id, code=f"D{number}", name=f"Đơn vị {number}",
            search_key=f"don vi {number}", area_id=unit.area_id, path=f"{base}@D{number}/", details={},
        )
        for number in range(first, count)
    ]  # fmt: skip
    Unit.objects.bulk_create(units, batch_size=2000)
    Case.objects.bulk_create(
        [
            Case(
                campaign=world.campaign, unit=it, form_id=case.form_id, path=it.path, unit_level=2,
                due_on=case.due_on,
            )
            for it in units
        ],
        batch_size=2000,
    )  # fmt: skip
    User.objects.bulk_create(
        [
            User(
                username=f"d{n}", full_name=f"Đơn vị {n}", search_key="x", email=f"d{n}@d{n % 50}.example.vn"
            )
            for n in range(first, count)
        ],
        batch_size=2000,
    )
    people = dict(User.objects.filter(username__startswith="d").values_list("username", "pk"))
    Post.objects.bulk_create(
        [
            Post(campaign=world.campaign, user_id=people[f"d{n}"], role="dv", level=2, path=f"{base}@D{n}/")
            for n in range(first, count)
        ],
        batch_size=2000,
    )


def test_mails_are_planned_in_one_statement_throttled_and_accounted_for(
    world: World, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = 300  # 40,000 are those of test_many.py
    crowd(world, count)
    rules = world.campaign.rules
    rate = {
        "per_minute": 60 * count,
        "burst": count // 3,
        "per_domain_per_minute": 60 * count,
        "per_domain_burst": count // 100,
    }
    rules["campaign"]["mail"] = rate
    Campaign.objects.filter(pk=world.campaign.pk).update(rules=rules)
    with mailbox(settings, lambda to: {"7": "550 5.1.1 no", "8": "450 4.2.0 later"}.get(to[1:2], "")) as box:
        begun = time.monotonic()
        wave = urge(world, "ong.tinh", HA_NAM)
        with CaptureQueriesContext(connection) as queries:
            assert planning.plan(wave) == count + 4
        assert len(queries) < 10
        planned = time.monotonic() - begun
        clocked = timezone.now()
        # a burst, and no more while the clock stands still
        monkeypatch.setattr("dieutra.messages.sending.timezone.now", lambda: clocked)
        turn_until_quiet(10 * count)
        handed = Message.objects.exclude(state=State.PLANNED).count()
        assert count // 4 < handed <= count // 3
        monkeypatch.undo()
        until = time.monotonic() + 60 + count / 20
        while Message.objects.filter(state=State.PLANNED).exists() and time.monotonic() < until:
            turn_until_quiet(10 * count)
            time.sleep(0.05)
    states = Counter(Message.objects.filter(wave=wave).values_list("state", flat=True))
    assert sum(states.values()) == count + 4, "every message stands in one state"
    assert states[State.BOUNCED] == sum(str(n).startswith("7") for n in range(count))
    assert states[State.DEFERRED] == sum(str(n).startswith("8") for n in range(count))
    assert states[State.SENT] == len(box.arrived) == len(set(box.arrived))
    assert set(states) == {State.SENT, State.BOUNCED, State.DEFERRED}
    assert planned < 10 + count / 2000, planned


def test_the_reading_of_a_wave_grows_with_it_and_not_with_its_square(world: World) -> None:
    """No statistics were gathered: the plan must be right by the constraints alone."""
    crowd(world, 200)
    wave = urge(world, "ong.tinh", HA_NAM)
    plan = planning.recipients(wave).explain()
    ranges = [line for line in plan.splitlines() if "cases_case" in line or " U0 " in line]
    assert ranges
    if connection.vendor == "sqlite":
        assert all("(campaign_id=? AND path=?)" in line for line in ranges), plan


def test_a_letter_in_a_second_language_lies_beside_the_first(tmp_path: Path) -> None:
    from dieutra.campaigns.kind_folder import _letters

    (tmp_path / "messages").mkdir()
    (tmp_path / "messages/reminder.vi.txt").write_text("Nhắc\n\nBạn")
    (tmp_path / "messages/reminder.en.txt").write_text("Reminder\n\nYou")
    found = _letters(tmp_path, {"reminder": "messages/reminder.vi.txt"})
    assert found["reminder.en"].startswith("Reminder")
    assert found["reminder"].startswith("Nhắc")
    for name, text in (
        ("late.vi", "Trễ"),
        ("late.en", "Late"),
        ("late.again.vi", "Lần nữa"),
        ("late.again.en", "Again"),
    ):
        (tmp_path / f"messages/{name}.txt").write_text(text)
    found = _letters(tmp_path, {"late": "messages/late.vi.txt", "again": "messages/late.again.vi.txt"})
    assert found == {
        "late": "Trễ",
        "late.vi": "Trễ",
        "late.en": "Late",
        "again": "Lần nữa",
        "again.vi": "Lần nữa",
        "again.en": "Again",
    }
