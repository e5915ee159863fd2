"""Sealed sheets: whose are waiting, ordering them, and drawing them part by part.

A sheet carries a working link, so the links are made in the moment of drawing, the file is for who asked alone, and it
goes away after a day. Nothing that is kept longer (database, jobs, record) holds a link.
"""

from __future__ import annotations

import io
import os
import shutil
import zipfile
from datetime import datetime, time, timedelta
from pathlib import Path

import segno
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from dieutra.accounts.care import require_care
from dieutra.accounts.models import SheetOrder
from dieutra.campaigns.actions import creatable
from dieutra.campaigns.models import Campaign
from dieutra.channels.paper.documents import draw, long_date
from dieutra.engine.refusals import NotNow
from dieutra.events.actions import record
from dieutra.jobs.actions import ask
from dieutra.people.actions import Place, issue_activation
from dieutra.people.models import Post, Role, User
from dieutra.people.permission import require
from dieutra.places.models import Area
from dieutra.places.paths import area_path, under

IN_ONE_FILE = 200
MOST = 10_000
KEPT = timedelta(hours=24)


def waiting_for_sheet(actor: User, campaign: Campaign, area: Area, with_mail: bool = False) -> QuerySet[Post]:
    """Posts below an area in this person's care whose accounts nobody has activated.

    Those with an address got their link by mail; a sheet for them, too, ends that link.
    """
    posts = Post.objects.filter(
        under("path", area.path),
        campaign=campaign,
        ended_at__isnull=True,
        user__password_changed_at__isnull=True,
        user__is_active=True,
        user__app_user__isnull=True,
    )
    pairs = _pairs(actor, campaign, area)
    ours = Post.objects.none()
    for role, level in pairs:
        ours = ours | posts.filter(role=role, level=level)
    if not with_mail:
        ours = ours.filter(user__email="")
    return ours.select_related("user").order_by("path", "pk")


def _pairs(actor: User, campaign: Campaign, area: Area) -> set[tuple[str, int]]:
    """What the actor creates at the area, and the units' accounts that the levels below look after."""
    pairs = below = set(creatable(actor, campaign, area.path))
    while below:
        below = {pair for role, level in below for pair in campaign.kind.may_create(role, level)} - pairs
        pairs |= {pair for pair in below if pair[0] == Role.DV}
    return pairs


def order_sheets(actor: User, campaign: Campaign, area: Area, with_mail: bool = False) -> SheetOrder:
    """Have the sheets of an area drawn in the background. Raises Forbidden outside the actor's area, NotNow for none."""
    why = "Chỉ quản trị viên của địa bàn in phiếu niêm phong."
    require(actor, "account.create", Place(campaign.pk, area.path), why=why)
    posts = list(waiting_for_sheet(actor, campaign, area, with_mail).values_list("pk", flat=True)[: MOST + 1])
    return _order(actor, campaign, area, posts)


def order_one(actor: User, post: Post, area: Area) -> SheetOrder:
    """A sheet for one account in the actor's care."""
    require_care(actor, post)
    if post.user.activated or not post.user.is_active or post.ended_at:
        raise NotNow(
            "Tài khoản này đã kích hoạt hoặc đang khóa, không in phiếu được. Hãy đặt lại tài khoản trước."
        )
    return _order(actor, post.campaign, area, [post.pk])


def _order(actor: User, campaign: Campaign, area: Area, posts: list[int]) -> SheetOrder:
    if not posts:
        raise NotNow(f"Không có tài khoản nào của {area.name} cần phiếu niêm phong.")
    if len(posts) > MOST:
        raise NotNow(f"{area.name} có quá {MOST} tài khoản cần phiếu. Hãy in theo từng địa bàn cấp dưới.")
    with transaction.atomic():
        order = SheetOrder.objects.create(
            campaign=campaign, area=area, path=area.path, asked_by=actor, posts=posts
        )
        ask("accounts.sheets", f"{order.pk}.0", order=order.pk, part=0)
        record(actor, "sheets.asked", order, sheets=len(posts))
    return order


def valid_until(campaign: Campaign) -> datetime:
    """Until when the link of a sheet that is drawn now opens its account."""
    now, hours = timezone.now(), campaign.kind.accounts.sheet_hours
    if hours:
        return now + timedelta(hours=hours)
    end = timezone.make_aware(datetime.combine(campaign.closes_on, time(23, 59)))
    return max(end, now + timedelta(hours=settings.ACTIVATION_HOURS))


def draw_next(order: SheetOrder) -> bool:
    """Draw the next part and note how far the order is; False when all parts are there.

    Drawn again after a kill, a part gets new links and the file that may lie there is replaced.
    """
    numbers = order.posts[order.done : order.done + IN_ONE_FILE]
    if not numbers:
        return False
    found = Post.objects.select_related("user").in_bulk(numbers)
    until = valid_until(order.campaign)
    with transaction.atomic():
        sheets = [
            _sheet(found[pk], order, order.done + at, until)
            for at, pk in enumerate(numbers, start=1)
            if not found[pk].user.activated and found[pk].user.is_active and found[pk].ended_at is None
        ]
        if sheets:
            _write(_parts(order.pk) / f"{order.done + 1:06}.pdf", _pdf(order, sheets))
        taken = SheetOrder.objects.filter(pk=order.pk, done=order.done).update(done=order.done + len(numbers))
        if not taken:
            raise NotNow("Một tiến trình khác đang in phần này.")
    order.done += len(numbers)
    return True


def _sheet(post: Post, order: SheetOrder, number: int, until: datetime) -> dict[str, str | int]:
    link = f"{settings.SITE_URL}/kich-hoat/{issue_activation(post.user, until)}/"
    area = Area.objects.filter(catalogue_id=order.campaign.catalogue_id, path=area_path(post.path)).first()
    local = timezone.localtime(until)
    return {
        "number": number,
        "name": post.user.full_name,
        "username": post.user.username,
        "role": post.role_words,
        "area": area.name if area else "",
        "link": link,
        "svg": _qr(link),
        "until": f"{local:%H:%M ngày %d/%m/%Y}",
    }


def _qr(link: str) -> str:
    drawn = io.BytesIO()
    segno.make_qr(link, error="m").save(drawn, kind="svg", xmldecl=False, scale=4, border=4, light="white")
    return drawn.getvalue().decode()


def _pdf(order: SheetOrder, sheets: list[dict[str, str | int]]) -> bytes:
    return draw(
        "sheet.typ",
        {
            "campaign": order.campaign.name,
            "simulated": order.campaign.kind.simulated,
            "site": settings.SITE_URL,
            "by": order.asked_by.full_name,
            "at": long_date(timezone.now()),
            "sheets": sheets,
        },
    )


def close(order: SheetOrder) -> None:
    """Put the parts together: one PDF as it is, several in a .zip."""
    parts = sorted(_parts(order.pk).glob("*.pdf"))
    if len(parts) == 1:
        _write(path_of(order), parts[0].read_bytes())
    elif parts:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in parts:
                archive.write(part, f"phieu-niem-phong-{part.stem}.pdf")
        _write(path_of(order), packed.getvalue())
    size = path_of(order).stat().st_size if parts else 0
    SheetOrder.objects.filter(pk=order.pk, ready_at__isnull=True).update(ready_at=timezone.now(), size=size)
    shutil.rmtree(_parts(order.pk), ignore_errors=True)


def fetch(actor: User, order: SheetOrder) -> Path:
    """The file, for who asked for it alone; each fetching is an event."""
    if order.asked_by_id != actor.pk or order.ready_at is None or order.removed_at or not order.size:
        raise NotNow("Tệp phiếu không còn hoặc chưa in xong. Hãy yêu cầu in lại.")
    require(actor, "account.create", order)
    with transaction.atomic():
        SheetOrder.objects.filter(pk=order.pk, fetched_at__isnull=True).update(fetched_at=timezone.now())
        record(actor, "sheets.fetched", order, sheets=order.total)
    return path_of(order)


def clear() -> None:
    """Take away the files of orders older than a day: they hold working links."""
    old = SheetOrder.objects.filter(removed_at__isnull=True, asked_at__lt=timezone.now() - KEPT)
    for order in old:
        SheetOrder.objects.filter(pk=order.pk).update(removed_at=timezone.now())
        path_of(order).unlink(missing_ok=True)
        shutil.rmtree(_parts(order.pk), ignore_errors=True)


def path_of(order: SheetOrder) -> Path:
    ending = "pdf" if order.total <= IN_ONE_FILE else "zip"
    return _folder() / f"{order.pk}.{ending}"


def _folder() -> Path:
    folder: Path = settings.FILES_DIR / "sheets"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _parts(pk: int) -> Path:
    folder = _folder() / f"{pk}.parts"
    folder.mkdir(exist_ok=True, mode=0o700)
    return folder


def _write(place: Path, content: bytes) -> None:
    """Whole or not there, and readable by the service alone."""
    half = place.with_suffix(".half")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    half.replace(place)
