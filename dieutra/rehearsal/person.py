"""A simulated person at a browser: opens pages, fills the forms that stand on them, and counts what happened."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import httpx
from lxml import html

PASSWORD = "Dien-tap#2026"


class Unexpected(Exception):
    """The site answered otherwise than the script foresees."""


@dataclass
class Book:
    """What all persons did, counted under one lock: requests by status, verbs by name, and the slowest answers."""

    requests: Counter[str] = field(default_factory=Counter)
    verbs: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answered(self, response: httpx.Response) -> None:
        with self.lock:
            self.requests[str(response.status_code)] += 1
            self.seconds.append(response.elapsed.total_seconds())

    def did(self, verb: str, times: int = 1) -> None:
        with self.lock:
            self.verbs[verb] += times


@dataclass
class Page:
    url: str
    status: int
    text: str

    @cached_property
    def tree(self) -> Any:
        return html.fromstring(self.text)

    def form(self, action: str) -> Any:
        """The form whose action contains `action`."""
        for form in self.tree.forms:
            if action in (form.get("action") or self.url):
                return form
        raise Unexpected(f"{self.url}: không có biểu mẫu “{action}” (trạng thái {self.status})")

    def links(self, part: str) -> list[str]:
        return [href for href in self.tree.xpath("//a/@href") if part in href]


class Person:
    def __init__(self, base_url: str, book: Book, username: str) -> None:
        self.username, self.book = username, book
        self.client = httpx.Client(base_url=base_url, timeout=60, follow_redirects=False)

    def get(self, url: str, expect: int = 200) -> Page:
        return self._follow(self._ask("GET", url), expect)

    def download(self, url: str) -> bytes:
        response = self._ask("GET", url)
        if response.status_code != 200:
            raise Unexpected(f"{self.username}: {url} trả {response.status_code}, kịch bản chờ một tệp.")
        return response.content

    def submit(
        self,
        page: Page,
        action: str,
        fields: Mapping[str, str | list[str]] | None = None,
        files: dict[str, tuple[str, bytes, str]] | None = None,
        expect: int = 200,
    ) -> Page:
        """Send a form of a page with its own hidden fields and ours; follow the redirect after it."""
        form = page.form(action)
        filled: dict[str, str | list[str]] = {name: value or "" for name, value in form.form_values()}
        filled |= fields or {}
        url = form.get("action") or page.url
        return self._follow(self._ask("POST", url, data=filled, files=files), expect)

    def post_json(self, url: str, body: dict[str, Any], expect: int = 200) -> dict[str, Any]:
        token = self.client.cookies.get("csrftoken", "")
        headers = {"X-CSRFToken": token, "Accept": "application/json"}
        response = self._ask("POST", url, json=body, headers=headers)
        if response.status_code != expect:
            raise Unexpected(f"{url}: {response.status_code} thay vì {expect}: {response.text[:300]}")
        return dict(response.json())

    def _ask(self, method: str, url: str, **rest: Any) -> httpx.Response:
        response = self.client.request(method, url, **rest)
        self.book.answered(response)
        return response

    def _follow(self, response: httpx.Response, expect: int) -> Page:
        hops = 0
        while response.is_redirect and hops < 5:
            response, hops = self._ask("GET", response.headers["Location"]), hops + 1
        if response.status_code != expect:
            raise Unexpected(
                f"{self.username}: {response.request.method} {response.url} trả {response.status_code}, "
                f"kịch bản chờ {expect}: {_words(response.text)}"
            )
        return Page(response.url.path, response.status_code, response.text)

    def activate(self, link: str) -> None:
        page = self.get(link)
        self.submit(page, link, {"password": PASSWORD, "again": PASSWORD})
        self.book.did("account.activated")

    def sign_in(self, password: str = PASSWORD) -> Page:
        return self.submit(
            self.get("/dang-nhap/"), "/dang-nhap/", {"login": self.username, "password": password}
        )

    def close(self) -> None:
        self.client.close()


def _words(text: str) -> str:
    try:
        return " ".join("".join(map(str, html.fromstring(text).itertext())).split())[:400]
    except (ValueError, TypeError):
        return text[:400]
