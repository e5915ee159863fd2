"""The supervisor's queue: filters, orders, counts, and many forms approved at once."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from dieutra.cases import waiting
from dieutra.cases.models import Case, State
from dieutra.cases.queries import counts_in_my_care, in_my_care
from dieutra.cases.reviewing import approve_many
from dieutra.engine.refusals import Invalid
from dieutra.people.absences import absences_of
from dieutra.people.models import Role, User
from dieutra.people.permission import posts_of
from dieutra.places.models import Area
from dieutra.supervision.queries import my_queue, nobodys
from dieutra.web.requests import signed_in, whole_number
from dieutra.web.supervisor.queue_rows import worded

PAGES = (50, 200)
ORDERS = (
    (waiting.BY_DEADLINE, "Hạn gần nhất trước"),
    (waiting.BY_FINDINGS, "Nhiều cảnh báo trước"),
    (waiting.BY_DISTANCE, "Khác kỳ trước nhiều nhất trước"),
    (waiting.BY_WAIT, "Chờ lâu nhất trước"),
)
FILTERS = (
    ("", "Tất cả"),
    (waiting.NO_FINDINGS, "Không có cảnh báo"),
    (waiting.FINDINGS, "Có cảnh báo"),
    (waiting.FAR_OFF, f"Khác kỳ trước từ {waiting.FAR}%"),
    (waiting.AGAIN, "Gửi lại sau khi trả"),
    (waiting.LATE, "Quá hạn"),
)


def asked(query: QueryDict, areas: list[Area]) -> waiting.Asked:
    """What the address asks of the queue; unknown words are no filter."""
    chosen = next((area.path for area in areas if area.code == query.get("dia-ban")), "")
    return waiting.Asked(
        timezone.localdate(), query.get("thu-tu") or waiting.BY_DEADLINE, query.get("loc", ""), chosen
    )


def carried(query: QueryDict) -> str:
    """The filters of the queue, for the links of the pages behind it."""
    return urlencode({name: query[name] for name in ("thu-tu", "loc", "dia-ban") if query.get(name)})


def areas_of(user: User) -> list[Area]:
    """The areas right below those of the supervisor, to narrow her queue by."""
    posts = [post for post in posts_of(user) if post.role == Role.GSV]
    return list(
        Area.objects.filter(
            parent__path__in={post.path for post in posts},
            catalogue__campaign__in={post.campaign_id for post in posts},
        )
        .distinct()
        .order_by("sort_key")
    )


@login_required
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """What waits for me; `?state=` or `?q=` looks at all forms of my area instead."""
    user, query = signed_in(request), request.GET
    state, text = query.get("state", ""), query.get("q", "")
    context: dict[str, Any] = {"state": state, "q": text}
    if state or text:
        cases = in_my_care(user, state if state in State.values else "", text)
        context |= {"page": Paginator(cases, PAGES[0]).get_page(query.get("trang")), "rows": None}
        context["mine"] = my_queue(user).order_by().count()
        context["query"] = f"{urlencode({'state': state, 'q': text})}&"
    else:
        context |= _waiting(user, query)
    counted = counts_in_my_care(user)
    posts = [post for post in posts_of(user) if post.role == Role.GSV]
    standing = absences_of(posts)
    context["away"] = [it for it in standing if it.post.user_id == user.pk]
    context["stands_in"] = [
        it for it in standing if it.substitute_id == user.pk and it.first_day <= timezone.localdate()
    ]
    context["nobodys"] = nobodys(user).order_by().count()
    context["states"] = [(value, str(label), counted.get(value, 0)) for value, label in State.choices]
    return render(request, "cases/queue.html", context)


def _waiting(user: User, query: QueryDict) -> dict[str, Any]:
    areas = areas_of(user)
    wish = asked(query, areas)
    mine = my_queue(user)
    counted = waiting.counts(wish.placed(mine), wish.today)
    whole = mine.order_by().count() if wish.area else counted["all"]
    size = next((it for it in PAGES if str(it) == query.get("co")), PAGES[0])
    pages = Paginator(wish.of(mine).select_related(None).values_list("pk", flat=True), size)
    pages.count = counted.get(wish.only, counted["all"])  # counted already
    page = pages.get_page(query.get("trang"))
    return {
        "mine": whole,
        "page": page,
        "rows": worded(waiting.rows(list(page.object_list)), wish.today, carried(query)),
        "areas": areas,
        "area": query.get("dia-ban", ""),
        "only": wish.only,
        "order": wish.order,
        "size": size,
        "sizes": PAGES,
        "orders": ORDERS,
        "filters": [(value, words, counted[value or "all"]) for value, words in FILTERS],
        "plain": counted[waiting.NO_FINDINGS],
        "carried": carried(query),
        "query": _query(query, size),
    }


def _query(query: QueryDict, size: int) -> str:
    kept = carried(query)
    parts = [kept] if kept else []
    if size != PAGES[0]:
        parts.append(urlencode({"co": size}))
    return "".join(f"{part}&" for part in parts)


@login_required
@require_POST
def approve_listed(request: HttpRequest) -> HttpResponse:
    """Approve the ticked forms (`phieu` = "id.version"); the page says which were skipped, and why."""
    user = signed_in(request)
    seen = [_seen(text) for text in request.POST.getlist("phieu")]
    try:
        outcome = approve_many(user, seen)
    except Invalid as refusal:
        context = {"refused": refusal.message, "problems": refusal.problems}
        return render(request, "cases/approved_many.html", context, status=refusal.status)
    return render(request, "cases/approved_many.html", {"outcome": outcome})


def _seen(text: str) -> tuple[int, int]:
    pk, _, version = text.partition(".")
    return whole_number(pk), whole_number(version)


def next_case(user: User, case: Case, query: QueryDict) -> tuple[int | None, int | None]:
    """The cases before and after this one in the person's queue, as she filtered and ordered it."""
    return waiting.neighbours(my_queue(user), case.pk, asked(query, areas_of(user)))


urlpatterns = [
    path("duyet/", listed, name="queue"),
    path("duyet/cung-luc/", approve_listed, name="approve_many"),
]
