"""How far a survey of opinions is: bodies against each other and the calendar for the centre, its own groups for a body."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import xlsxwriter
from django.contrib import messages as flashes
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_safe

from dieutra.engine.spreadsheet import XLSX
from dieutra.opinions import letters, progress, reminding
from dieutra.opinions.models import Invitation
from dieutra.opinions.progress import BodyLine, Shown
from dieutra.people.actions import Place
from dieutra.people.permission import may
from dieutra.web.campaign_here import led_on
from dieutra.web.manager.opinions_chart import chart
from dieutra.web.manager.opinions_here import Here, here
from dieutra.web.manager.progress import elapsed
from dieutra.web.requests import signed_in

NOBODY = "Nguyễn Văn A"  # a real name beside a reminder would say that she has not answered


@dataclass(frozen=True)
class Order:
    code: str
    words: str
    key: Callable[[BodyLine], Any]


ORDERS = (
    Order("ten", "Cơ quan", lambda it: it.area.sort_key),
    Order("ty-le", "Đã trả lời", lambda it: it.rank or 10**6),
    Order("moi", "Được mời", lambda it: -it.shown.invited),
    Order("den", "Đã gửi thư", lambda it: -it.shown.mailed),
    Order("loi", "Thư lỗi", lambda it: -it.shown.bounced),
)


def _facts(found: Here, survey: str) -> dict[str, Any]:
    campaign, today = found.campaign, timezone.localdate()
    return {
        "the_campaign": campaign,
        "counted_at": progress.counted_at(campaign),
        "smallest": found.rules.smallest,
        "small_words": f"nhóm dưới {found.rules.smallest} người",
        "elapsed": elapsed(campaign.opens_on, campaign.closes_on, today),
        "days_left": (campaign.closes_on - today).days,
        "surveys": [(it.code, it.name, it.code == survey) for it in found.surveys()],
        "central": found.central,
        "manages": found.manages,
    }


@login_required
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """All bodies of a survey for the centre; a body is led to its own page."""
    found = here(request)
    survey = found.survey(request.GET.get("cuoc", ""))
    if not found.central:
        return led_on(request, "opinion_progress_body", survey.code, found.bodies(survey.code)[0].code)
    lines = progress.bodies(found.campaign, survey.code)
    order = next((it for it in ORDERS if it.code == request.GET.get("xep")), ORDERS[1])
    there = {it.area.pk for it in lines}
    points = progress.days(found.campaign, survey.code)
    context = {
        **_facts(found, survey.code),
        "survey": survey,
        "lines": sorted(lines, key=order.key),
        "orders": [(it.code, it.words, it == order) for it in ORDERS],
        "whole": progress.total(it.shown for it in lines),
        "absent": [it for it in found.bodies(survey.code) if it.pk not in there],
        "unranked": survey.unranked,
        "chart": chart(points, found.campaign.opens_on, found.campaign.closes_on, timezone.localdate()),
    }
    return render(request, "opinions_manager/board.html", context)


@login_required
@require_safe
def one_body(request: HttpRequest, survey: str, code: str) -> HttpResponse:
    """The groups of a body: how many are invited, reached and, where the group is not small, have answered."""
    user = signed_in(request)
    found = here(request)
    known, area = found.body(survey, code)
    line = next(iter(progress.bodies(found.campaign, known.code, area.path)), None)
    points = progress.days(found.campaign, known.code, area.path)
    reminds = found.manages or may(user, "roster.edit", Place(found.campaign.pk, area.path), level=1)
    asked = {
        it.code: reminding.last_asked(found.campaign, known.code, area.path, it.code)
        for it in (line.groups if line else ())
    }
    context = {
        **_facts(found, known.code),
        "survey": known,
        "area": area,
        "line": line,
        "groups": [(it, asked[it.code]) for it in (line.groups if line else ())],
        "reminds": reminds,
        "chart": chart(points, found.campaign.opens_on, found.campaign.closes_on, timezone.localdate()),
    }
    return render(request, "opinions_manager/body.html", context)


@login_required
def remind(request: HttpRequest, survey: str, code: str) -> HttpResponse:
    """GET shows the letter, POST asks for it. Neither says who or how many have not answered."""
    user = signed_in(request)
    found = here(request, "roster.edit")
    known, area = found.body(survey, code)
    chosen = request.POST.get("nhom", "") if request.method == "POST" else request.GET.get("nhom", "")
    if request.method == "POST":
        reminding.remind(user, found.campaign, known.code, area.path, chosen)
        flashes.success(
            request,
            "Đã nhận lệnh nhắc. Ai trong nhóm chưa gửi phiếu thì nhận thư; phần mềm không cho biết là những ai.",
        )
        return led_on(request, "opinion_progress_body", known.code, area.code)
    group = next((it for it in found.rules.groups_of(known.code) if it.code == chosen), None)
    whom = Invitation.objects.filter(campaign=found.campaign, survey=known.code, path=area.path)
    whom = whom.filter(group=chosen) if group else whom
    context = {
        "survey": known, "area": area, "group": group, "central": found.manages,
        "letter": letters.sample(whom, found.campaign, "reminder", NOBODY),
        "pause": reminding.BODY_PAUSE.days,
    }  # fmt: skip
    return render(request, "opinions_manager/remind.html", context)


@login_required
@require_safe
def sheet(request: HttpRequest) -> HttpResponse:
    """The same figures as a workbook, of what this person sees."""
    found = here(request)
    out = BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    bold, percent = (
        book.add_format({"bold": True, "text_wrap": True}),
        book.add_format({"num_format": "0.0%"}),
    )
    at = progress.counted_at(found.campaign)
    for survey in found.surveys():
        page = book.add_worksheet(survey.code[:31])
        page.set_column(0, 1, 42)
        page.set_column(2, 6, 14)
        page.write(0, 0, survey.name, bold)
        page.write(
            1, 0, f"Tính đến {timezone.localtime(at):%H:%M ngày %d/%m/%Y}" if at else "Chưa có số liệu"
        )
        page.write(
            2, 0, f"Nhóm dưới {found.rules.smallest} người không nêu số trả lời và không nằm trong dòng cộng."
        )
        if found.campaign.kind.simulated:
            page.write(3, 0, "Số liệu MÔ PHỎNG, không phải số liệu chính thức.", bold)
        heads = ["Cơ quan", "Nhóm", "Được mời", "Đã gửi thư", "Thư lỗi", "Đã trả lời", "Tỷ lệ"]
        page.write_row(4, 0, heads, bold)
        row = 5
        for line in _lines(found, survey.code):
            parts: list[tuple[str, Shown]] = [(it.name, it.shown) for it in line.groups]
            for name, shown in [*parts, ("Cộng", line.shown)]:
                page.write_row(row, 0, [line.area.name, name, shown.invited, shown.mailed, shown.bounced])
                if shown.answered is None or shown.rate is None:
                    page.write(row, 5, "không nêu")
                else:
                    page.write(row, 5, shown.answered)
                    page.write(row, 6, shown.rate / 100, percent)
                row += 1
        page.freeze_panes(5, 1)
    book.close()
    response = HttpResponse(out.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="tien-do-khao-sat.xlsx"'
    return response


def _lines(found: Here, survey: str) -> list[BodyLine]:
    lines = progress.bodies(found.campaign, survey)
    return lines if found.central else [it for it in lines if it.area.path in found.paths]


urlpatterns = [
    path("khao-sat/tien-do/", board, name="opinion_progress"),
    path("khao-sat/tien-do/bang.xlsx", sheet, name="opinion_progress_file"),
    path("khao-sat/tien-do/<str:survey>/<str:code>/", one_body, name="opinion_progress_body"),
    path("khao-sat/tien-do/<str:survey>/<str:code>/nhac/", remind, name="opinion_remind"),
]
