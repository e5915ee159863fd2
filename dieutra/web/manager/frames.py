"""The frame: which lists wait for me, one list with its lines, loading, sending, accepting, the report."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dieutra.campaigns.queries import campaigns_of
from dieutra.carrying.queries import old_provinces
from dieutra.channels.paper.documents import listing_receipt_pdf
from dieutra.engine.refusals import Invalid, NotNow
from dieutra.frames import actions, queries
from dieutra.frames.diff import diff
from dieutra.frames.models import Listing, Unit
from dieutra.web.manager import frame_lines, frame_upload
from dieutra.web.manager.frame_lines import FILTERS
from dieutra.web.manager.frame_upload import loadable
from dieutra.web.requests import signed_in, whole_number

PAGE = 50
URGENCY = {"accept": 0, "review": 1, "": 2}


def _listing(request: HttpRequest, pk: int) -> Listing:
    """The listing, if it lies in this person's area; otherwise 404."""
    found: Listing = get_object_or_404(queries.listings(signed_in(request)), pk=pk)
    return found


def _version(request: HttpRequest) -> int:
    return whole_number(request.POST.get("version", ""))


@login_required
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Every listing in the person's area; those that wait for this person come first."""
    user = signed_in(request)
    campaign = campaigns_of(user).first()
    found = list(queries.listings(user, campaign.pk)) if campaign else []
    rows = [(listing, queries.awaiting(user, listing)) for listing in found]
    mine = [row for row in rows if row[1]]
    mine.sort(key=lambda row: (URGENCY[row[1]], row[0].path))
    page = Paginator(rows, PAGE).get_page(request.GET.get("trang"))
    provinces = loadable(user, campaign) if campaign else []
    context = {
        "page": page,
        "mine": mine[:PAGE],
        "waiting": len(mine),
        "total": sum(listing.total for listing in found),
        "provinces": provinces,
        "convertible": campaign is not None and old_provinces(campaign, provinces).exists(),
        "current": campaign,
    }
    return render(request, "frames/listings.html", context)


@login_required
@require_safe
def listing(request: HttpRequest, pk: int) -> HttpResponse:
    found = _listing(request, pk)
    chosen = {name: request.GET.get(name, "") for name in FILTERS}
    lines = queries.lines(found, chosen["ket-qua"], chosen["q"], chosen["dia-ban"])
    query = urlencode({name: value for name, value in chosen.items() if value})
    context = {
        "listing": found,
        "page": Paginator(lines, PAGE).get_page(request.GET.get("trang")),
        "chosen": chosen,
        "query": f"{query}&" if query else "",
        "tabs": _tabs(found, chosen),
        "areas": queries.areas_of(found),
        "awaiting": queries.awaiting(signed_in(request), found),
        "just": _just_decided(request, found),
    }
    return render(request, "frames/listing.html", _page(found) | context)


def _page(found: Listing) -> dict[str, Any]:
    kind = found.campaign.kind
    return {"reasons": kind.removal_reasons, "kinds": kind.unit_kinds, "above": found.area.parent}


def _tabs(found: Listing, chosen: dict[str, str]) -> list[dict[str, Any]]:
    """Filter by decision, with counts; the other filters stay."""
    rest = {name: value for name, value in chosen.items() if value and name != "ket-qua"}
    tabs = [{"value": "", "words": "Tất cả", "count": getattr(found, "total", 0)}]
    tabs += [
        {"value": value, "words": words, "count": getattr(found, f"{value}_count", 0)}
        for value, words in Unit.Decision.choices
    ]
    for tab in tabs:
        tab["here"] = tab["value"] == chosen["ket-qua"]
        tab["query"] = urlencode({**rest, **({"ket-qua": tab["value"]} if tab["value"] else {})})
    return [tab for tab in tabs if tab["count"] or tab["here"] or tab["value"] in ("", "pending")]


def _just_decided(request: HttpRequest, found: Listing) -> Unit | None:
    """The line decided a moment ago, so that the decision can be undone at once."""
    pk = whole_number(request.GET.get("vua", ""))
    units = Unit.objects.filter(dropped_at__isnull=True).select_related("area", "listing__area", "origin")
    unit = units.filter(pk=pk).first() if pk > 0 else None
    if unit is None or found.pk not in (unit.listing_id, unit.origin_id):
        return None
    undone = unit.decision == Unit.Decision.PENDING and unit.listing_id == found.pk
    return None if undone else unit


@login_required
@require_POST
def keep_all(request: HttpRequest, pk: int) -> HttpResponse:
    kept = actions.keep_all(signed_in(request), _listing(request, pk), _version(request))
    messages.success(
        request, f"Đã giữ nguyên {kept} dòng. Muốn rà soát lại dòng nào, bấm “Hoàn tác” ở dòng đó."
    )
    return redirect("listing", pk)


@login_required
@require_POST
def send(request: HttpRequest, pk: int) -> HttpResponse:
    found = _listing(request, pk)
    actions.send(signed_in(request), found, _version(request))
    messages.success(request, f"Đã gửi bảng kê của {found.area.name} lên cấp trên. Từ nay bảng kê chỉ xem.")
    return redirect("listing", pk)


@login_required
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    found = _listing(request, pk)
    actions.accept(signed_in(request), found, _version(request))
    messages.success(
        request, f"Đã chấp nhận bảng kê của {found.area.name}. Phiếu và tài khoản đơn vị đang được mở."
    )
    return redirect("listings")


@login_required
@require_http_methods(["GET", "POST"])
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    found, note = _listing(request, pk), request.POST.get("note", "")
    context: dict[str, Any] = {"listing": found, "note": note}
    if request.method == "POST":
        try:
            actions.give_back(signed_in(request), found, _version(request), note)
        except Invalid as refusal:
            context |= {"refused": refusal.message, "problems": refusal.problems}
            return render(request, "frames/return.html", context, status=refusal.status)
        messages.success(request, f"Đã trả lại bảng kê của {found.area.name} kèm ý kiến của bạn.")
        return redirect("listings")
    return render(request, "frames/return.html", context)


@login_required
@require_safe
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    found = _listing(request, pk)
    context = _page(found) | {
        "listing": found,
        "diff": diff(found),
        "can_review": _may_review(request, found),
    }
    return render(request, "frames/diff.html", context)


def _may_review(request: HttpRequest, found: Listing) -> bool:
    return queries.awaiting(signed_in(request), found) == "review"


@login_required
@require_safe
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """The minutes of the review, to print and sign."""
    found = _listing(request, pk)
    context = _page(found) | {"listing": found, "diff": diff(found), "today": timezone.localdate()}
    return render(request, "frames/report.html", context)


@login_required
@require_safe
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """The receipt of the latest sending, as a PDF."""
    found = _listing(request, pk)
    sent = queries.last_sending(found)
    if sent is None:
        raise NotNow("Bảng kê này chưa được gửi lên cấp trên nên chưa có biên nhận.")
    content = listing_receipt_pdf(found, sent)
    headers = {"Content-Disposition": f'inline; filename="bien-nhan-{sent.number.lower()}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


urlpatterns = [
    path("bang-ke/", listed, name="listings"),
    path("bang-ke/<int:pk>/", listing, name="listing"),
    path("bang-ke/<int:pk>/giu-nguyen-tat-ca/", keep_all, name="listing_keep_all"),
    path("bang-ke/<int:pk>/gui/", send, name="listing_send"),
    path("bang-ke/<int:pk>/chap-nhan/", accept, name="listing_accept"),
    path("bang-ke/<int:pk>/tra-lai/", give_back, name="listing_return"),
    path("bang-ke/<int:pk>/so-sanh/", compare, name="listing_diff"),
    path("bang-ke/<int:pk>/bien-ban/", report, name="listing_report"),
    path("bang-ke/<int:pk>/bien-nhan.pdf", receipt, name="listing_receipt"),
    *frame_upload.urlpatterns,
    *frame_lines.urlpatterns,
]
