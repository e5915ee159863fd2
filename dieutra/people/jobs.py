"""Background work about people."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string

from dieutra.jobs.actions import job
from dieutra.jobs.models import Job
from dieutra.people.actions import issue_activation
from dieutra.people.models import Post


@job("people.send_activation")
def send_activation(work: Job) -> None:
    """Mail a fresh activation link. Run twice it sends a second link, and only the later one works."""
    post = Post.objects.select_related("user", "campaign").get(pk=work.payload["post"])
    user = post.user
    if user.activated or not user.email:
        return
    link = f"{settings.SITE_URL}/kich-hoat/{issue_activation(user)}/"
    body = render_to_string(
        "mail/activation.txt",
        {"user": user, "post": post, "link": link, "hours": settings.ACTIVATION_HOURS},
    )
    send_mail(f"Kích hoạt tài khoản – {post.campaign.name}", body, None, [user.email])
