"""Publishing a questionnaire."""

from __future__ import annotations

import hashlib

from django.db import transaction

from dieutra.engine.forms.xlsform import load
from dieutra.engine.refusals import NotNow
from dieutra.events.actions import Actor, record
from dieutra.forms.models import FormVersion


def publish(actor: Actor | None, workbook: bytes) -> FormVersion:
    """Compile a workbook and keep it. The same bytes twice are one version; other bytes need another version.

    Raises FormError with sheet, row and column when the workbook is wrong.
    """
    loaded = load(workbook)
    sha256 = hashlib.sha256(workbook).hexdigest()
    form = loaded.form
    standing = FormVersion.objects.filter(form_id=form.id, version=form.version).first()
    if standing and standing.sha256 == sha256:
        return standing
    if standing:
        raise NotNow(
            f"Phiếu {form.id} phiên bản {form.version} đã được công bố với nội dung khác. "
            "Hãy tăng số phiên bản ở sheet settings, cột version."
        )
    with transaction.atomic():
        version = FormVersion.objects.create(
            form_id=form.id,
            version=form.version,
            title=form.title.get("vi") or next(iter(form.title.values())),
            workbook=workbook,
            sha256=sha256,
            xform=loaded.xform_xml,
            model=form.to_json(),
        )
        record(actor, "form.published", version, sha256=sha256)
    return version
