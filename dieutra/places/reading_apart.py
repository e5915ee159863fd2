"""The process that `apart` starts: reads spreadsheets from its standard input within its limits.

A question is eight bytes of length and JSON; so is the answer: `{"answer": …}` or `{"refused": sentence}`.
"""

from __future__ import annotations

import base64
import json
import resource
import signal
import sys
from typing import Any, BinaryIO

from dieutra.engine.refusals import Invalid
from dieutra.engine.spreadsheet import Sheets
from dieutra.places.apart import LENGTH, MOST_REPLY, TOO_BIG, packed


def main(memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    desk = _Desk()
    while (question := _read(sys.stdin.buffer)) is not None:
        # whoever asked may be gone: the clock ends this process by itself, too
        signal.alarm(int(question["seconds"]))
        _answer(desk, question)
        signal.alarm(0)


class _Desk:
    """The file that is open now."""

    def __init__(self) -> None:
        self.sheets: Sheets | None = None

    def open(self, question: dict[str, Any]) -> list[str]:
        self.sheets = None  # the last file's memory first
        self.sheets = Sheets(base64.b64decode(question.pop("content")))
        return list(self.sheets.names)

    def table(self, question: dict[str, Any]) -> list[list[Any]]:
        assert self.sheets is not None
        return [[packed(cell) for cell in row] for row in self.sheets.table(question["name"])]

    def errors(self, question: dict[str, Any]) -> dict[str, list[str]]:
        assert self.sheets is not None
        return {name: sorted(cells) for name, cells in self.sheets.errors().items()}


def _answer(desk: _Desk, question: dict[str, Any]) -> None:
    try:
        reply: dict[str, Any] = {"answer": getattr(desk, question["do"])(question)}
        body = json.dumps(reply).encode()
        if len(body) > MOST_REPLY:
            raise MemoryError
    except Invalid as refusal:
        body = json.dumps({"refused": refusal.message}).encode()
    except MemoryError:
        desk.sheets = None
        body = json.dumps({"refused": TOO_BIG}).encode()
    sys.stdout.buffer.write(LENGTH.pack(len(body)) + body)
    sys.stdout.buffer.flush()


def _read(pipe: BinaryIO) -> dict[str, Any] | None:
    head = pipe.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    question: dict[str, Any] = json.loads(pipe.read(LENGTH.unpack(head)[0]))
    return question


if __name__ == "__main__":
    main(int(sys.argv[1]))
