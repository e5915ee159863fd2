"""A multipart request, read while it streams, with limits; one that was cut off is told apart from a whole one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol, cast

from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload, TemporaryFileUploadHandler
from django.http import UnreadablePostError
from django.http.multipartparser import MultiPartParser, MultiPartParserError

from dieutra.engine.forms.submission import MAX_BYTES
from dieutra.engine.refusals import Invalid, Refusal

XML_PART = "xml_submission_file"
INCOMPLETE = "*isIncomplete*"
MEGABYTE = 1024 * 1024
XML_LIMIT = MAX_BYTES
FILE_LIMIT = 20 * MEGABYTE
WHOLE_LIMIT = 40 * MEGABYTE
ADVERTISED = XML_LIMIT + FILE_LIMIT  # one file of any size that we take always fits beside the form
CUT_OFF = "Gói dữ liệu bị cắt giữa chừng, chưa nhận gì. Hãy gửi lại khi mạng ổn định."
MOST_FILES = 95  # the parser of Django gives up at 100


class TooLarge(Refusal):
    status = 413


class NoLength(Refusal):
    status = 411


class Source(Protocol):
    """The part of a request that is read here."""

    @property
    def META(self) -> Any: ...
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class Sent:
    xml: bytes
    files: dict[str, bytes]
    complete: bool


def read(request: Source) -> Sent:
    """The parts of a submission. Raises Invalid, TooLarge or NoLength in words for the collector."""
    length = _length(request.META)
    body = _Watched(request)
    limits = _Limits()
    try:
        fields, files = MultiPartParser(
            request.META, cast(Any, body), [limits, TemporaryFileUploadHandler()], "utf-8"
        ).parse()
    except (MultiPartParserError, SuspiciousOperation, ValueError):
        raise Invalid("Không đọc được gói dữ liệu gửi lên. Hãy gửi lại khi mạng ổn định.") from None
    except UnreadablePostError:
        raise Invalid(CUT_OFF) from None
    if limits.broken:
        raise TooLarge(limits.broken)
    if body.count < length or not body.ended(request.META["CONTENT_TYPE"]):
        raise Invalid(CUT_OFF)
    typed = fields.get(XML_PART)
    parts = [(name, file) for name, found in files.lists() for file in found]
    return _sorted(parts, str(typed).encode() if typed else None, INCOMPLETE in fields)


def _length(meta: Any) -> int:
    text = str(meta.get("CONTENT_LENGTH") or "")
    if not text.isascii() or not text.isdigit():
        raise NoLength("Yêu cầu thiếu Content-Length. Hãy cập nhật ODK Collect rồi gửi lại.")
    if int(text) > WHOLE_LIMIT:
        raise TooLarge(
            f"Gói dữ liệu lớn hơn {WHOLE_LIMIT // MEGABYTE} MB. Hãy giảm số tệp hoặc dung lượng ảnh, phim."
        )
    return int(text)


def _sorted(parts: Iterable[tuple[str, UploadedFile[Any]]], xml: bytes | None, incomplete: bool) -> Sent:
    files: dict[str, bytes] = {}
    for name, part in parts:
        if name == XML_PART:
            if xml is not None:
                raise Invalid("Một lần gửi chỉ có một phiếu. Chưa nhận gì.")
            xml = part.read()
        else:
            label = part.name or name
            if label in files:
                raise Invalid(f"Hai tệp cùng tên “{label}” trong một lần gửi. Chưa nhận gì.")
            files[label] = part.read()
    if xml is None:
        raise Invalid("Thiếu tệp phiếu (xml_submission_file). Hãy gửi bằng ODK Collect.")
    return Sent(xml, files, not incomplete)


class _Limits(FileUploadHandler):
    """Stops at the first part that is too large; the rest is read and thrown away, so that the answer arrives."""

    def __init__(self) -> None:
        super().__init__()
        self.broken, self.parts = "", 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.parts += 1
        if self.parts > MOST_FILES + 1:
            self._stop(f"Quá {MOST_FILES} tệp trong một lần gửi.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        limit = XML_LIMIT if self.field_name == XML_PART else FILE_LIMIT
        if start + len(raw_data) > limit:
            self._stop(
                f"Tệp “{self.file_name}” lớn hơn {round(limit / MEGABYTE)} MB. Hãy giảm dung lượng rồi gửi lại."
            )
        return raw_data

    def _stop(self, why: str) -> None:
        self.broken = why
        raise StopUpload(connection_reset=False)

    def file_complete(self, file_size: int) -> None:
        return None


class _Watched:
    """Counts what was read and remembers its end."""

    def __init__(self, source: Source) -> None:
        self.source, self.count, self.tail = source, 0, b""

    def read(self, size: int | None = None, /) -> bytes:
        got = self.source.read(size or 64 * 1024)
        self.count += len(got)
        self.tail = (self.tail + got)[-1024:]
        return got

    def ended(self, content_type: str) -> bool:
        """Was the closing boundary there?"""
        boundary = content_type.partition("boundary=")[2].partition(";")[0].strip().strip('"')
        return bool(boundary) and f"--{boundary}--".encode() in self.tail
