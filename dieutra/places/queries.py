"""Finding areas: by code, by name without tone marks, below another, and after the changes of 2025."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from dieutra.engine.text import search_key
from dieutra.places.models import Area, Catalogue, Conversion, FormerName, Level
from dieutra.places.paths import under as path_under

NEWEST = "vn-2026-04"


@dataclass(frozen=True)
class Converted:
    """What an old area became. `needs_person`: no list decides it, somebody who knows the place must choose.

    `notes` says, by the code of a candidate, what the source hints or where it looks wrong.
    """

    candidates: list[Area]
    needs_person: bool
    notes: dict[str, str]


def area_by_code(catalogue: Catalogue | str, code: str) -> Area:
    """The area of a code in one catalogue (given itself or by slug); raises Area.DoesNotExist."""
    return Area.objects.select_related("catalogue").get(_of(catalogue), code=code)


def children(area: Area) -> QuerySet[Area]:
    """The areas directly below, in Vietnamese order."""
    return Area.objects.filter(parent=area).order_by("sort_key", "code")


def search(
    catalogue: Catalogue | str,
    text: str,
    level: int | None = None,
    under: Area | None = None,
    limit: int = 20,
) -> list[Area]:
    """Areas whose name has these words in this order, with or without tone marks, or whose code this is.

    Names that end with the words come first ("ha nam": Tỉnh Hà Nam before Xã Hà Nam Sơn), then higher levels;
    areas that once bore exactly this name are found too.
    """
    key = search_key(text)
    if not key:
        return []
    found = Area.objects.filter(_of(catalogue)).filter(_named(key) | Q(code=text.strip()))
    if level is not None:
        found = found.filter(level=level)
    if under is not None:
        found = found.filter(path_under("path", under.path))
    return list(found.annotate(rank=_rank(key)).order_by("rank", "level", "sort_key", "code")[:limit])


def convert(area: Area, into: str = NEWEST) -> Converted:
    """The successors of an area of an earlier catalogue in `into`.

    A district, which ended in 2025, gives the successors of all its communes and always needs a person.
    """
    rows = Conversion.objects.filter(old_catalogue_id=area.catalogue_id, new_catalogue__slug=into)
    own = rows.filter(old_code=area.code)
    if found := list(own.values_list("new_code", "needs_person", "note")):
        needs_person = any(needs for _, needs, _ in found)
        return Converted(
            _areas(into, [code for code, _, _ in found]),
            needs_person,
            {code: note for code, _, note in found if note},
        )
    below = Area.objects.filter(
        path_under("path", area.path), catalogue_id=area.catalogue_id, level=Level.COMMUNE
    )
    codes = rows.filter(old_code__in=below.values("code")).values_list("new_code", flat=True)
    return Converted(_areas(into, codes), True, {})


def _of(catalogue: Catalogue | str) -> Q:
    return Q(catalogue__slug=catalogue) if isinstance(catalogue, str) else Q(catalogue=catalogue)


def _named(key: str) -> Q:
    """Whole words only at their start: "ha nam" is not in "nha nam"."""
    former = FormerName.objects.filter(key=key.replace(" ", "")).values("area_id")
    return Q(search_key__startswith=key) | Q(search_key__contains=f" {key}") | Q(pk__in=former)


def _rank(key: str) -> Case:
    return Case(
        When(Q(search_key=key) | Q(search_key__endswith=f" {key}"), then=Value(0)),
        When(search_key__contains=key, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )


def _areas(catalogue: str, codes: Iterable[str]) -> list[Area]:
    return list(Area.objects.filter(catalogue__slug=catalogue, code__in=codes).order_by("sort_key", "code"))
