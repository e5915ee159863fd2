"""The order in which nodes are worked out: each after its container and after what its expressions read."""

from __future__ import annotations

from collections.abc import Callable

from dieutra.engine.forms.form import Form, Node
from dieutra.engine.lang import paths


class Cycle(Exception):
    """Expressions that wait for one another; `paths` goes round once, the first path repeated at the end."""

    def __init__(self, around: list[str]) -> None:
        super().__init__(" → ".join(around))
        self.paths = around


def reads(node: Node) -> list[str]:
    """What must be known before the node: its container and the places in `relevant`, `calculate` and `count`.

    `.` in a calculation is what the node held before, so it is not waited for.
    """
    found = [node.parent] if node.parent else []
    if node.relevant is not None:
        found += paths(node.relevant, node.path)
    if node.calculate is not None:
        found += paths(node.calculate)
    if node.count is not None:
        found += paths(node.count)
    return found


def reads_in_javarosa(node: Node) -> list[str]:
    """The same as JavaRosa counts it: `required` and `readonly` wait too, and may not read their own node."""
    found = reads(node)
    for ast in (node.required, node.readonly):
        found += paths(ast, node.path) if ast is not None else []
    return found


Reads = Callable[[Node], list[str]]


def in_order(form: Form, wait: Reads = reads) -> list[Node]:
    """All nodes, as near to document order as their expressions allow. Raises Cycle."""
    done: list[Node] = []
    state: dict[str, bool] = {}
    for node in form.nodes:
        _visit(node, form, state, done, wait)
    return done


def _visit(start: Node, form: Form, state: dict[str, bool], done: list[Node], wait: Reads) -> None:
    """Depth first without recursion; `state` is False while a node is open, True once it is placed."""
    if start.path in state:
        return
    state[start.path] = False
    trail = [(start, iter(wait(start)))]
    while trail:
        node, waiting = trail[-1]
        path = next(waiting, None)
        if path is None:
            trail.pop()
            state[node.path] = True
            done.append(node)
        elif path not in state and path in form.by_path:
            following = form.by_path[path]
            state[path] = False
            trail.append((following, iter(wait(following))))
        elif state.get(path) is False:
            around = [each.path for each, _ in trail]
            raise Cycle([*around[around.index(path) :], path])
