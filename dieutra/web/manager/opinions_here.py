"""Where a person stands in a campaign that asks people: the campaign, its surveys, the bodies that she sees."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from dieutra.campaigns.models import Campaign
from dieutra.campaigns.opinion_rules import OpinionRules, Survey
from dieutra.campaigns.queries import opinion_campaigns, opinion_campaigns_with
from dieutra.people.models import User
from dieutra.people.permission import GRANTS, may, posts_of
from dieutra.places.models import Area
from dieutra.rosters.queries import bodies
from dieutra.web.campaign_here import chosen, taken
from dieutra.web.requests import signed_in


@dataclass(frozen=True)
class Here:
    """`central`: reads all bodies; `manages`: may send letters for all of them."""

    campaign: Campaign
    rules: OpinionRules
    paths: tuple[str, ...]
    central: bool
    manages: bool

    def survey(self, code: str) -> Survey:
        """The survey asked for, or the first that has a body in sight; 404 for an unknown one."""
        found = self.surveys()
        if not code and found:
            return found[0]
        for it in found:
            if it.code == code:
                return it
        raise Http404

    def surveys(self) -> list[Survey]:
        return [it for it in self.rules.surveys if self.central or self.bodies(it.code)]

    def bodies(self, survey: str) -> list[Area]:
        found = bodies(self.campaign, survey)
        return list(found if self.central else found.filter(path__in=self.paths))

    def body(self, survey: str, code: str) -> tuple[Survey, Area]:
        """404 for what this person does not see."""
        known = self.survey(survey)
        area = get_object_or_404(bodies(self.campaign, known.code), code=code)
        if not (self.central or area.path in self.paths):
            raise Http404
        return known, area


def here(request: HttpRequest, verb: str = "opinion.progress") -> Here:
    """404 for who has nothing to do with a campaign that asks people."""
    user = signed_in(request)
    return _at(user, chosen(request, opinion_campaigns_with(user, verb)), verb)


def here_in(request: HttpRequest, campaign: Campaign, verb: str) -> Here:
    """The same in the campaign of what an address names."""
    user = signed_in(request)
    fits = opinion_campaigns_with(user, verb)
    if campaign not in fits:
        raise Http404
    return _at(user, taken(request, campaign, fits), verb)


def centre(request: HttpRequest) -> Here:
    """404 for everybody but those who send the letters."""
    user = signed_in(request)
    fits = [it for it in opinion_campaigns(user) if may(user, "opinion.manage", it)]
    return _at(user, chosen(request, fits), "opinion.progress")


def _at(user: User, campaign: Campaign, verb: str) -> Here:
    rules = campaign.kind.opinion
    if rules is None:
        raise Http404
    paths = tuple(it.path for it in posts_of(user, campaign.pk) if it.role in GRANTS[verb])
    return Here(campaign, rules, paths, campaign.path in paths, may(user, "opinion.manage", campaign))
