"""Which campaign, which list, which line a request is about; what is not the person's is 404."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from dieutra.campaigns.kind import FrameColumn, Kind
from dieutra.campaigns.models import Campaign
from dieutra.campaigns.queries import opinion_campaigns
from dieutra.engine.refusals import Refusal
from dieutra.engine.spreadsheet import XLSX
from dieutra.people.models import User
from dieutra.people.permission import may, visible_to
from dieutra.places.models import Level
from dieutra.rosters.columns import GROUP, columns_of, rules_of
from dieutra.rosters.models import Person, Roster
from dieutra.rosters.needs import always, mailboxes, needed
from dieutra.rosters.queries import bodies, due_on, is_late, roster_at
from dieutra.web.campaign_here import chosen, taken
from dieutra.web.requests import signed_in, whole_number


def campaign_here(request: HttpRequest, slug: str = "") -> Campaign:
    """The campaign of an address, or the chosen one."""
    return chosen(request, opinion_campaigns(signed_in(request)), slug)


def roster_here(request: HttpRequest, slug: str, survey: str, code: str) -> Roster:
    """The list of a body for a survey, if the person may read it; one that is not kept yet when nobody has begun it."""
    campaign = campaign_here(request, slug)
    if survey not in {it.code for it in rules_of(campaign.kind).surveys}:
        raise Http404
    area = get_object_or_404(bodies(campaign, survey), code=code)
    roster = roster_at(campaign, survey, area)
    if not may(signed_in(request), "roster.read", roster):
        raise Http404
    return roster


def person_here(request: HttpRequest, pk: int) -> Person:
    user = signed_in(request)
    people = Person.objects.select_related("roster__campaign", "roster__area")
    found = get_object_or_404(visible_to(people, user, "roster.read"), pk=pk)
    taken(request, found.roster.campaign, opinion_campaigns(user))
    return found


def address(roster: Roster) -> list[str]:
    """The arguments of every address of a list."""
    return [roster.campaign.slug, roster.survey, roster.area.code]


def is_own(user: User, roster: Roster) -> bool:
    """May this person change the list, were it open?"""
    return may(user, "roster.edit", roster, level=Level.PROVINCE)


def page_of(request: HttpRequest, roster: Roster, **more: Any) -> dict[str, Any]:
    """What every page of a list needs."""
    user, rules = signed_in(request), rules_of(roster.campaign.kind)
    day = due_on(roster)
    return {
        "roster": roster,
        "args": address(roster),
        "survey": rules.survey(roster.survey),
        "groups": rules.groups_of(roster.survey),
        "group_names": {it.code: it.name for it in rules.groups_of(roster.survey)},
        "own": is_own(user, roster),
        "open": roster.state in Roster.CHANGING,
        "edits": is_own(user, roster) and roster.state in Roster.CHANGING and user.seen_by is None,
        "decides": may(user, "roster.accept", roster.campaign),
        "due": day,
        "days_left": (day - timezone.localdate()).days,
        "late": is_late(roster),
        **more,
    }


def version_of(request: HttpRequest) -> int:
    return whole_number(request.POST.get("version", ""))


def refusal_words(refusal: Refusal) -> dict[str, Any]:
    """For problems.html."""
    return {"refused": refusal.message, "problems": getattr(refusal, "problems", ())}


def fields(roster: Roster, texts: dict[str, str], *, but_group: bool = False) -> list[dict[str, Any]]:
    """The columns of a line as fields of a form, with what was typed and what each group must fill."""
    kind, survey = roster.campaign.kind, roster.survey
    return [
        {
            "column": column,
            **needs_of(kind, survey, column),
            "value": texts.get(column.name, ""),
            "choices": [(code, words) for words, code in column.values.items()],
            "kind": {"email": "email", "dien_thoai": "tel"}.get(column.name, "text"),
        }
        for column in columns_of(kind, survey)
        if not (but_group and column.name == GROUP)
    ]


def needs_of(kind: Kind, survey: str, column: FrameColumn) -> dict[str, Any]:
    """`must`: in every line; `by_group`: in those of some; `when`: the words, "" where the label says it all; `boxes`."""
    words = needed(kind, survey, column)
    must = always(kind, survey, column)
    return {
        "must": must,
        "by_group": not must and words.startswith("Bắt buộc"),
        "when": "" if must or words == "Không bắt buộc." else words,
        "boxes": mailboxes(kind, survey, column),
    }


def workbook(content: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=XLSX, headers=headers)
