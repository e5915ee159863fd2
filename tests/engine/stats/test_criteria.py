"""The criteria tree: what it holds, and every way in which a file can be wrong, with row and cause."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dieutra.engine.refusals import Invalid
from dieutra.engine.stats.criteria import Shape, Source, read
from tests.engine.par2022 import KIND, scoring
from tests.engine.stats.small import ROWS, tree


def problems(text: str, shape: Shape | None = None) -> list[str]:
    with pytest.raises(Invalid) as refused:
        read(text, shape)
    return [f"{problem.place}: {problem.message}" for problem in refused.value.problems]


def test_points_stand_at_components_and_at_criteria_without_any() -> None:
    found = tree()
    assert [leaf.code for leaf in found.leaves] == ["1.1.1", "1.1.2", "1.2", "2.1.1", "2.1.2"]
    assert [leaf.code for leaf in found.leaves_from(Source.SURVEY)] == ["1.1.2", "2.1.2"]
    assert found.domain_of("2.1.2") == found.domain_of("2") == "2"
    assert [node.code for node in found.children("1")] == ["1.1", "1.2"]
    assert found.shape() == Shape(2, 3, 4, Decimal(10), Decimal(4))


@pytest.mark.parametrize(
    ("name", "shape", "leaves"),
    [
        ("tinh", Shape(8, 37, 88, Decimal(100), Decimal(32)), 88),
        ("bo", Shape(7, 38, 97, Decimal(100), Decimal(32)), 103),
    ],
)
def test_the_kind_has_the_published_numbers_of_criteria(name: str, shape: Shape, leaves: int) -> None:
    found, _ = scoring(name)
    assert found.shape() == shape
    assert len(found.leaves) == leaves


def test_a_ministry_has_the_published_numbers_in_every_domain() -> None:
    found, _ = scoring("bo")
    counts = []
    for domain in found.domains:
        criteria = found.children(domain.code)
        counts.append((len(criteria), sum(len(found.children(one.code)) for one in criteria)))
    assert counts == [(7, 6), (9, 15), (6, 19), (4, 14), (6, 16), (3, 13), (3, 14)]


def test_what_is_not_official_says_so_in_every_row() -> None:
    for name in ("tinh", "bo"):
        assert all("cấu hình" in node.note for node in scoring(name)[0].nodes)
    assert "mô phỏng" in (KIND / "scores.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("1.2,1,", "1.1,1,", "Dòng 6: Mã 1.1 đã có ở dòng trên."),
        ("1.2,1,", ",1,", "Dòng 6: Mã phải có, đến 20 ký tự."),
        ("1.1,1,", "1.1,7,", "Dòng 3: Mục cha 7 không có ở dòng nào phía trên."),
        ("2.1.2,2.1,", "2.1.2,2.1.1,", "Dòng 10: 2.1.1 là tiêu chí thành phần nên không có mục con."),
        ("2.5,self", "2.x,self", "Dòng 4: Điểm tối đa phải là số lớn hơn 0, nhiều nhất 4 chữ số thập phân."),
        ("2.5,self", "0,self", "Dòng 4: Điểm tối đa phải là số lớn hơn 0, nhiều nhất 4 chữ số thập phân."),
        ("2.5,self", "1e3,self", "Dòng 4: Điểm tối đa phải là số lớn hơn 0, nhiều nhất 4 chữ số thập phân."),
        (
            "2.5,self",
            "2.50001,self",
            "Dòng 4: Điểm tối đa phải là số lớn hơn 0, nhiều nhất 4 chữ số thập phân.",
        ),
        ("2.5,self", "2.5,poll", "Dòng 4: Nguồn điểm poll không có; hãy ghi self hoặc survey."),
        ("2.5,self", "2.5,", "Dòng 4: 1.1.1 không có mục con nên phải ghi nguồn điểm self hoặc survey."),
        (
            "Institutions,6,,",
            "Institutions,6,self,",
            "Dòng 2: 1 có mục con nên để trống cột source; nguồn ghi ở mục con.",
        ),
        ("Thể chế", " ", "Dòng 2: Thiếu tên tiếng Việt (label_vi)."),
        ("2.5,self", "2.25,self", "Dòng 3: 1.1: các mục con cộng lại 3,75, khác điểm tối đa 4."),
    ],
)
def test_a_wrong_row_is_named_with_its_cause(was: str, becomes: str, said: str) -> None:
    assert ROWS.count(was) >= 1
    assert said in problems(ROWS.replace(was, becomes, 1))


def test_a_domain_without_criteria_is_named() -> None:
    assert problems(ROWS + "3,,Trống,,1,self,\n") == ["Dòng 11: Lĩnh vực 3 chưa có tiêu chí nào."]


def test_every_wrong_sum_is_said_at_once() -> None:
    assert len(problems(ROWS.replace("2.5,self", "2.4,self").replace("1.5,self", "1.6,self"))) == 2


def test_a_missing_column_and_an_empty_file_are_refused() -> None:
    assert problems("code,parent\n") == ["Dòng 1: Thiếu cột label_vi, label_en, max, source, note."]
    assert problems(ROWS.splitlines()[0]) == ["Dòng 2: Chưa có dòng nào."]


def test_a_file_without_end_is_refused() -> None:
    assert problems(ROWS + "9,,x,,1,self,\n" * 2500)[-1].endswith("Nhiều nhất 2000 dòng.")


def test_a_tree_of_another_shape_is_refused_number_by_number() -> None:
    said = problems(ROWS, Shape(2, 3, 5, Decimal(100), Decimal(4)))
    assert said == ["Cả bảng: Có 4 tiêu chí thành phần, phải có 5.", "Cả bảng: Có 10 điểm, phải có 100."]
