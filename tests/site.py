"""The whole product on a port of its own, with the cast in its database: for tests that need a real server.

On PostgreSQL (DIEUTRA_DATABASE) it gets a fresh database there, otherwise a SQLite file.
"""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from dieutra.rehearsal.server import Server

ROOT = Path(__file__).parents[1]
SEED = "import django; django.setup(); from tests.cast import make_world; make_world()"


def fresh_database() -> str:
    url = os.environ.get("DIEUTRA_DATABASE", "")
    if not url.startswith("postgresql"):
        return ""
    name = f"site_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return f"{url.rpartition('/')[0]}/{name}"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("site"), fresh_database()) as server:
        subprocess.run([sys.executable, "-c", SEED], env=server.environment, cwd=ROOT, check=True)
        yield server
