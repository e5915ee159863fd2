"""All forms without findings of a filter at once: what it would be, the order, how far it is, what became of each."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dieutra.accounts.queries import job_failed
from dieutra.cases import waiting
from dieutra.engine.refusals import Forbidden, Invalid, Refusal
from dieutra.people.models import Role, User
from dieutra.people.permission import posts_of
from dieutra.supervision import bulk
from dieutra.supervision.models import BulkApproval
from dieutra.supervision.queries import my_queue
from dieutra.web.requests import signed_in
from dieutra.web.supervisor.queue import FILTERS, areas_of, asked, carried

SHOWN = 50


@login_required
@require_http_methods(["GET", "POST"])
def order(request: HttpRequest) -> HttpResponse:
    """The number of forms and the button; a POST, with the moment at which the number was seen, gives the order."""
    user = signed_in(request)
    if not any(post.role == Role.GSV for post in posts_of(user)):
        raise Forbidden("Chỉ giám sát viên duyệt được phiếu.")
    query = request.POST if request.method == "POST" else request.GET
    if request.method == "GET":
        return _preview(request, user, query)
    areas = areas_of(user)
    wish = asked(query, areas)
    try:
        made = bulk.order_all(user, wish, _words(query, wish, user), _moment(query.get("xem-luc", "")))
    except Refusal as refusal:
        return _preview(request, user, query, refusal)
    return redirect("bulk_approval", pk=made.pk)


def _preview(
    request: HttpRequest, user: User, query: QueryDict, refusal: Refusal | None = None
) -> HttpResponse:
    wish = asked(query, areas_of(user))
    context = {
        "number": bulk.suited(user, wish).count(),
        "whole": wish.of(my_queue(user)).order_by().count(),
        "words": _words(query, wish, user),
        "fields": [(name, query[name]) for name in ("loc", "dia-ban") if query.get(name)],
        "now": timezone.now().isoformat(),
        "carried": carried(query),
        "most": bulk.MOST,
        "former": BulkApproval.objects.filter(by=user).order_by("-pk")[:5],
        "refused": refusal.message if refusal else "",
        "problems": [],
    }
    return render(request, "cases/bulk_order.html", context, status=refusal.status if refusal else 200)


def _moment(text: str) -> datetime:
    """When the page was made, not after now. A time without zone, or one that no database compares, is none."""
    now = timezone.now()
    try:
        seen = datetime.fromisoformat(text)
    except ValueError:
        seen = datetime.min
    if seen.tzinfo is None or seen.year < now.year - 1:
        raise Invalid("Trang này không còn đủ thông tin. Hãy xem lại số phiếu rồi bấm duyệt.")
    return now if seen.year > now.year else min(seen, now)


def _words(query: QueryDict, wish: waiting.Asked, user: User) -> str:
    """The filter as the order keeps it: “Gửi lại sau khi trả · Thành phố Phủ Lý”."""
    only = next((words for value, words in FILTERS if value and value == wish.only), "")
    area = next((it.name for it in areas_of(user) if it.path == wish.area), "")
    return " · ".join(part for part in (only, area) if part) or "Tất cả phiếu đang chờ"


@login_required
@require_safe
def shown(request: HttpRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(BulkApproval, pk=pk, by=signed_in(request))
    counted = bulk.counted(one)
    skipped = (
        one.items.filter(outcome=bulk.SKIPPED)
        .select_related("case__unit")
        .defer("case__unit__details", "case__unit__base")
    )
    pages = Paginator(skipped.order_by("why", "case__path"), SHOWN)
    context = {
        "order": one,
        "approved": counted[bulk.DONE],
        "skipped": counted[bulk.SKIPPED],
        "done": one.total - counted[bulk.LEFT],
        "failed": one.ended_at is None and job_failed("supervision.approve_all", one.pk),
        "reasons": bulk.reasons(one),
        "page": pages.get_page(request.GET.get("trang")),
    }
    return render(request, "cases/bulk_approval.html", context)


@login_required
@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    bulk.stop(user, get_object_or_404(BulkApproval, pk=pk, by=user))
    return redirect("bulk_approval", pk=pk)


urlpatterns = [
    path("duyet/ca-bo-loc/", order, name="bulk_order"),
    path("duyet/ca-bo-loc/<int:pk>/", shown, name="bulk_approval"),
    path("duyet/ca-bo-loc/<int:pk>/dung/", stop, name="bulk_stop"),
]
