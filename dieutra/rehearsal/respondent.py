"""Somebody who got a letter: opens the link, answers and sends; now and then leaves in between or sends twice."""

from __future__ import annotations

import random
import re
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from dieutra.engine.forms.form import Form
from dieutra.rehearsal.opinion_people import Asked, answers_to
from dieutra.rehearsal.person import Book

MARK = re.compile(r'name="csrfmiddlewaretoken" value="([0-9a-f]+)"')
VERSION = re.compile(r'name="base_version" value="(\d+)"')
SHOWN = re.compile(r'name="form_shown" value="(\d+)"')
RECEIPT = re.compile(r'class="dt-receipt">.*?<dd>\s*([^<\s]+)\s*</dd>', re.S)
Place = tuple[str, str, str]  # survey, body, group

_local = threading.local()


@dataclass
class Said:
    """What all people said, counted by question and value, and who got a receipt: to be found again in the end."""

    answers: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)  # body, group, path, value
    receipts: Counter[Place] = field(default_factory=Counter)
    codes: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, who: Asked, answers: Mapping[str, str], receipt: str) -> None:
        with self.lock:
            self.receipts[(who.survey, who.body, who.group)] += 1
            self.codes.add(receipt)
            for path, value in answers.items():
                self.answers[(who.body, who.group, path, value)] += 1


@dataclass
class Respondent:
    base_url: str
    book: Book
    said: Said
    who: Asked
    token: str
    form: Form
    lean: float
    chance: random.Random
    version: int = 0  # of the draft, as the last save left it

    def answers(self) -> str:
        """ "" when all went as it should, else what went wrong in words."""
        answers = answers_to(self.form, self.lean, self.chance)
        page = self._open()
        if page is None:
            return "không mở được liên kết"
        if self.chance.random() < 0.05:  # saves half, goes away, comes back another day
            half = dict(list(answers.items())[: len(answers) // 2])
            if not self._save(page, half):
                return "không lưu được giữa chừng"
            page = self._open()
            if page is None or 'value="' not in page:
                return "không mở lại được"
        if not self._save(page, answers):
            return "không lưu được"
        receipt = self._send(page)
        if not receipt:
            return "không có biên nhận"
        self.said.note(self.who, answers, receipt)
        if self.chance.random() < 0.02 and self._again() != receipt:
            return "gửi lần hai không thấy biên nhận cũ"
        return ""

    @property
    def client(self) -> httpx.Client:
        """One connection per thread; its cookies are those of this person alone."""
        kept: httpx.Client | None = getattr(_local, "client", None)
        if kept is None or str(kept.base_url).rstrip("/") != self.base_url:
            kept = _local.client = httpx.Client(base_url=self.base_url, timeout=60)
        return kept

    def _ask(self, method: str, url: str, **rest: object) -> httpx.Response:
        response = self.client.request(method, url, **rest)  # type: ignore[arg-type]
        self.book.answered(response)
        return response

    def _open(self) -> str | None:
        self.client.cookies.clear()
        if self._ask("POST", "/y-kien/mo/", data={"code": self.token}).status_code != 302:
            return None
        page = self._ask("GET", "/y-kien/phieu/")
        return page.text if page.status_code == 200 else None

    def _save(self, page: str, answers: Mapping[str, str]) -> bool:
        mark, version, shown = MARK.search(page), VERSION.search(page), SHOWN.search(page)
        if mark is None or version is None or shown is None:
            return False
        body = {"base_version": int(version[1]), "changes": dict(answers), "form": int(shown[1]), "tab": "t"}
        saved = self._ask("POST", "/y-kien/luu/", json=body, headers={"X-CSRFToken": mark[1]})
        if saved.status_code == 200:
            self.version = saved.json()["version"]
        return saved.status_code == 200

    def _send(self, page: str) -> str:
        mark, shown = MARK.search(page), SHOWN.search(page)
        fields = {"base_version": str(self.version), "form_shown": shown[1] if shown else ""}
        fields["csrfmiddlewaretoken"] = mark[1] if mark else ""
        sent = self._ask("POST", "/y-kien/gui/", data=fields)
        found = RECEIPT.search(sent.text)
        return found[1] if sent.status_code == 200 and found else ""

    def _again(self) -> str:
        """The link once more: the same receipt, no questions."""
        self.client.cookies.clear()
        page = self._ask("POST", "/y-kien/mo/", data={"code": self.token})
        found = RECEIPT.search(page.text)
        return found[1] if found else ""
