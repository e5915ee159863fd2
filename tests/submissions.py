"""Random submissions of a form: good answers with some of them changed, near by, at random or to nothing."""

from __future__ import annotations

from hypothesis import strategies as st

from dieutra.engine.forms.form import Form, Node

ODD = [
    "",
    " ",
    "0",
    "05",
    "-3",
    "12a",
    "1,5",
    "1.50",
    ".5",
    "5.",
    "1e3",
    "+5",
    "9" * 15,
    "9" * 16,
    "0.1234567890123456",
]
ODD += [
    "2021-02-30",
    "2020-02-29",
    "2021-4-1",
    "١٢",
    "x" * 2001,
    "Đào 😀",
    "1 2",
    "2 2",
    "1  4",
    "xa",
    "true",
    "-0.0",
]
ODD += ['O\'Brien "x" \\ {0}', "100.00", "1. 5"]


def answer(node: Node) -> st.SearchStrategy[str]:
    """What somebody might write there."""
    usual: list[st.SearchStrategy[str]] = [st.sampled_from(ODD)]
    if node.choices:
        values = [choice.value for choice in node.choices]
        picked = st.lists(st.sampled_from(values), max_size=3, unique=True).map(" ".join)
        usual = [st.sampled_from(values), picked, *usual]
    elif node.type in ("int", "decimal"):
        tenths = st.integers(0, 30_000).map(lambda number: f"{number / 10:.1f}")
        usual = [st.integers(-5, 5_000).map(str), tenths, *usual]
    elif node.type == "date":
        usual = [st.dates().map(str), *usual]
    else:
        usual = [st.text(max_size=12), *usual]
    return st.one_of(usual)


def submissions(form: Form, good: dict[str, str]) -> st.SearchStrategy[dict[str, str]]:
    """Good answers with up to 40 of them changed."""
    nodes = [node for node in form.nodes if node.type and node.kind != "note"]
    changes = st.lists(st.sampled_from(nodes), max_size=40, unique_by=lambda node: node.path)

    def changed(chosen: list[Node]) -> st.SearchStrategy[dict[str, str]]:
        return st.fixed_dictionaries({node.path: answer(node) for node in chosen})

    return changes.flatmap(changed).map(lambda new: good | new)
