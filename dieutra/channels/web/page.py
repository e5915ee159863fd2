"""The shapes that the questionnaire's templates draw: sections, questions, tables, what was found on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from dieutra.engine.lang import place_of

Widget = Literal[
    "text", "textarea", "number", "range", "date", "year", "month", "time", "datetime",
    "radios", "select", "checkboxes", "rank", "geopoint", "file",
]  # fmt: skip


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
    gone: bool = False  # chosen before, no longer offered


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
    guidance: str = ""
    conditional: bool = False  # whether an answer is required depends on others
    live_label: bool = False  # the label shows values
    live_hint: bool = False
    parts: tuple[str, ...] = ()
    style: str = ""
    range: Mapping[str, str] = field(default_factory=dict)
    media: str = ""
    file: Mapping[str, str] = field(default_factory=dict)  # url, size, type of an attached file
    block: str = "field"

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def place(self) -> str:
        """The place of the form, whatever row it is drawn in."""
        return place_of(self.path)

    @property
    def has_legend(self) -> bool:
        """Several inputs under one heading."""
        return self.widget in ("radios", "checkboxes", "rank", "datetime", "geopoint", "file")

    @property
    def described_by(self) -> str:
        """The ids of hint and messages, as aria-describedby wants them."""
        ids = [f"h:{self.path}"] if self.hint else []
        return " ".join(ids + ([f"m:{self.path}"] if self.has_messages else []))

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
    live: bool = False
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
    def place(self) -> str:
        """The place of the form, whatever row it is drawn in."""
        return place_of(self.path)

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
    live: bool = False
    guidance: str = ""
    block: str = "group"


@dataclass(frozen=True)
class EntryView:
    """One row of a repeat, or the template of one."""

    path: str
    title: str
    hidden: bool
    blocks: tuple[Block, ...]
    live: bool = False

    @property
    def fields(self) -> tuple[FieldView, ...]:
        return tuple(block for block in self.blocks if isinstance(block, FieldView))

    @property
    def has_messages(self) -> bool:
        return any(field.has_messages for field in self.fields)


@dataclass(frozen=True)
class RepeatView:
    """Rows that people add and remove, or that are counted (`why` says by what); drawn as cards or as a grid."""

    path: str
    label: str
    hint: str
    hidden: bool
    names: str
    entries: tuple[EntryView, ...]
    template: EntryView
    counted: bool
    why: str
    add: str
    grid: bool
    guidance: str = ""
    block: str = "repeat"

    @property
    def place(self) -> str:
        """The place of the form, whatever row it is drawn in."""
        return place_of(self.path)

    @property
    def width(self) -> int:
        """Columns of the drawn grid, with the row's number and the button at the end."""
        return len(self.template.fields) + 2


Block = FieldView | NoteView | TableView | GroupView | RepeatView


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
    live: bool = False
    guidance: str = ""

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
    has_files: bool = False

    def browser_state(
        self, *, version: int | str, key: str, csrf: str, urls: Mapping[str, str]
    ) -> dict[str, Any]:
        """What form.js needs besides the model.

        `key` names case and user, so that the copy kept on the machine is found again by nobody else;
        `urls`: `save` (JSON autosave), `post` (the plain form), `check` (before submitting), `login`.
        """
        return {**self.state, "version": version, "key": key, "csrf": csrf, "urls": dict(urls)}
