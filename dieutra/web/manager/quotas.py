"""How many supervisors each area should have, with the arithmetic, beside how many it has."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from dieutra.campaigns.kind import QuotaRule
from dieutra.campaigns.models import Campaign
from dieutra.campaigns.queries import campaigns_of
from dieutra.engine.flow.quota import Quota, Rule, quota
from dieutra.engine.refusals import Invalid
from dieutra.people.models import Post, Role, User
from dieutra.people.permission import GRANTS, posts_of
from dieutra.places.models import Area
from dieutra.places.paths import lineage, under
from dieutra.supervision import ratios
from dieutra.supervision.ratios import WORDS
from dieutra.web.requests import signed_in, whole_number


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
@require_http_methods(["GET", "POST"])
def listed(request: HttpRequest) -> HttpResponse:
    """The quota with its arithmetic; a POST keeps the ratio that the rule leaves open."""
    user = signed_in(request)
    campaign, top = top_of(user)
    given = request.POST if request.method == "POST" else request.GET
    rules = campaign.kind.quotas
    level = whole_number(given.get("cap", ""), rules[0].level if rules else 0)
    rule = next((it for it in rules if it.level == level), None)
    kept = ratios.standing(campaign, level, top)
    typed = given.get("ty-le", str(kept.each) if kept else "")
    context: dict[str, object] = {
        "tabs": [
            (it.level, f"Giám sát viên cấp {WORDS[it.level]}")
            for it in rules
            if top.count("/") - 1 <= it.level
        ],
        "level": level,
        "rule": rule,
        "each": typed,
        "of": WORDS[rule.of] if rule else "",
        "kept": kept,
        "kept_for": Area.objects.filter(catalogue_id=campaign.catalogue_id, path=kept.path).first()
        if kept
        else None,
        "tried": kept is None or typed != str(kept.each),
    }
    if rule is None:
        return render(request, "supervision/quotas.html", context)
    try:
        if request.method == "POST":
            area = Area.objects.get(catalogue_id=campaign.catalogue_id, path=top)
            ratios.set_ratio(user, campaign, area, rule, whole_number(typed.strip(), 0))
            return redirect(f"{reverse('quotas')}?cap={level}")
        context |= _lines(campaign, top, rule, typed, given.get("ty-le") is None)
    except Invalid as refusal:
        context |= {"refused": refusal.message}
        return render(request, "supervision/quotas.html", context, status=refusal.status)
    return render(request, "supervision/quotas.html", context)


def _lines(campaign: Campaign, top: str, rule: QuotaRule, typed: str, as_kept: bool) -> dict[str, object]:
    """The areas of the rule's level with their quota; without a ratio that the rule asks for, nothing yet.

    `as_kept`: each area by the ratio that was set for it or above it; else all by the one that was typed.
    """
    if rule.each is None and not typed:
        return {"lines": None}
    areas = Area.objects.filter(under("path", top), catalogue_id=campaign.catalogue_id, level=rule.level)
    posts = Post.objects.filter(campaign=campaign, role=Role.GSV, level=rule.level, ended_at__isnull=True)
    has = dict(posts.values_list("path").annotate(number=Count("pk")).order_by())
    nearest = ratios.by_path(campaign, rule.level) if as_kept and rule.each is None else {}
    lines = []
    for area in areas.annotate(number=Count("children")).order_by("sort_key"):
        own = next((nearest[it] for it in reversed(lineage(area.path)) if it in nearest), None)
        each = rule.each if rule.each is not None else own or whole_number(typed.strip(), 0)
        sums = Rule(WORDS[rule.of], each, rule.extra_from, rule.at_most)
        lines.append(Line(area, quota(area.number, sums), has.get(area.path, 0)))
    return {
        "lines": lines,
        "total": sum(it.quota.supervisors for it in lines),
        "has": sum(it.has for it in lines),
    }


urlpatterns = [path("giam-sat/dinh-muc/", listed, name="quotas")]
