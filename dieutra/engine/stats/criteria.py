"""A criteria tree: domain → criterion → component, read from rows, refused with row and cause when it does not add up.

Points stand at leaves: components, and criteria that have none (in a ministry's steering domain 7 criteria have 6
components together, so some have none). A leaf is scored from one source; above it only sums are kept.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from dieutra.engine.refusals import Invalid, Problem
from dieutra.engine.stats.exact import decimal, printed
from dieutra.engine.text import normal_name

COLUMNS = ("code", "parent", "label_vi", "label_en", "max", "source", "note")
LEVELS = ("lĩnh vực", "tiêu chí", "tiêu chí thành phần")
ROWS_AT_MOST = 2000
DECIMALS_AT_MOST = 4


class Source(StrEnum):
    SELF = "self"  # self-assessed by the body, verified by the centre
    SURVEY = "survey"  # from answers to questions


@dataclass(frozen=True)
class Node:
    """`level` 1 is a domain, 2 a criterion, 3 a component; `source` is None where there are children."""

    code: str
    parent: str
    label_vi: str
    label_en: str
    most: Decimal
    source: Source | None
    level: int
    note: str = ""


@dataclass(frozen=True)
class Shape:
    """What a tree must have: counts by level, all points, and how many of them come from the survey."""

    domains: int
    criteria: int
    components: int
    points: Decimal
    survey: Decimal


@dataclass(frozen=True)
class Tree:
    """Nodes in the order of the rows; a parent stands before its children."""

    nodes: tuple[Node, ...]
    by_code: Mapping[str, Node] = field(repr=False)
    leaves: tuple[Node, ...] = field(repr=False)
    domains: tuple[Node, ...] = field(repr=False)

    def leaves_from(self, source: Source) -> tuple[Node, ...]:
        return tuple(leaf for leaf in self.leaves if leaf.source is source)

    def domain_of(self, code: str) -> str:
        node = self.by_code[code]
        while node.parent:
            node = self.by_code[node.parent]
        return node.code

    def children(self, code: str) -> tuple[Node, ...]:
        return tuple(node for node in self.nodes if node.parent == code)

    def shape(self) -> Shape:
        levels = Counter(node.level for node in self.nodes)
        survey = sum((leaf.most for leaf in self.leaves_from(Source.SURVEY)), Decimal(0))
        points = sum((domain.most for domain in self.domains), Decimal(0))
        return Shape(levels[1], levels[2], levels[3], points, survey)


def read(text: str, shape: Shape | None = None) -> Tree:
    """The tree of a CSV with the columns of `COLUMNS`. Raises Invalid."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    lacking = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if lacking:
        raise Invalid("Bảng tiêu chí thiếu cột.", [Problem("Dòng 1", f"Thiếu cột {', '.join(lacking)}.")])
    return tree(reader, shape)


def tree(rows: Iterable[Mapping[str, str | None]], shape: Shape | None = None) -> Tree:
    """Checks every row, then the sums, then the shape; all that is wrong of a kind is said at once. Raises Invalid."""
    problems: list[Problem] = []
    nodes: dict[str, Node] = {}
    places: dict[str, str] = {}
    for at, row in enumerate(rows, start=2):
        if at > ROWS_AT_MOST + 1:
            raise Invalid(
                "Bảng tiêu chí quá dài.", [Problem(f"Dòng {at}", f"Nhiều nhất {ROWS_AT_MOST} dòng.")]
            )
        node, wrong = _node(row, nodes)
        problems += [Problem(f"Dòng {at}", message) for message in wrong]
        if node and not wrong:
            nodes[node.code], places[node.code] = node, f"Dòng {at}"
    _refuse(problems)
    _refuse(_sources(nodes, places) + _sums(nodes, places))
    found = _built(tuple(nodes.values()))
    _refuse(
        _shapes(found.shape(), shape)
        if shape
        else ([] if nodes else [Problem("Dòng 2", "Chưa có dòng nào.")])
    )
    return found


def _node(row: Mapping[str, str | None], known: Mapping[str, Node]) -> tuple[Node | None, list[str]]:
    given = {name: normal_name(row.get(name) or "") for name in COLUMNS}
    code, parent, wrong = given["code"], given["parent"], []
    if not code or len(code) > 20:
        wrong.append("Mã phải có, đến 20 ký tự.")
    elif code in known:
        wrong.append(f"Mã {code} đã có ở dòng trên.")
    if parent and parent not in known:
        wrong.append(f"Mục cha {parent} không có ở dòng nào phía trên.")
    level = known[parent].level + 1 if parent in known else 1
    if level > len(LEVELS):
        wrong.append(f"{parent} là tiêu chí thành phần nên không có mục con.")
    most = decimal(given["max"])
    if most is None or most <= 0 or -int(most.as_tuple().exponent) > DECIMALS_AT_MOST:
        wrong.append(f"Điểm tối đa phải là số lớn hơn 0, nhiều nhất {DECIMALS_AT_MOST} chữ số thập phân.")
    if given["source"] not in ("", *Source):
        wrong.append(f"Nguồn điểm {given['source']} không có; hãy ghi self hoặc survey.")
    if not given["label_vi"]:
        wrong.append("Thiếu tên tiếng Việt (label_vi).")
    if wrong or most is None:
        return None, wrong
    source = Source(given["source"]) if given["source"] else None
    return Node(code, parent, given["label_vi"], given["label_en"], most, source, level, given["note"]), []


def _sources(nodes: Mapping[str, Node], places: Mapping[str, str]) -> list[Problem]:
    parents = {node.parent for node in nodes.values()}
    problems = []
    for code, node in nodes.items():
        if code in parents and node.source:
            problems.append(
                Problem(places[code], f"{code} có mục con nên để trống cột source; nguồn ghi ở mục con.")
            )
        elif code not in parents and not node.source:
            problems.append(
                Problem(places[code], f"{code} không có mục con nên phải ghi nguồn điểm self hoặc survey.")
            )
        if code not in parents and node.level == 1:
            problems.append(Problem(places[code], f"Lĩnh vực {code} chưa có tiêu chí nào."))
    return problems


def _sums(nodes: Mapping[str, Node], places: Mapping[str, str]) -> list[Problem]:
    sums: dict[str, Decimal] = {}
    for node in nodes.values():
        if node.parent:
            sums[node.parent] = sums.get(node.parent, Decimal(0)) + node.most
    return [
        Problem(
            places[code],
            f"{code}: các mục con cộng lại {printed(found)}, khác điểm tối đa {printed(nodes[code].most)}.",
        )
        for code, found in sums.items()
        if found != nodes[code].most
    ]


def _shapes(found: Shape, asked: Shape) -> list[Problem]:
    names = ("lĩnh vực", "tiêu chí", "tiêu chí thành phần", "điểm", "điểm điều tra xã hội học")
    pairs = zip(names, _numbers(found), _numbers(asked), strict=True)
    return [
        Problem("Cả bảng", f"Có {printed(has)} {name}, phải có {printed(must)}.")
        for name, has, must in pairs
        if has != must
    ]


def _numbers(shape: Shape) -> Sequence[Decimal]:
    return (
        Decimal(shape.domains),
        Decimal(shape.criteria),
        Decimal(shape.components),
        shape.points,
        shape.survey,
    )


def _built(nodes: tuple[Node, ...]) -> Tree:
    parents = {node.parent for node in nodes}
    return Tree(
        nodes,
        {node.code: node for node in nodes},
        tuple(node for node in nodes if node.code not in parents),
        tuple(node for node in nodes if node.level == 1),
    )


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise Invalid("Bảng tiêu chí chưa đúng.", problems)


def share(points: Fraction, node: Node) -> Fraction:
    """The part of the maximum that was reached, 0 to 1."""
    return points / Fraction(node.most)
