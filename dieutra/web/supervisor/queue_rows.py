"""The rows of the queue's page in words: a page has up to 200, so they are worded here and not by template filters."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.timezone import localtime

from dieutra.cases.models import State
from dieutra.cases.waiting import FAR


def worded(rows: list[dict[str, Any]], today: date, carried: str) -> list[dict[str, Any]]:
    """The rows of waiting.rows with their address, tick, reason and days as they are shown."""
    before, _, after = reverse("review", args=[0]).partition("0")
    query = f"?{carried}" if carried else ""
    return [row | _words(row, today) | {"url": f"{before}{row['pk']}{after}{query}"} for row in rows]


def _words(row: dict[str, Any], today: date) -> dict[str, Any]:
    distance = "–" if row["distance"] is None else f"{row['distance']}%"
    findings = f"{row['soft_count']} cảnh báo"
    return {
        "tick": "" if row["soft_count"] else f"{row['pk']}.{row['version']}",
        "why": _why(row),
        "distance": distance,
        "far": row["distance"] is not None and row["distance"] >= FAR,
        "narrow": findings if row["distance"] is None else f"{findings} · khác kỳ trước {distance}",
        "sent": f"{localtime(row['sent_at']):%H:%M %d/%m/%Y}" if row["sent_at"] else "–",
        "due": f"{row['due_on']:%d/%m/%Y}",
        "late": row["due_on"] < today,
    }


def _why(row: dict[str, Any]) -> str:
    if row["sendings"] > 1:
        return f"Gửi lại lần {row['sendings']}"
    return "Cấp dưới đã duyệt" if row["state"] == State.IN_REVIEW else "Mới gửi"
