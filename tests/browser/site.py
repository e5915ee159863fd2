"""The whole product on a port of its own, with the cast in its database: what the browser tests of the main job visit."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dieutra.rehearsal.server import Server

ROOT = Path(__file__).parents[2]
SEED = "import django; django.setup(); from tests.cast import make_world; make_world()"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("site")) as server:
        subprocess.run([sys.executable, "-c", SEED], env=server.environment, cwd=ROOT, check=True)
        yield server
