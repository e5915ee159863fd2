"""Every write route × the whole cast. Routes are found by themselves: a new one that is not in the table fails here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter
from django.utils import timezone

from dieutra.campaigns.actions import put_up_form
from dieutra.campaigns.models import Campaign
from dieutra.carrying.models import CarriedLine, Carry
from dieutra.cases import actions, waiting
from dieutra.cases.models import Case, Submission
from dieutra.events.models import Event
from dieutra.forms.models import FormVersion, Upload
from dieutra.frames.models import Listing, Unit
from dieutra.incidents import actions as questions
from dieutra.incidents import faq, security
from dieutra.incidents.models import FaqEntry, Incident, LogLine, Question
from dieutra.messages.models import Suppression, Wave
from dieutra.messages.suppressing import suppress
from dieutra.people.absences import set_absence
from dieutra.people.models import Absence, AppUser, Post, User
from dieutra.publicity.models import Activity, NewsItem
from dieutra.reports.models import Report
from dieutra.selfcheck.models import Answer
from dieutra.supervision import bulk
from dieutra.supervision.models import Assignment, BulkApproval, Ratio
from dieutra.teams.models import Charge, Member, Task
from tests.cases.versions import next_version
from tests.cast import KIND, PEOPLE, UNITS, World, good_answers, path_of
from tests.messages.outbox import put
from tests.openrosa.phone import given_phone, written
from tests.publicity.at_the_route import at_the_route as publicity
from tests.teams.at_the_route import at_the_route

EVERYBODY = (*PEOPLE, *UNITS)
OPEN_DOORS = {
    "account_login",
    "account_logout",
    "account_change_password",
    "activate",
    "forgotten",
}  # about oneself alone
OPEN_DOORS |= {"notices_read", "unsubscribe"}
# by a personal link and never by a session, which is not even read there; tests/opinions/test_answering.py
OPEN_DOORS |= {"opinion_open", "opinion_save", "opinion_post", "opinion_send", "opinion_leave"}
OPEN_DOORS |= {
    "account_reauthenticate",
    "mfa_activate_totp",
    "mfa_authenticate",
    "mfa_deactivate_totp",
    "mfa_download_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_reauthenticate",
    "mfa_add_webauthn",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
    "mfa_reauthenticate_webauthn",
    "see_as_stop",
}
# signed in by a token, Digest or Basic and never by a session; tests/openrosa/test_sign_in.py tries the cast there
OWN_SIGN_IN = {"collect_submission", "collect_key_submission"}

# route -> who may; everybody else gets 403 or 404 and nothing changes
MAY = {
    "save": {"don.vi"},
    "file_keep": {"don.vi"},
    "post": {"don.vi"},
    "submit": {"don.vi"},
    "withdraw": {"don.vi"},
    "workbook": {"don.vi"},
    "workbook_take": {"don.vi"},
    "workbook_batches": {"ba.trung.uong", "ong.tinh", "co.huyen", "anh.giam.sat", "chi.giam.sat.tinh"},
    "workbooks": {"ba.trung.uong", "ong.tinh", "co.huyen", "anh.giam.sat", "chi.giam.sat.tinh"},
    "approve": {"anh.giam.sat"},
    "give_back": {"anh.giam.sat"},
    "approve_many": {"anh.giam.sat"},
    "take_back": {"ba.trung.uong"},
    "bulk_order": {"anh.giam.sat", "chi.giam.sat.tinh", "nguoi.la.giam.sat"},  # of one's own queue alone
    "bulk_stop": {"anh.giam.sat"},
    "quotas": {"ba.trung.uong", "ong.tinh", "co.huyen", "nguoi.la"},  # each for his own place
    "assignment_give": {"ba.trung.uong", "ong.tinh", "co.huyen"},
    "assignment_list": {"ba.trung.uong", "ong.tinh", "co.huyen"},
    "assignment_take": {"ba.trung.uong", "ong.tinh", "co.huyen"},
    "absence_set": {"ba.trung.uong", "ong.tinh", "co.huyen"},
    "absence_end": {"ba.trung.uong", "ong.tinh", "co.huyen", "anh.giam.sat"},
    "account_create": {"ba.trung.uong", "ong.tinh"},
    "account_resend": {"ong.tinh"},
    "account_end": {"ong.tinh"},
    "account_restore": {"ong.tinh"},
    "accounts_from_list": {"ba.trung.uong", "ong.tinh"},
    "accounts_from_frame": {"ba.trung.uong", "ong.tinh", "co.huyen"},
    "sheets": {"ba.trung.uong", "ong.tinh", "co.huyen"},
    "account_lock": {"ong.tinh"},
    "account_unlock": {"ong.tinh"},
    "account_reset": {"ong.tinh"},
    "account_change": {"ong.tinh"},
    "account_hand_over": {"ong.tinh"},
    "account_sheet": {"ong.tinh"},
    "account_see_as": {"ba.trung.uong", "ong.tinh"},
    "accounts_review": {"ba.trung.uong", "ong.tinh", "co.huyen", "nguoi.la"},
    "app_user_create": {"ba.trung.uong", "ong.tinh", "co.huyen"},
    "app_user_revoke": {"ba.trung.uong", "ong.tinh", "co.huyen"},
    "collected_use": {"don.vi"},
    "collected_pass": {"don.vi"},
    "listing_upload": {"ba.trung.uong", "ong.tinh"},
    "listing_keep_all": {"co.huyen"},
    "listing_send": {"co.huyen"},
    "listing_accept": {"ong.tinh"},
    "listing_return": {"ong.tinh"},
    "unit_add": {"co.huyen"},
    "unit_keep": {"co.huyen"},
    "unit_edit": {"co.huyen"},
    "unit_remove": {"co.huyen"},
    "unit_move": {"co.huyen"},
    "unit_undo": {"co.huyen"},
    "carries": {"ba.trung.uong", "ong.tinh"},
    "carry_place": {"ba.trung.uong", "ong.tinh"},
    "carry_decide_many": {"ba.trung.uong", "ong.tinh"},
    "carried_decide": {"ba.trung.uong", "ong.tinh"},
    "carried_take_back": {"ba.trung.uong", "ong.tinh"},
    "message_urge": {"ba.trung.uong", "ong.tinh", "co.huyen", "anh.giam.sat", "chi.giam.sat.tinh"},
    "suppression_lift": {"ba.trung.uong", "ong.tinh", "co.huyen", "anh.giam.sat", "chi.giam.sat.tinh"},
    "form_put_up": {"ba.trung.uong"},
    "form_publish": {"ba.trung.uong"},
    "form_adopt": {"ba.trung.uong"},
    "report_make": {"ba.trung.uong", "ong.tinh", "co.huyen", "anh.giam.sat", "chi.giam.sat.tinh"},
    "incident_register": {"ba.trung.uong"},
    "incident_write": {"ba.trung.uong"},
    "incident_rate": {"ba.trung.uong"},
    "incident_contain": {"ba.trung.uong"},
    "incident_close": {"ba.trung.uong"},
    "incident_reopen": {"ba.trung.uong"},
    "question_ask": {*UNITS, *PEOPLE} - {"bac.ban.chi.dao", "anh.thong.ke"},
    "question_add": {"don.vi"},
    "question_close": {"don.vi"},
    "question_rate": {"don.vi"},
    "question_reopen": {"don.vi"},
    "question_answer": {"anh.giam.sat"},
    "question_transfer": {"anh.giam.sat"},
    "faq_publish": {
        "ba.trung.uong",
        "ong.tinh",
        "co.huyen",
        "anh.giam.sat",
        "chi.giam.sat.tinh",
        "bac.ban.chi.dao",
    },
    "team_set_up": {"ba.trung.uong", "ong.tinh"},
    "team_member_add": {"ba.trung.uong", "ong.tinh", "bac.ban.chi.dao"},
    "team_member_end": {"ba.trung.uong", "ong.tinh", "bac.ban.chi.dao"},
    "team_charge_give": {"ba.trung.uong", "ong.tinh", "bac.ban.chi.dao"},
    "team_charge_take": {"ba.trung.uong", "ong.tinh", "bac.ban.chi.dao"},
    "team_task_add": {"ba.trung.uong", "ong.tinh", "bac.ban.chi.dao"},
    "team_templates": {"ba.trung.uong", "ong.tinh", "bac.ban.chi.dao"},
    "team_task_change": {"ba.trung.uong", "ong.tinh", "bac.ban.chi.dao"},
    "team_task_move": {"ba.trung.uong", "ong.tinh", "bac.ban.chi.dao", "chi.giam.sat.tinh"},
    # samples are drawn in a kind of its own, see tests/samples/test_screens.py
    **{route: set[str]() for route in ("sample_load", "sample_draw", "sample_list")},
    "selfcheck_run": {"ba.trung.uong"},
    "selfcheck_answer": {"ba.trung.uong"},
    # of opinion surveys, which the cast has none of; tests/interference tries all of them with the cast of one
    **dict.fromkeys(("interference_run", "annulment_propose", "annulment_withdraw"), frozenset()),
    **dict.fromkeys(("annulment_decline", "annulment_confirm", "annulment_reverse"), frozenset()),
    **dict.fromkeys(("reversal_withdraw", "reversal_decline", "reversal_confirm"), frozenset()),
    "selfcheck_second": set(),  # the committee at the centre, whom the cast lacks; see tests/selfcheck
    "news_compose": {"ba.trung.uong", "ong.tinh", "co.huyen", "nguoi.la"},  # each in the name of her own area
    "news_change": {"ba.trung.uong", "ong.tinh"},
    "news_publish": {"ba.trung.uong", "ong.tinh"},
    "news_withdraw": {"ba.trung.uong", "ong.tinh"},
    "publicity_add": {"ba.trung.uong", "ong.tinh", "co.huyen", "nguoi.la"},
    "publicity_change": {"ba.trung.uong", "ong.tinh"},
    "publicity_settle": {"ba.trung.uong", "ong.tinh"},
    # of the index of opinion surveys, which the cast has none of; tests/indices tries all of them
    **dict.fromkeys(("index_take", "index_reckon", "index_former", "index_publish"), frozenset()),
    **dict.fromkeys(("index_save", "index_verify", "index_accept_rest"), frozenset()),
    **dict.fromkeys(("index_return", "index_conclude", "index_reopen"), frozenset()),
    "faq_withdraw": {"chi.giam.sat.tinh", "ong.tinh", "ba.trung.uong", "bac.ban.chi.dao"},
}
# of campaigns that ask people; the cast of tests/opinions/test_mailing_screens.py tries those who may
OPINION_MAILING = (
    *("opinion_mailing_open", "opinion_mailing_test", "opinion_remind", "opinion_remind_all"),
    *("opinion_resend", "opinion_address", "opinion_new_link"),
)
MAY |= {it: set() for it in OPINION_MAILING}


# of a campaign that asks people, which the cast has none of; tests/rosters/test_screens.py tries them with its own
ROSTERS = (
    "roster_add", "roster_person", "roster_person_remove", "roster_person_restore", "roster_upload", "roster_load",
    "roster_findings", "roster_expected", "roster_send", "roster_overlap_decide", "roster_overlaps_confirm",
    "roster_withdraw", "roster_requests", "roster_hardship", "roster_contact", "roster_accept", "roster_return",
    "roster_request_answer",
)  # fmt: skip
MAY |= {it: set() for it in ROSTERS}


@dataclass(frozen=True)
class Route:
    name: str
    converters: dict[str, object]


def routes(
    patterns: list[URLPattern | URLResolver], above: dict[str, object] | None = None
) -> Iterator[Route]:
    for pattern in patterns:
        converters = {**(above or {}), **pattern.pattern.converters}
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, converters)
        else:
            yield Route(pattern.name, converters)


def takes_posts(route: Route, client: Client) -> bool:
    """Does the route answer anything but "GET only" to a POST?"""
    kinds = route.converters.items()
    arguments = {name: 999_999 if isinstance(it, IntConverter) else "x" for name, it in kinds}
    return client.post(reverse(route.name, kwargs=arguments)).status_code != 405


def test_every_route_that_takes_posts_is_in_the_matrix(at_the_desk: Callable[[str], Client]) -> None:
    # signed in anew for each route, since one of them signs out
    found = routes(get_resolver().url_patterns)
    writing = {it.name for it in found if takes_posts(it, at_the_desk("ong.tinh"))}
    assert writing - OPEN_DOORS - OWN_SIGN_IN == set(MAY)


@pytest.mark.parametrize("route", sorted(MAY))
@pytest.mark.parametrize("username", EVERYBODY)
def test_only_those_who_may_pass(
    route: str, username: str, world: World, at_the_desk: Callable[[str], Client]
) -> None:
    url, fields = prepare(route, world)
    before = picture(world)
    response = at_the_desk(username).post(url, fields)
    passed = response.status_code in (200, 302, 409, 422) and not _is_sign_in(response)
    if username in MAY[route]:
        assert passed, response.content.decode()
    else:
        assert response.status_code in (403, 404), response.status_code
        assert picture(world) == before


@pytest.mark.parametrize("route", sorted(MAY))
def test_nobody_passes_without_signing_in(route: str, world: World, client: Client) -> None:
    url, fields = prepare(route, world)
    before = picture(world)
    response = client.post(url, fields)
    assert response.status_code == 302
    assert _is_sign_in(response)
    assert picture(world) == before


def _is_sign_in(response: object) -> bool:
    return "/dang-nhap/" in getattr(response, "headers", {}).get("Location", "")


def picture(world: World) -> tuple[list[tuple[object, ...]], ...]:
    """What a refused request must leave as it was."""
    return (
        list(Case.objects.order_by("pk").values_list("pk", "state", "level", "version")),
        list(Listing.objects.order_by("pk").values_list("pk", "state", "version")),
        list(Unit.objects.order_by("pk").values_list("pk", "name", "decision", "version", "path")),
        list(Post.objects.order_by("pk").values_list("pk", "ended_at", "user")),
        list(CarriedLine.objects.order_by("pk").values_list("pk", "verdict", "version")),
        list(AppUser.objects.order_by("pk").values_list("pk", "revoked_at")),
        list(Submission.objects.order_by("pk").values_list("pk", "outcome")),
        list(User.objects.order_by("pk").values_list("pk", "email", "is_active", "password", "full_name")),
        list(Assignment.objects.order_by("pk").values_list("pk", "ended_at")),
        list(Absence.objects.order_by("pk").values_list("pk", "ended_at")),
        list(Campaign.objects.order_by("pk").values_list("pk", "form")),
        list(Upload.objects.order_by("pk").values_list("pk", "published")),
        list(Question.objects.order_by("pk").values_list("pk", "state", "version", "role", "level")),
        list(Report.objects.order_by("pk").values_list("pk")),
        list(Incident.objects.order_by("pk").values_list("pk", "version")),
        list(LogLine.objects.order_by("pk").values_list("pk")),
        list(FaqEntry.objects.order_by("pk").values_list("pk", "withdrawn_at")),
        list(Wave.objects.order_by("pk").values_list("pk", "planned")),
        list(Suppression.objects.order_by("pk").values_list("pk", "lifted_at")),
        list(Answer.objects.order_by("pk").values_list("pk", "verdict")),
        list(Event.objects.filter(verb__startswith="selfcheck.").values_list("pk")),
        list(NewsItem.objects.order_by("pk").values_list("pk", "version")),
        list(Activity.objects.order_by("pk").values_list("pk", "version")),
        list(Task.objects.order_by("pk").values_list("pk", "version")),
        list(Member.objects.order_by("pk").values_list("pk", "ended_at")),
        list(Charge.objects.order_by("pk").values_list("pk", "ended_at")),
        list(BulkApproval.objects.order_by("pk").values_list("pk", "stopped_at")),
        list(Ratio.objects.order_by("pk").values_list("pk", "each")),
        list(FormVersion.objects.order_by("pk").values_list("pk", "version")),
    )


def prepare(route: str, world: World) -> tuple[str, dict[str, str]]:
    """The route's address and the fields with which somebody who may would succeed."""
    if route in ROSTERS:
        about_one = route.startswith(("roster_person", "roster_hardship", "roster_request_"))
        of_body = ["thu", "35"] if route == "roster_contact" else ["thu", "tinh", "35"]
        return reverse(route, args=[1] if about_one else of_body), {}
    if route == "selfcheck_run":
        return reverse(route), {}
    if route in ("index_take", "index_reckon", "index_former"):
        return reverse(route, args=["tinh"]), {}
    if route in OPINION_MAILING:
        takes = {"opinion_remind": ["tinh", "35"]}
        one = [1] if route in ("opinion_resend", "opinion_address", "opinion_new_link") else []
        return reverse(route, args=takes.get(route, one)), {"nhom": "tinh-so"}
    if route.startswith("selfcheck_"):
        given = {"code": "backups", "result": "pass", "note": "Đủ ba bản"}
        answer = Answer.objects.create(**given, by=world.user("ong.tinh"), role="tk")
        return reverse(route, args=["backups" if route == "selfcheck_answer" else answer.pk]), given
    if route.startswith(("news_", "publicity_")):
        return publicity(route, world)
    if route.startswith("team_"):
        return at_the_route(route, world)
    if route in ("approve", "give_back", "withdraw"):
        case = sent(world)
        return reverse(route, args=[case.pk]), {"version": str(case.version), "text": "Đề nghị xem lại"}
    if route == "approve_many":
        case = sent(world)
        return reverse(route), {"phieu": f"{case.pk}.{case.version}"}
    if route == "bulk_order":
        sent(world)
        return reverse(route), {"xem-luc": timezone.now().isoformat()}
    if route == "bulk_stop":
        sent(world)
        order = bulk.order_all(
            world.user("anh.giam.sat"), waiting.Asked(timezone.localdate()), "Tất cả", timezone.now()
        )
        return reverse(route, args=[order.pk]), {}
    if route == "interference_run":
        return reverse(route), {}
    if route == "quotas":
        return reverse(route), {"cap": "2", "ty-le": "6"}
    if route == "take_back":
        case = accepted(world)
        return reverse(route, args=[case.pk]), {"version": str(case.version), "reason": "Số liệu cần xem lại"}
    if route.startswith(("assignment_", "absence_")):
        return supervising(route, world)
    if route in ("workbooks", "workbook_batches"):
        return reverse(route), {"area": "347"}
    if route in ("save", "post", "submit", "workbook", "workbook_take", "file_keep"):
        return reverse(route, args=[world.case("don.vi").pk]), {"base_version": "0"}
    if route in ("accounts_from_list", "accounts_review"):
        return reverse(route), {}
    if route in ("accounts_from_frame", "sheets"):
        return reverse(route), {"area": "347"}
    if route == "account_create":
        return reverse(route), {}
    if route.startswith("account_"):
        # anh Giám sát's post, on cô Huyện's own path: the province made it, and nobody else looks after it
        post = Post.objects.get(user__username="anh.giam.sat")
        User.objects.filter(pk=post.user_id).update(password_changed_at=None)
        fields = {"email": "anh@example.gov.vn", "full_name": "Anh Mới", "username": "anh.moi"}
        return reverse(route, args=[post.pk]), fields
    if route == "app_user_create":
        return reverse(route), {"area": "347", "name": "Máy hai"}
    if route == "app_user_revoke":
        return reverse(route, args=[given_phone(world).record.pk]), {}
    if route.startswith("collected_"):
        return reverse(route, args=[held(world).pk]), {"base_version": "1"}
    if route == "report_make":
        return reverse(route), {"dia-ban": "347", "loai": "progress", "tu": "2026-01-01", "den": "2026-02-01"}
    if route.startswith("incident_"):
        return broken_into(route, world)
    if route.startswith(("question_", "faq_")):
        return asked(route, world)
    if route == "message_urge":
        fields = {"dia-ban": "347", "thu": "nhac-truoc-han", "kenh": "email", "token": "0123456789abcdef"}
        return reverse(route), fields
    if route == "suppression_lift":
        message = put(world, 1, path=world.case("don.vi").path, user=world.user("don.vi"))
        suppress(message.to, "all", "550 5.1.1", message)
        return reverse(route, args=[Suppression.objects.get().pk]), {}
    if route == "listing_upload":
        return reverse(route), {"province": "35"}
    if route.startswith("carr"):
        return carrying(route, world)
    if route == "form_put_up":
        return reverse(route), {}
    if route == "form_publish":
        centre = world.user("ba.trung.uong")
        upload = put_up_form(centre, world.campaign, (KIND / "form.xlsx").read_bytes(), "phieu.xlsx")
        return reverse(route, args=[upload.pk]), {}
    if route == "form_adopt":
        standing = world.campaign.form_id
        return reverse(route, args=[next_version(world.campaign).pk]), {"standing": str(standing)}
    listing = world.listing("347")
    Listing.objects.filter(pk=listing.pk).update(
        state="sent" if route in ("listing_accept", "listing_return") else "reviewing"
    )
    if route.startswith("listing_") or route == "unit_add":
        return reverse(route, args=[listing.pk]), {"version": str(listing.version), "note": "Xem lại"}
    unit = Unit.objects.get(code="UBND-PL")
    return reverse(route, args=[unit.pk]), {"version": str(unit.version)}


def carrying(route: str, world: World) -> tuple[str, dict[str, str]]:
    """A line that waits for a decision, as if the province's list had come from an older catalogue."""
    if route == "carries":
        return reverse(route), {"old_province": "35"}
    province, centre = world.listing("35").area, world.user("ba.trung.uong")
    carry = Carry.objects.create(
        campaign=world.campaign, old_province=province, province=province, path=province.path, by=centre
    )
    line = CarriedLine.objects.create(
        carry=carry, code="CU", name="Đơn vị cũ", old_area=province, cause="district"
    )
    if route == "carried_take_back":
        CarriedLine.objects.filter(pk=line.pk).update(verdict="end", decided_by=centre)
    if route.startswith("carried_"):
        return reverse(route, args=[line.pk]), {"version": "1", "choice": "end"}
    return reverse(route, args=[carry.pk]), {}


def broken_into(route: str, world: World) -> tuple[str, dict[str, str]]:
    fields = {"title": "Thử dò mật khẩu", "severity": "2", "text": "Xem nhật ký", "at": "2026-01-01T08:00"}
    if route == "incident_register":
        return reverse(route), fields
    centre = world.user("ba.trung.uong")
    incident = security.register(centre, world.campaign, "Dò mật khẩu", 1, timezone.now(), "Phát hiện")
    if route == "incident_reopen":
        security.close(centre, incident, incident.version, dict.fromkeys(security.REPORT, "Có"))
    report = dict.fromkeys(security.REPORT, "Đã rõ")
    return reverse(route, args=[incident.pk]), {**fields, **report, "version": str(incident.version)}


def asked(route: str, world: World) -> tuple[str, dict[str, str]]:
    """A question of the unit, brought to where the route can be passed by somebody who may."""
    if route == "question_ask":
        return reverse(route), {"topic": "software", "subject": "Lỗi", "text": "Không nạp được tệp"}
    unit, case = world.user("don.vi"), world.case("don.vi")
    question = questions.ask(unit, world.campaign, "content", "Ai phải kê?", "Xin hướng dẫn.", case=case)
    fields = {"text": "Xin trả lời như sau.", "why": "Thuộc cấp trên", "to": "up", "satisfaction": "5"}
    if route in ("question_reopen", "question_rate", "faq_publish", "faq_withdraw"):
        questions.answer(world.user("anh.giam.sat"), question, question.version, "Mọi đơn vị.")
    if route == "question_rate":
        questions.close(unit, question, question.version, None)
    fields |= {"version": str(question.version), "asked": "Ai phải kê khai?", "answered": "Mọi đơn vị."}
    if route != "faq_withdraw":
        return reverse(route, args=[question.pk]), fields
    entry = faq.publish_answer(world.user("chi.giam.sat.tinh"), question, "Ai phải kê khai?", "Mọi đơn vị.")
    return reverse(route, args=[entry.pk]), fields


def sent(world: World) -> Case:
    user, case = world.user("don.vi"), world.case("don.vi")
    actions.save_draft(user, case, 0, good_answers(case), {})
    actions.submit(user, world.case("don.vi"), 1)
    return world.case("don.vi")


def supervising(route: str, world: World) -> tuple[str, dict[str, str]]:
    post = Post.objects.get(user__username="anh.giam.sat")
    other, today = world.user("chi.giam.sat.tinh"), timezone.localdate()
    if route == "absence_end":
        away = set_absence(world.user("co.huyen"), post, other, today, today)
        return reverse(route, args=[away.pk]), {}
    fields = {"giam-sat": str(post.pk), "dong": world.case("don.vi").unit.area.path}
    days = {"vai-tro": str(post.pk), "thay": str(other.pk), "tu": f"{today}", "den": f"{today}"}
    return reverse(route, args=["347"]), {**fields, **days}


def accepted(world: World) -> Case:
    case = sent(world)
    actions.approve(world.user("anh.giam.sat"), case, case.version)
    actions.approve(world.user("chi.giam.sat.tinh"), world.case("don.vi"), case.version)
    return world.case("don.vi")


def held(world: World) -> Submission:
    """What a phone sent beside a draft of the unit: its choice is the unit's."""
    case = world.case("don.vi")
    actions.save_draft(world.user("don.vi"), case, 0, {path_of(case, "nguoi_lap"): "Chị Văn Phòng"}, {})
    given_phone(world).send(written(good_answers(case), key=case.pk, world=world))
    return Submission.objects.get(outcome="held")
