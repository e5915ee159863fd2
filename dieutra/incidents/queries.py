"""Reading questions and the FAQ: mine, waiting for me, one thread, and what may help at a question of the form."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone

from dieutra.engine.text import search_key
from dieutra.incidents.models import FaqEntry, Question, TurnFile
from dieutra.people.models import User
from dieutra.people.permission import GRANTS, HasPosts, posts_of, visible_to
from dieutra.places.paths import lineage, under

State = Question.State


def my_questions(actor: User) -> QuerySet[Question]:
    """What the actor asked: unread answers first, then the latest."""
    return Question.objects.filter(asker=actor).select_related("campaign").order_by("-asked_at", "-pk")


def waiting_for(actor: HasPosts) -> QuerySet[Question]:
    """Open questions at the actor's desks, the most urgent first."""
    desks = Q(pk__in=[])
    for post in posts_of(actor):
        if post.role in GRANTS["question.answer"]:
            here = Q(campaign_id=post.campaign_id, role=post.role, level=post.level)
            desks |= here & under("path", post.path)
    waiting = Question.objects.filter(desks, state=State.OPEN).select_related(
        "asker", "campaign", "case__unit"
    )
    return waiting.order_by("due_at", "pk")


def in_my_area(actor: User, state: str = "", text: str = "") -> QuerySet[Question]:
    """All questions below the actor, at whatever desk; the latest first."""
    found = visible_to(Question.objects.all(), actor, "question.read").select_related("asker", "campaign")
    if state:
        found = found.filter(state=state)
    if text:
        found = found.filter(subject__icontains=text)
    return found.order_by("-asked_at", "-pk")


def question_for(actor: User, pk: int) -> QuerySet[Question]:
    """At most one question: the asker's own, or one below a post that reads questions."""
    read = visible_to(Question.objects.all(), actor, "question.read").values("pk")
    related = ("asker", "campaign", "case__unit__area")
    return Question.objects.filter(Q(asker=actor) | Q(pk__in=read), pk=pk).select_related(*related)


def file_for(actor: User, pk: int) -> QuerySet[TurnFile]:
    """At most one file, of a question that the actor may read."""
    questions = visible_to(Question.objects.all(), actor, "question.read").values("pk")
    scope = Q(turn__question__asker=actor) | Q(turn__question__in=questions)
    return TurnFile.objects.filter(scope, pk=pk)


def answers_for_me(actor: User) -> QuerySet[Question]:
    """Answered questions that their asker has not closed."""
    return Question.objects.filter(asker=actor, state=State.ANSWERED)


def late(questions: QuerySet[Question]) -> QuerySet[Question]:
    return questions.filter(Q(due_at__lt=timezone.now()) | Q(overdue=True))


def faq_for(actor: HasPosts) -> QuerySet[FaqEntry]:
    """Entries that were published for the actor's places."""
    mine = Q(pk__in=[])
    for post in posts_of(actor):
        mine |= Q(campaign_id=post.campaign_id, path__in=lineage(post.path))
        if post.role in GRANTS["faq.publish"]:
            mine |= Q(campaign_id=post.campaign_id) & under("path", post.path)
    return FaqEntry.objects.filter(mine, withdrawn_at__isnull=True).order_by("-published_at", "-pk")


def search_faq(actor: HasPosts, text: str) -> QuerySet[FaqEntry]:
    """Entries that hold every word of the text, with or without tone marks."""
    found = faq_for(actor)
    for word in search_key(text).split()[:12]:
        found = found.filter(search_key__contains=word)
    return found


def faq_by_place(actor: HasPosts, campaign_id: int) -> dict[str, list[FaqEntry]]:
    """Place of the form -> its entries, for the form's page."""
    found: dict[str, list[FaqEntry]] = {}
    for entry in faq_for(actor).filter(campaign_id=campaign_id).exclude(place="")[:500]:
        found.setdefault(entry.place, []).append(entry)
    return found
