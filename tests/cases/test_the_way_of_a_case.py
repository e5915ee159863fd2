"""Draft, submission, review at two levels, return, acceptance: the verbs and their refusals."""

from __future__ import annotations

import pytest

from dieutra.cases import actions, tally
from dieutra.cases.models import Case, Comment, State
from dieutra.cases.queries import queue, sheet_to_fill
from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Stale
from dieutra.events.models import Event
from dieutra.jobs.worker import work_once
from dieutra.reactions import REACTIONS
from tests.cast import World, good_answers, path_of


def filled(world: World, username: str = "don.vi") -> Case:
    case = world.case(username)
    actions.save_draft(world.user(username), case, 0, good_answers(case), {})
    return world.case(username)


def sent(world: World, username: str = "don.vi") -> Case:
    case = filled(world, username)
    actions.submit(world.user(username), case, 1)
    return world.case(username)


def test_the_first_word_typed_makes_a_draft(world: World) -> None:
    assert filled(world).state == State.DRAFT


def test_a_commune_unit_goes_through_district_and_province(world: World) -> None:
    case = sent(world)
    assert (case.state, case.level) == (State.SUBMITTED, 2)
    actions.approve(world.user("anh.giam.sat"), case, case.version)
    case = world.case("don.vi")
    assert (case.state, case.level) == (State.IN_REVIEW, 1)
    actions.approve(world.user("chi.giam.sat.tinh"), case, case.version)
    assert world.case("don.vi").state == State.ACCEPTED


def test_a_provincial_body_goes_to_the_provincial_supervisor_at_once(world: World) -> None:
    case = sent(world, "so.noi.vu")
    assert (case.state, case.level) == (State.SUBMITTED, 1)
    actions.approve(world.user("chi.giam.sat.tinh"), case, case.version)
    assert world.case("so.noi.vu").state == State.ACCEPTED


def test_a_province_cannot_approve_in_the_districts_place(world: World) -> None:
    case = sent(world)
    with pytest.raises(Forbidden):
        actions.approve(world.user("chi.giam.sat.tinh"), case, case.version)


def test_a_supervisor_cannot_approve_outside_her_area(world: World) -> None:
    case = sent(world)
    with pytest.raises(Forbidden):
        actions.approve(world.user("nguoi.la.giam.sat"), case, case.version)


def test_an_administrator_cannot_approve(world: World) -> None:
    case = sent(world)
    with pytest.raises(Forbidden):
        actions.approve(world.user("co.huyen"), case, case.version)


def test_a_unit_cannot_fill_anothers_form(world: World) -> None:
    with pytest.raises(Forbidden):
        actions.save_draft(world.user("don.vi.hai"), world.case("don.vi"), 0, {}, {})


def test_an_empty_form_is_not_sent_and_every_gap_is_named(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        actions.submit(world.user("don.vi"), world.case("don.vi"), 0)
    assert len(refused.value.problems) > 10
    assert world.case("don.vi").state == State.NEW


def test_a_hard_error_stops_the_form(world: World) -> None:
    case = filled(world)
    cell = path_of(case, "lao_dong_r02_c2")
    actions.save_draft(world.user("don.vi"), case, 1, {cell: "9999"}, {})
    with pytest.raises(Invalid) as refused:
        actions.submit(world.user("don.vi"), world.case("don.vi"), 2)
    assert any(problem.place == cell for problem in refused.value.problems)


def test_a_soft_finding_asks_for_a_written_justification_which_travels_with_the_response(
    world: World,
) -> None:
    user, case = world.user("don.vi"), filled(world)
    saved = actions.save_draft(user, case, 1, {path_of(case, "nam_sinh"): "1943"}, {})
    soft = [finding for finding in saved.state.findings if finding.severity == "soft"]
    assert soft
    with pytest.raises(Invalid, match="Chưa gửi được"):
        actions.submit(user, world.case("don.vi"), 2)
    said = {
        f"{finding.check}|{finding.path}": "Đồng chí được kéo dài thời gian công tác." for finding in soft
    }
    actions.save_draft(user, world.case("don.vi"), 2, {}, said)
    response = actions.submit(user, world.case("don.vi"), 3)
    assert {finding.justification for finding in response.findings.all()} == set(said.values())
    assert world.case("don.vi").soft_count == len(soft)


def test_what_is_only_spaces_is_no_justification(world: World) -> None:
    user, case = world.user("don.vi"), filled(world)
    saved = actions.save_draft(user, case, 1, {path_of(case, "nam_sinh"): "1943"}, {})
    said = {f"{finding.check}|{finding.path}": "   " for finding in saved.state.findings}
    actions.save_draft(user, world.case("don.vi"), 2, {}, said)
    with pytest.raises(Invalid):
        actions.submit(user, world.case("don.vi"), 3)


def test_a_second_tab_never_overwrites_the_first(world: World) -> None:
    user, case = world.user("don.vi"), filled(world)
    name = path_of(case, "nguoi_lap")
    actions.save_draft(user, case, 1, {name: "Cửa sổ một"}, {})
    with pytest.raises(actions.DraftMoved) as moved:
        actions.save_draft(user, world.case("don.vi"), 1, {name: "Cửa sổ hai"}, {})
    assert moved.value.draft.answers[name] == "Cửa sổ một"


def test_a_page_whose_reply_was_lost_goes_on_from_its_own_save(world: World) -> None:
    user, case = world.user("don.vi"), filled(world)
    name = path_of(case, "nguoi_lap")
    actions.save_draft(user, case, 1, {name: "Gửi đi, trả lời mất"}, {}, tab="một")
    again = actions.save_draft(user, world.case("don.vi"), 1, {name: "Gõ tiếp"}, {}, tab="một")
    assert again.version == 3
    with pytest.raises(actions.DraftMoved):
        actions.save_draft(user, world.case("don.vi"), 2, {name: "Cửa sổ khác"}, {}, tab="hai")


def test_two_supervisors_cannot_both_decide(world: World) -> None:
    case = sent(world)
    first, second = world.case("don.vi"), world.case("don.vi")
    actions.approve(world.user("anh.giam.sat"), first, case.version)
    with pytest.raises(Stale):
        actions.give_back(world.user("anh.giam.sat"), second, case.version, "Xem lại", {})


def test_a_form_sent_meanwhile_cannot_be_saved_over(world: World) -> None:
    case = filled(world)
    in_other_tab = world.case("don.vi")
    actions.submit(world.user("don.vi"), case, 1)
    with pytest.raises(Stale):
        actions.save_draft(world.user("don.vi"), in_other_tab, 1, {path_of(case, "nguoi_lap"): "Muộn"}, {})


def test_a_return_needs_words(world: World) -> None:
    case = sent(world)
    with pytest.raises(Invalid, match="lý do"):
        actions.give_back(world.user("anh.giam.sat"), case, case.version, "  ", {})


def test_a_remark_at_a_place_that_is_not_in_the_form_is_refused(world: World) -> None:
    case = sent(world)
    with pytest.raises(Invalid, match="không có trong phiếu"):
        actions.give_back(world.user("anh.giam.sat"), case, case.version, "", {"/data/khong_co": "Xem lại"})


def test_a_returned_form_keeps_its_answers_and_the_remark_stands_at_its_cell(world: World) -> None:
    case = sent(world)
    cell = path_of(case, "lao_dong_r02_c1")
    actions.give_back(world.user("anh.giam.sat"), case, case.version, "", {cell: "Kiểm tra lại"})
    case = world.case("don.vi")
    assert case.state == State.RETURNED
    assert Comment.objects.get(case=case).path == cell
    assert sheet_to_fill(case).answers[cell] == good_answers(case)[cell]
    response = actions.submit(world.user("don.vi"), case, sheet_to_fill(case).version)
    assert response.number == 2
    assert not Comment.objects.filter(case=case, resolved_at=None).exists()


def test_a_returned_form_is_told_to_the_unit_by_mail_without_what_the_remark_says(
    world: World, mailoutbox: list
) -> None:
    case = sent(world)
    cell = path_of(case, "lao_dong_r02_c1")
    actions.give_back(world.user("anh.giam.sat"), case, case.version, "", {cell: "Kiểm tra bảng lương"})
    while work_once(REACTIONS, {}):
        pass
    [letter] = [it for it in mailoutbox if "hoàn thiện" in it.subject]
    assert letter.to == ["don.vi@example.gov.vn"]
    assert f"/phieu/{case.pk}/" in letter.body
    assert "bảng lương" not in letter.body
    assert "{" not in letter.body


def test_a_form_can_be_withdrawn_until_somebody_approves_it(world: World) -> None:
    case = sent(world)
    actions.withdraw(world.user("don.vi"), case, case.version)
    case = world.case("don.vi")
    assert case.state == State.DRAFT
    actions.submit(world.user("don.vi"), case, sheet_to_fill(case).version)
    case = world.case("don.vi")
    actions.approve(world.user("anh.giam.sat"), case, case.version)
    case = world.case("don.vi")
    with pytest.raises(NotNow):
        actions.withdraw(world.user("don.vi"), case, case.version)


def test_the_queue_shows_what_waits_at_my_level_and_nothing_else(world: World) -> None:
    case = sent(world)
    sent(world, "don.vi.la")
    assert list(queue(world.user("anh.giam.sat"))) == [case]
    assert not queue(world.user("chi.giam.sat.tinh")).exists()
    assert not queue(world.user("co.huyen")).exists()


def test_identification_from_the_list_cannot_be_rewritten(world: World) -> None:
    case = world.case("don.vi")
    actions.save_draft(world.user("don.vi"), case, 0, {path_of(case, "ma_don_vi"): "KHAC"}, {})
    assert sheet_to_fill(world.case("don.vi")).answers[path_of(case, "ma_don_vi")] == "UBND-PL"


def test_the_tally_moves_with_the_cases_and_agrees_with_a_recount(world: World) -> None:
    case = sent(world)
    actions.approve(world.user("anh.giam.sat"), case, case.version)
    assert tally.kept(world.campaign) == tally.recount(world.campaign)


def test_a_tally_that_went_wrong_is_mended_by_the_recount_and_told(world: World) -> None:
    key = next(iter(tally.kept(world.campaign)))
    tally.move({key: 5})
    assert tally.mend(world.campaign)["mended"] == 1
    assert tally.kept(world.campaign) == tally.recount(world.campaign)
    assert Event.objects.filter(verb="tally.mended").exists()


def test_every_verb_is_one_event_without_answers_in_it(world: World) -> None:
    case = sent(world)
    verbs = list(Event.objects.filter(subject_type="case", subject_id=case.pk).values_list("verb", flat=True))
    assert verbs == ["case.opened", "case.started", "draft.saved", "case.submitted"]
    facts = str(list(Event.objects.filter(subject_id=case.pk).values_list("facts", flat=True)))
    assert "Nguyễn Thị Lập Phiếu" not in facts


def test_a_refused_verb_leaves_no_event(world: World) -> None:
    case = sent(world)
    before = Event.objects.count()
    with pytest.raises(Forbidden):
        actions.approve(world.user("nguoi.la.giam.sat"), case, case.version)
    assert Event.objects.count() == before
