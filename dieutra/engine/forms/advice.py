"""What an author should look at again in a form that loads: what nobody reads, never happens or is not translated.

A warning is certain; an info may be meant so, or rests on made-up responses and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dieutra.engine.forms.cells import Cells
from dieutra.engine.forms.form import Check, Form
from dieutra.engine.forms.reasoning import EITHER, NO, YES, Outcome, Reasoning
from dieutra.engine.forms.remarks import Advice, at_cell, by_cell, in_workbook_order
from dieutra.engine.forms.translation import untranslated
from dieutra.engine.forms.trials import run_trials
from dieutra.engine.forms.tried import TRUE, tried
from dieutra.engine.forms.wording import REFERENCE, name_of
from dieutra.engine.forms.workbook import Row, Workbook
from dieutra.engine.lang import Ast, place_of

LONGEST = {"question": 400, "cell": 160, "row": 200, "choice": 200}


def advise(form: Form, book: Workbook, trials: int = 300, seconds: float = 10.0) -> list[Advice]:
    """All remarks on a form and the workbook that it was loaded from, in the workbook's order."""
    cells, reasoning = Cells(book), Reasoning(form)
    outcomes = {check.name: _outcome(check, reasoning) for check in form.checks}
    relevance = {node.path: reasoning.relevance(node) for node in form.nodes if node.relevant is not None}
    unreachable = _unreachable(form, relevance)
    found = [*_unread(form, cells, unreachable), *_unused_lists(book), *_long_labels(form, book, cells)]
    found += _relevance(form, cells, relevance, unreachable)
    found += _checks(form, cells, outcomes)
    found += [Advice("warning", *each) for each in untranslated(book, form.languages)]
    if trials:
        found += tried(form, cells, run_trials(form, trials, seconds), outcomes, relevance, unreachable)
    return in_workbook_order(found)


def _outcome(check: Check, reasoning: Reasoning) -> tuple[Outcome, frozenset[str]]:
    """A plain `true()` is meant: it takes a column's constraint away from one cell."""
    outcome = reasoning.check(check)
    return (EITHER if check.expr == TRUE else outcome), frozenset(reasoning.used)


# --- what nobody reads


def references(part: Any) -> Iterator[str]:
    """Places that anything of a form's JSON reads: expressions, and `${…}` in texts."""
    if isinstance(part, str):
        yield from (place_of(path) for path in REFERENCE.findall(part))
    elif isinstance(part, Mapping):
        for each in part.values():
            yield from references(each)
    elif isinstance(part, list):
        if len(part) > 1 and part[0] in ("path", "where", "outer") and isinstance(part[1], str):
            yield part[1]
        for each in part:
            yield from references(each)


def _unread(form: Form, cells: Cells, unreachable: Mapping[str, str]) -> Iterator[Advice]:
    """Calculations whose value reaches nobody: not a question, check, message or label that can be seen."""
    reads = {node.path: set(references(node.to_json())) - {node.path} for node in form.nodes}
    for node in form.nodes:
        prefix = f"{node.path}/"
        reads[node.path] |= {read for read in reads[node.path] if read.startswith(prefix)}
    seen = [
        node.path
        for node in form.nodes
        if node.kind not in ("calculate", "hidden") and node.path not in unreachable
    ]
    alive = set(seen)
    waiting = [*seen]
    for check in form.checks:
        waiting += references(check.to_json()) if check.where not in unreachable else ()
    waiting += references(form.title)
    while waiting:
        path = waiting.pop()
        alive.add(path)
        waiting += [read for read in reads.get(path, ()) if read not in alive]
    everywhere = {read for found in reads.values() for read in found}
    for node in form.nodes:
        if node.kind != "calculate" or node.path in alive:
            continue
        if node.path in everywhere:
            why = "chỉ được dùng ở chỗ không bao giờ hiện hoặc ở công thức không ai dùng"
        else:
            why = "không câu hỏi, kiểm tra, câu báo hay nhãn nào dùng"
        message = f"Kết quả của “{node.name}” {why}. Hãy bỏ đi, nếu không cần nó khi xuất số liệu."
        yield at_cell("info", cells.at(node.path, "calculation"), message)


def _unused_lists(book: Workbook) -> Iterator[Advice]:
    """Lists of `choices` that no question offers and no expression reads."""
    first: dict[str, Row] = {}
    for row in book.get("choices", []):
        first.setdefault(row.get("list_name"), row)
    elsewhere = [row for sheet, rows in book.items() if sheet != "choices" for row in rows]
    words = {word for row in elsewhere for word in row.get("type").split()[1:]}
    texts = [
        text for row in elsewhere for text in row.cells.values() if "instance(" in text or "pulldata(" in text
    ]
    for name, row in first.items():
        read = any(f"'{name}'" in text or f'"{name}"' in text for text in texts)
        if name and name not in words and not read:
            message = (
                f"Không câu hỏi nào dùng danh sách “{name}”. Hãy bỏ danh sách, hoặc xem lại tên ở cột type."
            )
            yield Advice("warning", "choices", row.number, "list_name", message)


def _long_labels(form: Form, book: Workbook, cells: Cells) -> Iterator[Advice]:
    for node in form.nodes:
        most, longest = LONGEST.get(node.kind, 0), max(map(len, node.label.values()), default=0)
        if most and longest > most:
            message = (
                f"Nhãn dài {longest} ký tự. Hãy rút còn dưới {most} và chuyển phần giải thích sang cột hint."
            )
            yield at_cell("info", cells.at(node.path, "label"), message)
    for row in book.get("choices", []):
        for column, text in row.starting("label").items():
            if len(text) > LONGEST["choice"]:
                message = f"Nhãn của lựa chọn dài {len(text)} ký tự. Hãy rút còn dưới {LONGEST['choice']}."
                yield Advice("info", "choices", row.number, column, message)


# --- what can never happen


def _unreachable(form: Form, relevance: Mapping[str, Outcome]) -> dict[str, str]:
    """Path -> the node whose condition keeps it from ever being asked."""
    found: dict[str, str] = {}
    for node in form.nodes:
        if node.parent in found:
            found[node.path] = found[node.parent]
        elif relevance.get(node.path) == NO:
            found[node.path] = node.path
    return found


def _relevance(
    form: Form, cells: Cells, relevance: Mapping[str, Outcome], unreachable: Mapping[str, str]
) -> Iterator[Advice]:
    for path, outcome in relevance.items():
        cell = cells.at(path, "relevant")
        if outcome == NO:
            inner = [form.by_path[it] for it, by in unreachable.items() if by == path]
            required = [node.name for node in inner if node.required is not None and node.type]
            message = f"Điều kiện này không bao giờ đúng, nên “{name_of(path)}” không bao giờ được hỏi."
            if required:
                message += f" Trong đó có câu bắt buộc: {_some(required)}."
            yield at_cell("warning", cell, message)
        elif outcome == YES:
            message = "Điều kiện này luôn đúng. Hãy bỏ đi, hoặc xem lại biểu thức."
            yield at_cell("warning", cell, message)


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" và {len(names) - 3} câu khác" if len(names) > 3 else "")


def _checks(
    form: Form, cells: Cells, outcomes: Mapping[str, tuple[Outcome, frozenset[str]]]
) -> Iterator[Advice]:
    """Proven: checks that cannot fail or cannot hold, those that repeat a constraint or another check."""
    twins = _twins(form)
    for cell, checks in by_cell(form.checks, cells).items():
        repeated = [check for check in checks if check.name in twins]
        if repeated:
            message = f"Giống hệt {_named(twins[repeated[0].name])}, nên báo hai lần cùng một lỗi."
            yield at_cell("warning", cell, message + _share(repeated, checks))
            continue
        never = [check for check in checks if outcomes[check.name][0] == YES]
        always = [check for check in checks if outcomes[check.name][0] == NO]
        if never:
            yield at_cell(
                "warning", cell, _never(never[0], outcomes[never[0].name][1]) + _share(never, checks)
            )
        if always:
            words = (
                "Không giá trị nào đạt được ràng buộc này"
                if always[0].is_constraint
                else "Kiểm tra này luôn báo"
            )
            yield at_cell("warning", cell, f"{words}. Hãy xem lại biểu thức.{_share(always, checks)}")


def _never(check: Check, used: frozenset[str]) -> str:
    if check.is_constraint:
        return "Ràng buộc này giá trị nào cũng đạt, nên không có tác dụng."
    if used:
        names = ", ".join(sorted(f"“{name_of(path)}”" for path in used))
        return f"Không bao giờ báo khi ràng buộc của {names} được giữ: lỗi đã được chặn ở đó trước."
    return "Biểu thức luôn đúng, nên kiểm tra này không bao giờ báo."


def _share(some: list[Check], every: list[Check]) -> str:
    return "" if len(some) == len(every) else f" (Ở {len(some)} trong {len(every)} ô của bảng.)"


def _twins(form: Form) -> dict[str, str]:
    """Check -> an earlier check or constraint of the same expression, severity apart."""
    first: dict[str, str] = {}
    found: dict[str, str] = {}
    for check in sorted(form.checks, key=lambda it: not it.is_constraint):
        if not check.paths:
            continue
        key = f"{check.level}|{_without_self(check.expr, check.where)}"
        if key in first:
            found[check.name] = first[key]
        first.setdefault(key, check.name)
    return found


def _without_self(ast: Ast, at: str) -> Ast:
    if ast[0] == "self":
        return ["path", at]
    return [_without_self(part, at) if isinstance(part, list) else part for part in ast]


def _named(check: str) -> str:
    name = check.removesuffix(".constraint")
    return f"ràng buộc của “{name}”" if name != check else f"kiểm tra {check}"
