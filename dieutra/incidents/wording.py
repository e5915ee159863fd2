"""What people write and attach: checked before anything is kept."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dieutra.cases import files
from dieutra.engine.refusals import Invalid, NotNow, Problem
from dieutra.incidents.models import Turn, TurnFile

Sent = tuple[str, bytes]  # name, content
MOST_FILES = 5
CONTROL = re.compile(
    r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]"
)  # such as Word's own line break; XML cannot hold them


def worded(field: str, text: str, most: int, may_be_blank: bool = False) -> str:
    """The text without blanks around it; Invalid when it is blank, too long or cannot be stored."""
    text = CONTROL.sub(" ", text).strip()
    if not text and not may_be_blank:
        raise Invalid(f"{field}: chưa ghi gì.", [Problem(field, "Hãy ghi nội dung.")])
    if len(text) > most:
        raise Invalid(
            f"{field}: dài quá {most:,} ký tự.".replace(",", "."), [Problem(field, "Hãy viết ngắn lại.")]
        )
    try:
        text.encode()
    except UnicodeEncodeError:
        text = "\x00"
    if "\x00" in text:
        raise Invalid(f"{field}: có ký tự không lưu được.", [Problem(field, "Hãy xóa rồi gõ lại.")])
    return text


def checked_files(sent: Sequence[Sent]) -> list[tuple[str, bytes, str]]:
    """(name, content, type) of files that may be kept; Invalid naming the first that may not."""
    if len(sent) > MOST_FILES:
        raise NotNow(f"Mỗi lần gửi kèm nhiều nhất {MOST_FILES} tệp.")
    named = [(files.clean_name(name), content) for name, content in sent]
    return [(name, content, files.check(name, content)) for name, content in named]


def keep_files(turn: Turn, checked: Sequence[tuple[str, bytes, str]]) -> None:
    """Contents go under their digests before the rows that name them."""
    TurnFile.objects.bulk_create(
        TurnFile(
            turn=turn, name=name, sha256=files.put(content), size=len(content), content_type=content_type
        )
        for name, content, content_type in checked
    )
