"""A letter again, a new link, another address.

The centre does all of it. A body asks for the same letter again, and gives another address to those whose letters do not
arrive (they came back, or there was no address). Where a letter did arrive only the centre changes the address: otherwise
whoever administers a body could have the link of somebody who can still answer sent to himself. Each change is kept with
its reason and shown to the centre.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Problem, Stale
from dieutra.events.actions import record
from dieutra.messages.models import Message, Suppression
from dieutra.messages.suppressing import UNSUBSCRIBED, lift
from dieutra.opinions import keys, letters, tokens
from dieutra.opinions.figures import letter_of_the_link
from dieutra.opinions.mailing import opened
from dieutra.opinions.models import AddressChange, Invitation, Letter, SealedDraft
from dieutra.people.models import User
from dieutra.people.permission import may, require
from dieutra.rosters.models import Person, Roster

MOST_AGAIN = 5
WHY = "Chỉ quản trị viên của cơ quan (về người của mình) và Trung ương làm việc này."
ARRIVED = (
    "Thư mời đã đến được địa chỉ hiện tại, nên chỉ Trung ương đổi được địa chỉ này. "
    "Hãy nêu trường hợp này ở mục Hỏi đáp."
)
CHANGED = "địa chỉ nhận thư được thay đổi."
RENEWED = "đường dẫn cũ có thể đã lộ hoặc không dùng được."


def arrives(invitation: Invitation) -> bool:
    """Nothing says that letters to this person do not arrive. What came back of reminders is left out here (it stops
    reminders alone): else this would tell who got one.
    """
    mine = Invitation.objects.filter(pk=invitation.pk)
    troubled = mine.filter(letter_of_the_link(arrived=False)).exists()
    return bool(letters.reachable(mine).exists() and not troubled)


def resend(actor: User, invitation: Invitation) -> None:
    """The letter of invitation again, with the same link: once a day and five times in all."""
    _require(actor, invitation)
    _in_time(invitation)
    if not arrives(invitation):
        raise NotNow(
            "Địa chỉ này không nhận được thư nên gửi lại cũng không đến. Hãy đổi địa chỉ thư của người này."
        )
    on_the_way = Letter.objects.filter(
        invitation=invitation,
        epoch=invitation.epoch,
        sort__in=Letter.FIRST_OF_A_LINK,
        message__state__in=Message.OPEN,
    )
    if on_the_way.exists():
        raise NotNow("Thư mời của người này còn đang chờ gửi. Hãy đợi thư đó gửi xong.")
    if invitation.letters.filter(sort=Letter.Sort.AGAIN).count() >= MOST_AGAIN:
        raise NotNow(f"Thư của người này đã được gửi lại {MOST_AGAIN} lần. Hãy kiểm tra lại địa chỉ thư.")
    with transaction.atomic():
        new = letters.plan(
            Invitation.objects.filter(pk=invitation.pk), invitation.campaign, template="invitation",
            sort=Letter.Sort.AGAIN, occasion=f"again:{timezone.localdate():%Y-%m-%d}",
        )  # fmt: skip
        if not new:
            raise NotNow(
                "Hôm nay thư của người này đã được gửi lại một lần. Mỗi ngày gửi lại nhiều nhất một lần."
            )
        record(actor, "invitation.resent", invitation)


def renew(actor: User, invitation: Invitation, epoch: int, reason: str) -> None:
    """A new link to the same address, which takes letters again; the old link dies at once. The centre alone."""
    require(actor, "opinion.manage", invitation.campaign, why="Chỉ Trung ương cấp lại đường dẫn.")
    _in_time(invitation)
    address = invitation.person.email
    with transaction.atomic():
        shut = Suppression.objects.filter(address=address, scope="all", lifted_at__isnull=True)
        for it in shut.exclude(message=None).select_related("message"):
            lift(actor, it)
        _remind_again(actor, address)
        _new_link(actor, invitation, epoch, address, _reason(reason), RENEWED)
        record(actor, "invitation.renewed", invitation)


def _remind_again(actor: User, address: str) -> None:
    """The mailbox takes reminders again, unless its owner wanted none. Without an event, since that would tell whose came
    back.
    """
    shut = Suppression.objects.filter(address=address, scope="optional", lifted_at__isnull=True)
    shut.filter(message__secret=letters.SECRET).exclude(reason=UNSUBSCRIBED).update(
        lifted_at=timezone.now(), lifted_by=actor
    )


def change_address(actor: User, invitation: Invitation, epoch: int, address: str, reason: str) -> None:
    """Another address, a new link, a new letter. Raises Forbidden, Invalid, NotNow; Stale when the link has changed."""
    _require(actor, invitation)
    if not may(actor, "opinion.manage", invitation.campaign) and arrives(invitation):
        raise Forbidden(ARRIVED)
    _in_time(invitation)
    address, reason = _address(invitation, address), _reason(reason)
    with transaction.atomic():
        _new_link(actor, invitation, epoch, address, reason, CHANGED)
        record(actor, "invitation.readdressed", invitation)


def _require(actor: User, invitation: Invitation) -> None:
    if may(actor, "opinion.manage", invitation.campaign):
        require(actor, "opinion.manage", invitation.campaign)
    else:
        require(actor, "roster.edit", invitation, level=1, why=WHY)


def _in_time(invitation: Invitation) -> None:
    if invitation.withdrawn:
        raise NotNow("Lời mời của người này đã được rút.")
    if timezone.localdate() > invitation.campaign.closes_on:
        raise NotNow("Đợt trả lời đã kết thúc nên không gửi thư nữa.")
    if (invitation.survey, invitation.path) not in opened(invitation.campaign):
        raise NotNow("Phiếu của cơ quan này chưa được mở gửi.")


def _reason(given: str) -> str:
    reason = " ".join(given.split())
    if len(reason) < 5:
        raise Invalid("Chưa có lý do.", [Problem("Lý do", "Ghi lý do, ít nhất 5 ký tự.")])
    return reason[:500]


def _address(invitation: Invitation, given: str) -> str:
    """The new address in small letters. Raises Invalid."""
    address = given.strip().lower()
    person, rules = invitation.person, invitation.campaign.kind.opinion
    wrong = ""
    try:
        validate_email(address)
    except ValidationError:
        wrong = "Địa chỉ thư không đúng dạng, ví dụ đúng: nguyen.van.a@so.gov.vn."
    group = rules.group(invitation.survey, invitation.group) if rules else None
    if not wrong and address == person.email:
        wrong = "Đây là địa chỉ đang dùng. Nếu chỉ cần gửi lại thư, hãy bấm “Gửi lại thư”."
    if (
        not wrong
        and rules
        and group
        and group.official_domain == "required"
        and not rules.is_official(address)
    ):
        wrong = (
            f"Nhóm “{group.name}” phải dùng hòm thư công vụ (tên miền {', '.join(rules.official_domains)})."
        )
    twins = Person.objects.filter(
        campaign_id=person.campaign_id, survey=person.survey, email=address, standing=Person.Standing.IN
    )
    if not wrong and twins.exclude(pk=person.pk).exists():
        wrong = "Địa chỉ này đã là của người khác trong cùng cuộc khảo sát; mỗi người cần một hòm thư riêng."
    if wrong:
        raise Invalid("Chưa đổi được địa chỉ.", [Problem("Địa chỉ thư mới", wrong)])
    return address


def _new_link(actor: User, invitation: Invitation, epoch: int, address: str, reason: str, words: str) -> None:
    """The former link dies; what was filled in under it can be opened by nobody any more and goes."""
    key = keys.of(invitation.campaign, "links")
    token = tokens.token_of(key, invitation.pk, epoch + 1)
    mine = Invitation.objects.filter(pk=invitation.pk, epoch=epoch, withdrawn=False).update(
        epoch=F("epoch") + 1, token_hash=tokens.hash_of(token)
    )
    if not mine:
        raise Stale("Đường dẫn của người này vừa được đổi ở một trang khác. Hãy mở lại trang để xem.")
    SealedDraft.objects.filter(invitation=invitation).delete()
    person = invitation.person
    AddressChange.objects.create(
        invitation=invitation, before=person.email, after=address, reason=reason, by=actor
    )
    if address != person.email:
        Person.objects.filter(pk=person.pk).update(email=address, changed_at=timezone.now())
        Roster.objects.filter(pk=person.roster_id).update(version=F("version") + 1)
    invitation.refresh_from_db()
    letters.plan(
        Invitation.objects.filter(pk=invitation.pk), invitation.campaign, template="resent",
        sort=Letter.Sort.RENEWED, occasion="renewed", reason=words,
    )  # fmt: skip
