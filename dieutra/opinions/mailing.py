"""Opening the mailing: which bodies are ready, what would go out, and the letters themselves, each planned once."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from dieutra.campaigns.letters import compose
from dieutra.campaigns.models import Campaign
from dieutra.engine.refusals import Invalid, NotNow, Problem
from dieutra.events.actions import record
from dieutra.messages import buckets
from dieutra.messages.filling import domain
from dieutra.messages.models import Channel, Message
from dieutra.messages.single import put
from dieutra.opinions import letters
from dieutra.opinions.figures import letter_of_the_link
from dieutra.opinions.models import Invitation, Letter, Mailing, Round
from dieutra.people.models import Post, Role, User
from dieutra.people.permission import require
from dieutra.places.models import Area
from dieutra.rosters.models import Roster

Body = tuple[str, str]  # survey, path
WHY = "Chỉ quản trị viên ở Trung ương mở việc gửi phiếu."
NONE_READY = (
    "Không có cơ quan nào trong số đã chọn chờ gửi phiếu: danh sách chưa được tiếp nhận, lời mời đang được lập, "
    "hoặc phiếu đã được mở gửi từ trước. Không có gì được gửi."
)
OLD_PAGE = "Trang xem trước đã cũ. Hãy mở lại trang rồi gửi."


@dataclass(frozen=True)
class Preview:
    """What opening would send. `minutes`: how long the relay's limits make it last."""

    people: int
    without_address: int
    suppressed: int
    per_minute: float
    minutes: int
    sample: tuple[str, str] | None

    @property
    def letters(self) -> int:
        return self.people - self.without_address - self.suppressed


def invited(campaign: Campaign) -> QuerySet[Invitation]:
    """The invitations of a campaign that stand."""
    return Invitation.objects.filter(campaign=campaign, withdrawn=False)


def of_bodies(invitations: QuerySet[Invitation], bodies: Iterable[Body]) -> QuerySet[Invitation]:
    paths: dict[str, list[str]] = {}
    for survey, path in bodies:
        paths.setdefault(survey, []).append(path)
    chosen = Q(pk__in=[])
    for survey, some in paths.items():
        chosen |= Q(survey=survey, path__in=some)
    return invitations.filter(chosen)


def ready(campaign: Campaign) -> set[Body]:
    """Bodies whose list is accepted, whose people are invited, and whose mailing is not open."""
    accepted = set(
        Roster.objects.filter(campaign=campaign, state=Roster.State.ACCEPTED).values_list("survey", "path")
    )
    people = set(invited(campaign).order_by().values_list("survey", "path").distinct())
    return (accepted & people) - opened(campaign)


def opened(campaign: Campaign) -> set[Body]:
    return set(Mailing.objects.filter(campaign=campaign).values_list("survey", "path"))


def preview(campaign: Campaign, bodies: Collection[Body]) -> Preview:
    """Counted by the conditions of the statement that plans."""
    whom = of_bodies(invited(campaign), bodies)
    people, there = whom.count(), whom.exclude(person__email="")
    addressed, open_to = there.count(), letters.reachable(whom)
    domains = (
        open_to.annotate(at=domain("person__email")).order_by().values_list("at").annotate(n=Count("pk"))
    )
    counts = dict(domains)
    whole, each = buckets.limits(campaign)
    slowest = max(
        [sum(counts.values()) / whole.per_minute, *(it / each.per_minute for it in counts.values())]
    )
    return Preview(
        people=people,
        without_address=people - addressed,
        suppressed=addressed - sum(counts.values()),
        per_minute=whole.per_minute,
        minutes=max(1, round(slowest)),
        sample=letters.sample(open_to, campaign),
    )


def open_mailing(actor: User, campaign: Campaign, bodies: Collection[Body], token: str) -> Round:
    """Open the mailing of the chosen bodies; their letters are planned in the background. `token` comes with the preview:
    sent twice it is one round. Raises Forbidden, Invalid, NotNow when none of them is ready.
    """
    require(actor, "opinion.manage", campaign, why=WHY)
    if not re.fullmatch(r"[0-9a-f]{16}", token):
        raise Invalid(OLD_PAGE, [Problem("Xem trước", "Mở lại trang.")])
    standing = Round.objects.filter(campaign=campaign, rule="", occasion=f"mo|{token}").first()
    if standing is not None:
        return standing
    _in_time(campaign)
    with transaction.atomic():
        _hold_lists(campaign)
        new = sorted(set(bodies) & ready(campaign))
        if not new:
            raise NotNow(NONE_READY)
        made = Round.objects.create(
            campaign=campaign, what=Round.What.INVITATION, occasion=f"mo|{token}", template="invitation", by=actor
        )  # fmt: skip
        rows = [Mailing(campaign=campaign, survey=it[0], path=it[1], round=made) for it in new]
        Mailing.objects.bulk_create(rows, ignore_conflicts=True)
        record(actor, "mailing.opened", made, path=campaign.path, bodies=[f"{it[0]} {it[1]}" for it in new])
    return made


def _hold_lists(campaign: Campaign) -> None:
    """No accepted list is opened again until this transaction is over; that is seen there before this, or this there."""
    held = Roster.objects.select_for_update().filter(campaign=campaign, state=Roster.State.ACCEPTED)
    list(held.order_by("pk").values_list("pk", flat=True))


def _in_time(campaign: Campaign) -> None:
    today = timezone.localdate()
    if today < campaign.opens_on:
        raise NotNow(
            f"Đợt trả lời bắt đầu từ ngày {campaign.opens_on:%d/%m/%Y}; trước ngày đó chưa gửi phiếu."
        )
    if today > campaign.closes_on:
        raise NotNow(f"Đợt trả lời đã kết thúc ngày {campaign.closes_on:%d/%m/%Y} nên không gửi phiếu nữa.")


@transaction.atomic
def plan_invitations(campaign: Campaign) -> int:
    """A letter to everybody of the opened bodies who has none for her link yet; how many were new. Safe to run at any time:
    people who are added after the opening get theirs with the next run.
    """
    if timezone.localdate() > campaign.closes_on:
        return 0
    mine = Mailing.objects.filter(campaign=campaign, survey=OuterRef("survey"), path=OuterRef("path"))
    has = Letter.objects.filter(
        invitation=OuterRef("pk"), epoch=OuterRef("epoch"), sort__in=Letter.FIRST_OF_A_LINK
    )
    waiting = invited(campaign).filter(Exists(mine)).exclude(Exists(has))
    return letters.plan(waiting, campaign, template="invitation", sort=Letter.Sort.FIRST, occasion="first")


def send_test(actor: User, campaign: Campaign, token: str) -> str:
    """The letter as it will look, with a link that opens nothing, to the actor's own address; which is returned."""
    post = require(actor, "opinion.manage", campaign, why=WHY)
    if not actor.email:
        raise NotNow("Tài khoản của bạn chưa có địa chỉ thư điện tử nên chưa gửi thử được.")
    if not re.fullmatch(r"[0-9a-f]{16}", token):
        raise Invalid(OLD_PAGE, [Problem("Thư thử", "Mở lại trang.")])
    found = letters.sample(invited(campaign).exclude(person__email=""), campaign)
    if found is None:
        raise NotNow("Chưa có lời mời nào để lấy làm mẫu. Hãy tiếp nhận danh sách của ít nhất một cơ quan.")
    with transaction.atomic():
        put(post, Channel.EMAIL, "invitation_test", f"{campaign.pk}|thu|{actor.pk}|{token}",
            (f"[Thư thử] {found[0]}", found[1]), obligatory=True, user=actor)  # fmt: skip
        record(actor, "mailing.tested", campaign, path=campaign.path, campaign_id=campaign.pk)
    return actor.email


def tell_bodies(campaign: Campaign) -> int:
    """Tell the administrators of each body whose first letters are all handed over or ended, once; how many bodies."""
    on_the_way = Letter.objects.filter(
        invitation__campaign=campaign,
        invitation__survey=OuterRef("survey"),
        invitation__path=OuterRef("path"),
        sort__in=Letter.FIRST_OF_A_LINK,
    )
    untold = Mailing.objects.filter(Exists(on_the_way), campaign=campaign, told_at__isnull=True)
    done = untold.exclude(Exists(on_the_way.filter(message__state__in=Message.OPEN)))
    return sum(_tell(it) for it in done.select_related("campaign"))


BODY_TOLD = """Đã gửi {so_phieu} phiếu khảo sát của {co_quan}: {cuoc_dieu_tra}

Kính gửi: {ten}

Hệ thống đã gửi xong {so_phieu} phiếu khảo sát đến địa chỉ thư trong danh sách của {co_quan}. Hạn trả lời là ngày {han}.

Theo dõi tiến độ của từng nhóm và báo lại địa chỉ thư không nhận được phiếu: {lien_ket}
"""


@transaction.atomic
def _tell(mailing: Mailing) -> bool:
    campaign = mailing.campaign
    if not Mailing.objects.filter(pk=mailing.pk, told_at__isnull=True).update(told_at=timezone.now()):
        return False
    mine = invited(campaign).filter(survey=mailing.survey, path=mailing.path)
    # as the screens count, and the same whoever has answered
    sent = mine.filter(letter_of_the_link(arrived=True)).count()
    area = Area.objects.get(catalogue_id=campaign.catalogue_id, path=mailing.path)
    link = f"/khao-sat/tien-do/{mailing.survey}/{area.code}/?dot={campaign.slug}"
    facts = {
        "so_phieu": str(sent),
        "co_quan": area.name,
        "cuoc_dieu_tra": campaign.name,
        "han": letters.last_day(campaign),
        "lien_ket": letters.site_link(link),
    }
    posts = Post.objects.filter(
        campaign=campaign, path=mailing.path, role=Role.QTV, ended_at__isnull=True, user__is_active=True
    )
    for post in posts.select_related("user", "campaign"):
        letter = compose(campaign, "body_told", {**facts, "ten": post.user.full_name}, BODY_TOLD)
        for channel in (Channel.EMAIL, Channel.NOTICE):
            key = f"{campaign.pk}|body_told|{mailing.survey}|{post.pk}|{channel}"
            put(post, channel, "body_told", key, letter or ("", ""), link=link, obligatory=True)
    record(None, "mailing.done", mailing)
    return True
