"""Letters to respondents: planned in two statements for any number of people, their links worked out at hand-over.

The outbox keeps the text with `{lien_ket}` and `{han}` as they are. `with_link` fills them in from the invitation and the
campaign's key each time a letter is handed over, so neither the outbox nor a backup has a link that works.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Exists,
    F,
    OuterRef,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.db.models import Case as Choice
from django.db.models import When as Then
from django.db.models.functions import Cast, Coalesce, Left, Lower
from django.utils import timezone

from dieutra.campaigns.letters import halves, letter_of
from dieutra.campaigns.models import Campaign
from dieutra.engine.refusals import NotNow
from dieutra.messages import filling
from dieutra.messages.letter import NotYet, Spent, Untold, fills
from dieutra.messages.models import Channel, Message, Suppression
from dieutra.messages.planning import as_rows, insert, untouched
from dieutra.opinions import keys, tokens
from dieutra.opinions.models import Invitation, Letter, Round
from dieutra.opinions.names import campaign_name, group_name
from dieutra.places.models import Area

SECRET = "opinion"
# one sentence for every cause: it must not say whether somebody has answered
NOT_NEEDED = "Không cần gửi thư này nữa."
WRONG_KEY = "Khóa bảo mật trên máy chủ không phải khóa đã tạo đường dẫn. Hãy báo người vận hành."
FALSE_TOKEN = "THU-MAU-XEM-TRUOC"

INVITATION = """Mời trả lời phiếu khảo sát: {cuoc_dieu_tra}

Kính gửi: Ông/Bà {ten}

Đề nghị Ông/Bà trả lời phiếu khảo sát đánh giá {co_quan} (nhóm “{nhom}”) tại đường dẫn dành riêng sau, chậm nhất ngày {han}:

{lien_ket}

Câu trả lời được lưu tách khỏi tên và địa chỉ thư của Ông/Bà. Xin không chuyển tiếp thư này.
"""
REMINDER = """Nhắc trả lời phiếu khảo sát chậm nhất ngày {han}: {cuoc_dieu_tra}

Kính gửi: Ông/Bà {ten}

Hạn trả lời phiếu khảo sát đánh giá {co_quan} (nhóm “{nhom}”) là ngày {han}:

{lien_ket}

Nếu vừa gửi phiếu, xin Ông/Bà bỏ qua thư này. Xin không chuyển tiếp thư này.
"""
RESENT = """Đường dẫn mới để trả lời phiếu khảo sát: {cuoc_dieu_tra}

Kính gửi: Ông/Bà {ten}

Đường dẫn của Ông/Bà (nhóm “{nhom}”, đánh giá {co_quan}) được cấp lại. Lý do: {ly_do}

Đường dẫn mới, dùng đến hết ngày {han}:

{lien_ket}

Đường dẫn trong các thư trước không còn dùng được; câu trả lời dở dang theo đường dẫn cũ, nếu có, phải nhập lại.
"""
BETWEEN = "-" * 40  # the languages of a letter
IN_ENGLISH = ("nhom", "cuoc_dieu_tra")  # what a kind may name in English; bodies have Vietnamese names alone
OTHERWISE = {"invitation": INVITATION, "reminder": REMINDER, "last_day": REMINDER, "resent": RESENT}


def text_of(campaign: Campaign, template: str) -> str:
    """The kind's letter of this name, else our own; the campaign's default for other names is a letter about forms."""
    own: str = campaign.rules.get("letters", {}).get(template, "")
    return own or OTHERWISE.get(template) or letter_of(campaign, template) or INVITATION


def written(campaign: Campaign, template: str) -> tuple[str, str]:
    """(subject, body) with their places open. Where people are asked in English too, the English stands below."""
    subject, body = halves(text_of(campaign, template))
    rules = campaign.kind.opinion
    other: str = campaign.rules.get("letters", {}).get(f"{template}.en", "")
    if not other or rules is None or "en" not in rules.languages:
        return subject, body
    english = halves(other)[1]
    for place in IN_ENGLISH:
        english = english.replace("{" + place + "}", "{" + place + ".en}")
    return subject, f"{body.rstrip()}\n\n{BETWEEN}\n\n{english}"


def false_link() -> str:
    """Looks like a personal link and opens nothing."""
    return f"{settings.SITE_URL}/y-kien/#{FALSE_TOKEN}"


def last_day(campaign: Campaign) -> str:
    return f"{campaign.closes_on:%d/%m/%Y}"


@fills(SECRET)
def with_link(message: Message) -> str:
    """The letter as it goes out. Raises Spent when there is nobody to write to (any more), Untold for a reminder of which
    that is so, NotYet without the right key.
    """
    letter = (
        Letter.objects.select_related("invitation__person", "invitation__campaign")
        .filter(message_id=message.pk)
        .first()
    )
    if letter is None or is_spent(letter, message.to):
        raise (Untold if letter and letter.sort == Letter.Sort.REMINDER else Spent)(NOT_NEEDED)
    invitation = letter.invitation
    try:
        token = tokens.token_of(keys.of(invitation.campaign, "links"), invitation.pk, invitation.epoch)
    except NotNow as gone:
        raise NotYet(gone.message) from None
    if tokens.hash_of(token) != invitation.token_hash:
        raise NotYet(WRONG_KEY)  # a restored file of another campaign: rather no letter than a dead link
    words = message.text.replace("{lien_ket}", tokens.link_of(token))
    return words.replace("{han}", last_day(invitation.campaign))


def is_spent(letter: Letter, address: str) -> bool:
    """Is the right gone, the link no longer the one of this letter, or the survey over?

    Whether she has answered stops reminders alone. Any other letter goes out all the same, and its link shows the receipt:
    else whoever asks for a letter again and can look into the mailbox would learn who has answered.
    """
    it = letter.invitation
    over = timezone.localdate() > it.campaign.closes_on
    done = it.answered and letter.sort == Letter.Sort.REMINDER
    return bool(
        over or done or it.withdrawn or it.epoch != letter.epoch or it.person.email != address.lower()
    )


def reachable(invitations: QuerySet[Invitation], *, optional: bool = False) -> QuerySet[Invitation]:
    """Those with an address that takes letters."""
    scopes = ["all", "optional"] if optional else ["all"]
    shut = Suppression.objects.filter(
        address=Lower(OuterRef("person__email")), scope__in=scopes, lifted_at__isnull=True
    )
    return invitations.exclude(person__email="").exclude(Exists(shut))


def plan(
    invitations: QuerySet[Invitation],
    campaign: Campaign,
    *,
    template: str,
    sort: str,
    occasion: str,
    of_round: Round | None = None,
    obligatory: bool = True,
    by_epoch: bool = True,
    reason: str = "",
) -> int:
    """Write a letter for each invitation with an address; how many were new. Call it in a transaction.

    The key of a message is the occasion and the invitation (and its epoch): asked twice, or after a crash, it is one row.
    """
    subject, body = written(campaign, template)
    facts = facts_of(campaign, reason)
    head = filling.words(f"{campaign.pk}|{SECRET}|{occasion}|")
    epoch: Any = F("epoch") if by_epoch else Value(0)
    key = filling.join(head, F("pk"), filling.words("|"), epoch)
    columns = {
        "campaign_id": F("campaign_id"),
        "channel": filling.words(Channel.EMAIL),
        "template": filling.words(template),
        "key": key,
        "path": filling.words(campaign.path),  # of the centre: no body finds it among the messages of its own
        "to": F("person__email"),
        "domain": filling.domain("person__email"),
        "language": filling.words("vi"),
        "subject": Left(filling.fill(subject.replace("{han}", last_day(campaign)), facts), 250),
        "text": filling.fill(body, facts),
        "link": filling.words(""),
        "secret": filling.words(SECRET),
        "obligatory": Value(obligatory, output_field=BooleanField()),
        "state": filling.words(Message.State.PLANNED),
        **untouched(timezone.now()),
    }
    there = invitations.exclude(person__email="").order_by()
    count = insert(as_rows(there, columns))
    # of all that it was planned for and that has no letter yet: also of a run that died between the two
    message = Message.objects.filter(key=OuterRef("message_key")).values("pk")[:1]
    named = there.annotate(message_key=key, message_pk=Subquery(message)).filter(message_pk__isnull=False)
    owned = {
        "invitation_id": F("pk"),
        "message_id": F("message_pk"),
        "round_id": Value(of_round.pk if of_round else None, output_field=BigIntegerField()),
        "sort": filling.words(sort),
        "epoch": F("epoch"),
    }
    insert(as_rows(named, owned), Letter, once="message_id")
    return count


def facts_of(campaign: Campaign, reason: str = "") -> dict[str, Any]:
    """Place → expression over invitations; what people wrote comes last."""
    areas = Area.objects.filter(catalogue_id=campaign.catalogue_id, path=OuterRef("path"))
    return {
        "nhom": _groups(campaign, "vi"),
        "nhom.en": _groups(campaign, "en"),
        "cuoc_dieu_tra": filling.words(campaign.name),
        "cuoc_dieu_tra.en": filling.words(campaign_name(campaign, "en")),
        "co_quan": Coalesce(Cast(Subquery(areas.values("name")[:1]), TextField()), filling.words("")),
        "ly_do": filling.words(reason),
        "ten": Cast(F("person__name"), TextField()),
    }


def _groups(campaign: Campaign, lang: str) -> Choice:
    rules = campaign.kind.opinion
    names = [
        Then(survey=it.survey, group=it.code, then=filling.words(group_name(it, lang)))
        for it in (rules.groups if rules else ())
    ]
    return Choice(*names, default=filling.words(""), output_field=TextField())


def sample(
    invitations: QuerySet[Invitation], campaign: Campaign, template: str = "invitation", name: str = ""
) -> tuple[str, str] | None:
    """(subject, text) as one of them would get it, or somebody called `name`, with a link that opens nothing; None when
    there is nobody.
    """
    subject, body = written(campaign, template)
    facts = facts_of(campaign)
    if name:
        facts["ten"] = filling.words(name)
    row = (
        invitations.annotate(said=filling.fill(subject, facts), told=filling.fill(body, facts))
        .order_by("pk")
        .values_list("said", "told")
        .first()
    )
    if row is None:
        return None
    filled = [text.replace("{lien_ket}", false_link()).replace("{han}", last_day(campaign)) for text in row]
    return filled[0], filled[1]


def site_link(path: str) -> str:
    return f"{settings.SITE_URL}{path}"
