"""Draws papers with typst. Values reach the template as JSON data, never as mark-up, so no answer can break a page."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import typst
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.cases.models import Case, Response
from dieutra.cases.queries import Sheet
from dieutra.channels.web.render import form_view
from dieutra.forms.queries import engine_form
from dieutra.frames.models import Listing, Unit
from dieutra.frames.queries import Sent
from dieutra.people.models import AppUser
from dieutra.places.models import Area

TEMPLATES = Path(__file__).parent


def long_date(at: datetime) -> str:
    """“ngày 21 tháng 11 năm 2026”, in Vietnam's time."""
    day = timezone.localtime(at)
    return f"ngày {day.day} tháng {day.month} năm {day.year}"


def draw(template: str, facts: dict[str, Any]) -> bytes:
    """A PDF from a template of this folder and its facts."""
    pdf = typst.compile(
        str(TEMPLATES / template),
        root=str(TEMPLATES),
        sys_inputs={"facts": json.dumps(facts, ensure_ascii=False)},
    )
    if not isinstance(pdf, bytes):
        raise TypeError("typst gave several documents for one")
    return pdf


def receipt_pdf(case: Case, response: Response) -> bytes:
    return draw(
        "receipt.typ",
        {
            "campaign": case.campaign.name,
            "form": response.form.title,
            "form_version": response.form.version,
            "unit": case.unit.name,
            "code": case.unit.code,
            "area": case.unit.area.name,
            "number": response.number,
            "receipt": response.receipt,
            "at": f"{timezone.localtime(response.sent_at):%H giờ %M phút}, {long_date(response.sent_at)}",
            "by": response.sent_by.full_name,
            "digest": response.digest,
            "simulated": case.campaign.kind.simulated,
        },
    )


def listing_receipt_pdf(listing: Listing, sent: Sent) -> bytes:
    """The receipt of a listing that was sent up: when, by whom, how many lines, and the digest of the list."""
    above = listing.area.parent
    rows = [
        (str(label), sent.counts[value]) for value, label in Unit.Decision.choices if value in sent.counts
    ]
    return draw(
        "listing_receipt.typ",
        {
            "campaign": listing.campaign.name,
            "simulated": listing.campaign.kind.simulated,
            "number": sent.number,
            "area": listing.area.name,
            "to": above.name if above and above.level else "Trung ương",
            "at": f"{timezone.localtime(sent.at):%H giờ %M phút}, {long_date(sent.at)}",
            "by": sent.by,
            "lines": sent.lines,
            "rows": [[words, number] for words, number in rows],
            "digest": sent.digest,
            "agrees": sent.agrees,
        },
    )


def phone_pdf(campaign: Campaign, phone: AppUser, area: Area, svg: str) -> bytes:
    """The sheet that is handed to a collector: the code to scan, for whom, and what to do with it."""
    return draw(
        "phone.typ",
        {
            "campaign": campaign.name,
            "simulated": campaign.kind.simulated,
            "name": phone.name,
            "area": area.name,
            "by": phone.created_by.full_name,
            "at": long_date(phone.created_at),
            "svg": svg,
        },
    )


def form_pdf(case: Case, sheet: Sheet, sent: Response | None) -> bytes:
    """The whole form with its answers, findings and justifications; without `sent` it is marked as a draft."""
    form = engine_form(sent.form_id if sent else case.form_id)
    answers = {**sheet.answers, **sheet.state.values}
    view = form_view(
        form,
        answers,
        sheet.state.findings,
        sheet.justifications,
        [],
        "vi",
        True,
        relevant=sheet.state.relevant,
        missing=sheet.state.missing,
        required=sheet.state.required,
        rows=sheet.state.rows,
        seed=case.pk,
    )
    return draw(
        "form.typ",
        {
            "title": view.title,
            "unit": case.unit.name,
            "code": case.unit.code,
            "sections": [_section(asdict(section)) for section in view.sections if not section.hidden],
            "findings": [{"where": it.where, "text": it.text, "said": it.justification} for it in view.soft],
            "sent": f"Đã gửi {long_date(sent.sent_at)}, mã biên nhận {sent.receipt}" if sent else "",
            "at": long_date(timezone.now()),
        },
    )


def _section(section: dict[str, Any]) -> dict[str, Any]:
    return {"label": section["label"], "blocks": [it for block in section["blocks"] for it in _block(block)]}


def _block(block: dict[str, Any]) -> list[dict[str, Any]]:
    """A block as one or more flat lines for the page; what is hidden is left out."""
    if block.get("hidden"):
        return []
    if block["block"] == "table":
        rows = [
            [row["code"], row["label"], row["indent"], [_shown(cell) for cell in row["cells"]]]
            for row in block["rows"]
            if not row["hidden"]
        ]
        heads = [[column["code"], column["label"]] for column in block["columns"]]
        return [
            {"block": "table", "label": block["label"], "unit": block["unit"], "heads": heads, "rows": rows}
        ]
    if block["block"] == "repeat":
        return _rows(block)
    if block["block"] == "group":
        inner = [it for each in block["blocks"] for it in _block(each)]
        return [{"block": "heading", "label": block["label"]}, *inner]
    if block["block"] == "note":
        return [{"block": "note", "label": block["label"]}]
    return [{"block": "line", "label": block["label"], "value": _shown(block) or "", "unit": block["unit"]}]


def _rows(block: dict[str, Any]) -> list[dict[str, Any]]:
    """A repeat: a grid as one table, other rows one after the other under their titles."""
    entries = [entry for entry in block["entries"] if not entry["hidden"]]
    lines: list[dict[str, Any]] = [{"block": "heading", "label": block["label"]}] if block["label"] else []
    if block["grid"] and entries:
        heads = [[str(at), field["label"]] for at, field in enumerate(block["template"]["blocks"], start=1)]
        rows = [
            [str(at), entry["title"], 0, [_shown(field) for field in entry["blocks"]]]
            for at, entry in enumerate(entries, start=1)
        ]
        return [{"block": "table", "label": block["label"], "unit": "", "heads": heads, "rows": rows}]
    for entry in entries:
        lines.append({"block": "row", "label": entry["title"]})
        lines += [it for each in entry["blocks"] for it in _block(each)]
    return lines


def _shown(cell: dict[str, Any] | None) -> str | None:
    """A value as it is printed; None for a blocked cell."""
    if cell is None:
        return None
    if cell["choices"]:
        return "; ".join(choice["label"] for choice in cell["choices"] if choice["chosen"])
    if cell["type"] == "dateTime":
        return " ".join(part for part in reversed(cell["parts"]) if part)
    if cell["type"] == "geopoint":
        return ", ".join(part for part in cell["parts"][:2] if part)
    return str(cell["value"])
