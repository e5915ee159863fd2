"""Every page that can be read × the whole cast; and that whoever looks on as somebody else writes nowhere.

Routes are found by themselves: one that answers a GET and is not in the table fails here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.converters import IntConverter
from django.utils import timezone

from dieutra.carrying.models import Carry
from dieutra.cases import files, waiting
from dieutra.cases.models import Attachment
from dieutra.channels.workbook.models import Batch, BatchFile
from dieutra.forms.models import Upload
from dieutra.frames.models import Unit
from dieutra.incidents.models import Incident, Question, Turn, TurnFile
from dieutra.messages.models import Wave
from dieutra.people.models import Post
from dieutra.reports.actions import make
from dieutra.reports.models import Report
from dieutra.supervision import bulk
from dieutra.supervision.models import BulkApproval
from tests.cases.test_files import JPEG
from tests.cast import PEOPLE, UNITS, World, good_answers
from tests.test_permission_matrix import (
    EVERYBODY,
    MAY,
    OPEN_DOORS,
    OWN_SIGN_IN,
    picture,
    prepare,
    routes,
)

Desk = Callable[[str], Client]
# about oneself alone, or open to everybody; the collector's doors are tried in tests/openrosa/test_sign_in.py
NOT_HERE = (
    OPEN_DOORS
    | OWN_SIGN_IN
    | {"home", "healthz", "account_inactive", "mfa_index", "mfa_list_webauthn", "mfa_view_recovery_codes"}
    | {"guides", "guide", "guide_chapter", "guide_print", "guide_file"}
    | {"notices", "collect_list", "collect_form", "collect_manifest", "collect_media"}
    | {"collect_key_list", "collect_key_form", "collect_key_manifest", "collect_key_media"}
)
QUERIES = {"report_look": "?dia-ban=347&loai=progress&tu=2026-01-01&den=2026-02-01"}
CENTRE, PROVINCE = frozenset({"ba.trung.uong"}), frozenset({"ong.tinh"})
STAFF = frozenset(PEOPLE)
DISTRICT = frozenset({"co.huyen"})
MINE = CENTRE | PROVINCE | DISTRICT  # administrators above the district of Phủ Lý, and its own
ADMINISTRATORS = MINE | {"nguoi.la"}
SUPERVISE = frozenset({"anh.giam.sat", "chi.giam.sat.tinh"})
WORKERS = ADMINISTRATORS | SUPERVISE | {"nguoi.la.giam.sat"}
LOOKERS = frozenset({"bac.ban.chi.dao", "anh.thong.ke"})
UNIT = frozenset({"don.vi"})

# route -> who reads it; everybody else gets 403 or 404. A page of a thing is asked for the thing of Phủ Lý.
READS: dict[str, frozenset[str]] = {
    **dict.fromkeys(("my_tasks", "teams"), frozenset(EVERYBODY)),
    **dict.fromkeys(("publicity", "publicity_calendar", "publicity_file"), STAFF),
    **dict.fromkeys(("news_compose", "publicity_add"), ADMINISTRATORS),
    "selfcheck": CENTRE,
    **dict.fromkeys(
        ("my_form", "queue", "listings", "listing_template", "help"), frozenset(EVERYBODY)
    ),  # each his own
    **dict.fromkeys(
        ("fill", "check", "receipt", "receipt_pdf", "workbook", "workbook_file", "collected"), UNIT
    ),
    **dict.fromkeys(("answers_pdf", "history", "attachment"), UNIT | MINE | SUPERVISE),
    "review": SUPERVISE,
    "take_back": MINE | SUPERVISE,  # the page says that only the level above may
    "bulk_order": SUPERVISE | {"nguoi.la.giam.sat"},
    "bulk_approval": frozenset({"anh.giam.sat"}),
    **dict.fromkeys(("progress", "reports"), STAFF),
    **dict.fromkeys(("progress_of", "report", "report_file", "report_look"), MINE | SUPERVISE | LOOKERS),
    **dict.fromkeys(
        ("listing", "listing_return", "listing_diff", "listing_report"), MINE | SUPERVISE | LOOKERS
    ),
    **dict.fromkeys(("listing_receipt", "unit_history"), MINE | SUPERVISE | LOOKERS),
    **dict.fromkeys(("unit_add", "unit_edit"), DISTRICT),
    **dict.fromkeys(("listing_upload", "carries", "carry", "carry_compare"), CENTRE | PROVINCE),
    **dict.fromkeys(("accounts", "accounts_list_template", "accounts_from_frame", "sheets"), ADMINISTRATORS),
    **dict.fromkeys(("accounts_review", "app_users", "quotas", "supervision"), ADMINISTRATORS),
    **dict.fromkeys(("account_create", "accounts_from_list"), CENTRE | PROVINCE),
    **dict.fromkeys(("account", "supervision_place", "assignment_proposal"), MINE),
    **dict.fromkeys(("workbooks", "workbook_batches"), WORKERS),
    **dict.fromkeys(("workbook_batch", "workbook_batch_file", "workbook_batch_report"), MINE | SUPERVISE),
    **dict.fromkeys(("forms", "form_upload", "form_version", "form_losses", "form_preview"), CENTRE),
    **dict.fromkeys(("form_workbook", "form_paper", "form_xform", "form_original", "form_diff"), CENTRE),
    **dict.fromkeys(("form_dictionary", "form_dictionary_file"), CENTRE),
    **dict.fromkeys(("incidents", "incident", "incident_register"), CENTRE),
    "question_desk": WORKERS | {"bac.ban.chi.dao"},
    "question_ask": WORKERS | {*UNITS},
    **dict.fromkeys(("question", "question_file"), MINE | SUPERVISE | UNIT | {"bac.ban.chi.dao"}),
    **dict.fromkeys(("messages", "message_urge", "message_report", "suppressions"), WORKERS),
    "message_wave": MINE | SUPERVISE,
    # of the index of opinion surveys: tests/indices
    **dict.fromkeys(("index_home", "index_survey", "index_criteria", "index_former"), frozenset()),
    **dict.fromkeys(("index_assessment", "index_evidence", "index_reckoning"), frozenset()),
    # of opinion surveys: tests/interference
    **dict.fromkeys(("interference", "interference_body", "annulment", "annulment_notice"), frozenset()),
}
# of a campaign that asks people, which the cast has none of; tests/rosters/test_screens.py tries them with its own
READS |= dict.fromkeys(
    ("rosters", "rosters_excel", "rosters_shared", "roster_contacts", "roster_contacts_excel", "roster", "roster_template",
     "roster_excel", "roster_findings", "roster_overlaps", "roster_requests", "roster_history", "roster_receipt",
     "roster_contact", "roster_add", "roster_person", "roster_upload", "roster_load", "roster_send", "roster_hardship",
     "roster_return"),
    frozenset(),
)  # fmt: skip
# of campaigns that ask people, whom this cast lacks: tests/opinions/test_mailing_screens.py
READS |= dict.fromkeys(
    (
        *(
            "opinion_mailing",
            "opinion_mailing_open",
            "opinion_remind",
            "opinion_remind_all",
            "opinion_changes",
        ),
        *("opinion_progress", "opinion_progress_file", "opinion_progress_body"),
        *("opinion_letters", "opinion_address", "opinion_new_link"),
    ),
    frozenset(),
)
# news and guides are read by everybody, signed in or not
NOT_HERE |= {"opinion_door", "opinion_form", "opinion_check"}  # by a personal link, tests/opinions
NOT_HERE |= {"news_campaigns", "news", "news_item", "news_image", "news_embedded", "news_feed", "oembed"}
NOT_HERE |= {"guides", "guide", "guide_print", "guide_file", "guide_chapter"}
# what is published of an index is read by anybody: tests/indices/test_public.py
NOT_HERE |= {
    "index_public_list",
    "index_public",
    "index_public_version",
    "index_public_body",
    "index_public_file",
}
# still to come: pages of one group, one piece of news and one self-check, of which `one_of_each` makes none
NOT_HERE |= {"team", "team_people", "team_task_add", "team_task", "news_edit", "news_picture", "news_version"}
NOT_HERE |= {"publicity_activity", "publicity_evidence"}
# in a kind of their own, see tests/samples/test_screens.py
NOT_HERE |= {"samples", "sample_template", "sample_drawn", "sample_file", "sample_place", "sample_results"}
NOT_HERE |= {"selfcheck_shown", "selfcheck_file", "selfcheck_answer", "selfcheck_evidence"}
# files that a job draws first: tests/workbook/test_archives.py and tests/people/test_sealed_sheets.py try strangers there
ACTS = {
    "report_file",
    "message_urge",
}  # reading is an act of its own there: recorded, or the start of a sending
SIGNED_OUT = {"activate", "forgotten", "unsubscribe"}  # open to everybody, about no account
SIGNED_OUT |= {"opinion_open", "opinion_leave"}  # no session reaches them
DRAWN = {"workbook_archive", "sheets_file"}


def one_of_each(world: World) -> None:
    """The things that pages are about: a sent case of don.vi with a file, and what hangs on the district."""
    from dieutra.cases import actions

    unit, case, centre = world.user("don.vi"), world.case("don.vi"), world.user("ba.trung.uong")
    files.keep(unit, case, "anh.jpg", JPEG)
    actions.save_draft(unit, case, 0, good_answers(case), {})
    actions.submit(unit, world.case("don.vi"), 1)
    area, campaign = world.listing("347").area, world.campaign
    at = {"campaign": campaign, "area": area, "path": area.path}
    district, supervisor = world.user("co.huyen"), world.user("anh.giam.sat")
    batch = Batch.objects.create(**at, sent_by=district, ended_at=timezone.now())
    BatchFile.objects.create(batch=batch, number=1, name="tep.xlsx", outcome="refused", message="Sai")
    bulk.order_all(supervisor, waiting.Asked(timezone.localdate()), "Tất cả", timezone.now())
    now = timezone.now()
    make(district, campaign, area, "progress", (now - timedelta(days=1), now))
    for route in ("incident_write", "question_answer", "carry_place", "form_publish", "message_urge"):
        prepare(route, world)
    turn = Turn.objects.order_by("pk").first()
    digest = Attachment.objects.get().sha256
    TurnFile.objects.create(turn=turn, name="a.jpg", sha256=digest, size=len(JPEG), content_type="image/jpeg")
    Wave.objects.create(
        campaign=campaign,
        rule="",
        occasion="thu",
        template="reminder",
        whom="unit",
        path=area.path,
        by=centre,
    )


def addresses(world: World) -> dict[str, str]:
    """Route -> an address that somebody who may read it reads, once `one_of_each` stands."""
    district = world.listing("347")
    keys: dict[str, int] = {
        "attachment": Attachment.objects.get().pk,
        "question_file": TurnFile.objects.get().pk,
        "bulk": BulkApproval.objects.get().pk,
        "listing": district.pk,
        "unit": Unit.objects.get(code="UBND-PL").pk,
        "carry": Carry.objects.get().pk,
        "workbook_batch": Batch.objects.get().pk,
        "form_upload": Upload.objects.get().pk,
        "form_version": world.campaign.form_id,
        "question": Question.objects.get().pk,
        "incident": Incident.objects.get().pk,
        "report": Report.objects.get().pk,
        "message_wave": Wave.objects.get().pk,
        "account": Post.objects.get(user__username="anh.giam.sat").pk,
        "review": world.case("don.vi").pk,
    }
    found = {}
    for it in routes(get_resolver().url_patterns):
        takes = it.converters
        arguments: dict[str, object] = {}
        if "pk" in takes:
            names = [name for name in keys if it.name.startswith(name)]
            arguments["pk"] = keys[max(names, key=len)] if names else world.case("don.vi").pk
        arguments |= {name: "x" for name, of in takes.items() if not isinstance(of, IntConverter)}
        arguments = {**dict.fromkeys(takes, 1), **arguments}
        wanted = {"code": "347", "number": 1, "ending": "xlsx", "token": "x", "name": "x"}
        arguments |= {name: value for name, value in wanted.items() if name in takes}
        if "what" in takes:
            arguments |= {"what": "ban", "pk": world.campaign.form_id}
        found[it.name] = reverse(it.name, kwargs=arguments) + QUERIES.get(it.name, "")
    return found


def takes_gets(address: str, client: Client) -> bool:
    return client.get(address).status_code != 405


def asked(route: str) -> bool:
    return route not in NOT_HERE and route not in DRAWN


def test_every_route_that_answers_a_get_is_in_the_matrix(world: World, at_the_desk: Desk) -> None:
    one_of_each(world)
    found = {
        it for it, at in addresses(world).items() if asked(it) and takes_gets(at, at_the_desk("co.huyen"))
    }
    assert found == set(READS)


@pytest.mark.parametrize("username", EVERYBODY)
def test_each_reads_what_is_hers_and_nothing_else(username: str, world: World, at_the_desk: Desk) -> None:
    one_of_each(world)
    found, wrong = addresses(world), []
    desk = at_the_desk(username)
    for route, readers in READS.items():
        answer = desk.get(found[route])
        good = answer.status_code in ((200, 302, 409) if username in readers else (403, 404))
        if not good or "/dang-nhap/" in answer.headers.get("Location", ""):
            wrong.append((route, answer.status_code))
    assert not wrong


def test_nobody_reads_without_signing_in(world: World, client: Client) -> None:
    one_of_each(world)
    found = addresses(world)
    for route in READS:
        answer = client.get(found[route])
        assert (answer.status_code, "/dang-nhap/" in answer.headers["Location"]) == (302, True), route


@pytest.mark.parametrize("seen", ["co.huyen", "anh.giam.sat"])
def test_who_looks_on_as_somebody_reads_the_same_and_writes_on_no_route(
    seen: str, world: World, at_the_desk: Desk
) -> None:
    one_of_each(world)
    reads = addresses(world)
    desk = at_the_desk("ong.tinh")
    post = Post.objects.get(user__username=seen)
    assert desk.post(reverse("account_see_as", args=[post.pk])).status_code == 302
    before = picture(world)
    wrong = []
    for route, readers in READS.items():
        answer = desk.get(reads[route])
        reads_it = seen in readers and route not in ACTS
        if answer.status_code not in ((200, 302, 409) if reads_it else (403, 404)):
            wrong.append((route, answer.status_code))
    for route in sorted(
        {*MAY, *OPEN_DOORS} - {"see_as_stop", "account_logout", "account_login"} - SIGNED_OUT
    ):
        status = desk.post(reads[route], {"version": "1", "text": "x", "area": "347"}).status_code
        if status != 403:
            wrong.append((route, status))
    assert not wrong
    assert picture(world) == before
