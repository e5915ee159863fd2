"""What people of an opinion survey find on their home page, and which doors they have."""

from __future__ import annotations

from dieutra.rosters.models import Roster
from tests.opinion_cast import OpinionWorld, opinions  # noqa: F401


def test_a_body_is_told_of_its_list_and_its_contact(opinions: OpinionWorld) -> None:  # noqa: F811
    page = opinions.desk("chi.ha.nam").get("/").content.decode()
    assert "<b>1</b>danh sách đối tượng cần lập và gửi" in page
    assert "<b>1</b>đầu mối công nghệ thông tin chưa cử" in page
    assert "bảng kê" not in page
    assert "Danh sách đối tượng" in page
    assert "Gửi phiếu" not in page


def test_the_centre_is_told_of_lists_that_wait(opinions: OpinionWorld) -> None:  # noqa: F811
    roster = opinions.roster("tinh", "35")
    opinions.fill(roster, {"tinh-so": 6})
    Roster.objects.filter(pk=roster.pk).update(state=Roster.State.SENT)
    page = opinions.desk("ba.bo").get("/").content.decode()
    assert "<b>1</b>danh sách chờ tiếp nhận" in page
    assert "Gửi phiếu" in page


def test_a_body_that_has_sent_its_list_has_nothing_left_to_send(opinions: OpinionWorld) -> None:  # noqa: F811
    opinions.accepted("tinh", "35", {"tinh-so": 6})
    page = opinions.desk("chi.ha.nam").get("/").content.decode()
    assert "<b>0</b>danh sách đối tượng cần lập và gửi" in page


def test_whoever_only_reads_at_a_body_is_told_of_no_list_to_send(opinions: OpinionWorld) -> None:  # noqa: F811
    assert "cần lập và gửi" not in opinions.desk("chu.doc").get("/").content.decode()
