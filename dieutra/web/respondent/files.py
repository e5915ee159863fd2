"""A file of a case, for those who may see it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from dieutra.cases import files
from dieutra.cases.queries import attachment_for
from dieutra.web.requests import signed_in


@login_required
@require_safe
def attachment(request: HttpRequest, pk: int) -> HttpResponse:
    """Always a download: what somebody else sent is never shown as a page of this site."""
    found = get_object_or_404(attachment_for(signed_in(request), pk))
    headers = {
        "Content-Disposition": content_disposition_header(True, found.name) or "attachment",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "no-store",
    }
    return HttpResponse(files.read(found), content_type=found.content_type, headers=headers)


urlpatterns = [path("tep/<int:pk>/", attachment, name="attachment")]
