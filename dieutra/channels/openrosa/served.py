"""The XForm as Collect gets it: the published one, with a first question that asks which unit is being visited.

The question takes its choices from the attachment `don-vi.csv`, which every collector gets with her own units. What
the frame knows about the unit is shown at once: fixed identification is looked up, the rest is filled in when the unit
is chosen. A form that itself reads `don-vi.csv` is served as it is, and its own question names the unit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from dieutra.engine.forms.form import Form, Node

LIST_FILE = "don-vi.csv"
SOURCE = f"jr://file-csv/{LIST_FILE}"
INSTANCE = "dieutra-don-vi"
GROUP, QUESTION = "dieutra", "don_vi"
KEY_COLUMN, LABEL_COLUMN = "name", "label"
RESERVED = frozenset({KEY_COLUMN, LABEL_COLUMN})

XF = "http://www.w3.org/2002/xforms"
XH = "http://www.w3.org/1999/xhtml"
JR = "http://openrosa.org/javarosa"
N = {"x": XF, "h": XH}
WORDS = {
    "group": {"vi": "Đơn vị được điều tra", "en": "The unit visited"},
    "label": {"vi": "Chọn đơn vị", "en": "Choose the unit"},
    "hint": {
        "vi": "Gõ vài chữ trong tên hoặc mã đơn vị để tìm. Chỉ có các đơn vị được giao mà phiếu chưa gửi.",
        "en": "Type part of the name or code. Only units assigned to you whose form is still open are listed.",
    },
    "required": {"vi": "Hãy chọn đơn vị được điều tra.", "en": "Choose the unit visited."},
}


@dataclass(frozen=True)
class Served:
    """`xml` for Collect; `key_path`: where in a submission the unit's key stands; `own`: in a question of the form."""

    xml: bytes
    key_path: str
    own: bool


def column_of(name: str) -> str:
    """The column of don-vi.csv that holds a question's prefilled answer."""
    return f"{name}_" if name in RESERVED else name


def serve(xform: str, form: Form, prefilled: Iterable[str]) -> Served:
    """The form for Collect; `prefilled` are the names of questions whose answers the frame knows."""
    return _serve(xform, tuple(_prefilled_nodes(form, prefilled)), form.languages)


def _prefilled_nodes(form: Form, names: Iterable[str]) -> Iterable[tuple[str, str, bool]]:
    """(path, name, fixed) of prefilled questions; what stands inside a repeat belongs to no single unit."""
    repeats = tuple(f"{node.path}/" for node in form.nodes if node.kind == "repeat")
    for name in sorted(set(names)):
        node = form.by_name.get(name)
        if node is not None and not node.path.startswith(repeats) and node.calculate is None:
            yield node.path, name, _is_fixed(node)


def _is_fixed(node: Node) -> bool:
    return node.readonly is not None


@lru_cache(maxsize=16)
def _serve(xform: str, prefilled: tuple[tuple[str, str, bool], ...], languages: tuple[str, ...]) -> Served:
    root = etree.fromstring(xform.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    if (own := _own_question(root)) is not None:
        return Served(xform.encode(), own, True)
    group = _free_name(root)
    path = f"/data/{group}/{QUESTION}"
    _into_model(root, group, path, prefilled)
    _into_body(root, group, path, [it for it in prefilled if not it[2]])
    return Served(etree.tostring(root, xml_declaration=True, encoding="UTF-8"), path, False)


def _own_question(root: etree._Element) -> str | None:
    """The path of the form's own question over don-vi.csv."""
    for instance in root.iterfind(f".//{{{XF}}}instance"):
        if instance.get("src") == SOURCE:
            start = f"instance('{instance.get('id')}')"
            for items in root.iterfind(f".//{{{XF}}}itemset"):
                if (items.get("nodeset") or "").replace(" ", "").startswith(start):
                    question = items.getparent()
                    return None if question is None else question.get("ref")
    return None


def _free_name(root: etree._Element) -> str:
    """`dieutra`, or with a line under it where the form has a question of this name."""
    taken = {str(etree.QName(node).localname) for node in _data(root)}
    name = GROUP
    while name in taken:
        name += "_"
    return name


def _model(root: etree._Element) -> etree._Element:
    found = root.find("h:head/x:model", N)
    if found is None:
        raise ValueError("an XForm without a model was published")
    return found


def _data(root: etree._Element) -> etree._Element:
    primary = _model(root).find("x:instance", N)
    if primary is None or not len(primary):
        raise ValueError("an XForm without a primary instance was published")
    return primary[0]


def _looked_up(path: str, name: str) -> str:
    return f"instance('{INSTANCE}')/root/item[{KEY_COLUMN} = {path}]/{column_of(name)}"


def _into_model(
    root: etree._Element, group: str, path: str, prefilled: tuple[tuple[str, str, bool], ...]
) -> None:
    model, data = _model(root), _data(root)
    space = etree.QName(data).namespace or XF
    node = etree.Element(f"{{{space}}}{group}")
    etree.SubElement(node, f"{{{space}}}{QUESTION}")
    data.insert(0, node)
    primary = model.find("x:instance", N)
    assert primary is not None
    primary.addnext(etree.Element(f"{{{XF}}}instance", {"id": INSTANCE, "src": SOURCE}))
    binds = model.findall("x:bind", N)
    bind = etree.Element(f"{{{XF}}}bind", {"nodeset": path, "type": "string", "required": "true()"})
    _say(root, bind, f"{{{JR}}}requiredMsg", path, "required", attribute=True)
    (binds[0].addprevious if binds else model.append)(bind)
    by_path = {it.get("nodeset"): it for it in binds}
    for place, name, fixed in prefilled:
        if fixed and (known := by_path.get(place)) is not None:
            known.set("calculate", _looked_up(path, name))


def _into_body(root: etree._Element, group: str, path: str, editable: list[tuple[str, str, bool]]) -> None:
    body = root.find("h:body", N)
    if body is None:
        raise ValueError("an XForm without a body was published")
    box = etree.Element(f"{{{XF}}}group", {"ref": f"/data/{group}"})
    _say(root, box, "label", f"/data/{group}", "group")
    question = etree.SubElement(box, f"{{{XF}}}select1", {"ref": path, "appearance": "minimal autocomplete"})
    _say(root, question, "label", path, "label")
    _say(root, question, "hint", path, "hint")
    items = etree.SubElement(question, f"{{{XF}}}itemset", {"nodeset": f"instance('{INSTANCE}')/root/item"})
    etree.SubElement(items, f"{{{XF}}}value", {"ref": KEY_COLUMN})
    etree.SubElement(items, f"{{{XF}}}label", {"ref": LABEL_COLUMN})
    for place, name, _ in editable:
        etree.SubElement(
            question,
            f"{{{XF}}}setvalue",
            {"event": "xforms-value-changed", "ref": place, "value": _looked_up(path, name)},
        )
    body.insert(0, box)


def _say(
    root: etree._Element, at: etree._Element, name: str, path: str, words: str, attribute: bool = False
) -> None:
    """A text in every language of the form: as itext where the form has it, else plainly."""
    itext = _model(root).find("x:itext", N)
    told = WORDS[words]
    if itext is None:
        text, reference = told["vi"], None
    else:
        text_id = f"{path}:dieutra-{words}"
        for translation in itext.findall("x:translation", N):
            language = "en" if "(en)" in (translation.get("lang") or "") else "vi"
            entry = etree.SubElement(translation, f"{{{XF}}}text", {"id": text_id})
            etree.SubElement(entry, f"{{{XF}}}value").text = told[language]
        text, reference = "", f"jr:itext('{text_id}')"
    if attribute:
        at.set(name, reference or text)
        return
    element = etree.SubElement(at, f"{{{XF}}}{name}")
    if reference:
        element.set("ref", reference)
    else:
        element.text = text
