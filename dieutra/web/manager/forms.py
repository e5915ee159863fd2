"""The campaign's questionnaire: put a workbook up, see what is wrong, look at it every way, publish it, go over to it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from dieutra.campaigns import actions
from dieutra.campaigns.models import Campaign
from dieutra.campaigns.queries import campaigns_of
from dieutra.cases.effect import adoption_job, effect_of, losing_changes
from dieutra.cases.queries import behind_the_campaign
from dieutra.engine.forms.channels import CHANNELS
from dieutra.engine.forms.compare import Comparison, compare
from dieutra.engine.forms.examine import Remark
from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Refusal, Stale
from dieutra.forms.models import FormVersion, Upload
from dieutra.forms.queries import engine_form
from dieutra.jobs.models import Job
from dieutra.people.models import User
from dieutra.people.permission import may
from dieutra.web.requests import signed_in, whole_number

PAGE = 50
SEVERITY = {"error": "Lỗi", "warning": "Nên sửa", "info": "Xem lại"}


def centre_campaign(user: User) -> Campaign:
    """The campaign whose questionnaire the person looks after; Forbidden when there is none."""
    for campaign in campaigns_of(user):
        if may(user, "form.publish", campaign):
            return campaign
    raise Forbidden(actions.CENTRE_ONLY)


def upload_of(campaign: Campaign, pk: int) -> Upload:
    return get_object_or_404(
        Upload.objects.select_related("campaign__form", "by", "published"), pk=pk, campaign=campaign
    )


def version_of(campaign: Campaign, pk: int) -> FormVersion:
    """A version of the campaign's own questionnaire."""
    return get_object_or_404(FormVersion, pk=pk, form_id=campaign.form.form_id)


# --- the list


@login_required
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    campaign = centre_campaign(signed_in(request))
    return _list_page(request, campaign)


def _list_page(request: HttpRequest, campaign: Campaign, refusal: Refusal | None = None) -> HttpResponse:
    versions = FormVersion.objects.filter(form_id=campaign.form.form_id).defer("workbook", "model", "xform")
    uploads = Upload.objects.filter(campaign=campaign, published__isnull=True).defer("workbook")
    context = {
        "standing": campaign.form,
        "versions": versions.order_by("-published_at", "-pk"),
        "uploads": uploads.select_related("by").order_by("-at")[:PAGE],
        "limit": settings.UPLOAD_LIMIT // 1024 // 1024,
        "losing": losing_changes(campaign).count(),
        **_progress(campaign),
    }
    if refusal is not None:
        context |= {"refused": refusal.message, "problems": getattr(refusal, "problems", ())}
    return render(request, "forms/list.html", context, status=refusal.status if refusal else 200)


def _progress(campaign: Campaign) -> dict[str, Any]:
    """How far the last adoption has come."""
    if not campaign.adoptions.exists():
        return {"adopted": False}
    work, left = adoption_job(campaign), behind_the_campaign(campaign).count()
    total = max(work.total if work else 0, left)
    return {
        "adopted": True,
        "left": left,
        "done": total - left,
        "failed": work is not None and work.state == Job.State.FAILED,
        "percent": 100 * (total - left) // total if total else 100,
    }


# --- a workbook that was put up


@login_required
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    campaign = centre_campaign(user)
    try:
        kept = actions.put_up_form(user, campaign, *_file(request), _lists(request))
    except Invalid as refusal:
        return _list_page(request, campaign, refusal)
    return redirect("form_upload", kept.pk)


def _file(request: HttpRequest) -> tuple[bytes, str]:
    file = request.FILES.get("file")
    if file is None:
        raise Invalid("Hãy chọn tệp mẫu phiếu (.xlsx) trên máy của bạn.")
    if (file.size or 0) > settings.UPLOAD_LIMIT:
        raise Invalid(f"Tệp lớn hơn {settings.UPLOAD_LIMIT // 1024 // 1024} MB, không phải một mẫu phiếu.")
    content: bytes = file.read()
    return content, file.name or "phieu.xlsx"


def _lists(request: HttpRequest) -> dict[str, bytes]:
    """The lists that the form looks up in, picked beside it."""
    found: dict[str, bytes] = {}
    for file in request.FILES.getlist("lists"):
        name = (file.name or "").strip()
        if not name.lower().endswith((".csv", ".xml")) or len(name) > 120:
            raise Invalid(
                f"Danh sách “{name[:120]}” không phải tệp .csv hay .xml. Hãy lưu lại từ Excel dạng CSV UTF-8."
            )
        if (file.size or 0) > settings.UPLOAD_LIMIT:
            raise Invalid(
                f"Danh sách {name} lớn hơn {settings.UPLOAD_LIMIT // 1024 // 1024} MB. Hãy chia nhỏ."
            )
        found[name] = file.read()
    return found


@login_required
@require_safe
def uploaded(request: HttpRequest, pk: int) -> HttpResponse:
    """What was found in it, and, without errors, every way to look at it."""
    campaign = centre_campaign(signed_in(request))
    return _upload_page(request, upload_of(campaign, pk))


def _upload_page(request: HttpRequest, kept: Upload, refusal: Refusal | None = None) -> HttpResponse:
    result = kept.result
    context = {
        "upload": kept,
        "errors": _by_sheet(result["errors"]),
        "error_count": len(result["errors"]),
        "advice": _by_sheet(result["advice"]),
        "advice_count": len(result["advice"]),
        "notes": result["notes"],
        "not_on": {name: (CHANNELS[name], _by_sheet(found)) for name, found in result["refused"].items()},
        "form": result["form"],
        "standing": kept.campaign.form,
        "what": "tep",
        "pk": kept.pk,
        "refused": refusal.message if refusal else "",
    }
    return render(request, "forms/upload.html", context, status=refusal.status if refusal else 200)


def _by_sheet(found: Sequence[dict[str, Any]]) -> list[tuple[str, list[tuple[str, Remark]]]]:
    """Remarks by sheet, in the order in which they came; each with the words for its severity."""
    remarks = [Remark.from_json(each) for each in found]
    groups = groupby(remarks, key=lambda it: it.sheet)
    return [
        (f"Sheet {sheet}" if sheet else "Cả tệp", [(SEVERITY[it.severity], it) for it in members])
        for sheet, members in groups
    ]


@login_required
@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    kept = upload_of(centre_campaign(user), pk)
    try:
        version = actions.publish_upload(user, kept)
    except (Invalid, NotNow, Stale) as refusal:
        return _upload_page(request, kept, refusal)
    if version.pk == kept.campaign.form_id:
        messages.info(
            request, f"Tệp này giống hệt phiên bản {version.version} đang dùng, không có gì để công bố thêm."
        )
        return redirect("form_version", version.pk)
    messages.success(
        request, f"Đã công bố phiên bản {version.version}. Cuộc điều tra chưa đổi sang phiên bản này."
    )
    return redirect("form_version", version.pk)


# --- a published version


@login_required
@require_safe
def version(request: HttpRequest, pk: int) -> HttpResponse:
    """What differs from the version in use, what going over would do to the drafts, and the button for it."""
    campaign = centre_campaign(signed_in(request))
    return _version_page(request, campaign, version_of(campaign, pk))


def _version_page(
    request: HttpRequest, campaign: Campaign, found: FormVersion, refusal: Refusal | None = None
) -> HttpResponse:
    context: dict[str, Any] = {"version": found, "standing": campaign.form, "what": "ban", "pk": found.pk}
    if found.pk != campaign.form_id:
        diff = compare(engine_form(campaign.form_id).whole, engine_form(found.pk).whole)
        renamed = renames_ticked(request, diff)
        context |= {
            "diff": diff,
            "renamed": renamed,
            "effect": effect_of(campaign, engine_form(found.pk), renamed, found.pk),
        }
    context |= _progress(campaign)
    context["refused"] = refusal.message if refusal else ""
    return render(request, "forms/version.html", context, status=refusal.status if refusal else 200)


def renames_ticked(request: HttpRequest, diff: Comparison) -> dict[str, str]:
    """The candidates that the person has ticked: old place -> new place."""
    given = request.POST if request.method == "POST" else request.GET
    ticked = set(given.getlist("doi"))
    return {it.old.path: it.new.path for it in diff.renamed if it.old.path in ticked}


@login_required
@require_POST
def adopt(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    campaign = centre_campaign(user)
    found = version_of(campaign, pk)
    standing = whole_number(request.POST.get("standing", ""))
    try:
        diff = compare(engine_form(campaign.form_id).whole, engine_form(found.pk).whole)
        actions.adopt_form(user, campaign, found, standing, renames_ticked(request, diff))
    except (Invalid, NotNow, Stale) as refusal:
        return _version_page(request, centre_campaign(user), found, refusal)
    messages.success(
        request, f"Cuộc điều tra dùng phiên bản {found.version}. Các phiếu đang được chuyển sang."
    )
    return redirect("forms")


@login_required
@require_safe
def losses(request: HttpRequest) -> HttpResponse:
    """The forms that lost answers when they went over: which unit, which questions; the values stay with the unit."""
    campaign = centre_campaign(signed_in(request))
    changes = losing_changes(campaign).prefetch_related("losses")
    page = Paginator(changes, PAGE).get_page(request.GET.get("trang"))
    return render(request, "forms/losses.html", {"page": page, **_progress(campaign)})


urlpatterns = [
    path("mau-phieu/", listed, name="forms"),
    path("mau-phieu/nap/", upload, name="form_put_up"),
    path("mau-phieu/tep/<int:pk>/", uploaded, name="form_upload"),
    path("mau-phieu/tep/<int:pk>/cong-bo/", publish, name="form_publish"),
    path("mau-phieu/ban/<int:pk>/", version, name="form_version"),
    path("mau-phieu/ban/<int:pk>/dung/", adopt, name="form_adopt"),
    path("mau-phieu/mat-cau/", losses, name="form_losses"),
]
