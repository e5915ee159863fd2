"""The mailing of a survey of opinions, for the centre: who is ready, a preview, and what became of the letters."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages as flashes
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from dieutra.opinions import delivery, letters, mailing, reminding
from dieutra.opinions.models import AddressChange, Mailing, Round
from dieutra.rosters.models import Roster
from dieutra.web.campaign_here import led_on
from dieutra.web.manager.opinions_here import Here, centre
from dieutra.web.requests import signed_in

PAGE = 50


@login_required
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Each body of a survey: its list, its people, its letters; boxes for those whose letters can go."""
    found = centre(request)
    waiting = _waiting(found)
    first = next((code for code, number in waiting.items() if number), "")
    survey = found.survey(request.GET.get("cuoc", "") or first)
    rows = _rows(found, survey.code)
    counts = [it["line"].counts for it in rows if it["line"]]
    context = {
        "survey": survey,
        "surveys": [(it.code, it.name, it.code == survey.code, waiting[it.code]) for it in found.surveys()],
        "rows": rows,
        "ready": sum(it["ready"] for it in rows),
        "standings": [(code, words) for code, words in delivery.WORDS.items() if code != delivery.NONE],
        "totals": {code: sum(it.get(code, 0) for it in counts) for code in delivery.WORDS},
        "rounds": Round.objects.filter(campaign=found.campaign)
        .select_related("by")
        .order_by("-asked_at")[:10],
        "changes": AddressChange.objects.filter(invitation__campaign=found.campaign).count(),
        "last": reminding.last_asked(found.campaign, survey.code, "", ""),
    }
    return render(request, "opinions_manager/mailing.html", context)


def _rows(found: Here, survey: str) -> list[dict[str, Any]]:
    campaign = found.campaign
    states = {it.path: it for it in Roster.objects.filter(campaign=campaign, survey=survey)}
    open_at = {it.path: it for it in Mailing.objects.filter(campaign=campaign, survey=survey)}
    lines = delivery.by_body(campaign)
    ready = mailing.ready(campaign)
    rows = [
        {
            "area": area,
            "roster": states.get(area.path),
            "mailing": open_at.get(area.path),
            "line": lines.get((survey, area.path)),
            "ready": (survey, area.path) in ready,
        }
        for area in found.bodies(survey)
    ]
    return sorted(
        rows, key=lambda it: not it["ready"]
    )  # what waits for a person first, else as the bodies stand


def _waiting(found: Here) -> dict[str, int]:
    """How many bodies of each survey wait for their letters, in the order of the surveys."""
    ready = mailing.ready(found.campaign)
    return {
        it.code: sum((it.code, area.path) in ready for area in found.bodies(it.code))
        for it in found.surveys()
    }


@login_required
def open_some(request: HttpRequest) -> HttpResponse:
    """GET shows what would go out; POST sends just that."""
    user = signed_in(request)
    found = centre(request)
    given = request.POST if request.method == "POST" else request.GET
    survey = found.survey(given.get("cuoc", ""))
    codes = set(given.getlist("co-quan"))
    areas = [it for it in found.bodies(survey.code) if it.code in codes]
    chosen = [(survey.code, it.path) for it in areas]
    if request.method == "POST":
        made = mailing.open_mailing(user, found.campaign, chosen, given.get("token", ""))
        number = made.mailings.count()
        flashes.success(
            request, f"Đã mở gửi phiếu cho {number} cơ quan. Số thư đã gửi hiện ở bảng dưới, cập nhật dần."
        )
        return led_on(request, "opinion_mailing", cuoc=survey.code)
    ready = mailing.ready(found.campaign)
    going = [it for it in areas if (survey.code, it.path) in ready]
    context = {
        "survey": survey,
        "areas": going,
        "left_out": len(areas) - len(going),
        "preview": mailing.preview(found.campaign, [(survey.code, it.path) for it in going])
        if going
        else None,
        "token": secrets.token_hex(8),
        "email": user.email,
    }
    return render(request, "opinions_manager/preview.html", context)


@login_required
@require_POST
def test(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    found = centre(request)
    to = mailing.send_test(user, found.campaign, request.POST.get("token", ""))
    flashes.success(
        request, f"Thư thử sẽ tới {to} trong ít phút. Đường dẫn trong thư thử không mở được phiếu nào."
    )
    return led_on(request, "opinion_mailing")


@login_required
def remind_all(request: HttpRequest) -> HttpResponse:
    """The whole survey, by the centre."""
    user = signed_in(request)
    found = centre(request)
    given = request.POST if request.method == "POST" else request.GET
    survey = found.survey(given.get("cuoc", ""))
    if request.method == "POST":
        reminding.remind(user, found.campaign, survey.code, "")
        flashes.success(
            request, "Đã nhận lệnh nhắc. Ai chưa gửi phiếu thì nhận thư; phần mềm không cho biết là những ai."
        )
        return led_on(request, "opinion_mailing", cuoc=survey.code)
    whom = mailing.invited(found.campaign).filter(survey=survey.code)
    context = {
        "survey": survey,
        "central": True,
        "letter": letters.sample(whom, found.campaign, "reminder", "Nguyễn Văn A"),
    }
    return render(request, "opinions_manager/remind.html", context)


@login_required
@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """Every address that was changed and every link that was replaced, by whom and why."""
    found = centre(request)
    rows = AddressChange.objects.filter(invitation__campaign=found.campaign).order_by("-pk")
    page = Paginator(rows.select_related("invitation__person__roster__area", "by"), PAGE)
    return render(request, "opinions_manager/changes.html", {"page": page.get_page(request.GET.get("trang"))})


urlpatterns = [
    path("khao-sat/gui/", board, name="opinion_mailing"),
    path("khao-sat/gui/xem-truoc/", open_some, name="opinion_mailing_open"),
    path("khao-sat/gui/thu-thu/", test, name="opinion_mailing_test"),
    path("khao-sat/gui/nhac/", remind_all, name="opinion_remind_all"),
    path("khao-sat/gui/dia-chi-da-doi/", changes, name="opinion_changes"),
]
