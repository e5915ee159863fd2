"""Files that a page of the questionnaire sends: by themselves with JavaScript, with the whole page without."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from dieutra.cases import files
from dieutra.cases.models import Attachment, Case
from dieutra.engine.forms.rows import is_well_placed
from dieutra.engine.lang import place_of
from dieutra.engine.refusals import Invalid, Problem
from dieutra.forms.queries import engine_form
from dieutra.people.models import User

FILE = "file:"
KINDS = {"image": "ảnh", "audio": "tệp âm thanh", "video": "phim"}


def keep_at(user: User, case: Case, path: str, sent: UploadedFile[bytes]) -> Attachment:
    """Keep what was sent for the question at a path. Raises Invalid when the question takes no such file."""
    form = engine_form(case.form_id)
    node = form.by_path.get(place_of(path))
    if node is None or node.type != "binary" or not is_well_placed(form, path):
        raise Invalid("Câu hỏi này không nhận tệp. Hãy tải lại trang; số liệu đã lưu vẫn còn.")
    if (sent.size or 0) > settings.FILE_LIMIT:
        limit = settings.FILE_LIMIT // 1024 // 1024
        raise Invalid(f"Tệp “{sent.name}” lớn hơn {limit} MB. Hãy giảm dung lượng rồi gửi lại.")
    content: bytes = sent.read()
    name = name_for(path, sent.name or "")
    found = files.check(files.clean_name(name), content).partition("/")[0]
    wanted = (node.media or "").partition("/")[0]
    if wanted in KINDS and found != wanted:
        why = f"Câu này cần {KINDS[wanted]}."
        raise Invalid(f"Không nhận được tệp “{sent.name}”. {why}", [Problem(path, why)])
    return files.keep(user, case, name, content)


def name_for(path: str, name: str) -> str:
    """The name of a file, with its question and row before it, so that two questions never share one."""
    steps = path.strip("/").split("/")[1:]
    place = [
        re.sub(r"\[([0-9]+)\]", r"\1", step) for step in steps if step.endswith("]") or step is steps[-1]
    ]
    return "-".join((*place, name.replace("\\", "/").rpartition("/")[2]))


def kept_files(user: User, case: Case, sent: Mapping[str, Any]) -> dict[str, str]:
    """The answers for the files that came with a whole page."""
    return {
        field.removeprefix(FILE): keep_at(user, case, field.removeprefix(FILE), file).name
        for field, file in sent.items()
        if field.startswith(FILE)
    }
