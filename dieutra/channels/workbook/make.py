"""Makes a unit's workbook: a guide, a sheet per section, and hidden sheets for lists, rules and the stamp."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import xlsxwriter
from django.utils import timezone
from xlsxwriter.utility import quote_sheetname, xl_col_to_name

from dieutra.cases.models import Case
from dieutra.cases.queries import Sheet
from dieutra.channels.workbook.draw import Drawing
from dieutra.channels.workbook.draw_rows import RowDrawing
from dieutra.channels.workbook.guide import draw_guide
from dieutra.channels.workbook.layout import GUIDE, LISTS, REASONS, RULES, STAMP, Layout, lay_out, vi
from dieutra.channels.workbook.reasons import asking, draw_reasons
from dieutra.channels.workbook.refusals import refuse_uncarried
from dieutra.channels.workbook.rules import Rules
from dieutra.channels.workbook.stamp import Answering, Facts, Stamp, fingerprint, rows_of
from dieutra.channels.workbook.styles import Styles
from dieutra.channels.workbook.values import options
from dieutra.engine.forms.form import Form
from dieutra.forms.queries import engine_form

SIMULATED = "(mô phỏng)"


def make_workbook(case: Case, sheet: Sheet, form: Form | None = None) -> bytes:
    """The workbook of a case with the answers of `sheet` filled in, as .xlsx; `form` when it is not yet published.

    Raises NotNow for a form that a workbook cannot carry.
    """
    form = form or engine_form(case.form_id)
    refuse_uncarried(form)
    layout = lay_out(form, sheet.state, sheet.answers)
    rules = Rules(layout, sheet.state, sheet.answers)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    title = title_of(case, form)
    book.set_properties({"title": title, "subject": case.unit.name, "author": "dieutra", "comments": ""})
    styles = Styles(book)
    unit = f"{case.unit.name} – mã đơn vị {case.unit.code}"
    guide = book.add_worksheet(GUIDE)
    names = [each.name for each in layout.sections] + [each.name for each in layout.row_sheets]
    sheets = {name: book.add_worksheet(name) for name in names}
    reasons = book.add_worksheet(REASONS) if asking(rules) else None
    lists = _draw_lists(book.add_worksheet(LISTS), layout)
    roles: dict[str, str] = {}
    counts: dict[str, Mapping[str, int]] = {}
    for section in layout.sections:
        drawing = Drawing(sheets[section.name], section, rules, styles, lists)
        roles |= drawing.draw(title, unit)
        counts[section.name] = drawing.verdicts.counts
    of_rows: list[Answering] = []
    for rows in layout.row_sheets:
        lines = RowDrawing(sheets[rows.name], rows, rules, styles, lists, sheet.justifications)
        roles |= lines.draw(title, unit)
        counts[rows.name] = lines.verdicts.counts
        of_rows += lines.cells
    explained = draw_reasons(reasons, case, rules, styles, title, sheet.justifications) if reasons else []
    draw_guide(guide, case, layout, title, styles, counts)
    _draw_rules(book.add_worksheet(RULES), rules)
    stamp = Stamp(_facts(case, sheet), (*_answering(layout, roles, sheet), *of_rows, *explained))
    _draw_stamp(book.add_worksheet(STAMP), stamp)
    guide.activate()
    book.close()
    return out.getvalue()


def title_of(case: Case, form: Form) -> str:
    """The form's title, which says so when the form is simulated."""
    title = vi(form.title)
    simulated = case.campaign.kind.simulated and "mô phỏng" not in title.casefold()
    return f"{title} {SIMULATED}" if simulated else title


def _draw_lists(sheet: Any, layout: Layout) -> dict[str, str]:
    """One column per list of options; the range of each choice question. Questions with the same list share it."""
    known: dict[tuple[str, ...], str] = {}
    ranges = {}
    for node in layout.form.nodes:
        offered = tuple(options(node, layout.form).values())
        if node.type not in ("select1", "acknowledge") or not offered:
            continue
        if offered not in known:
            column = len(known)
            for row, words in enumerate((vi(node.label), *offered)):
                sheet.write_string(row, column, words)
            letter = xl_col_to_name(column)
            known[offered] = f"{quote_sheetname(LISTS)}!${letter}$2:${letter}${len(offered) + 1}"
        ranges[node.path] = known[offered]
    sheet.hide()
    sheet.protect()
    return ranges


def _draw_rules(sheet: Any, rules: Rules) -> None:
    for row, rule in enumerate(rules.rows):
        sheet.write_string(row, 0, rule.name)
        if rule.formula:
            sheet.write_formula(row, 1, f"={rule.formula}", None, rule.now)
        else:
            sheet.write(row, 1, rule.now)
        if rule.message:
            sheet.write_formula(row, 2, f"={rule.message}", None, rule.said_now)
    sheet.very_hidden()
    sheet.protect()


def _draw_stamp(sheet: Any, stamp: Stamp) -> None:
    for row, cells in enumerate(rows_of(stamp)):
        for column, text in enumerate(cells):
            sheet.write_string(row, column, text)
    sheet.very_hidden()
    sheet.protect()


def _facts(case: Case, sheet: Sheet) -> Facts:
    return Facts(
        form=case.form.form_id,
        version=case.form.version,
        campaign=case.campaign.slug,
        case=str(case.pk),
        unit=case.unit.code,
        draft=str(sheet.version),
        made_at=timezone.now().isoformat(timespec="seconds"),
    )


def _answering(layout: Layout, roles: dict[str, str], sheet: Sheet) -> tuple[Answering, ...]:
    cells = []
    for path, place in layout.places.items():
        held = fingerprint(sheet.answers.get(path, ""))
        cells.append(Answering(place.sheet, place.cell, path, roles[path], "", held))
    for path, choices in layout.choices.items():
        held = fingerprint(sheet.answers.get(path, ""))
        cells += [
            Answering(place.sheet, place.cell, path, "input", choice, held)
            for choice, place in choices.items()
        ]
    return tuple(cells)
