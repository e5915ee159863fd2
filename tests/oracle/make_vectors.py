"""Writes tests/engine/vectors/expressions.json from cases.txt, asking JavaRosa for what to expect.

    python -m tests.oracle.make_vectors

Needs javac and java; JavaRosa is in the ODK_Validate.jar of the pyxform wheel. Fails when our own evaluation
disagrees with JavaRosa on a case that does not say so.
"""

from __future__ import annotations

import base64
import json
import math
import subprocess
import tempfile
from html import escape
from pathlib import Path
from typing import Any

import pyxform

from dieutra.engine.lang import parse, paths

HERE = Path(__file__).parent
TARGET = HERE.parent / "engine" / "vectors" / "expressions.json"
JAR = Path(pyxform.__file__).parent / "validators" / "odk_validate" / "bin" / "ODK_Validate.jar"
SELF = "/data/a"
ANSWERS = {
    "/data/a": ("int", "5"),
    "/data/b": ("int", "7"),
    "/data/blank": ("int", ""),
    "/data/digits": ("string", "12"),
    "/data/words": ("string", "a b  c"),
    "/data/picked": ("select", "a b"),
    "/data/name": ("string", "Đào"),
    "/data/day": ("date", "2021-03-05"),
    "/data/eve": ("date", "2020-12-31"),
    "/data/noday": ("date", ""),
    "/data/price": ("decimal", "2.5"),
    "/data/at": ("dateTime", "2021-03-05T14:30:15.250+07:00"),
    "/data/abroad": ("dateTime", "2021-03-05T23:30:00.000Z"),
    "/data/nowhen": ("dateTime", ""),
    "/data/clock": ("time", "14:30:00.000+07:00"),
    "/data/bell": ("time", "07:05:00.000Z"),
    "/data/noclock": ("time", ""),
    "/data/point": ("geopoint", "21.0285 105.8542 12.5 5.0"),
    "/data/nowhere": ("geopoint", ""),
    "/data/shape": (
        "geoshape",
        "21.0 105.8 0.0 0.0; 21.0 105.9 0.0 0.0; 21.1 105.9 0.0 0.0; 21.0 105.8 0.0 0.0",
    ),
    "/data/trace": ("geotrace", "21.0 105.8 0.0 0.0; 21.0 105.9 0.0 0.0; 21.1 105.9 0.0 0.0"),
}
TYPED_AS_TEXT = ("select", "select1", "string")
ABOUT = (
    "Expressions of forms and their values, run by every back-end. `expect` was given by JavaRosa "
    f"(ODK_Validate.jar of pyxform {pyxform.__version__}) through tests/oracle/make_vectors.py, time zone "
    "Asia/Ho_Chi_Minh; where `departs` stands we differ from JavaRosa on purpose, for the reason it gives. "
    "Numbers agree to 1e-9 of their size. A date is written YYYY-MM-DD; a number that is none (NaN) is ''; "
    "null means that the expression has no value (an error while evaluating). A path without value is blank."
)


def main() -> None:
    answered = asked(cases())
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in answered)
    TARGET.write_text(f'{{"about": {json.dumps(ABOUT, ensure_ascii=False)},\n"vectors": [\n{lines}\n]}}\n')
    print(f"{len(answered)} vectors")


def cases() -> list[dict[str, Any]]:
    """What cases.txt says, in its order; `expect` stands only where we depart from JavaRosa."""
    lines = (HERE / "cases.txt").read_text().splitlines()
    return [_case(line) for line in lines if line[:1] not in ("", "#")]


def asked(asking: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The cases with what JavaRosa gives as `expect`."""
    answers = iter(_ask([case for case in asking if "departs" not in case]))
    return [case if "departs" in case else case | {"expect": _expected(*next(answers))} for case in asking]


def _case(line: str) -> dict[str, Any]:
    if line.startswith("!"):
        name, expr, expect, why = (part.strip() for part in line[1:].split(" | "))
        departure = {"expect": expect if expr.startswith("string(") else json.loads(expect), "departs": why}
    else:
        name, expr = line.split(" | ", 1)
        departure = {}
    ast = parse(expr, SELF)
    read = paths(ast, SELF)
    values = {path: ANSWERS[path][1] for path in read if ANSWERS[path][1]}
    types = {path: ANSWERS[path][0] for path in read}
    case = {"name": name, "expr": expr, "ast": ast, "values": values, "types": types}
    return case | {"self": SELF if SELF in read else None} | departure


def _expected(kind: str, text: str) -> str | float | bool | None:
    if kind == "number":
        number = float(text)
        if math.isnan(number):
            return ""
        return int(number) if number.is_integer() else number
    if kind == "boolean":
        return text == "true"
    if kind == "date":
        return text[:10]
    return None if kind == "error" else text


def _ask(cases: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """What JavaRosa makes of each case: kind and text."""
    form = _encoded(_xform())
    lines = [f"{form}\t{_encoded(case['expr'])}\t{SELF}\n" for case in cases]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["javac", "-cp", JAR, "-d", folder, HERE / "Evaluate.java"], check=True)
        java = ["java", "-Duser.timezone=Asia/Ho_Chi_Minh", "-cp", f"{JAR}:{folder}", "Evaluate"]
        done = subprocess.run(java, input="".join(lines), capture_output=True, text=True, check=True)
    pairs = [line.split("\t") for line in done.stdout.splitlines()]
    return [(kind, base64.b64decode(text).decode()) for kind, text in pairs]


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _xform() -> str:
    names = {path.rpartition("/")[2]: path for path in ANSWERS}
    instance = "".join(f"<{name}>{escape(ANSWERS[path][1])}</{name}>" for name, path in names.items())
    kinds = {path: "string" if kind in TYPED_AS_TEXT else kind for path, (kind, _) in ANSWERS.items()}
    binds = "".join(f'<bind nodeset="{path}" type="{kind}"/>' for path, kind in kinds.items())
    inputs = "".join(f'<input ref="{path}"><label>x</label></input>' for path in ANSWERS)
    return (
        '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml">'
        f'<h:head><h:title>x</h:title><model><instance><data id="x">{instance}</data></instance>{binds}'
        f"</model></h:head><h:body>{inputs}</h:body></h:html>"
    )


if __name__ == "__main__":
    main()
