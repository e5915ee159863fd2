"""A survey of households with everything that repeats, depends, is ranked, located and attached."""

from __future__ import annotations

from pathlib import Path

from dieutra.engine.forms.form import Form
from tests.engine.markdown import form, xlsx

SURVEY = (Path(__file__).parent / "fixtures" / "household.md").read_text()


def household_form() -> Form:
    return form(SURVEY)


def household_workbook() -> bytes:
    return xlsx(SURVEY)
