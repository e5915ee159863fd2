"""The command line's part about mail: `dieutra mail <what>`."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import Any

WORDS = {
    "bounced": "thư bị trả về",
    "delayed": "thư đang chậm",
    "other": "thư không phải báo trả",
    "unknown": "báo trả không phải của hệ thống này",
}


def add_mail_commands(commands: Any) -> None:
    mail = commands.add_parser("mail", help="mail that went out and came back").add_subparsers(
        required=True, metavar="what"
    )
    bounce = mail.add_parser(
        "bounce", help="take in bounces: one mail from standard input, or a Maildir, mbox or folder of .eml"
    )
    bounce.add_argument("place", type=Path, nargs="?", help="standard input when left out")
    bounce.set_defaults(run=_bounce)


def _bounce(options: argparse.Namespace) -> int:
    import django

    django.setup()
    from dieutra.engine.refusals import Invalid
    from dieutra.messages.bounces import mails_in, take_in

    if options.place is None:
        mails = [sys.stdin.buffer.read()]
    else:
        try:
            mails = list(mails_in(options.place))
        except OSError as error:
            raise Invalid(f"Không đọc được {options.place}: {error.strerror}.") from error
    counts = Counter(it.what for content in mails for it in take_in(content))
    print(
        ", ".join(f"{counts[what]} {words}" for what, words in WORDS.items() if counts[what])
        or "Không có thư."
    )
    return 0
