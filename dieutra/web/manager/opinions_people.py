"""Letters person by person: delivery for the centre; for a body whose letters do not arrive, and a letter again."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages as flashes
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from dieutra.engine.refusals import Invalid
from dieutra.engine.text import search_key
from dieutra.opinions import addressing, delivery
from dieutra.opinions.mailing import invited
from dieutra.opinions.models import AddressChange, Invitation
from dieutra.people.permission import may
from dieutra.places.models import Area
from dieutra.rosters.models import Roster
from dieutra.rosters.seeing import look
from dieutra.web.campaign_here import led_on
from dieutra.web.manager.opinions_here import Here, here, here_in
from dieutra.web.requests import signed_in, whole_number

PAGE = 50
# what a body is told of a letter: that it does not arrive, and nothing else
FOR_A_BODY = (delivery.FAILS, delivery.NO_ADDRESS)


def _working(request: HttpRequest) -> Here:
    """404 for those who only read: names and addresses are for who looks after them."""
    return here(request, "roster.edit")


def _search(people: QuerySet[Any], text: str) -> QuerySet[Any]:
    if not text:
        return people
    return people.filter(
        Q(person__name_key__contains=search_key(text)) | Q(person__email__contains=text.lower())
    )


@login_required
@require_safe
def listed(request: HttpRequest, survey: str, code: str) -> HttpResponse:
    """The invited people of a body. Looking at them is recorded as looking at their list is."""
    user = signed_in(request)
    found = _working(request)
    known, area = found.body(survey, code)
    for roster in Roster.objects.filter(campaign=found.campaign, survey=known.code, path=area.path):
        look(user, roster)
    people = delivery.with_delivery(invited(found.campaign).filter(survey=known.code, path=area.path))
    names = {it.code: it.name for it in found.rules.groups_of(known.code)}
    counts = dict(people.order_by().values_list("standing").annotate(n=Count("pk")))
    tabs = [
        (it, delivery.WORDS[it], counts.get(it, 0))
        for it in delivery.WORDS
        if found.manages or it in FOR_A_BODY
    ]
    chosen = request.GET.get("thu", "")
    sought = request.GET.get("tim", "").strip()[:80]
    shown = _search(people, sought)
    if chosen in [it[0] for it in tabs]:
        shown = shown.filter(standing=chosen)
    page = Paginator(shown.select_related("person").order_by("person__number", "pk"), PAGE)
    context = {
        "survey": known,
        "area": area,
        "tabs": [it for it in tabs if it[2]],
        "total": sum(counts.values()),
        "chosen": chosen,
        "sought": sought,
        "page": page.get_page(request.GET.get("trang")),
        "query": urlencode({"thu": chosen, "tim": sought}) + "&",
        "names": names,
        "words": delivery.WORDS,
        "central": found.manages,
        "troubled": FOR_A_BODY,
    }
    return render(request, "opinions_manager/people.html", context)


def _one(request: HttpRequest, pk: int) -> tuple[Here, Invitation, Area]:
    named = get_object_or_404(Invitation.objects.select_related("campaign"), pk=pk)
    found = here_in(request, named.campaign, "roster.edit")
    rows = delivery.with_delivery(invited(found.campaign).select_related("person", "campaign"))
    one = get_object_or_404(rows, pk=pk)
    _, area = found.body(one.survey, one.path.rstrip("/").rpartition("/")[2])
    return found, one, area


def _back(request: HttpRequest, one: Invitation, area: Area) -> HttpResponse:
    return led_on(request, "opinion_letters", one.survey, area.code)


@login_required
@require_POST
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    _, one, area = _one(request, pk)
    addressing.resend(user, one)
    flashes.success(request, f"Đã nhận lệnh gửi lại thư cho {one.person.name}, với đúng đường dẫn cũ.")
    return _back(request, one, area)


@login_required
def address(request: HttpRequest, pk: int) -> HttpResponse:
    """Another address: a new link, a new letter."""
    user = signed_in(request)
    found, one, area = _one(request, pk)
    problems: tuple[Any, ...] = ()
    if request.method == "POST":
        try:
            addressing.change_address(
                user, one, whole_number(request.POST.get("epoch", "")), request.POST.get("email", ""),
                request.POST.get("reason", ""),
            )  # fmt: skip
            flashes.success(
                request, "Đã đổi địa chỉ. Đường dẫn cũ không dùng được nữa; thư mới đang được gửi."
            )
            return _back(request, one, area)
        except Invalid as refusal:
            problems = refusal.problems or ()
    return _form(request, found, one, area, problems, "address")


@login_required
def new_link(request: HttpRequest, pk: int) -> HttpResponse:
    """A new link to the same address, when the old one went astray. The centre."""
    user = signed_in(request)
    found, one, area = _one(request, pk)
    if not found.manages:
        raise Http404
    problems: tuple[Any, ...] = ()
    if request.method == "POST":
        try:
            epoch = whole_number(request.POST.get("epoch", ""))
            addressing.renew(user, one, epoch, request.POST.get("reason", ""))
            flashes.success(
                request, "Đã cấp đường dẫn mới. Đường dẫn cũ không dùng được nữa; thư mới đang được gửi."
            )
            return _back(request, one, area)
        except Invalid as refusal:
            problems = refusal.problems or ()
    return _form(request, found, one, area, problems, "link")


def _form(
    request: HttpRequest, found: Here, one: Invitation, area: Area, problems: tuple[Any, ...], what: str
) -> HttpResponse:
    group = found.rules.group(one.survey, one.group)
    context = {
        "one": one,
        "person": one.person,
        "area": area,
        "group": group,
        "survey": found.survey(one.survey),
        "what": what,
        "refused": "Chưa thực hiện được." if problems else "",
        "problems": problems,
        "given": request.POST,
        "domains": found.rules.official_domains if group.official_domain == "required" else (),
        "may_change": what == "link" or found.manages or not addressing.arrives(one),
        "changes": AddressChange.objects.filter(invitation=one).select_related("by").order_by("-pk")
        if may(signed_in(request), "opinion.manage", found.campaign)
        else (),
    }
    return render(request, "opinions_manager/address.html", context, status=422 if problems else 200)


urlpatterns = [
    path("khao-sat/tien-do/<str:survey>/<str:code>/thu/", listed, name="opinion_letters"),
    path("khao-sat/thu/<int:pk>/gui-lai/", resend, name="opinion_resend"),
    path("khao-sat/thu/<int:pk>/dia-chi/", address, name="opinion_address"),
    path("khao-sat/thu/<int:pk>/duong-dan-moi/", new_link, name="opinion_new_link"),
]
