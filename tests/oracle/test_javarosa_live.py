"""JavaRosa, asked now, gives what the vectors say that it gave."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.oracle.make_vectors import TARGET, asked, cases

pytestmark = pytest.mark.skipif(
    shutil.which("javac") is None, reason="no JDK; scripts/test --all installs one"
)


def test_javarosa_still_gives_every_value_that_the_vectors_expect() -> None:
    """Compiles Evaluate.java against the ODK_Validate.jar of pyxform and runs each expression in it."""
    kept = json.loads(TARGET.read_text())["vectors"]
    fresh = asked(cases())
    assert [case["name"] for case in fresh] == [case["name"] for case in kept]
    assert [(now["name"], now["expect"]) for now, then in zip(fresh, kept, strict=True) if now != then] == []
