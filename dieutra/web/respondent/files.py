"""Files of a case: kept by the unit that fills it, downloaded by those who may see it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from dieutra.cases import files
from dieutra.cases.queries import attachment_for
from dieutra.engine.refusals import Invalid
from dieutra.web.requests import signed_in
from dieutra.web.respondent.keeping import keep_at
from dieutra.web.respondent.views import own_case


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


@login_required
@require_POST
def file_keep(request: HttpRequest, pk: int) -> HttpResponse:
    """path and file -> {name, url, type}; the answer is saved by the page as any other."""
    case, sent = own_case(request, pk), request.FILES.get("file")
    if sent is None:
        raise Invalid("Chưa nhận được tệp nào. Hãy chọn tệp rồi gửi lại.")
    kept = keep_at(signed_in(request), case, request.POST.get("path", ""), sent)
    url = reverse("attachment", args=[kept.pk])
    return JsonResponse({"name": kept.name, "url": url, "type": kept.content_type})


urlpatterns = [
    path("tep/<int:pk>/", attachment, name="attachment"),
    path("phieu/<int:pk>/tep/", file_keep, name="file_keep"),
]
