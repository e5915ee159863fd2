"""Uploads of workbooks by the hundred go straight to disk, counted and digested on the way; other uploads are Django's."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopFutureHandlers, StopUpload
from django.urls import reverse

from dieutra.channels.workbook.store import incoming

TOO_MUCH = "dieutra.too_much"  # set in META when the rest of an upload was thrown away


class Arriving(UploadedFile):  # type: ignore[type-arg]
    """A file in the incoming folder; removed when the request ends, unless it was moved away."""

    def __init__(self, path: Path, digest: str, name: str, size: int) -> None:
        super().__init__(None, name, "application/octet-stream", size)
        self.path, self.digest = path, digest

    def close(self) -> None:
        self.path.unlink(missing_ok=True)


class ToStore(FileUploadHandler):
    """Open files do not pile up, memory neither, whatever the number of files."""

    active = False

    def handle_raw_input(self, input_data: Any, META: Any, *rest: Any, **more: Any) -> None:
        self.active = META.get("PATH_INFO", "") == reverse("workbook_batches")
        self.meta, self.received = META, 0
        self.path: Path | None = None

    def new_file(self, *named: Any, **more: Any) -> None:
        super().new_file(*named, **more)
        if not self.active:
            return
        descriptor, name = tempfile.mkstemp(dir=incoming())
        self.path, self.sink, self.sha = Path(name), os.fdopen(descriptor, "wb"), hashlib.sha256()
        raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if not self.active:
            return raw_data
        self.received += len(raw_data)
        if self.received > settings.BATCH_LIMIT:
            self.meta[TOO_MUCH] = True
            self.upload_interrupted()
            raise StopUpload(connection_reset=False)
        self.sha.update(raw_data)
        self.sink.write(raw_data)
        return None

    def file_complete(self, file_size: int) -> Arriving | None:
        if not self.active or self.path is None:
            return None
        self.sink.close()
        done, self.path = self.path, None
        return Arriving(done, self.sha.hexdigest(), self.file_name or "", file_size)

    def upload_interrupted(self) -> None:
        if self.active and self.path is not None:
            self.sink.close()
            self.path.unlink(missing_ok=True)
            self.path = None

    sink: IO[bytes]
