"""`dieutra kind check` names file, line and cause."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dieutra.campaigns.checking import check_folder
from dieutra.engine.refusals import Invalid
from tests.kinds.cast import KIND


@pytest.fixture
def folder(tmp_path: Path, settings: object) -> Path:
    settings.KINDS_DIR = tmp_path  # type: ignore[attr-defined]
    return Path(shutil.copytree(KIND, tmp_path / "thu"))


def change(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text("utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), "utf-8")


def told(folder: Path) -> str:
    return "\n".join(f"{problem.place}: {problem.message}" for problem in check_folder(folder.name))


def test_the_shipped_kind_is_faultless(folder: Path) -> None:
    assert told(folder) == ""


def test_an_unknown_role_in_the_cascade_is_named_with_its_line(folder: Path) -> None:
    change(folder, "campaign.toml", '"qtv.district"', '"qtx.district"')
    assert "campaign.toml, dòng" in told(folder)
    assert "không có vai trò “qtx”" in told(folder)


def test_an_unknown_level_is_named(folder: Path) -> None:
    change(folder, "campaign.toml", 'level = "province"', 'level = "tinh"')
    assert "Không có cấp “tinh”" in told(folder)


def test_a_prefill_of_a_question_that_does_not_exist_is_named_with_its_line(folder: Path) -> None:
    change(folder, "campaign.toml", 'ma_don_vi = "code"', 'ma_la = "code"')
    assert "Phiếu không có câu hỏi “ma_la”" in told(folder)


def test_broken_toml_says_where(folder: Path) -> None:
    change(folder, "campaign.toml", "simulated = true", "simulated = = true")
    assert "line" in told(folder)


def test_a_template_without_a_column_is_told(folder: Path) -> None:
    change(folder, "frame.toml", 'header = "Địa chỉ"', 'header = "Nơi đóng trụ sở"')
    assert "frame.xlsx, dòng 1: Thiếu cột Nơi đóng trụ sở" in told(folder)


def test_missing_files_are_told(folder: Path) -> None:
    (folder / "form.xlsx").unlink()
    assert "form.xlsx: Thiếu tệp." in told(folder)


def test_a_letter_that_is_not_there_is_told(folder: Path) -> None:
    (folder / "messages" / "returned.vi.txt").unlink()
    assert "returned.vi.txt" in told(folder)


def test_an_unknown_kind_lists_those_that_exist(folder: Path) -> None:
    with pytest.raises(Invalid, match="Các kiểu hiện có: thu"):
        check_folder("khong-co")


def test_an_unknown_channel_is_named(folder: Path) -> None:
    change(folder, "campaign.toml", '"collect"]', '"telegram"]')
    assert "channels: Ghi một hoặc nhiều kênh trong: web, workbook, collect" in told(folder)
