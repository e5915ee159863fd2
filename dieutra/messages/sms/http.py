"""A gateway spoken to over HTTP: a request from a template, and a rule that reads its answer.

Each message has a connection of its own: on a kept one a server's farewell and a lost answer look alike, and a lost answer
means that nobody knows whether the message left.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import httpx

from dieutra.messages.models import Message
from dieutra.messages.sms.gateway import SECRET, Gateway
from dieutra.messages.sms.text import segments
from dieutra.messages.sms.words import words_of
from dieutra.messages.transports import Became, Begin, Outcome

logging.getLogger("httpx").setLevel(logging.WARNING)  # its lines name the address, which may hold a secret

LATER = frozenset(
    {403, 404, 405, 500, 503}
)  # said no, for now; the first three may be about this message alone
NOBODY_KNOWS = frozenset({502, 504})  # a proxy's words: what stands behind it may have taken the message
NOT_US = frozenset({401, 407, 429})  # it takes nothing from us now, whatever the message


class HttpSms:
    def __init__(self, gateway: Gateway) -> None:
        self.gateway, self.table = gateway, gateway.table

    def __enter__(self) -> HttpSms:
        limits = httpx.Limits(max_keepalive_connections=0)
        self.client = httpx.Client(timeout=float(self.table.get("timeout", 20)), limits=limits)
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def send(self, message: Message, begin: Begin) -> Outcome:
        request = self._request(message)
        if not begin():
            return Outcome(Became.LOST)
        try:
            answer = self.client.send(request)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol) as error:
            return Outcome(Became.AWAY, self._words(error))
        except httpx.HTTPError as error:
            return Outcome(Became.DOUBT, self._words(error))
        return self._read(answer, segments(words_of(message)).count)

    def _words(self, error: Exception) -> str:
        return self.gateway.hide(f"{type(error).__name__}: {error}")[:300]

    def _request(self, message: Message) -> httpx.Request:
        facts = {
            "to": message.to,
            "to_84": message.to.removeprefix("+"),
            "to_0": "0" + message.to.removeprefix("+84"),
            "sender": self.gateway.sender,
            "text": words_of(message),
            "reference": f"dieutra-{message.pk}",
        }
        url = httpx.URL(self._filled(str(self.table["url"]), facts, quoted=True))
        headers = {name: self._filled(str(it), facts) for name, it in self.table.get("headers", {}).items()}
        body = self._body(self.table.get("body"), facts)
        method = str(self.table.get("method", "POST"))
        if body is None:
            return self.client.build_request(method, url, headers=headers)
        if self.table.get("format", "json") == "form":
            return self.client.build_request(method, url, headers=headers, data=body)
        return self.client.build_request(method, url, headers=headers, json=body)

    def _body(self, part: Any, facts: Mapping[str, str]) -> Any:
        """The template with its places filled in; JSON and forms do their own quoting afterwards."""
        if isinstance(part, Mapping):
            return {name: self._body(it, facts) for name, it in part.items()}
        if isinstance(part, list):
            return [self._body(it, facts) for it in part]
        return self._filled(part, facts) if isinstance(part, str) else part

    def _filled(self, text: str, facts: Mapping[str, str], *, quoted: bool = False) -> str:
        """In one go, so that a brace in a message is never taken for a place, nor for a secret."""
        from re import sub
        from urllib.parse import quote

        def fill(place: Any) -> str:
            value = (
                self.gateway.revealed(place[0])
                if SECRET.fullmatch(place[0])
                else facts.get(place[1], place[0])
            )
            return quote(value, safe="") if quoted else value

        return sub(r"\{([a-z0-9_]+|secret:[A-Z0-9_]+)\}", fill, text)

    def _read(self, answer: httpx.Response, count: int) -> Outcome:
        # hidden before it is cut: half a secret is one, too
        said = " ".join(self.gateway.hide(f"{answer.status_code} {answer.text[:5000]}").split())[:300]
        if answer.status_code in NOBODY_KNOWS:
            return Outcome(Became.DOUBT, said)
        if answer.status_code in NOT_US:
            return Outcome(Became.AWAY, said)
        if answer.status_code in LATER:
            return Outcome(Became.LATER, said)
        rule, tree = self.table.get("success", {}), _tree(answer)
        told = str(_field(tree, str(rule.get("field", ""))))
        if told in _texts(rule.get("bad_number")):
            return Outcome(Became.BAD_ADDRESS, said)
        if told in _texts(rule.get("later")):
            return Outcome(Became.LATER, said)
        good = answer.status_code in rule.get("status", [200, 201, 202])
        if "field" in rule and told not in _texts(rule.get("equals")):
            good = False
        if not good:
            return Outcome(Became.NEVER, said)
        name = _field(tree, str(self.table.get("id", "")))
        names = (str(name)[:100],) if name not in (None, "") else ()
        return Outcome(Became.SENT, names=names, segments=count)


def _tree(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None


def _field(tree: Any, place: str) -> Any:
    """“data.items.0.id” of a JSON answer; None where there is nothing."""
    if not place:
        return None
    for step in place.split("."):
        if isinstance(tree, list) and step.isdigit() and int(step) < len(tree):
            tree = tree[int(step)]
        elif isinstance(tree, Mapping):
            tree = tree.get(step)
        else:
            return None
    return tree


def _texts(given: Any) -> set[str]:
    return {str(it) for it in (given if isinstance(given, list) else [given]) if it is not None}
