"""The centre's board: every body and survey with its state, what waits for a decision first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_safe

from dieutra.campaigns.models import Campaign
from dieutra.campaigns.opinion_rules import Survey
from dieutra.engine.text import search_key
from dieutra.people.permission import may
from dieutra.places.models import Area
from dieutra.rosters import queries, sheets
from dieutra.rosters.columns import rules_of
from dieutra.rosters.models import Person, Request, Roster
from dieutra.rosters.seeing import look_at_shared
from dieutra.web.manager.rosters_here import campaign_here, workbook
from dieutra.web.requests import signed_in

PAGE = 100
NOT_BEGUN = "none"
STATES = {NOT_BEGUN: "Chưa lập", **dict(Roster.State.choices)}
ORDER = {
    Roster.State.SENT: 0,
    Roster.State.RETURNED: 1,
    Roster.State.OPEN: 2,
    NOT_BEGUN: 3,
    Roster.State.ACCEPTED: 4,
}
SORTS = {
    "": "Chờ quyết định trước",
    "ten": "Tên cơ quan",
    "so": "Nhiều người trước",
    "gui": "Gửi mới nhất trước",
}
HEADERS = (
    "Cuộc khảo sát", "Cơ quan", "Trạng thái", "Số người được khảo sát", "Gộp vai trò", "Được miễn", "Hạn gửi", "Gửi lúc",
    "Muộn", "Mã biên nhận",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    survey: Survey
    area: Area
    roster: Roster | None
    state: str
    words: str
    asked: int
    aside: int
    excused: int
    waiting: int  # requests
    due: date
    late: bool


def lines(campaign: Campaign) -> list[Line]:
    """Every body of every survey; three statements whatever their number."""
    standing = Person.Standing
    counted = Roster.objects.filter(campaign=campaign).annotate(
        asked=Count("people", filter=Q(people__standing=standing.IN)),
        aside=Count("people", filter=Q(people__standing=standing.ASIDE)),
        excused=Count("people", filter=Q(people__standing=standing.EXCUSED)),
    )
    rosters: dict[tuple[str, str], Any] = {(it.survey, it.path): it for it in counted}
    open_ones = Request.objects.filter(campaign=campaign, state=Request.State.ASKED)
    asked = {it["roster_id"]: it["n"] for it in open_ones.values("roster_id").annotate(n=Count("pk"))}
    found, today = [], timezone.localdate()
    for survey in rules_of(campaign.kind).surveys:
        for area in queries.bodies(campaign, survey.code):
            found.append(_line(campaign, survey, area, rosters.get((survey.code, area.path)), asked, today))
    return found


def _line(
    campaign: Campaign, survey: Survey, area: Area, roster: Any, asked: dict[int, int], today: date
) -> Line:
    if roster is None:
        late = today > campaign.list_due_on
        return Line(survey, area, None, NOT_BEGUN, STATES[NOT_BEGUN], 0, 0, 0, 0, campaign.list_due_on, late)
    roster.campaign = campaign
    return Line(
        survey, area, roster, roster.state, roster.get_state_display(), roster.asked, roster.aside, roster.excused,
        asked.get(roster.pk, 0), queries.due_on(roster), queries.is_late(roster, today),
    )  # fmt: skip


def chosen_lines(request: HttpRequest, every: list[Line]) -> list[Line]:
    chosen = request.GET
    key = search_key(chosen.get("q", ""))
    found = [
        it
        for it in every
        if chosen.get("khao-sat", "") in ("", it.survey.code)
        and chosen.get("trang-thai", "") in ("", it.state)
        and (not chosen.get("muon") or it.late)
        and (not key or key in it.area.search_key)
    ]
    order = chosen.get("sap", "")
    if order == "ten":
        return sorted(found, key=lambda it: (it.area.sort_key, it.survey.code))
    if order == "so":
        return sorted(found, key=lambda it: -it.asked)
    if order == "gui":
        return sorted(
            found, key=lambda it: -(it.roster.sent_at.timestamp() if it.roster and it.roster.sent_at else 0)
        )
    return sorted(
        found, key=lambda it: (-(it.waiting > 0), ORDER[it.state], it.survey.code, it.area.sort_key)
    )


def board(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    user, every = signed_in(request), lines(campaign)
    rows = chosen_lines(request, every)
    kept = {name: request.GET.get(name, "") for name in ("dot", "khao-sat", "trang-thai", "muon", "sap", "q")}
    kept["dot"] = campaign.slug
    query = urlencode({name: value for name, value in kept.items() if value and name != "dot"})
    decides = may(user, "roster.accept", campaign)
    context = {
        "current": campaign,
        "page": Paginator(rows, PAGE).get_page(request.GET.get("trang")),
        "states": STATES,
        "surveys": rules_of(campaign.kind).surveys,
        "sorts": SORTS,
        "chosen": kept,
        "query": f"{query}&" if query else "",
        "totals": [(words, sum(it.state == state for it in every)) for state, words in STATES.items()],
        "number": len(every),
        "people": sum(it.asked for it in every),
        "late": sum(it.late and it.state in (NOT_BEGUN, *Roster.CHANGING) for it in every),
        "waiting": [it for it in every if it.state == Roster.State.SENT] if decides else [],
        "asked": list(queries.open_requests(user, campaign)[:50]) if decides else [],
        "shared": queries.shared_addresses(campaign).count(),
        "today": timezone.localdate(),
    }
    return render(request, "rosters/board.html", context)


@login_required
@require_safe
def excel(request: HttpRequest, slug: str) -> HttpResponse:
    """The board as it is filtered and sorted: numbers, no people."""
    campaign = campaign_here(request, slug)
    if not may(signed_in(request), "roster.read", campaign):
        raise Http404
    rows = [
        (
            it.survey.name, it.area.name, it.words, it.asked, it.aside, it.excused, f"{it.due:%d/%m/%Y}",
            f"{timezone.localtime(it.roster.sent_at):%H:%M %d/%m/%Y}" if it.roster and it.roster.sent_at else "",
            "Muộn" if it.late else "", it.roster.receipt if it.roster else "",
        )
        for it in chosen_lines(request, lines(campaign))
    ]  # fmt: skip
    return workbook(
        sheets.table(campaign.kind.titled("Danh sách đối tượng"), HEADERS, rows),
        "tong-hop-danh-sach-doi-tuong.xlsx",
    )


@login_required
@require_safe
def shared(request: HttpRequest, slug: str) -> HttpResponse:
    """Addresses that more than one body has in one survey: the centre sees at which, each body only that it is so."""
    campaign = campaign_here(request, slug)
    if not may(signed_in(request), "roster.read", campaign):
        raise Http404
    look_at_shared(signed_in(request), campaign)
    names = {it.path: it for it in Area.objects.filter(catalogue_id=campaign.catalogue_id, level=1)}
    rows = []
    for it in queries.shared_addresses(campaign)[:500]:
        same = Person.objects.filter(campaign=campaign, survey=it["survey"], email=it["email"], standing="in")
        places = [names[path] for path in same.order_by("path").values_list("path", flat=True).distinct()]
        rows.append(
            {"email": it["email"], "survey": rules_of(campaign.kind).survey(it["survey"]), "places": places}
        )
    return render(request, "rosters/shared.html", {"current": campaign, "rows": rows})


urlpatterns = [
    path("danh-sach-doi-tuong/<slug:slug>/tong-hop.xlsx", excel, name="rosters_excel"),
    path("danh-sach-doi-tuong/<slug:slug>/dia-chi-chung/", shared, name="rosters_shared"),
]
