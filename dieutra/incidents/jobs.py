"""By the clock: questions go up when their time has passed and close when nobody says more. And the mail of an answer."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from dieutra.campaigns.letters import compose
from dieutra.incidents import actions
from dieutra.incidents.models import Question
from dieutra.jobs.actions import beat, job
from dieutra.jobs.models import Job
from dieutra.messages.models import Channel
from dieutra.messages.sending import deliver_local
from dieutra.messages.single import put
from dieutra.people.models import Post

State = Question.State
BATCH = 200
ANSWERED = """Câu hỏi của bạn đã được trả lời

Kính gửi: {ten}

Câu hỏi số {so} trong “{cuoc_dieu_tra}” đã được trả lời. Mời xem tại:

{lien_ket}

Nếu câu trả lời chưa đủ rõ, hãy bấm “Hỏi lại”. Sau {han}, câu hỏi tự đóng.

Đây là thư tự động.
"""


@job("incidents.keep_deadlines")
def keep_deadlines(work: Job) -> None:
    """Each question is moved in a transaction of its own; run twice it finds nothing more to move."""
    now = timezone.now()
    due = Question.objects.filter(due_at__lt=now).select_related("campaign")
    done = 0
    for question in due.filter(state=State.OPEN, overdue=False).order_by("due_at")[:BATCH]:
        done += actions.escalate(question)
        beat(work, done=done)
    for question in due.filter(state=State.ANSWERED).order_by("due_at")[:BATCH]:
        done += actions.close_by_itself(question)
        beat(work, done=done)


@job("incidents.send_answered")
def send_answered(work: Job) -> None:
    """Tell the asker that there is an answer, by mail and in the product; what it says stays on the site."""
    question = Question.objects.select_related("campaign", "asker").get(pk=work.payload["question"])
    post = Post.objects.filter(campaign=question.campaign, user=question.asker, ended_at__isnull=True).first()
    if question.state != State.ANSWERED or post is None:
        return
    link = f"/hoi-dap/{question.pk}/"
    facts = {
        "ten": question.asker.full_name,
        "so": str(question.pk),
        "cuoc_dieu_tra": question.campaign.name,
        "lien_ket": f"{settings.SITE_URL}{link}",
        "han": f"{timezone.localtime(question.due_at):%H:%M ngày %d/%m/%Y}",
    }
    if letter := compose(question.campaign, "answered", facts, ANSWERED):
        for channel in (Channel.EMAIL, Channel.NOTICE):
            key = f"answered|{question.pk}|{work.key}|{channel}"
            put(post, channel, "answered", key, letter, link=link, obligatory=True)
        deliver_local()
