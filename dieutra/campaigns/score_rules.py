"""What a kind says of its index: `scores.toml`, a criteria file per survey, and which question feeds which criterion.

A kind without `scores.toml` has no index. What was read is JSON, so that a campaign keeps it as it stood.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from dieutra.campaigns.kind import Kind
from dieutra.engine.refusals import Invalid, Problem
from dieutra.engine.stats import criteria
from dieutra.engine.stats.criteria import Source, Tree
from dieutra.engine.stats.rules import Scoring, scoring

FILE, QUESTIONS = "scores.toml", "questions.csv"
T = TypeVar("T")
LEVELS = {
    "scale5": ("1", "2", "3", "4", "5"),
    "yesno": ("0", "1"),
}  # from worst to best; other codes: unknown


@dataclass(frozen=True)
class ScoreRules:
    """Of one survey: the rules as JSON, the criteria as CSV, the scored questions (group, question, criterion, kind)."""

    survey: str
    rules: Mapping[str, Any]
    criteria: str
    questions: tuple[Mapping[str, str], ...]

    def scoring(self) -> Scoring:
        return scoring(self.rules)[self.survey]

    def tree(self) -> Tree:
        return criteria.read(self.criteria, self.scoring().shape)


def has_index(rules: Mapping[str, Any]) -> bool:
    """Of a campaign's or a kind's rules: whether campaign.toml names `scores`."""
    return "scores" in rules["campaign"]


def score_rules(folder: Path, kind: Kind) -> dict[str, ScoreRules]:
    """By survey. Raises Invalid with the file, the place in it and the cause."""
    try:
        rules = tomllib.loads(_text(folder, FILE))
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"Không đọc được {FILE}: {error}", [Problem(FILE, str(error))]) from None
    sets = _named(FILE, partial(scoring, rules))
    rows = _questions(folder, QUESTIONS)
    found = {}
    for survey, one in sets.items():
        text = _text(folder, one.criteria)
        tree = _named(one.criteria, partial(criteria.read, text, one.shape))
        asked = tuple(row for row in rows if row["group"] in one.rules.weights)
        _agree(kind, survey, one, tree, asked)
        found[survey] = ScoreRules(survey, rules, text, asked)
    return found


def problems(folder: Path, kind: Kind) -> list[Problem]:
    """For `dieutra kind check`."""
    if kind.opinion is None or not (folder / FILE).is_file():
        return []
    try:
        score_rules(folder, kind)
    except Invalid as refusal:
        return list(refusal.problems)
    return []


def _agree(kind: Kind, survey: str, one: Scoring, tree: Tree, asked: tuple[Mapping[str, str], ...]) -> None:
    """Groups are those of the survey, every survey criterion is asked about, and nothing else is."""
    groups = {it.code for it in kind.opinion.groups_of(survey)} if kind.opinion else set()
    wrong = []
    if groups != set(one.rules.weights):
        wrong.append(
            Problem(f"{FILE}: sets.{survey}.weights", "Cần trọng số của đúng các nhóm trong campaign.toml.")
        )
    leaves = {leaf.code for leaf in tree.leaves_from(Source.SURVEY)}
    given = {row["criterion"] for row in asked}
    wrong += [
        Problem(QUESTIONS, f"{one.criteria}: mục {code} không có câu hỏi nào.")
        for code in sorted(leaves - given)
    ]
    wrong += [
        Problem(QUESTIONS, f"{code} không phải mục điều tra xã hội học của {one.criteria}.")
        for code in sorted(given - leaves)
    ]
    if wrong:
        raise Invalid("Quy tắc tính điểm chưa khớp.", wrong)


def _questions(folder: Path, name: str) -> list[dict[str, str]]:
    """Only scored ones: an open question has no criterion."""
    rows = list(csv.DictReader(io.StringIO(_text(folder, name))))
    columns = ("group", "question", "criterion", "kind")
    kept = []
    for number, row in enumerate(rows, start=2):
        one = {column: (row.get(column) or "").strip() for column in columns}
        if not one["criterion"]:
            continue
        if one["kind"] not in LEVELS:
            kinds = ", ".join(LEVELS)
            raise Invalid(
                "Bảng câu hỏi chưa đúng.", [Problem(f"{name}, dòng {number}", f"kind là một trong {kinds}.")]
            )
        kept.append(one)
    return kept


def _text(folder: Path, name: str) -> str:
    try:
        return (folder / name).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise Invalid(
            f"Không đọc được {name} trong {folder.name}.", [Problem(name, "Thiếu tệp hoặc tệp hỏng.")]
        ) from None


def _named(name: str, read: Callable[[], T]) -> T:
    """What `read` gives; its faults are told with the name of the file."""
    try:
        return read()
    except Invalid as refusal:
        told = [Problem(f"{name}, {it.place}", it.message) for it in refusal.problems]
        raise Invalid(refusal.message, told) from None
