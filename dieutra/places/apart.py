"""Spreadsheets opened in a process apart, with limits of time and memory, so that no file can take its reader down.

A few reading processes are kept from file to file, because starting one costs more than reading a workbook. They speak
JSON, never pickle: what comes out of a process that read a hostile file must not be able to run anything here.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import queue
import select
import struct
import subprocess
import sys
import time as clock
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any

from dieutra.engine.refusals import Invalid
from dieutra.engine.spreadsheet import Cell, Table

SECONDS = 20.0
MEMORY = 1024 * 1024 * 1024
MOST_REPLY = 64 * 1024 * 1024
FILES_EACH = 200  # then a fresh process, so that nothing grows for ever
KEPT = 2
LENGTH = struct.Struct(">Q")

TOO_LONG = (
    "Đọc tệp quá {seconds} giây nên hệ thống dừng lại. Hãy bỏ các trang tính, dữ liệu thừa rồi gửi lại."
)
TOO_BIG = "Tệp cần quá nhiều bộ nhớ để đọc. Hãy bỏ các trang tính, hình ảnh, dữ liệu thừa rồi gửi lại."
DIED = (
    "Không đọc được tệp: chương trình đọc dừng giữa chừng vì nội dung của tệp. "
    "Hãy mở tệp bằng Excel, lưu lại loại .xlsx rồi gửi lại."
)

_idle: queue.LifoQueue[_Reading] = queue.LifoQueue(KEPT)


class Apart:
    """The sheets of one file, read by another process; speaks like `spreadsheet.Sheets`."""

    def __init__(self, reading: _Reading, deadline: float, content: bytes) -> None:
        self._reading, self._deadline = reading, deadline
        opened = self._ask({"do": "open", "content": base64.b64encode(content).decode()})
        self.names: tuple[str, ...] = tuple(opened)

    def table(self, name: str) -> Table:
        """The rows of one sheet from A1 on."""
        return [[_cell(cell) for cell in row] for row in self._ask({"do": "table", "name": name})]

    def errors(self) -> dict[str, set[str]]:
        """Sheet -> its cells that show an error (`#DIV/0!`), which `table` gives as empty."""
        return {name: set(cells) for name, cells in self._ask({"do": "errors"}).items()}

    def _ask(self, request: dict[str, Any]) -> Any:
        return self._reading.ask(request, self._deadline)


@contextmanager
def opened(content: bytes, seconds: float = SECONDS, memory: int = MEMORY) -> Iterator[Apart]:
    """The sheets of an .xlsx. Raises Invalid, here or when a sheet is read, with a sentence for the sender."""
    if not content.strip():
        raise Invalid("Tệp trống (không có dữ liệu). Hãy kiểm tra lại tệp rồi gửi lại.")
    reading = _borrowed(memory)
    try:
        yield Apart(reading, clock.monotonic() + seconds, content)
    finally:
        _given_back(reading)


def _borrowed(memory: int) -> _Reading:
    while memory == MEMORY:
        try:
            reading = _idle.get_nowait()
        except queue.Empty:
            break
        if reading.is_fit():
            return reading
        reading.end()
    return _Reading(memory)


def _given_back(reading: _Reading) -> None:
    reading.files += 1
    if reading.memory == MEMORY and reading.is_fit():
        try:
            _idle.put_nowait(reading)
            return
        except queue.Full:
            pass
    reading.end()


class _Reading:
    """A process that reads files one after another; it ends when its input ends."""

    def __init__(self, memory: int) -> None:
        self.memory, self.files, self.owner = memory, 0, os.getpid()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "dieutra.places.reading_apart", str(memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def is_fit(self) -> bool:
        return self._process.poll() is None and self.files < FILES_EACH and self.owner == os.getpid()

    def end(self) -> None:
        if self.owner != os.getpid():
            return  # borrowed across a fork: it is the parent's
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def ask(self, request: dict[str, Any], deadline: float) -> Any:
        """The answer to one question. Raises Invalid; after the time is over the process is killed."""
        try:
            self._send(
                json.dumps({**request, "seconds": max(1, int(deadline - clock.monotonic()) + 5)}).encode()
            )
            reply = json.loads(self._received(deadline))
        except TimeoutError:
            self.end()
            raise Invalid(TOO_LONG.format(seconds=int(SECONDS))) from None
        except (OSError, EOFError, ValueError):
            self.end()
            raise Invalid(DIED) from None
        if "refused" in reply:
            raise Invalid(reply["refused"])
        return reply["answer"]

    def _send(self, body: bytes) -> None:
        pipe = self._process.stdin
        if pipe is None:
            raise EOFError
        pipe.write(LENGTH.pack(len(body)) + body)
        pipe.flush()

    def _received(self, deadline: float) -> bytes:
        (size,) = LENGTH.unpack(self._take(LENGTH.size, deadline))
        if size > MOST_REPLY:
            raise ValueError(size)
        return self._take(size, deadline)

    def _take(self, size: int, deadline: float) -> bytes:
        if self._process.stdout is None:
            raise EOFError
        pipe, parts, left = self._process.stdout.fileno(), [], size
        while left:
            ready, _, _ = select.select([pipe], [], [], max(0.0, deadline - clock.monotonic()))
            if not ready:
                raise TimeoutError
            part = os.read(pipe, min(left, 1 << 20))
            if not part:
                raise EOFError
            parts.append(part)
            left -= len(part)
        return b"".join(parts)


def packed(cell: Cell) -> Any:
    """A cell as JSON: days and times as `{"kind": text}`."""
    if isinstance(cell, datetime):
        return {"datetime": cell.isoformat()}
    if isinstance(cell, date):
        return {"date": cell.isoformat()}
    if isinstance(cell, time):
        return {"time": cell.isoformat()}
    return {"span": cell.total_seconds()} if isinstance(cell, timedelta) else cell


def _cell(cell: Any) -> Cell:
    if not isinstance(cell, dict):
        return cell if isinstance(cell, str | int | float | bool) else None
    ((kind, said),) = cell.items()
    unpacked: Cell = _KINDS[kind](said)
    return unpacked


_KINDS: dict[str, Any] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "span": lambda seconds: timedelta(seconds=seconds),
}
