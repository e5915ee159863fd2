"""Background work about people in a campaign."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.utils import timezone

from dieutra.campaigns.letters import ACTIVATION, compose
from dieutra.jobs.actions import job
from dieutra.jobs.models import Job
from dieutra.people.actions import issue_activation
from dieutra.people.models import Post, Role


@job("campaigns.send_activation")
def send_activation(work: Job) -> None:
    """Mail a fresh activation link. Run twice it sends a second link, and only the later one works."""
    post = Post.objects.select_related("user", "campaign").get(pk=work.payload["post"])
    user = post.user
    if user.activated or not user.email:
        return
    until = timezone.localtime(timezone.now() + timedelta(hours=settings.ACTIVATION_HOURS))
    facts = {
        "ten": user.full_name,
        "ten_dang_nhap": user.username,
        "vai_tro": post.get_role_display(),
        "cuoc_dieu_tra": post.campaign.name,
        "han": f"{until:%H:%M ngày %d/%m/%Y}",
        "lien_ket": f"{settings.SITE_URL}/kich-hoat/{issue_activation(user)}/",
    }
    letter = compose(post.campaign, "activation" if post.role == Role.DV else "", facts, ACTIVATION)
    if letter is not None:
        send_mail(*letter, None, [user.email])
