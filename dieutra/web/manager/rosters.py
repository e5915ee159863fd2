"""Lists of people: the home, one list with its lines, its template and its workbook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from dieutra.campaigns.models import Campaign
from dieutra.campaigns.opinion_rules import Group, Survey
from dieutra.engine.refusals import Invalid
from dieutra.people.permission import may
from dieutra.places.models import Area
from dieutra.rosters import actions, queries, sheets
from dieutra.rosters.columns import rules_of
from dieutra.rosters.findings import findings, unsolved
from dieutra.rosters.models import Person, Request, Roster
from dieutra.rosters.overlaps import overlaps
from dieutra.rosters.seeing import look, take_out
from dieutra.web.manager import (
    rosters_asking,
    rosters_centre,
    rosters_contacts,
    rosters_lines,
    rosters_load,
    rosters_sending,
)
from dieutra.web.manager.rosters_here import (
    address,
    campaign_here,
    page_of,
    refusal_words,
    roster_here,
    workbook,
)
from dieutra.web.requests import signed_in, whole_number

PAGE = 50


@dataclass(frozen=True)
class GroupLine:
    """A group against its rule."""

    group: Group
    counted: queries.Counted
    rule: str
    expected: int | None
    wrong: str = ""


def group_lines(roster: Roster) -> list[GroupLine]:
    counted = queries.counts(roster)
    lines = []
    for group in rules_of(roster.campaign.kind).groups_of(roster.survey):
        here = counted.get(group.code, queries.Counted())
        lines.append(
            GroupLine(
                group, here, sheets.rule_words(group), roster.expected.get(group.code), _wrong(group, here)
            )
        )
    return lines


def _wrong(group: Group, here: queries.Counted) -> str:
    if not here.asked + here.aside + here.excused:
        return "Chưa có ai"
    if group.rule == "at_most" and here.units > group.units:
        return f"{here.units} hội, quá {group.units}"
    return ""


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """At the centre the board of all bodies; at a body its lists and what must be done with them now."""
    user, campaign = signed_in(request), campaign_here(request)
    if may(user, "roster.read", campaign):
        return rosters_centre.board(request, campaign)
    own = queries.own_bodies(user, campaign)
    context = {
        "current": campaign,
        "cards": [_card(campaign, survey, area) for survey, area in own],
        "contacts": [
            rosters_contacts.line(campaign, area) for area in dict.fromkeys(area for _, area in own)
        ],
        "today": timezone.localdate(),
    }
    return render(request, "rosters/home.html", context)


def _card(campaign: Campaign, survey: Survey, area: Area) -> dict[str, Any]:
    roster = queries.roster_at(campaign, survey.code, area)
    stops = unsolved(findings(roster)) if roster.pk and roster.state in Roster.CHANGING else []
    day = queries.due_on(roster)
    return {
        "roster": roster,
        "args": address(roster),
        "survey": survey,
        "area": area,
        "lines": group_lines(roster),
        "asked": sum(it.asked for it in queries.counts(roster).values()),
        "hard": sum(it.hard for it in stops),
        "soft": sum(not it.hard for it in stops),
        "open": roster.state in Roster.CHANGING,
        "due": day,
        "days_left": (day - timezone.localdate()).days,
        "late": queries.is_late(roster),
        "requests": Request.objects.filter(roster=roster, state=Request.State.ASKED).count()
        if roster.pk
        else 0,
    }


@login_required
@require_safe
def roster(request: HttpRequest, slug: str, survey: str, code: str) -> HttpResponse:
    """One list: what must be done, by group against the rule, and its lines."""
    found = roster_here(request, slug, survey, code)
    return draw(request, found)


def draw(request: HttpRequest, found: Roster, status: int = 200, **more: Any) -> HttpResponse:
    look(signed_in(request), found)
    chosen = {name: request.GET.get(name, "") for name in ("nhom", "q", "trang-thai")}
    people = queries.people_of(found, chosen["nhom"], chosen["q"], chosen["trang-thai"])
    stops = unsolved(findings(found)) if found.state in Roster.CHANGING else []
    rest = urlencode({name: value for name, value in chosen.items() if value})
    context = page_of(
        request,
        found,
        page=Paginator(people, PAGE).get_page(request.GET.get("trang")),
        chosen=chosen,
        query=f"{rest}&" if rest else "",
        tabs=_tabs(found, chosen),
        lines=group_lines(found),
        asked=sum(it.asked for it in queries.counts(found).values()),
        hard=sum(it.hard for it in stops),
        soft=sum(not it.hard for it in stops),
        overlaps=sum(1 for it in overlaps(found) if it.waits) if found.pk else 0,
        removed=_removed(request, found),
        requests=found.requests.filter(state=Request.State.ASKED).count() if found.pk else 0,
        mailed=found.state == Roster.State.ACCEPTED and queries.mailing_is_open(found),
        **more,
    )
    return render(request, "rosters/roster.html", context, status=status)


def _tabs(found: Roster, chosen: dict[str, str]) -> list[dict[str, Any]]:
    """Filter by group, and those who were taken out; the search stays."""
    counted = queries.counts(found)
    everybody = sum(it.asked + it.aside + it.excused for it in counted.values())
    tabs: list[dict[str, Any]] = [{"nhom": "", "words": "Tất cả", "count": everybody, "trang-thai": ""}]
    for group in rules_of(found.campaign.kind).groups_of(found.survey):
        here = counted.get(group.code, queries.Counted())
        number = here.asked + here.aside + here.excused
        tabs.append({"nhom": group.code, "words": group.name, "count": number, "trang-thai": ""})
    gone = queries.people_of(found, standing=Person.Standing.REMOVED).count()
    if gone:
        tabs.append({"nhom": "", "words": "Đã bỏ", "count": gone, "trang-thai": "removed"})
    for tab in tabs:
        kept = {"nhom": tab["nhom"], "trang-thai": tab["trang-thai"], "q": chosen["q"]}
        tab["here"] = (tab["nhom"], tab["trang-thai"]) == (chosen["nhom"], chosen["trang-thai"])
        tab["query"] = urlencode({name: value for name, value in kept.items() if value})
    return tabs


def _removed(request: HttpRequest, found: Roster) -> Person | None:
    """The line that was taken out a moment ago, so that it can be put back at once."""
    pk = whole_number(request.GET.get("vua", ""))
    if pk < 1 or found.pk is None:
        return None
    return Person.objects.filter(pk=pk, roster=found, standing=Person.Standing.REMOVED).first()


@login_required
@require_safe
def template(request: HttpRequest, slug: str, survey: str, code: str) -> HttpResponse:
    """The empty workbook of this list."""
    found = roster_here(request, slug, survey, code)
    return workbook(sheets.template(found), f"mau-danh-sach-{survey}-{code.lower()}.xlsx")


@login_required
@require_safe
def excel(request: HttpRequest, slug: str, survey: str, code: str) -> HttpResponse:
    """The list as it stands; taking it out is recorded."""
    found = roster_here(request, slug, survey, code)
    return workbook(take_out(signed_in(request), found), f"danh-sach-{survey}-{code.lower()}.xlsx")


@login_required
@require_POST
def expected(request: HttpRequest, slug: str, survey: str, code: str) -> HttpResponse:
    """How many there are in all, as the body says."""
    found = roster_here(request, slug, survey, code)
    numbers = {name.removeprefix("n-"): text for name, text in request.POST.items() if name.startswith("n-")}
    try:
        actions.expect(signed_in(request), found, {name: str(text) for name, text in numbers.items()})
    except Invalid as refusal:
        return draw(request, found, refusal.status, typed=numbers, **refusal_words(refusal))
    messages.success(request, "Đã ghi số lượng để đối chiếu với danh sách.")
    return redirect("roster", *address(found))


LIST = "danh-sach-doi-tuong/<slug:slug>/<slug:survey>/<str:code>/"
urlpatterns = [
    path("danh-sach-doi-tuong/", home, name="rosters"),
    *rosters_lines.by_person,
    *rosters_asking.by_request,
    *rosters_centre.urlpatterns,
    *rosters_contacts.urlpatterns,
    path(LIST, roster, name="roster"),
    path(f"{LIST}tep-mau.xlsx", template, name="roster_template"),
    path(f"{LIST}danh-sach.xlsx", excel, name="roster_excel"),
    path(f"{LIST}so-luong/", expected, name="roster_expected"),
    *rosters_lines.urlpatterns,
    *rosters_load.urlpatterns,
    *rosters_sending.urlpatterns,
    *rosters_asking.urlpatterns,
]
