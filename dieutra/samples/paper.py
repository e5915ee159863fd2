"""The certificate of a draw as a PDF. Values reach the template as JSON data, never as mark-up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typst
from django.utils import timezone

from dieutra.places.models import Area
from dieutra.samples.models import Draw
from dieutra.samples.queries import drawn_places, rules_of
from dieutra.samples.words import figure, percent

TEMPLATE = Path(__file__).parent / "certificate.typ"
METHODS = {
    "srs": "ngẫu nhiên đơn giản",
    "pps": "hệ thống, xác suất tỷ lệ với số giao dịch",
    "systematic": "hệ thống",
}


def facts_of(draw: Draw) -> dict[str, Any]:
    """What page and paper tell of a draw."""
    words = {it.level: it.words for it in rules_of(draw.campaign).stages}
    places = drawn_places(draw)
    codes = {one.district for one in places} | {one.commune for one in places}
    areas = Area.objects.filter(catalogue_id=draw.campaign.catalogue_id, code__in=codes)
    names = dict(areas.values_list("code", "name"))
    return {
        "stages": [_stage(it, words) for it in draw.certificate["stages"]],
        "places": [
            {
                "district": names.get(one.district, one.district),
                "commune": names.get(one.commune, one.commune),
                "people": figure(one.people),
                "inclusion": percent(one.inclusion, 2),
                "weight": figure(1 / one.inclusion, 1),
            }
            for one in places
        ],
    }


def _stage(kept: dict[str, Any], words: dict[str, str]) -> dict[str, str]:
    return {
        "words": words.get(kept["name"], kept["name"]),
        "method": METHODS[kept["method"]],
        "take": figure(kept["take"]),
    }


def pdf(draw: Draw) -> bytes:
    kept = draw.certificate
    sent = {
        **facts_of(draw),
        "campaign": draw.campaign.name,
        "simulated": draw.campaign.kind.simulated,
        "area": draw.population.area.name,
        "number": str(draw.pk),
        "seed": kept["seed"],
        "version": kept["version"],
        "frame": kept["frame"]["sha256"],
        "size": figure(kept["frame"]["size"]),
        "people": figure(draw.people),
        "error": draw.error,
        "effect": draw.design_effect,
        "digest": draw.digest,
        "by": draw.by.full_name,
        "at": f"{timezone.localtime(draw.at):%H:%M %d/%m/%Y}",
        "reason": draw.reason,
        "codes": [one["code"] for one in kept["drawn"]],
    }
    made = typst.compile(
        str(TEMPLATE), root=str(TEMPLATE.parent), sys_inputs={"facts": json.dumps(sent, ensure_ascii=False)}
    )
    if not isinstance(made, bytes):
        raise TypeError("typst gave several documents for one")
    return made
