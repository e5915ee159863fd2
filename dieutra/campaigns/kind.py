"""A kind: what one sort of campaign is made from. `kind_folder` reads its folder, `kind_reading` makes the kind of that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from dieutra.campaigns.account_rules import AccountRules
from dieutra.campaigns.opinion_rules import OpinionRules
from dieutra.engine.forms.form import REVIEW_LEVELS
from dieutra.places.paths import codes_by_level

LEVELS = {name: level for level, name in enumerate(REVIEW_LEVELS)}
LEVEL_WORDS = {0: "Trung ương", 1: "cấp tỉnh", 2: "cấp huyện", 3: "cấp xã"}
ROLES = ("qtv", "gsv", "bcd", "tk", "dv", "dtv")
CHANNELS = ("web", "workbook", "collect")
ROSTER_FILE = "columns.toml"  # of an opinion survey, whose list is of people and which has no frame

Pair = tuple[str, int]  # (role, level)


@dataclass(frozen=True)
class FrameColumn:
    """A column of the base list. `values` of a choice: the words in the sheet -> the code that is kept."""

    header: str
    name: str
    type: str = "text"  # text, code, choice, integer, email, date (of a roster)
    required: bool = False
    max_length: int = 200
    values: Mapping[str, str] = field(default_factory=dict)
    pattern: str = ""
    min: int | None = None
    catalogue: str = ""  # for codes of areas: the level that the code must be of
    example: str = ""  # shown beside the template of a list


@dataclass(frozen=True)
class LastCensus:
    """A value of the last census that the frame keeps, and the question that asks for it now."""

    question: str
    column: str
    label: str


@dataclass(frozen=True)
class ReturnReason:
    """A ready text for a return; the supervisor edits it before she sends it."""

    code: str
    name: str
    text: str


@dataclass(frozen=True)
class QuotaRule:
    """How many supervisors of a level an area gets; `each` None: a person must say it. See engine/flow/quota.py."""

    level: int
    of: int  # the level of the areas that are counted
    each: int | None
    extra_from: int
    at_most: int = 0


class PlacedUnit(Protocol):
    code: Any
    name: Any
    details: Any
    area: Any


@dataclass(frozen=True)
class Kind:
    slug: str
    title: Mapping[str, str]
    simulated: bool
    catalogue: str
    levels: tuple[int, ...]
    creates: Mapping[Pair, frozenset[Pair]]
    review_levels: tuple[int, ...]
    frame_sheet: str
    frame_columns: tuple[FrameColumn, ...]
    unit_kinds: Mapping[str, str]
    removal_reasons: Mapping[str, str]
    prefills: Mapping[str, str]  # name of a question -> column of the frame
    channels: tuple[str, ...] = CHANNELS  # ways in for answers
    listing_levels: tuple[int, ...] = ()  # levels that review a listing of their own, from above downwards
    level_words: Mapping[int, str] = field(default_factory=lambda: LEVEL_WORDS)
    role_words: Mapping[str, str] = field(default_factory=dict)  # how screens call the holders of a role
    branch: str = (
        ""  # file of areas that the kind adds beside the provinces, e.g. a ministry with its departments
    )
    last_census: tuple[LastCensus, ...] = ()
    return_reasons: tuple[ReturnReason, ...] = ()
    quotas: tuple[QuotaRule, ...] = ()
    accounts: AccountRules = field(default_factory=AccountRules)
    opinion: OpinionRules | None = None  # an opinion survey: lists of people instead of a frame
    roster_columns: tuple[FrameColumn, ...] = ()
    roster_sheet: str = ""  # title of the first sheet of a list of people; "" is our own
    branch_codes: frozenset[str] = frozenset()

    def may_create(self, role: str, level: int) -> frozenset[Pair]:
        """The (role, level) pairs whose accounts a holder of this post creates."""
        return self.creates.get((role, level), frozenset())

    @property
    def catalogue_slug(self) -> str:
        """The catalogue of its campaigns; with a branch one of its own, so that no other campaign sees the branch."""
        return f"{self.catalogue}.{self.slug}".replace(".", "-")[:50] if self.branch else self.catalogue

    def titled(self, title: str) -> str:
        """The title of a sheet, which says when the forms are simulated."""
        return f"{title} (mô phỏng)" if self.simulated else title

    def takes(self, channel: str) -> bool:
        return channel in self.channels

    def managing_level(self, area_level: int) -> int:
        """The level that looks after the account of a unit of an area: the lowest of the kind's that is not below it."""
        return max(level for level in (0, *self.levels) if level <= area_level)

    def accepting_level(self, listing_level: int) -> int:
        """The level that accepts a listing: the next one of the kind above it."""
        return max((level for level in (0, *self.levels) if level < listing_level), default=0)

    def prefill(self, unit: PlacedUnit) -> dict[str, str]:
        """What the frame knows about a unit, by name of the question; blank values are left out."""
        filled = {name: _frame_value(column, unit) for name, column in self.prefills.items()}
        return {name: value for name, value in filled.items() if value}


def _frame_value(column: str, unit: PlacedUnit) -> str:
    fact = FRAME_FACTS.get(column)
    return fact(unit) if fact else str(unit.details.get(column, ""))


def _area_code(level: int, column: str) -> Callable[[PlacedUnit], str]:
    """The code of the unit's area at a level; below its own area, where it has its seat."""

    def code(unit: PlacedUnit) -> str:
        codes = codes_by_level(unit.area.path, unit.area.level)
        return codes[level] if level in codes else str(unit.details.get(column, ""))

    return code


def _area_line(area: Any) -> str:
    """“Xã Nha Bích, Thị xã Chơn Thành, Tỉnh Bình Phước”."""
    names = []
    while area is not None and area.level > 0:
        names.append(area.name)
        area = area.parent
    return ", ".join(names)


FRAME_FACTS: dict[str, Callable[[PlacedUnit], str]] = {
    "code": lambda unit: str(unit.code),
    "name": lambda unit: str(unit.name),
    "area": lambda unit: _area_line(unit.area),
    "province": _area_code(1, "province"),
    "district": _area_code(2, "district"),
    "commune": _area_code(3, "commune"),
}
