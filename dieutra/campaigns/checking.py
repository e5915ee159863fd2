"""`dieutra kind check`: is a folder a kind that a campaign can be made from?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from dieutra.campaigns import action_rules, sample_rules, score_rules
from dieutra.campaigns.desks import read_desks
from dieutra.campaigns.kind import LEVELS, Kind
from dieutra.campaigns.kind_folder import folder_rules
from dieutra.campaigns.kind_reading import kind_from
from dieutra.campaigns.report_rules import read_report_rules
from dieutra.campaigns.team_rules import read_tasks
from dieutra.engine.forms.form import Form
from dieutra.engine.forms.xlsform import load_xlsform
from dieutra.engine.refusals import Invalid, Problem
from dieutra.engine.spreadsheet import read_table
from dieutra.places import shipped
from dieutra.places.catalogue_file import read_catalogue
from dieutra.places.tree import check_tree

NEEDED = ("form.xlsx", "frame.xlsx")  # of a survey of units


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
    problems: list[Problem] = []
    kind = None
    try:
        rules = folder_rules(folder)
        read_desks(
            rules["campaign"].get("questions", {}), rules["campaign"].get("working_hours", {}), problems
        )
        read_tasks(rules["campaign"].get("group_task", []), problems)
        read_report_rules(rules["campaign"].get("reports", {}), problems)
        problems += action_rules.problems(rules["campaign"], rules["letters"])
        problems += sample_rules.problems(rules["campaign"])
        kind = kind_from(slug, rules)
        problems += _letters_there(kind, rules["campaign"].get("messages", {}))
    except Invalid as refusal:
        problems += refusal.problems
    opinion = kind.opinion if kind else None
    if kind is not None and opinion is None:
        problems += [Problem(name, "Thiếu tệp.") for name in NEEDED if not (folder / name).is_file()]
    names = [it.form for it in opinion.groups] if opinion else ["form.xlsx"]
    forms = {name: _form(folder, name, problems) for name in names}
    if kind and (folder / "frame.xlsx").is_file():
        problems += _template(kind, (folder / "frame.xlsx").read_bytes())
    if kind and kind.branch:
        problems += _branch(kind, folder / kind.branch)
    if kind:
        problems += _catalogue(kind)
        problems += score_rules.problems(folder, kind)
        for name, found in forms.items():
            problems += _simulation(kind, name, found)
    form = forms.get("form.xlsx")
    if kind and form:
        problems += _agreement(kind, form)
    return [_with_line(folder, problem) for problem in problems]


def _letters_there(kind: Kind, letters: Mapping[str, str]) -> list[Problem]:
    """A letter by the clock without a text would go out as none."""
    rules = kind.opinion.letters if kind.opinion else ()
    return [
        Problem(f"campaign.toml: opinion.letter {it.name}", f"[messages] không có thư “{it.what}”.")
        for it in rules
        if it.what not in letters
    ]


def _form(folder: Path, name: str, problems: list[Problem]) -> Form | None:
    """A questionnaire of the folder; its faults are added to `problems`."""
    if not (folder / name).is_file():
        if name not in NEEDED:
            problems.append(Problem(name, "Thiếu tệp."))
        return None
    try:
        return load_xlsform(folder / name)
    except Invalid as refusal:
        problems += [Problem(f"{name}, {it.place}", it.message) for it in refusal.problems]
        return None


def _catalogue(kind: Kind) -> list[Problem]:
    if kind.catalogue in shipped.catalogues():
        return []
    return [Problem("campaign.toml: catalogue", f"Không có danh mục “{kind.catalogue}” đi kèm.")]


def _simulation(kind: Kind, name: str, form: Form | None) -> list[Problem]:
    """A simulated questionnaire never passes as the official one."""
    if form is None or not kind.simulated or any("mô phỏng" in it.lower() for it in form.title.values()):
        return []
    return [Problem(f"{name}, sheet settings", "Phiếu mô phỏng phải ghi “mô phỏng” trong tên phiếu.")]


def _with_line(folder: Path, problem: Problem) -> Problem:
    """“campaign.toml: roles.xyz” with the line where the key stands, when it can be found."""
    name, _, key = problem.place.partition(": ")
    if not name.endswith(".toml") or not key:
        return problem
    last = key.split(".")[-1]
    lines = (folder / name).read_text("utf-8").splitlines() if (folder / name).is_file() else []
    pattern = re.compile(
        rf"^\s*(\[+.*\b{re.escape(last)}\]+|{re.escape(last)}\s*=|name\s*=\s*\"{re.escape(last)}\")"
    )
    number = next((number for number, line in enumerate(lines, 1) if pattern.match(line)), 0)
    return Problem(f"{name}, dòng {number}: {key}", problem.message) if number else problem


def _branch(kind: Kind, file: Path) -> list[Problem]:
    """The kind's own areas must hang into its catalogue and take none of its codes."""
    if not file.is_file():
        return [Problem(f"campaign.toml: branch, {kind.branch}", "Thiếu tệp.")]
    entry = shipped.catalogues().get(kind.catalogue)
    if entry is None:
        return []  # said where the catalogue is named
    areas, added = (read_catalogue(it, entry.valid_from) for it in (entry.content, file.read_bytes()))
    areas.problems.extend(added.problems)
    areas.rows.extend(added.rows)
    check_tree(areas)
    return [Problem(f"{kind.branch}, {it.place}", it.message) for it in areas.problems]


def _template(kind: Kind, content: bytes) -> list[Problem]:
    """The template that people fill must have the very columns that the loader looks for."""
    try:
        headers = [str(cell) for cell in (read_table(content) or [[]])[0]]
    except Invalid as refusal:
        return [Problem("frame.xlsx", refusal.message)]
    missing = [column.header for column in kind.frame_columns if column.header not in headers]
    return [Problem("frame.xlsx, dòng 1", f"Thiếu cột {', '.join(missing)}.")] if missing else []


def _agreement(kind: Kind, form: Form) -> list[Problem]:
    """What only shows when rules and form are held side by side."""
    problems = []
    columns = {column.name for column in kind.frame_columns} | {"area"}
    for name, column in kind.prefills.items():
        if name not in form.by_name:
            problems.append(Problem("campaign.toml: prefill", f"Phiếu không có câu hỏi “{name}”."))
        if column not in columns:
            problems.append(Problem("campaign.toml: prefill", f"Bảng kê không có cột “{column}”."))
    for pair in kind.last_census:
        if pair.question not in form.by_name:
            problems.append(Problem("campaign.toml: last_census", f"Phiếu không có câu “{pair.question}”."))
        if pair.column not in columns:
            problems.append(Problem("campaign.toml: last_census", f"Bảng kê không có cột “{pair.column}”."))
    names = {number: name for name, number in LEVELS.items()}
    for level in kind.review_levels:
        if level not in kind.levels:
            problems.append(Problem("campaign.toml: review", f"Cấp “{names[level]}” không có trong levels."))
    return problems
