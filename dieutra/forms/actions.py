"""Publishing a questionnaire."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict

from django.db import transaction

from dieutra.engine.forms.xlsform import load
from dieutra.engine.refusals import NotNow
from dieutra.events.actions import Actor, record
from dieutra.forms.models import FormVersion


def digest_of(workbook: bytes, lists: Mapping[str, bytes]) -> str:
    """SHA-256 of a workbook, with its lists where it has any."""
    digest = hashlib.sha256(workbook)
    for name, content in sorted(lists.items()):
        digest.update(f"\n{name}\n{hashlib.sha256(content).hexdigest()}".encode())
    return digest.hexdigest()


def publish(actor: Actor | None, workbook: bytes, lists: Mapping[str, bytes] | None = None) -> FormVersion:
    """Compile a workbook and keep it. The same bytes twice are one version; other bytes need another version.

    `lists` are the CSV and XML files that it looks up in, by name. Raises FormError with sheet, row and column when the
    workbook is wrong.
    """
    loaded = load(workbook, lists or {})
    sha256 = digest_of(workbook, lists or {})
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
            refused={
                name: [asdict(each) for each in found] for name, found in loaded.refused.items() if found
            },
        )
        record(actor, "form.published", version, sha256=sha256)
    return version
