"""What drawing one response needs at hand: nodes, answers, and what was found and said, by path."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dieutra.channels.web import page
from dieutra.channels.web.words import words
from dieutra.engine.forms.check import Finding
from dieutra.engine.forms.form import Form, Node


@dataclass(frozen=True)
class Sheet:
    """One response laid open in one language."""

    form: Form
    answers: Mapping[str, str]
    findings: Sequence[Finding]
    justifications: Mapping[str, str]
    comments: Sequence[Mapping[str, Any]]
    lang: str
    readonly: bool
    relevant: Collection[str] | None
    missing: Collection[str]

    @cached_property
    def words(self) -> Mapping[str, str]:
        return words(self.lang)

    @cached_property
    def nodes(self) -> dict[str, Node]:
        return {node.path: node for node in self.form.nodes}

    @cached_property
    def members(self) -> Mapping[str | None, list[Node]]:
        """Container path -> its nodes in document order."""
        members: defaultdict[str | None, list[Node]] = defaultdict(list)
        for node in self.form.nodes:
            members[node.parent].append(node)
        return members

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
            if comment["path"] in self.nodes:
                said[comment["path"]].append(self._comment(comment))
        return said

    def hidden(self, node: Node) -> bool:
        return self.relevant is not None and node.path not in self.relevant

    def text(self, label: Mapping[str, str] | None) -> str:
        """A label in the page's language, else in Vietnamese, else in any."""
        if not label:
            return ""
        return label.get(self.lang) or label.get("vi") or next(iter(label.values()), "")

    def where(self, path: str) -> str:
        """A place in words: the label of a question, or `Mã số 03, cột 2` for a cell."""
        node = self.nodes[path]
        if node.kind != "cell" or node.parent is None:
            return self.text(node.label) or node.name
        codes = node.codes or {}
        row = f"{self.words['where_row']} {codes.get('row') or self.text(self.nodes[node.parent].label)}"
        return f"{row}, {self.words['where_col']} {codes['col']}" if codes.get("col") else row

    def table_of(self, path: str) -> str:
        """The label of the table that a cell stands in; empty for a question."""
        row = self.nodes.get(self.nodes[path].parent or "")
        return self.text(self.nodes[row.parent].label) if row and row.kind == "row" and row.parent else ""

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
