"""What waits for a person in surveys that ask people: lists to send or to decide, letters to send, points to give,
annulments to confirm."""

from __future__ import annotations

from dieutra.campaigns.models import Campaign
from dieutra.campaigns.queries import opinion_campaigns
from dieutra.indices.models import Assessment
from dieutra.indices.queries import assessments_of
from dieutra.interference.queries import awaits
from dieutra.opinions.mailing import ready
from dieutra.people.models import User
from dieutra.people.permission import may, posts_of
from dieutra.places.models import Level
from dieutra.rosters.models import Roster
from dieutra.rosters.queries import contact_of, contacts_due, open_requests, rosters, surveys_at

Todo = dict[str, object]


def opinion_todo(user: User) -> list[Todo]:
    """{count, words, url, dot: the campaign, of: its name where there are several} as the home page shows them."""
    campaigns = opinion_campaigns(user)
    found: list[Todo] = []
    for campaign in campaigns:
        todo = _centre(user, campaign) if may(user, "roster.accept", campaign) else _body(user, campaign)
        found += [{**it, "of": campaign.name if len(campaigns) > 1 else ""} for it in todo]
    return found


def _body(user: User, campaign: Campaign) -> list[Todo]:
    """Of the bodies that the person administers."""
    posts = [it for it in posts_of(user, campaign.pk) if it.level == Level.PROVINCE and it.role == "qtv"]
    if not posts:
        return []  # whoever only reads there has nothing to do
    done = set(rosters(user, campaign).exclude(state__in=Roster.CHANGING).values_list("survey", "path"))
    lists = sum(
        (survey, post.path) not in done for post in posts for survey in surveys_at(campaign, post.path)
    )
    unnamed = [it for it in posts if contacts_due(campaign) and contact_of(campaign, it.path) is None]
    points = assessments_of(user).filter(campaign=campaign, state__in=Assessment.CHANGING).count()
    return [
        _todo(lists, "danh sách đối tượng cần lập và gửi", "rosters", campaign),
        *(
            [_todo(len(unnamed), "đầu mối công nghệ thông tin chưa cử", "rosters", campaign)]
            if unnamed
            else []
        ),
        *([_todo(points, "bản tự chấm điểm cần gửi", "index_home", campaign)] if points else []),
    ]


def _centre(user: User, campaign: Campaign) -> list[Todo]:
    waiting = rosters(user, campaign).filter(state=Roster.State.SENT).count()
    requests = open_requests(user, campaign).count()
    points = assessments_of(user).filter(campaign=campaign, state=Assessment.State.SENT).count()
    letters = len(ready(campaign)) if may(user, "opinion.manage", campaign) else 0
    annulments = awaits(user, campaign)
    return [
        *(
            [
                _todo(
                    annulments,
                    "đề nghị hủy hoặc khôi phục kết quả chờ người thứ hai",
                    "interference",
                    campaign,
                )
            ]
            if annulments
            else []
        ),
        _todo(waiting, "danh sách chờ tiếp nhận", "rosters", campaign),
        *([_todo(requests, "đề nghị của cơ quan chờ trả lời", "rosters", campaign)] if requests else []),
        *([_todo(letters, "cơ quan chờ gửi phiếu", "opinion_mailing", campaign)] if letters else []),
        *([_todo(points, "bản tự chấm điểm chờ thẩm định", "index_home", campaign)] if points else []),
    ]


def _todo(count: int, words: str, url: str, campaign: Campaign) -> Todo:
    return {"count": count, "words": words, "url": url, "dot": campaign.slug}
