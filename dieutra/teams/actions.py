"""Writes about a group and its people: set it up, add and let go members, give areas and units into their charge.

An administrator at or above the group's area manages it, and so do its leader and deputies.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Problem
from dieutra.events.actions import record
from dieutra.frames.models import Unit
from dieutra.incidents.wording import worded
from dieutra.people.actions import Place
from dieutra.people.models import Post, User
from dieutra.people.permission import GRANTS, READ_ONLY, may, require
from dieutra.places.models import Area
from dieutra.teams.models import OPEN, Capacity, Charge, Group, Member, Task

WHY = "Chỉ quản trị viên của địa bàn, tổ trưởng và tổ phó được sửa tổ công tác."
MOST_MEMBERS = 200


def manages(actor: User, group: Group) -> bool:
    if may(actor, "team.manage", group):
        return True
    mine = group.members.filter(user_id=actor.pk, ended_at__isnull=True)
    # who lost every post in the campaign leads nothing there
    return eligible(group, actor) is not None and mine.filter(capacity__in=["lead", "deputy"]).exists()


def require_manager(actor: User, group: Group) -> None:
    if actor.seen_by is not None:
        raise Forbidden(READ_ONLY)
    if not manages(actor, group):
        raise Forbidden(WHY)


def set_up(actor: User, campaign: Campaign, path: str, name: str, decision: str) -> Group:
    """A new group at an area. Raises Forbidden, Invalid, NotNow when one of this name stands there."""
    require(actor, "team.manage", Place(campaign.pk, path), why=WHY)
    name = worded("Tên tổ", name, 200)
    decision = worded("Quyết định thành lập", decision, 200, may_be_blank=True)
    try:
        with transaction.atomic():
            group = Group.objects.create(
                campaign=campaign, path=path, name=name, decision=decision, made_by=actor
            )
            record(actor, "group.created", group)
    except IntegrityError:
        raise NotNow(f"Ở địa bàn này đã có “{name}”. Hãy đặt tên khác.") from None
    return group


def eligible(group: Group, user: User) -> Post | None:
    """The post with which a person may sit in a group: she must be able to read there."""
    posts = user.posts.filter(campaign_id=group.campaign_id, ended_at__isnull=True, user__is_active=True)
    near = [it for it in posts if it.role in GRANTS["team.read"]]
    return next((it for it in near if group.path.startswith(it.path) or it.path.startswith(group.path)), None)


def add_member(actor: User, group: Group, username: str, capacity: str, duty: str) -> Member:
    """Someone with a post of the campaign at, above or below the group's area joins it."""
    require_manager(actor, group)
    duty = worded("Phần việc", duty, 300, may_be_blank=True)
    if capacity not in Capacity.values:
        raise Invalid("Hãy chọn chức danh trong tổ.", [Problem("Chức danh", "Chưa chọn")])
    user = User.objects.filter(username__iexact=username.strip(), is_active=True).first()
    if user is None or eligible(group, user) is None:
        why = f"Không có tài khoản “{username.strip()[:60]}” giữ vai trò quản trị, giám sát, Ban Chỉ đạo hoặc Thống kê"
        raise Invalid("Chưa thêm được người này.", [Problem("Tên đăng nhập", f"{why} ở địa bàn này.")])
    if group.members.filter(ended_at__isnull=True).count() >= MOST_MEMBERS:
        raise NotNow(f"Tổ đã có {MOST_MEMBERS} người.")
    try:
        with transaction.atomic():
            member = Member.objects.create(group=group, user=user, capacity=capacity, duty=duty)
            record(actor, "member.joined", member, capacity=capacity)
    except IntegrityError:
        raise NotNow(f"{user.full_name} đã ở trong tổ.") from None
    return member


def let_go(actor: User, member: Member) -> int:
    """A member leaves: her charges end, her open tasks wait for another person; how many they are."""
    require_manager(actor, member.group)
    now = timezone.now()
    with transaction.atomic():
        if not Member.objects.filter(pk=member.pk, ended_at__isnull=True).update(ended_at=now):
            raise NotNow("Người này đã rời tổ.")
        member.charges.filter(ended_at__isnull=True).update(ended_at=now)
        left = 0
        for task in Task.objects.select_for_update().filter(member=member, state__in=OPEN):
            left += Task.objects.filter(pk=task.pk).update(member=None, version=task.version + 1)
        record(actor, "member.left", member, tasks=left)
    return left


def give_charge(actor: User, member: Member, codes: Sequence[str]) -> int:
    """Areas and units below the group's area, by code, into a member's charge; how many are new."""
    require_manager(actor, member.group)
    if member.ended_at is not None:
        raise NotNow("Người này đã rời tổ.")
    wanted = list(dict.fromkeys(code.strip() for code in codes if code.strip()))
    if not wanted:
        raise Invalid("Chưa ghi mã địa bàn, đơn vị nào.", [Problem("Mã", "Chọn hoặc ghi ít nhất một mã.")])
    places = _places(member.group, wanted)
    missing = [code for code in wanted if code.lower() not in places]
    if missing:
        raise Invalid(
            "Có mã không thuộc địa bàn của tổ. Chưa giao mã nào.",
            [
                Problem(code[:40], "Không có địa bàn, đơn vị nào mang mã này trong phạm vi của tổ.")
                for code in missing
            ],
        )
    standing = set(member.charges.filter(ended_at__isnull=True).values_list("path", flat=True))
    found = [places[code.lower()] for code in wanted]
    new = [Charge(member=member, path=path, name=name) for path, name in found if path not in standing]
    with transaction.atomic():
        Charge.objects.bulk_create(new, ignore_conflicts=True)
        if new:
            record(actor, "charge.given", member, paths=[it.path for it in new][:100])
    return len(new)


def take_charge(actor: User, charge: Charge) -> None:
    require_manager(actor, charge.member.group)
    with transaction.atomic():
        if not Charge.objects.filter(pk=charge.pk, ended_at__isnull=True).update(ended_at=timezone.now()):
            raise NotNow("Phần việc này đã thôi giao.")
        record(actor, "charge.ended", charge.member, of=charge.path)


def _places(group: Group, codes: Sequence[str]) -> dict[str, tuple[str, str]]:
    """code in small letters -> (path, name), of areas and then of units below the group's area."""
    below = {"campaign_id": group.campaign_id, "path__startswith": group.path, "dropped_at__isnull": True}
    lower = {code.lower() for code in codes}
    found: dict[str, tuple[str, str]] = {}
    for start in range(0, len(codes), 400):
        part = codes[start : start + 400]
        units = Unit.objects.filter(**below, code__in={*part, *(it.upper() for it in part)})
        found |= {it.code.lower(): (it.path, it.name) for it in units.exclude(decision="remove")}
    areas = Area.objects.filter(
        catalogue_id=group.campaign.catalogue_id,
        path__startswith=group.path,
        code__in={*codes, *(it.upper() for it in codes)},
    )
    return found | {it.code.lower(): (it.path, it.name) for it in areas if it.code.lower() in lower}
