"""Results are annulled and restored by two people, never by one, never after publication, and the record tells of it."""

from __future__ import annotations

import hashlib
import re

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Stale
from dieutra.events.models import Event
from dieutra.interference import annulling
from dieutra.interference.models import Annulment, Flag, Reversal, SignalRun
from dieutra.interference.queries import annulled, counted_version, is_closed, waiting
from dieutra.jobs.actions import KINDS
from dieutra.messages.models import Message
from dieutra.reactions import REACTIONS
from tests.opinion_cast import OpinionWorld

REASON = "Bốn mươi phiếu từ một trình duyệt; cơ quan đã giải trình không thỏa đáng."


@pytest.fixture
def proposed(opinions: OpinionWorld, flag: Flag) -> Annulment:
    return annulling.propose(
        opinions.user("ba.bo"), opinions.campaign, flag.survey, flag.path, REASON, [flag]
    )


@pytest.fixture
def standing(opinions: OpinionWorld, proposed: Annulment) -> Annulment:
    annulling.confirm(opinions.user("ong.chuyen.vien"), proposed, 1)
    return proposed


def verbs() -> list[str]:
    return list(Event.objects.filter(subject_type="annulment").order_by("pk").values_list("verb", flat=True))


def test_a_proposal_counts_only_when_a_second_person_confirms(
    opinions: OpinionWorld, proposed: Annulment
) -> None:
    assert annulled(opinions.campaign) == set() and waiting(opinions.campaign) == 1
    annulling.confirm(opinions.user("ong.chuyen.vien"), proposed, proposed.version)
    assert annulled(opinions.campaign) == {("tinh", opinions.area("35").path)}
    assert waiting(opinions.campaign) == 0
    assert verbs() == ["annulment.proposed", "annulment.confirmed"]


def test_the_proposer_can_neither_confirm_nor_decline(opinions: OpinionWorld, proposed: Annulment) -> None:
    for act in (
        lambda: annulling.confirm(opinions.user("ba.bo"), proposed, 1),
        lambda: annulling.decline(opinions.user("ba.bo"), proposed, 1, "Không"),
    ):
        with pytest.raises(Forbidden, match="Cần một người khác"):
            act()
    assert Annulment.objects.get().state == "proposed" and annulled(opinions.campaign) == set()


def test_not_even_the_database_takes_one_person_for_two(opinions: OpinionWorld, proposed: Annulment) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Annulment.objects.filter(pk=proposed.pk).update(state="standing", decided_by=opinions.user("ba.bo"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Annulment.objects.filter(pk=proposed.pk).update(state="standing")


def test_reason_and_body_of_a_proposal_cannot_be_changed_and_the_event_has_the_reason_s_digest(
    proposed: Annulment,
) -> None:
    for statement in ("UPDATE interference_annulment SET reason = 'x'", "DELETE FROM interference_annulment"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    facts = Event.objects.get(verb="annulment.proposed").facts
    assert facts["reason_sha256"] == hashlib.sha256(REASON.encode()).hexdigest()
    assert REASON not in str(facts)


def test_a_proposal_needs_a_reason_and_flags_of_that_body(opinions: OpinionWorld, flag: Flag) -> None:
    bà, other = opinions.user("ba.bo"), opinions.area("40").path
    with pytest.raises(Invalid):
        annulling.propose(bà, opinions.campaign, flag.survey, flag.path, "  ", [flag])
    for survey, path, flags in (
        (flag.survey, flag.path, []),
        (flag.survey, other, [flag]),
        ("bo", flag.path, [flag]),
    ):
        with pytest.raises(Invalid, match="dấu hiệu"):
            annulling.propose(bà, opinions.campaign, survey, path, REASON, flags)


def test_one_letter_is_no_reason_for_whatever_is_decided(
    opinions: OpinionWorld, flag: Flag, standing: Annulment
) -> None:
    bà, ông = opinions.user("ba.bo"), opinions.user("ong.chuyen.vien")
    again = annulling.propose_reversal(bà, standing, "Đã có giải trình mới.")
    other = opinions.area("40").path
    acts = (
        lambda: annulling.propose(bà, opinions.campaign, "tinh", other, "x", [flag]),
        lambda: annulling.decline(
            ông, annulling.Annulment(campaign=opinions.campaign), 1, "x" + " " * 20 + "y"
        ),
        lambda: annulling.propose_reversal(bà, standing, "Sai rồi.."),
        lambda: annulling.decline_reversal(ông, again, 1, "Không nên"),
    )
    before = verbs()
    for act in acts:
        with pytest.raises(Invalid, match="lý do chưa đủ") as refused:
            act()
        assert "từ 10 đến 4000 ký tự" in refused.value.problems[0].message
    assert verbs() == before


def test_whoever_can_confirm_and_did_not_propose_is_told_on_the_home_page(
    opinions: OpinionWorld, proposed: Annulment
) -> None:
    def told(who: str) -> str:
        page = opinions.desk(who).get("/").content.decode()
        found = re.search(r"<b>(\d+)</b>đề nghị hủy hoặc khôi phục kết quả chờ người thứ hai", page)
        return found[1] if found else ""

    others = ("bac.bcd", "chi.ha.nam", "chu.doc")
    assert [told(it) for it in ("ba.bo", "ong.chuyen.vien", *others)] == ["", "1", "", "", ""]
    annulling.confirm(opinions.user("ong.chuyen.vien"), proposed, 1)
    assert [told("ba.bo"), told("ong.chuyen.vien")] == ["", ""]
    annulling.propose_reversal(opinions.user("ong.chuyen.vien"), proposed, "Đã có giải trình mới.")
    assert [told(it) for it in ("ba.bo", "ong.chuyen.vien", *others)] == ["1", "", "", "", ""]
    annulling.close(opinions.campaign, "tinh", counted_version(opinions.campaign, "tinh"))
    assert told("ba.bo") == ""


def test_a_body_about_which_nothing_was_found_is_not_annulled(opinions: OpinionWorld, run: SignalRun) -> None:
    path = opinions.area("01").path
    quiet = Flag(run=run, campaign=opinions.campaign, survey="tinh", path=path, level="", rank=0, score=5, why="",
                 answers=9, findings=[], hours=[])  # fmt: skip
    quiet.save()
    with pytest.raises(Invalid, match="dấu hiệu"):
        annulling.propose(opinions.user("ba.bo"), opinions.campaign, "tinh", path, REASON, [quiet])


def test_there_is_one_open_proposal_per_body_and_survey(
    opinions: OpinionWorld, flag: Flag, proposed: Annulment
) -> None:
    with pytest.raises(NotNow):
        annulling.propose(
            opinions.user("ong.chuyen.vien"), opinions.campaign, "tinh", flag.path, REASON, [flag]
        )
    annulling.withdraw(opinions.user("ba.bo"), proposed, 1)
    annulling.propose(opinions.user("ong.chuyen.vien"), opinions.campaign, "tinh", flag.path, REASON, [flag])
    assert Annulment.objects.count() == 2


def test_only_the_proposer_withdraws_and_only_before_the_decision(
    opinions: OpinionWorld, proposed: Annulment
) -> None:
    with pytest.raises(Forbidden):
        annulling.withdraw(opinions.user("ong.chuyen.vien"), proposed, 1)
    annulling.confirm(opinions.user("ong.chuyen.vien"), proposed, 1)
    with pytest.raises(Stale):
        annulling.withdraw(opinions.user("ba.bo"), proposed, 1)
    with pytest.raises(Stale):
        annulling.withdraw(opinions.user("ba.bo"), proposed, 2)


def test_whoever_comes_second_to_a_decision_is_told(opinions: OpinionWorld, proposed: Annulment) -> None:
    seen = Annulment.objects.get(pk=proposed.pk)
    annulling.withdraw(opinions.user("ba.bo"), proposed, 1)
    with pytest.raises(Stale, match="người khác xử lý"):
        annulling.confirm(opinions.user("ong.chuyen.vien"), seen, seen.version)
    assert annulled(opinions.campaign) == set() and verbs()[-1] == "annulment.withdrawn"


def test_a_declined_proposal_annuls_nothing_and_keeps_its_reason(
    opinions: OpinionWorld, proposed: Annulment
) -> None:
    annulling.decline(opinions.user("ong.chuyen.vien"), proposed, 1, "Máy dùng chung ở hội trường.")
    assert (
        Annulment.objects.get().answer == "Máy dùng chung ở hội trường."
        and annulled(opinions.campaign) == set()
    )


def test_a_reversal_takes_two_people_again(opinions: OpinionWorld, standing: Annulment) -> None:
    bà, ông = opinions.user("ba.bo"), opinions.user("ong.chuyen.vien")
    again = annulling.propose_reversal(ông, standing, "Đã có giải trình mới.")
    with pytest.raises(NotNow):
        annulling.propose_reversal(bà, standing, "Tôi cũng nghĩ vậy.")
    with pytest.raises(Forbidden):
        annulling.confirm_reversal(ông, again, 1)
    assert len(annulled(opinions.campaign)) == 1
    annulling.confirm_reversal(bà, again, 1)
    assert annulled(opinions.campaign) == set()
    assert Annulment.objects.get().state == "reversed"
    assert verbs() == ["annulment.proposed", "annulment.confirmed", "reversal.proposed", "reversal.confirmed"]


def test_a_reversal_can_be_withdrawn_or_declined_and_the_annulment_stands(
    opinions: OpinionWorld, standing: Annulment
) -> None:
    bà, ông = opinions.user("ba.bo"), opinions.user("ong.chuyen.vien")
    first = annulling.propose_reversal(ông, standing, "Xin xem lại.")
    with pytest.raises(Forbidden):
        annulling.withdraw_reversal(bà, first, 1)
    annulling.withdraw_reversal(ông, first, 1)
    second = annulling.propose_reversal(ông, standing, "Xin xem lại lần nữa.")
    annulling.decline_reversal(bà, second, 1, "Chưa có tài liệu.")
    with pytest.raises(Stale):
        annulling.confirm_reversal(bà, second, 2)
    assert len(annulled(opinions.campaign)) == 1
    assert set(Reversal.objects.values_list("state", flat=True)) == {"withdrawn", "declined"}


def test_nothing_is_restored_that_is_not_annulled(opinions: OpinionWorld, proposed: Annulment) -> None:
    with pytest.raises(NotNow):
        annulling.propose_reversal(opinions.user("ong.chuyen.vien"), proposed, "Xin xem lại.")


def test_after_publication_nothing_is_proposed_confirmed_or_restored(
    opinions: OpinionWorld, flag: Flag, proposed: Annulment
) -> None:
    bà, ông, campaign = opinions.user("ba.bo"), opinions.user("ong.chuyen.vien"), opinions.campaign
    annulling.close(campaign, "tinh", counted_version(campaign, "tinh"))
    assert is_closed(campaign, "tinh") and not is_closed(campaign, "bo")
    with pytest.raises(NotNow, match="đã công bố"):
        annulling.confirm(ông, proposed, 1)
    annulling.withdraw(bà, proposed, 1)
    with pytest.raises(NotNow, match="đã công bố"):
        annulling.propose(bà, campaign, "tinh", flag.path, REASON, [flag])


def test_an_annulment_is_never_reversed_after_publication(
    opinions: OpinionWorld, standing: Annulment
) -> None:
    bà, ông, campaign = opinions.user("ba.bo"), opinions.user("ong.chuyen.vien"), opinions.campaign
    again = annulling.propose_reversal(ông, standing, "Xin xem lại.")
    annulling.close(campaign, "tinh", counted_version(campaign, "tinh"))
    with pytest.raises(NotNow):
        annulling.confirm_reversal(bà, again, 1)
    assert len(annulled(campaign)) == 1 and Reversal.objects.get().state == "proposed"
    with pytest.raises(NotNow):
        annulling.propose_reversal(bà, standing, "Xin xem lần nữa.")


def test_an_index_reckoned_before_an_annulment_is_not_published_after_it(
    opinions: OpinionWorld, proposed: Annulment
) -> None:
    reckoned = counted_version(opinions.campaign, "tinh")
    annulling.confirm(opinions.user("ong.chuyen.vien"), proposed, 1)
    with pytest.raises(Stale, match="tính lại"):
        annulling.close(opinions.campaign, "tinh", reckoned)
    annulling.close(opinions.campaign, "tinh", counted_version(opinions.campaign, "tinh"))
    annulling.close(
        opinions.campaign, "tinh", counted_version(opinions.campaign, "tinh")
    )  # a corrected publication


@pytest.mark.parametrize("who", ["bac.bcd", "chi.ha.nam", "co.nghe.an", "nguoi.la.khac"])
def test_nobody_outside_the_centre_s_two_roles_decides(
    opinions: OpinionWorld, proposed: Annulment, who: str
) -> None:
    with pytest.raises(Forbidden):
        annulling.confirm(opinions.user(who), proposed, 1)


def told(event: Event) -> list[tuple[str, str]]:
    """Who hears of an event by the bell, and what; asked twice, as a job may be."""
    for make in REACTIONS[event.verb]:
        job = make(event)
        assert job is not None
        for _ in range(2):
            KINDS[job.kind](job)
    return list(
        Message.objects.filter(template="annulment").order_by("pk").values_list("user__username", "text")
    )


def test_the_other_people_of_the_centre_hear_of_a_proposal_and_the_body_of_what_counts(
    opinions: OpinionWorld, proposed: Annulment
) -> None:
    ((who, text),) = told(Event.objects.get(verb="annulment.proposed"))
    assert who == "ong.chuyen.vien" and "Hà Nam" in text
    annulling.confirm(opinions.user("ong.chuyen.vien"), proposed, 1)
    heard = told(Event.objects.get(verb="annulment.confirmed"))[1:]
    assert {who for who, _ in heard} == {"chi.ha.nam", "chu.doc"} and "đã bị hủy" in heard[0][1]


def test_a_substitute_is_no_second_person(opinions: OpinionWorld, proposed: Annulment) -> None:
    bác = opinions.user("bac.bcd")
    bác._standing_posts = list(
        opinions.user("ong.chuyen.vien").posts.all()
    )  # as permission.py reads it on such a day
    with pytest.raises(Forbidden, match="người làm thay"):
        annulling.confirm(bác, proposed, 1)
