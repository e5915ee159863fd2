"""A run that was asked for, and what the bell says of annulments: to the centre what waits, to the body what counts."""

from __future__ import annotations

from dieutra.campaigns.models import Campaign
from dieutra.interference.actions import make
from dieutra.interference.models import Annulment
from dieutra.interference.queries import body_names, survey_name
from dieutra.jobs.actions import beat, job
from dieutra.jobs.models import Job
from dieutra.messages.models import Channel
from dieutra.messages.single import put
from dieutra.people.models import Post, User
from dieutra.people.permission import GRANTS

WAITS = {
    "annulment.proposed": "Có đề nghị hủy kết quả khảo sát của {body}, chờ người thứ hai xác nhận.",
    "reversal.proposed": "Có đề nghị khôi phục kết quả khảo sát của {body}, chờ người thứ hai xác nhận.",
}
COUNTS = {
    "annulment.confirmed": "Toàn bộ kết quả {survey} của {body} đã bị hủy. Lý do nêu ở trang thông báo.",
    "reversal.confirmed": "Kết quả {survey} của {body} đã được khôi phục và được tính như trước.",
}


@job("interference.run")
def run(work: Job) -> None:
    """Run twice it makes one: the run bears the job's key."""
    campaign = Campaign.objects.get(pk=work.payload["campaign"])
    actor = User.objects.filter(pk=work.payload["actor"]).first()
    make(actor, campaign, occasion=work.key, between=lambda: beat(work))


@job("interference.tell")
def tell(work: Job) -> None:
    """Run as often as one likes: a notice's key names the event and the person."""
    verb = work.payload["verb"]
    annulment = Annulment.objects.select_related("campaign").get(pk=work.payload["annulment"])
    standing = Post.objects.filter(campaign=annulment.campaign, ended_at__isnull=True, user__is_active=True)
    campaign, path = annulment.campaign, annulment.path
    body = body_names(campaign, [path]).get(path, path)
    facts = {"body": body, "survey": survey_name(campaign, annulment.survey)}
    if verb in WAITS:
        posts = standing.filter(path=annulment.campaign.path, role__in=GRANTS["annulment.decide"])
        posts = posts.exclude(user_id=work.payload["actor"])
        subject, words, link = (
            "Chờ người thứ hai",
            WAITS[verb].format(**facts),
            f"/dau-hieu/huy/{annulment.pk}/",
        )
    else:
        posts = standing.filter(path=annulment.path, role__in=GRANTS["opinion.progress"])
        subject, words, link = "Kết quả khảo sát", COUNTS[verb].format(**facts), "/dau-hieu/thong-bao/"
    for post in posts.select_related("user", "campaign"):
        key = f"annulment|{work.key}|{post.user_id}"
        put(post, Channel.NOTICE, "annulment", key, (subject, words), link=link, obligatory=True)
