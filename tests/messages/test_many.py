"""40,000 mails over sockets on a database of their own: none twice, none lost, no more than the burst allows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.site import ROOT, fresh_database


@pytest.mark.parametrize("count", [400, pytest.param(40_000, marks=pytest.mark.heavy)])
def test_a_wave_is_planned_throttled_and_accounted_for(tmp_path: Path, count: int) -> None:
    environment = os.environ | {
        "DIEUTRA_VAR": str(tmp_path), "DIEUTRA_LOG": "ERROR", "DJANGO_SETTINGS_MODULE": "dieutra.settings",
    }  # fmt: skip
    environment.pop("DIEUTRA_DATABASE", None)
    if url := fresh_database():
        environment["DIEUTRA_DATABASE"] = url
    done = subprocess.run(
        [sys.executable, "bench/mails.py", str(count)],
        env=environment, cwd=ROOT, check=True, capture_output=True, text=True, timeout=120 + count / 10,
    )  # fmt: skip
    print(done.stdout)
    found = json.loads(done.stdout.splitlines()[-1])
    states = found["states"]
    assert sum(states.values()) == found["mails"] == count + 4, "every message stands in one state"
    assert set(states) == {"sent", "bounced", "deferred"}
    assert states["bounced"] == sum(str(n).startswith("7") for n in range(count))
    assert states["deferred"] == sum(str(n).startswith("8") for n in range(count))
    assert states["sent"] == found["arrived"] == found["different"], "each arrived once"
    assert found["left_in_burst"] == found["burst"]
    if count >= 40_000:
        # near ten; a hundred when each post reads all cases; wall-clock time of a machine that is shared
        assert found["tenfold"] < 60, "planning does not grow with the square"
