"""Reads an XForm, pyxform's or another's: the instance for the order, binds for the logic, body for the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce

from lxml import etree

from dieutra.engine.forms.form import CONTAINERS, Check, Column, Form, Given, Label, Node
from dieutra.engine.forms.itext import GUIDANCE, XFORMS, Texts
from dieutra.engine.forms.lists import Choice, Itemset, List
from dieutra.engine.forms.secondary import choices_of, read_lists, wanted_files
from dieutra.engine.lang import Ast, ExpressionError, lists, parse, paths

JR = "{http://openrosa.org/javarosa}"
DT = "{http://dieutra.vn/xforms}"
ODK = "{http://www.opendatakit.org/xforms}"
TYPE_OF_CONTROL = {f"{XFORMS}select1": "select1", f"{XFORMS}select": "select", f"{ODK}rank": "rank"}
TYPE_OF_CONTROL |= {f"{XFORMS}trigger": "acknowledge", f"{XFORMS}upload": "binary"}
CONTROLS = {f"{XFORMS}{tag}" for tag in ("input", "secret", "group", "range")} | TYPE_OF_CONTROL.keys()
TYPE_WORDS = {
    "integer": "int",
    "long": "int",
    "double": "decimal",
    "float": "decimal",
    "datetime": "dateTime",
}
TYPE_WORDS |= {"odk:rank": "rank", "rank": "rank"}
TYPES = frozenset(
    [
        "string",
        "int",
        "decimal",
        "date",
        "time",
        "dateTime",
        "select1",
        "select",
        "geopoint",
        "geotrace",
        "geoshape",
        "barcode",
        "binary",
    ]
)
EVENTS = {"odk-instance-first-load": "load", "xforms-ready": "load", "odk-instance-load": "load"}
EVENTS |= {"odk-new-repeat": "row", "jr-insert": "row", "xforms-value-changed": "changed"}
OTHER_LABEL = {"vi": "Ghi rõ", "en": "Please specify"}


@dataclass(frozen=True)
class Extras:
    """What the workbook says and an XForm cannot: type words and units by place, columns by table name."""

    types: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, Label] = field(default_factory=dict)
    columns: Mapping[str, tuple[Column, ...]] = field(default_factory=dict)


class XForm:
    """One parsed XForm document. `files` are the attachments that it looks up in.

    With `lenient` an expression that cannot be read becomes one that has no value. Raises ValueError or
    XMLSyntaxError when it is no XForm, AttachmentError, and ExpressionError where it says what we do not read.
    """

    def __init__(
        self,
        xml: bytes,
        extras: Extras | None = None,
        files: Mapping[str, bytes] | None = None,
        *,
        lenient: bool = False,
    ) -> None:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        self.root = etree.fromstring(xml, parser)
        self.extras, self.lenient = extras or Extras(), lenient
        self.model = self._only(self.root, f".//{XFORMS}model")
        instance = self._only(self.model, f"{XFORMS}instance")
        self.top = next(child for child in instance if isinstance(child.tag, str))
        self.id, self.version = self.top.get("id", ""), self.top.get("version", "")
        self.title = (self.root.findtext(".//{http://www.w3.org/1999/xhtml}title") or "").strip()
        self.texts = Texts(self.model)
        self.languages = self.texts.languages
        self.binds = {bind.get("nodeset", "").strip(): bind for bind in self.model.iterfind(f"{XFORMS}bind")}
        self.repeats = {
            repeat.get("nodeset", "").strip(): repeat for repeat in self.root.iter(f"{XFORMS}repeat")
        }
        self.controls: dict[str, etree._Element] = {}
        for control in self.root.iter():
            if control.tag in CONTROLS:
                self.controls.setdefault((control.get("ref") or "").strip(), control)
        self.events = self._events()
        self.lists = read_lists(self.model, self.texts, self._resolve, files or {})
        self.files = wanted_files(self.model)

    def _only(self, element: etree._Element, path: str) -> etree._Element:
        found = element.find(path)
        if found is None:
            raise ValueError(f"no {path.rpartition('}')[2]} in the XForm")
        return found

    # --- nodes

    def nodes(self, *, meta: bool = False) -> tuple[Node, ...]:
        """Nodes in document order, those of `meta` only when asked for.

        Raises ExpressionError when an expression is none that we read.
        """
        root = "/" + etree.QName(self.top).localname
        every = self._under(self.top, None, root)
        return tuple(node for node in every if meta or not f"{node.path}/".startswith(f"{root}/meta/"))

    def _under(self, element: etree._Element, parent: str | None, prefix: str) -> Iterator[Node]:
        seen = set()
        for child in element:
            if not isinstance(child.tag, str):
                continue
            name = etree.QName(child).localname
            if name in seen:
                continue  # a repeat stands twice: its template, then its first row
            seen.add(name)
            node = self._node(child, parent, f"{prefix}/{name}")
            yield node
            if node.kind in CONTAINERS:
                yield from self._under(child, node.path, node.path)

    def _node(self, element: etree._Element, parent: str | None, place: str) -> Node:
        bind, control, repeat = self.binds.get(place), self.controls.get(place), self.repeats.get(place)
        if repeat is not None and control is None:
            control = repeat.getparent()
        appearance = _appearance(control, repeat)
        codes = _codes(bind)
        kind = self._kind(element, place, control, appearance, codes)
        is_container = kind in CONTAINERS
        choices, itemset = self._choices_of(control, place)
        count = None if repeat is None else repeat.get(f"{JR}count")
        return Node(
            path=place,
            kind=kind,
            type=None if is_container else self._type(bind, control),
            parent=parent,
            label=self._label(control, "label", place),
            hint=self._label(control, "hint", place),
            guidance=self._label(control, "hint", place, GUIDANCE) or None,
            required=self._logic(bind, "required", place),
            relevant=self._logic(bind, "relevant", place),
            calculate=self._logic(bind, "calculate", place),
            readonly=self._logic(bind, "readonly", place),
            default=None if is_container else (element.text or "").strip() or None,
            appearance=appearance,
            choices=choices,
            itemset=itemset,
            codes=codes,
            columns=self.extras.columns.get(place.rpartition("/")[2]) if kind == "table" else None,
            unit=self.extras.units.get(place),
            required_message=self._message(bind, "requiredMsg", place),
            count=self._parse(count, place) if count else None,
            range=_range(control),
            media=control.get("mediatype") if control is not None else None,
            sets=tuple(self.events.get(place, ())),
            preload=None if bind is None else bind.get(f"{JR}preloadParams") or bind.get(f"{JR}preload"),
        )

    def _kind(
        self,
        element: etree._Element,
        place: str,
        control: etree._Element | None,
        appearance: tuple[str, ...],
        codes: dict[str, str] | None,
    ) -> str:
        written = self.extras.types.get(place, "").lower()
        if place in self.repeats:
            return "repeat"
        if control is not None and control.tag == f"{XFORMS}group":
            return "table" if "x-table" in appearance else "row" if "x-row" in appearance else "group"
        if written.startswith("begin") or any(isinstance(child.tag, str) for child in element):
            return "group"
        if codes is not None and "col" in codes:
            return "cell"
        if written in ("note", "calculate", "hidden"):
            return written
        if control is None:
            bind = self.binds.get(place)
            return "calculate" if bind is not None and bind.get("calculate") else "hidden"
        return "question"

    def _type(self, bind: etree._Element | None, control: etree._Element | None) -> str:
        if control is not None and control.tag in TYPE_OF_CONTROL:
            return TYPE_OF_CONTROL[control.tag]
        written = ((bind.get("type") if bind is not None else None) or "string").removeprefix("xsd:")
        word = TYPE_WORDS.get(written.lower(), written)
        return word if word in TYPES else "string"

    # --- choices

    def _choices_of(
        self, control: etree._Element | None, place: str
    ) -> tuple[tuple[Choice, ...] | None, Itemset | None]:
        if control is None or control.tag not in TYPE_OF_CONTROL:
            return None, None
        itemset = control.find(f"{XFORMS}itemset")
        if itemset is None:
            items = list(control.iterfind(f"{XFORMS}item"))
            return tuple(self._item(item, place) for item in items) or None, None
        found = self._itemset(itemset, place)
        own = self.lists.get(found.list)
        is_plain = found.filter is None and not found.shuffle and own is not None and not own.file
        if is_plain and own is not None and (found.value, found.label) == ("name", "label"):
            return choices_of(own), None
        return None, found

    def _item(self, item: etree._Element, place: str) -> Choice:
        label = self.texts.label(item.find(f"{XFORMS}label"), lambda text: self._resolve(text, place))
        return Choice((item.findtext(f"{XFORMS}value") or "").strip(), label)

    def _itemset(self, itemset: etree._Element, place: str) -> Itemset:
        source = self._parse(itemset.get("nodeset", ""), place)
        shuffle, seed = source[:2] == ["call", "randomize"], None
        if shuffle:
            source, seed = source[2], source[3] if len(source) > 3 else None
        value, label = (_column(itemset.find(f"{XFORMS}{tag}"), tag) for tag in ("value", "label"))
        if source[0] == "fail":
            return Itemset()
        if source[0] == "items":
            return Itemset(source[1], "", value, label, _all(source[3:]), shuffle, seed)
        repeat = source[1]
        narrowed = [test for _, *found in source[2:] for test in found] if source[0] == "where" else []
        return Itemset("", repeat, f"{repeat}/{value}", f"{repeat}/{label}", _all(narrowed), shuffle, seed)

    # --- logic and texts

    def _parse(self, text: str, place: str) -> Ast:
        try:
            return parse(text, place, repeats=self.repeats)
        except ExpressionError as problem:
            if self.lenient:
                return ["fail", str(problem)]
            raise

    def _logic(self, bind: etree._Element | None, attribute: str, place: str) -> Ast | None:
        text = None if bind is None else bind.get(attribute)
        return self._parse(text, place) if text else None

    def _resolve(self, text: str, place: str = "") -> str:
        """The place that an output names; an expression stays as it is written."""
        try:
            ast = parse(text, place or None, repeats=self.repeats)
        except ExpressionError:
            return text
        return str(ast[1]) if ast[0] in ("path", "where") else place if ast[0] == "self" else text

    def _label(self, control: etree._Element | None, tag: str, place: str, form: str = "") -> Label:
        element = None if control is None else control.find(f"{XFORMS}{tag}")
        if element is not None and element.text == "Specify other." and place not in self.extras.types:
            return OTHER_LABEL
        return self.texts.label(element, lambda text: self._resolve(text, place), form)

    def _message(self, bind: etree._Element | None, name: str, place: str) -> Label | None:
        text = None if bind is None else bind.get(f"{JR}{name}")
        return self.texts.message(text, lambda text: self._resolve(text, place))

    def _events(self) -> dict[str, list[Given]]:
        found: dict[str, list[Given]] = {}
        for element in self.root.iter(f"{XFORMS}setvalue"):
            place = (element.get("ref") or "").strip()
            value = element.get("value")
            ast = self._parse(value, place) if value else ["str", (element.text or "").strip()]
            above = element.getparent()
            by = (above.get("ref") or "").strip() if above is not None else ""
            for word in (element.get("event") or "").split():
                event = EVENTS.get(word.removesuffix("-instance"))
                if event:
                    found.setdefault(place, []).append(Given(event, ast, by if event == "changed" else None))
        return found

    def constraints(self) -> Iterator[Check]:
        """One hard check per constraint, in document order, named `<node>.constraint`; a range keeps its ends."""
        names = Counter(place.rpartition("/")[2] for place in self.binds)
        for place, bind in self.binds.items():
            name = place.rpartition("/")[2]
            if names[name] > 1:
                name = place.strip("/").partition("/")[2]
            ends = _range(self.controls.get(place))
            if ends is not None:
                yield _between(f"{name}.range", place, ends)
            expr = self._logic(bind, "constraint", place)
            if expr is not None:
                message = self._message(bind, "constraintMsg", place) or {}
                read = tuple(paths(expr, place))
                yield Check(f"{name}.constraint", place, "hard", expr, message, False, read)


def _between(name: str, place: str, ends: Mapping[str, str]) -> Check:
    """What Collect's slider makes impossible is a mistake where somebody types."""
    low, high = ends["start"], ends["end"]
    expr = parse(f"(. >= {low} and . <= {high}) or (. <= {low} and . >= {high}) or . = ''", place)
    said = {
        "vi": f"Phải từ {low} đến {high}, hãy chọn lại.",
        "en": f"Must be from {low} to {high}, choose again.",
    }
    return Check(name, place, "hard", expr, said, False, (place,))


def form_of(xml: bytes, files: Mapping[str, bytes] | None = None) -> Form:
    """The form that an XForm describes, its metadata among the nodes; what cannot be read has no value.

    Raises as XForm does, but no ExpressionError.
    """
    xform = XForm(xml, files=files, lenient=True)
    nodes, constraints = xform.nodes(meta=True), list(xform.constraints())
    return Form(
        id=xform.id,
        version=xform.version,
        title={xform.languages[0]: xform.title},
        languages=xform.languages,
        nodes=nodes,
        checks=tuple(constraints),
        lists=lists_read(nodes, constraints, xform.lists),
    )


def lists_read(nodes: tuple[Node, ...], checks: list[Check], found: Mapping[str, List]) -> dict[str, List]:
    """The lists that an itemset or an expression of the form reads."""
    wanted = {node.itemset.list for node in nodes if node.itemset is not None}
    logic = [
        ast
        for node in nodes
        for ast in (node.relevant, node.calculate, node.required, node.readonly, node.count)
        if ast is not None
    ]
    logic += [given.value for node in nodes for given in node.sets] + [check.expr for check in checks]
    logic += [node.itemset.filter for node in nodes if node.itemset and node.itemset.filter]
    wanted |= {name for ast in logic for name in lists(ast)}
    return {name: listed for name, listed in found.items() if name in wanted}


def _appearance(control: etree._Element | None, repeat: etree._Element | None) -> tuple[str, ...]:
    written = [element.get("appearance") or "" for element in (control, repeat) if element is not None]
    return tuple(dict.fromkeys(" ".join(written).split()))


def _column(element: etree._Element | None, otherwise: str) -> str:
    """`name` of `ref="name"`; a label through itext is the column `label`."""
    text = "" if element is None else (element.get("ref") or "").strip()
    return "label" if text.startswith("jr:itext") else text.removeprefix("./") or otherwise


def _all(tests: list[Ast]) -> Ast | None:
    return reduce(lambda left, right: ["op", "and", left, right], tests) if tests else None


def _range(control: etree._Element | None) -> dict[str, str] | None:
    if control is None or control.tag != f"{XFORMS}range":
        return None
    usual = {"start": "1", "end": "10", "step": "1"}
    return {key: control.get(key) or otherwise for key, otherwise in usual.items()}


def _codes(bind: etree._Element | None) -> dict[str, str] | None:
    if bind is None:
        return None
    codes = {key: bind.get(f"{DT}{key}") for key in ("row", "col")}
    return {key: code for key, code in codes.items() if code} or None
