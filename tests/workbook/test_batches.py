"""Workbooks that come back together: read in the background, one row per file, nothing twice, nothing overwritten."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from dieutra.cases import actions
from dieutra.cases.models import Case, Draft
from dieutra.cases.queries import sheet_to_fill
from dieutra.channels.workbook import batch as batches
from dieutra.channels.workbook import jobs, unpack
from dieutra.channels.workbook.handing import blank_sheet
from dieutra.channels.workbook.make import make_workbook
from dieutra.channels.workbook.models import Batch, BatchFile, CellNote
from dieutra.events.models import Event
from dieutra.jobs.actions import run, take
from dieutra.jobs.models import Job
from tests.cast import World, good_answers, path_of
from tests.workbook.excel import fill, place_of, put

Desk = Callable[[str], Client]


@pytest.fixture(autouse=True)
def files_of_its_own(settings: Any, tmp_path: Path) -> Path:
    settings.FILES_DIR = tmp_path / "files"
    return tmp_path / "files"


def blank(case: Case) -> bytes:
    return make_workbook(case, blank_sheet(case))


def send(client: Client, files: dict[str, bytes], area: str = "347") -> Batch:
    uploads = [SimpleUploadedFile(name, content) for name, content in files.items()]
    response = client.post(reverse("workbook_batches"), {"area": area, "files": uploads})
    assert response.status_code == 302, response.content.decode()
    return Batch.objects.get(pk=response.headers["Location"].rstrip("/").rpartition("/")[2])


def read_all() -> None:
    """The worker's turns until nothing is left."""
    while (job := take()) is not None:
        run(job)
        assert Job.objects.get(pk=job.pk).state == Job.State.DONE, Job.objects.get(pk=job.pk).note


def rows(batch: Batch) -> dict[str, tuple[str, int, int]]:
    return {it.name: (it.outcome, it.answers, it.findings) for it in batch.files.all()}


def said(batch: Batch, name: str) -> str:
    return batch.files.get(name=name).message


def zipped(files: dict[str, bytes], **more: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_two_units_files_go_into_their_drafts_and_nobody_has_sent_anything(
    world: World, at_the_desk: Desk
) -> None:
    one, two = world.case("don.vi"), world.case("don.vi.hai")
    files = {
        "mot.xlsx": fill(one, blank(one), good_answers(one)),
        "hai.xlsx": put(two, blank(two), {"so_vb_di": 12}),
    }
    batch = send(at_the_desk("co.huyen"), files)
    assert rows(batch) == {"mot.xlsx": ("", 0, 0), "hai.xlsx": ("", 0, 0)}
    read_all()
    found = rows(batch)
    assert found["mot.xlsx"][::2] == ("taken", 0)
    assert found["mot.xlsx"][1] > 150
    assert found["hai.xlsx"][:2] == ("findings", 1)
    assert found["hai.xlsx"][2] > 0
    assert Draft.objects.get(case=two).answers[path_of(two, "so_vb_di")] == "12"
    assert world.case("don.vi").state == world.case("don.vi.hai").state == "draft"
    saved = Event.objects.filter(verb="draft.saved", subject_id=one.pk).get()
    assert (saved.actor_id, saved.facts["ground"]) == (world.user("co.huyen").pk, "workbook.hand_out")
    Batch.objects.get(pk=batch.pk, ended_at__isnull=False)


def test_a_zip_of_workbooks_is_opened_and_every_file_has_its_row(world: World, at_the_desk: Desk) -> None:
    one, two = world.case("don.vi"), world.case("don.vi.hai")
    content = zipped(
        {
            "Phủ Lý/một.xlsx": put(one, blank(one), {"so_vb_di": 1}),
            "../../hai.xlsx": put(two, blank(two), {"so_vb_di": 2}),
            "ghi chú.txt": b"xin chao",
            "trong.zip": zipped({"x.xlsx": b"x"}),
            "__MACOSX/._mot.xlsx": b"rac",
            "~$mot.xlsx": b"khoa",
        }
    )
    batch = send(at_the_desk("co.huyen"), {"tat-ca.zip": content})
    read_all()
    assert {name: row[0] for name, row in rows(batch).items()} == {
        "tat-ca.zip": "opened",
        "một.xlsx": "findings",
        "hai.xlsx": "findings",
        "ghi chú.txt": "refused",
        "trong.zip": "refused",
    }
    assert "nằm trong tệp nén" in said(batch, "trong.zip")
    page = at_the_desk("co.huyen").get(reverse("workbook_batch", args=[batch.pk])).content.decode()
    assert "tat-ca.zip" not in page
    assert "4 tệp" in page


def test_a_file_of_no_bytes_is_counted_and_named_as_refused(world: World, at_the_desk: Desk) -> None:
    case, client = world.case("don.vi"), at_the_desk("co.huyen")
    batch = send(client, {"rong.xlsx": b"", "mot.xlsx": put(case, blank(case), {"so_vb_di": 1})})
    read_all()
    assert {name: row[0] for name, row in rows(batch).items()} == {
        "rong.xlsx": "refused",
        "mot.xlsx": "findings",
    }
    page = client.get(reverse("workbook_batch", args=[batch.pk])).content.decode()
    assert "2 tệp" in page
    assert "rong.xlsx" in page
    assert "0 byte" in page
    alone = send(client, {"rong.xlsx": b""})
    read_all()
    assert rows(alone)["rong.xlsx"][0] == "refused"
    assert Batch.objects.get(pk=alone.pk).ended_at is not None


def test_the_same_file_twice_changes_nothing_and_says_so(world: World, at_the_desk: Desk) -> None:
    case, client = world.case("don.vi"), at_the_desk("co.huyen")
    content = put(case, blank(case), {"so_vb_di": 5})
    first = send(client, {"a.xlsx": content, "b.xlsx": content})
    read_all()
    assert rows(first)["a.xlsx"][0] == "findings"
    assert rows(first)["b.xlsx"][0] == "same"
    assert "Giống hệt tệp số 1 (a.xlsx)" in said(first, "b.xlsx")
    version = Draft.objects.get(case=case).version
    actions.save_draft(
        world.user("don.vi"), world.case("don.vi"), version, {path_of(case, "so_vb_di"): "9"}, {}
    )
    again = send(client, {"a.xlsx": content})
    read_all()
    assert rows(again)["a.xlsx"] == ("same", 0, 0)
    assert Draft.objects.get(case=case).answers[path_of(case, "so_vb_di")] == "9"


def test_two_different_files_of_one_unit_are_both_refused(world: World, at_the_desk: Desk) -> None:
    case, client = world.case("don.vi"), at_the_desk("co.huyen")
    base = blank(case)
    files = {"a.xlsx": put(case, base, {"so_vb_di": 5}), "b.xlsx": put(case, base, {"so_vb_di": 6})}
    batch = send(client, files)
    read_all()
    assert {row[0] for row in rows(batch).values()} == {"refused"}
    assert "a.xlsx, b.xlsx" in said(batch, "a.xlsx")
    assert not Draft.objects.filter(case=case).exists()


def test_a_corrected_file_may_come_beside_its_older_one(world: World, at_the_desk: Desk) -> None:
    case, client = world.case("don.vi"), at_the_desk("co.huyen")
    old = put(case, blank(case), {"so_vb_di": 5})
    send(client, {"cu.xlsx": old})
    read_all()
    new = put(case, blank(case), {"so_vb_di": 6})
    batch = send(client, {"moi.xlsx": new, "cu.xlsx": old})
    read_all()
    assert rows(batch)["cu.xlsx"][0] == "same"
    assert rows(batch)["moi.xlsx"][0] == "findings"
    assert Draft.objects.get(case=case).answers[path_of(case, "so_vb_di")] == "6"


def test_a_draft_that_moved_on_the_web_is_not_overwritten(world: World, at_the_desk: Desk) -> None:
    case = world.case("don.vi")
    content = put(case, blank(case), {"so_vb_di": 5})
    actions.save_draft(world.user("don.vi"), case, 0, {path_of(case, "so_vb_di"): "7"}, {})
    batch = send(at_the_desk("co.huyen"), {"a.xlsx": content})
    read_all()
    assert rows(batch)["a.xlsx"][0] == "refused"
    assert "1 ô trong tệp khác" in said(batch, "a.xlsx")
    assert "7" not in said(batch, "a.xlsx").replace("Excel", "")
    assert Draft.objects.get(case=case).answers[path_of(case, "so_vb_di")] == "7"


def test_a_sent_form_takes_no_file(world: World, at_the_desk: Desk) -> None:
    case = world.case("don.vi")
    content = put(case, make_workbook(case, sheet_to_fill(case)), {"so_vb_di": 5})
    actions.save_draft(world.user("don.vi"), case, 0, good_answers(case), {})
    actions.submit(world.user("don.vi"), world.case("don.vi"), 1)
    batch = send(at_the_desk("co.huyen"), {"a.xlsx": content})
    read_all()
    assert "Phiếu đã gửi" in said(batch, "a.xlsx")


def test_files_from_outside_the_area_are_refused_whoever_sends_them(world: World, at_the_desk: Desk) -> None:
    stranger = world.case("don.vi.la")
    content = put(stranger, blank(stranger), {"so_vb_di": 5})
    for username in ("co.huyen", "ong.tinh"):
        batch = send(at_the_desk(username), {"la.xlsx": content})
        read_all()
        assert "ngoài địa bàn" in said(batch, "la.xlsx"), username
    assert not Draft.objects.filter(case=stranger).exists()


def test_wrong_cells_are_told_with_what_was_written_and_nothing_is_stored(
    world: World, at_the_desk: Desk
) -> None:
    case, client = world.case("don.vi"), at_the_desk("co.huyen")
    batch = send(client, {"a.xlsx": put(case, blank(case), {"so_vb_di": "<i>mười</i>", "dia_chi": "Số 1"})})
    read_all()
    note = CellNote.objects.get(file__batch=batch)
    place = place_of(case, "so_vb_di")
    assert (note.kind, note.sheet, note.cell, note.written) == (
        "wrong",
        place.sheet,
        place.cell,
        "<i>mười</i>",
    )
    page = client.get(reverse("workbook_batch_file", args=[batch.pk, 1])).content.decode()
    assert f"Trang “{place.sheet}”, ô {place.cell}" in page
    assert "<i>mười" not in page
    assert not Draft.objects.filter(case=case).exists()


def test_the_report_as_a_workbook_holds_every_file_and_every_cell(world: World, at_the_desk: Desk) -> None:
    case, client = world.case("don.vi"), at_the_desk("co.huyen")
    batch = send(client, {"=1+1.xlsx": put(case, blank(case), {"so_vb_di": "+x"}), "b.xlsx": b"khong phai"})
    read_all()
    response = client.get(reverse("workbook_batch_report", args=[batch.pk]))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))  # type: ignore[attr-defined]
    files = list(book["Tệp"].iter_rows(min_row=4, values_only=True))
    assert [(row[1], row[2], row[4]) for row in files] == [
        ("=1+1.xlsx", "UBND-PL", "Từ chối"),
        ("b.xlsx", "", "Từ chối"),
    ]
    assert book["Tệp"]["B4"].data_type == "s"
    assert book["Ô cần xem"].max_row == 4


def test_the_list_of_files_is_narrowed_by_outcome_and_by_unit(world: World, at_the_desk: Desk) -> None:
    case, client = world.case("don.vi"), at_the_desk("co.huyen")
    batch = send(client, {"tot.xlsx": put(case, blank(case), {"so_vb_di": 5}), "hong.xlsx": b"hong"})
    read_all()
    url = reverse("workbook_batch", args=[batch.pk])
    assert "tot.xlsx" not in client.get(url, {"ket-qua": "refused"}).content.decode()
    found = client.get(url, {"tim": "ubnd-pl"}).content.decode()
    assert "tot.xlsx" in found
    assert "hong.xlsx" not in found


@pytest.mark.parametrize("username", ["nguoi.la", "bac.ban.chi.dao", "don.vi"])
def test_a_batch_is_seen_by_those_who_look_after_its_area_only(
    world: World, at_the_desk: Desk, username: str
) -> None:
    batch = send(at_the_desk("co.huyen"), {"a.xlsx": b"x"})
    read_all()
    for name, more in (("workbook_batch", []), ("workbook_batch_report", []), ("workbook_batch_file", [1])):
        url = reverse(name, args=[batch.pk, *more])
        assert at_the_desk(username).get(url).status_code == 404
        assert at_the_desk("ong.tinh").get(url).status_code == 200


def test_a_worker_killed_between_two_files_is_followed_by_one_that_goes_on(
    world: World, at_the_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = world.case("don.vi"), world.case("don.vi.hai")
    files = {"a.xlsx": put(one, blank(one), {"so_vb_di": 5}), "b.xlsx": put(two, blank(two), {"so_vb_di": 5})}
    batch = send(at_the_desk("co.huyen"), files)
    work, step = take(), batches.take_file

    def killed(row: BatchFile) -> None:
        step(row)
        raise SystemExit(9)

    monkeypatch.setattr(batches, "take_file", killed)
    assert work is not None
    with pytest.raises(SystemExit):
        jobs.take_batch(work)
    assert sorted(row[0] for row in rows(batch).values()) == ["", "findings"]
    monkeypatch.setattr(batches, "take_file", step)
    jobs.take_batch(work)
    assert {row[0] for row in rows(batch).values()} == {"findings"}
    assert Event.objects.filter(verb="draft.saved").count() == 2


def test_two_workers_on_one_file_take_it_once(world: World, at_the_desk: Desk) -> None:
    case = world.case("don.vi")
    batch = send(at_the_desk("co.huyen"), {"a.xlsx": put(case, blank(case), {"so_vb_di": 5})})
    row = batch.files.select_related("batch__sent_by", "batch__area", "batch__campaign").get()
    batches.find_unit(row)
    rows_seen = [BatchFile.objects.select_related("batch__sent_by", "case").get(pk=row.pk) for _ in range(2)]
    for seen in rows_seen:
        batches.take_file(seen)
    assert Event.objects.filter(verb="draft.saved").count() == 1
    assert rows(batch)["a.xlsx"][0] == "findings"


def test_long_batches_are_read_in_turns_that_let_other_work_pass(
    world: World, at_the_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = world.case("don.vi"), world.case("don.vi.hai")
    monkeypatch.setattr(jobs, "TURN", 0.0)
    files = {"a.xlsx": put(one, blank(one), {"so_vb_di": 5}), "b.xlsx": put(two, blank(two), {"so_vb_di": 5})}
    batch = send(at_the_desk("co.huyen"), files)
    read_all()
    assert Job.objects.filter(kind="workbook.batch").count() == 5
    assert Batch.objects.get(pk=batch.pk).ended_at
    assert {row[0] for row in rows(batch).values()} == {"findings"}


def test_a_fault_of_ours_on_one_file_leaves_the_others_alone(
    world: World, at_the_desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    one, two = world.case("don.vi"), world.case("don.vi.hai")
    files = {"a.xlsx": put(one, blank(one), {"so_vb_di": 5}), "b.xlsx": put(two, blank(two), {"so_vb_di": 5})}
    batch = send(at_the_desk("co.huyen"), files)
    plain = batches.read_workbook

    def broken(content: bytes, case: Case) -> object:
        return 1 / 0 if case.pk == one.pk else plain(content, case)

    monkeypatch.setattr(batches, "read_workbook", broken)
    read_all()
    assert "Hệ thống gặp lỗi" in said(batch, "a.xlsx")
    assert rows(batch)["b.xlsx"][0] == "findings"
    assert "ZeroDivisionError" in caplog.text


# --- hostile archives and uploads


def test_an_archive_that_unpacks_to_too_much_is_refused(
    world: World, at_the_desk: Desk, monkeypatch: pytest.MonkeyPatch, files_of_its_own: Path
) -> None:
    monkeypatch.setattr(unpack, "MOST_EACH", 1_000_000)
    monkeypatch.setattr(unpack, "MOST_ALL", 3_000_000)
    each = zipped({"a.xlsx": b"\0" * 2_000_000, "b.xlsx": b"x"})
    batch = send(at_the_desk("co.huyen"), {"bom.zip": each})
    read_all()
    assert "lớn hơn" in said(batch, "a.xlsx")
    whole = send(at_the_desk("co.huyen"), {"bom.zip": zipped({"a.xlsx": b"\0" * 4_000_000})})
    read_all()
    assert "quá lớn sau khi giải nén" in said(whole, "bom.zip")
    assert not list((files_of_its_own / "workbooks" / "incoming").iterdir())


def test_an_archive_whose_sizes_lie_is_measured_while_it_is_unpacked(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.xlsx": b"\0" * 50_000_000}))
    at = content.rindex(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 10)
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    (one,) = unpack.unpack(path)
    assert one.why


@pytest.mark.parametrize("content", [b"PK\x05\x06" + b"\0" * 10, b"PK\x03\x04 nothing", b"hello", b"PK"])
def test_a_broken_archive_is_refused_in_words(world: World, at_the_desk: Desk, content: bytes) -> None:
    batch = send(at_the_desk("co.huyen"), {"hong.zip": content})
    read_all()
    assert batch.files.get().outcome == "refused"
    assert batch.files.get().message.endswith(".")


def test_an_archive_of_too_many_files_is_refused_before_they_are_listed(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.xlsx": b"x"}))
    at = content.rindex(b"PK\x05\x06")
    path = tmp_path / "a.zip"
    lying = content.copy()
    lying[at + 10 : at + 12] = struct.pack("<H", 60_000)
    path.write_bytes(lying)
    with pytest.raises(unpack.Invalid, match="quá 2000 tệp"):
        unpack.unpack(path)
    path.write_bytes(content[:at] + b"PK\x06\x07" + b"\0" * 16 + content[at:])
    with pytest.raises(unpack.Invalid, match="quá 2000 tệp"):
        unpack.unpack(path)


def test_too_many_bytes_at_once_are_refused_and_nothing_of_them_stays(
    world: World, at_the_desk: Desk, settings: Any, files_of_its_own: Path
) -> None:
    settings.BATCH_LIMIT = 1000
    file = SimpleUploadedFile("to.xlsx", b"x" * 200_000)
    response = at_the_desk("co.huyen").post(reverse("workbook_batches"), {"area": "347", "files": [file]})
    assert response.status_code == 422
    assert "Hãy chia thành nhiều lần gửi" in response.content.decode()
    assert not list((files_of_its_own / "workbooks" / "incoming").iterdir())
    assert not Batch.objects.exists()


def test_an_upload_that_is_refused_leaves_no_file_behind(
    world: World, at_the_desk: Desk, files_of_its_own: Path
) -> None:
    for username in ("don.vi", "nguoi.la"):
        file = SimpleUploadedFile("a.xlsx", b"noi dung")
        response = at_the_desk(username).post(reverse("workbook_batches"), {"area": "347", "files": [file]})
        assert response.status_code in (403, 404)
    assert not [path for path in files_of_its_own.rglob("*") if path.is_file()]


def test_no_file_at_all_is_told(world: World, at_the_desk: Desk) -> None:
    page = at_the_desk("co.huyen").post(reverse("workbook_batches"), {"area": "347"})
    assert page.status_code == 422
    assert "Hãy chọn các tệp Excel" in page.content.decode()


def test_files_are_removed_after_a_month_and_the_report_stays(
    world: World, at_the_desk: Desk, files_of_its_own: Path
) -> None:
    client = at_the_desk("co.huyen")
    old, young = send(client, {"a.xlsx": b"mot"}), send(client, {"a.xlsx": b"mot", "b.xlsx": b"hai"})
    read_all()
    Batch.objects.update(ended_at=Batch.objects.get(pk=old.pk).sent_at - jobs.FILES_KEPT)
    Batch.objects.filter(pk=young.pk).update(ended_at=young.sent_at)
    jobs.clear(Job())
    assert sum(path.is_file() for path in files_of_its_own.rglob("*")) == 2
    Batch.objects.filter(pk=young.pk).update(ended_at=young.sent_at - jobs.FILES_KEPT)
    jobs.clear(Job())
    assert not [path for path in files_of_its_own.rglob("*") if path.is_file()]
    assert "a.xlsx" in client.get(reverse("workbook_batch", args=[old.pk])).content.decode()
