"""How many supervisors each area should have, with the arithmetic, beside how many it has."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from dieutra.campaigns.kind import QuotaRule
from dieutra.campaigns.models import Campaign
from dieutra.campaigns.queries import campaigns_of
from dieutra.engine.flow.quota import Quota, Rule, quota
from dieutra.engine.refusals import Invalid
from dieutra.people.models import Post, Role, User
from dieutra.people.permission import GRANTS, posts_of
from dieutra.places.models import Area
from dieutra.places.paths import under
from dieutra.web.requests import signed_in, whole_number

WORDS = {1: "tỉnh", 2: "huyện", 3: "xã"}


@dataclass(frozen=True)
class Line:
    area: Area
    quota: Quota
    has: int  # supervisors of the area's own level

    @property
    def missing(self) -> int:
        return self.quota.supervisors - self.has


def top_of(user: User) -> tuple[Campaign, str]:
    """The campaign at hand and the widest path in which the person looks after supervisors; 404 without one."""
    campaign = campaigns_of(user).first()
    tops = [
        it.path
        for it in posts_of(user, campaign.pk if campaign else 0)
        if it.role in GRANTS["supervision.manage"]
    ]
    if campaign is None or not tops:
        raise Http404
    return campaign, min(tops, key=len)


@login_required
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    campaign, top = top_of(user)
    rules = campaign.kind.quotas
    level = whole_number(request.GET.get("cap", ""), rules[0].level if rules else 0)
    rule = next((it for it in rules if it.level == level), None)
    context: dict[str, object] = {
        "tabs": [
            (it.level, f"Giám sát viên cấp {WORDS[it.level]}")
            for it in rules
            if top.count("/") - 1 <= it.level
        ],
        "level": level,
        "rule": rule,
        "each": request.GET.get("ty-le", ""),
        "of": WORDS[rule.of] if rule else "",
    }
    if rule is not None:
        try:
            context |= _lines(campaign, top, rule, request.GET.get("ty-le", ""))
        except Invalid as refusal:
            context |= {"refused": refusal.message}
            return render(request, "supervision/quotas.html", context, status=refusal.status)
    return render(request, "supervision/quotas.html", context)


def _lines(campaign: Campaign, top: str, rule: QuotaRule, typed: str) -> dict[str, object]:
    """The areas of the rule's level with their quota; without a ratio that the rule asks for, nothing yet."""
    if rule.each is None and not typed:
        return {"lines": None}
    each = rule.each if rule.each is not None else whole_number(typed.strip(), 0)
    sums = Rule(WORDS[rule.of], each, rule.extra_from, rule.at_most)
    areas = Area.objects.filter(under("path", top), catalogue_id=campaign.catalogue_id, level=rule.level)
    posts = Post.objects.filter(campaign=campaign, role=Role.GSV, level=rule.level, ended_at__isnull=True)
    has = dict(posts.values_list("path").annotate(number=Count("pk")).order_by())
    counted = areas.annotate(number=Count("children")).order_by("sort_key")
    lines = [Line(area, quota(area.number, sums), has.get(area.path, 0)) for area in counted]
    return {
        "lines": lines,
        "total": sum(it.quota.supervisors for it in lines),
        "has": sum(it.has for it in lines),
    }


urlpatterns = [path("giam-sat/dinh-muc/", listed, name="quotas")]
