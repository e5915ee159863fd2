"""News: drafts nobody sees, a moment in Vietnam time, a history, safe mark-up, feeds that readers take, one framed page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import feedparser
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from django.utils.safestring import SafeString
from lxml import etree

from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Stale
from dieutra.events.models import Event
from dieutra.publicity import actions, markup
from dieutra.publicity.markup import html
from dieutra.publicity.models import NewsItem
from tests.cast import World
from tests.publicity.test_bare_images import DOT, PIXELS, START

Browser = Callable[[str], Client]
PNG = START + DOT[0] + PIXELS
URL = "/tin/thu/"


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path) -> None:
    settings.FILES_DIR = tmp_path / "files"


def text(title: str = "Khai mạc điều tra", **more: Any) -> actions.Text:
    return actions.Text(title, "Từ ngày 1 tháng 12", "Kính mời **các đơn vị** kê khai.", **more)


def published(world: World, **more: Any) -> NewsItem:
    boss = world.user("ong.tinh")
    item = actions.compose(boss, world.campaign, "VN/35/", text(**more))
    actions.publish(boss, item, item.version, None)
    return item


def test_a_draft_is_seen_by_nobody_outside(world: World, client: Client) -> None:
    item = actions.compose(world.user("ong.tinh"), world.campaign, "VN/35/", text())
    assert client.get(URL).status_code == 404
    assert client.get(f"{URL}{item.pk}/").status_code == 404
    actions.publish(world.user("ong.tinh"), item, 1, None)
    page = client.get(f"{URL}{item.pk}/").content.decode()
    assert "<strong>các đơn vị</strong>" in page
    assert "Tỉnh Hà Nam" in page
    assert "Khai mạc" in client.get(URL).content.decode()
    assert "thu" in client.get("/tin/").content.decode()


def test_an_item_appears_by_itself_when_its_moment_comes(
    world: World, client: Client, at_the_desk: Browser
) -> None:
    boss = at_the_desk("ong.tinh")
    boss.post("/tuyen-truyen/tin/moi/", {"title": "Sắp tới", "summary": "Tóm tắt", "body": "Nội dung"})
    item = NewsItem.objects.get()
    moment = timezone.localtime() + timedelta(hours=2)
    boss.post(f"/tuyen-truyen/tin/{item.pk}/dang/", {"version": "1", "at": f"{moment:%Y-%m-%dT%H:%M}"})
    item.refresh_from_db()
    assert item.publish_at is not None
    assert item.publish_at.astimezone(UTC).hour == (moment.hour - 7) % 24
    assert client.get(f"{URL}{item.pk}/").status_code == 404
    assert "Sẽ tự đăng" in boss.get("/tuyen-truyen/").content.decode()
    NewsItem.objects.update(publish_at=timezone.now() - timedelta(seconds=1))
    assert client.get(f"{URL}{item.pk}/").status_code == 200


def test_what_is_taken_down_is_gone_and_every_act_leaves_a_version(
    world: World, client: Client, at_the_desk: Browser
) -> None:
    item, boss = published(world), world.user("ong.tinh")
    actions.change(boss, item, item.version, text("Khai mạc muộn hơn"))
    with pytest.raises(Stale):
        actions.change(boss, item, 1, text("Lần nữa"))
    with pytest.raises(NotNow):
        actions.publish(boss, item, item.version, None)
    assert "muộn hơn" in client.get(URL).content.decode()
    actions.withdraw(boss, item, item.version)
    assert client.get(f"{URL}{item.pk}/").status_code == client.get(f"{URL}rss.xml").status_code == 404
    kept = list(item.versions.order_by("number").values_list("act", "title"))
    assert [act for act, _ in kept] == ["made", "published", "changed", "withdrawn"]
    old = at_the_desk("ong.tinh").get(f"/tuyen-truyen/tin/{item.pk}/ban/2/").content.decode()
    assert "Khai mạc điều tra" in old
    verbs = list(Event.objects.filter(subject_type="newsitem").order_by("pk").values_list("verb", flat=True))
    assert verbs == ["news.made", "news.published", "news.changed", "news.withdrawn"]


def test_only_an_administrator_of_the_area_writes(world: World) -> None:
    item = published(world)
    for username in ("bac.ban.chi.dao", "nguoi.la", "don.vi"):
        with pytest.raises(Forbidden):
            actions.change(world.user(username), item, item.version, text())
    with pytest.raises(Forbidden):
        actions.compose(world.user("nguoi.la"), world.campaign, "VN/35/", text())


@pytest.mark.parametrize(
    "written",
    [
        "<script>alert(1)</script>",
        "[bấm](javascript:alert(1))",
        "[bấm](data:text/html;base64,PHNjcmlwdD4=)",
        "![ảnh](https://la.example/theo-doi.png)",
        "<img src=x onerror=alert(1)>",
        "<a href='https://x' onclick='alert(1)'>x</a>",
        "[x](<javascript:alert(1)> 'a')",
        '<https://a.example/"onmouseover=alert(1)>',
        "<svg/onload=alert(1)>",
        "| a |\n|---|\n| <iframe src=//la.example> |",
    ],
)
def test_nothing_dangerous_passes_the_mark_up(written: str) -> None:
    tree = etree.HTML(f"<div>{html(written)}</div>")
    assert not tree.xpath("//script|//img|//svg|//iframe|//@*[starts-with(name(),'on')]")
    for link in tree.xpath("//a/@href"):
        assert str(link).startswith(("http://", "https://", "mailto:"))


def test_headings_tables_and_links_are_drawn() -> None:
    drawn = html("# Mục\n\n- một\n- hai\n\n| Cột |\n|---|\n| 1 |\n\n[Trang](https://example.gov.vn/)")
    assert "<h2>Mục</h2>" in drawn
    assert "<td>1</td>" in drawn
    assert 'rel="noopener noreferrer"' in drawn


def test_an_image_needs_its_type_its_size_and_its_words(world: World, client: Client) -> None:
    boss = world.user("ong.tinh")
    for name, content in (
        ("anh.png", b"<svg/>"),
        ("anh.pdf", b"%PDF-1.7"),
        ("anh.png", PNG + bytes(3_000_000)),
    ):
        with pytest.raises(Invalid):
            actions.compose(boss, world.campaign, "VN/35/", text(image=(name, content), image_words="Ảnh"))
    with pytest.raises(Invalid, match="mô tả"):
        actions.compose(boss, world.campaign, "VN/35/", text(image=("anh.png", PNG)))
    item = published(world, image=("anh.png", PNG), image_words="Lễ khai mạc")
    got = client.get(f"{URL}{item.pk}/anh/")
    assert (got.content, got.headers["Content-Type"]) == (PNG, "image/png")
    assert 'alt="Lễ khai mạc"' in client.get(f"{URL}{item.pk}/").content.decode()
    actions.change(boss, item, item.version, text(no_image=True))
    assert client.get(f"{URL}{item.pk}/anh/").status_code == 404


@pytest.mark.parametrize(("name", "version"), [("rss", "rss20"), ("atom", "atom10")])
def test_a_reader_of_feeds_takes_ours(world: World, client: Client, name: str, version: str) -> None:
    item = published(world, title="Tin & “ngoặc” <1>", image=("anh.png", PNG), image_words="Ảnh")
    later = actions.compose(world.user("ong.tinh"), world.campaign, "VN/35/", text("Chưa đăng"))
    response = client.get(f"{URL}{name}.xml")
    feed = feedparser.parse(
        response.content, response_headers={"content-type": response.headers["Content-Type"]}
    )
    assert (feed.bozo, feed.version) == (False, version)
    assert feed.feed.title
    assert feed.feed.link == f"http://127.0.0.1:8000{URL}"
    (entry,) = feed.entries
    assert entry.title == "Tin & “ngoặc” <1>"
    assert entry.id.startswith("tag:127.0.0.1,")
    assert entry.link.endswith(f"{URL}{item.pk}/")
    assert item.publish_at is not None
    assert entry.published_parsed[:5] == item.publish_at.astimezone(UTC).timetuple()[:5]
    assert any(it.rel == "enclosure" and it.type == "image/png" for it in entry.links)
    assert later.title not in response.content.decode()


def test_the_atom_feed_keeps_what_rfc_4287_demands(world: World, client: Client) -> None:
    item = published(world)
    names = {"a": "http://www.w3.org/2005/Atom"}
    root = etree.fromstring(client.get(f"{URL}atom.xml").content)
    for parent in [root, *root.findall("a:entry", names)]:
        for name in ("id", "title", "updated"):
            assert len(parent.findall(f"a:{name}", names)) == 1, name
    assert root.xpath("a:link[@rel='self']/@href", namespaces=names) == [
        f"http://127.0.0.1:8000{URL}atom.xml"
    ]
    assert root.xpath("a:author/a:name/text()", namespaces=names)
    first = root.findtext("a:entry/a:id", namespaces=names)
    actions.change(world.user("ong.tinh"), item, item.version, text("Tên khác"))
    again = etree.fromstring(client.get(f"{URL}atom.xml").content)
    assert again.findtext("a:entry/a:id", namespaces=names) == first


def test_only_the_page_made_for_it_may_be_framed(world: World, client: Client, settings: Any) -> None:
    item = published(world)
    settings.EMBED_IN = "https://mic.example.gov.vn"
    framed = client.get(f"{URL}nhung/")
    assert "frame-ancestors https://mic.example.gov.vn" in framed.headers["Content-Security-Policy"]
    assert not framed.cookies
    for url in ("/", "/dang-nhap/", "/tin/", URL, f"{URL}{item.pk}/", "/khong-co/"):
        assert "frame-ancestors 'none'" in client.get(url).headers["Content-Security-Policy"], url
    got = client.get("/oembed/", {"url": f"http://127.0.0.1:8000{URL}{item.pk}/", "maxwidth": "300"})
    assert (got.json()["type"], got.json()["width"]) == ("rich", 300)
    assert f"{URL}nhung/" in got.json()["html"]
    for wrong in (
        "",
        "http://la.example/tin/thu/",
        "http://127.0.0.1:8000/dang-nhap/",
        "http://127.0.0.1:8000/x",
    ):
        assert client.get("/oembed/", {"url": wrong}).status_code == 404
    assert client.get("/oembed/", {"url": "x", "format": "xml"}).status_code == 501


def test_bad_input_on_the_screens_is_told_and_nothing_typed_is_lost(
    world: World, at_the_desk: Browser
) -> None:
    boss = at_the_desk("ong.tinh")
    page = boss.post("/tuyen-truyen/tin/moi/", {"title": "", "summary": "Tóm tắt dài", "body": "Đã gõ"})
    assert page.status_code == 422
    assert "Đã gõ" in page.content.decode()
    item = published(world)
    url = f"/tuyen-truyen/tin/{item.pk}/"
    image = SimpleUploadedFile("a.png", b"not an image at all")
    fields = {"title": "Mới", "summary": "T", "body": "Gõ dở", "version": f"{item.version}", "image": image}
    page = boss.post(url + "sua/", fields)
    assert page.status_code == 422
    assert "Gõ dở" in page.content.decode()
    boss.post(url + "go/", {"version": f"{item.version}"})
    assert boss.post(url + "dang/", {"version": f"{item.version + 1}", "at": "mai"}).status_code == 422
    assert at_the_desk("don.vi").get("/tuyen-truyen/").status_code == 404
    assert "Soạn tin" not in at_the_desk("bac.ban.chi.dao").get("/tuyen-truyen/").content.decode()
    assert at_the_desk("bac.ban.chi.dao").get("/tuyen-truyen/tin/moi/").status_code == 403


def test_a_line_break_of_a_word_processor_breaks_no_feed(world: World, client: Client) -> None:
    published(world, title="Khai mạc\x0bđiều tra")
    for name in ("rss", "atom"):
        assert "Khai mạc điều tra" in client.get(f"{URL}{name}.xml").content.decode()


def test_a_body_is_drawn_once_and_a_new_wording_is_drawn_anew(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawings: list[str] = []

    def counted(body: str) -> SafeString:
        drawings.append(body)
        return html(body)

    monkeypatch.setattr(markup, "html", counted)
    item = published(world)
    for address in (f"{URL}{item.pk}/", f"{URL}{item.pk}/", f"{URL}atom.xml", f"{URL}atom.xml"):
        assert "các đơn vị" in client.get(address).content.decode()
    assert len(drawings) == 1
    changed = actions.Text("Khai mạc", "Tóm tắt", "Lời **mới** | x\n")
    actions.change(world.user("ong.tinh"), item, item.version, changed)
    page = client.get(f"{URL}{item.pk}/").content.decode()
    assert "Lời <strong>mới</strong>" in page
    assert "các đơn vị" not in page
    assert len(drawings) == 2
