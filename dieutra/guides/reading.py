"""Which guides a reader may open and in which order, and which chapter belongs to a screen."""

from __future__ import annotations

from dataclasses import dataclass

from dieutra.guides.book import Chapter, Guide, guides


@dataclass(frozen=True)
class Reader:
    """Who reads: `roles` of the standing posts; nobody signed in has `signed_in` false."""

    signed_in: bool = False
    roles: frozenset[str] = frozenset()
    central: bool = False
    branch: bool = False
    features: frozenset[str] = frozenset()  # of her campaigns: “people”, “sample”, “index”

    def may_read(self, guide: Guide) -> bool:
        return guide.public or self.signed_in

    def owns(self, guide: Guide) -> bool:
        """It was written for this reader; a guide without roles is for everybody who has an account."""
        mine = bool(self.roles & guide.roles) if guide.roles else self.signed_in
        fits = not guide.only or guide.only in self.features
        return mine and fits and (self.central or not guide.central) and (self.branch or not guide.branch)


def shelf(reader: Reader) -> tuple[list[Guide], list[Guide]]:
    """The reader's own guides, then the others that may be read."""
    readable = [it for it in guides() if reader.may_read(it)]
    return [it for it in readable if reader.owns(it)], [it for it in readable if not reader.owns(it)]


def chapter_for(screen: str, reader: Reader) -> Chapter | None:
    """The chapter of a screen: the reader's own guides first, those of a ministry last. None where no chapter names it."""
    mine, others = shelf(reader)
    for guide in (*mine, *sorted(others, key=lambda it: it.branch)):
        for chapter in guide.chapters:
            if screen in chapter.screens:
                return chapter
    return None
