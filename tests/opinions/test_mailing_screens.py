"""The screens of mailing and progress: who reaches which, what they say, and what they never say."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from dieutra.opinions import figures
from dieutra.opinions.models import AddressChange, Invitation, Letter, Mailing, Round
from dieutra.rosters.models import Person
from tests.messages.relay import Relay, always
from tests.opinion_cast import OPINION_PEOPLE, OpinionWorld, opinions
from tests.opinions.letters_cast import invite, key_folder, mailed, relay, turn
from tests.opinions.test_reminders import answer, sent_before_today
from tests.test_permission_matrix import routes

__all__ = ["key_folder", "opinions", "relay"]
CENTRE = frozenset({"ba.bo"})
OWN = frozenset({"chi.ha.nam"})
# of the province 35: who reads
READS = {
    "opinion_mailing": CENTRE,
    "opinion_mailing_open": CENTRE,
    "opinion_remind_all": CENTRE,
    "opinion_changes": CENTRE,
    "opinion_progress": frozenset(OPINION_PEOPLE),
    "opinion_progress_file": frozenset(OPINION_PEOPLE),
    "opinion_progress_body": CENTRE | OWN | {"ong.chuyen.vien", "bac.bcd", "chu.doc"},
    "opinion_remind": CENTRE | OWN,
    "opinion_letters": CENTRE | OWN,
    "opinion_address": CENTRE | OWN,
    "opinion_new_link": CENTRE,
}
POSTS = {
    "opinion_mailing_open": CENTRE,
    "opinion_mailing_test": CENTRE,
    "opinion_remind_all": CENTRE,
    "opinion_remind": CENTRE | OWN,
    "opinion_resend": CENTRE | OWN,
    "opinion_address": CENTRE | OWN,
    "opinion_new_link": CENTRE,
}
FIELDS = {
    "cuoc": "tinh", "co-quan": "40", "token": "0123456789abcdef", "nhom": "tinh-so", "epoch": "1",
    "email": "moi@so.gov.vn", "reason": "Hòm thư cũ không dùng nữa",
}  # fmt: skip


def address_of(route: str) -> str:
    if route in ("opinion_resend", "opinion_address", "opinion_new_link"):
        name = "tinh35-1@example.gov.vn" if route == "opinion_address" else "tinh35-2@example.gov.vn"
        return reverse(route, args=[Invitation.objects.get(person__email=name).pk])
    if route in ("opinion_progress_body", "opinion_remind", "opinion_letters"):
        return reverse(route, args=["tinh", "35"])
    return reverse(route)


@pytest.fixture
def survey(opinions: OpinionWorld, relay: Relay) -> OpinionWorld:
    """The province 35 has its letters, one of which came back, and some answers; 40 waits for its mailing."""
    opinions.accepted("tinh", "35", {"tinh-so": 6, "tinh-phong": 4})
    invite(opinions.campaign)
    relay.at_rcpt = lambda to, tries: "550 5.1.1 no such user" if to == "tinh35-1@example.gov.vn" else ""
    sent_before_today(opinions, "tinh", "35", {})
    relay.at_rcpt = always("")
    Invitation.objects.filter(
        person__email__in=["tinh35-2@example.gov.vn", "tinh35-7@example.gov.vn"]
    ).update(answered=True)
    figures.count(opinions.campaign)
    opinions.accepted("tinh", "40", {"tinh-so": 5})
    invite(opinions.campaign)
    return opinions


def test_every_route_of_the_mailing_is_in_these_tables() -> None:
    found = {
        it.name for it in routes(get_resolver().url_patterns) if it.name and it.name.startswith("opinion_")
    }
    ours = {it for it in found if ("respond" not in it and it in {*READS, *POSTS}) or _is_ours(it)}
    assert ours == {*READS, *POSTS}


def _is_ours(name: str) -> bool:
    starts = ("mailing", "remind", "changes", "progress", "letters", "address", "resend", "new_link")
    return name.removeprefix("opinion_").startswith(starts)


@pytest.mark.parametrize("username", OPINION_PEOPLE)
def test_each_reads_what_is_hers(survey: OpinionWorld, username: str) -> None:
    desk, wrong = survey.desk(username), []
    for route, readers in READS.items():
        status = desk.get(address_of(route)).status_code
        if status not in ((200, 302) if username in readers else (403, 404)):
            wrong.append((route, status))
    assert not wrong


def picture() -> tuple[list[object], ...]:
    return (
        list(Invitation.objects.order_by("pk").values_list("pk", "epoch", "token_hash", "answered")),
        list(Person.objects.order_by("pk").values_list("pk", "email")),
        list(Round.objects.order_by("pk").values_list("pk")),
        list(Mailing.objects.order_by("pk").values_list("pk")),
        list(Letter.objects.order_by("pk").values_list("pk")),
        list(AddressChange.objects.values_list("pk")),
    )


@pytest.mark.parametrize("route", POSTS)
@pytest.mark.parametrize("username", OPINION_PEOPLE)
def test_only_those_who_may_write(survey: OpinionWorld, route: str, username: str) -> None:
    before = picture()
    answered = survey.desk(username).post(address_of(route), FIELDS)
    if username in POSTS[route]:
        assert answered.status_code == 302, answered.content.decode()
        assert route == "opinion_mailing_test" or picture() != before
    else:
        assert answered.status_code in (403, 404)
        assert picture() == before


@pytest.mark.parametrize("route", sorted({*READS, *POSTS}))
def test_nobody_passes_without_signing_in(survey: OpinionWorld, route: str, client: Client) -> None:
    before = picture()
    answers = [client.get(address_of(route))] if route in READS else []
    answers += [client.post(address_of(route), FIELDS)] if route in POSTS else []
    for it in answers:
        assert it.status_code == 302 and "/dang-nhap/" in it.headers["Location"]
    assert picture() == before


def test_a_small_group_is_named_without_its_answers_and_the_sum_leaves_it_out(survey: OpinionWorld) -> None:
    said = survey.desk("chi.ha.nam").get("/khao-sat/tien-do/tinh/35/").content.decode()
    assert "1 / 6 người đã trả lời (16,7%)" in said
    assert "nhóm dưới 5 người" in said
    assert "2 / 10" not in said and "1 / 4" not in said
    assert "Tính đến" in said


def test_a_body_sees_of_a_letter_only_that_it_does_not_arrive(survey: OpinionWorld) -> None:
    body = survey.desk("chi.ha.nam").get("/khao-sat/tien-do/tinh/35/thu/").content.decode()
    assert body.count("Không có báo lỗi") == 9 and "550 5.1.1 no such user" in body
    assert "Đã gửi <b>" not in body
    only = survey.desk("chi.ha.nam").get("/khao-sat/tien-do/tinh/35/thu/?thu=loi").content.decode()
    assert "tinh35-1@" in only and "tinh35-2@" not in only


def test_no_page_tells_who_has_answered(survey: OpinionWorld, relay: Relay) -> None:
    """Each page of a person who has answered and of one who has not differs in nothing but what was the same before."""
    pages: list[dict[str, str]] = []
    for answered in (False, True):
        Invitation.objects.filter(person__path=survey.area("35").path).update(answered=answered)
        seen = {}
        for username in ("ba.bo", "chi.ha.nam"):
            desk = survey.desk(username)
            for route in READS:
                if username in READS[route] and route not in ("opinion_progress_file",):
                    text = desk.get(address_of(route)).content.decode()
                    seen[f"{username} {route}"] = _still(text)
        pages.append(seen)
    assert pages[0] == pages[1]


def _still(page: str) -> str:
    """Without what changes with every reading: the marks against forged posts and the token of a preview."""
    import re

    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)
    return re.sub(r'name="token" value="\w+"', "", page)


def test_a_letter_asked_for_again_looks_the_same_for_who_has_answered(
    survey: OpinionWorld, relay: Relay
) -> None:
    desk = survey.desk("ba.bo")
    rows = []
    for number in (2, 3):
        one = Invitation.objects.get(person__email=f"tinh35-{number}@example.gov.vn")
        desk.post(reverse("opinion_new_link", args=[one.pk]), FIELDS)
        turn()
        page = desk.get(f"/khao-sat/tien-do/tinh/35/thu/?tim=tinh35-{number}@").content.decode()
        row = page.partition("<tbody>")[2].partition("</tbody>")[0]
        rows.append(row.count("Đã gửi"))
    assert Invitation.objects.get(person__email="tinh35-2@example.gov.vn").answered
    assert rows == [1, 1]
    figures.count(survey.campaign)
    said = survey.desk("chi.ha.nam").get("/khao-sat/tien-do/tinh/35/").content.decode()
    assert said.count("Thư lỗi: <strong>1</strong>") == 1


def test_the_centre_sends_from_the_preview(survey: OpinionWorld, relay: Relay) -> None:
    desk = survey.desk("ba.bo")
    board = desk.get("/khao-sat/gui/?cuoc=tinh").content.decode()
    assert board.count('name="co-quan"') == 1 and "Tỉnh Nghệ An" in board
    seen = desk.get("/khao-sat/gui/xem-truoc/?cuoc=tinh&co-quan=40&co-quan=35").content.decode()
    assert "5 thư cho 1 cơ quan" in seen and "1 cơ quan đã chọn không gửi được" in seen
    sent = desk.post("/khao-sat/gui/xem-truoc/", FIELDS)
    assert sent.headers["Location"] == "/khao-sat/gui/?cuoc=tinh"
    assert Mailing.objects.filter(path=survey.area("40").path).exists()
    nothing = desk.get("/khao-sat/gui/xem-truoc/?cuoc=tinh").content.decode()
    assert "Không có cơ quan nào chờ gửi" in nothing


def test_a_wrong_address_is_said_at_the_form_with_what_was_typed(survey: OpinionWorld) -> None:
    where = address_of("opinion_address")
    answered = survey.desk("chi.ha.nam").post(where, {**FIELDS, "email": "a@gmail.com"})
    said = answered.content.decode()
    assert answered.status_code == 422 and "hòm thư công vụ" in said and 'value="a@gmail.com"' in said
    stale = survey.desk("chi.ha.nam").post(where, {**FIELDS, "epoch": "7"})
    assert stale.status_code == 409
    assert not AddressChange.objects.exists()


def test_the_ranking_and_its_orders(survey: OpinionWorld, relay: Relay) -> None:
    mailed(survey, "tinh", "40", {}, "2" * 16)
    answer(survey, "tinh", "40", 4)
    figures.count(survey.campaign)
    desk = survey.desk("bac.bcd")
    page = desk.get("/khao-sat/tien-do/?cuoc=tinh").content.decode()
    assert page.index("/tinh/40/") < page.index("/tinh/35/"), "80 % before 17 %"
    page = desk.get("/khao-sat/tien-do/?cuoc=tinh&xep=moi").content.decode()
    assert page.index("/tinh/35/") < page.index("/tinh/40/"), "ten people before five"
    assert desk.get("/khao-sat/tien-do/?cuoc=khong-co").status_code == 404


def test_the_workbook_has_what_the_person_may_see(survey: OpinionWorld) -> None:
    def rows(username: str) -> list[tuple[object, ...]]:
        content = survey.desk(username).get("/khao-sat/tien-do/bang.xlsx").content
        book = openpyxl.load_workbook(BytesIO(content))
        return [it for sheet in book for it in sheet.iter_rows(min_row=6, values_only=True)]

    content = survey.desk("ba.bo").get("/khao-sat/tien-do/bang.xlsx").content
    assert all("MÔ PHỎNG" in str(sheet["A4"].value) for sheet in openpyxl.load_workbook(BytesIO(content)))
    mine = rows("chi.ha.nam")
    assert [it[0] for it in mine] == ["Tỉnh Hà Nam"] * 3
    assert [it[5] for it in mine] == [1, "không nêu", 1]
    assert [it[2] for it in mine] == [6, 4, 10]
    assert rows("anh.ngoai.giao") == []
    assert len(rows("ba.bo")) == 3


def test_the_board_opens_the_survey_that_waits_with_its_waiting_bodies_first(
    opinions: OpinionWorld,
) -> None:
    opinions.accepted("tinh", "40", {"tinh-so": 2})
    invite(opinions.campaign)
    desk = opinions.desk("ba.bo")
    page = desk.get(reverse("opinion_mailing")).content.decode()
    tabs = page.partition('class="dt-tabs"')[2].partition("</ul>")[0]
    assert tabs.index("0 chờ gửi") < tabs.index("1 chờ gửi")
    here = tabs.partition('aria-current="true">')[2].partition("</a>")[0]
    assert "cấp tỉnh" in here and "1 chờ gửi" in here
    rows = page.partition("<tbody>")[2].partition("</tbody>")[0]
    assert rows.index("Tỉnh Nghệ An") < rows.index("Thành phố Hà Nội") < rows.index("Tỉnh Hà Nam")
    asked = desk.get(reverse("opinion_mailing"), {"cuoc": "bo"}).content.decode()
    assert "cấp bộ" in asked.partition('aria-current="true">')[2].partition("</a>")[0]
