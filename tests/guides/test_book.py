"""The guides hang together: links, screens, labels, pictures, search. No database."""

from __future__ import annotations

import re

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from markdown_it.token import Token

from dieutra.guides.book import Chapter, guide_of, guides
from dieutra.guides.markup import PICTURES, headings, html_of, linked, pictures_in, size_of, tokens_of
from dieutra.guides.paper import blocks
from dieutra.guides.reading import Reader, chapter_for
from dieutra.guides.search import found
from tests.guides.labels import clean, words_on_screens
from tests.guides.pictures import SHOTS

CHAPTERS = [it for guide in guides() for it in guide.chapters]
BY_NAME = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda it: f"{it.audience}/{it.slug}")
MOST_BYTES, MOST_OF_ALL = 60 * 1024, 3 * 1024 * 1024


def route_names() -> set[str]:
    def walk(resolver: URLResolver) -> set[str]:
        names: set[str] = set()
        for it in resolver.url_patterns:
            if isinstance(it, URLPattern):
                names.add(it.name or "")
            else:
                names |= walk(it)
        return names

    return walk(get_resolver())


def inline(chapter: Chapter) -> list[list[Token]]:
    return [list(token.children or ()) for token in tokens_of(chapter.text) if token.type == "inline"]


def bold(chapter: Chapter) -> list[str]:
    """The labels that a chapter quotes."""
    found: list[str] = []
    for children in inline(chapter):
        inside = False
        for it in children:
            inside = it.type == "strong_open" or (inside and it.type != "strong_close")
            if inside and it.content:
                found.append(it.content)
    return found


@BY_NAME
def test_the_labels_that_a_chapter_quotes_are_on_the_screens(chapter: Chapter) -> None:
    strange = [it for it in bold(chapter) if clean(it) not in words_on_screens()]
    assert not strange


def test_a_label_that_no_screen_has_is_found_out() -> None:
    assert clean("Duyệt phiếu") in words_on_screens()
    assert clean("Giữ nguyên … dòng") in words_on_screens()
    assert clean("Duyệt phiếu ngay") not in words_on_screens()
    assert clean("Duyệt") not in words_on_screens()  # a part of a label is none


@BY_NAME
def test_the_links_of_a_chapter_lead_somewhere(chapter: Chapter) -> None:
    for children in inline(chapter):
        for it in children:
            if it.type != "link_open":
                continue
            target = linked(str(it.attrs["href"]), chapter.audience)
            assert target, it
            guide = guide_of(target[0])
            assert guide, target
            read = guide.chapter(target[1])
            assert read, target
            assert read.file.name in str(it.attrs["href"])
            assert not target[2] or target[2][1:] in dict(headings(read)), target


@BY_NAME
def test_a_chapter_is_short_and_has_a_head(chapter: Chapter) -> None:
    assert chapter.title and chapter.summary.endswith(".")
    assert len(chapter.text.split()) < 700
    assert headings(chapter), "a chapter has at least one heading"
    assert set(chapter.screens) <= route_names()
    anchors = [anchor for anchor, _ in headings(chapter)]
    assert len(anchors) == len(set(anchors))


def test_no_chapter_is_named_twice() -> None:
    for guide in guides():
        assert guide.chapters, guide.slug
        slugs = [it.slug for it in guide.chapters]
        assert len(slugs) == len(set(slugs))


@BY_NAME
def test_the_pictures_of_a_chapter_are_there_and_described(chapter: Chapter) -> None:
    for name, words in pictures_in(chapter):
        assert (PICTURES / name).exists(), f"{name}: run scripts/guide-pictures"
        assert len(words) > 10, f"{name} has no description"
        width, height = size_of(name)
        assert (width, height) in ((1000, 660), (390, 700))
        assert (PICTURES / name).stat().st_size <= MOST_BYTES, name
    numbers = {int(it) for it in re.findall(r"\((\d)\)", chapter.text)}
    marked = [len(shot.marks) for shot in SHOTS if f"{shot.name}.webp" in dict(pictures_in(chapter))]
    assert not numbers or max(numbers) <= max(marked, default=0), "a number that no picture has"


def test_every_picture_is_taken_by_the_script_and_shown_by_a_chapter() -> None:
    shown = {name for chapter in CHAPTERS for name, _ in pictures_in(chapter)}
    assert {f"{it.name}.webp" for it in SHOTS} == shown
    kept = {it.name: it.stat().st_size for it in PICTURES.iterdir()}
    assert set(kept) == shown
    assert sum(kept.values()) <= MOST_OF_ALL


def test_raw_html_in_a_chapter_is_shown_and_not_taken() -> None:
    text = "<script>alert(1)</script>\n\n[x](javascript:alert(1)) <b onclick=x>a</b>\n"
    html = html_of(Chapter("don-vi", "x", "x", "x.", (), text), lambda *_: "/", lambda _: "/")
    assert "<script" not in html and 'href="javascript' not in html and "<b " not in html
    assert "&lt;script&gt;" in html


def test_search_needs_no_tone_marks_and_knows_the_heading_first() -> None:
    hits = found("phieu bi tra lai", guides())
    assert hits[0].chapter.slug == "phieu-bi-tra-lai"
    assert [it.chapter for it in found("Phiếu bị trả lại", guides())] == [it.chapter for it in hits]
    assert found("mat dien thoai", guides())
    assert not found("", guides()) and not found("  …  ", guides())
    assert not found("khongcogidau", guides())
    assert (
        "thoại"
        in found("mat dien thoai", guides())[0].excerpt + found("mat dien thoai", guides())[0].section.heading
    )


def test_a_screen_opens_the_chapter_of_the_readers_own_guide() -> None:
    def opened(screen: str, *roles: str, central: bool = False, branch: bool = False) -> str:
        chapter = chapter_for(screen, Reader(True, frozenset(roles), central, branch))
        return f"{chapter.audience}/{chapter.slug}" if chapter else ""

    assert opened("fill", "dv") == "don-vi/nhap-va-gui-phieu"
    assert opened("question", "dv") == "don-vi/hoi-khi-chua-ro"
    assert opened("question", "gsv") == "hoi-dap-su-co/tra-loi-cau-hoi"
    assert opened("progress", "bcd") == opened("progress", "tk") == "chi-xem/xem-tien-do"
    assert opened("progress", "qtv") == opened("progress_of", "gsv") == "tien-do-bao-cao/tien-do"
    assert opened("listings", "qtv") == "bang-ke/nap-danh-sach-nen"
    assert opened("listings", "qtv", branch=True) == "bo-nganh/bang-ke-hc-03-1"
    assert opened("forms", "qtv", central=True) == "trung-uong/nap-va-cong-bo-mau-phieu"
    assert opened("listings", "gsv") == "bang-ke/nap-danh-sach-nen"
    assert chapter_for("account_login", Reader()) and not chapter_for("queue", Reader())


def test_the_printed_chapter_has_what_the_page_has() -> None:
    guide = guide_of("don-vi")
    assert guide
    drawn = blocks(guide.chapters[1])
    assert [it["block"] for it in drawn if it["block"] in ("table", "picture")] == ["table", *["picture"] * 3]
    table = next(it for it in drawn if it["block"] == "table")
    assert {len(row) for row in table["rows"]} == {3}
    assert next(it for it in drawn if it["block"] == "list")["ordered"]
