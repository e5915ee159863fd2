"""A self-assessment on its page: the body fills in and sends, the centre verifies, domain by domain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from dieutra.cases import files
from dieutra.engine.refusals import Invalid, NotNow, Refusal, Stale
from dieutra.engine.stats.criteria import Node, Source, Tree
from dieutra.engine.stats.exact import printed
from dieutra.indices import actions, queries, verifying
from dieutra.indices.models import Assessment, Evidence, Mark
from dieutra.indices.standing import Said
from dieutra.people.models import User
from dieutra.people.permission import may
from dieutra.places.models import Level
from dieutra.web.campaign_here import taken
from dieutra.web.manager.indices import said, title_of
from dieutra.web.requests import signed_in, whole_number

State = Assessment.State
SAVED = "Đã lưu."
Typed = Mapping[str, str]


def _found(request: HttpRequest, pk: int) -> tuple[User, Assessment]:
    user = signed_in(request)
    found = get_object_or_404(queries.assessments_of(user), pk=pk)
    taken(request, found.campaign, queries.campaigns_with_index(user))
    return user, found


@login_required
@require_safe
def assessment(request: HttpRequest, pk: int) -> HttpResponse:
    """`lv` is the code of the domain shown; the first one otherwise."""
    return _page(request, *_found(request, pk))


def _page(
    request: HttpRequest,
    user: User,
    found: Assessment,
    refusal: Refusal | None = None,
    typed: Typed | None = None,
) -> HttpResponse:
    tree = queries.need_scheme(found.campaign, found.survey).read.tree()
    marks, evidence = queries.marks_of(found), queries.evidence_of(found)
    domain = _domain(tree, request.GET.get("lv", "") or request.POST.get("lv", ""))
    assesses = may(user, "index.assess", found, Level.PROVINCE) and found.state in Assessment.CHANGING
    verifies = may(user, "index.verify", found.campaign) and found.state == State.SENT
    context: dict[str, Any] = {
        "assessment": found,
        "title": title_of(found.campaign, found.survey),
        "tabs": [_tab(tree, it, marks, found.state == State.SENT) for it in tree.domains],
        "domain": domain,
        "rows": [_row(node, marks, evidence, typed or {}) for node in _below(tree, domain.code)],
        "assesses": assesses,
        "verifies": verifies,
        "reopens": may(user, "index.verify", found.campaign) and found.state == State.VERIFIED,
        "may_return": verifies and found.sendings < Assessment.ROUNDS,
        "centre": may(user, "index.read", found.campaign),
        "totals": _totals(tree, marks),
        "sendings": found.sent.order_by("number"),
        "given": request.POST,
        "version": request.POST.get("version") if typed else str(found.version),
        **said(refusal),
    }
    return render(request, "indices/assessment.html", context, status=refusal.status if refusal else 200)


def _domain(tree: Tree, code: str) -> Node:
    return next((it for it in tree.domains if it.code == code), tree.domains[0])


def _below(tree: Tree, domain: str) -> list[Node]:
    """Criteria and components of a domain that are self-assessed, each after the criterion that it belongs to."""
    own = {leaf.code for leaf in tree.leaves_from(Source.SELF)}
    own |= {tree.by_code[code].parent for code in own}
    return [it for it in tree.nodes if it.level > 1 and it.code in own and tree.domain_of(it.code) == domain]


def _tab(tree: Tree, domain: Node, marks: Mapping[str, Mark], verifying_now: bool) -> dict[str, Any]:
    leaves = [it.code for it in _below(tree, domain.code) if it.source]
    field = "verified" if verifying_now else "own"
    done = sum(1 for code in leaves if code in marks and getattr(marks[code], field) is not None)
    return {"code": domain.code, "label": domain.label_vi, "done": done, "all": len(leaves)}


def _row(
    node: Node, marks: Mapping[str, Mark], evidence: Mapping[str, list[Evidence]], typed: Typed
) -> dict[str, Any]:
    """A heading, or a criterion with its mark as it stands; what was typed goes before what stands."""
    mark = marks.get(node.code)
    own = typed.get(f"own-{node.code}", _number(mark.own if mark else None))
    verified = typed.get(f"verified-{node.code}", _number(mark.verified if mark else None))
    return {
        "node": node,
        "most": printed(node.most),
        "mark": mark,
        "own": own,
        "note": typed.get(f"note-{node.code}", mark.note if mark else ""),
        "link": typed.get(f"link-{node.code}", mark.link if mark else ""),
        "verified": verified,
        "reason": typed.get(f"reason-{node.code}", mark.reason if mark else ""),
        "files": evidence.get(node.code, []),
        "differs": bool(mark and mark.verified is not None and mark.verified != mark.own),
    }


def _number(value: Decimal | None) -> str:
    """As one would type it: 0,75 or 1, without the zeros that the database adds."""
    if value is None:
        return ""
    words = f"{value:f}"
    return (words.rstrip("0").rstrip(".") if "." in words else words).replace(".", ",")


def _totals(tree: Tree, marks: Mapping[str, Mark]) -> dict[str, str]:
    leaves = tree.leaves_from(Source.SELF)
    standing = [marks[it.code] for it in leaves if it.code in marks]
    own = [it.own for it in standing if it.own is not None]
    verified = [it.verified for it in standing if it.verified is not None]
    return {
        "most": _number(sum((it.most for it in leaves), Decimal(0))),
        "own": _number(sum(own, Decimal(0))),
        "verified": _number(sum(verified, Decimal(0))),
        "own_count": str(len(own)),
        "verified_count": str(len(verified)),
        "all": str(len(leaves)),
    }


def _back(found: Assessment, domain: str) -> HttpResponse:
    return redirect(
        reverse("index_assessment", args=[found.pk]) + (f"?lv={domain}" if domain.isalnum() else "")
    )


def _do(
    request: HttpRequest, pk: int, act: Callable[[User, Assessment, int], object], words: str
) -> HttpResponse:
    """Act on the version that the page showed; a refusal is drawn on the page, with what was typed."""
    user, found = _found(request, pk)
    try:
        act(user, found, whole_number(request.POST.get("version", "")))
    except (Invalid, NotNow, Stale) as refusal:
        typed = {name: str(value) for name, value in request.POST.items()}
        return _page(request, *_found(request, pk), refusal, typed)
    messages.success(request, words)
    return _back(found, request.POST.get("lv", ""))


@login_required
@require_POST
def save(request: HttpRequest, pk: int) -> HttpResponse:
    given = request.POST
    said = {
        name[4:]: Said(str(value), given.get(f"note-{name[4:]}", ""), given.get(f"link-{name[4:]}", ""))
        for name, value in given.items()
        if name.startswith("own-")
    }
    added = [
        (name[5:], (sent.name or "", sent.read(settings.FILE_LIMIT + 1)))
        for name in request.FILES
        if name.startswith("file-")
        for sent in request.FILES.getlist(name)
    ]
    dropped = frozenset(whole_number(it) for it in given.getlist("drop"))
    changes = actions.Changes(said, added, dropped)
    kept = _do(request, pk, lambda user, found, version: actions.save(user, found, version, changes), SAVED)
    return _send(request, pk) if "send" in given and kept.status_code == 302 else kept


def _send(request: HttpRequest, pk: int) -> HttpResponse:
    """After the page was saved, so that nothing typed is left behind; what is missing is said beside what is kept."""
    user, found = _found(request, pk)
    try:
        actions.send(user, found, found.version)
    except (Invalid, NotNow, Stale) as refusal:
        return _page(request, *_found(request, pk), refusal)
    messages.success(request, "Đã gửi bản tự chấm về trung ương. Từ bây giờ chỉ xem, không sửa được.")
    return _back(found, request.POST.get("lv", ""))


@login_required
@require_POST
def verify(request: HttpRequest, pk: int) -> HttpResponse:
    given = request.POST
    said = {
        name[9:]: Said(str(value), given.get(f"reason-{name[9:]}", ""))
        for name, value in given.items()
        if name.startswith("verified-")
    }
    return _do(
        request,
        pk,
        lambda user, found, version: verifying.verify(user, found, version, said),
        "Đã lưu điểm thẩm định.",
    )


@login_required
@require_POST
def accept_rest(request: HttpRequest, pk: int) -> HttpResponse:
    return _do(request, pk, verifying.accept_rest, "Các mục còn lại lấy theo điểm tự chấm.")


@login_required
@require_POST
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    reason = request.POST.get("why", "")
    return _do(
        request,
        pk,
        lambda user, found, version: verifying.give_back(user, found, version, reason),
        "Đã trả lại bản tự chấm.",
    )


@login_required
@require_POST
def conclude(request: HttpRequest, pk: int) -> HttpResponse:
    return _do(request, pk, verifying.conclude, "Đã kết thúc thẩm định.")


@login_required
@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    reason = request.POST.get("why", "")
    return _do(
        request, pk, lambda user, found, version: verifying.take_up_again(user, found, version, reason),
        "Đã mở lại việc thẩm định.",
    )  # fmt: skip


@login_required
@require_safe
def evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """A file of evidence; always a download."""
    seen = queries.assessments_of(signed_in(request)).values("pk")
    found = get_object_or_404(Evidence.objects.filter(assessment__in=seen), pk=pk)
    headers = {
        "Content-Disposition": content_disposition_header(True, found.name) or "attachment",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    }
    return HttpResponse(
        files.content_of(found.sha256, found.name), content_type=found.content_type, headers=headers
    )


urlpatterns = [
    path("chi-so/ban-tu-cham/<int:pk>/", assessment, name="index_assessment"),
    path("chi-so/ban-tu-cham/<int:pk>/luu/", save, name="index_save"),
    path("chi-so/ban-tu-cham/<int:pk>/tham-dinh/", verify, name="index_verify"),
    path("chi-so/ban-tu-cham/<int:pk>/lay-theo-tu-cham/", accept_rest, name="index_accept_rest"),
    path("chi-so/ban-tu-cham/<int:pk>/tra-lai/", give_back, name="index_return"),
    path("chi-so/ban-tu-cham/<int:pk>/ket-thuc/", conclude, name="index_conclude"),
    path("chi-so/ban-tu-cham/<int:pk>/mo-lai/", reopen, name="index_reopen"),
    path("chi-so/minh-chung/<int:pk>/", evidence, name="index_evidence"),
]
