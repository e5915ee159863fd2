"""Making a campaign and appointing people in it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from django.db import transaction

from dieutra.campaigns.kind import folder_rules, kind_from
from dieutra.campaigns.models import Campaign
from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Problem
from dieutra.events.actions import record
from dieutra.forms.actions import publish
from dieutra.people.actions import Pair, Place, create_account
from dieutra.people.app_users import create_app_user
from dieutra.people.models import AppUser, Post, Role, User
from dieutra.people.permission import granting
from dieutra.places import shipped
from dieutra.places.actions import load_catalogue
from dieutra.places.models import Area, Catalogue


@transaction.atomic
def create_campaign(
    folder: Path,
    slug: str,
    name: str,
    opens_on: date,
    list_due_on: date,
    closes_on: date,
    catalogue: str = "",
) -> Campaign:
    """Make a campaign from a kind's folder: its catalogue, its form published, its rules kept.

    `catalogue` names another list of areas than the kind does, loaded from a file before.
    """
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
    campaign = Campaign.objects.create(
        slug=slug,
        kind_slug=folder.name,
        name=name,
        catalogue=_catalogue(catalogue or kind.catalogue),
        form=publish(None, (folder / "form.xlsx").read_bytes()),
        rules=rules,
        opens_on=opens_on,
        list_due_on=list_due_on,
        closes_on=closes_on,
    )
    record(None, "campaign.created", campaign, path=campaign.path, campaign_id=campaign.pk, kind=folder.name)
    return campaign


def _catalogue(slug: str) -> Catalogue:
    """A shipped catalogue, loaded when it is not there yet, or one that was loaded from a file."""
    if slug in shipped.catalogues():
        load_catalogue(slug)
    found = Catalogue.objects.filter(slug=slug).first()
    if found is None:
        raise Invalid(
            f"Chưa có danh mục “{slug}”. Hãy nạp bằng lệnh “dieutra places load” trước khi lập cuộc điều tra."
        )
    return found


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
    """Create an account with a post at an area, as far as the campaign's kind lets the actor do so.

    A unit's account is never made here: it stands on the unit's own path and comes from the accepted list.
    """
    if role == Role.DV:
        raise Forbidden("Tài khoản đơn vị được lập từ bảng kê đã chấp nhận, không tạo riêng theo địa bàn.")
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
        allowed=creatable(actor, campaign, area.path) if actor else None,
    )


def creatable(actor: User, campaign: Campaign, path: str) -> frozenset[Pair]:
    """The (role, level) pairs whose accounts the actor creates and looks after at a path."""
    posts = granting(actor, "account.create", Place(campaign.pk, path))
    pairs = [campaign.kind.may_create(post.role, post.level) for post in posts]
    return frozenset().union(*pairs)


def hand_out_phone(actor: User, campaign: Campaign, area: Area, name: str) -> tuple[AppUser, str]:
    """A collector's phone for an area of the campaign, with its token. Raises Forbidden and Invalid."""
    if area.catalogue_id != campaign.catalogue_id:
        raise Forbidden("Địa bàn này không thuộc danh mục của cuộc điều tra.")
    if not campaign.kind.takes("collect"):
        raise NotNow("Cuộc điều tra này không dùng ODK Collect. Hãy thu thập bằng trang web hoặc tệp Excel.")
    return create_app_user(actor, campaign_id=campaign.pk, level=area.level, path=area.path, name=name)
