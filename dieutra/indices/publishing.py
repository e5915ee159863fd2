"""Asking for a reckoning, and publishing one: an immutable version with its digest; a correction is a new version."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from django.db import IntegrityError, transaction
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.engine.refusals import Invalid, NotNow, Problem, Stale
from dieutra.events.actions import record
from dieutra.incidents.wording import worded
from dieutra.indices.figures import canonical, compose, given_digest
from dieutra.indices.models import Publication, Reckoning
from dieutra.indices.queries import need_scheme
from dieutra.interference.annulling import close
from dieutra.interference.queries import annulled, counted_version
from dieutra.opinions.closing import why_open
from dieutra.people.models import User
from dieutra.people.permission import require

State = Reckoning.State
NOT_CENTRE = "Chỉ trung ương tính chỉ số."
NOT_PUBLISHER = "Chỉ quản trị viên trung ương công bố chỉ số."
MOVED = "Điểm, câu trả lời hoặc quy tắc đã thay đổi sau lần tính này. Hãy tính lại và xem bản mới trước khi công bố."

GAVE_UP = "Tiến trình nền dừng giữa chừng, không có kết quả."
LONGEST = timedelta(minutes=15)


def ask_reckoning(actor: User, campaign: Campaign, survey: str) -> Reckoning:
    """A computation in the background; one at a time. Raises Forbidden, NotNow."""
    require(actor, "index.verify", campaign, why=NOT_CENTRE)
    need_scheme(campaign, survey)
    waiting = Reckoning.objects.filter(campaign=campaign, survey=survey, state=State.ASKED)
    waiting.filter(asked_at__lt=timezone.now() - LONGEST).update(state=State.REFUSED, note=GAVE_UP)
    if waiting.exists():
        raise NotNow("Đang có một lần tính chưa xong. Hãy chờ kết quả rồi tính lại nếu cần.")
    with transaction.atomic():
        reckoning = Reckoning.objects.create(
            campaign=campaign, survey=survey, path=campaign.path, asked_by=actor
        )
        record(actor, "index.reckoning_asked", reckoning, survey=survey)
    return reckoning


def reckon(reckoning: Reckoning) -> None:
    """Compute it; safe to run twice. What the engine refuses is kept as the reason, and nobody waits for ever."""
    if reckoning.state != State.ASKED:
        return
    campaign, survey = reckoning.campaign, reckoning.survey
    changes: dict[str, object] = {"done_at": timezone.now()}
    try:
        scheme, without = need_scheme(campaign, survey), _annulled(campaign, survey)
        given = given_digest(campaign, scheme, without)
        figures = compose(campaign, scheme, without)
        changes |= {"state": State.DONE, "figures": figures, "given": given}
    except Invalid as refusal:
        words = "; ".join(f"{it.place}: {it.message}" for it in refusal.problems[:20])
        changes |= {"state": State.REFUSED, "note": f"{refusal.message} {words}"}
    with transaction.atomic():
        if Reckoning.objects.filter(pk=reckoning.pk, state=State.ASKED).update(**changes):
            reckoning.refresh_from_db()
            record(None, "index.reckoned", reckoning, survey=survey, state=reckoning.state)


def publish(actor: User, reckoning: Reckoning, reason: str = "", with_lacking: bool = False) -> Publication:
    """Freeze a reckoning's figures as the next version.

    Raises Forbidden; NotNow while answers may still come, when it is not the newest, or what it was computed from has
    changed; Invalid when bodies have no index and that was not confirmed, or a correction has no reason; Stale when
    somebody else published meanwhile.
    """
    require(actor, "index.publish", reckoning.campaign, why=NOT_PUBLISHER)
    # read first: whoever annuls or restores after this is found out by the gate inside the transaction
    version = counted_version(reckoning.campaign, reckoning.survey)
    _still_stands(reckoning)
    _refuse_lacking(reckoning, with_lacking)
    at = {"campaign": reckoning.campaign, "survey": reckoning.survey}
    number = Publication.objects.filter(**at).count() + 1
    reason = worded("Lý do công bố lại", reason, 2000, may_be_blank=number == 1)
    now = timezone.now()
    content = canonical(
        {
            **reckoning.figures,
            "version": number,
            "reason": reason,
            "published_on": f"{timezone.localtime(now):%Y-%m-%d}",
        }
    )
    digest = sha256(content.encode()).hexdigest()
    try:
        with transaction.atomic():
            close(reckoning.campaign, reckoning.survey, version)
            _still_stands(reckoning)  # once more: points and answers may have moved since the first look
            publication = Publication.objects.create(
                **at, path=reckoning.path, number=number, reckoning=reckoning, content=content, sha256=digest,
                reason=reason, published_at=now, published_by=actor,
            )  # fmt: skip
            record(
                actor, "index.published", publication, survey=reckoning.survey, number=number, sha256=digest
            )
    except IntegrityError:
        raise Stale("Người khác vừa công bố chỉ số này. Hãy tải lại trang để xem.") from None
    return publication


def _annulled(campaign: Campaign, survey: str) -> frozenset[str]:
    """Paths of the bodies whose results of a survey do not count."""
    return frozenset(path for of, path in annulled(campaign) if of == survey)


def why_not_yet(campaign: Campaign) -> str:
    """Why no index of a campaign may be published today; blank when it may. Publication ends all annulling."""
    why = why_open(campaign)
    return f"Chưa công bố chỉ số được. {why} Sau đó, hãy tính lại rồi công bố." if why else ""


def _still_stands(reckoning: Reckoning) -> None:
    campaign, survey = reckoning.campaign, reckoning.survey
    if why := why_not_yet(campaign):
        raise NotNow(why)
    if reckoning.state != State.DONE:
        raise NotNow("Lần tính này chưa có kết quả nên chưa công bố được.")
    if Publication.objects.filter(reckoning=reckoning).exists():
        raise NotNow("Lần tính này đã được công bố.")
    newer = Reckoning.objects.filter(campaign=campaign, survey=survey, state=State.DONE, pk__gt=reckoning.pk)
    if newer.exists():
        raise NotNow("Đã có lần tính mới hơn. Hãy xem và công bố lần tính mới nhất.")
    given = given_digest(campaign, need_scheme(campaign, survey), _annulled(campaign, survey))
    if given != reckoning.given:
        raise NotNow(MOVED)


def _refuse_lacking(reckoning: Reckoning, confirmed: bool) -> None:
    rows = reckoning.figures["bodies"]
    if all(row["points"] is None for row in rows):
        raise NotNow("Chưa cơ quan nào có chỉ số nên chưa có gì để công bố.")
    lacking = [row for row in rows if row["points"] is None]
    if lacking and not confirmed:
        problems = [Problem(row["name"], f"Thiếu điểm ở {len(row['lacking'])} mục.") for row in lacking]
        raise Invalid(
            f"{len(lacking)} cơ quan chưa đủ số liệu. "
            "Hãy đánh dấu xác nhận nếu vẫn công bố; các cơ quan này không có chỉ số.",
            problems,
        )
