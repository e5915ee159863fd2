"""A run as a PDF. Values reach the template as JSON data, never as mark-up."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import typst

from dieutra.selfcheck.lines import RESULTS

TEMPLATE = Path(__file__).parent / "run.typ"


LONG = re.compile(r"\S{28}(?=\S{4})")


def _breakable(line: dict[str, Any]) -> dict[str, Any]:
    """Long words such as digests may break after every 28 letters."""
    return {**line, "evidence": [LONG.sub("\\g<0>\u200b", words) for words in line["evidence"]]}


def pdf(facts: dict[str, Any], digest: str) -> bytes:
    sent = {
        **facts,
        "lines": [_breakable(it) for it in facts["lines"]],
        "digest": digest,
        "results": RESULTS,
        "parts": list(dict.fromkeys(it["part"] for it in facts["lines"])),
    }
    drawn = typst.compile(
        str(TEMPLATE), root=str(TEMPLATE.parent), sys_inputs={"facts": json.dumps(sent, ensure_ascii=False)}
    )
    if not isinstance(drawn, bytes):
        raise TypeError("typst gave several documents for one")
    return drawn
