"""From what Collect sent to the case: kept as it came first, then put into the draft and sent by the cases' own actions.

A submission ends in one of these ways, and Collect is told so in words:

sent      without findings and with all its files: the case goes to review
kept      in the draft; what is wrong, missing or to be explained is left to the unit on the web, or to a new round
held      the draft holds somebody else's work: nothing is overwritten, the unit chooses on the web
refused   not for this person, this unit or this moment: the phone keeps it, and so do we
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from dieutra.cases import actions, files
from dieutra.cases.models import Case, Draft, Submission
from dieutra.cases.queries import case_for
from dieutra.channels.openrosa import keeping, reading
from dieutra.channels.openrosa.lists import Offered, cases_to_collect, forms_for
from dieutra.channels.openrosa.served import serve
from dieutra.engine.flow import workflow
from dieutra.engine.flow.workflow import Standing
from dieutra.engine.forms import check
from dieutra.engine.forms.form import Form
from dieutra.engine.forms.submission import SubmissionError, read_submission
from dieutra.engine.lang import place_of
from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Problem, Refusal
from dieutra.events.actions import record
from dieutra.forms.models import FormVersion
from dieutra.forms.queries import engine_form
from dieutra.people.models import User

FILE_LIMIT = 20 * 1024 * 1024
Outcome = Submission.Outcome
DONE = (Outcome.SENT, Outcome.PASSED, Outcome.HELD)
TAB = "collect:"  # a draft that a submission saved bears its number in place of a page's


@dataclass(frozen=True)
class Told:
    """How a submission ended; `message` is for the collector."""

    outcome: str
    message: str


@dataclass(frozen=True)
class Drawn:
    """A submission beside the draft: what it would change, what of the draft is people's own, the files it names."""

    changes: dict[str, str]
    own: frozenset[str]
    files: tuple[str, ...]


def receive(actor: User, xml: bytes, parts: Mapping[str, bytes], complete: bool = True) -> Told:
    """Take a submission. `complete` is False when Collect says that further files follow in another request.

    Raises a Refusal in words for the collector; what was refused after its form was known is kept all the same.
    """
    head = reading.head_of(xml)
    offered = _offered(actor, head)
    submission = keeping.keep(actor, offered.version, head, xml)
    keeping.keep_files(submission, parts)
    try:
        with transaction.atomic():
            return _put_into_case(actor, submission, offered, complete)
    except Refusal as refusal:
        keeping.refused(actor, submission, refusal)
        raise


def _offered(actor: User, head: reading.Head) -> Offered:
    """The form that the submission is of; one of its older versions counts, too."""
    forms = forms_for(actor)
    for it in forms:
        if (it.version.form_id, it.version.version) == (head.form_id, head.version):
            return it
    for it in forms:
        older = FormVersion.objects.filter(form_id=head.form_id, version=head.version).first()
        if it.version.form_id == head.form_id and older is not None:
            return Offered(older, it.campaigns)
    raise Invalid(
        f"Máy chủ không có phiếu “{head.form_id}” phiên bản “{head.version}” cho tài khoản này. "
        "Hãy tải lại danh sách phiếu; bản đã nhập vẫn còn trong máy."
    )


# --- into the case


def _put_into_case(actor: User, submission: Submission, offered: Offered, complete: bool) -> Told:
    """One transaction: the draft, the files, the sending, and how the submission ended."""
    submission = Submission.objects.select_for_update().get(pk=submission.pk)
    if submission.outcome in DONE:
        return Told(submission.outcome, submission.note)
    case = _case(actor, submission, offered)
    _as_edit(submission, case)
    draft = Draft.objects.filter(case=case).first() or Draft(case=case)
    again = submission.outcome == Outcome.KEPT
    if again and (case.state not in workflow.FILLABLE or draft.saved_tab != tab_of(submission)):
        # The unit went on with it: what came in addition is added, nothing else.
        if case.state in workflow.FILLABLE:
            attach(actor, submission, case)
        return Told(submission.outcome, submission.note)
    workflow.start(Standing(case.state, case.level))
    wanted = drawn(submission, case, draft)
    if not again and _is_others_work(actor, submission, draft, wanted):
        return _end(actor, submission, case, Outcome.HELD, HELD)
    taken = attach(actor, submission, case)
    lacking = [name for name in wanted.files if name not in taken]
    version = draft.version
    if wanted.changes or not version:
        version = actions.save_draft(actor, case, version, wanted.changes, {}, tab=tab_of(submission)).version
    return _send(actor, submission, case, version, lacking, complete)


LACKING = (
    "Đã nhận phiếu nhưng chưa gửi lên cấp duyệt vì thiếu tệp hoặc không nhận được loại tệp: {}. "
    "Đơn vị bổ sung trên trang web, hoặc bạn gửi lại kèm tệp."
)
HELD = (
    "Máy chủ đã nhận và giữ bản gửi này. Phiếu của đơn vị đang có số liệu khác do người khác nhập nên chưa thay. "
    "Đơn vị sẽ chọn bản dùng trên trang web; bạn không cần gửi lại."
)


def _case(actor: User, submission: Submission, offered: Offered) -> Case:
    """The case that the collector chose, or her only one when the form does not ask."""
    key = reading.text_at(bytes(submission.xml), offered.served.key_path)
    if not key:
        only = list(cases_to_collect(actor, offered)[:2])
        if len(only) != 1:
            raise Invalid("Bản gửi chưa chọn đơn vị. Hãy mở lại phiếu, chọn đơn vị ở câu đầu tiên rồi gửi.")
        key = str(only[0].pk)
    chosen = (
        case_for(actor, int(key), "case.fill") if key.isascii() and key.isdigit() and len(key) < 18 else None
    )
    case = chosen.filter(campaign__in=offered.campaigns).first() if chosen is not None else None
    if case is None:
        raise Forbidden(
            "Đơn vị đã chọn không thuộc địa bàn được giao cho bạn. Bản đã nhập vẫn còn trong máy; "
            "hãy cập nhật danh sách đơn vị, hoặc hỏi quản trị viên."
        )
    return case


def _as_edit(submission: Submission, case: Case) -> None:
    """An edit (deprecatedID) stays with the unit that the edited submission was about."""
    if not submission.deprecated_id:
        return
    edited = Submission.objects.filter(
        form__form_id=submission.form.form_id, instance_id=submission.deprecated_id
    ).first()
    if edited is not None and edited.case_id not in (None, case.pk):
        raise NotNow("Bản sửa phải cho đúng đơn vị của bản đã gửi. Hãy chọn lại đơn vị ở câu đầu tiên.")


def tab_of(submission: Submission) -> str:
    return f"{TAB}{submission.pk}"


def drawn(submission: Submission, case: Case, draft: Draft) -> Drawn:
    """The whole draft as the submission wants it: the frame's values under its answers, nothing else left standing."""
    sent_form = engine_form(submission.form_id)
    try:
        read = read_submission(sent_form, bytes(submission.xml))
    except SubmissionError as error:
        raise Invalid(str(error)) from None
    key = serve(submission.form.xform, sent_form, ()).key_path  # which unit is no answer of the unit's
    form = engine_form(case.form_id)
    answers = {
        path: files.clean_name(text) if _is_file(form, path) else text
        for path, text in read.answers.items()
        if path != key
    }
    known = actions.known_from_frame(case)
    wanted = {**known, **check.clean(form, answers)}
    stands = actions.answers_now(case, draft)
    changes = {path: "" for path in stands if path not in wanted} | {
        path: text for path, text in wanted.items() if stands.get(path, "") != text
    }
    own = frozenset(path for path, text in draft.answers.items() if text != known.get(path))
    return Drawn(changes, own, read.files)


def _is_file(form: Form, path: str) -> bool:
    node = form.by_path.get(place_of(path))
    return node is not None and node.type == "binary"


def _is_others_work(actor: User, submission: Submission, draft: Draft, wanted: Drawn) -> bool:
    """Would this overwrite what somebody else, or the same person on the web, put into the draft?"""
    if not wanted.own & wanted.changes.keys():
        return False
    mine = draft.saved_tab.startswith(TAB) and draft.saved_by_id == actor.pk
    return not mine and not _edits(submission, draft)


def _edits(submission: Submission, draft: Draft) -> bool:
    """Is the standing draft the very submission that this one says it edits?"""
    edited = Submission.objects.filter(instance_id=submission.deprecated_id, case_id=draft.case_id).first()
    return bool(submission.deprecated_id) and edited is not None and draft.saved_tab == tab_of(edited)


def attach(actor: User, submission: Submission, case: Case) -> set[str]:
    """Make the files that came the case's own. One of a kind that is not taken stays with the submission alone."""
    taken = set()
    for row in submission.files.all():
        try:
            name = files.clean_name(row.name)
            content_type = files.check(name, files.content_of(row.sha256, name), FILE_LIMIT)
        except Invalid:
            continue
        files.attach(actor, case, name, row.sha256, row.size, content_type)
        taken.add(row.name)
    return taken


def _send(
    actor: User, submission: Submission, case: Case, version: int, lacking: Sequence[str], complete: bool
) -> Told:
    """Send the case when nothing stands in the way, else leave it in the draft and say why."""
    if submission.form_id != case.form_id:
        words = "Phiếu gửi theo phiên bản cũ nên chưa gửi lên cấp duyệt; đơn vị cần xem lại trên trang web."
        return _end(actor, submission, case, Outcome.KEPT, f"Đã nhận. {words}")
    if not complete:
        return _end(actor, submission, case, Outcome.KEPT, "Đã nhận phiếu, đang chờ các tệp gửi tiếp theo.")
    if lacking:
        return _end(actor, submission, case, Outcome.KEPT, LACKING.format(", ".join(lacking[:3])))
    try:
        with transaction.atomic():
            response = actions.submit(actor, case, version)
    except Invalid as refusal:
        return _end(actor, submission, case, Outcome.KEPT, _unfinished(case, refusal.problems))
    submission.response = response
    words = f"Đã nhận và gửi phiếu của {case.unit.name}. Mã biên nhận: {response.receipt}."
    return _end(actor, submission, case, Outcome.SENT, words)


def _unfinished(case: Case, problems: Sequence[Problem]) -> str:
    form = engine_form(case.form_id)
    told = []
    for problem in problems[:3]:
        node = form.by_path.get(place_of(problem.place))
        label, message = node.label.get("vi", "") if node else "", problem.message.rstrip(".")
        told.append(f"{label}: {message}" if label else message)
    more = f" Còn {len(problems) - 3} chỗ khác." if len(problems) > 3 else ""
    return (
        f"Đã nhận phiếu của {case.unit.name} nhưng chưa gửi lên cấp duyệt vì còn {len(problems)} chỗ cần xem lại: "
        f"{' | '.join(told)}.{more} Đơn vị sửa trên trang web, hoặc bạn nhập lại và gửi bản mới."
    )


def _end(actor: User, submission: Submission, case: Case, outcome: str, message: str) -> Told:
    if (submission.outcome, submission.note, submission.case_id) == (outcome, message, case.pk):
        return Told(outcome, message)  # asked again, and nothing has changed
    submission.case, submission.outcome, submission.note = case, outcome, message
    submission.save(update_fields=["case", "outcome", "note", "response"])
    record(actor, f"submission.{outcome}", case, submission=submission.pk, files=submission.files.count())
    return Told(outcome, message)
