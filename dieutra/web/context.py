"""What every page needs: which doors stand open to this person, in this campaign."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from dieutra.campaigns.models import Campaign
from dieutra.campaigns.queries import campaigns_of
from dieutra.incidents.queries import answers_for_me, waiting_for
from dieutra.messages.queries import unread
from dieutra.people.models import Post, User
from dieutra.people.permission import GRANTS, posts_of
from dieutra.web.campaign_here import NAME, campaign_at, fitting

# (verb that opens it, url name, words)
OPINION_DOORS = (
    # of a campaign that asks people
    ("roster.read", "rosters", "Danh sách đối tượng"),
    ("sample.read", "samples", "Chọn mẫu"),
    ("opinion.manage", "opinion_mailing", "Gửi phiếu"),
    ("opinion.progress", "opinion_progress", "Tiến độ khảo sát"),
    ("signal.read", "interference", "Dấu hiệu"),
    ("index.read", "index_home", "Chỉ số"),
)
ONLY_WITH = {"sample": "samples", "scores": "index_home"}  # key of campaign.toml -> its door
DOORS = (
    ("case.fill", "my_form", "Phiếu của tôi"),
    ("case.review", "queue", "Chờ duyệt"),
    ("frame.read", "listings", "Bảng kê"),
    ("progress.read", "progress", "Tiến độ"),
    ("report.read", "reports", "Báo cáo"),
    ("message.send", "messages", "Thông báo"),
    ("faq.read", "help", "Hỏi đáp"),
    ("account.read", "accounts", "Tài khoản"),
    ("supervision.manage", "supervision", "Giám sát viên"),
    ("form.publish", "forms", "Mẫu phiếu"),
    ("team.read", "teams", "Tổ công tác"),
    ("publicity.read", "publicity", "Tuyên truyền"),
    ("incident.manage", "incidents", "Sự cố"),
    ("selfcheck.second", "selfcheck", "Tự đánh giá"),
)
IN_A_ROW = 8  # more doors than stand side by side on a small laptop open from “Thêm”
# what a survey of units has and one that asks people has not
FOR_UNITS = frozenset({"my_form", "queue", "listings", "progress", "reports", "supervision", "teams"})
AT_THE_CENTRE = frozenset(
    {"form.publish", "incident.manage", "selfcheck.second", "opinion.manage", "signal.read"}
)


def _count(user: User, door: str) -> int:
    """What waits behind a door that people may not think of: questions to answer, answers to read."""
    return waiting_for(user).count() + answers_for_me(user).count() if door == "help" else 0


@dataclass(frozen=True)
class Door:
    url: str
    words: str
    here: bool
    count: int = 0


def _doors_for(campaigns: list[Campaign]) -> list[tuple[str, str, str]]:
    """Of a person whose campaigns all ask people, those for units stay shut, and the other way round."""
    asks_people = {campaign.kind.opinion is not None for campaign in campaigns}
    doors: list[tuple[str, str, str]] = list(OPINION_DOORS) if True in asks_people else []
    for key, door in ONLY_WITH.items():
        if not any(key in campaign.rules["campaign"] for campaign in campaigns):
            doors = [it for it in doors if it[1] != door]
    return doors + [it for it in DOORS if False in asks_people or it[1] not in FOR_UNITS]


def _opens(posts: Iterable[Post], verb: str) -> bool:
    return any(it.role in GRANTS[verb] and (it.level == 0 or verb not in AT_THE_CENTRE) for it in posts)


def _keeping(here: Campaign | None, campaigns: list[Campaign], posts: Iterable[Post]) -> dict[str, str]:
    """{door: what its address ends with} for those that lead to the campaign of the page, where one is in several."""
    if here is None or sum(it.kind.opinion is not None for it in campaigns) < 2:
        return {}
    own = [it for it in posts if it.campaign_id == here.pk]
    there = [it for it in _doors_for([here]) if it in OPINION_DOORS]
    return {name: f"?{urlencode({NAME: here.slug})}" for verb, name, _ in there if _opens(own, verb)}


def place_in_the_house(request: HttpRequest) -> dict[str, object]:
    """`doors`: the menu, `more_doors` what has no room in its row; `my_role`: who one is.

    `campaign`: the one chosen here, else the newest; `campaigns_here`: those between which one chooses here.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"doors": (), "more_doors": (), "my_role": "", "campaign": None, "unread_notices": 0}
    campaigns = list(campaigns_of(user))
    at_hand = campaign_at(request) or next(iter(campaigns), None)
    held = list(posts_of(user))
    ends = _keeping(campaign_at(request), campaigns, held)
    doors = [
        Door(
            (url := reverse(name)) + ends.get(name, ""),
            words,
            request.path.startswith(url),
            _count(user, name),
        )
        for verb, name, words in _doors_for(campaigns)
        if _opens(held, verb)
    ]
    row = (
        IN_A_ROW if len(doors) > IN_A_ROW + 1 else len(doors)
    )  # “Thêm” over a single door would save nothing
    posts = sorted(held, key=lambda it: at_hand is None or it.campaign_id != at_hand.pk)
    return {
        "doors": doors[:row],
        "more_doors": doors[row:],
        "more_here": next((it.words for it in doors[row:] if it.here), ""),
        "unread_notices": unread(user),
        "my_role": posts[0].role_words if posts else "",
        "campaign": at_hand,
        "campaigns_here": fitting(request),
    }
