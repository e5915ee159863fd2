"""A real server with people answering an opinion survey is killed in the middle: whoever holds a receipt has answered."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

from dieutra.rehearsal.server import Server
from tests.opinions.rush import Person, at, counted, lost, rush, seeded
from tests.site import Prepared


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Prepared(tmp_path_factory.mktemp("opinions"), tmp_path_factory, processes=2) as server:
        yield server


@pytest.fixture(scope="module")
def people(server: Server) -> list[Person]:
    return seeded(server, 700)


def killed_and_up_again(server: Server, after: float) -> None:
    def falls() -> None:
        server.kill()
        time.sleep(0.5)
        server.start()

    falling = at(after, falls)
    falling.join()


def answered_while_it_falls(server: Server, people: list[Person], rate: float, after: float) -> None:
    from threading import Thread

    falling = Thread(target=killed_and_up_again, args=(server, after))
    falling.start()
    rush(people, server.url, rate)
    falling.join()


def reconciled(server: Server, people: list[Person]) -> None:
    found = counted(server)
    assert lost(people, found) == []
    assert [it.trouble for it in people if it.trouble] == []
    assert all(it.receipt for it in people)
    # an answer that was written while its reply was lost was found by sending again: none is there twice
    assert found["rows"] == len(found["answered"]) == found["bursts"]
    assert len({it.receipt for it in people}) == len(people)


def test_no_acknowledged_answer_is_lost_when_the_server_is_killed(
    server: Server, people: list[Person]
) -> None:
    some = people[:80]
    answered_while_it_falls(server, some, rate=16, after=2.5)
    reconciled(server, some)
    assert any(it.again for it in some)


def test_the_log_of_the_server_knows_nothing_of_them(server: Server, people: list[Person]) -> None:
    text = (server.folder / "server.log").read_text()
    assert "y-kien" not in text
    assert not any(it.token in text or (it.receipt and it.receipt in text) for it in people)


@pytest.mark.heavy
def test_fifty_answers_a_second_for_ten_seconds_with_a_fall(server: Server, people: list[Person]) -> None:
    many = people[80:580]
    answered_while_it_falls(server, many, rate=50, after=4)
    reconciled(server, people[:580])


def test_everything_is_in_files_of_the_server(server: Server) -> None:
    """The key lies beside the database, readable by its owner."""
    keys = list(Path(server.environment["DIEUTRA_VAR"]).glob("keys/*.key"))
    assert [it.stat().st_mode & 0o777 for it in keys] == [0o600]
