"""Pictures: who looks at which address, what she did there, and which places are numbered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

Step = Callable[[Page], object]


@dataclass(frozen=True)
class Shot:
    """`top`: what is scrolled to the upper edge; `marks`: what is outlined, in the order of the numbers."""

    name: str
    who: str
    at: str
    marks: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    top: str = ""
    phone: bool = False


def click(selector: str) -> Step:
    return lambda page: page.locator(selector).locator("visible=true").first.click()


def fill(selector: str, text: str) -> Step:
    return lambda page: page.locator(selector).first.fill(text)


def button(words: str) -> str:
    return f"button:has-text('{words}')"


def link(words: str) -> str:
    return f"main a:has-text('{words}')"


def summary(words: str) -> str:
    return f"summary:has-text('{words}')"
