"""Annulling a body's results and restoring them, by two people of the centre; and the notice that the body reads."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from dieutra.campaigns.queries import opinion_campaigns_with
from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Refusal, Stale
from dieutra.interference import annulling, queries
from dieutra.interference.models import Annulment, Flag, Reversal
from dieutra.people.models import User
from dieutra.people.permission import may
from dieutra.web.campaign_here import taken
from dieutra.web.manager.interference import BADGES, body_page, centres, flag_at
from dieutra.web.requests import signed_in, whole_number


@login_required
@require_POST
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Rests on this flag and on those of other runs that were ticked."""
    user, flag = flag_at(request, pk)
    campaign = flag.campaign
    ticked = [whole_number(it) for it in request.POST.getlist("flags")][:50]
    flags = Flag.objects.filter(campaign=campaign, pk__in=ticked)
    try:
        made = annulling.propose(
            user, campaign, flag.survey, flag.path, request.POST.get("reason", ""), flags
        )
    except (Invalid, NotNow) as refusal:
        return body_page(request, user, flag, refusal)
    messages.success(
        request, "Đã ghi đề nghị hủy. Kết quả vẫn được tính cho đến khi một người khác xác nhận."
    )
    return redirect("annulment", made.pk)


@login_required
@require_safe
def shown(request: HttpRequest, pk: int) -> HttpResponse:
    user, found = _found(request, pk)
    return _page(request, user, found)


def _found(request: HttpRequest, pk: int) -> tuple[User, Annulment]:
    """In its own campaign."""
    user, fits = centres(request)
    named = get_object_or_404(Annulment.objects.select_related("campaign"), pk=pk, campaign__in=fits)
    taken(request, named.campaign, fits)
    return user, get_object_or_404(queries.annulments(named.campaign).select_related("campaign"), pk=pk)


def _page(request: HttpRequest, user: User, found: Annulment, refusal: Refusal | None = None) -> HttpResponse:
    campaign = found.campaign
    again = list(found.reversals.select_related("proposed_by", "decided_by").order_by("pk"))
    mine = may(user, "annulment.decide", campaign)
    closed = queries.is_closed(campaign, found.survey)
    waits = next((it for it in again if it.state == Reversal.State.PROPOSED), None)
    context = {
        "annulment": found,
        "body": queries.body_names(campaign, [found.path]).get(found.path, found.path),
        "about": queries.survey_name(campaign, found.survey),
        "flags": [(it, BADGES[it.level]) for it in found.flags.select_related("run").order_by("-run")],
        "reversals": again,
        "waits": waits,
        "closed": closed,
        "may_answer": mine and found.state == Annulment.State.PROPOSED,
        "may_reverse": mine and not closed and not waits and found.state == Annulment.State.STANDING,
        "may_answer_reversal": mine and waits is not None,
        "own": found.proposed_by_id == user.pk,
        "own_reversal": waits is not None and waits.proposed_by_id == user.pk,
        "given": request.POST,
        "refused": refusal.message if refusal else "",
        "problems": getattr(refusal, "problems", ()),
    }
    return render(request, "interference/annulment.html", context, status=refusal.status if refusal else 200)


def _answered(
    request: HttpRequest, pk: int, act: Callable[[User, Annulment, int], object], said: str
) -> HttpResponse:
    """One act on an annulment, then its page; a refusal is told there."""
    user, found = _found(request, pk)
    try:
        act(user, found, whole_number(request.POST.get("version", "")))
    except (Invalid, NotNow, Stale, Forbidden) as refusal:
        return _page(request, user, queries.annulments(found.campaign).get(pk=pk), refusal)
    messages.success(request, said)
    return redirect("annulment", pk)


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    return _answered(request, pk, annulling.withdraw, "Đã rút đề nghị hủy. Kết quả vẫn được tính.")


@login_required
@require_POST
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    def act(user: User, found: Annulment, version: int) -> None:
        annulling.decline(user, found, version, request.POST.get("why", ""))

    return _answered(request, pk, act, "Đã ghi không đồng ý. Kết quả vẫn được tính.")


@login_required
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    said = "Đã xác nhận. Toàn bộ kết quả của cơ quan trong cuộc khảo sát này không được tính nữa."
    return _answered(request, pk, annulling.confirm, said)


@login_required
@require_POST
def reverse(request: HttpRequest, pk: int) -> HttpResponse:
    def act(user: User, found: Annulment, version: int) -> None:
        annulling.propose_reversal(user, found, request.POST.get("reason", ""))

    said = "Đã ghi đề nghị khôi phục. Kết quả chưa được tính cho đến khi một người khác xác nhận."
    return _answered(request, pk, act, said)


def _of_reversal(
    request: HttpRequest, pk: int, act: Callable[[User, Reversal, int], object], said: str
) -> HttpResponse:
    _, fits = centres(request)
    mine = Reversal.objects.select_related("annulment__campaign").filter(annulment__campaign__in=fits)
    found = get_object_or_404(mine, pk=pk)
    return _answered(request, found.annulment_id, lambda user, _, version: act(user, found, version), said)


@login_required
@require_POST
def withdraw_reversal(request: HttpRequest, pk: int) -> HttpResponse:
    said = "Đã rút đề nghị khôi phục. Kết quả vẫn không được tính."
    return _of_reversal(request, pk, annulling.withdraw_reversal, said)


@login_required
@require_POST
def decline_reversal(request: HttpRequest, pk: int) -> HttpResponse:
    def act(user: User, found: Reversal, version: int) -> None:
        annulling.decline_reversal(user, found, version, request.POST.get("why", ""))

    return _of_reversal(request, pk, act, "Đã ghi không đồng ý khôi phục. Kết quả vẫn không được tính.")


@login_required
@require_POST
def confirm_reversal(request: HttpRequest, pk: int) -> HttpResponse:
    said = "Đã xác nhận. Kết quả của cơ quan được tính như trước."
    return _of_reversal(request, pk, annulling.confirm_reversal, said)


@login_required
@require_safe
def notice(request: HttpRequest) -> HttpResponse:
    """What a body's own people read: whether its results were annulled or restored, and why. No evidence, no names."""
    user = signed_in(request)
    fits = opinion_campaigns_with(user, "opinion.progress")
    if not fits:
        raise Forbidden("Trang này dành cho người của cơ quan được khảo sát và của Trung ương.")
    found = list(queries.told_to(user).prefetch_related("reversals")[:100])
    told = []
    for it in found:
        names = queries.body_names(it.campaign, [it.path])
        why = next((r.reason for r in it.reversals.all() if r.state == Reversal.State.CONFIRMED), "")
        told.append((it, names.get(it.path, it.path), queries.survey_name(it.campaign, it.survey), why))
    return render(request, "interference/notice.html", {"told": told})


urlpatterns = [
    path("dau-hieu/co-quan/<int:pk>/de-nghi-huy/", propose, name="annulment_propose"),
    path("dau-hieu/huy/<int:pk>/", shown, name="annulment"),
    path("dau-hieu/huy/<int:pk>/rut/", withdraw, name="annulment_withdraw"),
    path("dau-hieu/huy/<int:pk>/khong-dong-y/", decline, name="annulment_decline"),
    path("dau-hieu/huy/<int:pk>/xac-nhan/", confirm, name="annulment_confirm"),
    path("dau-hieu/huy/<int:pk>/de-nghi-khoi-phuc/", reverse, name="annulment_reverse"),
    path("dau-hieu/khoi-phuc/<int:pk>/rut/", withdraw_reversal, name="reversal_withdraw"),
    path("dau-hieu/khoi-phuc/<int:pk>/khong-dong-y/", decline_reversal, name="reversal_decline"),
    path("dau-hieu/khoi-phuc/<int:pk>/xac-nhan/", confirm_reversal, name="reversal_confirm"),
    path("dau-hieu/thong-bao/", notice, name="annulment_notice"),
]
