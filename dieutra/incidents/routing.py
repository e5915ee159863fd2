"""Which desk a question goes to: the first of its chain that lies above the asker and has somebody sitting at it."""

from __future__ import annotations

from collections.abc import Iterable

from dieutra.campaigns.desks import Desk, Topic, desks_of
from dieutra.campaigns.models import Campaign
from dieutra.engine.refusals import Invalid, Problem
from dieutra.incidents.models import Question
from dieutra.people.models import Post
from dieutra.people.permission import HasPosts, posts_of
from dieutra.places.paths import lineage


def topic_of(campaign: Campaign, code: str) -> Topic:
    found = desks_of(campaign).topics.get(code)
    if found is None:
        raise Invalid("Hãy chọn loại câu hỏi.", [Problem("Loại câu hỏi", "Chưa chọn")])
    return found


def topics_at(campaign: Campaign, path: str) -> list[Topic]:
    """The sorts of question that somebody at a path may ask: some desks serve a branch alone."""
    codes = path.split("/")
    own = "branch" if len(codes) > 1 and codes[1] in campaign.kind.branch_codes else "catalogue"
    return [it for it in desks_of(campaign).topics.values() if it.areas in ("all", own) or len(codes) < 3]


def first_desk(campaign: Campaign, topic: Topic, asker: Post, path: str) -> Desk | None:
    """None when nobody stands above the asker: the last desk of a chain asks nobody."""
    above = [desk for desk in topic.chain if _above(desk, asker)]
    return _manned(campaign, above, path) or (above[-1] if above else None)


def _above(desk: Desk, asker: Post) -> bool:
    """A desk of the asker's own level counts when it is not her own: a unit asks its district's supervisor."""
    return desk.level < asker.level or (desk.level == asker.level and desk.role != asker.role)


def next_desk(campaign: Campaign, question: Question) -> Desk | None:
    """The next desk upwards with somebody at it; None at the end of the chain."""
    topic = desks_of(campaign).topics.get(question.topic)
    chain = topic.chain if topic else ()
    places = [
        at for at, desk in enumerate(chain) if (desk.role, desk.level) == (question.role, question.level)
    ]
    return _manned(campaign, chain[places[0] + 1 :] if places else chain, question.path)


def hours_at(campaign: Campaign, question: Question) -> float:
    """The time to answer that the question's present desk has."""
    topic = desks_of(campaign).topics.get(question.topic)
    hours = {(desk.role, desk.level): desk.hours for desk in (topic.chain if topic else ())}
    return hours.get((question.role, question.level), 8.0)


def _manned(campaign: Campaign, desks: Iterable[Desk], path: str) -> Desk | None:
    standing = Post.objects.filter(campaign=campaign, ended_at__isnull=True, path__in=lineage(path))
    seats = set(standing.values_list("role", "level"))
    return next((desk for desk in desks if (desk.role, desk.level) in seats), None)


def seat_of(actor: HasPosts, question: Question) -> Post | None:
    """The actor's post at the very desk where the question lies."""
    seats = [
        post
        for post in posts_of(actor, question.campaign_id)
        if (post.role, post.level) == (question.role, question.level) and question.path.startswith(post.path)
    ]
    return seats[0] if seats else None
