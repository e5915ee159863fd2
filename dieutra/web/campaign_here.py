"""Which of a person's campaigns a request is about, where several would do."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from dieutra.campaigns.models import Campaign
from dieutra.engine.refusals import NotNow

NAME = "dot"  # in an address and in a form
KEY = "campaign"  # in the session
SAFE = ("GET", "HEAD")
UNNAMED = (
    "Trang này không cho biết việc thuộc đợt điều tra nào, mà bạn tham gia nhiều đợt. "
    "Chưa có gì được thực hiện. Hãy quay lại, tải lại trang rồi làm lại."
)


def chosen(request: HttpRequest, fits: Sequence[Campaign], slug: str = "") -> Campaign:
    """The campaign that the address or the form names, else the remembered one, else the first of `fits` (newest first).

    404 for a named one that does not fit: nobody learns that it exists. What changes something is never done by
    memory, which another tab may have changed: NotNow when a form names none and several fit.
    """
    named = slug or request.POST.get(NAME, "") or request.GET.get(NAME, "")
    if not fits:
        raise Http404
    if named:
        found = next((it for it in fits if it.slug == named), None)
        if found is None:
            raise Http404
        return taken(request, found, fits)
    if request.method not in SAFE and len(fits) > 1:
        raise NotNow(UNNAMED)
    remembered = request.session.get(KEY)
    found = next((it for it in fits if it.slug == remembered), fits[0])
    return _told(request, found, fits)


def taken(request: HttpRequest, campaign: Campaign, fits: Sequence[Campaign] = ()) -> Campaign:
    """The campaign of what the request names, remembered for the pages that come after."""
    if request.session.get(KEY) != campaign.slug:
        request.session[KEY] = campaign.slug
    return _told(request, campaign, fits)


def _told(request: HttpRequest, campaign: Campaign, fits: Sequence[Campaign]) -> Campaign:
    """For the templates: `campaign_at` and the tags of templatetags/choosing.py."""
    request.chosen_campaign = campaign  # type: ignore[attr-defined]
    request.fitting_campaigns = list(fits) or [campaign]  # type: ignore[attr-defined]
    return campaign


def campaign_at(request: HttpRequest) -> Campaign | None:
    """The campaign that this request chose, if its view did."""
    found = getattr(request, "chosen_campaign", None)
    return found if isinstance(found, Campaign) else None


def fitting(request: HttpRequest) -> list[Campaign]:
    """The campaigns between which the person can choose here."""
    return list(getattr(request, "fitting_campaigns", ()))


def led_on(request: HttpRequest, name: str, *args: object, **query: str) -> HttpResponse:
    """To a page of the campaign of this request, whatever another tab chooses meanwhile."""
    found = campaign_at(request)
    several = found is not None and len(fitting(request)) > 1
    named = urlencode({**({NAME: found.slug} if found and several else {}), **query})
    where = reverse(name, args=args)
    return redirect(f"{where}?{named}" if named else where)
