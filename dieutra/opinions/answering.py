"""Answering: a link is opened, a draft saved, an answer sent. Nothing here writes a moment, an event or a log line.

The exception to “every write records one event” is `send` and what leads to it: see docs/opinion-surveys.md, Secrecy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from dieutra.campaigns.models import Campaign, GroupForm
from dieutra.engine.forms import check, given
from dieutra.engine.forms.form import Form
from dieutra.engine.forms.rows import is_well_placed
from dieutra.engine.lang import place_of
from dieutra.engine.refusals import Invalid, NotNow, Problem, Stale
from dieutra.forms.queries import engine_form
from dieutra.opinions import devices, keys
from dieutra.opinions.invitations import receipt_of
from dieutra.opinions.models import Burst, Invitation, SealedDraft, SealedOpinion
from dieutra.opinions.sealing import Unreadable, fits, seal, unseal
from dieutra.opinions.tokens import hash_of, tidy
from dieutra.rosters.models import Person

WINDOW_MINUTES = 10
RELOAD = "Hãy tải lại trang; những gì đã lưu vẫn còn."


class Unknown(NotNow):
    """No invitation has this code: mistyped, guessed, or replaced by a later letter. Which one is not said."""

    status = 422

    def __init__(self) -> None:
        super().__init__("Mã này không mở được phiếu nào. Hãy dùng liên kết hoặc mã trong thư mới nhất.")


class Shut(NotNow):
    """`why` is one of before, after, withdrawn; `day` the first or the last day."""

    def __init__(self, why: str, day: date | None = None) -> None:
        shown = f"{day:%d/%m/%Y}" if day else ""
        words = {
            "before": f"Cuộc khảo sát mở từ ngày {shown}. Hãy quay lại từ ngày đó, vẫn bằng liên kết này.",
            "after": f"Cuộc khảo sát đã kết thúc ngày {shown}.",
            "withdrawn": "Lời mời này đã được thu lại nên phiếu không còn mở được.",
        }
        super().__init__(words[why])
        self.why, self.day = why, day


class NoKey(NotNow):
    """The key file is not on this machine: nothing can be opened or sealed until it is back."""

    status = 503


class Answered(NotNow):
    """This person has answered. `receipt` is "" when the key that it is worked out from has been destroyed."""

    status = 410

    def __init__(self, receipt: str) -> None:
        super().__init__("Phiếu của Ông/Bà đã được gửi. Mỗi người trả lời một lần.")
        self.receipt = receipt


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


@dataclass(frozen=True)
class Saved:
    version: int
    state: check.State


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
        raise Answered(_receipt_or_none(found))
    if found.withdrawn or found.person.standing != Person.Standing.IN:
        raise Shut("withdrawn")
    if today < campaign.opens_on:
        raise Shut("before", campaign.opens_on)
    if today > campaign.closes_on:
        raise Shut("after", campaign.closes_on)
    _key(campaign, "box")
    form = GroupForm.objects.values_list("form_id", flat=True).get(
        campaign=campaign, survey=found.survey, group=found.group
    )
    return Opened(found, token, form)


def _receipt_or_none(invitation: Invitation) -> str:
    try:
        return receipt_of(invitation.campaign, invitation.pk)
    except NotNow:
        return ""


def _key(campaign: Campaign, purpose: str) -> bytes:
    try:
        return keys.of(campaign, purpose)
    except NotNow as gone:
        raise NoKey(gone.message) from None


def draft_of(opened: Opened) -> tuple[dict[str, str], int]:
    """(answers so far, version); a new form begins with its defaults. A draft of a former link is as good as none."""
    row = SealedDraft.objects.filter(invitation=opened.invitation).first()
    answers, version, _ = _read(opened, row)
    return answers, version


def _read(opened: Opened, row: SealedDraft | None) -> tuple[dict[str, str], int, str]:
    if row is None:
        return given.defaults(opened.form), 0, ""
    try:
        found = unseal(_draft_key(opened), row.sealed, opened.place)
    except Unreadable:
        return given.defaults(opened.form), row.version, ""
    if found["form"] != opened.form_id:  # of an earlier version of the form: what still has a place is kept
        return check.clean(opened.form, found["answers"]), row.version, ""
    return found["answers"], row.version, found.get("tab", "")


def _draft_key(opened: Opened) -> bytes:
    """From the token and the campaign's key, so that neither alone opens a draft."""
    return keys.derived(opened.token.encode() + _key(opened.campaign, "drafts"), "draft")


def save(
    opened: Opened, base_version: int, changes: Mapping[str, str], form_shown: int = 0, tab: str = ""
) -> Saved:
    """Put changed answers into the draft; "" clears one. Raises Invalid, Answered, or Moved when another save was first."""
    with transaction.atomic():
        _hold(opened)
        row = SealedDraft.objects.filter(invitation=opened.invitation).first()
        before, version, last_tab = _read(opened, row)
        if tab and tab == last_tab and version == base_version + 1:
            base_version = version  # this page's own save, whose reply was lost on the way
        _refuse_moved(opened, before, version, base_version, form_shown)
        answers, state = _merged(opened.form, before, changes)
        content = {"form": opened.form_id, "answers": answers, "tab": tab}
        if not fits(content):
            raise Invalid("Phần trả lời bằng lời dài quá. Hãy rút ngắn, còn khoảng 1.000 ký tự.")
        sealed = seal(_draft_key(opened), content, opened.place)
        _write_draft(opened, row, version, sealed, before)
    return Saved(version + 1, state)


def _hold(opened: Opened) -> None:
    """No draft is written after the answer was sent, nor by a link that has died: all take the invitation's row first."""
    held = _standing(opened.invitation).select_for_update()
    if not held.values_list("pk", flat=True).first():
        _refuse_loser(opened.invitation)


def _standing(it: Invitation) -> QuerySet[Invitation]:
    """The invitation, if it is still as it was opened: the same link and group, not answered, not withdrawn."""
    return Invitation.objects.filter(
        pk=it.pk, token_hash=it.token_hash, group=it.group, answered=False, withdrawn=False
    )


def _write_draft(
    opened: Opened, row: SealedDraft | None, version: int, sealed: bytes, before: dict[str, str]
) -> None:
    if row is None:
        try:
            with transaction.atomic():
                SealedDraft.objects.create(invitation=opened.invitation, version=1, sealed=sealed)
        except IntegrityError:
            raise Moved(before, version) from None
        return
    won = SealedDraft.objects.filter(invitation=opened.invitation, version=version)
    if not won.update(version=version + 1, sealed=sealed):
        raise Moved(before, version)


def _refuse_moved(
    opened: Opened, answers: dict[str, str], version: int, base_version: int, form_shown: int
) -> None:
    if form_shown and form_shown != opened.form_id:
        raise Moved(answers, version, reload=True)
    if version != base_version:
        raise Moved(answers, version)


def _merged(
    form: Form, before: Mapping[str, str], changes: Mapping[str, str]
) -> tuple[dict[str, str], check.State]:
    """The answers with the changes. What no page of ours sends is refused, so that nothing of it is kept."""
    foreign = [
        path for path in changes if place_of(path) not in form.by_path or not is_well_placed(form, path)
    ]
    if foreign:
        raise Invalid(f"Nội dung gửi lên có câu không thuộc phiếu này. {RELOAD}")
    if any("\x00" in text or not _is_whole(text) for text in changes.values()):
        raise Invalid("Có ký tự không lưu được trong câu trả lời. Hãy xóa nội dung ô đó và gõ lại.")
    merged = {**before, **changes}
    merged |= given.changed(form, merged, changes)
    merged |= given.begin_rows(form, merged)
    answers = check.clean(form, merged)
    state = check.evaluate(form, answers)
    _refuse_unofferable(form, answers, state, changes)
    return answers, state


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refuse_unofferable(
    form: Form, answers: dict[str, str], state: check.State, changes: Mapping[str, str]
) -> None:
    """A value outside of a closed list, or a text beyond its length: a page of ours sends neither."""
    found = [it for it in state.hard if it.path in changes]
    for it in found:
        node = form.by_path[place_of(it.path)]
        if it.check == "choice" or (it.check == "type" and (node.choices or node.itemset is not None)):
            raise Invalid(
                f"Có câu trả lời không nằm trong các lựa chọn của phiếu. {RELOAD}",
                [Problem(it.path, it.message.get("vi", ""))],
            )
        if it.check == "type" and len(answers.get(it.path, "")) > 2_000:
            raise Invalid(
                f"Một câu trả lời {it.message.get('vi', 'dài quá')}.", [Problem(it.path, "Quá dài")]
            )


def look(opened: Opened) -> tuple[dict[str, str], int, check.State]:
    """The draft evaluated, for the page and for the look back before sending."""
    answers, version = draft_of(opened)
    return answers, version, check.evaluate(opened.form, answers)


def send(opened: Opened, base_version: int, device: devices.Device, form_shown: int = 0) -> str:
    """Send the draft as it was shown; the receipt. Of two at once one wins.

    Raises Answered (a second answer, or the same one again after a lost reply), Moved, and Invalid with every missing
    answer and every error.
    """
    answers, version, state = look(opened)
    if version != base_version or (form_shown and form_shown != opened.form_id):
        if Invitation.objects.filter(pk=opened.invitation.pk, answered=True).exists():
            raise Answered(_receipt_or_none(opened.invitation))
        _refuse_moved(opened, answers, version, base_version, form_shown)
    _refuse_unfinished(state)
    content = {"form": opened.form_id, "answers": dict(state.values), **_marks(opened.campaign, device)}
    if not fits(content):
        raise Invalid("Phần trả lời bằng lời dài quá. Hãy rút ngắn, còn khoảng 1.000 ký tự.")
    receipt = receipt_of(opened.campaign, opened.invitation.pk)
    sealed = seal(_key(opened.campaign, "box"), content, opened.place)
    _write(opened, version, sealed)
    return receipt


def _marks(campaign: Campaign, device: devices.Device) -> dict[str, str]:
    _key(campaign, "signals")
    return devices.marks(campaign, device)


def _refuse_unfinished(state: check.State) -> None:
    problems = [Problem(path, "Chưa trả lời câu này.") for path in state.missing]
    problems += [Problem(it.path, it.message.get("vi", "")) for it in state.hard]
    if problems:
        raise Invalid(f"Chưa gửi được: còn {len(problems)} câu cần xem lại.", problems)


def _write(opened: Opened, version: int, sealed: bytes) -> None:
    """The one transaction of an answer. No moment, no event, no key from one row to the other."""
    it = opened.invitation
    with transaction.atomic():
        if not _standing(it).update(answered=True):
            _refuse_loser(it)
        gone, _ = SealedDraft.objects.filter(invitation=it.pk, version=version).delete()
        # an autosave landed after it was shown, perhaps the first of all: nothing is sent that was not seen
        if bool(gone) != bool(version) or SealedDraft.objects.filter(invitation=it.pk).exists():
            answers, now = draft_of(opened)
            raise Moved(answers, now)
        SealedOpinion.objects.create(
            campaign_id=it.campaign_id, survey=it.survey, path=it.path, group=it.group, sealed=sealed
        )
        _count_burst(it)


def _refuse_loser(invitation: Invitation) -> None:
    former = invitation.group
    invitation.refresh_from_db(fields=["answered", "withdrawn", "group"])
    if invitation.answered:
        raise Answered(_receipt_or_none(invitation))
    if invitation.withdrawn:
        raise Shut("withdrawn")
    if invitation.group != former:  # another questionnaire
        raise Moved({}, 0, reload=True)
    raise Unknown


def window_of(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0) - timedelta(minutes=moment.minute % WINDOW_MINUTES)


def _count_burst(it: Invitation) -> None:
    """Last in the transaction, since all answers about a body meet on this row."""
    place: dict[str, Any] = {
        "campaign_id": it.campaign_id,
        "survey": it.survey,
        "path": it.path,
        "window": window_of(timezone.now()),
    }
    if not Burst.objects.filter(**place).update(count=F("count") + 1):
        Burst.objects.bulk_create([Burst(**place)], ignore_conflicts=True)
        Burst.objects.filter(**place).update(count=F("count") + 1)
