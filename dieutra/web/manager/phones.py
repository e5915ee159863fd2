"""Collectors' phones: who has one, hand one out, take one back."""

from __future__ import annotations

import base64

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from dieutra.campaigns.actions import hand_out_phone
from dieutra.campaigns.models import Campaign
from dieutra.campaigns.queries import campaigns_of
from dieutra.channels.openrosa import code
from dieutra.channels.paper.documents import phone_pdf
from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Refusal
from dieutra.people.app_users import revoke_app_user
from dieutra.people.models import User
from dieutra.people.permission import GRANTS, posts_of
from dieutra.people.queries import app_users
from dieutra.places.models import Area
from dieutra.places.paths import under
from dieutra.web.requests import signed_in

PAGE = 50


def _campaign(user: User) -> tuple[Campaign, list[str]]:
    """The campaign at hand and the paths below which the person hands out phones, widest first."""
    campaign = campaigns_of(user).first()
    posts = posts_of(user, campaign.pk) if campaign else []
    tops = sorted((post.path for post in posts if post.role in GRANTS["app_user.manage"]), key=len)
    if campaign is None or not tops:
        raise Forbidden("Chỉ quản trị viên cấp và thu hồi được máy thu thập.")
    return campaign, tops


def _area(campaign: Campaign, tops: list[str], area_code: str | None) -> Area:
    """The area asked for, or the person's own; 404 outside of what she looks after."""
    areas = Area.objects.filter(catalogue_id=campaign.catalogue_id).select_related("parent")
    if not area_code:
        return get_object_or_404(areas, path=tops[0])
    places = [it for it in areas.filter(code=area_code) if any(it.path.startswith(top) for top in tops)]
    return places[0] if places else get_object_or_404(areas.none())


@login_required
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
    user = signed_in(request)
    campaign, tops = _campaign(user)
    area = _area(campaign, tops, request.POST.get("area") or request.GET.get("dia-ban"))
    phones = app_users(user, campaign.pk).filter(under("path", area.path))
    page = Paginator(phones, PAGE).get_page(request.GET.get("trang"))
    names = Area.objects.filter(
        catalogue_id=campaign.catalogue_id, path__in={phone.path for phone in page}
    ).values_list("path", "name")
    context = {
        "area": area,
        "above": area.parent if area.path not in tops else None,
        "below": Area.objects.filter(parent=area).order_by("sort_key"),
        "page": page,
        "places": dict(names),
        "query": f"dia-ban={area.code}&",
        "takes": campaign.kind.takes("collect"),
        "name": request.POST.get("name", ""),
        "refused": refusal.message if refusal else "",
        "problems": refusal.problems if isinstance(refusal, Invalid) else (),
    }
    return render(request, "people/phones.html", context, status=refusal.status if refusal else 200)


@login_required
@require_POST
def create(request: HttpRequest) -> HttpResponse:
    """Hand one out. The code stands in this answer and nowhere else: the token is not kept."""
    user = signed_in(request)
    campaign, tops = _campaign(user)
    area = _area(campaign, tops, request.POST.get("area"))
    try:
        phone, token = hand_out_phone(user, campaign, area, request.POST.get("name", ""))
    except (Invalid, NotNow) as refusal:
        return _page(request, refusal)
    server = f"{settings.SITE_URL}/collect/{token}"
    text = code.settings_text(server, f"{campaign.name} – {area.name}")
    pdf = base64.b64encode(phone_pdf(campaign, phone, area, code.drawing(text))).decode()
    context = {
        "phone": phone,
        "area": area,
        "picture": code.picture(text),
        "pdf": f"data:application/pdf;base64,{pdf}",
        "server": settings.SITE_URL + "/collect",
        "token": token,
    }
    return render(request, "people/phone_code.html", context)


@login_required
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    phone = get_object_or_404(app_users(user), pk=pk)
    revoke_app_user(user, phone)
    messages.success(request, f"Đã thu hồi máy của {phone.name}. Máy này không nhận và gửi phiếu được nữa.")
    return redirect("app_users")


urlpatterns = [
    path("may-thu-thap/", listed, name="app_users"),
    path("may-thu-thap/cap/", create, name="app_user_create"),
    path("may-thu-thap/<int:pk>/thu-hoi/", revoke, name="app_user_revoke"),
]
