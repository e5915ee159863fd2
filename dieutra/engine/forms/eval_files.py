"""`dieutra form eval`: a form and a submission from files, told node by node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lxml import etree
from pyxform.xls2xform import convert

from dieutra.engine.forms.attached import AttachmentError
from dieutra.engine.forms.errors import FormError
from dieutra.engine.forms.explain import explain
from dieutra.engine.forms.form import Form
from dieutra.engine.forms.order import Cycle
from dieutra.engine.forms.submission import SubmissionError, read_submission
from dieutra.engine.forms.xform import form_of
from dieutra.engine.forms.xlsform import load

LISTS = (".csv", ".xml")


class ReadingError(Exception):
    """A file that cannot be used; the message is Vietnamese, ready to print."""


def eval_files(form: Path, submission: Path, folder: Path | None = None) -> list[dict[str, Any]]:
    """The records of `explain` for two files. Raises ReadingError."""
    files = lists_in(folder or form.parent, but={form.name, submission.name})
    try:
        engine_form = _form(form, files)
        return explain(
            engine_form, read_submission(engine_form, submission.read_bytes(), any_id=True).answers
        )
    except (FormError, SubmissionError, AttachmentError) as problem:
        raise ReadingError(str(problem)) from problem
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise ReadingError(f"{form.name} không phải là XForm đọc được: {problem}") from problem
    except Cycle as problem:
        raise ReadingError(f"{form.name}: công thức chạy vòng tròn: {problem}") from problem
    except OSError as problem:
        raise ReadingError(f"Không đọc được tệp {problem.filename}: {problem.strerror}") from problem


def _form(path: Path, files: Mapping[str, bytes]) -> Form:
    """Both kinds of file go through the XForm, so that what is told is what Collect would get."""
    if path.suffix.lower() == ".xml":
        return form_of(path.read_bytes(), files)
    try:
        return form_of(load(path, files, path.stem).xform_xml.encode(), files)
    except FormError as problem:
        return form_of(_by_pyxform(path, problem), files)


def _by_pyxform(path: Path, problem: FormError) -> bytes:
    """The XForm of a workbook that we would not publish: what is wrong with it is then told node by node."""
    try:
        xform: str = convert(path, form_name="data").xform
        return xform.encode()
    except Exception:  # pyxform trips over some forms with a KeyError and the like; our own words are better
        raise problem from None


def lists_in(folder: Path, but: set[str]) -> dict[str, bytes]:
    """The CSV and XML files of a folder by name, but for some."""
    if not folder.is_dir():
        return {}
    lists = [path for path in folder.iterdir() if path.suffix.lower() in LISTS and path.name not in but]
    return {path.name: path.read_bytes() for path in lists}


def table(nodes: Sequence[Mapping[str, Any]]) -> str:
    """The same for the eye: one line a node."""
    lines = []
    for node in nodes:
        marks = ("·" if node["relevant"] else "ẩn", "bắt buộc" if node["required"] else "")
        value = node["value"] if node["calculated"] is None else f"= {node['calculated']}"
        wrong = node["error"] or (node["message"] or "ràng buộc sai" if node["constraint"] is False else "")
        parts = (node["path"], value or "", *marks, wrong)
        lines.append("  ".join(part for part in parts if part).rstrip())
    return "\n".join(lines)
