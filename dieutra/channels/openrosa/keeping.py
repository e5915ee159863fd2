"""What Collect sent, kept as it came: before anything is done with it, and whatever becomes of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from django.db import IntegrityError, transaction

from dieutra.cases import files
from dieutra.cases.models import Submission, SubmissionFile
from dieutra.channels.openrosa import reading
from dieutra.engine.refusals import NotNow, Refusal
from dieutra.events.actions import record
from dieutra.forms.models import FormVersion
from dieutra.people.models import User

Outcome = Submission.Outcome


class Conflict(NotNow):
    """The instanceID is taken by another content or another person."""


def keep(actor: User, version: FormVersion, head: reading.Head, xml: bytes) -> Submission:
    sha256 = hashlib.sha256(xml).hexdigest()
    standing = Submission.objects.filter(form__form_id=version.form_id, instance_id=head.instance_id).first()
    if standing is None:
        try:
            with transaction.atomic():
                made = Submission.objects.create(
                    form=version,
                    instance_id=head.instance_id,
                    deprecated_id=head.deprecated_id,
                    xml=xml,
                    sha256=sha256,
                    sender=actor,
                )
                record(actor, "submission.received", made, sha256=sha256, size=len(xml))
                return made
        except IntegrityError:  # the same request arrived twice at once
            standing = Submission.objects.get(form=version, instance_id=head.instance_id)
    if standing.sha256 != sha256:
        raise Conflict(
            "Máy chủ đã nhận một bản gửi có cùng mã lần nhập nhưng nội dung khác, nên không nhận bản này. "
            "Muốn sửa phiếu đã gửi, hãy mở phiếu mới trong ODK Collect và chọn lại đơn vị."
        )
    if standing.sender_id != actor.pk:
        raise Conflict("Bản này đã được gửi từ một tài khoản khác. Không cần gửi lại.")
    return standing


def keep_files(submission: Submission, parts: Mapping[str, bytes]) -> None:
    """Contents first, then their rows; a name that came before with another content is refused."""
    for name, content in parts.items():
        sha256 = files.put(content)
        row, made = SubmissionFile.objects.get_or_create(
            submission=submission, name=name[:255], defaults={"sha256": sha256, "size": len(content)}
        )
        if not made and row.sha256 != sha256:
            raise Conflict(f"Tệp “{name}” của bản gửi này đã được nhận với nội dung khác.")


def refused(actor: User, submission: Submission, refusal: Refusal) -> None:
    """Note why; the same refusal again, as when a phone tries every quarter of an hour, is no new event."""
    with transaction.atomic():
        standing = Submission.objects.select_for_update().get(pk=submission.pk)
        if standing.outcome not in (Outcome.RECEIVED, Outcome.REFUSED) or standing.note == refusal.message:
            return
        Submission.objects.filter(pk=submission.pk).update(outcome=Outcome.REFUSED, note=refusal.message)
        record(actor, "submission.refused", standing, status=refusal.status)
