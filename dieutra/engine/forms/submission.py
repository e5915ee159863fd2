"""A submission of ODK Collect: XML → answers by path."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from dieutra.engine.forms.form import Form


class SubmissionError(Exception):
    """The XML is no submission of this form; the message is for the person who sent it."""


@dataclass(frozen=True)
class Submission:
    form_id: str
    version: str
    instance_id: str
    deprecated_id: str
    answers: dict[str, str]
    files: tuple[str, ...]


def read_submission(form: Form, xml: bytes) -> Submission:
    """What a submission says. Raises SubmissionError on XML that is broken or hostile, or of another form."""
    try:
        parser = etree.XMLParser(
            resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True
        )
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise SubmissionError("Không đọc được tệp XML của phiếu.") from problem
    if root.getroottree().docinfo.internalDTD is not None:
        raise SubmissionError("Tệp XML của phiếu có khai báo DOCTYPE nên bị từ chối.")
    answers = {}
    for node in root.iter():
        text = node.text or ""
        path = "/data" + "".join(
            f"/{etree.QName(each).localname}" for each in [*reversed(list(node.iterancestors())), node][1:]
        )
        if path in form.by_path and not len(node) and text.strip():
            answers[path] = text
    files = [text for path, text in answers.items() if form.by_path[path].type == "binary"]
    return Submission(
        root.get("id") or "",
        root.get("version") or "",
        (root.findtext("{*}meta/{*}instanceID") or "").strip(),
        (root.findtext("{*}meta/{*}deprecatedID") or "").strip(),
        answers,
        tuple(files),
    )
