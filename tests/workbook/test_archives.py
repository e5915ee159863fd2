"""All workbooks of a large area: made in the background, kept for a day, by whoever may hand them out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dieutra.cases import actions
from dieutra.cases.models import Case
from dieutra.channels.workbook import archive as archives
from dieutra.channels.workbook import handing, jobs
from dieutra.channels.workbook.models import Archive
from dieutra.channels.workbook.read import read_workbook
from dieutra.events.models import Event
from dieutra.jobs.actions import run, take
from dieutra.jobs.models import Job
from dieutra.web.manager import workbooks
from tests.cast import World, path_of

Desk = Callable[[str], Client]


@pytest.fixture(autouse=True)
def small_areas_are_large(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.FILES_DIR = tmp_path / "files"
    monkeypatch.setattr(workbooks, "AT_ONCE", 1)
    monkeypatch.setattr(handing, "AT_ONCE", 1)
    return tmp_path / "files"


def asked(client: Client, area: str = "347") -> Archive:
    assert client.post(reverse("workbooks"), {"area": area}).status_code == 302
    return Archive.objects.latest("pk")


def work_all() -> None:
    while (job := take()) is not None:
        run(job)
        assert Job.objects.get(pk=job.pk).state == Job.State.DONE, Job.objects.get(pk=job.pk).note


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_an_archive_is_made_in_the_background_and_fetched_from_the_page(
    world: World, at_the_desk: Desk
) -> None:
    case, client = world.case("don.vi"), at_the_desk("co.huyen")
    actions.save_draft(world.user("don.vi"), case, 0, {path_of(case, "dia_chi"): "Điều bí mật"}, {})
    archive = asked(client)
    page = client.get(reverse("workbooks"), {"area": "347"}).content.decode()
    assert "Đang lập tệp nén: 0 trên 2 tệp" in page
    url = reverse("workbook_archive", args=[archive.pk])
    assert client.get(url).status_code == 404
    work_all()
    assert url in client.get(reverse("workbooks"), {"area": "347"}).content.decode()
    content = b"".join(client.get(url).streaming_content)  # type: ignore[attr-defined]
    with zipfile.ZipFile(io.BytesIO(content)) as bound:
        assert bound.namelist() == ["phieu-DANG-PL.xlsx", "phieu-UBND-PL.xlsx"]
        read = read_workbook(bound.read("phieu-UBND-PL.xlsx"), case)
    assert (read.draft_version, dict(read.changes)) == (1, {})
    assert "Điều bí mật" not in read.answers.values()
    assert Event.objects.get(verb="workbooks.handed_out").facts == {"cases": 2}


def test_asking_twice_while_it_is_being_made_makes_one(world: World, at_the_desk: Desk) -> None:
    assert asked(at_the_desk("co.huyen")) == asked(at_the_desk("anh.giam.sat"))
    assert Archive.objects.count() == Job.objects.filter(kind="workbook.archive").count() == 1


def test_a_worker_killed_in_the_middle_is_followed_by_one_that_goes_on(
    world: World, at_the_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, plain = asked(at_the_desk("co.huyen")), archives.make_one
    made: list[int] = []

    def killed(of: Archive, case: Case) -> None:
        plain(of, case)
        made.append(case.pk)
        if len(made) == 1:
            raise SystemExit(9)

    monkeypatch.setattr(archives, "make_one", killed)
    work = take()
    assert work is not None
    with pytest.raises(SystemExit):
        jobs.make_archive(work)
    jobs.make_archive(work)
    assert len(made) == len(set(made)) == 2
    assert Archive.objects.get(pk=archive.pk).ready_at


def test_an_archive_goes_in_turns_that_let_other_work_pass(
    world: World, at_the_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "TURN", 0.0)
    archive = asked(at_the_desk("co.huyen"))
    work_all()
    assert Job.objects.filter(kind="workbook.archive").count() == 3
    assert Archive.objects.get(pk=archive.pk).done == 2


def test_an_archive_is_removed_a_day_after_it_was_ready(
    world: World, at_the_desk: Desk, small_areas_are_large: Path
) -> None:
    client = at_the_desk("co.huyen")
    archive = asked(client)
    work_all()
    jobs.clear(Job())
    url = reverse("workbook_archive", args=[archive.pk])
    assert client.get(url).status_code == 200
    late = timezone.now() - timedelta(hours=25)
    Archive.objects.filter(pk=archive.pk).update(asked_at=late, ready_at=late)
    jobs.clear(Job())
    assert client.get(url).status_code == 404
    assert files_in(small_areas_are_large) == []
    assert asked(client).pk != archive.pk


@pytest.mark.parametrize("username", ["nguoi.la", "bac.ban.chi.dao", "anh.thong.ke", "don.vi"])
def test_nobody_else_fetches_an_archive(world: World, at_the_desk: Desk, username: str) -> None:
    archive = asked(at_the_desk("co.huyen"))
    work_all()
    url = reverse("workbook_archive", args=[archive.pk])
    assert at_the_desk(username).get(url).status_code == 404
    assert at_the_desk("ong.tinh").get(url).status_code == 200


def test_an_area_with_nothing_to_fill_makes_no_archive(world: World, at_the_desk: Desk) -> None:
    Case.objects.filter(path__startswith=world.listing("347").path).update(state="accepted")
    with pytest.raises(handing.NotNow, match="không có phiếu nào"):
        workbooks.ask_archive(world.user("co.huyen"), world.campaign, world.listing("347").area)
