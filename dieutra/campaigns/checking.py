"""`dieutra kind check`: is a folder a kind that a campaign can be made from?"""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from dieutra.campaigns.kind import LEVELS, Kind, folder_rules, kind_from
from dieutra.engine.forms.form import Form
from dieutra.engine.forms.xlsform import load_xlsform
from dieutra.engine.refusals import Invalid, Problem
from dieutra.places import shipped

NEEDED = ("form.xlsx", "frame.xlsx")


def kind_folder(slug: str) -> Path:
    """The folder of a kind; Invalid with the list of those that exist when there is none."""
    folder = Path(settings.KINDS_DIR) / slug
    if not folder.is_dir():
        known = ", ".join(sorted(it.name for it in Path(settings.KINDS_DIR).iterdir() if it.is_dir()))
        raise Invalid(f"Không có kiểu điều tra “{slug}”. Các kiểu hiện có: {known}.")
    return folder


def check_folder(slug: str) -> list[Problem]:
    """Every fault of a kind's folder: file, place and cause."""
    folder = kind_folder(slug)
    problems = [Problem(name, "Thiếu tệp.") for name in NEEDED if not (folder / name).is_file()]
    kind, form = None, None
    try:
        kind = kind_from(slug, folder_rules(folder))
    except Invalid as refusal:
        problems += refusal.problems
    if (folder / "form.xlsx").is_file():
        try:
            form = load_xlsform(folder / "form.xlsx")
        except Invalid as refusal:
            problems += [Problem(f"form.xlsx, {it.place}", it.message) for it in refusal.problems]
    if kind and form:
        problems += _agreement(kind, form)
    return problems


def _agreement(kind: Kind, form: Form) -> list[Problem]:
    """What only shows when rules and form are held side by side."""
    problems = []
    if kind.catalogue not in shipped.catalogues():
        problems.append(Problem("campaign.toml: catalogue", f"Không có danh mục “{kind.catalogue}” đi kèm."))
    columns = {column.name for column in kind.frame_columns} | {"area"}
    for name, column in kind.prefills.items():
        if name not in form.by_name:
            problems.append(Problem("campaign.toml: prefill", f"Phiếu không có câu hỏi “{name}”."))
        if column not in columns:
            problems.append(Problem("campaign.toml: prefill", f"Bảng kê không có cột “{column}”."))
    names = {number: name for name, number in LEVELS.items()}
    for level in kind.review_levels:
        if level not in kind.levels:
            problems.append(Problem("campaign.toml: review", f"Cấp “{names[level]}” không có trong levels."))
    if kind.simulated and not any("mô phỏng" in words.lower() for words in form.title.values()):
        problems.append(
            Problem("form.xlsx, sheet settings", "Phiếu mô phỏng phải ghi “mô phỏng” trong tên phiếu.")
        )
    return problems
