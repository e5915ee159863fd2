"""The screens of the lists: who reads and writes what, and the whole way of a list through them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from dieutra.events.models import Event
from dieutra.jobs.models import Job
from dieutra.jobs.worker import react, work_once
from dieutra.messages.models import Message
from dieutra.reactions import REACTIONS
from dieutra.rosters import actions, asking, loading, sending
from dieutra.rosters.findings import findings
from dieutra.rosters.models import Contact, Load, Pair, Person, Request, Roster
from tests.opinion_cast import OPINION_PEOPLE, OpinionWorld
from tests.rosters.lines import csv, line, many, xlsx

ALL = {"tinh-hdnd": 2, "tinh-so": 4, "tinh-phong": 4, "tinh-huyen": 2}
CENTRE = frozenset({"ba.bo", "ong.chuyen.vien", "bac.bcd"})
READERS = CENTRE | {"chi.ha.nam", "chu.doc"}
BODY = frozenset({"chi.ha.nam"})
DECIDE = frozenset({"ba.bo", "ong.chuyen.vien"})
LIST = ("chi-so-thu", "tinh", "35")


def prepared(world: OpinionWorld, route: str) -> tuple[str, dict[str, str]]:
    """The address of a route about Hà Nam's list, and the fields with which somebody who may succeeds."""
    chi, roster = world.user("chi.ha.nam"), world.roster("tinh", "35")
    world.fill(roster, ALL)
    first = roster.people.order_by("pk")[0]
    fields = {
        "version": str(roster.version),
        "reason": "Một lý do đủ dài để xem xét.",
        "text": "",
        "granted": "yes",
    }
    if route in ("roster_accept", "roster_return", "roster_withdraw", "roster_receipt"):
        sending.send(chi, roster, roster.version, True)
    if route == "roster_person_restore":
        actions.remove(chi, first, first.version)
        first.refresh_from_db()
    if route.startswith("roster_overlap"):
        one, two = (actions.add(chi, roster, line(group=it)) for it in ("tinh-so", "tinh-hdnd"))
        fields |= {"first": str(one.pk), "second": str(two.pk), "choice": "confirm"}
    if route == "roster_load":
        load = loading.read(chi, roster, csv(line()), "a.csv", False)
        fields |= {"load": str(load.pk)}
    roster.refresh_from_db()
    fields |= {"version": str(roster.version)}
    if route.startswith("roster_person") or route == "roster_hardship":
        return reverse(route, args=[first.pk]), fields | line() | {"version": str(first.version)}
    if route == "roster_request_answer":
        return reverse(route, args=[asking.ask_hardship(chi, first, "Đang điều trị dài ngày.").pk]), fields
    if route in ("rosters_excel", "rosters_shared", "roster_contacts", "roster_contacts_excel"):
        return reverse(route, args=["chi-so-thu"]), {}
    if route == "roster_contact":
        named = {
            "name": "Lê Văn Máy",
            "office": "Chuyên viên",
            "phone": "0912000111",
            "email": "",
            "standing": "0",
        }
        return reverse(route, args=["chi-so-thu", "35"]), named
    if route == "roster_expected":
        fields["n-tinh-so"] = "4"
    if route == "roster_requests":
        fields["until"] = str(world.campaign.list_due_on + timedelta(days=2))
    if route == "roster_add":
        fields |= line()
    if route == "roster_findings":
        actions.expect(chi, roster, {"tinh-so": "9"})
        fields[f"e-{findings(world.roster('tinh', '35'))[0].key}"] = "Đang bổ nhiệm thêm năm người."
    if route == "roster_send":
        fields["agreed"] = "yes"
    return reverse(route, args=LIST), fields


WRITES = {
    **dict.fromkeys(("roster_add", "roster_person", "roster_person_remove", "roster_person_restore"), BODY),
    **dict.fromkeys(
        ("roster_upload", "roster_load", "roster_findings", "roster_expected", "roster_send"), BODY
    ),
    **dict.fromkeys(("roster_overlap_decide", "roster_overlaps_confirm", "roster_withdraw"), BODY),
    **dict.fromkeys(("roster_requests", "roster_hardship", "roster_contact"), BODY),
    **dict.fromkeys(("roster_accept", "roster_return", "roster_request_answer"), DECIDE),
}
READS = {
    **dict.fromkeys(
        ("roster", "roster_template", "roster_excel", "roster_findings", "roster_overlaps"), READERS
    ),
    **dict.fromkeys(("roster_requests", "roster_history", "roster_receipt", "roster_contact"), READERS),
    **dict.fromkeys(
        ("roster_add", "roster_person", "roster_upload", "roster_load", "roster_send", "roster_hardship"),
        BODY,
    ),
    "roster_return": DECIDE,
    **dict.fromkeys(("rosters_excel", "rosters_shared", "roster_contacts", "roster_contacts_excel"), CENTRE),
}


def picture() -> list[Any]:
    return [
        list(Roster.objects.order_by("pk").values_list("pk", "version", "state", "expected")),
        list(Person.objects.order_by("pk").values_list("pk", "version", "standing", "name")),
        list(Pair.objects.order_by("pk").values_list("pk", "verdict", "by")),
        list(Request.objects.order_by("pk").values_list("pk", "state")),
        list(Contact.objects.values_list("pk")),
        list(Load.objects.values_list("pk")),
    ]


@pytest.mark.parametrize("route", sorted(WRITES))
def test_only_those_who_may_write(opinions: OpinionWorld, route: str) -> None:
    address, fields = prepared(opinions, route)
    before = picture()
    for username in sorted(OPINION_PEOPLE, key=lambda it: it in WRITES[route]):
        answer = opinions.desk(username).post(address, fields)
        if username in WRITES[route]:
            assert answer.status_code in (302, 409, 422), (username, answer.status_code)
            if route != "roster_upload" and username == sorted(WRITES[route])[0]:
                assert picture() != before, answer.content.decode()
        else:
            assert answer.status_code in (403, 404), (username, answer.status_code)
            assert picture() == before
    assert Client().post(address, fields).headers["Location"].startswith("/dang-nhap/")


@pytest.mark.parametrize("route", sorted(READS))
def test_only_those_who_may_read(opinions: OpinionWorld, route: str) -> None:
    address, _ = prepared(opinions, route)
    for username in OPINION_PEOPLE:
        answer = opinions.desk(username).get(address)
        good = (200,) if username in READS[route] else (403, 404)
        assert answer.status_code in good, (username, answer.status_code)
    assert Client().get(address).headers["Location"].startswith("/dang-nhap/")


def test_the_home_is_the_board_at_the_centre_and_the_own_lists_at_a_body(opinions: OpinionWorld) -> None:
    opinions.fill(opinions.roster("tinh", "35"), ALL)
    centre = opinions.desk("ba.bo").get(reverse("rosters")).content.decode()
    assert all(words in centre for words in ("Tỉnh Hà Nam", "Bộ Ngoại giao", "Chưa lập", "12"))
    body = opinions.desk("chi.ha.nam").get(reverse("rosters")).content.decode()
    assert "Tỉnh Hà Nam" in body and "Bộ Ngoại giao" not in body and "Nghệ An" not in body
    assert "sẵn sàng" in body and "Đầu mối công nghệ thông tin" in body


def test_somebody_of_a_survey_of_units_has_no_such_door(opinions: OpinionWorld) -> None:
    assert opinions.desk("co.huyen").get(reverse("rosters")).status_code == 404
    assert "Danh sách đối tượng" in opinions.desk("chu.doc").get(reverse("rosters")).content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "?trang-thai=sent",
        "?khao-sat=bo&sap=so",
        "?muon=1",
        "?sap=gui&q=ha+nam",
        "?trang-thai=%27x&sap=zz&trang=99",
    ],
)
def test_the_board_filters_and_sorts_and_takes_any_address(opinions: OpinionWorld, query: str) -> None:
    opinions.accepted("tinh", "35", {"tinh-so": 2})
    for name, args in (("rosters", []), ("rosters_excel", ["chi-so-thu"])):
        assert opinions.desk("bac.bcd").get(reverse(name, args=args) + query).status_code == 200


def test_whoever_looks_at_a_list_or_takes_it_out_is_recorded_and_addresses_hold_no_names(
    opinions: OpinionWorld,
) -> None:
    opinions.fill(opinions.roster("tinh", "35"), ALL)
    desk = opinions.desk("bac.bcd")
    for _ in range(3):
        page = desk.get(reverse("roster", args=LIST)).content.decode()
    desk.get(reverse("roster_excel", args=LIST))
    seen = Event.objects.filter(verb__in=("roster.viewed", "roster.exported"))
    verbs = list(seen.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["roster.viewed", "roster.exported"]
    links = " ".join(re.findall(r'href="([^"]*)"', page))
    assert "@" not in links and "example.gov.vn" not in links


def test_what_was_typed_stays_when_somebody_else_was_first(opinions: OpinionWorld) -> None:
    chi = opinions.user("chi.ha.nam")
    person = actions.add(chi, opinions.roster("tinh", "35"), line())
    seen = str(person.version)
    actions.change(chi, person, person.version, line("Nguyễn Văn Hai"))
    answer = opinions.desk("chi.ha.nam").post(
        reverse("roster_person", args=[person.pk]), line("Nguyễn Văn Ba") | {"version": seen}
    )
    page = answer.content.decode()
    assert answer.status_code == 409
    assert 'value="Nguyễn Văn Ba"' in page and "Nguyễn Văn Hai" in page


def test_the_template_filled_in_is_read_without_a_fault(opinions: OpinionWorld) -> None:
    from io import BytesIO

    from openpyxl import load_workbook

    given = opinions.desk("chi.ha.nam").get(reverse("roster_template", args=LIST)).content
    book = load_workbook(BytesIO(given))
    assert book.sheetnames == ["Danh sách", "Hướng dẫn", "Danh mục"]
    page = book["Danh sách"]
    headers = [it.value for it in page[1]]
    assert headers[0] == "Nhóm đối tượng" and page.max_row == 1
    assert page.data_validations.dataValidation
    row = {"Nhóm đối tượng": "Lãnh đạo cấp sở", "Họ và tên": "Lê Văn Luyện", "Chức vụ": "Giám đốc",
           "Đơn vị công tác": "Sở Y tế", "E-mail công vụ": "luyen@hanam.gov.vn",
           "Điện thoại": "0912000111", "Giới tính": "Nam"}  # fmt: skip
    for at, header in enumerate(headers, 1):
        page.cell(2, at, row.get(header, ""))
    sink = BytesIO()
    book.save(sink)
    file = SimpleUploadedFile("danh-sach.xlsx", sink.getvalue())
    answer = opinions.desk("chi.ha.nam").post(
        reverse("roster_upload", args=LIST), {"file": file, "how": "add"}
    )
    assert answer.status_code == 302, answer.content.decode()


def test_a_list_goes_from_the_file_to_the_acceptance_and_its_letters_are_written(
    opinions: OpinionWorld,
) -> None:
    desk, centre = opinions.desk("chi.ha.nam"), opinions.desk("ba.bo")
    lines = [*many(4), line(), line(group="tinh-hdnd")]
    lines += [
        line("Lê Thị Sáu", group=it, email=f"{it}@hanam.gov.vn", dien_thoai="", ngay_sinh="", don_vi=it)
        for it in ("tinh-phong", "tinh-huyen")
    ]
    file = SimpleUploadedFile("danh-sach.xlsx", xlsx(*lines))
    assert desk.post(reverse("roster_upload", args=LIST), {"file": file}).status_code == 302
    page = desk.get(reverse("roster_load", args=LIST)).content.decode()
    assert "Sau khi nạp còn phải xử lý" in page
    waiting = re.findall(r'name="load" value="(\d+)"', page)[0]
    fields = {"version": "1", "load": waiting, "do": "load"}
    assert desk.post(reverse("roster_load", args=LIST), fields).status_code == 302
    assert "giữ vai trò" in desk.get(reverse("roster_findings", args=LIST)).content.decode()
    desk.post(reverse("roster_overlaps_confirm", args=LIST))
    roster = opinions.roster("tinh", "35")
    sent = desk.post(reverse("roster_send", args=LIST), {"version": str(roster.version), "agreed": "yes"})
    assert sent.status_code == 302, sent.content.decode()
    assert desk.get(reverse("roster_receipt", args=LIST)).content[:5] == b"%PDF-"
    roster.refresh_from_db()
    assert "Chờ bạn quyết định" in centre.get(reverse("rosters")).content.decode()
    assert (
        centre.post(reverse("roster_accept", args=LIST), {"version": str(roster.version)}).status_code == 302
    )
    roster.refresh_from_db()
    assert roster.state == "accepted"
    react(REACTIONS)
    while work_once(REACTIONS, {}):
        pass
    assert not Job.objects.filter(state="failed").exists()
    told = list(
        Message.objects.filter(template__startswith="list_")
        .order_by("pk")
        .values_list("template", "channel", "path")
    )
    assert told == [
        ("list_sent", "email", roster.path), ("list_sent", "notice", roster.path),
        ("list_accepted", "email", roster.path), ("list_accepted", "notice", roster.path),
    ]  # fmt: skip
    letter = Message.objects.get(template="list_accepted", channel="email")
    assert "7 người của Tỉnh Hà Nam" in letter.text and "{" not in letter.text
    assert "/danh-sach-doi-tuong/chi-so-thu/tinh/35/" in letter.text


def test_every_kept_list_is_numbered_in_the_history_of_what_happened(opinions: OpinionWorld) -> None:
    roster = opinions.roster("tinh", "35")
    opinions.fill(roster, ALL)
    sending.send(opinions.user("chi.ha.nam"), roster, roster.version, True)
    page = opinions.desk("chi.ha.nam").get(reverse("roster_history", args=LIST)).content.decode()
    assert "Gửi danh sách" in page and "Chị Hà Nam" in page


@pytest.mark.parametrize("address", [
    "chi-so-thu/tinh/B01/", "chi-so-thu/khong/35/", "khong-co/tinh/35/", "nguoi/999999/", "chi-so-thu/tinh/99/",
    "chi-so-thu/dau-moi/zz/",
])  # fmt: skip
def test_what_is_not_there_is_not_found(opinions: OpinionWorld, address: str) -> None:
    assert opinions.desk("ba.bo").get(f"/danh-sach-doi-tuong/{address}").status_code == 404


def test_the_centre_answers_a_request_on_its_page_and_a_refusal_without_a_reason_keeps_what_was_typed(
    opinions: OpinionWorld,
) -> None:
    chi, roster = opinions.user("chi.ha.nam"), opinions.roster("tinh", "35")
    person = opinions.fill(roster, ALL)[0]
    asked = asking.ask_hardship(chi, person, "Đang điều trị dài ngày ở nước ngoài.")
    desk = opinions.desk("ba.bo")
    assert "Không đồng ý" in desk.get(reverse("roster_requests", args=LIST)).content.decode()
    address = reverse("roster_request_answer", args=[asked.pk])
    refused = desk.post(address, {"granted": "no", "text": "ngắn"})
    assert refused.status_code == 422 and ">ngắn</textarea>" in refused.content.decode()
    assert desk.post(address, {"granted": "yes", "text": "Đồng ý."}).status_code == 302
    page = opinions.desk("chi.ha.nam").get(reverse("roster_requests", args=LIST)).content.decode()
    assert "Đồng ý." in page
    listed = opinions.desk("chi.ha.nam").get(reverse("roster", args=LIST)).content.decode()
    assert "Được miễn" in listed
    react(REACTIONS)
    while work_once(REACTIONS, {}):
        pass
    assert Message.objects.filter(template="request_answered", path=roster.path).count() == 2


def test_a_list_whose_people_are_being_written_to_is_not_opened_again(opinions: OpinionWorld) -> None:
    from dieutra.opinions.models import Mailing, Round

    roster = opinions.accepted("tinh", "35", {"tinh-so": 2})
    opened = Round.objects.create(
        campaign=roster.campaign, what="invitation", occasion="1", template="invitation"
    )
    mailing = Mailing.objects.create(campaign=roster.campaign, survey="tinh", path=roster.path, round=opened)
    fields = {"version": str(roster.version), "reason": "Cơ quan xin bổ sung hai người."}
    desk = opinions.desk("ba.bo")
    assert desk.post(reverse("roster_return", args=LIST), fields).status_code == 409
    assert "Mở lại danh sách" not in desk.get(reverse("roster", args=LIST)).content.decode()
    mailing.delete()
    assert desk.post(reverse("roster_return", args=LIST), fields).status_code == 302
    roster.refresh_from_db()
    assert roster.state == "returned"


def test_whoever_looks_on_as_the_body_reads_and_writes_nothing(
    opinions: OpinionWorld,
) -> None:
    from dieutra.people.models import Post

    roster = opinions.roster("tinh", "35")
    people = opinions.fill(roster, ALL)
    desk = opinions.desk("ba.bo")
    post = Post.objects.get(user__username="chi.ha.nam")
    assert desk.post(reverse("account_see_as", args=[post.pk])).status_code == 302
    page = desk.get(reverse("roster", args=LIST))
    assert page.status_code == 200 and "Bỏ<span" not in page.content.decode()
    assert not Event.objects.filter(verb="roster.viewed").exists()
    assert Event.objects.get(verb="account.seen_as").actor_id == opinions.user("ba.bo").pk
    gone = desk.post(reverse("roster_person_remove", args=[people[0].pk]), {"version": "1"})
    assert gone.status_code == 403
    assert desk.get(reverse("roster_excel", args=LIST)).status_code == 403


@pytest.mark.parametrize("act", ["load", "drop"])
def test_a_file_that_came_in_place_of_the_one_looked_at_is_neither_loaded_nor_dropped(
    opinions: OpinionWorld, act: str
) -> None:
    desk, to = opinions.desk("chi.ha.nam"), reverse("roster_load", args=LIST)

    def upload(*lines: dict[str, str]) -> str:
        file = SimpleUploadedFile("danh-sach.xlsx", xlsx(*lines))
        assert desk.post(reverse("roster_upload", args=LIST), {"file": file}).status_code == 302
        return str(re.findall(r'name="load" value="(\d+)"', desk.get(to).content.decode())[0])

    looked_at = upload(*many(3))
    other = upload(line())
    for seen in (looked_at, ""):
        answer = desk.post(to, {"version": "1", "load": seen, "do": act})
        assert answer.status_code == 409
        page = answer.content.decode()
        assert "Tệp bạn đã xem trước không còn" in page and f'name="load" value="{other}"' in page
    assert Load.objects.filter(pk=other).exists() and not Person.objects.exists()
    assert desk.post(to, {"version": "1", "load": other, "do": act}).status_code == 302
