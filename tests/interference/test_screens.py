"""The screens: evidence for the centre, the acts of two people, and the plain notice of the body."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from dieutra.interference import annulling
from dieutra.interference.models import Annulment, Flag, Reversal, SignalRun
from dieutra.interference.queries import annulled
from tests.opinion_cast import OPINION_PEOPLE, OpinionWorld

CENTRE = frozenset({"ba.bo", "ong.chuyen.vien"})
REASON = "Bốn mươi phiếu từ một trình duyệt."


@pytest.fixture
def proposed(opinions: OpinionWorld, flag: Flag) -> Annulment:
    return annulling.propose(
        opinions.user("ba.bo"), opinions.campaign, flag.survey, flag.path, REASON, [flag]
    )


def page(world: OpinionWorld, who: str, route: str, *args: int, **query: str) -> str:
    answer = world.desk(who).get(reverse(route, args=args), query)
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def test_the_list_names_bodies_by_level_with_their_signals(opinions: OpinionWorld, run: SignalRun) -> None:
    text = page(opinions, "ong.chuyen.vien", "interference")
    assert "Tỉnh Hà Nam" in text and "Chung thiết bị" in text and "Rõ: 1" in text
    assert "Tỉnh Hà Nam" not in page(opinions, "ba.bo", "interference", muc="look")
    assert "Tỉnh Hà Nam" not in page(opinions, "ba.bo", "interference", **{"khao-sat": "bo"})
    assert "Tỉnh Hà Nam" in page(opinions, "ba.bo", "interference", lan=str(run.pk), muc="vô lý", trang="99")


def test_a_run_that_is_not_there_or_is_no_number_is_not_found(opinions: OpinionWorld, run: SignalRun) -> None:
    for lan in ("999999", "x", "-1", "²"):
        assert opinions.desk("ba.bo").get(reverse("interference"), {"lan": lan}).status_code == 404


def test_the_evidence_page_has_sentences_numbers_and_pictures(opinions: OpinionWorld, flag: Flag) -> None:
    text = page(opinions, "ba.bo", "interference_body", flag.pk)
    assert "Một trình duyệt đã gửi 40 phiếu" in text and "<svg" in text and "Giờ trả lời trong ngày" in text
    assert "one-browser" not in text
    assert not re.search(r'(?:x|y|width|height)="\d+,\d', text)


def test_a_run_that_cannot_be_had_now_is_told_on_the_list(opinions: OpinionWorld) -> None:
    desk = opinions.desk("ba.bo")
    for words in ("Đang xem xét ở nền", "Một lần xem xét đang chạy ở nền. Hãy chờ"):
        assert words in desk.post(reverse("interference_run"), follow=True).content.decode()


def test_without_a_run_the_list_says_what_to_do(opinions: OpinionWorld) -> None:
    assert "Chưa có lần xem xét nào" in page(opinions, "ba.bo", "interference")


def test_two_people_annul_on_the_screens_and_the_body_reads_why(opinions: OpinionWorld, flag: Flag) -> None:
    bà, ông = opinions.desk("ba.bo"), opinions.desk("ong.chuyen.vien")
    made = bà.post(reverse("annulment_propose", args=[flag.pk]), {"flags": [flag.pk], "reason": REASON})
    annulment = Annulment.objects.get()
    assert made.headers["Location"] == reverse("annulment", args=[annulment.pk])
    own = bà.post(reverse("annulment_confirm", args=[annulment.pk]), {"version": 1})
    assert own.status_code == 403 and "Người đề nghị không tự xác nhận được" in own.content.decode()
    assert "Không có kết quả nào" in page(opinions, "chi.ha.nam", "annulment_notice")
    assert ông.post(reverse("annulment_confirm", args=[annulment.pk]), {"version": 1}).status_code == 302
    assert len(annulled(opinions.campaign)) == 1
    told = page(opinions, "chi.ha.nam", "annulment_notice")
    assert "đã bị hủy" in told and REASON in told and "Bà Bộ" not in told and "trình duyệt đã gửi" not in told
    assert "Không có kết quả nào" in page(opinions, "co.nghe.an", "annulment_notice")


def test_a_refused_proposal_keeps_what_was_written(opinions: OpinionWorld, flag: Flag) -> None:
    answer = opinions.desk("ba.bo").post(
        reverse("annulment_propose", args=[flag.pk]), {"reason": REASON, "flags": ["x", "", "99999999999"]}
    )
    assert answer.status_code == 422
    assert REASON in answer.content.decode() and "dựa trên dấu hiệu" in answer.content.decode()
    long = opinions.desk("ba.bo").post(
        reverse("annulment_propose", args=[flag.pk]), {"reason": "a" * 4001, "flags": [flag.pk]}
    )
    assert long.status_code == 422 and not Annulment.objects.exists()


def test_a_stale_page_is_told_what_stands(opinions: OpinionWorld, proposed: Annulment) -> None:
    annulling.withdraw(opinions.user("ba.bo"), proposed, 1)
    answer = opinions.desk("ong.chuyen.vien").post(
        reverse("annulment_confirm", args=[proposed.pk]), {"version": "1"}
    )
    assert answer.status_code == 409 and "vừa được người khác xử lý" in answer.content.decode()
    assert "Đã rút" in answer.content.decode()


def asked(route: str, world: OpinionWorld, flag: Flag) -> str:
    """The address at which a route can be passed by somebody who may."""
    bà, ông = world.user("ba.bo"), world.user("ong.chuyen.vien")
    if route == "interference_run":
        return reverse(route)
    if route == "annulment_propose":
        return reverse(route, args=[flag.pk])
    made = annulling.propose(bà, world.campaign, flag.survey, flag.path, REASON, [flag])
    if route in ("annulment_withdraw", "annulment_decline", "annulment_confirm"):
        return reverse(route, args=[made.pk])
    annulling.confirm(ông, made, 1)
    if route == "annulment_reverse":
        return reverse(route, args=[made.pk])
    return reverse(route, args=[annulling.propose_reversal(bà, made, "Xin xem lại.").pk])


FIRST, SECOND = frozenset({"ba.bo"}), frozenset({"ong.chuyen.vien"})
# route -> who may; everybody else gets 403 or 404 and nothing changes
PASSES = {
    **dict.fromkeys(("interference_run", "annulment_propose", "annulment_reverse"), CENTRE),
    **dict.fromkeys(("annulment_withdraw", "reversal_withdraw"), FIRST),
    **dict.fromkeys(
        ("annulment_confirm", "annulment_decline", "reversal_confirm", "reversal_decline"), SECOND
    ),
}


@pytest.mark.parametrize("route", PASSES)
def test_each_act_is_for_those_who_may(opinions: OpinionWorld, flag: Flag, route: str) -> None:
    url = asked(route, opinions, flag)
    before = Annulment.objects.count(), set(Reversal.objects.values_list("pk", "version"))
    fields = {"version": "2" if route == "annulment_reverse" else "1", "reason": REASON, "why": REASON,
              "flags": [flag.pk]}  # fmt: skip
    for who in sorted(OPINION_PEOPLE.keys() - PASSES[route]):
        status = opinions.desk(who).post(url, fields).status_code
        assert status in (403, 404), (route, who, status)
    assert before == (Annulment.objects.count(), set(Reversal.objects.values_list("pk", "version")))
    who = min(PASSES[route])
    assert opinions.desk(who).post(url, fields).status_code == 302, (route, who)


def test_the_acts_above_are_all_there_are() -> None:
    from dieutra.web.manager import interference, interference_annulments

    names = {str(it.name) for it in interference.urlpatterns + interference_annulments.urlpatterns}
    assert names - PASSES.keys() == {"interference", "interference_body", "annulment", "annulment_notice"}


@pytest.mark.parametrize("route", ["interference", "interference_body", "annulment"])
def test_only_the_centre_reads_evidence(
    opinions: OpinionWorld, flag: Flag, proposed: Annulment, route: str
) -> None:
    args = {"interference": [], "interference_body": [flag.pk], "annulment": [proposed.pk]}[route]
    for who in OPINION_PEOPLE:
        status = opinions.desk(who).get(reverse(route, args=args)).status_code
        assert status == (200 if who in CENTRE else 403), (route, who, status)


def test_the_door_stands_open_for_the_centre_alone(opinions: OpinionWorld) -> None:
    assert 'href="/dau-hieu/"' in opinions.desk("ba.bo").get("/thong-bao-cua-toi/").content.decode()
    assert 'href="/dau-hieu/"' not in opinions.desk("chi.ha.nam").get("/thong-bao-cua-toi/").content.decode()


def test_after_publication_the_pages_offer_nothing(
    opinions: OpinionWorld, flag: Flag, proposed: Annulment
) -> None:
    annulling.confirm(opinions.user("ong.chuyen.vien"), proposed, 1)
    annulling.close(opinions.campaign, "tinh", 2)
    for route, pk in (("annulment", proposed.pk), ("interference_body", flag.pk)):
        text = page(opinions, "ba.bo", route, pk)
        assert "đã công bố" in text and "Đề nghị khôi phục</button>" not in text and "Đề nghị hủy" not in text
