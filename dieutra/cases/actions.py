"""Writes about cases. Each verb: may the actor, does the state allow it, one transaction.

Every change of a case is a conditional UPDATE on its version: of two people who act at once one wins and the other
is told; nothing is overwritten.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.cases import adopting, last_census, tally
from dieutra.cases.models import Case, Comment, Draft, Finding, Response, State
from dieutra.engine.flow import workflow
from dieutra.engine.flow.workflow import Standing
from dieutra.engine.forms import check, given
from dieutra.engine.forms.form import REVIEW_LEVELS
from dieutra.engine.forms.rows import is_well_placed
from dieutra.engine.lang import place_of
from dieutra.engine.refusals import Invalid, NotNow, Problem, Stale
from dieutra.events.actions import record
from dieutra.forms.queries import engine_form
from dieutra.frames.models import Unit
from dieutra.people.models import User
from dieutra.people.permission import acting_for, require

RECEIPT_LETTERS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
JUSTIFICATION_LENGTH = 1000


@dataclass(frozen=True)
class Saved:
    version: int
    state: check.State


class DraftMoved(Stale):
    """Another tab or person saved first; `draft` is what stands now."""

    def __init__(self, draft: Draft) -> None:
        super().__init__("Phiếu đã được lưu từ một cửa sổ khác. Chưa có gì bị ghi đè.")
        self.draft = draft


class FormMoved(DraftMoved):
    """The page shows a version of the form that the case no longer goes by; it must be loaded again."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(draft)
        self.message = (
            "Mẫu phiếu vừa có phiên bản mới và phiếu của bạn đã được chuyển sang. Chưa có gì bị ghi đè. "
            "Hãy tải lại trang để điền tiếp."
        )


def chain_of(case: Case) -> tuple[int, ...]:
    return workflow.chain_for(case.campaign.kind.review_levels, case.unit_level)


def open_cases(campaign: Campaign, units: Sequence[Unit]) -> None:
    """Create the cases of accepted units: rows, tally and one event each. `units` come with their areas."""
    cases = [
        Case(
            campaign=campaign,
            unit=unit,
            form_id=campaign.form_id,
            path=unit.path,
            unit_level=unit.area.level,
            due_on=campaign.closes_on,
        )
        for unit in units
    ]
    with transaction.atomic():
        made = Case.objects.bulk_create(cases)
        changes: dict[tally.Key, int] = {}
        for case in made:
            key = tally.key_of(case, case.state, case.level)
            changes[key] = changes.get(key, 0) + 1
            record(None, "case.opened", case)
        tally.move(changes)


def save_draft(
    actor: User,
    case: Case,
    base_version: int,
    changes: Mapping[str, str],
    justifications: Mapping[str, str],
    seen: Collection[int] = (),
    tab: str = "",
    form_shown: int = 0,
    derive: bool = False,
    ground: str = "case.fill",
) -> Saved:
    """Put changed cells into the draft (a blank text clears one); `seen` are remarks that the unit marked as read.

    `form_shown` is the version of the form that the page drew; FormMoved when the case goes by another one now. With
    `derive` the values that the changes trigger are set here, because the sender could not (a page without JavaScript, a
    workbook).
    `ground` is the verb that allows it: a unit fills its form; whoever hands out workbooks brings them back, too.

    Raises DraftMoved when `base_version` is not the standing version: nothing is overwritten. The one exception is a
    page (`tab`) whose own last save arrived while the reply was lost: it goes on from there.
    """
    require(actor, ground, case)
    form = engine_form(case.form_id)
    stood = Standing(case.state, case.level)
    became = workflow.start(stood)
    _open_for_filling(case)
    _refuse_unstorable({**changes, **justifications})
    if form_shown and form_shown != case.form_id:
        raise FormMoved(Draft.objects.filter(case=case).first() or Draft(case=case))
    with transaction.atomic():
        draft, _ = Draft.objects.get_or_create(case=case)
        if tab and draft.saved_tab == tab and draft.version == base_version + 1:
            base_version = draft.version
        if draft.version != base_version:
            raise DraftMoved(draft)
        merged = {**answers_now(case, draft), **changes}
        if derive:
            merged |= given.changed(form, merged, changes)
        merged |= given.begin_rows(form, merged)
        answers = check.clean(form, merged)
        said = {**draft.justifications, **_clean_justifications(justifications)}
        version = base_version + 1
        won = Draft.objects.filter(case=case, version=base_version).update(
            answers=answers,
            justifications={key: text for key, text in said.items() if text},
            version=version,
            saved_at=timezone.now(),
            saved_by=actor,
            saved_tab=tab,
        )
        if not won:
            raise DraftMoved(Draft.objects.get(case=case))
        if became != stood:
            go(actor, case, stood, became, "case.started")
        Comment.objects.filter(case=case, pk__in=seen, seen_at__isnull=True).update(seen_at=timezone.now())
        brought: dict[str, Any] = {} if ground == "case.fill" else {"ground": ground}
        record(actor, "draft.saved", case, version=version, cells=len(changes), **brought)
    return Saved(version, check.evaluate(form, {**known_from_frame(case), **answers}))


def _refuse_unstorable(texts: Mapping[str, str]) -> None:
    """NUL and half characters: no database keeps them and no keyboard types them."""
    wrong = [key for key, text in texts.items() if "\x00" in text or not _is_whole(text)]
    if wrong:
        raise Invalid(
            "Có ký tự không lưu được trong câu trả lời. Hãy xóa nội dung ô đó và gõ lại.",
            [Problem(key, "Có ký tự không lưu được") for key in wrong],
        )


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _open_for_filling(case: Case) -> None:
    today = timezone.localdate()
    if today < case.campaign.opens_on:
        raise NotNow(f"Cuộc điều tra mở từ {case.campaign.opens_on:%d/%m/%Y}. Hiện chưa kê khai được.")


def _clean_justifications(given: Mapping[str, str]) -> dict[str, str]:
    too_long = [key for key, text in given.items() if len(text) > JUSTIFICATION_LENGTH]
    if too_long:
        raise Invalid(
            f"Phần giải trình dài quá {JUSTIFICATION_LENGTH} ký tự. Hãy viết ngắn lại.",
            [Problem(key.partition("|")[2], "Giải trình quá dài") for key in too_long],
        )
    return {key: text.strip() for key, text in given.items()}


def known_from_frame(case: Case) -> dict[str, str]:
    """What the frame already knows about the unit, by form path."""
    known = case.campaign.kind.prefill(case.unit)
    form = engine_form(case.form_id)
    return {
        node.path: known[node.name]
        for node in form.nodes
        if node.name in known and is_well_placed(form, node.path)
    }


def answers_now(case: Case, draft: Draft) -> dict[str, str]:
    """The draft as the unit sees it: fixed identification always from the frame, the rest from the frame only at first."""
    known = known_from_frame(case)
    form = engine_form(case.form_id)
    if draft.version == 0:
        return {**given.defaults(form), **known, **draft.answers}
    by_path = form.by_path
    fixed = {path: value for path, value in known.items() if by_path[path].readonly is not None}
    return {**draft.answers, **fixed}


def submit(actor: User, case: Case, base_version: int) -> Response:
    """Send the draft: an immutable response with its findings, a receipt, and the case goes to its first reviewer.

    Raises Invalid naming every missing answer, hard finding and soft finding without justification.
    """
    require(actor, "case.fill", case)
    _open_for_filling(case)
    stood = Standing(case.state, case.level)
    became = workflow.submit(stood, chain_of(case))
    draft = Draft.objects.filter(case=case).first() or Draft(case=case)
    if draft.version != base_version:
        raise DraftMoved(draft)
    form = engine_form(case.form_id)
    state = check.evaluate(form, answers_now(case, draft))
    _refuse_unfinished(form, state, draft.justifications)
    with transaction.atomic():
        # Taken under the draft's version: an autosave that lands meanwhile makes this one the loser.
        won = Draft.objects.filter(case=case, version=base_version).update(version=base_version + 1)
        if not won:
            raise DraftMoved(Draft.objects.get(case=case))
        response = _keep_response(actor, case, dict(state.values))
        found = check.evaluate(form.whole, response.answers).findings if form.set_apart else state.findings
        soft = _keep_findings(response, found, draft.justifications)
        Comment.objects.filter(case=case, resolved_at__isnull=True).update(resolved_at=timezone.now())
        apart = last_census.distance(last_census.compared(case, response.answers))
        go(actor, case, stood, became, "case.submitted", response=response, soft_count=soft, distance=apart)
    return response


def _refuse_unfinished(form: object, state: check.State, said: Mapping[str, str]) -> None:
    problems = [Problem(path, "Chưa trả lời câu bắt buộc.") for path in state.missing]
    for finding in state.findings:
        if finding.severity == "hard":
            problems.append(Problem(finding.path, finding.message.get("vi", "")))
        elif finding.justify and not said.get(f"{finding.check}|{finding.path}", "").strip():
            problems.append(Problem(finding.path, "Cần giải trình: " + finding.message.get("vi", "")))
    if problems:
        raise Invalid(f"Chưa gửi được: còn {len(problems)} chỗ cần xem lại.", problems)


def _keep_response(actor: User, case: Case, answers: dict[str, str]) -> Response:
    number = case.responses.count() + 1
    body = json.dumps(answers, ensure_ascii=False, sort_keys=True)
    return Response.objects.create(
        case=case,
        form_id=case.form_id,
        number=number,
        answers=answers,
        sent_by=actor,
        receipt="".join(secrets.choice(RECEIPT_LETTERS) for _ in range(10)),
        digest=hashlib.sha256(body.encode()).hexdigest(),
    )


def _keep_findings(response: Response, findings: Iterable[check.Finding], said: Mapping[str, str]) -> int:
    rows = [
        Finding(
            response=response,
            check_name=finding.check,
            path=finding.path,
            severity=finding.severity,
            message=finding.message.get("vi", ""),
            justification=said.get(f"{finding.check}|{finding.path}", ""),
            level=finding.level or "",
        )
        for finding in findings
    ]
    Finding.objects.bulk_create(rows)
    return len(rows)


def withdraw(actor: User, case: Case, version: int) -> None:
    """Take a sent form back while nobody has approved it."""
    require(actor, "case.fill", case)
    stood = as_seen(case, version)
    with transaction.atomic():
        go(actor, case, stood, workflow.withdraw(stood), "case.withdrawn")
        _catch_up(case)


def approve(actor: User, case: Case, version: int) -> None:
    """Pass the case to the next level, or accept it at the last."""
    stood = as_seen(case, version)
    became = workflow.approve(stood, chain_of(case))
    post = require(actor, "case.review", case, level=stood.level, why=_other_level(case))
    _refuse_against_rules(case, stood.level)
    with transaction.atomic():
        verb = "case.accepted" if became.state == State.ACCEPTED else "case.approved"
        go(actor, case, stood, became, verb, at_level=post.level, **acting_for(actor, post))


def _refuse_against_rules(case: Case, level: int) -> None:
    """A hard rule of this level, or of one below it, stops the approval as a hard error stops the unit."""
    broken = Finding.objects.filter(
        response=case.response_id, severity="hard", level__in=REVIEW_LEVELS[level:]
    ).order_by("pk")
    if problems := [Problem(it.path, it.message) for it in broken]:
        raise Invalid(
            f"Phiếu còn {len(problems)} lỗi theo quy tắc duyệt. Hãy trả lại để đơn vị sửa.", problems
        )


def give_back(actor: User, case: Case, version: int, text: str, comments: Mapping[str, str]) -> None:
    """Return the case to the unit with a general remark and remarks at cells; at least one is needed."""
    stood = as_seen(case, version)
    became = workflow.give_back(stood)
    post = require(actor, "case.review", case, level=stood.level, why=_other_level(case))
    remarks = [(path, said.strip()) for path, said in {"": text, **comments}.items() if said.strip()]
    if not remarks:
        raise Invalid(
            "Hãy ghi lý do trả lại, chung cho cả phiếu hoặc tại từng ô.",
            [Problem("Lý do trả lại", "Chưa ghi lý do")],
        )
    known = engine_form(case.form_id).by_path
    unknown = [path for path, _ in remarks if path and place_of(path) not in known]
    if unknown:
        raise Invalid(
            "Nhận xét trỏ tới ô không có trong phiếu.", [Problem(path, "Không có ô này") for path in unknown]
        )
    if long := [path for path, said in remarks if len(said) > 2000]:
        raise Invalid(
            "Nhận xét dài quá 2.000 ký tự.", [Problem(path or "Lý do chung", "Quá dài") for path in long]
        )
    with transaction.atomic():
        Comment.objects.bulk_create(
            Comment(case=case, path=path, text=said, author=actor) for path, said in remarks
        )
        facts = {"at_level": post.level, "comments": len(remarks), **acting_for(actor, post)}
        go(actor, case, stood, became, "case.returned", **facts)
        _catch_up(case)


def _catch_up(case: Case) -> None:
    """A form that comes back to its unit goes on with the version that the campaign goes by now."""
    to = Campaign.objects.values_list("form_id", flat=True).get(pk=case.campaign_id)
    if to == case.form_id:
        return
    way = adopting.way_between(case.form_id, to, adopting.renames_since(case.campaign, case.form_id))
    try:
        adopting.carry_over(case, to, way)
    except adopting.SavedMeanwhile:
        raise moved(case) from None


def _other_level(case: Case) -> str:
    return "Phiếu này đang chờ cấp khác duyệt, hoặc không thuộc địa bàn bạn phụ trách."


def as_seen(case: Case, version: int) -> Standing:
    """The standing that the person saw; Stale when the case moved since."""
    if case.version != version:
        raise moved(case)
    return Standing(case.state, case.level)


def moved(case: Case) -> Stale:
    return Stale(
        f"Phiếu vừa được xử lý ở nơi khác và đang ở trạng thái “{State(case.state).label}”. "
        "Việc của bạn chưa được ghi; hãy xem lại phiếu."
    )


def go(
    actor: User,
    case: Case,
    stood: Standing,
    became: Standing,
    verb: str,
    *,
    response: Response | None = None,
    soft_count: int | None = None,
    distance: int | None = None,
    **facts: object,
) -> None:
    """Move a case: conditional UPDATE, tally, one event. Call it inside the verb's transaction."""
    changed: dict[str, object] = {"state": became.state, "level": became.level, "version": case.version + 1}
    if response is not None:
        changed |= {"response": response, "soft_count": soft_count or 0, "distance": distance}
        changed["sendings"] = response.number
        facts["receipt"] = response.number
    changed["changed_at"] = timezone.now()
    won = Case.objects.filter(pk=case.pk, version=case.version, state=stood.state, level=stood.level).update(
        **changed
    )
    if not won:
        case.refresh_from_db()
        raise moved(case)
    for name, value in changed.items():
        setattr(case, name, value)
    if stood != became:
        tally.move(
            {
                tally.key_of(case, stood.state, stood.level): -1,
                tally.key_of(case, became.state, became.level): +1,
            }
        )
    way: dict[str, Any] = {"from": stood.state, "to": became.state, "level": became.level, **facts}
    record(actor, verb, case, **way)
