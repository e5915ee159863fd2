"""The shapes that the questionnaire's templates draw: sections, questions, tables, what was found on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Widget = Literal["text", "textarea", "number", "date", "radios", "select", "checkboxes", "output"]


@dataclass(frozen=True)
class FindingView:
    """One finding at its place; `key` (`name|path`) names its justification."""

    key: str
    check: str
    path: str
    severity: str
    text: str
    where: str
    table: str
    justify: bool
    justification: str


@dataclass(frozen=True)
class CommentView:
    """What a supervisor wrote at a place; `seen` once the unit has marked it."""

    id: str
    path: str
    text: str
    author: str
    at: str
    seen: bool
    where: str


@dataclass(frozen=True)
class ChoiceView:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class FieldView:
    """A question or a cell (then with its `column`): where it is, how it is typed, its value as shown."""

    path: str
    label: str
    hint: str
    unit: str
    widget: Widget
    type: str
    value: str
    required: bool
    calculated: bool
    readonly: bool
    hidden: bool
    choices: tuple[ChoiceView, ...] = ()
    findings: tuple[FindingView, ...] = ()
    comments: tuple[CommentView, ...] = ()
    column: str = ""
    block: str = "field"

    @property
    def invalid(self) -> bool:
        return any(found.severity == "hard" for found in self.findings)

    @property
    def mark(self) -> str:
        """The CSS class of the worst finding: `is-hard`, `is-soft` or nothing."""
        if self.invalid:
            return "is-hard"
        return "is-soft" if self.findings else ""

    @property
    def has_messages(self) -> bool:
        return bool(self.findings or self.comments)


@dataclass(frozen=True)
class NoteView:
    path: str
    label: str
    hidden: bool
    block: str = "note"


@dataclass(frozen=True)
class ColumnView:
    name: str
    code: str
    label: str
    unit: str


@dataclass(frozen=True)
class RowView:
    """A line of a table; `cells` follows the table's columns, None where the paper form has no cell."""

    path: str
    code: str
    label: str
    indent: int
    hidden: bool
    total: bool
    cells: tuple[FieldView | None, ...]

    @property
    def has_messages(self) -> bool:
        return any(cell.has_messages for cell in self.cells if cell)


@dataclass(frozen=True)
class TableView:
    path: str
    label: str
    hint: str
    unit: str
    hidden: bool
    columns: tuple[ColumnView, ...]
    rows: tuple[RowView, ...]
    block: str = "table"

    @property
    def width(self) -> int:
        """Columns of the drawn table, with the two at the left for item and code."""
        return len(self.columns) + 2


@dataclass(frozen=True)
class GroupView:
    path: str
    label: str
    hint: str
    hidden: bool
    blocks: tuple[Block, ...]
    block: str = "group"


Block = FieldView | NoteView | TableView | GroupView


@dataclass(frozen=True)
class SectionView:
    """A top-level group: what is missing, how many findings it holds, whether it asks anything at all."""

    path: str
    label: str
    hint: str
    hidden: bool
    blocks: tuple[Block, ...]
    missing: int
    hard: int
    soft: int
    touched: bool
    asks: bool

    @property
    def state(self) -> Literal["hard", "missing", "soft", "empty", "done"]:
        if self.hard:
            return "hard"
        if self.missing and self.touched:
            return "missing"
        if self.soft:
            return "soft"
        return "done" if self.touched else "empty"


@dataclass(frozen=True)
class MissingView:
    path: str
    where: str
    table: str


@dataclass(frozen=True)
class LanguageView:
    code: str
    label: str
    current: bool


@dataclass(frozen=True)
class FormView:
    """The whole page; `model_script` and `state` are the two JSON blocks that form.js reads."""

    title: str
    lang: str
    languages: tuple[LanguageView, ...]
    readonly: bool
    sections: tuple[SectionView, ...]
    hard: tuple[FindingView, ...]
    soft: tuple[FindingView, ...]
    missing: tuple[MissingView, ...]
    words: Mapping[str, str]
    model_script: str  # the form for the browser, a whole <script> element
    state: Mapping[str, Any] = field(default_factory=dict)

    def browser_state(
        self, *, version: int | str, key: str, csrf: str, urls: Mapping[str, str]
    ) -> dict[str, Any]:
        """What form.js needs besides the model.

        `key` names case and user, so that the copy kept on the machine is found again by nobody else;
        `urls`: `save` (JSON autosave), `post` (the plain form), `check` (before submitting), `login`.
        """
        return {**self.state, "version": version, "key": key, "csrf": csrf, "urls": dict(urls)}
