"""The secondary instances of an XForm: lists of choices, with the files attached to the form."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from dieutra.engine.forms.attached import read_list
from dieutra.engine.forms.itext import XFORMS, Resolve, Texts
from dieutra.engine.forms.lists import Choice, Label, List

OTHER = {"vi": "Khác", "en": "Other"}


def read_lists(
    model: etree._Element, texts: Texts, resolve: Resolve, files: Mapping[str, bytes]
) -> dict[str, List]:
    """Every secondary instance that is a list, by id. Raises AttachmentError for a file that is none."""
    found = {}
    for instance in model.iterfind(f"{XFORMS}instance"):
        name, source = instance.get("id", ""), instance.get("src", "")
        if not name:
            continue
        file = source.rpartition("/")[2]
        if not source:
            found[name] = _inline(name, instance, texts, resolve)
        elif file in files:
            found[name] = read_list(name, file, files[file])
    return found


def wanted_files(model: etree._Element) -> list[str]:
    """Names of the files that the form looks up in."""
    sources = [instance.get("src", "") for instance in model.iterfind(f"{XFORMS}instance")]
    return [source.rpartition("/")[2] for source in sources if source]


def _inline(name: str, instance: etree._Element, texts: Texts, resolve: Resolve) -> List:
    root = next(iter(instance), None)
    items = [] if root is None else [item for item in root if isinstance(item.tag, str)]
    rows = [{etree.QName(child).localname: (child.text or "").strip() for child in item} for item in items]
    columns = list(
        dict.fromkeys(column for row in rows for column in row if column not in ("label", "itextId"))
    )
    labels = tuple(_label(row, texts, resolve) for row in rows)
    return List(name, tuple(columns), tuple(tuple(row.get(it, "") for it in columns) for row in rows), labels)


def _label(row: Mapping[str, str], texts: Texts, resolve: Resolve) -> Label:
    if row.get("itextId"):
        said = texts.translated(row["itextId"], resolve)
        by_pyxform = row.get("name") == "other" and set(said.values()) == {"Other"}
        return {language: OTHER.get(language, "Other") for language in said} if by_pyxform else said
    if row.get("name") == "other" and row.get("label") == "Other":
        return OTHER
    return {texts.languages[0]: row["label"]} if row.get("label") else {}


def choices_of(found: List) -> tuple[Choice, ...]:
    """A list whose rows are offered as they stand."""
    return tuple(
        Choice(row.get("name", ""), found.labels[at] if found.labels else {"vi": row.get("label", "")})
        for at, row in enumerate(found.by_column)
    )
