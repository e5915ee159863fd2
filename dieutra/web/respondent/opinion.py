"""The respondent of an opinion survey: opens a link, fills in, sends. No account, no session, no row about the visit.

The token lives in a cookie of the browser's session for this path alone. Every page carries a mark worked out from it
(`csrfmiddlewaretoken`, X-CSRFToken): a request without the mark of the open link is refused, whether it comes from another
site or from a tab that another person left open on a shared machine.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from urllib.parse import urlencode

from allauth.core.internal.httpkit import get_client_ip
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from dieutra.channels.web.parse import answers_from_post, changes_from_post
from dieutra.engine.refusals import Invalid, NotNow
from dieutra.opinions import answering, devices, opening
from dieutra.opinions.opening import Answered, Moved, NoKey, Opened, Shut, Unknown
from dieutra.opinions.refusals import FOREIGN, SHAPELESS, NotTaken
from dieutra.web.requests import MALFORMED, whole_number
from dieutra.web.respondent.apart import HERE, Guesses
from dieutra.web.respondent.opinion_pages import closed_page, language_of, page, receipt_page
from dieutra.web.respondent.opinion_refusals import NotHere, words_of
from dieutra.web.respondent.opinion_sheet import check_context, form_context
from dieutra.web.respondent.page import findings_json

log = logging.getLogger(__name__)
TOKEN_COOKIE = "dieutra-phieu"
DEVICE_COOKIE = "dieutra-may"
DEVICE_DAYS = 180
wrong_codes = Guesses(most=60, seconds=60)  # offices share one address


def mark_of(token: str) -> str:
    return hmac.new(token.encode(), b"page", hashlib.sha256).hexdigest()[:32]


def opened_here(request: HttpRequest) -> tuple[Opened, int]:
    """The open link and the seconds since it was opened. Raises NotHere and what `opening.open_link` raises."""
    kept = devices.read_opened(request.COOKIES.get(TOKEN_COOKIE, ""))
    if kept is None:
        raise NotHere
    return opening.open_link(kept[0]), kept[1]


def posted_here(request: HttpRequest) -> tuple[Opened, int]:
    """The same for a POST, which must carry the mark of the open link."""
    kept = devices.read_opened(request.COOKIES.get(TOKEN_COOKIE, ""))
    given = request.headers.get("X-CSRFToken") or request.POST.get("csrfmiddlewaretoken", "")
    if kept is None or not hmac.compare_digest(mark_of(kept[0]).encode(), given.encode("utf-8", "replace")):
        raise NotHere
    return opening.open_link(kept[0]), kept[1]


def address_of(request: HttpRequest) -> str:
    return str(get_client_ip(request) or "")


@require_safe
def door(request: HttpRequest) -> HttpResponse:
    """Reads the code behind “#” in the browser and hands it over; nothing is looked up here."""
    return page(request, "door")


@csrf_exempt
@require_POST
@sensitive_post_parameters()
def open_door(request: HttpRequest) -> HttpResponse:
    address = address_of(request)
    try:  # first: an office shares one address, and one machine there must not shut out the right codes of the others
        opened = opening.open_link(request.POST.get("code", "")[:200])
    except NotNow as refusal:
        if isinstance(refusal, Unknown):
            if wrong_codes.too_many(address):
                return closed_page(request, "too_many", status=429)
            wrong_codes.note(address)
        return refused(request, refusal)
    response = HttpResponseRedirect(_address("opinion_form", language_of(request)))
    _keep(response, TOKEN_COOKIE, devices.opened_with(opened.token))
    if not devices.is_number(request.COOKIES.get(DEVICE_COOKIE, "")):
        _keep(response, DEVICE_COOKIE, devices.fresh_number(), DEVICE_DAYS * 24 * 60 * 60)
    return response


def _keep(response: HttpResponse, name: str, value: str, seconds: int | None = None) -> None:
    response.set_cookie(
        name, value, max_age=seconds, path=HERE, httponly=True, secure=settings.HTTPS, samesite="Strict"
    )


def _address(name: str, lang: str, place: str = "") -> str:
    query = f"?{urlencode({'lang': lang})}" if lang != "vi" else ""
    return f"{reverse(name)}{query}{place}"


def refused(request: HttpRequest, refusal: NotNow) -> HttpResponse:
    """The page for a link that cannot be used now; whatever it is, the link is closed in this browser."""
    if isinstance(refusal, Answered):
        response = receipt_page(request, refusal.invitation, refusal.receipt, "answered")
    elif isinstance(refusal, Shut):
        name = "before_open" if refusal.why == "before" else refusal.why
        response = closed_page(
            request, name, status=refusal.status, day=refusal.day, campaign=refusal.campaign
        )
    elif isinstance(refusal, NoKey):
        log.error("the key of an opinion survey is not on this machine: no answers are taken")
        return closed_page(request, "no_key", status=refusal.status)
    elif isinstance(refusal, NotHere):
        return closed_page(request, "closed_here", status=refusal.status)
    else:
        response = closed_page(request, "unknown_code", status=refusal.status)
    response.delete_cookie(TOKEN_COOKIE, path=HERE, samesite="Strict")
    return response


@require_safe
def form(request: HttpRequest) -> HttpResponse:
    try:
        opened, _ = opened_here(request)
        answers, version, state = opening.look(opened)
    except NotNow as refusal:
        return refused(request, refusal)
    context = form_context(opened, answers, version, state, language_of(request), mark_of(opened.token))
    return page(request, "form", context)


@csrf_exempt
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Autosave: {base_version, changes, tab, form} -> {version, saved_at, missing, findings}; 409 with the draft."""
    try:
        opened, _ = posted_here(request)
        base, changes, shown, tab = _saving(request)
        saved = answering.save(opened, base, changes, shown, tab)
    except Moved as moved:
        standing = {"version": moved.version, "answers": moved.answers, "reload": moved.reload}
        body = {
            "detail": words_of(moved, language_of(request)),
            "saved_by": "",
            "saved_at": timezone.now().isoformat(),
            **standing,
        }
        return JsonResponse(body, status=moved.status)
    except (NotNow, Invalid) as refusal:
        detail = words_of(refusal, language_of(request))
        return JsonResponse({"detail": detail, "problems": []}, status=refusal.status)
    return JsonResponse(
        {
            "version": saved.version,
            "saved_at": timezone.now().isoformat(),
            "missing": list(saved.state.missing),
            "findings": findings_json(saved.state),
        }
    )


def _saving(request: HttpRequest) -> tuple[int, dict[str, str], int, str]:
    wrong = NotTaken(SHAPELESS)
    try:
        body = json.loads(request.body)
        base, changes = int(body["base_version"]), body.get("changes", {})
        shown, tab = whole_number(str(body.get("form", "")), otherwise=0), str(body.get("tab", ""))[:64]
    except MALFORMED:
        raise wrong from None
    if not isinstance(changes, dict) or not all(isinstance(it, str) for it in changes.values()):
        raise wrong
    return base, changes, shown, tab


@csrf_exempt
@require_POST
@sensitive_post_parameters()
def post(request: HttpRequest) -> HttpResponse:
    """Saving without JavaScript, and the change of language: the whole page comes back as a form."""
    try:
        opened, _ = posted_here(request)
        answers, _, _ = opening.look(opened)
        _refuse_foreign(opened, request)
        changes, row = changes_from_post(opened.form, request.POST, answers)
        base = whole_number(request.POST.get("base_version", ""))
        changes = {key: text for key, text in changes.items() if answers.get(key, "") != text}
        if changes:
            shown = whole_number(request.POST.get("form_shown", ""), otherwise=0)
            answering.save(opened, base, changes, shown)
    except Moved:
        return closed_page(request, "moved", status=409, campaign=opened.campaign)
    except Invalid as refusal:
        return _not_kept(request, opened, refusal, "not_saved")
    except NotNow as refusal:
        return refused(request, refusal)
    act, lang = request.POST.get("act", ""), language_of(request)
    if act.startswith("lang:"):
        return HttpResponseRedirect(_address("opinion_form", act.removeprefix("lang:")[:2]))
    return HttpResponseRedirect(
        _address("opinion_check" if act == "check" else "opinion_form", lang, f"#{row}" if row else "")
    )


def _refuse_foreign(opened: Opened, request: HttpRequest) -> None:
    """Fields that look like questions and are none of this form's."""
    known = answers_from_post(opened.form, request.POST)
    silent = {node.path for node in opened.form.nodes}
    if any(it.startswith("/") and it not in known and it not in silent for it in request.POST):
        raise NotTaken(FOREIGN)


def _not_kept(request: HttpRequest, opened: Opened, refusal: Invalid, title: str) -> HttpResponse:
    """The form as it stands, with what was wrong above it; nothing of what came was kept."""
    answers, version, state = opening.look(opened)
    context = form_context(opened, answers, version, state, language_of(request), mark_of(opened.token))
    context |= {"refused": words_of(refusal, language_of(request)), "refused_title": title}
    return page(request, "form", context, refusal.status)


@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """What will be sent, and what is missing. Quick: one page, one button."""
    try:
        opened, _ = opened_here(request)
        answers, version, state = opening.look(opened)
    except NotNow as refusal:
        return refused(request, refusal)
    context = check_context(opened, answers, version, state, language_of(request), mark_of(opened.token))
    return page(request, "check", context)


@csrf_exempt
@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """The receipt, for the first and for every further time: what was lost on the way is sent again without harm."""
    try:
        opened, seconds = posted_here(request)
        base = whole_number(request.POST.get("base_version", ""))
        shown = whole_number(request.POST.get("form_shown", ""), otherwise=0)
        receipt = answering.send(opened, base, _device(request, seconds), shown)
    except Moved:
        return closed_page(request, "moved", status=409, campaign=opened.campaign)
    except Invalid as refusal:
        return _not_kept(request, opened, refusal, "not_sent")
    except NotNow as refusal:
        return refused(request, refusal)
    response = receipt_page(request, opened.invitation, receipt, "thanks")
    response.delete_cookie(TOKEN_COOKIE, path=HERE, samesite="Strict")
    return response


def _device(request: HttpRequest, seconds: int) -> devices.Device:
    number = request.COOKIES.get(DEVICE_COOKIE, "")
    network = f"{address_of(request)}\n{request.headers.get('User-Agent', '')}"
    return devices.Device(number if devices.is_number(number) else "", network, seconds)


@csrf_exempt
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Closes the link in this browser; the draft stays."""
    response = closed_page(request, "left")
    response.delete_cookie(TOKEN_COOKIE, path=HERE, samesite="Strict")
    return response


urlpatterns = [
    path("y-kien/", door, name="opinion_door"),
    path("y-kien/mo/", open_door, name="opinion_open"),
    path("y-kien/phieu/", form, name="opinion_form"),
    path("y-kien/luu/", save, name="opinion_save"),
    path("y-kien/luu-trang/", post, name="opinion_post"),
    path("y-kien/kiem-tra/", check, name="opinion_check"),
    path("y-kien/gui/", send, name="opinion_send"),
    path("y-kien/dong/", leave, name="opinion_leave"),
]
