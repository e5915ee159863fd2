"""A batch of workbooks on a real server whose worker is killed in the middle."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from dieutra.rehearsal.person import Book, Person
from dieutra.rehearsal.server import Server
from tests.cast import PASSWORD
from tests.site import ROOT, site

__all__ = ["site"]

UNITS = 24
SETUP = "import django; django.setup()\n"
MAKE = f"""
import sys, zipfile
from dieutra.campaigns.models import Campaign
from dieutra.cases.queries import cases_with_form
from dieutra.channels.workbook.handing import blank_sheet
from dieutra.channels.workbook.make import make_workbook
from tests.cast import PHU_LY, _unit
from tests.workbook.excel import put
campaign = Campaign.objects.get(slug="thu")
with zipfile.ZipFile(sys.argv[1], "w") as archive:
    for number in range({UNITS}):
        _unit(campaign, f"lo.{{number}}", f"LO-{{number}}", PHU_LY, "xa")
        case = cases_with_form().get(unit__code=f"LO-{{number}}")
        archive.writestr(f"{{number}}.xlsx", put(case, make_workbook(case, blank_sheet(case)), {{"so_vb_di": number}}))
"""
LOOK = """
import json
from dieutra.cases.models import Draft
from dieutra.channels.workbook.models import BatchFile
from dieutra.events.models import Event
print(json.dumps({
    "outcomes": sorted(BatchFile.objects.values_list("outcome", flat=True)),
    "versions": sorted(Draft.objects.filter(case__unit__code__startswith="LO-").values_list("version", flat=True)),
    "saved": Event.objects.filter(verb="draft.saved").count(),
}))
"""
WAIT = """
import time
from dieutra.events.models import Event
until = time.monotonic() + 60
while Event.objects.filter(verb="draft.saved").count() < 3 and time.monotonic() < until:
    time.sleep(0.005)
print("three" if time.monotonic() < until else "late", flush=True)
"""
LEASE_OVER = "from dieutra.jobs.models import Job\nJob.objects.update(lease_until='2020-01-01T00:00:00Z')"


def inside(server: Server, script: str, *arguments: str) -> str:
    command = [sys.executable, "-c", SETUP + script, *arguments]
    return subprocess.run(
        command, env=server.environment, cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout


def wait_for_the_third(server: Server) -> None:
    """Returns within milliseconds of the third file being taken: starting Python anew for each look takes longer than
    the worker needs for all of them.
    """
    command = [sys.executable, "-c", SETUP + WAIT]
    with subprocess.Popen(
        command, env=server.environment, cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as watch:
        assert watch.stdout is not None
        assert watch.stdout.readline() == "three\n"


def test_a_batch_goes_on_after_kill_nine_and_every_file_is_taken_once(site: Server, tmp_path: Path) -> None:
    file = tmp_path / "lo.zip"
    inside(site, MAKE, str(file))
    sender = Person(site.url, Book(), "co.huyen")
    sender.sign_in(PASSWORD)
    sender.get("/nhan-tep-excel/")
    token = {"csrfmiddlewaretoken": sender.client.cookies.get("csrftoken", ""), "area": "347"}
    answer = sender.client.post(
        "/nhan-tep-excel/",
        data=token,
        files={"files": ("lo.zip", file.read_bytes())},
        headers={"Referer": site.url},
        follow_redirects=False,
    )
    assert answer.status_code == 302, answer.text
    wait_for_the_third(site)
    site.kill()
    half = json.loads(inside(site, LOOK))
    assert 0 < half["saved"] < UNITS, half
    assert half["saved"] == len(half["versions"]) == half["outcomes"].count("findings")
    inside(site, LEASE_OVER)
    site.start()
    until = time.monotonic() + 90
    while "Đang đọc:" in sender.get(answer.headers["Location"]).text:
        assert time.monotonic() < until
        time.sleep(0.2)
    while (seen := json.loads(inside(site, LOOK)))["outcomes"].count("findings") < UNITS:
        assert time.monotonic() < until, seen
        time.sleep(0.5)
    assert seen == {"outcomes": ["findings"] * UNITS + ["opened"], "versions": [1] * UNITS, "saved": UNITS}
    assert f"{UNITS} tệp" in sender.get(answer.headers["Location"]).text
