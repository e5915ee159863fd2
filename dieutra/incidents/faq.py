"""Publishing and withdrawing an entry of the FAQ. What names a person or a unit is refused, not cut out silently."""

from __future__ import annotations

import re

from django.db import transaction
from django.utils import timezone

from dieutra.engine.refusals import Invalid, NotNow, Problem
from dieutra.engine.text import search_key
from dieutra.events.actions import record
from dieutra.incidents.models import FaqEntry, Question
from dieutra.incidents.wording import worded
from dieutra.people.models import User
from dieutra.people.permission import require

MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
PHONE = re.compile(r"(?<!\d)(?:\+84|0)(?:[ .]?\d){8,10}(?!\d)")
IDENTITY = re.compile(r"(?<!\d)\d{9}(?:\d{3})?(?!\d)")


def publish_answer(actor: User, question: Question, asked: str, answered: str) -> FaqEntry:
    """Make an answered question's answer known to everybody below the publisher's place."""
    post = require(actor, "faq.publish", question)
    if question.state == Question.State.OPEN:
        raise NotNow("Câu hỏi chưa được trả lời nên chưa đưa vào Hỏi đáp được.")
    asked, answered = worded("Câu hỏi", asked, 4000), worded("Câu trả lời", answered, 4000)
    _refuse_personal(question, {"Câu hỏi": asked, "Câu trả lời": answered})
    with transaction.atomic():
        entry = FaqEntry.objects.create(
            campaign=question.campaign,
            path=post.path,
            source=question,
            topic=question.topic,
            place=question.place,
            place_words=question.place_words,
            question=asked,
            answer=answered,
            search_key=search_key(f"{asked} {answered} {question.place_words}"),
            published_by=actor,
        )
        record(actor, "faq.published", entry, question=question.pk)
    return entry


def withdraw_entry(actor: User, entry: FaqEntry) -> None:
    """Take an entry away; the row stays."""
    require(actor, "faq.publish", entry)
    with transaction.atomic():
        if FaqEntry.objects.filter(pk=entry.pk, withdrawn_at__isnull=True).update(
            withdrawn_at=timezone.now()
        ):
            record(actor, "faq.withdrawn", entry)


def _refuse_personal(question: Question, texts: dict[str, str]) -> None:
    """Invalid that names what would give a person or a unit away to all who read the FAQ."""
    names = {question.asker.full_name}
    if question.case is not None:
        names |= {question.case.unit.name, question.case.unit.code}
    keys = {name: search_key(name) for name in names if len(name) > 3}
    problems = []
    for field, text in texts.items():
        key = f" {search_key(text)} "
        found = [name for name, words in keys.items() if f" {words} " in key]
        found += [match for pattern in (MAIL, PHONE, IDENTITY) for match in pattern.findall(text)]
        problems += [Problem(field, f"“{name}” nhận ra được một người hoặc một đơn vị.") for name in found]
    if problems:
        raise Invalid("Hỏi đáp được mọi người đọc. Hãy bỏ những thông tin sau rồi đăng lại.", problems)
