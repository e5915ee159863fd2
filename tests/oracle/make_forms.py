"""Writes the `expected` tables of tests/engine/forms/*.md, asking JavaRosa what each node of the response is.

    python -m tests.oracle.make_forms

A form stands there as small Markdown tables with the answers of one response. A line of `departs` names a path
where we differ from JavaRosa on purpose, what we say instead, and why.
"""

from __future__ import annotations

import base64
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from dieutra.engine.forms.explain import explain
from dieutra.engine.forms.submission import write_submission
from dieutra.engine.forms.xform import form_of
from dieutra.engine.forms.xlsform import load_workbook
from tests.engine.markdown import SETTINGS, from_grids, grids
from tests.oracle.make_vectors import JAR

FORMS = Path(__file__).parents[1] / "engine" / "forms"
HEADER = ("path", "relevant", "required", "constraint", "value")
Told = dict[str, tuple[str, ...]]
LONG_NUMBER = re.compile(r"-?[0-9]+\.[0-9]{9,}")


def main() -> None:
    for path in sorted(FORMS.glob("*.md")):
        sheets = grids(path.read_text())
        told = ask([opened(sheets)])[0]
        text = path.read_text().partition("\n| expected |")[0].rstrip()
        width = [max(len(row[at]) for row in [HEADER, *told.values()]) for at in range(len(HEADER))]
        lines = [
            "| | "
            + " | ".join(cell.ljust(wide) for cell, wide in zip(row, width, strict=True)).rstrip()
            + " |"
            for row in [HEADER, *told.values()]
        ]
        path.write_text(text + "\n\n| expected |\n" + "\n".join(lines) + "\n")
        print(path.name, len(told))


def xform_of(sheets: Mapping[str, Sequence[Sequence[str]]]) -> str:
    own = {name: rows for name, rows in sheets.items() if name not in ("answers", "expected", "departs")}
    book = from_grids(own if "settings" in own else own | grids(SETTINGS))
    return load_workbook(book).xform_xml


def answers_of(sheets: Mapping[str, Sequence[Sequence[str]]]) -> dict[str, str]:
    return {row[0]: row[1] for row in sheets.get("answers", [])[1:]}


def opened(sheets: Mapping[str, Sequence[Sequence[str]]]) -> tuple[str, str]:
    """The XForm, and the response as the XML that Collect would have saved."""
    xml = xform_of(sheets)
    form = form_of(xml.encode())
    form = replace(form, nodes=tuple(node for node in form.nodes if not is_meta(node.path)))
    return xml, write_submission(form, answers_of(sheets), instance_id="uuid:1")


def is_meta(path: str) -> bool:
    return f"{path}/".startswith("/data/meta/")


def ours(sheets: Mapping[str, Sequence[Sequence[str]]]) -> Told:
    """What we say of each node that holds a value, in JavaRosa's words."""
    form = form_of(xform_of(sheets).encode())
    told = {}
    for node in explain(form, answers_of(sheets)):
        if node["value"] is None or is_meta(node["path"]):
            continue
        value = node["value"] if node["calculated"] is None else node["calculated"]
        constraint = {None: "none", True: "true", False: "false"}[node["constraint"]]
        words = (str(node["relevant"]).lower(), str(node["required"]).lower(), constraint, shown(value))
        told[node["path"]] = (node["path"], *words)
    return told


def shown(value: str) -> str:
    """Numbers, inside texts too, agree to 12 digits: ours have 15, JavaRosa's are doubles."""
    try:
        number = float(value)
    except ValueError:
        return LONG_NUMBER.sub(lambda found: f"{float(found[0]):.12g}", value)
    return value if value == "" or abs(number) > 1e15 else f"{number:.12g}"


def ask(pairs: Sequence[tuple[str, str]]) -> list[Told]:
    """What JavaRosa says of each node that holds a value, for pairs of XForm and submission."""
    told = ask_all(pairs)
    refused = next((each for each in told if isinstance(each, str)), None)
    if refused is not None:
        raise AssertionError(refused)
    return [each for each in told if not isinstance(each, str)]


def ask_all(pairs: Sequence[tuple[str, str]]) -> list[Told | str]:
    """The same; where JavaRosa gives up on a form, its reason stands instead."""
    lines = [f"{_encoded(form)}\t{_encoded(submission)}\n" for form, submission in pairs]
    with tempfile.TemporaryDirectory() as folder:
        source = Path(__file__).parent / "Submission.java"
        subprocess.run(["javac", "-cp", JAR, "-d", folder, source], check=True)
        java = ["java", "-Duser.timezone=Asia/Ho_Chi_Minh", "-cp", f"{JAR}:{folder}", "Submission"]
        done = subprocess.run(java, input="".join(lines), capture_output=True, text=True, check=True)
    return [_told(block) for block in done.stdout.split("\n\n") if block.strip()]


def _told(block: str) -> Told | str:
    told = {}
    for line in filter(None, block.splitlines()):
        path, *rest = line.split("\t")
        if path == "error":
            return base64.b64decode(rest[0]).decode()
        relevant, required, constraint, value = rest
        told[path] = (path, relevant, required, constraint, shown(base64.b64decode(value).decode()))
    return told


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


if __name__ == "__main__":
    main()
