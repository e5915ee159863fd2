"""What was sent to whom, what became of it, and urging those who are late with a preview of real recipients."""

from __future__ import annotations

import re
import secrets
from io import BytesIO

import xlsxwriter
from django.contrib import messages as flashes
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from dieutra.campaigns.models import Campaign
from dieutra.campaigns.queries import campaigns_of
from dieutra.engine.refusals import Invalid
from dieutra.engine.spreadsheet import XLSX
from dieutra.messages import actions, planning, queries
from dieutra.messages.models import Channel, Message, Wave
from dieutra.messages.sms.gateway import gateway
from dieutra.messages.sms.numbers import with_number
from dieutra.messages.sms.text import segments
from dieutra.messages.sms.words import spoken
from dieutra.messages.suppressing import lift
from dieutra.people.models import Post, User
from dieutra.people.permission import GRANTS, posts_of
from dieutra.places.models import Area
from dieutra.web.requests import signed_in

PAGE = 50
WHOM = {"unit": "Đơn vị kê khai", "supervisor": "Giám sát viên", "administrator": "Quản trị viên"}


def _here(user: User, code: str) -> tuple[Campaign, Area]:
    """The campaign at hand and the area asked for, or the person's own; 404 for who sends nothing."""
    campaign = campaigns_of(user).first()
    tops = [it.path for it in posts_of(user) if it.role in GRANTS["message.send"]]
    if campaign is None or not tops:
        raise Http404
    areas = Area.objects.filter(catalogue_id=campaign.catalogue_id)
    if not code:
        return campaign, get_object_or_404(areas, path=min(tops, key=len))
    area = get_object_or_404(areas, code=code)
    if not any(area.path.startswith(top) for top in tops):
        raise Http404
    return campaign, area


@login_required
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    campaign, area = _here(user, request.GET.get("dia-ban", ""))
    page = Paginator(queries.waves(user, campaign), PAGE).get_page(request.GET.get("trang"))
    shut = queries.suppressions(user, campaign).count()
    context = {"page": page, "area": area, "whom": WHOM, "templates": _titles(campaign), "shut": shut}
    return render(request, "messages/waves.html", context)


def _titles(campaign: Campaign) -> dict[str, str]:
    """Name of a letter -> its subject, with dots for what differs from one recipient to the next."""
    letters: dict[str, str] = campaign.rules.get("letters", {})
    subjects = {name: text.partition("\n")[0] for name, text in letters.items()}
    return {name: _open(subject, campaign.name) for name, subject in subjects.items()}


def _open(subject: str, campaign: str) -> str:
    return re.sub(r"\{\w+\}", "…", subject.replace("{cuoc_dieu_tra}", campaign))


@login_required
def urge(request: HttpRequest) -> HttpResponse:
    """GET shows who would get what; POST sends just that."""
    user = signed_in(request)
    given = request.POST if request.method == "POST" else request.GET
    campaign, area = _here(user, given.get("dia-ban", ""))
    rules = actions.urging_rules(campaign)
    chosen = given.get("thu", "") or rules[0].name
    channels = given.getlist("kenh") or [Channel.EMAIL.value, Channel.NOTICE.value]
    rule = next((it for it in rules if it.name == chosen), rules[0])
    possible = actions.channels_for(campaign, rule)
    late_only = given.get("qua-han") == "1"
    if request.method == "POST":
        wave = actions.urge(
            user, campaign, area, chosen, channels, late_only=late_only, token=given.get("token", "")
        )
        flashes.success(request, "Đã nhận lệnh gửi. Số thư đã gửi hiện ở trang này và được cập nhật dần.")
        return redirect("message_wave", wave.pk)
    try:
        wave = actions.wave_for(user, campaign, area, chosen, channels, late_only=late_only)
    except Invalid:
        return redirect("message_urge")
    context = {
        "area": area,
        "rules": [(it.name, _titles(campaign).get(it.what, it.what), WHOM[it.whom]) for it in rules],
        "chosen": chosen,
        "channels": [
            (it.value, it.label, it.value in wave.channels, planning.reach(wave, it))
            for it in Channel
            if it.value in possible
        ],
        "picked": wave.channels,
        "short": _short(wave) if Channel.SMS in wave.channels else None,
        "late_only": late_only,
        "reached": planning.reached(wave),
        "cases": planning.cases_of(wave).count(),
        "page": Paginator(_people(wave), PAGE).get_page(request.GET.get("trang")),
        "query": request.GET.urlencode().partition("trang=")[0].rstrip("&") + "&" if request.GET else "",
        "letter": next(
            filter(None, (planning.first_letter(wave, it) for it in wave.channels if it != Channel.SMS)), None
        ),
        "whom": WHOM[wave.whom],
        "token": secrets.token_hex(8),
    }
    return render(request, "messages/urge.html", context)


def _people(wave: Wave) -> QuerySet[Post]:
    posts = with_number(planning.recipients(wave), "number_to")
    return posts.select_related("user").order_by("path", "pk")


def _short(wave: Wave) -> dict[str, object]:
    """What the short message costs: its text as the first recipient will see it, segments, price."""
    first = planning.first_letter(wave, Channel.SMS)
    text = spoken(first[1], wave.campaign) if first else ""
    total, exact = planning.cost(wave)
    return {
        "text": text,
        "letters": len(text),
        "cut": segments(text),
        "total": total,
        "exact": exact,
        "price": f"{price:,}".replace(",", ".") if (price := total * gateway().price) else "",
    }


@login_required
@require_safe
def one_wave(request: HttpRequest, pk: int) -> HttpResponse:
    """What was sent to whom in one round, and what became of it."""
    user = signed_in(request)
    campaign, _ = _here(user, "")
    wave = get_object_or_404(queries.waves(user, campaign), pk=pk)
    found = Message.objects.filter(wave=wave).select_related("user").order_by("path", "channel")
    state = request.GET.get("state", "")
    area = Area.objects.get(catalogue_id=campaign.catalogue_id, path=wave.path)
    counts = queries.whole(Message.objects.filter(wave=wave), area).counts
    context = {
        "wave": wave,
        "area": area,
        "title": _titles(campaign).get(wave.template, wave.template),
        "whom": WHOM[wave.whom],
        "state": state,
        "states": [
            (it.value, it.label, counts.get(it.value, 0)) for it in Message.State if counts.get(it.value)
        ],
        "page": Paginator(found.filter(state=state) if state else found, PAGE).get_page(
            request.GET.get("trang")
        ),
        "query": f"state={state}&" if state in Message.State.values else "",
    }
    return render(request, "messages/wave.html", context)


@login_required
@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """Counts by state and area, and the reasons; as a page or as .xlsx."""
    user = signed_in(request)
    campaign, area = _here(user, request.GET.get("dia-ban", ""))
    found = queries.messages(user, campaign)
    channel = request.GET.get("kenh", "")
    if channel in Channel.values:
        found = found.filter(channel=channel)
    lines, total = queries.by_area(found, area), queries.whole(found, area)
    parts = queries.segments_sent(found, area)
    reasons = queries.reasons(found, area)
    if request.GET.get("dang") == "xlsx":
        return _xlsx(campaign, area, lines, total, reasons)
    context = {
        "area": area,
        "lines": lines,
        "total": total,
        "reasons": reasons,
        "segments": parts,
        "states": [it.label for it in Message.State],
        "channel": channel,
        "channels": Channel.choices,
    }
    return render(request, "messages/report.html", context)


def _xlsx(
    campaign: Campaign,
    area: Area,
    lines: list[queries.Line],
    total: queries.Line,
    reasons: list[tuple[str, str, int]],
) -> HttpResponse:
    out = BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    bold, sheet = book.add_format({"bold": True}), book.add_worksheet(campaign.kind.titled("Theo địa bàn"))
    sheet.set_column(0, 0, 40)
    sheet.write_row(0, 0, ["Địa bàn", "Mã", "Tổng số", *(str(it.label) for it in Message.State)], bold)
    for row, line in enumerate([*lines, total], 1):
        name = f"Cộng: {area.name}" if line is total else line.area.name
        sheet.write_row(row, 0, [name, line.area.code, line.total, *line.cells])
    other = book.add_worksheet("Lý do")
    other.set_column(0, 1, 30)
    other.write_row(0, 0, ["Kết quả", "Lý do", "Số thư"], bold)
    for row, reason in enumerate(reasons, 1):
        other.write_row(row, 0, reason)
    book.close()
    response = HttpResponse(out.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="thong-bao-{area.code}.xlsx"'
    return response


@login_required
@require_safe
def shut_out(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    campaign, _ = _here(user, "")
    page = Paginator(queries.suppressions(user, campaign), PAGE).get_page(request.GET.get("trang"))
    return render(request, "messages/suppressions.html", {"page": page})


@login_required
@require_POST
def lift_one(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    campaign, _ = _here(user, "")
    lift(user, get_object_or_404(queries.suppressions(user, campaign), pk=pk))
    flashes.success(request, "Đã mở lại: các thư sau sẽ được gửi tới địa chỉ này.")
    return redirect("suppressions")


urlpatterns = [
    path("thong-bao/", listed, name="messages"),
    path("thong-bao/gui/", urge, name="message_urge"),
    path("thong-bao/dot/<int:pk>/", one_wave, name="message_wave"),
    path("thong-bao/bao-cao/", report, name="message_report"),
    path("thong-bao/dia-chi/", shut_out, name="suppressions"),
    path("thong-bao/dia-chi/<int:pk>/mo-lai/", lift_one, name="suppression_lift"),
]
