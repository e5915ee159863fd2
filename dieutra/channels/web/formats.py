"""Vietnamese numbers and dates, both ways: shown `1.234,5` and `21/11/2026`, kept `1234.5` and `2026-11-21`.

`dieutra/static/dieutra/form/numbers.js` says the same in the browser; tests/browser compares the two.
Text that is no number is kept untouched, so that the engine reports it where it stands. Text that may be
two numbers and happens to look canonical (`1.234` for a decimal) is kept with a `?` before it, likewise.
"""

from __future__ import annotations

import re
from datetime import date

GROUPS = r"[0-9]{1,3}(?:[. ][0-9]{3})+"
VIETNAMESE = re.compile(rf"(-?)({GROUPS}|[0-9]+)?(?:,([0-9]+))?")
POINT = re.compile(r"(-?)([0-9]+)\.([0-9]+)")
GROUPED_ONCE = re.compile(r"-?[1-9][0-9]{0,2}\.[0-9]{3}")
ENGLISH_THOUSANDS = re.compile(r"-?[1-9][0-9]{0,2},000")
DOUBTFUL = re.compile(r"\?(?=-?[1-9][0-9]{0,2}[.,][0-9]{3}$)")
CANONICAL = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
DAY = re.compile(r"([0-9]{1,2})[/.\-]([0-9]{1,2})[/.\-]([0-9]{4})")


def canonical_number(text: str, kind: str) -> str:
    """The stored form of a number typed in Vietnamese; `kind` is `int` or `decimal`.

    `1.234,5`, `1 234,5` and `1234,5` are 1234.5. For an integer `1.234` is 1234; for a decimal it may be 1234
    or 1,234, so it becomes `?1.234`. `12.5` and `0.125` can only be a decimal point and are taken so. What is
    no number comes back untouched.
    """
    tidy = _tidy(text)
    if kind != "int" and GROUPED_ONCE.fullmatch(tidy):
        return f"?{tidy}"
    parts = _whole_and_fraction(tidy)
    if parts is None:
        return text
    sign, whole, fraction = parts
    if kind == "int":
        if fraction.strip("0") or ENGLISH_THOUSANDS.fullmatch(tidy):
            return text
        fraction = ""
    whole = whole.lstrip("0") or "0"
    if not (whole + fraction).strip("0"):
        sign = ""
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"


def _tidy(text: str) -> str:
    return re.sub(r"[\s\u00a0\u202f]+", " ", text).strip().replace("\u2212", "-")


def _whole_and_fraction(tidy: str) -> tuple[str, str, str] | None:
    """Sign, whole digits and fraction digits; None when the text is no number."""
    if (found := VIETNAMESE.fullmatch(tidy)) and (found[2] or found[3]):
        mixed = "." in tidy and " " in tidy
        return None if mixed else (found[1], re.sub(r"[. ]", "", found[2] or ""), found[3] or "")
    if found := POINT.fullmatch(tidy):
        return found[1], found[2], found[3]
    return None


def canonical_date(text: str) -> str:
    """`21/11/2026` (also with - or .) as `2026-11-21`; anything else comes back as is."""
    found = DAY.fullmatch(text.strip())
    if not found:
        return text
    try:
        return date(int(found[3]), int(found[2]), int(found[1])).isoformat()
    except ValueError:
        return text


def shown_number(stored: str, *, grouped: bool = True) -> str:
    """`1234.5` as `1.234,5`, or `1234,5` for a field that is edited; text that is no number as typed."""
    if not CANONICAL.fullmatch(stored):
        return DOUBTFUL.sub("", stored, count=1)
    whole, _, fraction = stored.partition(".")
    if grouped:
        whole = re.sub(r"(?<=[0-9])(?=(?:[0-9]{3})+$)", ".", whole)
    return f"{whole},{fraction}" if fraction else whole


def shown_date(canonical: str) -> str:
    """`2026-11-21` as `21/11/2026`; text that is no date stays as it is."""
    try:
        return date.fromisoformat(canonical).strftime("%d/%m/%Y")
    except ValueError:
        return canonical
