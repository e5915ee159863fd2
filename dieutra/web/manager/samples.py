"""Samples: a province's frame, how many to ask, the draw and its certificate, the list made of it, what the answers say."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from dieutra.campaigns.models import Campaign
from dieutra.campaigns.sample_rules import SampleRules
from dieutra.engine.refusals import Invalid, NotNow, Problem, Refusal, Stale
from dieutra.engine.spreadsheet import XLSX
from dieutra.interference.queries import annulled
from dieutra.people.actions import Place
from dieutra.people.models import User
from dieutra.people.permission import may
from dieutra.places.models import Area
from dieutra.rosters.queries import bodies
from dieutra.samples import actions, queries
from dieutra.samples.models import Draw, DrawnList, Population
from dieutra.samples.paper import facts_of, pdf
from dieutra.samples.results import Row, satisfaction
from dieutra.samples.template import template
from dieutra.samples.words import figure, percent, whole_percent
from dieutra.web.campaign_here import chosen, led_on, taken
from dieutra.web.requests import signed_in

ENDINGS = {"json": "application/json", "pdf": "application/pdf"}


def _campaign(request: HttpRequest) -> tuple[User, Campaign, SampleRules]:
    """The person and that one of her campaigns that draws samples; 404 without one."""
    user = signed_in(request)
    campaign = chosen(request, queries.drawing(user))
    return user, campaign, queries.rules_of(campaign)


def _place(request: HttpRequest, code: str) -> tuple[User, Campaign, SampleRules, Area]:
    user, campaign, rules = _campaign(request)
    area = get_object_or_404(bodies(campaign, rules.survey), code=code)
    if not may(user, "sample.read", Place(campaign.pk, area.path)):
        raise Http404
    return user, campaign, rules, area


def _readable(user: User, campaign: Campaign, survey: str) -> list[Area]:
    return [it for it in bodies(campaign, survey) if may(user, "sample.read", Place(campaign.pk, it.path))]


@login_required
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Every province with its frame and its latest draw; who has one province goes straight there."""
    user, campaign, rules = _campaign(request)
    areas = _readable(user, campaign, rules.survey)
    if not areas:
        raise Http404
    if len(areas) == 1:
        return led_on(request, "sample_place", areas[0].code)
    frames = {it.path: it for it in Population.objects.filter(campaign=campaign, ended_at__isnull=True)}
    latest = {it.population_id: it for it in queries.visible_draws(user).order_by("pk")}
    rows = [(it, frames.get(it.path)) for it in areas]
    shown = [
        (area, frame, latest.get(frame.pk) if frame else None)
        for area, frame in sorted(rows, key=lambda it: it[1] is None)
    ]
    return render(request, "samples/list.html", {"rows": shown, "frames": len(frames)})


@login_required
@require_safe
def place(request: HttpRequest, code: str) -> HttpResponse:
    return _page(request, code)


def _page(request: HttpRequest, code: str, refusal: Refusal | None = None) -> HttpResponse:
    """A province: its frame, the size of the sample for the numbers in the address, and all its draws."""
    user, campaign, rules, area = _place(request, code)
    frame = queries.standing(campaign, area.path)
    given = _given(request, rules)
    context: dict[str, Any] = {
        "area": area,
        "frame": frame,
        "given": given,
        "stages": [(it, given[it.level]) for it in rules.stages],
        "may_draw": may(user, "sample.draw", Place(campaign.pk, area.path)),
        "draws": queries.visible_draws(user).filter(campaign=campaign, path=area.path)[:50],
        "made": DrawnList.objects.filter(draw__population=frame).select_related("draw").first(),
        "drawn": bool(frame and frame.draws.exists()),
        "columns": rules.columns,
        "seed": request.POST.get("seed", ""),
        "reason": request.POST.get("reason", ""),
    }
    if frame is not None:
        try:
            context["plan"] = _plan(frame, rules, given)
        except Invalid as invalid:
            refusal = refusal or invalid
    problems = refusal.problems if isinstance(refusal, Invalid) else ()
    context |= {"refused": refusal.message if refusal else "", "problems": problems}
    return render(request, "samples/place.html", context, status=refusal.status if refusal else 200)


def _given(request: HttpRequest, rules: SampleRules) -> dict[str, str]:
    """The numbers that were asked for, else those of the kind."""
    sent = request.POST if request.method == "POST" else request.GET
    own = {"e": figure(rules.error, 2), "deff": figure(rules.design_effect, 1)}
    own |= {it.level: str(it.take) for it in rules.stages}
    return {name: sent.get(name, otherwise)[:20] for name, otherwise in own.items()}


def _plan(frame: Population, rules: SampleRules, given: dict[str, str]) -> dict[str, Any]:
    """The arithmetic of the sample's size in words."""
    typed = [given[it.level] for it in rules.stages]
    error, effect, takes = actions.read_numbers(rules, given["e"], given["deff"], typed)
    found = queries.plan(frame, error, effect, takes)
    size = found.size
    return {
        "population": figure(size.population),
        "error": whole_percent(error),
        "people": figure(size.people),
        "margin": percent(size.margin),
        "with_effect": percent(size.with_effect),
        "effect": figure(size.design_effect, 1),
        "needed": figure(size.needed),
        "planned": figure(found.people),
        "planned_margin": percent(found.margin),
        "short": figure(found.short) if found.short else "",
    }


@login_required
@require_POST
def load(request: HttpRequest, code: str) -> HttpResponse:
    user, campaign, _, area = _place(request, code)
    sent = request.FILES.get("file")
    try:
        if sent is None:
            raise Invalid("Hãy chọn tệp khung giao dịch.", [Problem("Tệp", "Chưa chọn")])
        content = sent.read(settings.UPLOAD_LIMIT + 1)
        frame = actions.load(user, campaign, area, content, sent.name or "", request.POST.get("why", ""))
    except (Invalid, NotNow, Stale) as refusal:
        return _page(request, code, refusal)
    messages.success(request, f"Đã nạp khung {figure(frame.size)} giao dịch của {area.name}.")
    return led_on(request, "sample_place", code)


@login_required
@require_safe
def empty(request: HttpRequest) -> HttpResponse:
    _, _, rules = _campaign(request)
    headers = {"Content-Disposition": 'attachment; filename="khung-giao-dich-mau.xlsx"'}
    return HttpResponse(template(rules), content_type=XLSX, headers=headers)


@login_required
@require_POST
def draw(request: HttpRequest, code: str) -> HttpResponse:
    user, campaign, rules, area = _place(request, code)
    frame = queries.standing(campaign, area.path)
    given = _given(request, rules)
    try:
        if frame is None:
            raise NotNow("Tỉnh chưa có khung giao dịch. Hãy nạp khung trước.")
        if request.POST.get("frame") != frame.digest:
            raise Stale("Khung vừa được thay sau khi bạn mở trang. Hãy xem lại cỡ mẫu rồi chọn lại.")
        takes = [given[it.level] for it in rules.stages]
        seed, reason = request.POST.get("seed", ""), request.POST.get("reason", "")
        made = actions.draw(user, frame, given["e"], given["deff"], takes, seed, reason)
    except (Invalid, NotNow, Stale) as refusal:
        return _page(request, code, refusal)
    messages.success(request, f"Đã chọn {figure(made.people)} người. Chứng thư được giữ lại vĩnh viễn.")
    return redirect("sample_drawn", made.pk)


def _draw(request: HttpRequest, pk: int) -> tuple[User, Draw]:
    user = signed_in(request)
    found = get_object_or_404(queries.visible_draws(user), pk=pk)
    taken(request, found.campaign, queries.drawing(user))
    return user, found


@login_required
@require_safe
def drawn(request: HttpRequest, pk: int) -> HttpResponse:
    """The certificate of a draw; `kiem-tra` draws again and says whether the same people come out."""
    user, found = _draw(request, pk)
    return _drawn(request, user, found)


def _drawn(request: HttpRequest, user: User, found: Draw, refusal: Refusal | None = None) -> HttpResponse:
    latest = found.population.draws.order_by("-pk").first()
    again = request.GET.get("kiem-tra") == "1"
    made = DrawnList.objects.filter(draw=found).select_related("roster__campaign", "roster__area").first()
    context = {
        "draw": found,
        "kept": found.certificate,
        "facts": facts_of(found),
        "made": made,
        "agreement": queries.agreement(made) if made else None,
        "stands": found.population.ended_at is None and latest == found,
        "may_draw": may(user, "sample.draw", found),
        "again": again,
        "differs": queries.differs(found) if again else "",
        "refused": refusal.message if refusal else "",
    }
    return render(request, "samples/drawn.html", context, status=refusal.status if refusal else 200)


@login_required
@require_safe
def file(request: HttpRequest, pk: int, ending: str) -> HttpResponse:
    _, found = _draw(request, pk)
    if ending not in ENDINGS:
        raise Http404
    content = pdf(found) if ending == "pdf" else queries.file_of(found.certificate)
    name = f"chung-thu-chon-mau-{found.population.area.code}-{pk}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=ENDINGS[ending], headers=headers)


@login_required
@require_POST
def make_list(request: HttpRequest, pk: int) -> HttpResponse:
    user, found = _draw(request, pk)
    try:
        made = actions.make_list(user, found)
    except (NotNow, Stale) as refusal:
        return _drawn(request, user, found, refusal)
    without = f" {made.without_address} người không có địa chỉ thư." if made.without_address else ""
    messages.success(request, f"Đã lập danh sách {figure(found.people)} người được hỏi.{without}")
    return redirect("sample_drawn", pk)


@login_required
@require_safe
def results(request: HttpRequest, code: str) -> HttpResponse:
    """Satisfaction by service of a province, with what is too few hidden."""
    _, campaign, rules, area = _place(request, code)
    if (rules.survey, area.path) in annulled(campaign):
        return render(request, "samples/results.html", {"area": area, "annulled": True})
    found = satisfaction(campaign, rules, area.path)
    context = {
        "area": area,
        "parts": found.parts,
        "rows": [_shown(it) for it in (*found.services, found.total)],
        "smallest": found.smallest,
        "hidden": found.hidden,
    }
    return render(request, "samples/results.html", context)


def _shown(row: Row) -> dict[str, Any]:
    """A row of the table in words; the bar of its share is an SVG of 100 units."""
    one = row.overall
    if one is None or one.top_two is None or one.interval is None:
        return {"name": row.name, "total": not row.code, "hidden": True}
    return {
        "name": row.name,
        "total": not row.code,
        "valid": figure(one.valid),
        "unknown": figure(one.unknown),
        "share": percent(one.top_two),
        "low": percent(one.interval.low),
        "high": percent(one.interval.high),
        "mean": figure(one.mean, 2),
        "scale": figure(one.scale, 1),
        "parts": [figure(it.scale, 1) if it else "–" for it in row.parts],
        "bar": {
            "share": float(one.top_two * 100),
            "low": float(one.interval.low * 100),
            "high": float(one.interval.high * 100),
        },
    }


urlpatterns = [
    path("chon-mau/", listed, name="samples"),
    path("chon-mau/tep-mau/", empty, name="sample_template"),
    path("chon-mau/lan/<int:pk>/", drawn, name="sample_drawn"),
    path("chon-mau/lan/<int:pk>/chung-thu.<str:ending>", file, name="sample_file"),
    path("chon-mau/lan/<int:pk>/danh-sach/", make_list, name="sample_list"),
    path("chon-mau/<str:code>/", place, name="sample_place"),
    path("chon-mau/<str:code>/khung/", load, name="sample_load"),
    path("chon-mau/<str:code>/chon/", draw, name="sample_draw"),
    path("chon-mau/<str:code>/ket-qua/", results, name="sample_results"),
]
