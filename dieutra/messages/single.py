"""Messages planned one at a time: the activation mail, and what an event of one case says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.conf import settings
from django.utils import timezone

from dieutra.campaigns.action_rules import PLACE, ActionRule, When, rules_of
from dieutra.campaigns.letters import ACTIVATION, compose, halves, letter_of
from dieutra.cases.models import Case
from dieutra.messages.models import Channel, Message
from dieutra.messages.sms.gateway import sms_is_on
from dieutra.messages.sms.numbers import normalise
from dieutra.messages.sms.words import sms_of
from dieutra.people.models import Post, Role, User
from dieutra.places.models import Area
from dieutra.places.paths import area_path
from dieutra.supervision.scope import about


def activation(post: Post, occasion: str) -> None:
    """The mail with the link to set one's first password; {lien_ket} and {han} are filled in when it is sent."""
    user = post.user
    if user.activated or not user.email:
        return
    facts = _about(post)
    name = "activation" if post.role == Role.DV else ""
    letter = compose(post.campaign, name, facts, ACTIVATION)
    if letter is None:
        return
    put(
        post, Channel.EMAIL, "activation", f"activation|{post.pk}|{occasion}", letter,
        secret="activation", obligatory=True,
    )  # fmt: skip


def forgotten(post: Post, occasion: str, otherwise: str) -> None:
    """The mail with a link to set another password; its link, too, is made when it is sent and never kept."""
    letter = compose(post.campaign, "forgotten", _about(post), otherwise)
    if letter is not None:
        put(
            post, Channel.EMAIL, "forgotten", f"forgotten|{post.user_id}|{occasion}", letter,
            secret="forgotten", obligatory=True,
        )  # fmt: skip


def of_account(
    post: Post, name: str, occasion: str, otherwise: str, *, user: User, address: str, **facts: str
) -> None:
    """A letter about an account itself, to the address that it has, or had when the thing was done."""
    named = _about(post) | {"ten": user.full_name, "ten_dang_nhap": user.username} | facts
    letter = compose(post.campaign, name, named, otherwise)
    if letter is not None:
        key = f"{name}|{post.pk}|{occasion}"
        put(post, Channel.EMAIL, name, key, letter, obligatory=True, user=user, address=address)


def of_event(case: Case, verb: str, occasion: str) -> None:
    """The notice of a return, and the kind's rules for this event."""
    if verb == "case.returned" and letter_of(case.campaign, "returned"):
        notice = ActionRule("returned", When(event=verb), "unit", "returned", obligatory=True)
        _tell(case, notice, occasion)
    for rule in rules_of(case.campaign.rules["campaign"]):
        if rule.when.event == verb:
            _tell(case, rule, occasion)


def _tell(case: Case, rule: ActionRule, occasion: str) -> None:
    text = letter_of(case.campaign, rule.what, rule.language)
    for post in _posts(case, rule.whom):
        facts = _about(post) | {
            "lien_ket": f"{settings.SITE_URL}/phieu/{case.pk}/",
            "han": f"{case.due_on:%d/%m/%Y}",
            "trang_thai": case.get_state_display(),
            "so_phieu": "1",
        }
        for channel in rule.channels:
            if channel == Channel.SMS:
                short = sms_of(case.campaign, rule.what, rule.language) if sms_is_on() else ""
                letter = ("", _filled(short, facts))
            else:
                letter = halves(_filled(text, facts))
            key = f"{case.campaign_id}|{rule.name}|{occasion}|{channel}|{case.pk}|{post.user_id}"
            link = f"/phieu/{case.pk}/"
            put(post, channel, rule.what, key, letter, link=link, obligatory=rule.obligatory)


def _posts(case: Case, whom: str) -> Iterable[Post]:
    standing = Post.objects.filter(campaign=case.campaign, ended_at__isnull=True, user__is_active=True)
    standing = standing.select_related("user", "campaign")
    if whom == "unit":
        return standing.filter(path=case.path, role=Role.DV)
    codes = area_path(case.path).rstrip("/").split("/")
    above = ["/".join(codes[: depth + 1]) + "/" for depth in range(len(codes))]
    if whom == "supervisor":
        return about(standing.filter(path__in=above, role=Role.GSV), case)
    return standing.filter(path__in=above, role=Role.QTV)


def _about(post: Post) -> dict[str, str]:
    area = Area.objects.filter(catalogue_id=post.campaign.catalogue_id, path=area_path(post.path)).first()
    return {
        "ten": post.user.full_name,
        "ten_dang_nhap": post.user.username,
        "vai_tro": post.role_words,
        "cuoc_dieu_tra": post.campaign.name,
        "dia_ban": area.name if area else "",
    }


def _filled(text: str, facts: Mapping[str, str]) -> str:
    return PLACE.sub(lambda place: facts.get(place[1], place[0]), text)


def put(
    post: Post,
    channel: str,
    template: str,
    key: str,
    letter: tuple[str, str],
    *,
    link: str = "",
    secret: str = "",
    obligatory: bool = False,
    user: User | None = None,
    address: str = "",
) -> None:
    """One row of the outbox, unless its key is there or there is no address; to the post's holder if to nobody else."""
    user = user or post.user
    to = {
        Channel.EMAIL.value: address or user.email,
        Channel.NOTICE.value: user.username,
        Channel.SMS.value: normalise(user.phone),
    }[str(channel)]
    if not to or not any(letter):
        return
    now, notice = timezone.now(), channel == Channel.NOTICE
    row = Message(
        campaign_id=post.campaign_id, channel=channel, template=template, key=key, user=user, path=post.path,
        to=to, domain=to.rpartition("@")[2].lower() if channel == Channel.EMAIL else "",
        subject=letter[0][:250], text=letter[1], link=link, secret=secret, obligatory=obligatory,
        state=Message.State.SENT if notice else Message.State.PLANNED, ended_at=now if notice else None,
    )  # fmt: skip
    Message.objects.bulk_create([row], ignore_conflicts=True)
