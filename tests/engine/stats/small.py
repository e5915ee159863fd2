"""A small criteria tree for the tests: two domains, three criteria, four components, 10 points, 4 from the survey."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from dieutra.engine.stats.criteria import Tree, read
from dieutra.engine.stats.index import Body, Points
from dieutra.engine.stats.rules import Band, Rules
from dieutra.engine.stats.survey import Tally

ROWS = """code,parent,label_vi,label_en,max,source,note
1,,Thể chế,Institutions,6,,
1.1,1,Tiêu chí 1.1,Criterion 1.1,4,,
1.1.1,1.1,Tiêu chí thành phần 1.1.1,,2.5,self,
1.1.2,1.1,Tiêu chí thành phần 1.1.2,,1.5,survey,
1.2,1,Tiêu chí 1.2,Criterion 1.2,2,self,không có tiêu chí thành phần
2,,Tác động,Impact,4,,
2.1,2,Tiêu chí 2.1,,4,,
2.1.1,2.1,Tiêu chí thành phần 2.1.1,,1.5,self,
2.1.2,2.1,Tiêu chí thành phần 2.1.2,,2.5,survey,
"""
RULES = Rules(
    {"hdnd": Fraction(1, 2), "so": Fraction(1, 4), "huyen": Fraction(1, 4)},
    (Band("A", Decimal(9)), Band("B", Decimal(8)), Band("C", Decimal(0))),
)


def tree() -> Tree:
    return read(ROWS)


def tally(criterion: str, group: str = "hdnd", *counts: int, unknown: int = 0) -> Tally:
    return Tally(criterion, group, counts or (0, 0, 0, 1), unknown)


def body(code: str = "01", name: str = "Hà Nam", **changes: object) -> Body:
    """All points there are but what `changes` says: 10,00."""
    points = {
        leaf: Points(Decimal(most)) for leaf, most in {"1.1.1": "2.5", "1.2": "2", "2.1.1": "1.5"}.items()
    }
    full = Body(code, name, points, [tally("1.1.2"), tally("2.1.2")])
    return replace(full, **changes)  # type: ignore[arg-type]
