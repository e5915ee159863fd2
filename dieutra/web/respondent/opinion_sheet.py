"""The questionnaire of an opened link, for filling in and for the look back before it is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from dieutra.channels.web.page import Block, EntryView, FieldView, FormView, GroupView, RepeatView, TableView
from dieutra.channels.web.render import form_view
from dieutra.engine.forms import check
from dieutra.engine.forms.form import Form
from dieutra.opinions.opening import Opened
from dieutra.rosters.models import Contact
from dieutra.web.respondent.opinion_about import heading

NO_MARK = "@@the mark of the open link@@"
MOST_KEPT = 64
_untouched: dict[tuple[int, str], SafeString] = {}  # (form, language) -> its drawing without any answer


def _is_shuffled(form: Form) -> bool:
    """Whether some choices stand in another order for each person."""
    return any(node.itemset is not None and node.itemset.shuffle for node in form.nodes)


def view_of(opened: Opened, answers: Mapping[str, str], state: check.State, lang: str) -> FormView:
    form = opened.form
    return form_view(
        form,
        {**answers, **state.values},
        state.findings,
        {},
        (),
        lang if lang in form.languages else form.languages[0],
        False,
        relevant=state.relevant,
        missing=state.missing,
        required=state.required,
        rows=state.rows,
        seed=opened.invitation.pk if _is_shuffled(form) else 1,
    )


def form_context(
    opened: Opened, answers: Mapping[str, str], version: int, state: check.State, lang: str, mark: str
) -> dict[str, Any]:
    """The page for filling in. Untouched it is the same for everybody of a group but for the mark, so it is drawn once."""
    key = (opened.form_id, lang)
    if version or _is_shuffled(opened.form):
        body = _body(opened, answers, version, state, lang, mark)
    else:
        if key not in _untouched:
            if len(_untouched) >= MOST_KEPT:
                _untouched.clear()
            _untouched[key] = _body(opened, answers, 0, state, lang, NO_MARK)
        body = mark_safe(_untouched[key].replace(NO_MARK, mark))  # a mark is 32 hexadecimal digits
    return {**_about(opened, version, lang), "body": body, "title": opened.form.title.get(lang, "")}


def _body(
    opened: Opened, answers: Mapping[str, str], version: int, state: check.State, lang: str, mark: str
) -> SafeString:
    view = view_of(opened, answers, state, lang)
    query = f"?{urlencode({'lang': lang})}" if lang != "vi" else ""
    urls = {
        "save": reverse("opinion_save") + query,
        "post": reverse("opinion_post") + query,
        "check": reverse("opinion_check") + query,
        "login": reverse("opinion_door") + query,
    }
    browser = view.browser_state(version=version, key=mark, csrf=mark, urls=urls)
    browser |= {"form": opened.form_id, "local": False}
    return render_to_string("form/page_body.html", {"view": view, "state": browser, "csrf_token": mark})


def _about(opened: Opened, version: int, lang: str) -> dict[str, Any]:
    campaign, invitation = opened.campaign, opened.invitation
    asked = Contact.objects.filter(campaign=campaign, path=invitation.path, ended_at__isnull=True).first()
    return {
        **heading(invitation, lang),
        "survey": campaign,
        "simulated": campaign.kind.simulated,
        "contact": asked,
        "begun": version > 0,
    }


@dataclass(frozen=True)
class AnswerView:
    path: str
    label: str
    text: str


def check_context(
    opened: Opened, answers: Mapping[str, str], version: int, state: check.State, lang: str, mark: str
) -> dict[str, Any]:
    view = view_of(opened, answers, state, lang)
    blocks = (block for section in view.sections if not section.hidden for block in section.blocks)
    return {
        **_about(opened, version, lang),
        "view": view,
        "answers": [_answer(field) for field in _fields(blocks)],
        "complete": not (view.missing or view.hard),
        "version": version,
        "form_id": opened.form_id,
        "csrf_token": mark,
    }


def _fields(blocks: Iterator[Block] | tuple[Block, ...]) -> Iterator[FieldView]:
    for block in blocks:
        if getattr(block, "hidden", False):
            continue
        if isinstance(block, FieldView):
            yield block
        elif isinstance(block, GroupView | EntryView):
            yield from _fields(block.blocks)
        elif isinstance(block, RepeatView):
            yield from (field for entry in block.entries for field in _fields(entry.blocks))
        elif isinstance(block, TableView):
            yield from (cell for row in block.rows for cell in row.cells if cell)


def _answer(field: FieldView) -> AnswerView:
    chosen = [it.label for it in field.choices if it.chosen]
    return AnswerView(field.path, field.label, "; ".join(chosen) if field.choices else field.value)
