"""Takes the pictures of the user guides: `scripts/guide-pictures [name …]`; `--all` also writes those that hardly changed.

A real server with the stage's data, a real Chromium, fixed sizes. Each picture gets numbered outlines around the places
that `pictures.py` names. A picture that differs from the committed one by less than `SAME` of its points is left as it
is: dates and receipts change with every run, and a guide does not turn stale by them.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, sync_playwright

from dieutra.guides.markup import PICTURES
from dieutra.rehearsal.demo import PASSWORD
from dieutra.rehearsal.server import Server
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.guides.pictures import SHOTS, Shot

ROOT = Path(__file__).parents[2]
DESKTOP, PHONE = {"width": 1000, "height": 660}, {"width": 390, "height": 700}
MOST = 60 * 1024
SAME = 0.01
QUALITIES = (86, 78, 70, 60, 50, 40)
STAGE = "import django; django.setup(); from tests.guides.stage import main; main()"

# The number stands beside its outline: left, above, below or right, wherever it covers no other outline.
MARK = """boxes => {
  const outlines = boxes.map(([x, y, width, height]) =>
    [Math.max(x - 4, 1), y - 4, width + 8 - Math.max(5 - x, 0), height + 8]);
  const taken = [...outlines];
  const free = ([x, y, width, height]) => x >= 0 && y >= window.scrollY && taken.every(([left, top, across, down]) =>
    x + width <= left || left + across <= x || y + height <= top || top + down <= y);
  const put = (box, style, words = "") => {
    const it = document.body.appendChild(document.createElement("div"));
    const [left, top, width, height] = box.map(number => `${number}px`);
    Object.assign(it.style, {position: "absolute", boxSizing: "border-box", left, top, width, height,
      pointerEvents: "none", ...style});
    it.textContent = words;
  };
  outlines.forEach(([x, y, width, height], at) => {
    const middle = height < 70 ? y + height / 2 - 11 : y;
    const places = [[x - 23, middle], [x, y - 23], [x, y + height + 1], [x + width + 1, middle], [x + 2, y + 2]];
    const [left, top] = places.find(([x, y]) => free([x, y, 22, 22])) ?? places.at(-1);
    taken.push([left, top, 22, 22]);
    put([x, y, width, height], {border: "3px solid #d0021b", borderRadius: "6px", zIndex: 9998});
    put([left, top, 22, 22], {borderRadius: "50%", background: "#d0021b", color: "#fff", zIndex: 9999,
      font: "bold 14px/22px sans-serif", textAlign: "center"}, String(at + 1));
  });
}"""
QUIET = """() => {
  document.activeElement?.blur();
  for (const it of document.getAnimations()) it.finish();
}"""
DIFFER = """async ([left, right]) => {
  const points = async text => {
    const picture = new Image();
    picture.src = `data:image/webp;base64,${text}`;
    await picture.decode();
    const canvas = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
    canvas.drawImage(picture, 0, 0);
    return canvas.getImageData(0, 0, picture.width, picture.height).data;
  };
  const [a, b] = [await points(left), await points(right)];
  if (a.length !== b.length) return 1;
  let other = 0;
  for (let at = 0; at < a.length; at += 4) if (Math.abs(a[at] - b[at]) + Math.abs(a[at + 1] - b[at + 1]) > 60) other++;
  return other * 4 / a.length;
}"""


class NotFound(AssertionError):
    """A place that a picture marks is not on its screen any more."""


@contextmanager
def stage() -> Iterator[tuple[Server, dict[str, object]]]:
    """The server with everything that the pictures show, and the facts for their addresses."""
    with tempfile.TemporaryDirectory() as folder, _site(Path(folder)) as server:
        command = [sys.executable, "-c", STAGE]
        made = subprocess.run(
            command, env=server.environment, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
        )
        yield server, json.loads(made.stdout.strip().splitlines()[-1])


def _site(folder: Path) -> Server:
    server = Server(folder / "site")
    server.environment |= {
        "DIEUTRA_SMS": "console"
    }  # printed instead of sent: the channel stands on the screens
    return server


class Studio:
    """One Chromium; a person signs in once and keeps her profile for all her pictures."""

    def __init__(self, browser: Browser, url: str, facts: dict[str, object]) -> None:
        self.browser, self.url, self.facts = browser, url, facts
        self.pages: dict[str, Page] = {}

    def page_of(self, shot: Shot) -> Page:
        who = shot.who.format(**self.facts)
        if who not in self.pages:
            context = self.browser.new_context(
                locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh", base_url=self.url, reduced_motion="reduce"
            )
            page = self.pages[who] = context.new_page()
            if who:
                _sign_in(page, who)
        self.pages[who].set_viewport_size(PHONE if shot.phone else DESKTOP)
        return self.pages[who]

    def take(self, shot: Shot) -> bytes:
        """The picture as WebP. Raises NotFound for a marked place that is not there."""
        page = self.page_of(shot)
        page.goto(shot.at.format(**self.facts))
        if page.locator("[data-desk], .dt-form").count():
            page.wait_for_selector("[data-ready]")
        for step in shot.steps:
            step(page)
        page.evaluate(QUIET)
        places = [_place(page, shot, it) for it in shot.marks]
        if shot.top:
            _place(page, shot, shot.top).evaluate(
                "it => window.scrollTo(0, it.getBoundingClientRect().top + window.scrollY - 24)"
            )
        page.evaluate(MARK, [_box(page, shot, it) for it in places])
        return self._shoot(page)

    def _shoot(self, page: Page) -> bytes:
        session = page.context.new_cdp_session(page)
        for quality in QUALITIES:
            shot = session.send("Page.captureScreenshot", {"format": "webp", "quality": quality})
            picture = base64.b64decode(shot["data"])
            if len(picture) <= MOST:
                break
        session.detach()
        return picture

    def share_that_differs(self, left: bytes, right: bytes) -> float:
        page = self.pages.setdefault("-", self.browser.new_page())
        texts = [base64.b64encode(it).decode() for it in (left, right)]
        return float(page.evaluate(DIFFER, texts))


def _sign_in(page: Page, who: str) -> None:
    page.goto("/dang-nhap/")
    page.fill("#id_login", who)
    page.fill("#id_password", PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url(lambda url: "/dang-nhap/" not in url)


def _place(page: Page, shot: Shot, selector: str) -> Locator:
    found = page.locator(selector).locator("visible=true")
    if not found.count():
        raise NotFound(f"{shot.name}: {selector!r} is not on {page.url}")
    return found.first


def _box(page: Page, shot: Shot, place: Locator) -> list[float]:
    """The outline in page coordinates. A mark outside the picture is a fault."""
    box = place.bounding_box()
    size = page.viewport_size
    if (
        box is None
        or size is None
        or not 0 <= box["y"] <= size["height"] - 10
        or not -2 <= box["x"] <= size["width"]
    ):
        raise NotFound(f"{shot.name}: {place} lies outside the picture ({box})")
    left, top = page.evaluate("[window.scrollX, window.scrollY]")
    width = min(box["width"], size["width"] - box["x"] - 6)
    return [box["x"] + left, box["y"] + top, width, min(box["height"], size["height"] - box["y"] - 6)]


def main(arguments: list[str]) -> None:
    wanted = [it for it in arguments if not it.startswith("-")]
    PICTURES.mkdir(exist_ok=True)
    with stage() as (server, facts), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        studio = Studio(browser, server.url, facts)
        missing = []
        for shot in SHOTS:
            if wanted and shot.name not in wanted and not shot.steps:  # steps may prepare what is wanted
                continue
            file = PICTURES / f"{shot.name}.webp"
            try:
                picture = studio.take(shot)
            except Exception as problem:  # the others are still taken
                missing.append(f"{shot.name}: {problem}")
                continue
            if wanted and shot.name not in wanted:
                continue
            if (
                "--all" not in arguments
                and file.exists()
                and studio.share_that_differs(file.read_bytes(), picture) < SAME
            ):
                continue
            file.write_bytes(picture)
            print(f"{shot.name}: {len(picture) // 1024} KB")
        browser.close()
    if missing:
        sys.exit("\n".join(missing))
