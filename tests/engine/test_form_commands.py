"""`dieutra form check | dictionary | diff` on real files."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import python_calamine

from dieutra.cli import main
from tests.engine.markdown import xlsx

GOOD = """
    | survey |
    |        | type      | name | label | calculation |
    |        | integer   | a    | -Tuổi |             |
    |        | calculate | b    |       | ${a} + 1    |
"""


@pytest.fixture
def good(tmp_path: Path) -> str:
    file = tmp_path / "phieu.xlsx"
    file.write_bytes(xlsx(GOOD))
    return str(file)


def test_a_good_file_passes_with_its_advice(good: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["form", "check", good]) == 0
    out = capsys.readouterr().out
    assert "xem lại: survey!D3 (calculation): Kết quả của “b”" in out
    assert "dùng được, 1 chỗ nên xem lại" in out


def test_a_wrong_file_fails_and_says_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "sai.xlsx"
    file.write_bytes(xlsx(GOOD.replace("${a}", "${aa}")))
    assert main(["form", "check", str(file)]) == 1
    assert "lỗi: survey!D3 (calculation): Không có câu hỏi nào tên “aa”" in capsys.readouterr().err
    assert main(["form", "check", "--json", str(file)]) == 1
    assert json.loads(capsys.readouterr().out)["errors"][0]["cell"] == "survey!D3"
    assert main(["form", "check", str(tmp_path / "khong-co.xlsx")]) == 1
    assert "Không đọc được tệp" in capsys.readouterr().err


def test_the_dictionary_is_written_in_three_ways(
    good: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["form", "dictionary", good]) == 0
    assert "| /data/a | a | câu hỏi | -Tuổi | số nguyên |" in capsys.readouterr().out
    for ending in ("md", "csv", "xlsx"):
        assert main(["form", "dictionary", good, "--out", str(tmp_path / f"tu-dien.{ending}")]) == 0
    with (tmp_path / "tu-dien.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert (rows[0][0], rows[1][3]) == ("Đường dẫn", "'-Tuổi")  # no formula for a spreadsheet
    book = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "tu-dien.xlsx"))
    sheet = book.get_sheet_by_name("Từ điển dữ liệu").to_python()
    assert [row[1] for row in sheet] == ["Tên", "a", "b"]
    assert sheet[2][12] == "${a} + 1"
    assert main(["form", "dictionary", good, "--out", str(tmp_path / "x.pdf")]) == 1


def test_a_diff_says_what_changed(good: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["form", "diff", good, good]) == 0
    assert "không có gì khác nhau" in capsys.readouterr().out
    new = tmp_path / "moi.xlsx"
    new.write_bytes(
        xlsx(GOOD.replace("+ 1", "+ 2").replace("| a    | -Tuổi", "| c    | -Tuổi").replace("{a}", "{c}"))
    )
    assert main(["form", "diff", good, str(new)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "+ /data/c  -Tuổi",
        "- /data/a  -Tuổi  (có thể nay là c)",
        "~ /data/b, Công thức: ${a} + 1 → ${c} + 2",
    ]
    assert main(["form", "diff", "--json", good, str(new)]) == 1
    assert json.loads(capsys.readouterr().out)["renamed"][0]["new"]["path"] == "/data/c"
