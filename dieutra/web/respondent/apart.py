"""What every request under /y-kien/ passes: no session, no account, nothing kept by anybody on the way."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock

from django.conf import settings
from django.http import HttpRequest, HttpResponse

View = Callable[[HttpRequest], HttpResponse]

HERE = "/y-kien/"
HEADERS = {
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


class Apart:
    """Whoever is signed in with this browser is not taken along: a session would keep the moment of the visit."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(HERE):
            return self.get_response(request)
        request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers[name] = value
        return response


class Guesses:
    """Wrong codes of an address within a minute, in this process's memory alone: what is kept longer could be asked for."""

    def __init__(self, most: int, seconds: int, room: int = 10_000) -> None:
        self.most, self.seconds, self.room = most, seconds, room
        self.lock = Lock()
        self.found: dict[str, list[float]] = {}

    def too_many(self, address: str) -> bool:
        with self.lock:
            return len(self._recent(address)) >= self.most

    def note(self, address: str) -> None:
        with self.lock:
            if len(self.found) >= self.room and address not in self.found:
                self.found = {it: kept for it in self.found if (kept := self._recent(it))}
                if len(self.found) >= self.room:
                    self.found.pop(next(iter(self.found)))
            self.found[address] = [*self._recent(address), time.monotonic()]

    def forget(self) -> None:
        with self.lock:
            self.found.clear()

    def _recent(self, address: str) -> list[float]:
        since = time.monotonic() - self.seconds
        return [it for it in self.found.get(address, ()) if it > since]
