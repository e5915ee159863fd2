"""The texts of an XForm: itext by language, and labels with `<output/>` in them."""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml import etree

from dieutra.engine.forms.lists import Label

XFORMS = "{http://www.w3.org/2002/xforms}"
ITEXT = re.compile(r"\s*jr:itext\('(.*)'\)\s*", re.DOTALL)
MISSING_TRANSLATION = "-"
GUIDANCE = "guidance"

Resolve = Callable[[str], str]


def language_code(name: str) -> str:
    """`Tiếng Việt (vi)` is `vi`; a language without a code goes by its name."""
    code = re.search(r"\(([A-Za-z-]+)\)\s*$", name)
    if code:
        return code[1].lower()
    return "vi" if name.strip().lower() in ("", "default", "tiếng việt") else name.strip().lower()


class Texts:
    """The itext of a model, by language and id; plain texts and guidance are kept apart."""

    def __init__(self, model: etree._Element) -> None:
        self.plain: dict[str, dict[str, etree._Element]] = {}
        self.guidance: dict[str, dict[str, etree._Element]] = {}
        for translation in model.iterfind(f"{XFORMS}itext/{XFORMS}translation"):
            language = language_code(translation.get("lang", ""))
            self.plain.setdefault(language, {})
            for text in translation.iterfind(f"{XFORMS}text"):
                self._keep(text, language)
        self.languages = tuple(self.plain) or ("vi",)

    def _keep(self, text: etree._Element, language: str) -> None:
        for value in text.iterfind(f"{XFORMS}value"):
            form = value.get("form", "")
            kind = {"": self.plain, "long": self.plain, GUIDANCE: self.guidance}.get(form)
            if kind is not None and (value.text != MISSING_TRANSLATION or len(value)):
                kind.setdefault(language, {}).setdefault(text.get("id", ""), value)

    def label(self, element: etree._Element | None, resolve: Resolve, form: str = "") -> Label:
        """What a `<label>` or `<hint>` says in each language; `${/place}` stands for an output."""
        if element is None:
            return {}
        reference = ITEXT.fullmatch(element.get("ref", ""))
        if reference:
            return self.translated(reference[1], resolve, form)
        text = "" if form else prose(element, resolve)
        return {self.languages[0]: text} if text else {}

    def translated(self, key: str, resolve: Resolve, form: str = "") -> Label:
        kind = self.guidance if form == GUIDANCE else self.plain
        found = {language: prose(texts[key], resolve) for language, texts in kind.items() if key in texts}
        return {language: text for language, text in found.items() if text}

    def message(self, text: str | None, resolve: Resolve) -> Label | None:
        """The words of an attribute such as jr:constraintMsg."""
        if not text:
            return None
        reference = ITEXT.fullmatch(text)
        return self.translated(reference[1], resolve) if reference else {self.languages[0]: text}


def prose(element: etree._Element, resolve: Resolve) -> str:
    """Text with `<output value="/data/a"/>` as `${/data/a}`."""
    parts = [element.text or ""]
    for child in element:
        parts += [f"${{{resolve(child.get('value', '').strip())}}}", child.tail or ""]
    return "".join(parts).strip()
