"""The least that a reason is: what is decided about others is not explained by one letter."""

from __future__ import annotations

from dieutra.engine.refusals import Invalid, Problem

LEAST = 10


def reasoned(field: str, text: str, most: int, refused: str) -> str:
    """The text without blanks around it; Invalid(`refused`) when it is shorter than LEAST, blanks in a row taken as one, or
    longer than `most`.
    """
    text = text.strip()
    if len(" ".join(text.split())) < LEAST or len(text) > most:
        raise Invalid(refused, [Problem(field, f"Nêu rõ lý do, từ {LEAST} đến {most} ký tự.")])
    return text
