"""`dieutra form eval`: a submission told node by node, for whoever compares us with another engine."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dieutra.engine.forms.submission import write_submission
from dieutra.engine.forms.xlsform import load
from tests.engine.markdown import xlsx

FORM = """
    | survey |
    | | type         | name | label | calculation             | relevant   | required | constraint | constraint_message |
    | | integer      | so   | Số    |                         |            | yes      | . > 0      | Phải dương         |
    | | begin repeat | x    | X     |                         | ${so} != 9 |          |            |                    |
    | | decimal      | y    | Y     |                         |            |          |            |                    |
    | | calculate    | z    |       | ${y} * 2                |            |          |            |                    |
    | | end repeat   |      |       |                         |            |          |            |                    |
    | | calculate    | tong |       | sum(${z})               |            |          |            |                    |
    | | calculate    | hong |       | date(${chu})            |            |          |            |                    |
    | | text         | chu  | Chữ   |                         | ${tong} > 99 |        |            |                    |
    | | select_one_from_file tinh.csv | tinh | Tỉnh | | | | | |
    | | calculate    | ten  |       | instance('tinh')/root/item[name = ${tinh}]/label | | | | |
    | | calculate    | cuoi |       | date(concat('2021-02-3', ${so})) | | | | |
"""  # fmt: skip
ANSWERS = {"/data/so": "-1", "/data/x": "1 2", "/data/x[1]/y": "1.5", "/data/x[2]/y": "4", "/data/tinh": "hn"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "phieu.xlsx").write_bytes(xlsx(FORM))
    loaded = load(tmp_path / "phieu.xlsx")
    (tmp_path / "phieu.xml").write_text(loaded.xform_xml)
    (tmp_path / "tinh.csv").write_text("name,label\nhn,Hà Nội\n")
    (tmp_path / "gui.xml").write_text(write_submission(loaded.form, ANSWERS, instance_id="uuid:1"))
    return tmp_path


def run(folder: Path, form: str, submission: str = "gui.xml") -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "dieutra.cli",
        "form",
        "eval",
        folder / form,
        folder / submission,
        "--json",
    ]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.mark.parametrize("form", ["phieu.xlsx", "phieu.xml"])
def test_every_bound_node_is_told_in_document_order(folder: Path, form: str) -> None:
    nodes = json.loads(run(folder, form).stdout)["nodes"]
    assert [node["path"] for node in nodes if not node["path"].startswith("/data/x[")] == [
        f"/data/{name}" for name in ("so", "tong", "hong", "chu", "tinh", "ten", "cuoi", "meta/instanceID")
    ]
    told = {node["path"]: node for node in nodes}
    nothing = {"relevant": True, "required": False, "value": "", "calculated": None, "constraint": None}
    nothing |= {"message": None, "error": None}
    assert told["/data/so"] == nothing | {
        "path": "/data/so", "required": True, "value": "-1", "constraint": False, "message": "Phải dương",
    }  # fmt: skip
    assert told["/data/x[2]/z"] == nothing | {"path": "/data/x[2]/z", "calculated": "8"}
    assert told["/data/x[1]/y"] == nothing | {"path": "/data/x[1]/y", "value": "1.5"}
    assert told["/data/tong"]["calculated"] == "11"
    assert told["/data/chu"]["relevant"] is False
    assert told["/data/ten"]["calculated"] == "Hà Nội"
    assert told["/data/meta/instanceID"]["value"] == "uuid:1"


def test_an_expression_without_a_value_is_told_and_the_rest_go_on(folder: Path) -> None:
    nodes = {node["path"]: node for node in json.loads(run(folder, "phieu.xml").stdout)["nodes"]}
    assert nodes["/data/cuoi"]["calculated"] is None
    assert "2021-02-3-1" in nodes["/data/cuoi"]["error"]
    assert nodes["/data/tong"]["error"] is None


@pytest.mark.parametrize(
    ("form", "submission", "said"),
    [
        ("phieu.xlsx", "khong.xml", "Không đọc được tệp"),
        ("khong.xml", "gui.xml", "Không đọc được tệp"),
        ("gui.xml", "gui.xml", "không phải là XForm"),
        ("phieu.xml", "tinh.csv", "không phải XML"),
        ("tinh.csv", "gui.xml", "không mở được như một sổ tính"),
    ],
)
def test_files_that_cannot_be_used_are_named(folder: Path, form: str, submission: str, said: str) -> None:
    done = run(folder, form, submission)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_an_expression_that_cannot_be_read_is_told_with_its_node_and_the_rest_go_on(folder: Path) -> None:
    for name in ("phieu.xlsx", "phieu.xml"):
        if name.endswith("xlsx"):
            (folder / name).write_bytes(xlsx(FORM.replace("sum(${z})", "tong_hop(${z})")))
        else:
            text = (folder / name).read_text()
            (folder / name).write_text(text.replace("sum(", "tong_hop(").replace('id="thu"', 'id="khac"'))
        nodes = {node["path"]: node for node in json.loads(run(folder, name).stdout)["nodes"]}
        assert "Không có hàm tong_hop()" in nodes["/data/tong"]["error"]
        assert nodes["/data/x[2]/z"]["calculated"] == "8"
