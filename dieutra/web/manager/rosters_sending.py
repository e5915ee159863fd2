"""A list as a whole: the last look before it is sent, the receipt, and what the centre decides."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dieutra.channels.paper.rosters import roster_receipt_pdf
from dieutra.engine.refusals import Invalid, NotNow, Stale
from dieutra.people.models import User
from dieutra.rosters import sending
from dieutra.rosters.changing import centre, own
from dieutra.rosters.findings import findings, unsolved
from dieutra.rosters.models import Explanation
from dieutra.rosters.overlaps import overlaps
from dieutra.rosters.queries import history_of, people_of
from dieutra.rosters.seeing import look
from dieutra.web.manager.rosters_here import address, page_of, refusal_words, roster_here, version_of
from dieutra.web.requests import signed_in, whole_number

VERBS = {
    "roster.sent": "Gửi danh sách", "roster.withdrawn": "Rút lại danh sách", "roster.accepted": "Tiếp nhận danh sách",
    "roster.returned": "Trả lại danh sách", "roster.reopened": "Mở lại danh sách đã tiếp nhận",
    "roster.read": "Đọc tệp", "roster.loaded": "Nạp danh sách từ tệp", "roster.load_dropped": "Bỏ tệp chưa nạp",
    "roster.viewed": "Xem danh sách", "roster.exported": "Tải danh sách về",
    "roster.explained": "Ghi giải trình", "roster.expected": "Ghi số lượng đối chiếu",
    "overlap.decided": "Quyết định một trường hợp trùng", "overlap.confirmed": "Xác nhận các trường hợp gộp",
    "person.added": "Thêm một dòng", "person.changed": "Sửa một dòng", "person.removed": "Bỏ một dòng",
    "person.restored": "Đưa một dòng trở lại", "request.asked": "Gửi đề nghị", "request.answered": "Trả lời đề nghị",
    "invitations.made": "Lập phiếu mời", "invitations.settled": "Cập nhật phiếu mời",
}  # fmt: skip
COUNTS = {
    "people": "người",
    "added": "thêm",
    "changed": "sửa",
    "removed": "bỏ",
    "lines": "dòng",
    "pairs": "cặp",
}


@login_required
@require_http_methods(["GET", "POST"])
def send(request: HttpRequest, slug: str, survey: str, code: str) -> HttpResponse:
    """“Check your answers”: numbers, overlaps, explanations, who is written to; then the lock and the receipt."""
    user, found = signed_in(request), roster_here(request, slug, survey, code)
    own(user, found)
    look(user, found)
    context: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        try:
            sending.send(user, found, version_of(request), request.POST.get("agreed") == "yes")
        except (Invalid, NotNow, Stale) as refusal:
            context, status = refusal_words(refusal), refusal.status
            found = roster_here(request, slug, survey, code)
        else:
            messages.success(request, f"Đã gửi danh sách. Mã biên nhận: {found.receipt}.")
            return redirect("roster", *address(found))
    told = findings(found)
    context |= {
        "summary": sending.summary(found) if found.pk else {"asked": 0},
        "stops": unsolved(told),
        "explained": [it for it in told if it.explained],
        "merged": overlaps(found) if found.pk else [],
        "waiting": found.requests.filter(state="asked").count() if found.pk else 0,
        "people": people_of(found, standing="in"),
    }
    return render(request, "rosters/send.html", page_of(request, found, **context), status=status)


@login_required
@require_POST
def withdraw(request: HttpRequest, slug: str, survey: str, code: str) -> HttpResponse:
    found = roster_here(request, slug, survey, code)
    sending.withdraw(signed_in(request), found, version_of(request))
    messages.success(request, "Đã rút lại danh sách. Hãy sửa rồi gửi lại trước hạn.")
    return redirect("roster", *address(found))


@login_required
@require_POST
def accept(request: HttpRequest, slug: str, survey: str, code: str) -> HttpResponse:
    found = roster_here(request, slug, survey, code)
    sending.accept(signed_in(request), found, version_of(request))
    messages.success(request, f"Đã tiếp nhận danh sách của {found.area.name}. Phiếu mời đang được lập.")
    return redirect("roster", *address(found))


@login_required
@require_http_methods(["GET", "POST"])
def give_back(request: HttpRequest, slug: str, survey: str, code: str) -> HttpResponse:
    """Return a sent list, or open an accepted one again, with the reason; a sent one also with remarks at lines."""
    user, found = signed_in(request), roster_here(request, slug, survey, code)
    centre(user, found.campaign)
    look(user, found)
    reason, status = request.POST.get("reason", ""), 200
    context: dict[str, Any] = {}
    remarks = {
        whole_number(name[2:], 0): str(text) for name, text in request.POST.items() if name.startswith("r-")
    }
    if request.method == "POST":
        try:
            if found.state == found.State.ACCEPTED:
                sending.reopen(user, found, version_of(request), reason)
            else:
                sending.give_back(user, found, version_of(request), reason, remarks)
        except (Invalid, NotNow, Stale) as refusal:
            context, status = refusal_words(refusal), refusal.status
            found = roster_here(request, slug, survey, code)
        else:
            messages.success(request, f"Đã trả lại danh sách của {found.area.name} kèm lý do.")
            return redirect("roster", *address(found))
    people = [(it, remarks.get(it.pk, "")) for it in people_of(found)]
    page = page_of(request, found, reason=reason, people=people, **context)
    return render(request, "rosters/return.html", page, status=status)


@login_required
@require_safe
def receipt(request: HttpRequest, slug: str, survey: str, code: str) -> HttpResponse:
    """The receipt of the latest sending, as a PDF."""
    found = roster_here(request, slug, survey, code)
    if not found.receipt or found.sent_at is None:
        raise NotNow("Danh sách này chưa được gửi nên chưa có biên nhận.")
    headers = {"Content-Disposition": f'inline; filename="bien-nhan-{found.receipt.lower()}.pdf"'}
    return HttpResponse(roster_receipt_pdf(found), content_type="application/pdf", headers=headers)


@login_required
@require_safe
def told(request: HttpRequest, slug: str, survey: str, code: str) -> HttpResponse:
    """What happened to the list: who, what, when; and the explanations."""
    found = roster_here(request, slug, survey, code)
    events = list(history_of(found)[:300]) if found.pk else []
    names = dict(User.objects.filter(pk__in={it.actor_id for it in events}).values_list("pk", "full_name"))
    lines = [
        {
            "at": it.at, "who": names.get(it.actor_id or 0, "Hệ thống"), "what": VERBS.get(it.verb, it.verb),
            "facts": _numbers(it.facts),
        }
        for it in events
    ]  # fmt: skip
    said = Explanation.objects.filter(roster=found).select_related("by") if found.pk else []
    return render(request, "rosters/history.html", page_of(request, found, lines=lines, said=said))


def _numbers(facts: dict[str, Any]) -> str:
    """“12 thêm, 3 sửa”: the whole numbers of an event."""
    return ", ".join(
        f"{facts[key]} {words}" for key, words in COUNTS.items() if isinstance(facts.get(key), int)
    )


LIST = "danh-sach-doi-tuong/<slug:slug>/<slug:survey>/<str:code>/"
urlpatterns = [
    path(f"{LIST}gui/", send, name="roster_send"),
    path(f"{LIST}rut-lai/", withdraw, name="roster_withdraw"),
    path(f"{LIST}tiep-nhan/", accept, name="roster_accept"),
    path(f"{LIST}tra-lai/", give_back, name="roster_return"),
    path(f"{LIST}bien-nhan.pdf", receipt, name="roster_receipt"),
    path(f"{LIST}lich-su/", told, name="roster_history"),
]
