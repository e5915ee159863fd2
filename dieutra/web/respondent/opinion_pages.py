"""Drawing the respondent's pages in her language: the frame of all of them, the closed doors, the receipt."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from dieutra.campaigns.models import Campaign
from dieutra.opinions.models import Invitation
from dieutra.web.respondent.opinion_about import heading
from dieutra.web.respondent.opinion_words import LANGUAGES

# name of a closed door -> (its title, its sentence)
CLOSED = {
    "unknown_code": ("unknown_title", "unknown_code"),
    "before_open": ("before_open_title", "before_open"),
    "after": ("after_title", "after"),
    "withdrawn": ("withdrawn_title", "withdrawn"),
    "no_key": ("no_key_title", "no_key"),
    "too_many": ("too_many_title", "too_many"),
    "closed_here": ("closed_here_title", "closed_here"),
    "moved": ("moved_title", "moved"),
    "left": ("left_title", "left"),
}
CALM = ("left", "after", "before_open", "withdrawn")  # nothing went wrong


def language_of(request: HttpRequest) -> str:
    given = request.POST.get("lang") or request.GET.get("lang", "vi")
    return given if given in LANGUAGES else "vi"


def page(
    request: HttpRequest, name: str, context: Mapping[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """Drawn without the request: whoever is signed in does not show, and no cookie of Django is set."""
    lang = language_of(request)
    whole = {"csrf_token": "", **(context or {}), "lang": lang, "w": LANGUAGES[lang]}
    return HttpResponse(render_to_string(f"opinions/{name}.html", whole), status=status)


def closed_page(
    request: HttpRequest,
    name: str,
    status: int = 200,
    day: date | None = None,
    campaign: Campaign | None = None,
) -> HttpResponse:
    """`campaign` where the link has told it: a simulated one is said to be so."""
    words = LANGUAGES[language_of(request)]
    title, sentence = (words[it] for it in CLOSED[name])
    context = {"title": title, "sentence": sentence, "day": day, "calm": name in CALM, "closed": name}
    context["simulated"] = campaign is not None and campaign.kind.simulated
    return page(request, "closed", context, status)


def receipt_page(request: HttpRequest, invitation: Invitation, receipt: str, name: str) -> HttpResponse:
    """`name`: “thanks” after sending, “answered” whenever the link is used again."""
    lang = language_of(request)
    words = LANGUAGES[lang]
    context = {
        **heading(invitation, lang),
        "title": words[f"{name}_title"],
        "sentence": words[name],
        "receipt": receipt,
        "simulated": invitation.campaign.kind.simulated,
    }
    return page(request, "receipt", context)
