"""Where a person looks after accounts: the campaign at hand, her own areas, and the area that a page is about."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from dieutra.campaigns.models import Campaign
from dieutra.campaigns.queries import campaigns_of
from dieutra.engine.refusals import Forbidden
from dieutra.people.models import User
from dieutra.people.permission import GRANTS, posts_of
from dieutra.places.models import Area


def desk(user: User) -> tuple[Campaign, list[str]]:
    """The campaign at hand and the paths below which the person creates accounts, widest first."""
    campaign = campaigns_of(user).first()
    posts = posts_of(user, campaign.pk) if campaign else []
    tops = sorted((post.path for post in posts if post.role in GRANTS["account.create"]), key=len)
    if campaign is None or not tops:
        raise Forbidden("Chỉ quản trị viên cấp và quản lý tài khoản.")
    return campaign, tops


def area_asked_for(campaign: Campaign, tops: list[str], code: str | None) -> Area:
    """The area asked for, or the person's own; 404 outside of what she looks after."""
    areas = Area.objects.filter(catalogue_id=campaign.catalogue_id).select_related("parent")
    if not code:
        return get_object_or_404(areas, path=tops[0])
    places = [it for it in areas.filter(code=code) if any(it.path.startswith(top) for top in tops)]
    return places[0] if places else get_object_or_404(areas.none())
