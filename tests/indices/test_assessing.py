"""A body assesses itself and sends the whole; the centre verifies, returns once, concludes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Stale
from dieutra.events.models import Event
from dieutra.indices import actions, schemes, verifying
from dieutra.indices.actions import Changes
from dieutra.indices.models import Assessment, Evidence, Mark, Scheme, Sending
from dieutra.indices.standing import Said
from tests.cases.test_files import JPEG
from tests.indices.given import assessment, filled, sent, taken, verified
from tests.opinion_cast import OpinionWorld

pytestmark = pytest.mark.django_db
State = Assessment.State


def test_taking_the_criteria_opens_a_self_assessment_for_every_body(opinions: OpinionWorld) -> None:
    scheme = taken(opinions)
    assert scheme.read.tree().shape().components == 88
    found = Assessment.objects.filter(campaign=opinions.campaign)
    assert sorted(found.values_list("area__code", flat=True)) == ["01", "35", "40"]
    assert set(found.values_list("state", flat=True)) == {"open"}
    again = taken(opinions)
    assert (again.pk, again.version, found.count()) == (scheme.pk, 2, 3)


def test_criteria_are_not_changed_under_a_body_that_has_sent(opinions: OpinionWorld) -> None:
    taken(opinions)
    sent(opinions)
    with pytest.raises(NotNow, match="không đổi bộ tiêu chí"):
        taken(opinions)
    assert Scheme.objects.get().version == 1


@pytest.mark.parametrize("username", ["ong.chuyen.vien", "bac.bcd", "chi.ha.nam"])
def test_only_the_centres_administrator_takes_criteria(opinions: OpinionWorld, username: str) -> None:
    with pytest.raises(Forbidden):
        schemes.take_criteria(opinions.user(username), opinions.campaign, "tinh")


def test_a_body_saves_points_words_links_and_files_bit_by_bit(opinions: OpinionWorld) -> None:
    taken(opinions)
    found, she = assessment(opinions), opinions.user("chi.ha.nam")
    said = {"1.1.1": Said("0,75", "Kế hoạch số 1", "https://hanam.gov.vn/kh"), "1.1.2": Said("0")}
    actions.save(she, found, 1, Changes(said, [("1.1.1", ("ke-hoach.jpg", JPEG))]))
    mark = Mark.objects.get(code="1.1.1")
    assert (mark.own, mark.note, mark.link) == (Decimal("0.75"), "Kế hoạch số 1", "https://hanam.gov.vn/kh")
    file = Evidence.objects.get()
    assert (file.code, file.name, file.removed_at) == ("1.1.1", "ke-hoach.jpg", None)
    actions.save(she, found, 2, Changes({"1.1.1": Said("")}, dropped=frozenset({file.pk})))
    assert Mark.objects.get(code="1.1.1").own is None
    assert Evidence.objects.get().removed_at is not None


@pytest.mark.parametrize(
    ("code", "said", "words"),
    [
        ("1.1.1", Said("1,01"), "từ 0 đến 1"),
        ("1.1.1", Said("-0,5"), "từ 0 đến 1"),
        ("1.1.1", Said("0,333"), "2 chữ số thập phân"),
        ("1.1.1", Said("một"), "từ 0 đến 1"),
        ("1.1.1", Said("1e0"), "từ 0 đến 1"),
        ("1.1.1", Said("1", link="javascript:alert(1)"), "http"),
        ("1.1.1", Said("1", "\x00"), "xóa"),
        ("1.5.1", Said("1"), "Không phải tiêu chí tự chấm"),
        ("1.1", Said("1"), "Không phải tiêu chí tự chấm"),
        ("9.9.9", Said("1"), "Không phải tiêu chí tự chấm"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_of_the_page_is_kept(
    opinions: OpinionWorld, code: str, said: Said, words: str
) -> None:
    taken(opinions)
    found = assessment(opinions)
    with pytest.raises(Invalid) as refused:
        actions.save(opinions.user("chi.ha.nam"), found, 1, Changes({"1.1.2": Said("1"), code: said}))
    assert words in refused.value.problems[0].message
    assert not Mark.objects.exists()
    assert assessment(opinions).version == 1


def test_a_file_that_may_not_be_kept_is_refused(opinions: OpinionWorld) -> None:
    taken(opinions)
    with pytest.raises(Invalid, match=r"minh-chung\.exe"):
        added = [("1.1.1", ("minh-chung.exe", b"MZ\x90\x00"))]
        actions.save(
            opinions.user("chi.ha.nam"), assessment(opinions), 1, Changes({"1.1.1": Said("1")}, added)
        )
    assert not Evidence.objects.exists() and not Mark.objects.exists()


def test_evidence_of_another_body_is_not_dropped_with_a_forged_number(opinions: OpinionWorld) -> None:
    taken(opinions)
    added = [("1.1.1", ("a.jpg", JPEG))]
    actions.save(opinions.user("co.nghe.an"), assessment(opinions, "40"), 1, Changes({}, added))
    theirs = Evidence.objects.get()
    drop = Changes({}, dropped=frozenset({theirs.pk}))
    actions.save(opinions.user("chi.ha.nam"), assessment(opinions), 1, drop)
    theirs.refresh_from_db()
    assert theirs.removed_at is None


@pytest.mark.parametrize("username", ["co.nghe.an", "chu.doc", "anh.ngoai.giao", "ba.bo", "ong.chuyen.vien"])
def test_nobody_else_writes_into_a_bodys_assessment(opinions: OpinionWorld, username: str) -> None:
    taken(opinions)
    with pytest.raises(Forbidden):
        actions.save(opinions.user(username), assessment(opinions), 1, Changes({"1.1.1": Said("1")}))
    with pytest.raises(Forbidden):
        actions.send(opinions.user(username), assessment(opinions), 1)


def test_whoever_comes_second_is_told(opinions: OpinionWorld) -> None:
    taken(opinions)
    she = opinions.user("chi.ha.nam")
    actions.save(she, assessment(opinions), 1, Changes({"1.1.1": Said("1")}))
    with pytest.raises(Stale):
        actions.save(she, assessment(opinions), 1, Changes({"1.1.1": Said("0")}))
    assert Mark.objects.get().own == 1


def test_nothing_is_sent_until_every_criterion_is_ready(opinions: OpinionWorld) -> None:
    taken(opinions)
    found, she = filled(opinions), opinions.user("chi.ha.nam")
    actions.save(
        she, found, found.version, Changes({"1.1.1": Said(""), "1.1.2": Said("1"), "1.2.1": Said("0")})
    )
    with pytest.raises(Invalid) as refused:
        actions.send(she, found, found.version)
    assert [problem.place for problem in refused.value.problems] == ["1.1.1", "1.1.2"]
    actions.save(she, found, found.version, Changes({"1.1.1": Said("0")}, [("1.1.2", ("a.jpg", JPEG))]))
    sending = actions.send(she, found, found.version)
    assert (found.state, sending.number, len(sending.facts)) == (State.SENT, 1, 67)
    assert Event.objects.get(verb="index.sent").facts["sha256"] == sending.sha256


def test_what_was_sent_is_not_changed_any_more(opinions: OpinionWorld) -> None:
    taken(opinions)
    found, she = sent(opinions), opinions.user("chi.ha.nam")
    with pytest.raises(NotNow):
        actions.save(she, found, found.version, Changes({"1.1.1": Said("0")}))
    with pytest.raises(NotNow):
        actions.send(she, found, found.version)


def test_a_verified_point_that_differs_needs_a_reason(opinions: OpinionWorld) -> None:
    taken(opinions)
    found, centre = sent(opinions), opinions.user("ong.chuyen.vien")
    with pytest.raises(Invalid, match="lý do"):
        verifying.verify(centre, found, found.version, {"1.1.1": Said("0,5")})
    verifying.verify(
        centre, found, found.version, {"1.1.1": Said("0,5", "Kế hoạch ban hành muộn"), "1.1.2": Said("1")}
    )
    mark = Mark.objects.get(code="1.1.1")
    assert (mark.own, mark.verified, mark.reason) == (1, Decimal("0.5"), "Kế hoạch ban hành muộn")


def test_verification_ends_when_every_criterion_has_points(opinions: OpinionWorld) -> None:
    taken(opinions)
    found, centre = sent(opinions), opinions.user("ong.chuyen.vien")
    verifying.verify(centre, found, found.version, {"1.1.1": Said("0,5", "Muộn")})
    with pytest.raises(Invalid, match="Còn 66"):
        verifying.conclude(centre, found, found.version)
    assert verifying.accept_rest(centre, found, found.version) == 66
    verifying.conclude(centre, found, found.version)
    assert found.state == State.VERIFIED
    assert Mark.objects.get(code="1.1.1").verified == Decimal("0.5")


def test_it_goes_back_to_the_body_once_and_only_what_changed_is_verified_again(
    opinions: OpinionWorld,
) -> None:
    taken(opinions)
    found, centre, she = sent(opinions), opinions.user("ong.chuyen.vien"), opinions.user("chi.ha.nam")
    verifying.accept_rest(centre, found, found.version)
    verifying.give_back(centre, found, found.version, "Thiếu minh chứng tiêu chí 1.1")
    assert (found.state, found.reason) == (State.RETURNED, "Thiếu minh chứng tiêu chí 1.1")
    actions.save(
        she, found, found.version, Changes({"1.1.1": Said("0,9", "Sửa"), "1.1.2": Said("1", "Đã làm.")})
    )
    actions.save(she, found, found.version, Changes({}, [("1.2.1", ("a.jpg", JPEG))]))
    open_again = Mark.objects.filter(verified__isnull=True).values_list("code", flat=True)
    assert sorted(open_again) == ["1.1.1", "1.2.1"]
    actions.send(she, found, found.version)
    assert list(Sending.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
    with pytest.raises(NotNow, match="một lần"):
        verifying.give_back(centre, found, found.version, "Lần nữa")


@pytest.mark.parametrize("username", ["chi.ha.nam", "bac.bcd", "chu.doc", "co.nghe.an"])
def test_only_the_centre_verifies(opinions: OpinionWorld, username: str) -> None:
    taken(opinions)
    found, user = sent(opinions), opinions.user(username)
    for act in (
        lambda: verifying.verify(user, found, found.version, {"1.1.1": Said("1")}),
        lambda: verifying.accept_rest(user, found, found.version),
        lambda: verifying.give_back(user, found, found.version, "Lý do"),
        lambda: verifying.conclude(user, found, found.version),
        lambda: verifying.take_up_again(user, found, found.version, "Lý do"),
    ):
        with pytest.raises(Forbidden):
            act()


def test_a_concluded_verification_is_opened_again_with_a_reason(opinions: OpinionWorld) -> None:
    taken(opinions)
    found, centre = verified(opinions), opinions.user("ba.bo")
    with pytest.raises(NotNow):
        verifying.verify(centre, found, found.version, {"1.1.1": Said("0", "x")})
    with pytest.raises(Invalid):
        verifying.take_up_again(centre, found, found.version, " ")
    verifying.take_up_again(centre, found, found.version, "Có khiếu nại")
    assert found.state == State.SENT


def test_events_carry_no_points_and_no_words(opinions: OpinionWorld) -> None:
    taken(opinions)
    verified(opinions)
    said = Event.objects.filter(verb__startswith="index.").values_list("facts", flat=True)
    assert {key for facts in said for key in facts} <= {
        "survey",
        "sha256",
        "criteria",
        "files",
        "dropped",
        "number",
    }
