"""Questions of bodies: a ministry's go to the ministry desk, a province's to the other, and both are answered."""

from __future__ import annotations

import pytest

from dieutra.engine.refusals import Forbidden, Refusal
from dieutra.incidents import actions as questions
from dieutra.incidents.models import Question
from tests.opinion_cast import OpinionWorld, opinions

__all__ = ["opinions"]


@pytest.mark.parametrize(
    ("who", "topic", "other"), [("chi.ha.nam", "tinh", "bo"), ("anh.ngoai.giao", "bo", "tinh")]
)
def test_a_body_asks_at_its_own_desk_and_the_centre_answers(
    opinions: OpinionWorld, who: str, topic: str, other: str
) -> None:
    desk = opinions.desk(who)
    form = desk.get("/hoi-dap/moi/").content.decode()
    assert f'value="{topic}"' in form and f'value="{other}"' not in form
    with pytest.raises(Refusal):
        questions.ask(opinions.user(who), opinions.campaign, other, "Hỏi nhầm bàn", "Xin hướng dẫn.")
    asked = questions.ask(opinions.user(who), opinions.campaign, topic, "Đổi địa chỉ", "Thư đến nhầm người.")
    assert (asked.topic, asked.role, asked.level) == (topic, "qtv", 0)
    page = opinions.desk("ba.bo").get("/hoi-dap/can-tra-loi/").content.decode()
    assert "Đổi địa chỉ" in page
    for stranger in ("co.nghe.an", "bac.bcd"):
        with pytest.raises(Forbidden):
            questions.answer(opinions.user(stranger), asked, asked.version, "Không phải việc của tôi.")
    questions.answer(opinions.user("ba.bo"), asked, asked.version, "Đã cấp đường dẫn mới.")
    assert Question.objects.get(pk=asked.pk).state == "answered"
    assert "Đã cấp đường dẫn mới" in desk.get(f"/hoi-dap/{asked.pk}/").content.decode()
