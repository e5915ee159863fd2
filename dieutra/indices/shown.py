"""Figures as a reader sees them: decimal commas, signs, names of domains. For pages and papers alike."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

from dieutra.engine.stats.exact import printed
from dieutra.indices.figures import Figures
from dieutra.indices.pictures import Bar, Radar, bars, radar

DASH = "–"


def number(text: str | None) -> str:
    return DASH if text is None else printed(Decimal(text))


def signed(text: str | None) -> str:
    """`+0,55`, `−0,50`, `0,00`."""
    if text is None:
        return DASH
    value = Decimal(text)
    return ("+" if value > 0 else "−" if value < 0 else "") + printed(abs(value))


def percent(fraction: str) -> str:
    """`1/10` as `10%`."""
    return f"{float(Fraction(fraction) * 100):g}%".replace(".", ",")


def domains(figures: Figures) -> list[dict[str, Any]]:
    return [it for it in figures["criteria"] if it["level"] == 1]


def table(figures: Figures) -> list[dict[str, Any]]:
    """A row per body, in the order of ranks."""
    return [_row(figures, body) for body in figures["bodies"]]


def _row(figures: Figures, body: dict[str, Any]) -> dict[str, Any]:
    change, firm = body["change"] or {}, body["firmness"]
    up = change.get("up")
    return {
        "code": body["code"],
        "name": body["name"],
        "rank": body["rank"] or DASH,
        "tied": body["tied"],
        "why": _why(body),
        "points": number(body["points"]),
        "band": body["band"] or DASH,
        "self": number(body["self_points"]),
        "survey": number(body["survey_points"]),
        "domains": [number(body["domains"][it["code"]]) for it in domains(figures)],
        "change": signed(change.get("points")),
        "up": DASH if up is None else "0" if not up else f"{'+' if up > 0 else '−'}{abs(up)}",
        "firm": firm and {**firm, "kept": printed(Decimal(firm["kept_percent"]))},
        "bar": Decimal(body["points"] or 0),
    }


def _why(body: dict[str, Any]) -> str:
    """Why a body has no rank; blank when it has one."""
    if body["annulled"]:
        return "Kết quả khảo sát bị hủy"
    if body["points"] is None:
        return "Chưa đủ số liệu"
    return "" if body["ranked"] else "Không xếp hạng"


def body_of(figures: Figures, code: str) -> dict[str, Any] | None:
    return next((it for it in figures["bodies"] if it["code"] == code), None)


def points_of(figures: Figures, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every domain, criterion and component of a body with its points; `how` is a key of FROM."""
    for node in figures["criteria"]:
        leaf = body["leaves"].get(node["code"])
        how = leaf["from"] if leaf else "sum withheld" if node["code"] in body.get("withheld", ()) else "sum"
        points = leaf["points"] if leaf else (body["domains"] | body["sums"])[node["code"]]
        yield {
            **node,
            "most": number(node["max"]),
            "points": number(points),
            "raw": points,
            "how": how,
            "from": FROM[how],
        }


FROM = {
    "survey": "Điều tra xã hội học",
    "withheld": "Điều tra xã hội học, không nêu riêng",
    "verified": "Đã thẩm định",
    "self": "Tự chấm, chưa thẩm định",
    "sum": "",
    "sum withheld": "Không nêu riêng",
}


def bars_of(figures: Figures, body: dict[str, Any]) -> list[Bar]:
    """One bar per domain: the share of its points that the body reached, beside the mean of all ranked bodies."""
    return bars(
        [(it["code"], it["label_vi"], _share(body, it), _mean_share(figures, it)) for it in domains(figures)]
    )


def radar_of(figures: Figures, body: dict[str, Any]) -> Radar:
    return radar([(it["code"], _share(body, it), _mean_share(figures, it)) for it in domains(figures)])


def _share(body: dict[str, Any], domain: dict[str, Any]) -> Decimal | None:
    points = body["domains"][domain["code"]]
    return None if points is None else Decimal(points) / Decimal(domain["max"]) * 100


def _mean_share(figures: Figures, domain: dict[str, Any]) -> Decimal | None:
    shares = [_share(it, domain) for it in figures["bodies"] if it["ranked"]]
    known = [it for it in shares if it is not None]
    return sum(known, Decimal(0)) / len(known) if known else None
