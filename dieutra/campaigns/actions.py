"""Making a campaign and appointing people in it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from django.db import transaction

from dieutra.campaigns.kind import folder_rules, kind_from
from dieutra.campaigns.models import Campaign
from dieutra.engine.refusals import Forbidden, Invalid, Problem
from dieutra.events.actions import record
from dieutra.forms.actions import publish
from dieutra.people.actions import create_account
from dieutra.people.models import Post, User
from dieutra.people.permission import granting
from dieutra.places.actions import load_catalogue
from dieutra.places.models import Area, Catalogue


@transaction.atomic
def create_campaign(
    folder: Path, slug: str, name: str, opens_on: date, list_due_on: date, closes_on: date
) -> Campaign:
    """Make a campaign from a kind's folder: its catalogue, its form published, its rules kept."""
    if not opens_on <= list_due_on <= closes_on:
        raise Invalid(
            "Lịch chưa đúng thứ tự.",
            [
                Problem(
                    "Lịch", "Ngày mở phải trước hạn nộp bảng kê, hạn nộp bảng kê phải trước ngày kết thúc."
                )
            ],
        )
    rules = folder_rules(folder)
    kind = kind_from(folder.name, rules)
    load_catalogue(kind.catalogue)
    campaign = Campaign.objects.create(
        slug=slug,
        kind_slug=folder.name,
        name=name,
        catalogue=Catalogue.objects.get(slug=kind.catalogue),
        form=publish(None, (folder / "form.xlsx").read_bytes()),
        rules=rules,
        opens_on=opens_on,
        list_due_on=list_due_on,
        closes_on=closes_on,
    )
    record(None, "campaign.created", campaign, path=campaign.path, campaign_id=campaign.pk, kind=folder.name)
    return campaign


def appoint(
    actor: User | None,
    campaign: Campaign,
    role: str,
    area: Area,
    *,
    username: str,
    full_name: str,
    email: str = "",
) -> Post:
    """Create an account with a post at an area, as far as the campaign's kind lets the actor do so."""
    if area.catalogue_id != campaign.catalogue_id:
        raise Forbidden("Địa bàn này không thuộc danh mục của cuộc điều tra.")
    return create_account(
        actor,
        campaign_id=campaign.pk,
        role=role,
        level=area.level,
        path=area.path,
        username=username,
        full_name=full_name,
        email=email,
        allowed=creatable(actor, campaign, area) if actor else None,
    )


class _At:
    def __init__(self, campaign: Campaign, path: str) -> None:
        self.campaign_id, self.path = campaign.pk, path


def creatable(actor: User, campaign: Campaign, area: Area) -> frozenset[tuple[str, int]]:
    """The (role, level) pairs that the actor may create at or below an area."""
    posts = granting(actor, "account.create", _At(campaign, area.path))
    pairs = [campaign.kind.may_create(post.role, post.level) for post in posts]
    return frozenset().union(*pairs)
