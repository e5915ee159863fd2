"""The guides on their pages: who reads what, the help link of every screen, search, the whole guide to print and as PDF."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from dieutra.guides.book import guides
from dieutra.guides.reading import Reader, chapter_for
from tests.cast import World

pytestmark = pytest.mark.django_db
Desk = Callable[[str], Client]

# Named routes that answer GET without being a screen that somebody works on.
NO_SCREEN = {
    "healthz",
    "account_logout",  # only asks to confirm, without JavaScript
    "mfa_download_recovery_codes",
    *("receipt_pdf", "answers_pdf", "workbook_file", "attachment", "sheets_file", "accounts_list_template"),
    *("listing_receipt", "listing_template", "workbook_archive", "workbook_batch_report", "report_file"),
    *("form_workbook", "form_paper", "form_xform", "form_original", "form_dictionary_file", "question_file"),
    "account_sheet",
    *("roster_template", "roster_excel", "roster_receipt", "rosters_excel", "roster_contacts_excel"),
    *("index_evidence", "index_public_list", "index_public", "index_public_version"),  # read by anybody
    *("index_public_body", "index_public_file"),
    *(
        "news_campaigns",
        "news",
        "news_item",
        "news_image",
        "news_embedded",
        "news_feed",
        "oembed",
    ),  # read by anybody
    *("sample_file", "sample_template"),
    "opinion_progress_file",
    *("news_picture", "publicity_file", "publicity_evidence", "selfcheck_file", "selfcheck_evidence"),
    *(
        "guides",
        "guide",
        "guide_chapter",
        "guide_print",
        "guide_file",
    ),  # from a guide the link leads to all guides
}
ANYBODY = Reader(True, frozenset({"dv", "gsv", "qtv", "bcd", "tk"}), central=True, branch=True)


def named_routes(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, str]]:
    for it in resolver.url_patterns:
        route = before + str(it.pattern)
        if isinstance(it, URLPattern):
            if it.name:
                yield it.name, route
        else:
            yield from named_routes(it, route)


def answers_get(client: Client, name: str, route: str) -> bool:
    arguments = {found[1]: 0 if found[0] == "int" else "x" for found in re.findall(r"<(\w+):(\w+)>", route)}
    return client.get(reverse(name, kwargs=arguments)).status_code != 405


def test_every_screen_has_a_chapter(world: World, at_the_desk: Desk) -> None:
    client = at_the_desk("ba.trung.uong")
    without = {
        name
        for name, route in named_routes(get_resolver())
        if not route.startswith("collect/")
        and name not in NO_SCREEN
        and chapter_for(name, ANYBODY) is None
        and answers_get(client, name, route)
    }
    assert not without, "write a chapter that names the screen, or add it to NO_SCREEN"


def test_the_short_list_has_no_stale_name() -> None:
    assert {name for name, _ in named_routes(get_resolver())} >= NO_SCREEN
    assert not [name for name in NO_SCREEN if chapter_for(name, ANYBODY)]


def test_every_page_links_to_its_chapter(world: World, at_the_desk: Desk) -> None:
    for who, page, chapter in (
        ("anh.giam.sat", "/duyet/", "/huong-dan/giam-sat-vien/duyet-phieu/"),
        ("co.huyen", "/tai-khoan/", "/huong-dan/quan-tri/tao-tai-khoan/"),
        ("bac.ban.chi.dao", "/tien-do/", "/huong-dan/chi-xem/xem-tien-do/"),
        ("ba.trung.uong", "/mau-phieu/", "/huong-dan/trung-uong/nap-va-cong-bo-mau-phieu/"),
        ("don.vi", "/phieu/", "/huong-dan/don-vi/nhap-va-gui-phieu/"),
        ("don.vi", "/khong-co/", "/huong-dan/"),
    ):
        answer = at_the_desk(who).get(page, follow=True)
        assert f'class="dt-guide-link" href="{chapter}"' in answer.content.decode(), (who, page)


def test_the_units_guide_and_the_sign_in_help_are_public(world: World, client: Client) -> None:
    for address in (
        "/huong-dan/",
        "/huong-dan/don-vi/",
        "/huong-dan/don-vi/nhap-va-gui-phieu/",
        "/huong-dan/don-vi/in/",
        "/huong-dan/dang-nhap/kich-hoat/",
        "/huong-dan/dang-nhap/huong-dan.pdf",
    ):
        assert client.get(address).status_code == 200, address
    assert 'href="/huong-dan/dang-nhap/dang-nhap/"' in client.get("/dang-nhap/").content.decode()


def test_the_other_guides_ask_to_sign_in_and_are_then_read_by_all(
    world: World, client: Client, at_the_desk: Desk
) -> None:
    for address in ("giam-sat-vien/", "giam-sat-vien/duyet-phieu/", "quan-tri/in/", "quan-tri/huong-dan.pdf"):
        answer = client.get(f"/huong-dan/{address}")
        assert answer.status_code == 302 and answer["Location"].startswith("/dang-nhap/?next=/huong-dan/")
        assert at_the_desk("don.vi").get(f"/huong-dan/{address}").status_code == 200
    shelf = client.get("/huong-dan/", {"q": "bỏ duyệt"})
    assert "bo-duyet" not in shelf.content.decode(), "search tells nobody outside what the others read"


def test_one_finds_ones_own_guides_first(world: World, at_the_desk: Desk) -> None:
    shelf = at_the_desk("anh.giam.sat").get("/huong-dan/")
    assert [it.slug for it in shelf.context["mine"]] == [
        "dang-nhap",
        "giam-sat-vien",
        "tien-do-bao-cao",
        "hoi-dap-su-co",
        "to-cong-tac",
    ]
    central = at_the_desk("ba.trung.uong").get("/huong-dan/").context["mine"]
    assert {"trung-uong", "quan-tri"} <= {it.slug for it in central}
    assert "trung-uong" not in {it.slug for it in at_the_desk("ong.tinh").get("/huong-dan/").context["mine"]}


def test_search_finds_without_tone_marks_and_says_when_it_does_not(world: World, client: Client) -> None:
    page = client.get("/huong-dan/", {"q": "phieu bi tra lai"}).content.decode()
    assert "/huong-dan/don-vi/phieu-bi-tra-lai/" in page
    nothing = client.get("/huong-dan/", {"q": "<script>"}).content.decode()
    assert "&lt;script&gt;" in nothing and "<script>" not in nothing
    assert client.get("/huong-dan/", {"q": "a" * 5000}).status_code == 200


def test_what_is_not_there_is_not_found(world: World, client: Client) -> None:
    for address in (
        "khong-co/",
        "don-vi/khong-co/",
        "khong-co/in/",
        "khong-co/huong-dan.pdf",
        "../settings/",
    ):
        assert client.get(f"/huong-dan/{address}").status_code == 404, address


def test_every_guide_is_drawn_whole(world: World, at_the_desk: Desk) -> None:
    client = at_the_desk("ba.trung.uong")
    for guide in guides():
        page = client.get(f"/huong-dan/{guide.slug}/in/").content.decode()
        assert all(it.title in page for it in guide.chapters)
        ids = re.findall(r' id="([^"]+)"', page)
        assert len(ids) == len(set(ids)), guide.slug
        pdf = client.get(f"/huong-dan/{guide.slug}/huong-dan.pdf")
        assert pdf.content.startswith(b"%PDF") and pdf["Content-Type"] == "application/pdf"


def test_who_must_still_set_up_a_second_factor_can_read_how(
    world: World, at_the_desk: Desk, settings: Any
) -> None:
    settings.SECOND_FACTOR = "required"
    client = at_the_desk("anh.giam.sat")
    assert client.get("/duyet/").status_code == 302
    assert client.get("/huong-dan/dang-nhap/xac-thuc-hai-buoc/").status_code == 200
