"""Accounts in cascade: who is there, create the level below, send the activation link again, take a post away."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from dieutra.accounts import upkeep
from dieutra.accounts.care import in_care
from dieutra.accounts.listed import choices
from dieutra.accounts.review import to_review
from dieutra.campaigns.actions import appoint, creatable
from dieutra.campaigns.models import Campaign
from dieutra.campaigns.queries import campaigns_of
from dieutra.engine.refusals import Forbidden, Invalid
from dieutra.people import actions
from dieutra.people.models import Post, Role, User
from dieutra.people.permission import GRANTS, posts_of, visible_to
from dieutra.people.queries import accounts
from dieutra.places.models import Area
from dieutra.places.paths import under
from dieutra.web.manager.account_places import place_names
from dieutra.web.requests import signed_in

PAGE = 50


def _campaign(user: User) -> tuple[Campaign, Area]:
    """The campaign at hand and the widest area in which the person creates accounts."""
    campaign = campaigns_of(user).first()
    tops = [it for it in posts_of(user) if it.role in GRANTS["account.read"]]
    if campaign is None or not tops:
        raise Http404
    return campaign, Area.objects.get(catalogue_id=campaign.catalogue_id, path=tops[0].path)


@login_required
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    campaign, area = _campaign(user)
    text, role = request.GET.get("q", ""), request.GET.get("vai-tro", "")
    found = accounts(user, campaign.pk, text, role if role in Role.values else "")
    page = Paginator(found, PAGE).get_page(request.GET.get("trang"))
    context = {
        "page": page,
        "places": place_names(campaign, [post.path for post in page]),
        "mine": {post.pk for post in page if (post.role, post.level) in creatable(user, campaign, post.path)},
        "cared_for": set(
            in_care(user, campaign).filter(pk__in=[it.pk for it in page]).values_list("pk", flat=True)
        ),
        "q": text,
        "role": role,
        "roles": [(role, campaign.kind.role_words.get(role) or label) for role, label in Role.choices],
        "to_review": to_review(user, campaign).count(),
        "query": f"{urlencode({'q': text, 'vai-tro': role})}&" if text or role else "",
        "may_create": bool(choices(user, campaign, area.path)),
    }
    return render(request, "people/accounts.html", context)


@login_required
def create(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    campaign, area = _campaign(user)
    offered = choices(user, campaign, area.path)
    if not offered:
        raise Forbidden("Vai trò của bạn không tạo tài khoản cho cấp nào.")
    levels = {int(value.partition(".")[2]) for value, _ in offered}
    areas = Area.objects.filter(
        under("path", area.path), catalogue_id=campaign.catalogue_id, level__in=levels
    ).order_by("level", "path")
    context = {"choices": offered, "areas": areas, "given": request.POST}
    context["level_words"] = campaign.kind.level_words
    if request.method != "POST":
        return render(request, "people/create.html", context)
    try:
        post = _appoint(user, campaign, areas, request)
    except (Invalid, Forbidden) as refusal:
        problems = refusal.problems if isinstance(refusal, Invalid) else ()
        context |= {"refused": refusal.message, "problems": problems}
        return render(request, "people/create.html", context, status=refusal.status)
    messages.success(request, f"Đã tạo tài khoản {post.user.username}. Thư kích hoạt đang được gửi.")
    return redirect("accounts")


def _appoint(user: User, campaign: Campaign, areas: object, request: HttpRequest) -> Post:
    given = request.POST
    area = Area.objects.filter(catalogue_id=campaign.catalogue_id, code=given.get("area", "")).first()
    role, _, level = given.get("role", "").partition(".")
    if area is None or role not in Role.values:
        raise Invalid("Hãy chọn vai trò và địa bàn trong danh sách.")
    if level != str(area.level):
        raise Invalid(f"{area.name} không phải địa bàn của vai trò đã chọn. Hãy chọn địa bàn đúng cấp.")
    return appoint(
        user,
        campaign,
        role,
        area,
        username=given.get("username", ""),
        full_name=given.get("full_name", ""),
        email=given.get("email", ""),
    )


def _post(request: HttpRequest, pk: int) -> Post:
    posts = visible_to(Post.objects.filter(user__app_user__isnull=True), signed_in(request), "account.read")
    return get_object_or_404(posts.select_related("user", "campaign"), pk=pk)


@login_required
@require_POST
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    post = _post(request, pk)
    user = signed_in(request)
    email = request.POST.get("email", post.user.email)
    upkeep.resend_activation(user, post, email)
    messages.success(
        request, f"Đang gửi lại liên kết kích hoạt cho {post.user.username}. Liên kết cũ hết hiệu lực."
    )
    return redirect("accounts")


@login_required
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    post = _post(request, pk)
    user = signed_in(request)
    actions.end_post(user, post, creatable(user, post.campaign, post.path))
    messages.success(request, f"Đã thu hồi vai trò của {post.user.username}.")
    return redirect("accounts")


@login_required
@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    user, post = signed_in(request), _post(request, pk)
    actions.restore_post(user, post, creatable(user, post.campaign, post.path))
    messages.success(request, f"Đã trao lại vai trò cho {post.user.username}.")
    return redirect("accounts")


urlpatterns = [
    path("tai-khoan/", listed, name="accounts"),
    path("tai-khoan/tao/", create, name="account_create"),
    path("tai-khoan/<int:pk>/gui-lai/", resend, name="account_resend"),
    path("tai-khoan/<int:pk>/thu-hoi/", end, name="account_end"),
    path("tai-khoan/<int:pk>/trao-lai/", restore, name="account_restore"),
]
