"""The command line's part about short messages: `dieutra sms <what>`."""

from __future__ import annotations

import argparse
import sys
from typing import Any


def add_sms_commands(commands: Any) -> None:
    sms = commands.add_parser("sms", help="short messages and the gateway that takes them").add_subparsers(
        required=True, metavar="what"
    )
    check = sms.add_parser(
        "check", help="read the gateway's file (DIEUTRA_SMS) and its secrets; sends nothing"
    )
    check.set_defaults(run=_check)
    count = sms.add_parser("count", help="how many segments a text takes, with and without tone marks")
    count.add_argument("text")
    count.set_defaults(run=_count)
    test = sms.add_parser("test", help="send one message now, past the outbox, and print what became of it")
    test.add_argument("number")
    test.add_argument("text")
    test.add_argument("--plain", action="store_true", help="take the tone marks away")
    test.set_defaults(run=_test)


def _check(options: argparse.Namespace) -> int:
    import django

    django.setup()
    from dieutra.messages.sms.gateway import gateway, sms_is_on

    if not sms_is_on():
        print("Chưa đặt DIEUTRA_SMS: không gửi tin nhắn.", file=sys.stderr)
        return 1
    found = gateway()
    found.revealed(repr(dict(found.table)))  # each secret is there
    print(f"{found.transport}: dùng được.")
    return 0


def _count(options: argparse.Namespace) -> int:
    from dieutra.messages.sms.text import segments, without_marks

    for words, text in (("có dấu", options.text), ("không dấu", without_marks(options.text))):
        cut = segments(text)
        print(f"{words}: {len(text)} ký tự, {cut.count} phân đoạn, {cut.coding}: {text}")
    return 0


def _test(options: argparse.Namespace) -> int:
    import django

    django.setup()
    from dieutra.engine.refusals import Invalid, Problem
    from dieutra.messages.models import Message
    from dieutra.messages.sms import lines
    from dieutra.messages.sms.gateway import sms_is_on
    from dieutra.messages.sms.numbers import normalise
    from dieutra.messages.sms.text import without_marks

    to = normalise(options.number)
    if not to:
        raise Invalid(
            f"“{options.number}” không phải số di động Việt Nam.",
            [Problem("number", "Ghi như 0912345678 hoặc +84912345678.")],
        )
    if not sms_is_on():
        raise Invalid("Chưa đặt DIEUTRA_SMS nên không có cổng nào để gửi.")
    text = without_marks(options.text) if options.plain else options.text
    message = Message(channel="sms", to=to, text=text)
    with lines.open_line() as line:
        outcome = line.send(message, lambda: True)
    lines.close()
    names = ", ".join(outcome.names)
    print(f"{to}: {outcome.became.value} {outcome.reason}".rstrip() + (f" ({names})" if names else ""))
    return 0 if outcome.became.value == "sent" else 1
