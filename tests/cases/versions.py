"""Another version of the cast's form, made from the first by changing its model."""

from __future__ import annotations

import copy
from typing import Any

from dieutra.campaigns.models import Campaign
from dieutra.forms.models import FormVersion

DROPPED, MOVED, RENAMED = "dia_chi", "dien_thoai", "ma_so_thue"


def next_version(campaign: Campaign, number: str = "2021.2") -> FormVersion:
    """Without the address; the telephone moved to the last group; the tax number under another name; one new question."""
    old = campaign.form
    model = copy.deepcopy(old.model)
    model["version"] = number
    nodes: list[dict[str, Any]] = model["nodes"]
    gone = _path(nodes, DROPPED)
    last = [it for it in nodes if it["kind"] == "group" and it["parent"] is None][-1]["path"]
    for name, path in ((MOVED, f"{last}/{MOVED}"), (RENAMED, _path(nodes, RENAMED) + "_moi")):
        _swap(model, _path(nodes, name), path)
    nodes[:] = [it for it in nodes if it["path"] != gone]
    moved = next(it for it in nodes if it["path"] == f"{last}/{MOVED}")
    moved["parent"] = last
    nodes.remove(moved)
    nodes.append(moved)
    model["checks"] = [it for it in model["checks"] if gone not in (it["where"], *it["paths"])]
    return FormVersion.objects.create(
        form_id=old.form_id,
        version=number,
        title=old.title,
        workbook=bytes(old.workbook),
        sha256=number,
        xform=old.xform,
        model=model,
    )


def _path(nodes: list[dict[str, Any]], name: str) -> str:
    return next(it["path"] for it in nodes if it["path"].endswith(f"/{name}"))


def _swap(part: Any, before: str, after: str) -> None:
    """Everywhere in the model, expressions and texts too."""
    pairs = part.items() if isinstance(part, dict) else enumerate(part)
    for key, value in list(pairs):
        if isinstance(value, (dict, list)):
            _swap(value, before, after)
        elif isinstance(value, str) and (value == before or f"${{{before}}}" in value):
            part[key] = after if value == before else value.replace(f"${{{before}}}", f"${{{after}}}")
