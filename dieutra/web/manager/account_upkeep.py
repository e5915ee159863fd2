"""One account: what it is, who held its post, and what may be done with it; the quarterly review of all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dieutra.accounts import review, sheets, upkeep
from dieutra.accounts.care import looks_after
from dieutra.accounts.seeing import may_see_as
from dieutra.engine.refusals import Invalid, NotNow, Refusal
from dieutra.people.models import Post, User
from dieutra.people.permission import visible_to
from dieutra.places.models import Area
from dieutra.places.paths import area_path
from dieutra.web.manager.account_areas import desk
from dieutra.web.manager.account_places import place_names
from dieutra.web.requests import signed_in, whole_number

PAGE = 100


def _post(request: HttpRequest, pk: int) -> Post:
    posts = visible_to(Post.objects.filter(user__app_user__isnull=True), signed_in(request), "account.read")
    return get_object_or_404(posts.select_related("user", "campaign__catalogue"), pk=pk)


def _area(post: Post) -> Area:
    return Area.objects.get(catalogue_id=post.campaign.catalogue_id, path=area_path(post.path))


@login_required
@require_safe
def shown(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _post(request, pk))


def _page(request: HttpRequest, post: Post, refusal: Refusal | None = None) -> HttpResponse:
    context: dict[str, Any] = {
        "post": post,
        "area": _area(post),
        "may_see_as": may_see_as(signed_in(request), post),
        "mine": looks_after(signed_in(request), post),
        "handovers": post.handovers.select_related("before", "after", "by").order_by("-at"),
        "given": request.POST,
        "refused": refusal.message if refusal else "",
        "problems": refusal.problems if isinstance(refusal, Invalid) else (),
    }
    return render(request, "people/account.html", context, status=refusal.status if refusal else 200)


Act = Callable[[HttpRequest, User, Post], str]


def _doing(act: Act) -> Callable[..., HttpResponse]:
    """A route that does one thing with an account, says so, and shows the account again."""

    @login_required
    @require_POST
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        user, post = signed_in(request), _post(request, pk)
        try:
            said = act(request, user, post)
        except (Invalid, NotNow) as refusal:
            return _page(request, post, refusal)
        messages.success(request, said)
        return redirect("account", pk=pk)

    return view


def _lock(request: HttpRequest, user: User, post: Post) -> str:
    upkeep.lock(user, post)
    return f"Đã khóa tài khoản {post.user.username}; mọi phiên đăng nhập đã kết thúc."


def _unlock(request: HttpRequest, user: User, post: Post) -> str:
    upkeep.unlock(user, post)
    return f"Đã mở khóa tài khoản {post.user.username}."


def _reset(request: HttpRequest, user: User, post: Post) -> str:
    upkeep.reset(user, post)
    if post.user.email:
        return f"Đã đặt lại tài khoản. Liên kết mới đang được gửi tới {post.user.email}."
    return "Đã đặt lại tài khoản. Người này không có thư điện tử: hãy in phiếu niêm phong."


def _change(request: HttpRequest, user: User, post: Post) -> str:
    given = request.POST
    fields = {name: given.get(name, "") for name in ("full_name", "email", "phone")}
    upkeep.change(user, post, **fields)
    return "Đã sửa thông tin. Thư báo được gửi cho người giữ tài khoản, ở cả địa chỉ cũ nếu địa chỉ đổi."


def _hand_over(request: HttpRequest, user: User, post: Post) -> str:
    given = request.POST
    after = upkeep.hand_over(
        user,
        post,
        username=given.get("username", ""),
        full_name=given.get("full_name", ""),
        email=given.get("email", ""),
    )
    way = "Thư kích hoạt đang được gửi." if after.email else "Hãy in phiếu niêm phong cho người nhận."
    return f"Đã bàn giao cho {after.full_name} ({after.username}). {way}"


@login_required
@require_POST
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """A sealed sheet for this account alone."""
    user, post = signed_in(request), _post(request, pk)
    try:
        sheets.order_one(user, post, _area(post))
    except NotNow as refusal:
        return _page(request, post, refusal)
    return redirect("sheets")


@login_required
@require_http_methods(["GET", "POST"])
def reviewed(request: HttpRequest) -> HttpResponse:
    """The quarterly review: those whom nobody confirmed yet; a POST confirms the ticked ones."""
    user = signed_in(request)
    campaign, _ = desk(user)
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            ticked = [whole_number(text) for text in request.POST.getlist("post")]
            number = review.confirm(user, campaign, ticked)
            messages.success(request, f"Đã xác nhận {number} tài khoản.")
            return redirect("accounts_review")
        except (Invalid, NotNow) as refused:
            refusal = refused
    page = Paginator(review.to_review(user, campaign), PAGE).get_page(request.GET.get("trang"))
    quarter = review.quarter_of(timezone.localdate())
    context = {
        "page": page,
        "quarter": f"quý {quarter[-1]} năm {quarter[:4]}",
        "places": place_names(campaign, [post.path for post in page]),
        "refused": refusal.message if refusal else "",
    }
    return render(request, "people/review.html", context, status=refusal.status if refusal else 200)


urlpatterns = [
    path("tai-khoan/ra-soat/", reviewed, name="accounts_review"),
    path("tai-khoan/<int:pk>/", shown, name="account"),
    path("tai-khoan/<int:pk>/khoa/", _doing(_lock), name="account_lock"),
    path("tai-khoan/<int:pk>/mo-khoa/", _doing(_unlock), name="account_unlock"),
    path("tai-khoan/<int:pk>/dat-lai/", _doing(_reset), name="account_reset"),
    path("tai-khoan/<int:pk>/sua/", _doing(_change), name="account_change"),
    path("tai-khoan/<int:pk>/ban-giao/", _doing(_hand_over), name="account_hand_over"),
    path("tai-khoan/<int:pk>/phieu/", sheet, name="account_sheet"),
]
