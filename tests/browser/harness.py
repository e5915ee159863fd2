"""A small real server for the questionnaire page: the templates, the static files and an autosave in memory.

It can be told to fail, to end the session, or to have been saved from elsewhere. No database.
"""

from __future__ import annotations

import json
import mimetypes
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.http import QueryDict
from django.template import Context, Engine

from dieutra.channels.web.parse import changes_from_post, justifications_from_post
from dieutra.channels.web.render import form_view
from dieutra.engine.forms.check import evaluate
from dieutra.engine.forms.form import Form

HOUSE = Path(__file__).resolve().parents[2] / "dieutra"
CSP = "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
PAGE = """<!doctype html><html lang="{{ view.lang }}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{{ view.title }}</title>
<link rel="stylesheet" href="/static/dieutra/form.css"><link rel="stylesheet" href="/harness.css"></head>
<body><main>{% include "form/page_body.html" %}</main></body></html>"""
STYLE = """body { margin: 0; background: #f4f6f9; font-family: "Noto Sans", system-ui, sans-serif }
main { max-width: 88rem; margin: 0 auto; padding: 1.5rem 1rem 0 }"""


class Harness:
    """One response of one form, served on a port of its own; `mode` says how saving goes wrong."""

    def __init__(self, form: Form, answers: dict[str, str] | None = None) -> None:
        self.form = form
        self.answers = dict(answers or {})
        self.justifications: dict[str, str] = {}
        self.comments: list[dict[str, Any]] = []
        self.files: dict[str, dict[str, str]] = {}
        self.contents: dict[str, bytes] = {}
        self.version = 1
        self.mode = "ok"
        self.readonly = False
        self.saves: list[dict[str, Any]] = []
        self.saved_by = "bà Trung ương"
        self.engine = Engine(
            dirs=[str(HOUSE / "templates")], libraries={"static": "django.templatetags.static"}
        )
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/phieu"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def save_elsewhere(self, changes: dict[str, str]) -> None:
        """What another person or tab does meanwhile."""
        self.answers |= changes
        self.version += 1

    def page(self, lang: str = "vi") -> str:
        state = evaluate(self.form, self.answers)
        view = form_view(
            self.form,
            {**self.answers, **state.values},
            state.findings,
            self.justifications,
            self.comments,
            lang,
            self.readonly,
            relevant=state.relevant,
            missing=state.missing,
            required=state.required,
            rows=state.rows,
            files=self.files,
        )
        urls = {
            "save": "/save",
            "post": "/phieu",
            "check": "/kiem-tra",
            "login": "/dang-nhap",
            "file": "/tep",
        }
        browser = view.browser_state(version=self.version, key="case-1:user-1", csrf="token", urls=urls)
        return self.engine.from_string(PAGE).render(Context({"view": view, "state": browser}))

    def save(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        now = datetime.now(UTC).isoformat()
        if body["base_version"] != self.version:
            return 409, {
                "detail": "Phiếu đã được lưu ở nơi khác.",
                "version": self.version,
                "answers": self.answers,
                "saved_by": self.saved_by,
                "saved_at": now,
            }
        self.saves.append(body)
        self._take(body["changes"], body["justifications"])
        for comment in self.comments:
            comment["resolved"] = comment["resolved"] or comment["id"] in body["seen"]
        state = evaluate(self.form, self.answers)
        findings = [
            {
                "check": it.check,
                "path": it.path,
                "severity": it.severity,
                "message": it.message,
                "justify": it.justify,
            }
            for it in state.findings
        ]
        return 200, {"version": self.version, "saved_at": now, "missing": state.missing, "findings": findings}

    def post(self, text: str) -> None:
        posted = QueryDict(text)
        changes, _ = changes_from_post(self.form, posted, self.answers)
        self._take(changes, justifications_from_post(posted))

    def _take(self, changes: dict[str, str], justifications: dict[str, str]) -> None:
        self.answers = {path: value for path, value in {**self.answers, **changes}.items() if value}
        self.justifications |= justifications
        self.version += 1

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        harness = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path, _, query = self.path.partition("?")
                if path == "/phieu":
                    lang = parse_qs(query).get("lang", ["vi"])[0]
                    return self.give(200, harness.page(lang).encode(), "text/html; charset=utf-8")
                if path == "/harness.css":
                    return self.give(200, STYLE.encode(), "text/css")
                if path.startswith("/static/"):
                    return self.give_file(HOUSE / "static" / path.removeprefix("/static/"))
                return self.give(200, f"<h1>{path}</h1>".encode(), "text/html; charset=utf-8")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                if urlsplit(self.path).path == "/phieu":
                    harness.post(body)
                    return self.go("/phieu")
                if harness.mode == "expired":
                    return self.go("/dang-nhap")
                if harness.mode == "broken":
                    return self.give(500, b"{}", "application/json")
                assert self.headers["X-CSRFToken"] == "token"
                status, reply = harness.save(json.loads(body))
                return self.give(status, json.dumps(reply).encode(), "application/json")

            def go(self, where: str) -> None:
                self.send_response(302)
                self.send_header("Location", where)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def give_file(self, path: Path) -> None:
                kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
                self.give(200, path.read_bytes(), kind)

            def give(self, status: int, body: bytes, kind: str) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Content-Security-Policy", CSP)
                self.send_header("X-Content-Type-Options", "nosniff")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *parts: object) -> None:
                pass

        return Handler
