"""Files that belong to a case. Content lies under its digest: `files/ab/abcdef…`, written whole or not at all.

A content is never changed and never removed, so what a sent response named can still be found by the digests in the
record. Rows come after content: a crash between the two leaves an unnamed file and nothing else.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import unicodedata
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from dieutra.cases.filetypes import ENDINGS, recognised
from dieutra.cases.models import Attachment, Case
from dieutra.engine.flow import workflow
from dieutra.engine.flow.workflow import Standing
from dieutra.engine.refusals import Invalid, NotNow, Problem
from dieutra.events.actions import record
from dieutra.people.models import User
from dieutra.people.permission import require

MOST = 500  # files of one case
NAME_LENGTH = 120
TAKEN = (
    "Hãy gửi ảnh (JPEG, PNG, WebP), PDF, âm thanh (MP3, M4A, OGG, WAV, AMR), phim (MP4, 3GP), "
    "tài liệu (docx, xlsx, pptx, odt, ods) không có macro, hoặc văn bản (txt, csv) mã hóa UTF-8."
)
FORBIDDEN_LETTERS = set('<>:"|?*')


def keep(actor: User, case: Case, name: str, content: bytes, *, limit: int = 0) -> Attachment:
    """Keep a file of a case that is being filled in; the same name again replaces the file, the same content nothing.

    The answer of a question of type `binary` is the `name` of what is returned. `limit` is in bytes, FILE_LIMIT when 0.
    Raises Invalid on a name, size or type that is not taken, NotNow when the case is not open.
    """
    require(actor, "case.fill", case)
    workflow.start(Standing(case.state, case.level))
    name = clean_name(name)
    content_type = check(name, content, limit)
    return attach(actor, case, name, put(content), len(content), content_type)


def attach(actor: User, case: Case, name: str, sha256: str, size: int, content_type: str) -> Attachment:
    """Name a content that already lies in the folder of files, checked before, as a file of the case."""
    require(actor, "case.fill", case)
    added = {"sha256": sha256, "size": size, "content_type": content_type}
    with transaction.atomic():
        # The row of the case is locked, so that a sending which runs meanwhile comes before or after, not between.
        state, level = Case.objects.select_for_update().values_list("state", "level").get(pk=case.pk)
        workflow.start(Standing(state, level))
        standing = Attachment.objects.filter(case=case, name=name).first()
        if standing and standing.sha256 == sha256:
            return standing
        if not standing and Attachment.objects.filter(case=case).count() >= MOST:
            raise NotNow(
                f"Phiếu này đã có {MOST} tệp đính kèm. Hãy dùng lại tên của một tệp cũ để thay tệp đó."
            )
        who = {"added_by": actor, "added_at": timezone.now()}
        kept, _ = Attachment.objects.update_or_create(case=case, name=name, defaults={**added, **who})
        record(actor, "file.kept", case, file=kept.pk, sha256=sha256, size=size)
    return kept


def check(name: str, content: bytes, limit: int = 0) -> str:
    """The content type of a file that may be kept. Raises Invalid, naming the file, when it may not."""
    limit = limit or settings.FILE_LIMIT
    if len(content) > limit:
        raise _refused(name, f"Tệp lớn hơn {limit // 1024 // 1024} MB. Hãy giảm dung lượng rồi gửi lại.")
    if not content:
        raise _refused(name, "Tệp không có nội dung. Hãy mở lại tệp trên máy để kiểm tra rồi gửi lại.")
    found = recognised(content)
    if found is None:
        raise _refused(name, f"Không nhận loại tệp này. {TAKEN}")
    content_type, endings = found
    ending = Path(name).suffix.lower()
    if ending and ending not in ENDINGS:  # another name would not make it a file of this kind
        raise _refused(name, f"Không nhận loại tệp {ending}. {TAKEN}")
    if ending not in endings:
        raise _refused(
            name,
            f"Nội dung và phần đuôi của tên không khớp. Hãy đổi tên tệp, đuôi là {' hoặc '.join(endings)}.",
        )
    return content_type


def _refused(name: str, why: str) -> Invalid:
    return Invalid(f"Không nhận được tệp “{name}”. {why}", [Problem(name, why)])


def clean_name(name: str) -> str:
    """The last part of a path, composed letters, nothing that a file system refuses; Invalid when nothing is left."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    kept = "".join(
        letter
        for letter in last
        if letter not in FORBIDDEN_LETTERS
        and unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    shown = Path(" ".join(kept.split()).strip(". "))
    stem, ending = shown.stem, shown.suffix
    if not stem or len(ending) > 10:
        raise Invalid(
            "Tên tệp không dùng được. Hãy đặt tên bằng chữ và số, ví dụ anh-nha-kho.jpg.",
            [Problem("Tên tệp", "Không dùng được")],
        )
    return stem[: NAME_LENGTH - len(ending)].rstrip() + ending


def put(content: bytes) -> str:
    """Write a content under its digest, unless it is there; safe against a crash at any moment."""
    sha256 = hashlib.sha256(content).hexdigest()
    target = place_of(sha256)
    if target.exists() and target.stat().st_size == len(content):
        return sha256
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _settle(target.parent)
    return sha256


def _settle(folder: Path) -> None:
    """Make the new name in a folder, and the folder's own, survive a power failure."""
    for each in (folder, folder.parent):
        handle = os.open(each, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def place_of(sha256: str) -> Path:
    folder: Path = settings.FILES_DIR
    return folder / sha256[:2] / sha256


def read(attachment: Attachment) -> bytes:
    """The content of a file. NotNow when the folder of files lacks it or holds something else."""
    return content_of(attachment.sha256, attachment.name)


def content_of(sha256: str, name: str) -> bytes:
    try:
        content = place_of(sha256).read_bytes()
    except FileNotFoundError:
        content = b""
    if hashlib.sha256(content).hexdigest() != sha256:
        raise NotNow(
            f"Máy chủ hiện không đọc được tệp “{name}”. Hãy báo người quản trị hệ thống khôi phục thư mục tệp đính kèm."
        )
    return content
