"""Loading catalogues of areas: those that come with dieutra, and any other from a file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import transaction

from dieutra.engine.refusals import Invalid, Problem
from dieutra.engine.text import search_key, sort_key_vi
from dieutra.events.actions import Actor, record
from dieutra.places import shipped
from dieutra.places.catalogue_file import AreaRow, CatalogueFile, read_catalogue
from dieutra.places.models import Area, Catalogue, Conversion, FormerName
from dieutra.places.tree import check_tree, paths_of

BATCH = 2000
COLUMNS = ["name", "kind", "level", "path", "search_key", "sort_key", "valid_from", "valid_to"]


@dataclass(frozen=True)
class Loaded:
    """Areas in the catalogue by level; when there are errors nothing was written and the counts are empty."""

    count_by_level: dict[int, int]
    errors: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Title:
    """What a catalogue says about itself."""

    slug: str
    name: str
    valid_from: date
    valid_to: date | None
    source: str
    licence: str


def load_catalogue(slug: str, *, actor: Actor | None = None) -> Loaded:
    """Load one of the catalogues that come with dieutra; a second time changes nothing."""
    entry = shipped.catalogues().get(slug)
    if entry is None:
        known = ", ".join(shipped.catalogues())
        raise Invalid(f"Không có danh mục “{slug}” đi kèm phần mềm. Hãy chọn một trong: {known}.")
    title = Title(slug, entry.name, entry.valid_from, entry.valid_to, entry.source, entry.licence)
    with transaction.atomic():
        loaded = _load(title, read_catalogue(entry.content, entry.valid_from), actor)
        if not loaded.errors:
            _load_former_names(slug, entry.former_names)
            _load_conversions(slug)
    return loaded


def ensure_catalogues(*slugs: str) -> None:
    """Load the shipped catalogues among these that are not there yet."""
    standing = set(Catalogue.objects.filter(slug__in=slugs).values_list("slug", flat=True))
    for slug in slugs:
        if slug not in standing and slug in shipped.catalogues():
            load_catalogue(slug)


def load_catalogue_file(
    file: Path | bytes,
    slug: str,
    name: str,
    valid_from: date,
    source: str,
    *,
    licence: str = "",
    actor: Actor | None = None,
) -> Loaded:
    """Load any catalogue from a .csv or .xlsx; all of it or, with the errors row by row, nothing."""
    if problem := _wrong_title(slug, name):
        return Loaded({}, (problem,))
    try:
        content = file if isinstance(file, bytes) else file.read_bytes()
    except OSError as error:
        message = f"Không mở được tệp {error.filename}: {error.strerror}. Hãy kiểm tra đường dẫn."
        return Loaded({}, (Problem("Tệp", message),))
    title = Title(slug, name, valid_from, None, source, licence)
    with transaction.atomic():
        return _load(title, read_catalogue(content, valid_from), actor)


def load_branch(slug: str, base: str, branch: bytes, *, actor: Actor | None = None) -> Loaded:
    """A shipped catalogue together with a branch of further areas, as one catalogue under a slug of its own.

    The branch hangs below areas of the base: a ministry below the country, a sister of the provinces.
    """
    entry = shipped.catalogues()[base]
    title = Title(
        slug, f"{entry.name}, và nhánh riêng", entry.valid_from, entry.valid_to, entry.source, entry.licence
    )
    areas, added = read_catalogue(entry.content, entry.valid_from), read_catalogue(branch, entry.valid_from)
    if added.problems:
        return Loaded({}, tuple(added.problems))
    areas.rows.extend(added.rows)
    with transaction.atomic():
        return _load(title, areas, actor)


def _wrong_title(slug: str, name: str) -> Problem | None:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,49}", slug):
        message = f"Mã “{slug}” chỉ được gồm chữ thường không dấu, chữ số và dấu gạch ngang. Hãy đặt lại mã."
        return Problem("Mã danh mục", message)
    if slug in shipped.catalogues():
        message = f"“{slug}” là danh mục đi kèm phần mềm. Hãy chọn một mã khác cho tệp này."
        return Problem("Mã danh mục", message)
    if not name.strip():
        return Problem("Tên danh mục", "Thiếu tên danh mục. Hãy đặt tên để phân biệt với các danh mục khác.")
    return None


def _load(title: Title, file: CatalogueFile, actor: Actor | None) -> Loaded:
    if not file.problems:
        check_tree(file)
    if not file.problems:
        file.problems.extend(_forgotten(title.slug, {row.code for row in file.rows}))
    if file.problems:
        return Loaded({}, tuple(file.problems))
    about = {key: getattr(title, key) for key in ("name", "valid_from", "valid_to", "source", "licence")}
    catalogue, created = Catalogue.objects.update_or_create(slug=title.slug, defaults=about)
    written = _write_areas(catalogue, file.rows)
    if written or created:
        record(actor, "catalogue.loaded", catalogue, slug=title.slug, areas=len(file.rows), written=written)
    return Loaded(dict(sorted(Counter(row.level for row in file.rows).items())))


def _forgotten(slug: str, codes: set[str]) -> Iterable[Problem]:
    """Areas that people may already work in are never dropped because a newer file leaves them out."""
    standing = set(Area.objects.filter(catalogue__slug=slug).values_list("code", flat=True))
    if missing := sorted(standing - codes):
        examples = ", ".join(missing[:5])
        yield Problem(
            "Tệp",
            f"Danh mục “{slug}” đang có {len(missing)} địa bàn không còn trong tệp (ví dụ: {examples}). "
            "Hãy bổ sung vào tệp, hoặc nạp tệp dưới một mã danh mục mới.",
        )


def _write_areas(catalogue: Catalogue, rows: list[AreaRow]) -> int:
    """Insert or update what differs from the table, parents before children; the number of rows written."""
    paths = paths_of(rows)
    standing = {
        code: kept for code, *kept in catalogue.areas.values_list("code", "pk", "parent_id", *COLUMNS)
    }
    ids = {code: kept[0] for code, kept in standing.items()}
    written = 0
    for level in sorted({row.level for row in rows}):
        wanted = [_area(catalogue, row, paths[row.code], ids) for row in rows if row.level == level]
        areas = [area for area in wanted if standing.get(area.code, [])[1:] != _compared(area)]
        Area.objects.bulk_create(
            areas,
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=["catalogue", "code"],
            update_fields=["parent", *COLUMNS],
        )
        ids |= {area.code: area.pk for area in areas}
        written += len(areas)
    return written


def _compared(area: Area) -> list[object]:
    return [area.parent_id, *(getattr(area, column) for column in COLUMNS)]


def _area(catalogue: Catalogue, row: AreaRow, path: str, ids: dict[str, int]) -> Area:
    return Area(
        catalogue=catalogue,
        code=row.code,
        name=row.name,
        kind=row.kind,
        level=row.level,
        parent_id=ids[row.parent] if row.parent else None,
        path=path,
        search_key=search_key(row.name),
        sort_key=sort_key_vi(row.name),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def _load_former_names(slug: str, file: str) -> None:
    if not file:
        return
    wanted = {(line["code"], line["key"]) for line in shipped.lines(file)}
    standing = FormerName.objects.filter(area__catalogue__slug=slug)
    if set(standing.values_list("area__code", "key")) == wanted:
        return
    standing.delete()
    ids = dict(Area.objects.filter(catalogue__slug=slug).values_list("code", "pk"))
    FormerName.objects.bulk_create(
        [FormerName(area_id=ids[code], key=key) for code, key in sorted(wanted)], batch_size=BATCH
    )


def _load_conversions(slug: str) -> None:
    """Conversions that touch this catalogue, as soon as both of their catalogues are there."""
    catalogues = {catalogue.slug: catalogue for catalogue in Catalogue.objects.all()}
    for pair in shipped.conversions():
        if slug in (pair.old, pair.new) and pair.old in catalogues and pair.new in catalogues:
            _write_conversions(catalogues[pair.old], catalogues[pair.new], shipped.lines(pair.file))


def _write_conversions(old: Catalogue, new: Catalogue, lines: list[dict[str, str]]) -> None:
    wanted = [
        (line["old_code"], line["new_code"], line["kind"], line["needs_person"] == "1", line["note"])
        for line in lines
    ]
    standing = Conversion.objects.filter(old_catalogue=old, new_catalogue=new)
    if set(standing.values_list("old_code", "new_code", "kind", "needs_person", "note")) == set(wanted):
        return
    standing.delete()
    Conversion.objects.bulk_create(
        [
            Conversion(
                old_catalogue=old,
                old_code=old_code,
                new_catalogue=new,
                new_code=new_code,
                kind=kind,
                needs_person=needs_person,
                note=note,
            )
            for old_code, new_code, kind, needs_person, note in wanted
        ],
        batch_size=BATCH,
    )
