"""Contacts for technical matters: a body names its own, the centre has the register."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from dieutra.campaigns.models import Campaign
from dieutra.engine.refusals import Invalid, NotNow, Stale
from dieutra.people.actions import Place
from dieutra.people.permission import may
from dieutra.places.models import Area, Level
from dieutra.rosters import queries, sheets
from dieutra.rosters.columns import rules_of
from dieutra.rosters.contacts import name_contact
from dieutra.rosters.models import Contact
from dieutra.rosters.seeing import take_contacts_out
from dieutra.web.manager.rosters_here import campaign_here, refusal_words, workbook
from dieutra.web.requests import signed_in, whole_number

HEADERS = ("Cơ quan", "Họ và tên", "Chức vụ", "Điện thoại di động", "E-mail", "Ngày cử", "Đúng hạn")


@dataclass(frozen=True)
class Line:
    """A body, who looks after its mailboxes, and whether that was or is late."""

    area: Area
    contact: Contact | None
    due: date | None
    late: bool


def line(campaign: Campaign, area: Area, contact: Contact | None = None) -> Line:
    contact = contact or queries.contact_of(campaign, area.path)
    due = queries.contacts_due(campaign)
    late = contact.late if contact else bool(due and timezone.localdate() > due)
    return Line(area, contact, due, late)


def lines(campaign: Campaign) -> list[Line]:
    """Every body of the campaign, in order."""
    standing = {it.path: it for it in Contact.objects.filter(campaign=campaign, ended_at__isnull=True)}
    areas = [area for it in rules_of(campaign.kind).surveys for area in queries.bodies(campaign, it.code)]
    due, today = queries.contacts_due(campaign), timezone.localdate()
    return [
        Line(area, found := standing.get(area.path), due, found.late if found else bool(due and today > due))
        for area in dict.fromkeys(areas)
    ]


@login_required
@require_safe
def register(request: HttpRequest, slug: str) -> HttpResponse:
    """The centre's register."""
    campaign = campaign_here(request, slug)
    if not may(signed_in(request), "roster.read", campaign):
        raise Http404
    listed = lines(campaign)
    context = {
        "current": campaign,
        "lines": listed,
        "named": sum(it.contact is not None for it in listed),
        "due": queries.contacts_due(campaign),
    }
    return render(request, "rosters/contacts.html", context)


@login_required
@require_safe
def excel(request: HttpRequest, slug: str) -> HttpResponse:
    campaign = campaign_here(request, slug)
    user = signed_in(request)
    if not may(user, "roster.read", campaign):
        raise Http404
    take_contacts_out(user, campaign)
    rows = [
        (it.area.name, "", "", "", "", "", "Chưa cử")
        if it.contact is None
        else (
            it.area.name, it.contact.name, it.contact.office, it.contact.phone, it.contact.email,
            f"{timezone.localtime(it.contact.named_at):%d/%m/%Y}", "Muộn" if it.late else "Đúng hạn",
        )
        for it in lines(campaign)
    ]  # fmt: skip
    return workbook(
        sheets.table(campaign.kind.titled("Đầu mối CNTT"), HEADERS, rows),
        "dau-moi-cong-nghe-thong-tin.xlsx",
    )


@login_required
@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """A body's contact with its history; its administrator names another one here."""
    user, campaign = signed_in(request), campaign_here(request, slug)
    area = get_object_or_404(Area, catalogue_id=campaign.catalogue_id, code=code, level=Level.PROVINCE)
    here = Place(campaign.pk, area.path)
    if not may(user, "roster.read", here) or not queries.surveys_at(campaign, area.path):
        raise Http404
    standing, status = queries.contact_of(campaign, area.path), 200
    typed = {name: str(request.POST.get(name, "")) for name in ("name", "office", "phone", "email")}
    if request.method != "POST" and standing:
        typed = {name: getattr(standing, name) for name in typed}
    context: dict[str, Any] = {}
    if request.method == "POST":
        try:
            name_contact(
                user, campaign, area,
                standing=whole_number(request.POST.get("standing", ""), -1), **typed,
            )  # fmt: skip
        except (Invalid, NotNow, Stale) as refusal:
            context, status = refusal_words(refusal), refusal.status
        else:
            messages.success(request, "Đã ghi đầu mối công nghệ thông tin.")
            return redirect("roster_contact", campaign.slug, area.code)
    former = (
        Contact.objects.filter(campaign=campaign, path=area.path).select_related("named_by").order_by("-pk")
    )
    context |= {
        "current": campaign,
        "area": area,
        "line": line(campaign, area, standing),
        "history": former,
        "typed": typed,
        "edits": may(user, "roster.edit", here, level=Level.PROVINCE) and user.seen_by is None,
    }
    return render(request, "rosters/contact.html", context, status=status)


urlpatterns = [
    path("danh-sach-doi-tuong/<slug:slug>/dau-moi/", register, name="roster_contacts"),
    path("danh-sach-doi-tuong/<slug:slug>/dau-moi.xlsx", excel, name="roster_contacts_excel"),
    path("danh-sach-doi-tuong/<slug:slug>/dau-moi/<str:code>/", contact, name="roster_contact"),
]
