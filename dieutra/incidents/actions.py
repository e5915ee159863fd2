"""Writes about questions: ask, add, answer, pass on, close, reopen; and by the clock, go up and close.

Each verb is a conditional UPDATE on the question's version, one line in its thread and one event. Events carry where the
question lay and whether the answer was in time, never what was written.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from dieutra.campaigns.desks import Desk, desks_of
from dieutra.campaigns.models import Campaign
from dieutra.cases.models import Case
from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Problem, Stale
from dieutra.events.actions import record
from dieutra.forms.queries import engine_form
from dieutra.incidents.models import Question, Turn
from dieutra.incidents.routing import first_desk, hours_at, next_desk, seat_of, topic_of, topics_at
from dieutra.incidents.wording import Sent, checked_files, keep_files, worded
from dieutra.people.models import Post, User
from dieutra.people.permission import GRANTS, posts_of, require

State, Sort = Question.State, Turn.Sort
MOST_OPEN = 30  # of one asker, so that a script does not bury the desks


def ask(
    actor: User,
    campaign: Campaign,
    topic: str,
    subject: str,
    text: str,
    *,
    case: Case | None = None,
    place: str = "",
    files: Sequence[Sent] = (),
) -> Question:
    """Ask at a place of a case's form, about the form, or in general. Raises Invalid, Forbidden, NotNow."""
    post = _asking_post(actor, campaign, case)
    sort = topic_of(campaign, topic)
    subject, text = worded("Tóm tắt", subject, 200), worded("Nội dung", text, 4000)
    kept = checked_files(files)
    if Question.objects.filter(asker=actor, campaign=campaign, state=State.OPEN).count() >= MOST_OPEN:
        raise NotNow(f"Bạn đang có {MOST_OPEN} câu hỏi chưa được trả lời. Hãy chờ trả lời rồi hỏi tiếp.")
    path = case.path if case else post.path
    if sort not in topics_at(campaign, path):
        raise Invalid(
            "Hãy chọn loại câu hỏi dành cho cơ quan của bạn.", [Problem("Loại câu hỏi", "Hãy chọn lại.")]
        )
    desk = first_desk(campaign, sort, post, path)
    if desk is None:
        raise NotNow("Không có cấp nào trên bạn nhận loại câu hỏi này.")
    words = _place_words(case, place)
    with transaction.atomic():
        question = Question.objects.create(
            campaign=campaign,
            case=case,
            place=place if words else "",
            place_words=words,
            topic=topic,
            subject=subject,
            asker=actor,
            asker_role=post.role,
            asker_level=post.level,
            path=path,
            role=desk.role,
            level=desk.level,
            due_at=_due(campaign, desk.hours),
        )
        turn = Turn.objects.create(
            question=question, sort=Sort.ASKED, author=actor, author_role=post.role, text=text
        )
        keep_files(turn, kept)
        record(actor, "question.asked", question, topic=topic, role=desk.role, level=desk.level)
    return question


def _asking_post(actor: User, campaign: Campaign, case: Case | None) -> Post:
    if case is not None:
        require(actor, "case.read", case)
    posts = [post for post in posts_of(actor, campaign.pk) if post.role in GRANTS["question.ask"]]
    if case is not None:
        posts = [post for post in posts if case.path.startswith(post.path)]
    if not posts:
        raise Forbidden("Tài khoản này không gửi câu hỏi được trong cuộc điều tra.")
    return posts[0]


def _place_words(case: Case | None, place: str) -> str:
    """The words of a place of the case's form; blank for a place that it does not have."""
    if case is None or not place:
        return ""
    node = engine_form(case.form_id).by_path.get(place)
    return (node.label.get("vi", "") or node.name)[:300] if node else ""


def _due(campaign: Campaign, hours: float) -> datetime:
    return desks_of(campaign).clock.after(timezone.localtime(), hours)


def add(actor: User, question: Question, version: int, text: str, files: Sequence[Sent] = ()) -> None:
    """The asker says more while the question waits."""
    _only_the_asker(actor, question)
    _in_state(question, version, State.OPEN)
    text, kept = worded("Nội dung", text, 4000), checked_files(files)
    with transaction.atomic():
        turn = _go(question, Sort.ADDED, actor, question.asker_role, text)
        keep_files(turn, kept)
        record(actor, "question.added", question)


def answer(actor: User, question: Question, version: int, text: str, files: Sequence[Sent] = ()) -> None:
    """Answer from the desk where the question lies; it closes by itself when the asker says nothing more."""
    seat = _seat(actor, question)
    _in_state(question, version, State.OPEN)
    text, kept = worded("Câu trả lời", text, 4000), checked_files(files)
    now = timezone.localtime()
    desks = desks_of(question.campaign)
    in_time = now <= question.due_at and not question.overdue
    waited = round(desks.clock.between(timezone.localtime(question.asked_at), now), 2)
    with transaction.atomic():
        due = desks.clock.after(now, desks.closes_after)
        changes = {"state": State.ANSWERED, "answered_at": now, "due_at": due, "overdue": False}
        turn = _go(question, Sort.ANSWERED, actor, seat.role, text, **changes)
        keep_files(turn, kept)
        facts: dict[str, Any] = {"topic": question.topic, "role": seat.role, "level": seat.level}
        record(actor, "question.answered", question, in_time=in_time, hours=waited, **facts)


def transfer(actor: User, question: Question, version: int, to: str, why: str) -> None:
    """Pass an open question on: `to` is another topic's code, or “up” for the next desk of its own chain."""
    seat = _seat(actor, question)
    _in_state(question, version, State.OPEN)
    why = worded("Lý do chuyển", why, 1000)
    desk = next_desk(question.campaign, question) if to == "up" else _desk_of_topic(question, to)
    if desk is None:
        raise NotNow("Không còn cấp nào trên để chuyển câu hỏi này lên. Bạn là người trả lời cuối cùng.")
    topic = question.topic if to == "up" else to
    with transaction.atomic():
        _go(question, Sort.TRANSFERRED, actor, seat.role, why, topic=topic, **_at(question, desk))
        record(actor, "question.transferred", question, topic=topic, role=desk.role, level=desk.level)


def _desk_of_topic(question: Question, topic: str) -> Desk | None:
    """The desk at which the question would have begun as one of the other topic."""
    sort = topic_of(question.campaign, topic)
    if topic == question.topic:
        raise NotNow("Câu hỏi đã thuộc loại này. Hãy chọn loại khác, hoặc chuyển lên cấp trên.")
    asker = Post(role=question.asker_role, level=question.asker_level, path=question.path)
    return first_desk(question.campaign, sort, asker, question.path)


def close(actor: User, question: Question, version: int, satisfaction: int | None, words: str = "") -> None:
    """The asker ends it, with her satisfaction from 1 to 5 when she likes."""
    _only_the_asker(actor, question)
    _in_state(question, version, State.OPEN, State.ANSWERED)
    if satisfaction is not None and not 1 <= satisfaction <= 5:
        satisfaction = None
    said = worded("Nhận xét", words, 1000, may_be_blank=True)
    with transaction.atomic():
        changes = {"satisfaction": satisfaction, "satisfaction_words": said} if satisfaction or said else {}
        closing = {"state": State.CLOSED, "closed_at": timezone.now(), "overdue": False}
        _go(question, Sort.CLOSED, actor, question.asker_role, said, **closing, **changes)
        record(actor, "question.closed", question, satisfaction=satisfaction or 0)


def rate(actor: User, question: Question, version: int, satisfaction: int, words: str = "") -> None:
    """Satisfaction after the question has closed by itself."""
    _only_the_asker(actor, question)
    _in_state(question, version, State.CLOSED)
    if not 1 <= satisfaction <= 5:
        raise NotNow("Hãy chọn một mức từ 1 đến 5.")
    said = worded("Nhận xét", words, 1000, may_be_blank=True)
    with transaction.atomic():
        _go(question, None, actor, "", "", satisfaction=satisfaction, satisfaction_words=said)
        record(actor, "question.rated", question, satisfaction=satisfaction)


def reopen(actor: User, question: Question, version: int, why: str) -> None:
    """The answer did not help: back to the desk that gave it, with its time anew."""
    _only_the_asker(actor, question)
    _in_state(question, version, State.ANSWERED, State.CLOSED)
    why = worded("Điều còn vướng", why, 4000)
    due = _due(question.campaign, hours_at(question.campaign, question))
    with transaction.atomic():
        opened = {"state": State.OPEN, "closed_at": None, "due_at": due, "satisfaction": None}
        _go(question, Sort.REOPENED, actor, question.asker_role, why, **opened, satisfaction_words="")
        record(actor, "question.reopened", question)


def escalate(question: Question) -> bool:
    """By the clock: an open question whose time has passed goes one desk up; at the last it is marked as overdue.

    False when somebody was faster.
    """
    desk = next_desk(question.campaign, question)
    stood: dict[str, Any] = {"role": question.role, "level": question.level}
    try:
        with transaction.atomic():
            if desk is None:
                _go(question, Sort.OVERDUE, None, "", "", overdue=True)
                record(None, "question.overdue", question, **stood)
            else:
                up = question.escalations + 1
                _go(question, Sort.ESCALATED, None, "", "", escalations=up, **_at(question, desk))
                record(None, "question.escalated", question, by=stood, role=desk.role, level=desk.level)
    except Stale:
        return False
    return True


def close_by_itself(question: Question) -> bool:
    """By the clock: an answered question whose asker said nothing more."""
    try:
        with transaction.atomic():
            _go(question, Sort.CLOSED, None, "", "", state=State.CLOSED, closed_at=timezone.now())
            record(None, "question.closed", question, satisfaction=0)
    except Stale:
        return False
    return True


def _at(question: Question, desk: Desk) -> dict[str, object]:
    due = _due(question.campaign, desk.hours)
    return {"role": desk.role, "level": desk.level, "due_at": due, "overdue": False}


def _only_the_asker(actor: User, question: Question) -> None:
    if question.asker_id != actor.pk:
        raise Forbidden("Chỉ người hỏi làm được việc này.")


def _seat(actor: User, question: Question) -> Post:
    seat = seat_of(actor, question)
    if seat is None or seat.role not in GRANTS["question.answer"]:
        raise Forbidden("Câu hỏi này đang ở bàn trả lời khác, không phải của bạn.")
    return seat


def _in_state(question: Question, version: int, *states: Question.State) -> None:
    if question.version != version:
        raise _moved(question)
    if question.state not in states:
        raise NotNow(f"Câu hỏi đang ở trạng thái “{State(question.state).label}” nên chưa làm được việc này.")


def _moved(question: Question) -> Stale:
    return Stale("Câu hỏi vừa được xử lý ở nơi khác. Việc của bạn chưa được ghi; hãy tải lại trang để xem.")


def _go(
    question: Question, sort: Turn.Sort | None, actor: User | None, role: str, text: str, /, **changes: object
) -> Turn:
    """Conditional UPDATE and one line in the thread. Call it inside the verb's transaction."""
    same = Question.objects.filter(pk=question.pk, version=question.version, state=question.state)
    if not same.update(version=question.version + 1, **changes):
        raise _moved(question)
    turn = Turn(question=question, sort=sort or Sort.CLOSED, author=actor, author_role=role, text=text)
    if sort is not None:
        turn.save()
    question.refresh_from_db()
    return turn
