"""The guides as they lie in `texts/`: one folder per audience, one Markdown file per chapter.

A chapter begins with TOML between two lines `+++`: `title`, `summary`, and `screens`, the names of the routes whose
help link opens it. Files are read once per process, in the order of their names.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
TEXTS = HERE / "texts"
FENCE = "+++\n"


@dataclass(frozen=True)
class Chapter:
    audience: str
    slug: str
    title: str
    summary: str
    screens: tuple[str, ...]
    text: str  # Markdown, with the headings below the title

    @property
    def file(self) -> Path:
        return next((TEXTS / self.audience).glob(f"[0-9][0-9]-{self.slug}.md"))


@dataclass(frozen=True)
class Guide:
    """`roles`: whose guide it is; `central`: only of those at the centre; `branch`: only in a kind with a branch; `only`:
    of campaigns with this feature, “people” (who are asked instead of units) or “sample” (drawn from a frame)."""

    slug: str
    title: str
    about: str
    roles: frozenset[str]
    public: bool
    central: bool
    branch: bool
    only: str
    chapters: tuple[Chapter, ...]

    def chapter(self, slug: str) -> Chapter | None:
        return next((it for it in self.chapters if it.slug == slug), None)


@cache
def guides() -> tuple[Guide, ...]:
    """All guides in the order of `guides.toml`."""
    listed = tomllib.loads((HERE / "guides.toml").read_text("utf-8"))["guides"]
    return tuple(_guide(it) for it in listed)


def guide_of(slug: str) -> Guide | None:
    return next((it for it in guides() if it.slug == slug), None)


def _guide(listed: dict[str, object]) -> Guide:
    slug = str(listed["slug"])
    roles = listed.get("roles", [])
    return Guide(
        slug,
        str(listed["title"]),
        str(listed["about"]),
        frozenset(str(it) for it in roles) if isinstance(roles, list) else frozenset(),
        bool(listed.get("public")),
        bool(listed.get("central")),
        bool(listed.get("branch")),
        str(listed.get("only", "")),
        tuple(_chapter(slug, file) for file in sorted((TEXTS / slug).glob("[0-9][0-9]-*.md"))),
    )


def _chapter(audience: str, file: Path) -> Chapter:
    """A chapter without its head is a fault of the author: ValueError names the file."""
    text = file.read_text("utf-8")
    if not text.startswith(FENCE):
        raise ValueError(f"{file}: the head between two lines +++ is missing")
    head, _, body = text.removeprefix(FENCE).partition(f"\n{FENCE}")
    facts = tomllib.loads(head)
    screens = tuple(facts.get("screens", ()))
    return Chapter(audience, file.stem[3:], facts["title"], facts["summary"], screens, body.strip() + "\n")
