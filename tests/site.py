"""The whole product on a port of its own, with the cast in its database: for tests that need a real server.

On PostgreSQL (DIEUTRA_DATABASE) it gets a fresh database there, otherwise a SQLite file.
"""

from __future__ import annotations

import fcntl
import os
import shutil
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


class Prepared(Server):
    """A server with an empty house: a copy of one that is made once for all processes of a test run.

    Making it takes 10 seconds of a processor, copying it a part of one. On PostgreSQL the copy is a database made from
    a template.
    """

    name, seed = "prepared", ""

    def __init__(self, folder: Path, factory: pytest.TempPathFactory, processes: int = 1) -> None:
        self.template, database = template_of(factory, self.name, self.seed)
        super().__init__(folder, copy_of(database) if database else "", processes)

    def prepare(self) -> None:
        shutil.copytree(self.template, self.folder, dirs_exist_ok=True)


class Seeded(Prepared):
    """The same with the cast in its database."""

    name, seed = "seeded", SEED


def template_of(factory: pytest.TempPathFactory, name: str, seed: str) -> tuple[Path, str]:
    """The folder of the prepared server, and its database unless that is a file there; whoever needs it first makes it."""
    base = factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    made = shared.with_suffix(".made")
    with shared.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            server = Server(shared, fresh_database())
            shared.mkdir()
            server.prepare()
            if seed:
                subprocess.run([sys.executable, "-c", seed], env=server.environment, cwd=ROOT, check=True)
            made.write_text(server.environment["DIEUTRA_DATABASE"])
    database = made.read_text()
    return shared, database if database.startswith("postgresql") else ""


def copy_of(database: str) -> str:
    before, _, template = database.rpartition("/")
    name = f"site_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(os.environ["DIEUTRA_DATABASE"], autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    return f"{before}/{name}"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Seeded(tmp_path_factory.mktemp("site"), tmp_path_factory) as server:
        yield server
