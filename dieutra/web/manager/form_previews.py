"""A questionnaire every way that it will be met: web page, workbook, paper, Collect; its dictionary and its differences.

`what` is `tep` for a workbook that was put up, `ban` for a published version.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from dieutra.campaigns.models import Campaign
from dieutra.cases.effect import effect_of
from dieutra.channels.paper.questionnaire import questionnaire_pdf
from dieutra.channels.web.render import form_view
from dieutra.channels.workbook.specimen import specimen_workbook
from dieutra.engine.forms import dictionary
from dieutra.engine.forms.channels import CHANNELS, Refusals
from dieutra.engine.forms.check import evaluate
from dieutra.engine.forms.compare import compare
from dieutra.engine.forms.form import Form
from dieutra.engine.forms.xlsform import Loaded, load
from dieutra.engine.refusals import NotNow
from dieutra.engine.spreadsheet import XLSX
from dieutra.forms.models import FormVersion, Upload
from dieutra.forms.queries import engine_form, lists_of
from dieutra.web.manager.forms import centre_campaign, renames_ticked, upload_of, version_of
from dieutra.web.requests import signed_in


@dataclass(frozen=True)
class Source:
    """A questionnaire to look at."""

    campaign: Campaign
    what: str
    pk: int
    form: Form
    xform: str
    workbook: bytes
    refused: Refusals

    def needs(self, channel: str) -> None:
        """Raises NotNow with the reasons when the channel cannot carry the form."""
        if found := self.refused.get(channel):
            reasons = "; ".join(dict.fromkeys(f"{it.place}: {it.message}" for it in found[:5]))
            raise NotNow(f"Phiếu này không có trên {CHANNELS[channel]}. {reasons}.")

    @property
    def title(self) -> str:
        return self.form.title.get("vi") or next(iter(self.form.title.values()), self.form.id)

    def filename(self, ending: str) -> str:
        return (
            "".join(
                sign if sign.isalnum() and sign.isascii() else "-"
                for sign in f"{self.form.id}-{self.form.version}"
            )
            + ending
        )


def _source(request: HttpRequest, what: str, pk: int) -> Source:
    campaign = centre_campaign(signed_in(request))
    if what == "tep":
        upload = upload_of(campaign, pk)
        if not upload.result["ok"]:
            raise NotNow("Tệp này còn lỗi nên chưa xem trước được. Hãy sửa các lỗi rồi nạp lại tệp.")
        loaded = _loaded(upload.pk)
        content = bytes(upload.workbook)
        return Source(campaign, what, pk, loaded.form, loaded.xform_xml, content, loaded.refused)
    if what == "ban":
        version: FormVersion = version_of(campaign, pk)
        content, form = bytes(version.workbook), engine_form(version.pk).whole
        return Source(campaign, what, pk, form, version.xform, content, version.refusals)
    raise Http404


@lru_cache(maxsize=8)
def _loaded(upload: int) -> Loaded:
    """A workbook that was put up never changes."""
    kept = Upload.objects.get(pk=upload)
    return load(bytes(kept.workbook), lists_of(kept))


@login_required
@require_safe
def web(request: HttpRequest, what: str, pk: int) -> HttpResponse:
    """The page as a unit sees it; it checks and calculates, and keeps nothing."""
    found = _source(request, what, pk)
    found.needs("web")
    form, lang = found.form.for_unit, request.GET.get("lang", "vi")
    state = evaluate(form, {})
    lang = lang if lang in form.languages else form.languages[0]
    view = form_view(
        form,
        dict(state.values),
        state.findings,
        {},
        [],
        lang,
        False,
        relevant=state.relevant,
        missing=state.missing,
    )
    context = {
        "source": found,
        "view": view,
        "state": view.browser_state(version=0, key=f"preview.{what}.{pk}", csrf="", urls={}),
    }
    return render(request, "forms/preview.html", context)


@login_required
@require_safe
def workbook(request: HttpRequest, what: str, pk: int) -> HttpResponse:
    found = _source(request, what, pk)
    found.needs("workbook")
    return _file(
        specimen_workbook(found.form.for_unit, found.campaign), XLSX, found.filename("-xem-thu.xlsx")
    )


@login_required
@require_safe
def paper(request: HttpRequest, what: str, pk: int) -> HttpResponse:
    found = _source(request, what, pk)
    mark = "" if what == "ban" else "XEM THỬ"
    return _file(questionnaire_pdf(found.form, mark), "application/pdf", found.filename(".pdf"), "inline")


@login_required
@require_safe
def xform(request: HttpRequest, what: str, pk: int) -> HttpResponse:
    found = _source(request, what, pk)
    return _file(found.xform.encode(), "application/xml", found.filename(".xml"))


@login_required
@require_safe
def original(request: HttpRequest, what: str, pk: int) -> HttpResponse:
    """The author's workbook, byte for byte."""
    if what == "tep":
        upload = upload_of(centre_campaign(signed_in(request)), pk)
        return _file(bytes(upload.workbook), XLSX, f"mau-phieu-{upload.sha256[:8]}.xlsx")
    found = _source(request, what, pk)
    return _file(found.workbook, XLSX, found.filename(".xlsx"))


@login_required
@require_safe
def words(request: HttpRequest, what: str, pk: int) -> HttpResponse:
    """The data dictionary on a screen."""
    found = _source(request, what, pk)
    context = {"source": found, "entries": dictionary.dictionary(found.form), "heads": dictionary.HEADS}
    return render(request, "forms/dictionary.html", context)


@login_required
@require_safe
def words_file(request: HttpRequest, what: str, pk: int) -> HttpResponse:
    found = _source(request, what, pk)
    return _file(dictionary.as_xlsx(found.form), XLSX, found.filename("-tu-dien.xlsx"))


@login_required
@require_safe
def differences(request: HttpRequest, what: str, pk: int) -> HttpResponse:
    """Side by side with the version in use."""
    found = _source(request, what, pk)
    standing = found.campaign.form
    diff = compare(engine_form(standing.pk).whole, found.form)
    renamed = renames_ticked(request, diff)
    context = {"source": found, "standing": standing, "diff": diff, "renamed": renamed}
    if what == "tep":
        context["effect"] = effect_of(found.campaign, found.form, renamed)
    return render(request, "forms/diff.html", context)


def _file(content: bytes, type_: str, name: str, disposition: str = "attachment") -> HttpResponse:
    headers = {"Content-Disposition": f'{disposition}; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type=type_, headers=headers)


START = "mau-phieu/<str:what>/<int:pk>"
urlpatterns = [
    path(f"{START}/xem-thu/", web, name="form_preview"),
    path(f"{START}/phieu-trong.xlsx", workbook, name="form_workbook"),
    path(f"{START}/phieu-trong.pdf", paper, name="form_paper"),
    path(f"{START}/collect.xml", xform, name="form_xform"),
    path(f"{START}/tep-goc.xlsx", original, name="form_original"),
    path(f"{START}/tu-dien/", words, name="form_dictionary"),
    path(f"{START}/tu-dien.xlsx", words_file, name="form_dictionary_file"),
    path(f"{START}/so-sanh/", differences, name="form_diff"),
]
