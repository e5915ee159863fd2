"""What keeps a form from the workbook is said before anybody has the file in hand."""

from __future__ import annotations

from dieutra.channels.workbook.refusals import refusals
from dieutra.engine.forms.form import Column, Form, Node
from dieutra.forms.queries import engine_form
from tests.cast import World
from tests.engine.markdown import form


def test_the_campaigns_form_can_be_carried(world: World) -> None:
    assert refusals(engine_form(world.case("don.vi").form_id)) == []


def test_files_and_drawings_on_the_map_are_named_with_their_question() -> None:
    made = form("""
    | survey |
    |        | type         | name | label::Tiếng Việt (vi) |
    |        | image        | anh  | Ảnh trụ sở             |
    |        | geopoint     | diem | Vị trí                 |
    |        | begin repeat | thua | Thửa đất               |
    |        | geoshape     | vung | Ranh giới              |
    |        | end repeat   |      |                        |
    """)
    found = dict(refusals(made))
    assert sorted(found) == ["/data/anh", "/data/thua/vung"]
    assert "Câu “Ảnh trụ sở”: ảnh" in found["/data/anh"]
    assert "vùng vẽ trên bản đồ" in found["/data/thua/vung"]


def test_a_table_too_wide_for_its_hidden_columns_is_refused() -> None:
    columns = tuple(Column(f"c{n}", str(n), {"vi": str(n)}, "int") for n in range(60))
    table = Node("/data/b", "table", None, None, {"vi": "Bảng"}, columns=columns)
    row = Node("/data/b/b_r1", "row", None, "/data/b", {"vi": "Dòng"})
    cells = tuple(Node(f"/data/b/b_r1/b_r1_c{n}", "cell", "int", "/data/b/b_r1") for n in range(60))
    wide = Form("x", "1", {"vi": "X"}, ("vi",), (table, row, *cells), ())
    ((place, why),) = refusals(wide)
    assert (place, "60 cột" in why) == ("/data/b", True)
