"""What a refusal says to the respondent, in the language of her page."""

from __future__ import annotations

from dieutra.engine.refusals import NotNow, Refusal
from dieutra.opinions.opening import Answered, Moved, NoKey, Shut, Unknown
from dieutra.opinions.refusals import RELOAD_EN, NotTaken
from dieutra.web.respondent.opinion_words import EN


class NotHere(NotNow):
    """No link is open in this browser, or another one than the page belongs to."""

    status = 403

    def __init__(self) -> None:
        super().__init__("Phiếu không còn mở trên máy này. Hãy mở lại liên kết trong thư.")


def words_of(refusal: Refusal, lang: str) -> str:
    """The Vietnamese is what the refusal says itself."""
    if lang != "en":
        return refusal.message
    if isinstance(refusal, NotTaken):
        return refusal.said["en"]
    if isinstance(refusal, Moved) and refusal.reload:
        return f"The questionnaire was replaced by another version. {RELOAD_EN}"
    if isinstance(refusal, Shut):
        sentence = EN["before_open" if refusal.why == "before" else refusal.why]
        return f"{sentence} {refusal.day:%d/%m/%Y}." if refusal.day else sentence
    named = {
        Answered: "answered",
        Moved: "moved",
        NoKey: "no_key",
        NotHere: "closed_here",
        Unknown: "unknown_code",
    }
    return EN[named[type(refusal)]] if type(refusal) in named else refusal.message
