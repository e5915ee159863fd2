"""What drawing one response needs at hand: nodes, answers, and what was found and said, by path."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from dieutra.channels.web import page
from dieutra.channels.web.offers import Offers
from dieutra.channels.web.words import words
from dieutra.engine.forms.check import Finding
from dieutra.engine.forms.form import Choice, Form, Node
from dieutra.engine.forms.rows import rows_above, standing
from dieutra.engine.forms.shown import NOTHING, filled
from dieutra.engine.lang import place_of

NEW_ROW = "0"  # the name of the row in a template, from which the browser makes new ones


@dataclass(frozen=True)
class Sheet:
    """One response laid open in one language. Nodes of rows are copies whose `path` is that of the response."""

    form: Form
    answers: Mapping[str, str]
    findings: Sequence[Finding]
    justifications: Mapping[str, str]
    comments: Sequence[Mapping[str, Any]]
    lang: str
    readonly: bool
    relevant: Collection[str] | None
    missing: Collection[str]
    required_now: Collection[str] = ()
    rows: Mapping[str, Sequence[str]] = field(default_factory=dict)
    files: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    seed: int = 1

    @cached_property
    def words(self) -> Mapping[str, str]:
        return words(self.lang)

    @cached_property
    def offers(self) -> Offers:
        return Offers(self.form, self.answers, self.seed)

    @cached_property
    def _members(self) -> Mapping[str | None, list[Node]]:
        """Container place -> its nodes in document order."""
        members: defaultdict[str | None, list[Node]] = defaultdict(list)
        for node in self.form.nodes:
            members[node.parent].append(node)
        return members

    def members(self, container: Node) -> list[Node]:
        """The nodes directly in a container, at their paths."""
        place = place_of(container.path)
        inside = self._members[place]
        if place == container.path:
            return inside
        return [
            replace(it, path=container.path + it.path[len(place) :], parent=container.path) for it in inside
        ]

    def rows_of(self, repeat: Node) -> list[Node]:
        """The rows of a repeat as containers."""
        return [row_of(repeat, name) for name in self.rows.get(repeat.path, ())]

    @cached_property
    def found(self) -> Mapping[str, list[page.FindingView]]:
        """Path -> findings, hard ones first."""
        found: defaultdict[str, list[page.FindingView]] = defaultdict(list)
        for finding in sorted(self.findings, key=lambda finding: finding.severity):
            found[finding.path].append(self._finding(finding))
        return found

    @cached_property
    def said(self) -> Mapping[str, list[page.CommentView]]:
        said: defaultdict[str, list[page.CommentView]] = defaultdict(list)
        for comment in self.comments:
            if place_of(comment["path"]) in self.form.by_path:
                said[comment["path"]].append(self._comment(comment))
        return said

    def hidden(self, node: Node) -> bool:
        """What is not relevant; a template shows all, the browser decides when it makes a row of it."""
        if self.relevant is None or f"[{NEW_ROW}]" in node.path:
            return False
        return node.path not in self.relevant

    def required(self, node: Node) -> bool:
        return node.path in self.required_now or (
            node.required == ["call", "true"] and node.calculate is None
        )

    def choices(self, node: Node) -> Sequence[Choice]:
        return () if f"[{NEW_ROW}]" in node.path and node.itemset else self.offers.at(node)

    def gone(self, node: Node, value: str) -> str:
        """What a chosen value is called that is no longer offered."""
        return f"{self.form.choice_label(place_of(node.path), value) or value} {self.words['not_offered']}"

    def text(self, label: Mapping[str, str] | None) -> str:
        """A label in the page's language, else in Vietnamese, else in any."""
        if not label:
            return ""
        return label.get(self.lang) or label.get("vi") or next(iter(label.values()), "")

    def words_at(self, node: Node, label: Mapping[str, str] | None) -> str:
        """A text of a node with the values that it names, seen from the node's rows."""
        text = self.text(label)
        if "${" not in text:
            return text
        return filled(text, self.lang, self.answers, self.form, standing(self.form, node.path))

    def is_live(self, label: Mapping[str, str] | None) -> bool:
        return "${" in self.text(label)

    def without_blanks(self, text: str) -> str:
        """A title in which nothing stands for the values that are not there yet."""
        return text.replace(NOTHING.get(self.lang, NOTHING["en"]), "").strip()

    # Places in words

    def row_title(self, row: Node, number: int) -> str:
        """“Hộ 2”; with values in the label “2. Hộ ông An”."""
        label = self.without_blanks(self.words_at(row, row.label)) or self.words["row"]
        return f"{number}. {label}" if self.is_live(row.label) else f"{label} {number}"

    def rows_in_words(self, path: str) -> str:
        """“Hộ 2 · Con 1” for the rows that a path lies in; empty outside of repeats."""
        titles = []
        for row in rows_above(path):
            repeat, _, name = row.rpartition("[")
            names = list(self.rows.get(repeat, ()))
            number = names.index(name[:-1]) + 1 if name[:-1] in names else int(name[:-1])
            titles.append(self.row_title(replace(self.form.node(repeat), path=row), number))
        return " · ".join(titles)

    def where(self, path: str) -> str:
        """A place in words: the label of a question, `Mã số 03, cột 2` for a cell; `Hộ 2 · Tuổi` in a row."""
        node = self.form.node(path)
        if path.endswith("]"):
            return self.rows_in_words(path)
        rows = self.rows_in_words(path)
        return f"{rows} · {self._where(node, path)}" if rows else self._where(node, path)

    def _where(self, node: Node, path: str) -> str:
        if node.kind != "cell" or node.parent is None:
            return self.words_at(replace(node, path=path), node.label) or node.name
        codes = node.codes or {}
        row = f"{self.words['where_row']} {codes.get('row') or self.text(self.form.node(node.parent).label)}"
        return f"{row}, {self.words['where_col']} {codes['col']}" if codes.get("col") else row

    def table_of(self, path: str) -> str:
        """The label of the table that a cell stands in; empty for a question."""
        row = self.form.by_path.get(self.form.node(path).parent or "")
        return self.text(self.form.node(row.parent).label) if row and row.kind == "row" and row.parent else ""

    def _finding(self, finding: Finding) -> page.FindingView:
        key = f"{finding.check}|{finding.path}"
        return page.FindingView(
            key=key,
            check=finding.check,
            path=finding.path,
            severity=finding.severity,
            text=self.text(finding.message),
            where=self.where(finding.path),
            table=self.table_of(finding.path),
            justify=finding.justify,
            justification=self.justifications.get(key, ""),
        )

    def _comment(self, comment: Mapping[str, Any]) -> page.CommentView:
        return page.CommentView(
            id=str(comment["id"]),
            path=comment["path"],
            text=str(comment["text"]),
            author=str(comment.get("author", "")),
            at=str(comment.get("at", "")),
            seen=bool(comment.get("resolved")),
            where=self.where(comment["path"]),
        )


def row_of(repeat: Node, name: str) -> Node:
    """A row of a repeat as a container of its own."""
    return replace(repeat, path=f"{repeat.path}[{name}]", parent=repeat.path)
