"""The answers of the vectors as values, by their types."""

from __future__ import annotations

from typing import Any

from dieutra.engine.forms.form import Node
from dieutra.engine.forms.typed import read
from dieutra.engine.lang import Value
from dieutra.engine.lang.moments import clock_of_text, moment_of_text

AS_TEXT = ("select", "select1", "geopoint", "geotrace", "geoshape")


def typed(kind: str, text: str) -> Value:
    """The value of a written answer; a malformed one is its text."""
    if kind == "dateTime":
        return moment_of_text(text) or text
    if kind == "time":
        return clock_of_text(text) or text
    return read(Node("/data/x", "question", "string" if kind in AS_TEXT else kind), text)[0]


def typed_all(vector: dict[str, Any]) -> dict[str, Value]:
    """The values of a vector by path, blank ones too."""
    blank: dict[str, Value] = dict.fromkeys(vector["types"], "")
    return blank | {
        path: typed(vector["types"][path], text) for path, text in vector["values"].items() if text
    }
