"""Two versions of a questionnaire side by side: what was added, removed, moved, and what changed where.

Nodes are held together by path, then by name where only one node on each side bears it. A node that was renamed
cannot be known for sure: it is offered as a candidate, for the author to confirm.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from dieutra.engine.forms.form import Check, Form, Label, Node
from dieutra.engine.forms.wording import in_words, prose

# part of a node -> what a person calls it; expressions are told as text
LOGIC = {
    "required": "Bắt buộc",
    "relevant": "Điều kiện hỏi",
    "calculate": "Công thức",
    "readonly": "Chỉ đọc",
    "count": "Số dòng",
}
TEXTS = {
    "label": "Nhãn",
    "hint": "Hướng dẫn",
    "guidance": "Hướng dẫn thêm",
    "unit": "Đơn vị tính",
    "required_message": "Câu nhắc bắt buộc",
}
OTHERS = {
    "kind": "Loại",
    "type": "Kiểu",
    "default": "Mặc định",
    "codes": "Mã số",
    "itemset": "Danh sách chọn",
    "range": "Khoảng",
    "media": "Loại tệp",
    "sets": "Giá trị tự điền",
    "preload": "Thông tin tự ghi",
}
CHECK_PARTS = {"severity": "Mức", "where": "Nơi báo", "level": "Cấp xem", "justify": "Giải trình"}


@dataclass(frozen=True)
class Place:
    """A node as a list names it."""

    path: str
    name: str
    kind: str
    type: str | None
    label: Label


@dataclass(frozen=True)
class Pair:
    """A node at its old and its new place."""

    old: Place
    new: Place


@dataclass(frozen=True)
class Change:
    """One part of a node or a check, as text before and after."""

    path: str
    label: Label
    part: str
    old: str
    new: str


@dataclass(frozen=True)
class Comparison:
    """`moved` leaves out what only went along with its container; `renamed` are candidates, also in added and removed."""

    old_version: str
    new_version: str
    added: tuple[Place, ...]
    removed: tuple[Place, ...]
    moved: tuple[Pair, ...]
    renamed: tuple[Pair, ...]
    changed: tuple[Change, ...]
    checks_added: tuple[Change, ...]
    checks_removed: tuple[Change, ...]
    checks_changed: tuple[Change, ...]

    @property
    def is_same(self) -> bool:
        lists = (self.added, self.removed, self.moved, self.changed)
        return not any((*lists, self.checks_added, self.checks_removed, self.checks_changed))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def compare(old: Form, new: Form) -> Comparison:
    """All that differs between two versions, in the new one's order."""
    routes = routes_by_name(old, new)
    arrived = set(routes.values())
    added = [node for node in new.nodes if node.path not in arrived]
    removed = [node for node in old.nodes if node.path not in routes]
    pairs = [(old.by_path[before], new.by_path[after]) for before, after in routes.items()]
    checks_added, checks_removed, checks_changed = _checks(old, new)
    return Comparison(
        old.version,
        new.version,
        tuple(map(_place, added)),
        tuple(map(_place, removed)),
        tuple(Pair(_place(a), _place(b)) for a, b in pairs if _moved(a, b, routes)),
        tuple(Pair(_place(a), _place(b)) for a, b in _renamed(removed, added, routes)),
        tuple(change for a, b in pairs for change in _changes(a, b)),
        checks_added,
        checks_removed,
        checks_changed,
    )


def routes_by_name(old: Form, new: Form) -> dict[str, str]:
    """Old place -> new place of every node that is in both: at its path, else under its name."""
    routes = {path: path for path in old.by_path if path in new.by_path}
    before, after = Counter(node.name for node in old.nodes), Counter(node.name for node in new.nodes)
    for node in old.nodes:
        following = new.by_name.get(node.name)
        if node.path in routes or following is None or following.path in old.by_path:
            continue
        if before[node.name] > 1 or after[node.name] > 1:
            continue
        if (following.type is None) == (node.type is None):
            routes[node.path] = following.path
    return routes


def _place(node: Node) -> Place:
    return Place(node.path, node.name, node.kind, node.type, node.label)


def _moved(old: Node, new: Node, routes: Mapping[str, str]) -> bool:
    went_along = routes.get(old.parent or "", "") == (new.parent or "") and old.name == new.name
    return old.path != new.path and not went_along


def _renamed(
    removed: Sequence[Node], added: Sequence[Node], routes: Mapping[str, str]
) -> Iterable[tuple[Node, Node]]:
    """Pairs of the same label, kind and type at the same place, where no other is like them."""
    gone = _alone(removed, {node.path: routes.get(node.parent or "", node.parent) for node in removed})
    come = _alone(added, {node.path: node.parent for node in added})
    return [(gone[key], come[key]) for key in gone if key in come]


def _alone(nodes: Sequence[Node], parents: Mapping[str, str | None]) -> dict[tuple[str, ...], Node]:
    keys = {node.path: _likeness(node, parents[node.path]) for node in nodes if node.label and node.type}
    counts = Counter(keys.values())
    return {keys[node.path]: node for node in nodes if node.path in keys and counts[keys[node.path]] == 1}


def _likeness(node: Node, parent: str | None) -> tuple[str, ...]:
    label = next(iter(node.label.values()), "").casefold().strip()
    return node.kind, node.type or "", label, str(sorted((node.codes or {}).items())), str(parent)


# --- what changed in a node


def _changes(old: Node, new: Node) -> list[Change]:
    before, after = old.to_json(), new.to_json()
    found = [(LOGIC[key], in_words(before.get(key)), in_words(after.get(key))) for key in LOGIC]
    for key, words in TEXTS.items():
        found += _texts(words, before.get(key) or {}, after.get(key) or {})
    found += [(words, _plain(before.get(key)), _plain(after.get(key))) for key, words in OTHERS.items()]
    found += _listed("Lựa chọn", *(_by("value", it.get("choices")) for it in (before, after)))
    found += _listed("Cột", *(_by("name", it.get("columns")) for it in (before, after)))
    appearance = [" ".join(each["appearance"]) for each in (before, after)]
    found.append(("Trình bày", appearance[0], appearance[1]))
    return [Change(new.path, new.label, part, a, b) for part, a, b in found if a != b]


def _texts(words: str, old: Label, new: Label) -> list[tuple[str, str, str]]:
    languages = dict.fromkeys([*old, *new])
    return [(f"{words} ({it})", prose(old.get(it, "")), prose(new.get(it, ""))) for it in languages]


def _by(key: str, parts: Sequence[Mapping[str, Any]] | None) -> dict[str, Label]:
    """The labels of choices or columns by value or name."""
    return {part[key]: part["label"] for part in parts or ()}


def _listed(
    words: str, before: Mapping[str, Label], after: Mapping[str, Label]
) -> list[tuple[str, str, str]]:
    found = []
    for value in dict.fromkeys([*before, *after]):
        a, b = before.get(value), after.get(value)
        if a is None or b is None:
            found.append((words, _choice(value, a), _choice(value, b)))
        else:
            found += _texts(f"{words} {value}", a, b)
    return found


def _choice(value: str, label: Label | None) -> str:
    return "" if label is None else f"{value} = {next(iter(label.values()), '')}"


def _plain(value: Any) -> str:
    """Parts without a wording of their own; expressions inside them as text."""
    if value is None:
        return ""
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_plain(each)}" for key, each in value.items() if each is not None)
    if isinstance(value, list):
        return _expression_or_list(value)
    return str(value)


def _expression_or_list(value: list[Any]) -> str:
    try:
        return in_words(value)
    except (ValueError, IndexError, KeyError, TypeError, AttributeError):
        return ", ".join(map(_plain, value))


# --- checks


def _checks(old: Form, new: Form) -> tuple[tuple[Change, ...], tuple[Change, ...], tuple[Change, ...]]:
    before = {check.name: check for check in old.checks}
    after = {check.name: check for check in new.checks}
    added = [_whole("", check, new) for name, check in after.items() if name not in before]
    removed = [_whole("old", check, old) for name, check in before.items() if name not in after]
    changed = [
        change
        for name, check in after.items()
        if name in before
        for change in _check_changes(before[name], check, new)
    ]
    return tuple(added), tuple(removed), tuple(changed)


def _whole(side: str, check: Check, form: Form) -> Change:
    text = in_words(check.expr)
    return Change(
        check.where, _label_at(form, check.where), check.name, text if side else "", "" if side else text
    )


def _check_changes(old: Check, new: Check, form: Form) -> list[Change]:
    found = [("Biểu thức", in_words(old.expr), in_words(new.expr))]
    found += [
        (words, _plain(getattr(old, key)), _plain(getattr(new, key))) for key, words in CHECK_PARTS.items()
    ]
    found += _texts("Câu báo", old.message, new.message)
    label = _label_at(form, new.where)
    return [Change(new.where, label, f"{new.name}: {part}", a, b) for part, a, b in found if a != b]


def _label_at(form: Form, path: str) -> Label:
    node = form.by_path.get(path)
    return node.label if node is not None else {}
