"""From an uploaded workbook to the draft: all of it or nothing, by the same action as the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.core import signing

from dieutra.cases import actions
from dieutra.cases.models import Case
from dieutra.cases.queries import place_in_words, sheet_to_fill
from dieutra.channels.workbook.read import Problem, Read, read_workbook
from dieutra.channels.workbook.read_rows import laid_over
from dieutra.channels.workbook.values import options
from dieutra.engine.forms.form import Form, Node
from dieutra.engine.forms.shown import REFERENCE, shown
from dieutra.engine.lang import place_of
from dieutra.engine.refusals import Stale
from dieutra.forms.queries import engine_form
from dieutra.people.models import User

SALT = "dieutra.workbook.choice"
CHOICE_LASTS = 2 * 60 * 60  # seconds that a person may think about a conflict


@dataclass(frozen=True)
class Taken:
    """The file's changes stand in the draft; `cells` answers and justifications were changed."""

    cells: int
    warnings: tuple[Problem, ...]


@dataclass(frozen=True)
class Difference:
    """An answer that the file changes and that reads otherwise in the draft now."""

    place: str
    question: str
    in_file: str
    in_draft: str


@dataclass(frozen=True)
class Moved:
    """The draft was saved after the workbook had been made; nothing is stored until the person chooses.

    `choice` carries the file's changes and the draft that the person saw, signed.
    """

    differences: tuple[Difference, ...]
    cells: int
    choice: str
    warnings: tuple[Problem, ...]


def take(actor: User, case: Case, content: bytes) -> Taken | Moved:
    """Store what the unit changed in its workbook. Raises Invalid, naming every cell, when one cannot be taken."""
    return keep(actor, case, read_workbook(content, case))


def keep(actor: User, case: Case, read: Read, ground: str = "case.fill") -> Taken | Moved:
    """Store what a workbook that was read changes; `ground` is the verb that allows it."""
    if read.hindering:
        raise read.refusal()
    if not read.changes and not read.reasons:
        return Taken(0, read.warnings)
    try:
        actions.save_draft(
            actor, case, read.draft_version, read.changes, read.reasons, derive=True, ground=ground
        )
    except actions.DraftMoved:
        return _moved(case, read)
    return Taken(len(read.changes) + len(read.reasons), read.warnings)


def take_over(actor: User, case: Case, choice: str) -> int:
    """Store the file's changes on the draft that the person saw when choosing; the number of answers.

    Raises Stale when the draft has moved again or the choice is too old.
    """
    try:
        chosen = signing.loads(choice, salt=SALT, max_age=CHOICE_LASTS)
    except signing.BadSignature:
        raise Stale("Lựa chọn này đã quá hạn. Chưa có gì được lưu; hãy gửi lại tệp Excel.") from None
    if chosen["case"] != case.pk:
        raise Stale("Lựa chọn này thuộc một phiếu khác. Chưa có gì được lưu; hãy gửi lại tệp Excel.")
    try:
        actions.save_draft(actor, case, chosen["draft"], chosen["changes"], chosen["reasons"], derive=True)
    except actions.DraftMoved:
        raise Stale(
            "Phiếu vừa được lưu thêm ở nơi khác. Chưa có gì được lưu; hãy gửi lại tệp Excel."
        ) from None
    return len(chosen["changes"]) + len(chosen["reasons"])


def _moved(case: Case, read: Read) -> Moved | Taken:
    sheet = sheet_to_fill(case)
    form = engine_form(case.form_id)
    changes, said = laid_over(form, read.rows, read.changes, read.reasons, sheet.answers)
    differing = {path: text for path, text in changes.items() if text != sheet.answers.get(path, "")}
    reasons = {key: text for key, text in said.items() if text != sheet.justifications.get(key, "")}
    if not differing and not reasons:
        return Taken(0, read.warnings)
    differences = [_difference(read, form, path, text, sheet.answers) for path, text in differing.items()]
    differences += [_reason(case, read, key, text, sheet.justifications) for key, text in reasons.items()]
    chosen = {"case": case.pk, "draft": sheet.version, "changes": differing, "reasons": reasons}
    choice = signing.dumps(chosen, salt=SALT, compress=True)
    return Moved(tuple(differences), len(differences), choice, read.warnings)


def _reason(case: Case, read: Read, key: str, text: str, said: Mapping[str, str]) -> Difference:
    at = read.cells.get(key)
    return Difference(
        place=f"Trang “{at.sheet}”, ô {at.cell}" if at else "Dòng mới trong tệp",
        question=f"Giải trình: {place_in_words(case, place_of(key.partition('|')[2]))}",
        in_file=text or "(trống)",
        in_draft=said.get(key) or "(trống)",
    )


def _difference(read: Read, form: Form, path: str, text: str, answers: Mapping[str, str]) -> Difference:
    at, node = read.cells.get(path), form.node(path)
    code = (node.codes or {}).get("row", "")
    label = REFERENCE.sub("…", node.label.get("vi", "")) or node.name
    rows = [path[:end].rpartition("[")[2] for end, sign in enumerate(path) if sign == "]"]
    label += "".join(f", mục {name}" for name in rows)
    return Difference(
        place=f"Trang “{at.sheet}”, ô {at.cell}" if at else "Dòng mới trong tệp",
        question=f"Mã số {code}, {label}" if code else label,
        in_file=_words(form, node, text),
        in_draft=_words(form, node, answers.get(path, "")),
    )


def _words(form: Form, node: Node, text: str) -> str:
    if not text:
        return "(trống)"
    if node.kind == "repeat":
        return f"{len(text.split())} dòng"
    offered = options(node, form)
    if offered:
        return "; ".join(offered.get(word, word) for word in text.split())
    return shown(node, text, "vi", form)
