"""The questionnaire page of one case: what the templates and the browser module are given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.urls import reverse

from dieutra.cases.models import Case
from dieutra.cases.queries import Sheet, attachments_of
from dieutra.channels.web.render import form_view
from dieutra.engine.forms import check
from dieutra.forms.queries import engine_form
from dieutra.incidents.queries import faq_by_place
from dieutra.people.models import User


def page_of(
    case: Case, sheet: Sheet, comments: Sequence[dict[str, Any]], request: HttpRequest, readonly: bool = False
) -> dict[str, Any]:
    readonly = readonly or getattr(request.user, "seen_by", None) is not None  # who looks on types nothing
    version = sheet.form_id or case.form_id
    form = engine_form(version).for_levels(sheet.levels)
    lang = request.GET.get("lang", "vi")
    view = form_view(
        form,
        {**sheet.answers, **sheet.state.values},
        sheet.state.findings,
        sheet.justifications,
        comments,
        lang if lang in form.languages else form.languages[0],
        readonly,
        relevant=sheet.state.relevant,
        missing=sheet.state.missing,
        required=sheet.state.required,
        rows=sheet.state.rows,
        files=_files(case) if any(node.type == "binary" for node in form.nodes) else {},
        seed=case.pk,
    )
    state = view.browser_state(
        version=sheet.version,
        key=f"{case.pk}.{request.user.pk}",
        csrf=get_token(request),
        urls={
            "save": reverse("save", args=[case.pk]),
            "post": reverse("post", args=[case.pk]),
            "check": reverse("check", args=[case.pk]),
            "login": reverse("account_login"),
            "file": reverse("file_keep", args=[case.pk]),
        },
    )
    state["form"] = version  # goes with each save: after a change of form the page must be loaded again
    state["file_limit"] = settings.FILE_LIMIT
    if sheet.saved_at:
        state |= {"saved_at": sheet.saved_at.isoformat(), "saved_by": sheet.saved_by}
    return {"case": case, "view": view, "state": state}


def help_at(user: User, case: Case) -> dict[str, Any]:
    """Beside each question: where to ask about it, and what has been answered before."""
    entries = [entry for found in faq_by_place(user, case.campaign_id).values() for entry in found]
    return {"ask_url": f"{reverse('question_ask')}?phieu={case.pk}", "faq": entries}


def _files(case: Case) -> dict[str, dict[str, str]]:
    """What is attached, by name, as the page shows it."""
    return {
        it.name: {"url": reverse("attachment", args=[it.pk]), "type": it.content_type}
        for it in attachments_of(case)
    }


def findings_json(state: check.State) -> list[dict[str, Any]]:
    return [
        {
            "key": f"{it.check}|{it.path}",
            "check": it.check,
            "path": it.path,
            "severity": it.severity,
            "message": dict(it.message),
            "justify": it.justify,
        }
        for it in state.findings
    ]
