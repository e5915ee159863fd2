"""Reads the XForm that pyxform made: the instance for the order, binds for the logic, body for the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from dieutra.engine.forms.form import CONTAINERS, Check, Choice, Column, Label, Node
from dieutra.engine.lang import Ast, parse, paths

XFORMS = "{http://www.w3.org/2002/xforms}"
JR = "{http://openrosa.org/javarosa}"
DT = "{http://dieutra.vn/xforms}"
ITEXT = re.compile(r"jr:itext\('(.*)'\)", re.DOTALL)
LIST = re.compile(r"instance\('([^']*)'\)/root/item")
CONTROLS = {f"{XFORMS}{tag}" for tag in ("input", "select1", "select", "group")}
SELECTS = {f"{XFORMS}select1": "select1", f"{XFORMS}select": "select"}
MISSING_TRANSLATION = "-"


@dataclass(frozen=True)
class Extras:
    """What the workbook says and an XForm cannot: type words and units by path, columns by table name."""

    types: Mapping[str, str]
    units: Mapping[str, Label]
    columns: Mapping[str, tuple[Column, ...]]


def language_code(name: str) -> str:
    """`Tiếng Việt (vi)` is `vi`; a language without a code goes by its name."""
    code = re.search(r"\(([A-Za-z-]+)\)\s*$", name)
    if code:
        return code[1].lower()
    return "vi" if name.strip().lower() in ("", "default", "tiếng việt") else name.strip().lower()


class XForm:
    """One parsed XForm document."""

    def __init__(self, xml: str, extras: Extras) -> None:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        self.root = etree.fromstring(xml.encode(), parser)
        self.extras = extras
        self.model = self._only(f".//{XFORMS}model")
        self.texts = self._translations()
        self.languages = tuple(self.texts) or ("vi",)
        self.binds = {bind.get("nodeset", ""): bind for bind in self.model.iterfind(f"{XFORMS}bind")}
        self.controls = {
            control.get("ref", ""): control for control in self.root.iter() if control.tag in CONTROLS
        }
        self.lists = {name: self._choices(name) for name in self._list_names()}

    def _only(self, path: str) -> etree._Element:
        found = self.root.find(path)
        if found is None:
            raise ValueError(f"no {path} in the XForm")
        return found

    def _translations(self) -> dict[str, dict[str, etree._Element]]:
        found: dict[str, dict[str, etree._Element]] = {}
        for translation in self.model.iterfind(f"{XFORMS}itext/{XFORMS}translation"):
            texts = found.setdefault(language_code(translation.get("lang", "")), {})
            for text in translation:
                value = text.find(f"{XFORMS}value")
                if value is not None and (value.text != MISSING_TRANSLATION or len(value)):
                    texts[text.get("id", "")] = value
        return found

    def _list_names(self) -> list[str]:
        itemsets = (LIST.fullmatch(item.get("nodeset", "")) for item in self.root.iter(f"{XFORMS}itemset"))
        return sorted({match[1] for match in itemsets if match})

    def _choices(self, name: str) -> tuple[Choice, ...]:
        items = self.model.iterfind(f"{XFORMS}instance[@id='{name}']/{XFORMS}root/{XFORMS}item")
        return tuple(Choice(_child(item, "name"), self._item_label(item)) for item in items)

    def _item_label(self, item: etree._Element) -> Label:
        key = _child(item, "itextId")
        return self._translated(key) if key else {self.languages[0]: _child(item, "label")}

    # --- texts

    def _translated(self, key: str) -> Label:
        found = {language: _prose(texts[key]) for language, texts in self.texts.items() if key in texts}
        return {language: text for language, text in found.items() if text}

    def _label_of(self, element: etree._Element | None) -> Label:
        if element is None:
            return {}
        reference = ITEXT.fullmatch(element.get("ref", ""))
        if reference:
            return self._translated(reference[1])
        text = _prose(element)
        return {self.languages[0]: text} if text else {}

    def _message(self, text: str | None) -> Label | None:
        if not text:
            return None
        reference = ITEXT.fullmatch(text)
        return self._translated(reference[1]) if reference else {self.languages[0]: text}

    # --- nodes

    def nodes(self) -> Iterator[Node]:
        """Nodes in document order. Raises ExpressionError when pyxform wrote what we do not read."""
        instance = self._only(f".//{XFORMS}model/{XFORMS}instance")
        yield from self._under(instance[0], None, "/" + etree.QName(instance[0]).localname)

    def _under(self, element: etree._Element, parent: str | None, prefix: str) -> Iterator[Node]:
        for child in element:
            name = etree.QName(child).localname
            if parent is None and name == "meta":
                continue
            node = self._node(child, parent, f"{prefix}/{name}")
            yield node
            if node.kind in CONTAINERS:
                yield from self._under(child, node.path, node.path)

    def _node(self, element: etree._Element, parent: str | None, path: str) -> Node:
        bind, control = self.binds.get(path), self.controls.get(path)
        appearance = tuple((control.get("appearance") or "").split()) if control is not None else ()
        codes = _codes(bind)
        kind = self._kind(path, control, appearance, codes)
        return Node(
            path=path,
            kind=kind,
            type=None if kind in CONTAINERS else self._type(bind, control),
            parent=parent,
            label=self._label_of(None if control is None else control.find(f"{XFORMS}label")),
            hint=self._label_of(None if control is None else control.find(f"{XFORMS}hint")),
            required=_logic(bind, "required", path),
            relevant=_logic(bind, "relevant", path),
            calculate=_logic(bind, "calculate", path),
            readonly=_logic(bind, "readonly", path),
            default=None if kind in CONTAINERS else (element.text or None),
            appearance=appearance,
            choices=self._choices_of(control),
            codes=codes,
            columns=self.extras.columns.get(path.rpartition("/")[2]) if kind == "table" else None,
            unit=self.extras.units.get(path),
            required_message=self._message(bind.get(f"{JR}requiredMsg")) if bind is not None else None,
        )

    def _kind(
        self,
        path: str,
        control: etree._Element | None,
        appearance: tuple[str, ...],
        codes: dict[str, str] | None,
    ) -> str:
        written = self.extras.types.get(path, "").lower()
        if control is not None and control.tag == f"{XFORMS}group":
            return "table" if "x-table" in appearance else "row" if "x-row" in appearance else "group"
        if written.startswith("begin"):
            return "group"
        if codes is not None and "col" in codes:
            return "cell"
        return written if written in ("note", "calculate", "hidden") else "question"

    def _type(self, bind: etree._Element | None, control: etree._Element | None) -> str:
        if control is not None and control.tag in SELECTS:
            return SELECTS[control.tag]
        return (bind.get("type") if bind is not None else None) or "string"

    def _choices_of(self, control: etree._Element | None) -> tuple[Choice, ...] | None:
        itemset = None if control is None else control.find(f"{XFORMS}itemset")
        name = None if itemset is None else LIST.fullmatch(itemset.get("nodeset", ""))
        return self.lists[name[1]] if name else None

    def constraints(self) -> Iterator[Check]:
        """One hard check per constraint, in document order, named `<node>.constraint`."""
        for path, bind in self.binds.items():
            expr = _logic(bind, "constraint", path)
            if expr is not None:
                message = self._message(bind.get(f"{JR}constraintMsg")) or {}
                name = path.rpartition("/")[2] + ".constraint"
                yield Check(name, path, "hard", expr, message, False, tuple(paths(expr, path)))


def _child(item: etree._Element, tag: str) -> str:
    return (item.findtext(f"{XFORMS}{tag}") or "").strip()


def _prose(element: etree._Element) -> str:
    """Text with `<output value="/data/a"/>` as `${/data/a}`."""
    parts = [element.text or ""]
    for child in element:
        parts += [f"${{{child.get('value', '').strip()}}}", child.tail or ""]
    return "".join(parts).strip()


def _logic(bind: etree._Element | None, attribute: str, path: str) -> Ast | None:
    text = None if bind is None else bind.get(attribute)
    return parse(text, path) if text else None


def _codes(bind: etree._Element | None) -> dict[str, str] | None:
    if bind is None:
        return None
    codes = {key: bind.get(f"{DT}{key}") for key in ("row", "col")}
    return {key: code for key, code in codes.items() if code} or None
