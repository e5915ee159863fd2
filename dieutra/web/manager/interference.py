"""Signs of interference, for the centre: runs, the bodies they point at, and the evidence about one body."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from dieutra.campaigns.models import Campaign
from dieutra.campaigns.queries import opinion_campaigns
from dieutra.engine.refusals import Forbidden, NotNow, Refusal
from dieutra.engine.signals.bands import ROUGH, floor, points, share
from dieutra.engine.signals.finding import NAMES
from dieutra.interference import actions, queries
from dieutra.interference.models import Annulment, Flag, Reversal, SignalRun
from dieutra.interference.showing import HEIGHTS, TALL, day, shown
from dieutra.people.models import User
from dieutra.people.permission import may
from dieutra.web.campaign_here import chosen, led_on, taken
from dieutra.web.requests import signed_in, whole_number

PAGE = 40
LOW = 20  # a signal below it is left out of the list's words
BADGES = {"clear": "hard", "suspect": "draft", "look": "submitted", "": "new"}


def centres(request: HttpRequest) -> tuple[User, list[Campaign]]:
    """The person and the opinion surveys at whose centre she sits; Forbidden without one."""
    user = signed_in(request)
    found = [it for it in opinion_campaigns(user) if may(user, "signal.read", it)]
    if not found:
        raise Forbidden(actions.CENTRE_ONLY)
    return user, found


def centre(request: HttpRequest) -> tuple[User, Campaign]:
    user, fits = centres(request)
    return user, chosen(request, fits)


def flag_at(request: HttpRequest, pk: int) -> tuple[User, Flag]:
    """A finding about a body, in its own campaign."""
    user, fits = centres(request)
    mine = Flag.objects.select_related("run", "campaign").filter(campaign__in=fits)
    flag = get_object_or_404(mine, pk=pk)
    taken(request, flag.campaign, fits)
    return user, flag


@login_required
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    user, campaign = centre(request)
    runs = queries.runs(campaign)
    number = whole_number(request.GET.get("lan", ""))
    run = get_object_or_404(runs, pk=number) if request.GET.get("lan") else runs.first()
    level, survey = request.GET.get("muc", ""), request.GET.get("khao-sat", "")
    context = {
        "run": run,
        "runs": runs[:20],
        "page": _page(request, run, level, survey) if run else None,
        "counts": _counts(run) if run else [],
        "level": level,
        "survey": survey,
        "surveys": _surveys(campaign),
        "busy": queries.is_busy(campaign),
        "open": _open(campaign),
        "may_run": may(user, "signal.run", campaign),
    }
    return render(request, "interference/list.html", context)


def _page(request: HttpRequest, run: SignalRun, level: str, survey: str) -> object:
    found = queries.flags(run, level if level in Flag.Level.values else "", survey)
    page = Paginator(found, PAGE).get_page(request.GET.get("trang"))
    names = queries.body_names(run.campaign, [it.path for it in page])
    for flag in page:
        scores: dict[str, int] = {}
        for it in flag.findings:
            scores[it["signal"]] = max(it["score"], scores.get(it["signal"], 0))
        ordered = sorted(scores.items(), key=lambda it: -floor(*it))
        flag.body = names.get(flag.path, flag.path)  # type: ignore[attr-defined]
        flag.about = queries.survey_name(run.campaign, flag.survey)  # type: ignore[attr-defined]
        flag.badge = BADGES[flag.level]  # type: ignore[attr-defined]
        flag.signals = [
            (NAMES[it], points(it, score)) for it, score in ordered if score >= LOW or it in ROUGH
        ]  # type: ignore[attr-defined]
    return page


def _counts(run: SignalRun) -> list[tuple[str, str, str, int]]:
    found = list(run.flags.values_list("level", flat=True))
    return [
        (level, str(words), BADGES[level], found.count(level))
        for level, words in reversed(Flag.Level.choices)
        if level
    ]


def _surveys(campaign: Campaign) -> list[tuple[str, str]]:
    rules = campaign.kind.opinion
    return [(it.code, it.name) for it in rules.surveys] if rules else []


def _open(campaign: Campaign) -> list[Annulment]:
    """What waits or stands, with the names that the list shows."""
    found = list(queries.annulments(campaign))
    names = queries.body_names(campaign, [it.path for it in found])
    for it in found:
        it.body = names.get(it.path, it.path)  # type: ignore[attr-defined]
        it.about = queries.survey_name(campaign, it.survey)  # type: ignore[attr-defined]
        it.waits = it.state == Annulment.State.PROPOSED or any(  # type: ignore[attr-defined]
            again.state == Reversal.State.PROPOSED for again in it.reversals.all()
        )
    return sorted(found, key=lambda it: not it.waits)  # type: ignore[attr-defined]


@login_required
@require_POST
def run(request: HttpRequest) -> HttpResponse:
    user, campaign = centre(request)
    try:
        actions.ask(user, campaign)
    except NotNow as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, "Đang xem xét ở nền; tải lại trang sau ít giây để xem kết quả.")
    return led_on(request, "interference")


@login_required
@require_safe
def body(request: HttpRequest, pk: int) -> HttpResponse:
    return body_page(request, *flag_at(request, pk))


def body_page(request: HttpRequest, user: User, flag: Flag, refusal: Refusal | None = None) -> HttpResponse:
    """The evidence about one body; with a refused proposal what was written stays in its field."""
    campaign = flag.campaign
    standing = Annulment.objects.filter(
        campaign=campaign, survey=flag.survey, path=flag.path, state__in=Annulment.OPEN
    ).first()
    others = Flag.objects.filter(campaign=campaign, survey=flag.survey, path=flag.path, rank__gt=0)
    context = {
        "flag": flag,
        "badge": BADGES[flag.level],
        "body": queries.body_names(campaign, [flag.path]).get(flag.path, flag.path),
        "about": queries.survey_name(campaign, flag.survey),
        "findings": shown(flag),
        "day": day(flag),
        "tall": TALL,
        "bands": [share(place) for place in range(len(HEIGHTS))],
        "others": others.select_related("run").order_by("-run")[:20],
        "standing": standing,
        "closed": queries.is_closed(campaign, flag.survey),
        "may_decide": may(user, "annulment.decide", campaign),
        "given": request.POST,
        "refused": refusal.message if refusal else "",
        "problems": getattr(refusal, "problems", ()),
    }
    return render(request, "interference/body.html", context, status=refusal.status if refusal else 200)


urlpatterns = [
    path("dau-hieu/", listed, name="interference"),
    path("dau-hieu/xem-xet/", run, name="interference_run"),
    path("dau-hieu/co-quan/<int:pk>/", body, name="interference_body"),
]
