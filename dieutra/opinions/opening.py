"""Opening a link: whose invitation it is, whether it takes answers now, and what is begun. Nothing here writes.

See docs/opinion-surveys.md, Secrecy.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from dieutra.campaigns.models import Campaign, GroupForm
from dieutra.engine.forms import check, given
from dieutra.engine.forms.form import Form
from dieutra.engine.refusals import NotNow, Stale
from dieutra.forms.queries import engine_form
from dieutra.opinions import keys
from dieutra.opinions.invitations import receipt_of
from dieutra.opinions.models import Invitation, SealedDraft
from dieutra.opinions.refusals import RELOAD
from dieutra.opinions.sealing import Unreadable, unseal
from dieutra.opinions.tokens import hash_of, tidy
from dieutra.rosters.models import Person


class Unknown(NotNow):
    """No invitation has this code: mistyped, guessed, or replaced by a later letter. Which one is not said."""

    status = 422

    def __init__(self) -> None:
        super().__init__("Mã này không mở được phiếu nào. Hãy dùng liên kết hoặc mã trong thư mới nhất.")


class Shut(NotNow):
    """`why` is one of before, after, withdrawn; `day` the first or the last day."""

    def __init__(self, campaign: Campaign, why: str, day: date | None = None) -> None:
        shown = f"{day:%d/%m/%Y}" if day else ""
        words = {
            "before": f"Cuộc khảo sát mở từ ngày {shown}. Hãy quay lại từ ngày đó, vẫn bằng liên kết này.",
            "after": f"Cuộc khảo sát đã kết thúc ngày {shown}.",
            "withdrawn": "Lời mời này đã được thu lại nên phiếu không còn mở được.",
        }
        super().__init__(words[why])
        self.campaign, self.why, self.day = campaign, why, day


class NoKey(NotNow):
    """The key file is not on this machine: nothing can be opened or sealed until it is back."""

    status = 503


class Answered(NotNow):
    """This person has answered. `receipt` is "" when the key that it is worked out from has been destroyed."""

    status = 410

    def __init__(self, invitation: Invitation, receipt: str) -> None:
        super().__init__("Phiếu của Ông/Bà đã được gửi. Mỗi người trả lời một lần.")
        self.invitation, self.receipt = invitation, receipt


class Moved(Stale):
    """Another tab or device saved first; `answers` and `version` are what stands now."""

    def __init__(self, answers: dict[str, str], version: int, reload: bool = False) -> None:
        super().__init__(
            f"Phiếu khảo sát đã được thay bằng phiên bản khác. {RELOAD}"
            if reload
            else "Phiếu đã được lưu từ một cửa sổ hoặc máy khác. Chưa có gì bị ghi đè."
        )
        self.answers, self.version, self.reload = answers, version, reload


@dataclass(frozen=True)
class Opened:
    """An invitation with its token at hand, and the form of its group."""

    invitation: Invitation
    token: str
    form_id: int

    @property
    def campaign(self) -> Campaign:
        return self.invitation.campaign

    @property
    def form(self) -> Form:
        return engine_form(self.form_id)

    @property
    def place(self) -> str:
        """What sealed things are bound to."""
        it = self.invitation
        return place_in_words(self.campaign.slug, it.survey, it.path, it.group)


def place_in_words(slug: str, survey: str, path: str, group: str) -> str:
    return f"{slug}/{survey}/{path}/{group}"


def open_link(typed: str) -> Opened:
    """The invitation that a token opens now. Writes nothing.

    Raises Unknown, Shut, NoKey, or Answered with the receipt. The look-up is by hash in an index, so what it takes does not
    depend on how much of a guess is right.
    """
    token = tidy(typed)
    found = (
        Invitation.objects.select_related("campaign", "person")
        .defer("campaign__rules", "person__details")  # large, and not asked for here
        .filter(token_hash=hash_of(token))
        .first()
    )
    if found is None or not token:
        raise Unknown
    return _opened(found, token)


def _opened(found: Invitation, token: str) -> Opened:
    campaign, today = found.campaign, timezone.localdate()
    if found.answered:
        raise Answered(found, receipt_or_none(found))
    if found.withdrawn or found.person.standing != Person.Standing.IN:
        raise Shut(campaign, "withdrawn")
    if today < campaign.opens_on:
        raise Shut(campaign, "before", campaign.opens_on)
    if today > campaign.closes_on:
        raise Shut(campaign, "after", campaign.closes_on)
    key_of(campaign, "box")
    form = GroupForm.objects.values_list("form_id", flat=True).get(
        campaign=campaign, survey=found.survey, group=found.group
    )
    return Opened(found, token, form)


def receipt_or_none(invitation: Invitation) -> str:
    try:
        return receipt_of(invitation.campaign, invitation.pk)
    except NotNow:
        return ""


def key_of(campaign: Campaign, purpose: str) -> bytes:
    try:
        return keys.of(campaign, purpose)
    except NotNow as gone:
        raise NoKey(gone.message) from None


def draft_of(opened: Opened) -> tuple[dict[str, str], int]:
    """(answers so far, version); a new form begins with its defaults. A draft of a former link is as good as none."""
    row = SealedDraft.objects.filter(invitation=opened.invitation).first()
    answers, version, _ = read_draft(opened, row)
    return answers, version


def read_draft(opened: Opened, row: SealedDraft | None) -> tuple[dict[str, str], int, str]:
    if row is None:
        return given.defaults(opened.form), 0, ""
    try:
        found = unseal(draft_key(opened), row.sealed, opened.place)
    except Unreadable:
        return given.defaults(opened.form), row.version, ""
    if found["form"] != opened.form_id:  # of an earlier version of the form: what still has a place is kept
        return check.clean(opened.form, found["answers"]), row.version, ""
    return found["answers"], row.version, found.get("tab", "")


def draft_key(opened: Opened) -> bytes:
    """From the token and the campaign's key, so that neither alone opens a draft."""
    return keys.derived(opened.token.encode() + key_of(opened.campaign, "drafts"), "draft")


def look(opened: Opened) -> tuple[dict[str, str], int, check.State]:
    """The draft evaluated, for the page and for the look back before sending."""
    answers, version = draft_of(opened)
    return answers, version, check.evaluate(opened.form, answers)
