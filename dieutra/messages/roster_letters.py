"""What a body's administrators are told about their list and their requests: by mail and in the product."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from dieutra.campaigns.letters import compose
from dieutra.campaigns.models import Campaign
from dieutra.campaigns.opinion_rules import Letter
from dieutra.messages.models import Channel
from dieutra.messages.single import put
from dieutra.people.models import Post, Role
from dieutra.rosters.models import Request, Roster
from dieutra.rosters.queries import bodies, counts, due_on, roster_at

FROM_HOUR = 7  # nobody is reminded in the night
LATE = timedelta(days=1)  # a worker that stood still longer than this sends no stale reminder

RETURNED = """Danh sách đối tượng của {co_quan} được trả lại để sửa: {cuoc_dieu_tra}

Kính gửi: {ten}

Danh sách đối tượng khảo sát của {co_quan} được trả lại để sửa. Lý do:

{ly_do}

Danh sách đã mở khóa. Đề nghị sửa và gửi lại chậm nhất ngày {han}:

{lien_ket}
"""
ACCEPTED = """Danh sách đối tượng của {co_quan} được tiếp nhận: {cuoc_dieu_tra}

Kính gửi: {ten}

Danh sách {so_phieu} người của {co_quan} đã được tiếp nhận. Xem danh sách:

{lien_ket}
"""
SENT = """Đã nhận danh sách đối tượng của {co_quan}: {cuoc_dieu_tra}

Kính gửi: {ten}

Hệ thống đã nhận danh sách {so_phieu} người của {co_quan}. Mã biên nhận: {ma_bien_nhan}. Danh sách được khóa cho tới khi
Trung ương tiếp nhận hoặc trả lại. Xem danh sách và biên nhận:

{lien_ket}
"""
ANSWERED = """Đề nghị của {co_quan} đã được trả lời: {cuoc_dieu_tra}

Kính gửi: {ten}

Trung ương đã trả lời đề nghị của {co_quan}: {ket_qua}. Xem trả lời tại:

{lien_ket}
"""
OF_ROSTER = {
    "roster.sent": ("list_sent", SENT),
    "roster.accepted": ("list_accepted", ACCEPTED),
    "roster.returned": ("list_returned", RETURNED),
    "roster.reopened": ("list_returned", RETURNED),
}


def of_roster(roster: Roster, verb: str, occasion: str) -> None:
    """The letter of an event of the list, to whoever administers the body."""
    name, otherwise = OF_ROSTER[verb]
    facts = {
        "ly_do": roster.reason,
        "so_phieu": str(sum(it.asked for it in counts(roster).values())),
        "ma_bien_nhan": roster.receipt,
    }
    _tell(roster, name, otherwise, occasion, "", facts)


def remind_bodies(campaign: Campaign, at: datetime | None = None) -> int:
    """The letters of the kind's rules to bodies whose list is not sent, on their day; each once. How many lists.

    The day goes by the body's own due day where the centre granted a later one.
    """
    now, opinion = timezone.localtime(at), campaign.kind.opinion
    rules = [it for it in opinion.letters if it.whom == "body"] if opinion else []
    if not rules or opinion is None or now.hour < FROM_HOUR:
        return 0
    told = 0
    for survey in opinion.surveys:
        for area in bodies(campaign, survey.code):
            roster = roster_at(campaign, survey.code, area)
            if roster.state in Roster.CHANGING:
                told += sum(_remind(roster, rule, now.date()) for rule in rules)
    return told


def _remind(roster: Roster, rule: Letter, today: date) -> bool:
    campaign = roster.campaign
    day = rule.when.day(
        {"opens": campaign.opens_on, "list_due": due_on(roster), "closes": campaign.closes_on}
    )
    if not day <= today <= day + LATE:
        return False
    _tell(roster, rule.what, "", f"{rule.name}-{day:%Y%m%d}", "", {})
    return True


def of_request(request: Request, occasion: str) -> None:
    """That a request was answered; what the answer says stays on the site."""
    facts = {"ket_qua": request.get_state_display().lower()}
    _tell(request.roster, "request_answered", ANSWERED, occasion, "de-nghi/", facts)


def _tell(roster: Roster, name: str, otherwise: str, occasion: str, page: str, facts: dict[str, str]) -> None:
    link = f"/danh-sach-doi-tuong/{roster.campaign.slug}/{roster.survey}/{roster.area.code}/{page}"
    posts = Post.objects.filter(
        campaign=roster.campaign, path=roster.path, role=Role.QTV, ended_at__isnull=True, user__is_active=True
    )
    for post in posts.select_related("user", "campaign"):
        known = {
            "ten": post.user.full_name,
            "ten_dang_nhap": post.user.username,
            "vai_tro": post.role_words,
            "cuoc_dieu_tra": roster.campaign.name,
            "dia_ban": roster.area.name,
            "co_quan": roster.area.name,
            "han": f"{due_on(roster):%d/%m/%Y}",
            "lien_ket": f"{settings.SITE_URL}{link}",
        }
        letter = compose(roster.campaign, name, known | facts, otherwise)
        if letter is None:
            continue
        for channel in (Channel.EMAIL, Channel.NOTICE):
            key = f"{name}|{roster.campaign_id}|{roster.survey}|{roster.path}|{occasion}|{channel}|{post.user_id}"
            put(post, channel, name, key, letter, link=link, obligatory=True)
