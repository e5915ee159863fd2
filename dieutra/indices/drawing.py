"""The files of a publication: open data as JSON, CSV and Excel, a report of all bodies and one of each, as PDF."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial

from dieutra.cases import files
from dieutra.engine.spreadsheet import XLSX
from dieutra.indices import open_data, paper
from dieutra.indices.models import Publication, PublishedFile

OPEN_DATA = (
    ("chi-so.json", "JSON, toàn bộ (bản gốc của mã kiểm tra)"),
    ("xep-hang.csv", "CSV, bảng xếp hạng"),
    ("chi-tiet.csv", "CSV, điểm từng tiêu chí"),
    ("chi-so.xlsx", "Excel, có mã, tên và mô tả"),
)
REPORT = ("bao-cao.pdf", "PDF, báo cáo chung")
TYPES = {"json": "application/json", "csv": "text/csv; charset=utf-8", "xlsx": XLSX, "pdf": "application/pdf"}


def paper_name(code: str) -> str:
    return f"{code}.pdf"


def draw(publication: Publication) -> Iterator[tuple[int, int]]:
    """Draw what is not there yet; after each file (how many are done, of how many). Safe to run twice."""
    drawers = _drawers(publication)
    there = set(publication.files.values_list("name", flat=True))
    for done, (name, drawer) in enumerate(drawers.items(), start=1):
        if name not in there:
            content = drawer()
            PublishedFile.objects.bulk_create(
                [PublishedFile(publication=publication, name=name, content_type=TYPES[name.rpartition(".")[2]],
                               sha256=files.put(content), size=len(content))],
                ignore_conflicts=True,
            )  # fmt: skip
        yield done, len(drawers)


def _drawers(publication: Publication) -> dict[str, Callable[[], bytes]]:
    """By name of the file; figures are read once, from the very text that was published."""
    figures = json.loads(publication.content)
    about = paper.About(publication.number, publication.published_at, publication.sha256, publication.reason)
    drawers: dict[str, Callable[[], bytes]] = {
        "chi-so.json": publication.content.encode,
        "xep-hang.csv": partial(open_data.ranking_csv, figures),
        "chi-tiet.csv": partial(open_data.details_csv, figures),
        "chi-so.xlsx": partial(open_data.workbook, figures, publication.sha256),
        "bao-cao.pdf": partial(paper.report, figures, about),
    }
    return drawers | {
        paper_name(it["code"]): partial(paper.of_body, figures, it, about) for it in figures["bodies"]
    }
