"""A response as the XML that ODK Collect sends: read into answers, and written from them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from dieutra.engine.forms.form import Form, Node
from dieutra.engine.forms.rows import row_names
from dieutra.engine.forms.typed import is_blank_text
from dieutra.engine.forms.workbook import CONTROL

ORX = "http://openrosa.org/xforms"
MAX_BYTES = 10_000_000
NUMERIC = frozenset({"decimal", "geopoint", "geotrace", "geoshape"})
DOUBLE = re.compile(r"(?<![^\s;])-?[0-9]\.[0-9]{1,17}E-?[0-9]{1,3}(?![^\s;])")


class SubmissionError(Exception):
    """The XML is no submission of this form; the message is Vietnamese and says what is wrong."""


@dataclass(frozen=True)
class Submission:
    """What a submission says: which form and instance, answers by path, names of attached files.

    `unknown` are places in the XML that the form does not have; nothing is kept of them but the name.
    """

    form_id: str
    version: str
    instance_id: str
    deprecated_id: str
    answers: dict[str, str]
    files: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Head:
    """What can be known of a submission before its form is."""

    form_id: str
    version: str
    instance_id: str
    deprecated_id: str


def read_head(xml: bytes) -> Head:
    """Form, version and instance of a submission. Raises SubmissionError."""
    return _head(_parsed(xml))


def read_submission(form: Form, xml: bytes, *, any_id: bool = False) -> Submission:
    """The answers in a submission; rows of repeats are named 1 … n in their order. Raises SubmissionError.

    With `any_id` the submission may name another form.
    """
    root = _parsed(xml)
    head = _head(root)
    if not any_id and head.form_id and head.form_id != form.id:
        raise SubmissionError(f"Bài gửi là của phiếu “{head.form_id[:80]}”, không phải “{form.id}”")
    reader = _Reader(form)
    reader.read(root, "/" + form.nodes[0].path.split("/")[1], "/" + form.nodes[0].path.split("/")[1])
    files = tuple(
        dict.fromkeys(text for path, text in reader.answers.items() if form.node(path).type == "binary")
    )
    return Submission(
        head.form_id,
        head.version,
        head.instance_id,
        head.deprecated_id,
        reader.answers,
        files,
        tuple(dict.fromkeys(reader.unknown)),
    )


def _parsed(xml: bytes) -> etree._Element:
    """The root of hostile XML: no entities, no document type, no network; libxml2 bounds the depth."""
    if len(xml) > MAX_BYTES:
        raise SubmissionError(f"Bài gửi lớn quá {MAX_BYTES // 1_000_000} MB")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise SubmissionError(f"Bài gửi không phải XML đọc được: {problem}") from problem
    if root.getroottree().docinfo.internalDTD is not None:
        raise SubmissionError("Bài gửi có khai báo DOCTYPE, không được nhận")
    return root


def _head(root: etree._Element) -> Head:
    def meta(name: str) -> str:
        for namespace in (ORX, "http://www.w3.org/2002/xforms", etree.QName(root).namespace or ""):
            prefix = f"{{{namespace}}}" if namespace else ""
            for place in (f"{prefix}meta", "meta"):
                text = root.findtext(f"{place}/{prefix}{name}")
                if text:
                    return text.strip()
        return ""

    return Head(
        root.get("id", ""),
        root.get("version", "") or root.get(f"{{{ORX}}}version", ""),
        meta("instanceID"),
        meta("deprecatedID"),
    )


class _Reader:
    def __init__(self, form: Form) -> None:
        self.form = form
        self.answers: dict[str, str] = {}
        self.unknown: list[str] = []

    def read(self, element: etree._Element, place: str, path: str) -> None:
        rows: dict[str, int] = {}
        for child in element:
            if not isinstance(child.tag, str):
                continue
            name = etree.QName(child).localname
            node = self.form.by_path.get(f"{place}/{name}")
            if node is None:
                if name != "meta":
                    self.unknown.append(f"{place}/{name}")
            elif node.kind == "repeat":
                rows[name] = rows.get(name, 0) + 1
                self.read(child, node.path, f"{path}/{name}[{rows[name]}]")
            elif node.is_container:
                self.read(child, node.path, f"{path}/{name}")
            else:
                self.take(node, child, f"{path}/{name}")
        for name, count in rows.items():
            self.answers[f"{path}/{name}"] = " ".join(map(str, range(1, count + 1)))

    def take(self, node: Node, element: etree._Element, path: str) -> None:
        text = "".join(map(str, element.itertext()))
        if not is_blank_text(text):
            self.answers[path] = _plain(node, text) if node.type != "string" else text


def _plain(node: Node, text: str) -> str:
    """An answer as people write it: JavaRosa sends 25000000 as `2.5E7` and 0.0001 as `1.0E-4`."""
    if node.type not in NUMERIC:
        return text.strip()
    return DOUBLE.sub(lambda found: _without_exponent(found[0]), text.strip())


def _without_exponent(double: str) -> str:
    digits = f"{Decimal(double):f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def write_submission(
    form: Form, answers: Mapping[str, str], *, instance_id: str, deprecated_id: str = "", prefix: str = ""
) -> str:
    """The XML that Collect would have sent for these answers (those of `State.values`)."""
    root = form.nodes[0].path.split("/")[1]
    meta = f"<orx:instanceID>{escape(instance_id)}</orx:instanceID>"
    if deprecated_id:
        meta += f"<orx:deprecatedID>{escape(deprecated_id)}</orx:deprecatedID>"
    body = "".join(_written(form, None, f"/{root}", answers))
    return (
        f'<{root} xmlns:orx="{ORX}" id={quoteattr(form.id)} version={quoteattr(form.version)}>'
        f"{prefix}{body}<orx:meta>{meta}</orx:meta></{root}>"
    )


def _written(form: Form, container: str | None, path: str, answers: Mapping[str, str]) -> Iterator[str]:
    for node in form.members(container):
        here = f"{path}/{node.name}"
        if node.kind == "repeat":
            for name in row_names(answers.get(here)):
                yield f"<{node.name}>{''.join(_written(form, node.path, f'{here}[{name}]', answers))}</{node.name}>"
        elif node.is_container:
            yield f"<{node.name}>{''.join(_written(form, node.path, here, answers))}</{node.name}>"
        else:
            text = escape(CONTROL.sub("", answers.get(here, "")))
            yield f"<{node.name}>{text}</{node.name}>" if text else f"<{node.name}/>"
