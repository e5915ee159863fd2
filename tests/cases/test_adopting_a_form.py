"""A campaign goes over to another version of its form: drafts are carried, what is sent stays, nothing is lost unsaid."""

from __future__ import annotations

from typing import Any

import pytest

from dieutra.campaigns.actions import adopt_form
from dieutra.cases import actions, adopting, jobs
from dieutra.cases.models import Case, Comment, Draft, FormChange, Loss, State
from dieutra.cases.queries import (
    behind_the_campaign,
    comments_on,
    form_change_of,
    sheet_as_sent,
    sheet_to_fill,
)
from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Stale
from dieutra.events.models import Event
from dieutra.forms.models import FormVersion
from dieutra.jobs.models import Job
from dieutra.jobs.worker import work_once
from dieutra.reactions import REACTIONS
from tests.cases.versions import DROPPED, MOVED, RENAMED, next_version
from tests.cast import World, good_answers, path_of


def adopt(world: World, renamed: dict[str, str] | None = None) -> FormVersion:
    version = next_version(world.campaign)
    adopt_form(world.user("ba.trung.uong"), world.campaign, version, world.campaign.form_id, renamed)
    return version


def follow() -> None:
    """The worker does all that is due."""
    while work_once(REACTIONS, {}):
        pass


def fill(world: World, username: str = "don.vi", **more: str) -> dict[str, str]:
    case = world.case(username)
    answers = good_answers(case) | {path_of(case, name): text for name, text in more.items()}
    actions.save_draft(world.user(username), case, 0, answers, {})
    return answers


def send(world: World, username: str = "don.vi") -> None:
    fill(world, username)
    actions.submit(world.user(username), world.case(username), 1)


def test_drafts_follow_by_path_and_what_has_no_place_is_kept_and_told(world: World) -> None:
    fill(world, **{DROPPED: "Số 1 đường Lê Lợi", MOVED: "0912345678"})
    old = {name: path_of(world.case("don.vi"), name) for name in (DROPPED, MOVED)}
    before = Draft.objects.get(case=world.case("don.vi"))
    version = adopt(world)
    follow()
    case = world.case("don.vi")
    draft = Draft.objects.get(case=case)
    assert (case.form_id, case.state, draft.version) == (version.pk, State.DRAFT, 2)
    assert draft.answers[path_of(case, MOVED)] == "0912345678"
    assert path_of(case, MOVED) != old[MOVED]
    assert not draft.answers.keys() & set(old.values())
    change = form_change_of(case)
    assert change is not None
    assert (change.answers, change.draft_version) == (before.answers, 1)
    assert {it.path: it.value for it in change.losses.all()}[old[DROPPED]] == "Số 1 đường Lê Lợi"
    assert change.lost_count == change.losses.count()


def test_what_stays_keeps_every_other_answer(world: World) -> None:
    fill(world)
    before = Draft.objects.get(case=world.case("don.vi")).answers
    adopt(world)
    follow()
    case = world.case("don.vi")
    after = Draft.objects.get(case=case).answers
    lost = {it.path for it in Loss.objects.all()}
    assert len(after) == len(before) - len(lost)
    assert sorted(after.values()) == sorted(value for path, value in before.items() if path not in lost)


def test_a_confirmed_rename_is_followed_and_a_made_up_one_refused(world: World) -> None:
    fill(world, **{RENAMED: "0700123456"})
    was = path_of(world.case("don.vi"), RENAMED)
    with pytest.raises(Invalid):
        adopt(world, {was: "/data/khong_co"})
    FormVersion.objects.filter(version="2021.2").delete()
    adopt(world, {was: f"{was}_moi"})
    follow()
    assert Draft.objects.get(case=world.case("don.vi")).answers[f"{was}_moi"] == "0700123456"


def test_cases_that_nobody_began_just_change_their_version(world: World) -> None:
    version = adopt(world)
    follow()
    case = world.case("don.vi.hai")
    assert (case.form_id, case.state, case.version) == (version.pk, State.NEW, 2)
    assert not FormChange.objects.exists()
    actions.save_draft(world.user("don.vi.hai"), case, 0, {path_of(case, MOVED): "0912345678"}, {})
    assert world.case("don.vi.hai").state == State.DRAFT


def test_one_event_for_the_campaign_and_one_for_each_case(world: World) -> None:
    fill(world)
    adopt(world)
    follow()
    assert Event.objects.filter(verb="campaign.form_adopted").count() == 1
    told = list(Event.objects.filter(verb="case.form_changed").values_list("subject_id", flat=True))
    assert sorted(told) == sorted(Case.objects.values_list("pk", flat=True))
    job = Job.objects.get(kind="cases.adopt_form")
    assert (job.state, job.done, job.total) == ("done", len(told), len(told))


def test_a_sent_response_stays_on_its_version_and_is_shown_by_it(world: World) -> None:
    send(world)
    version = adopt(world)
    follow()
    case = world.case("don.vi")
    response = case.response
    assert response is not None
    assert case.form_id == response.form_id != version.pk
    sheet = sheet_as_sent(case, response)
    assert sheet.form_id == response.form_id
    assert sheet.state.hard == ()
    # and goes through its review
    actions.approve(world.user("anh.giam.sat"), case, case.version)


def test_a_returned_case_goes_on_with_the_new_version_and_its_old_response_with_the_old(world: World) -> None:
    send(world)
    version = adopt(world)
    follow()
    case = world.case("don.vi")
    old = case.form_id
    remarks = {path_of(case, MOVED): "Gọi không được", path_of(case, DROPPED): "Ghi rõ hơn"}
    actions.give_back(world.user("anh.giam.sat"), case, case.version, "", remarks)
    case = world.case("don.vi")
    assert (case.state, case.form_id) == (State.RETURNED, version.pk)
    assert case.response is not None
    assert case.response.form_id == old
    where = {it["text"]: it["where"] for it in comments_on(case)}
    assert where["Gọi không được"].startswith("A12")
    assert where["Ghi rõ hơn"].startswith("A9")  # the new form does not ask it; the old one names it
    assert Comment.objects.get(text="Gọi không được").path == path_of(case, MOVED)
    # the unit goes on from the draft that stands and sends under the new version
    sheet = sheet_to_fill(case)
    actions.save_draft(world.user("don.vi"), case, sheet.version, {path_of(case, MOVED): "0987654321"}, {})
    actions.submit(world.user("don.vi"), world.case("don.vi"), sheet.version + 1)
    responses = world.case("don.vi").responses.order_by("number")
    assert [it.form_id for it in responses] == [old, version.pk]


def test_a_withdrawn_case_goes_on_with_the_new_version(world: World) -> None:
    send(world)
    version = adopt(world)
    case = world.case("don.vi")
    actions.withdraw(world.user("don.vi"), case, case.version)
    assert world.case("don.vi").form_id == version.pk


def test_only_the_centre_adopts_and_only_another_version_of_the_same_form(world: World) -> None:
    version, standing = next_version(world.campaign), world.campaign.form_id
    for username in ("ong.tinh", "co.huyen", "don.vi", "bac.ban.chi.dao"):
        with pytest.raises(Forbidden):
            adopt_form(world.user(username), world.campaign, version, standing)
    centre = world.user("ba.trung.uong")
    with pytest.raises(NotNow):
        adopt_form(centre, world.campaign, world.campaign.form, standing)
    FormVersion.objects.filter(pk=version.pk).update(form_id="khac")
    version.refresh_from_db()
    with pytest.raises(NotNow):
        adopt_form(centre, world.campaign, version, standing)


def test_of_two_who_adopt_the_second_is_told(world: World) -> None:
    first, second = next_version(world.campaign), next_version(world.campaign, "2021.3")
    standing, centre = world.campaign.form_id, world.user("ba.trung.uong")
    adopt_form(centre, world.campaign, first, standing)
    with pytest.raises(Stale):
        adopt_form(centre, world.campaign, second, standing)


def test_a_page_of_the_old_form_is_told_at_its_next_save(world: World) -> None:
    fill(world)
    case = world.case("don.vi")
    shown, path = case.form_id, path_of(case, DROPPED)
    adopt(world)
    follow()
    with pytest.raises(actions.FormMoved):
        actions.save_draft(world.user("don.vi"), world.case("don.vi"), 1, {path: "x"}, {}, form_shown=shown)
    # also one that does not say what it shows, and one that thinks its own reply was lost
    with pytest.raises(actions.DraftMoved):
        actions.save_draft(world.user("don.vi"), world.case("don.vi"), 1, {path: "x"}, {}, tab="t")


def test_a_page_opened_before_anything_was_typed_is_told_too(world: World) -> None:
    shown = world.case("don.vi").form_id
    adopt(world)
    follow()
    with pytest.raises(actions.FormMoved):
        actions.save_draft(world.user("don.vi"), world.case("don.vi"), 0, {}, {}, form_shown=shown)
    assert world.case("don.vi").state == State.NEW


def test_a_unit_that_begins_in_the_same_moment_is_told_and_nothing_of_the_old_form_is_kept(
    world: World,
) -> None:
    stale = world.case("don.vi")  # the request has read the case …
    adopt(world)
    follow()  # … and the form changes before it writes
    with pytest.raises(Stale):
        actions.save_draft(world.user("don.vi"), stale, 0, {path_of(stale, DROPPED): "x"}, {})
    assert not Draft.objects.filter(case=stale).exists()


def test_a_job_killed_in_the_middle_goes_on_where_it_stopped(world: World, monkeypatch: Any) -> None:
    for username in ("don.vi", "don.vi.hai", "so.noi.vu"):
        fill(world, username)
    version = adopt(world)
    monkeypatch.setattr(jobs, "BATCH", 1)
    beats = []

    def die(work: Job, done: int, total: int) -> None:
        beats.append((done, total))
        if len(beats) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(jobs, "beat", die)
    with pytest.raises(KeyboardInterrupt):
        follow()
    assert behind_the_campaign(world.campaign).count() == 2
    monkeypatch.undo()
    Job.objects.filter(kind="cases.adopt_form").update(state="waiting", lease_until=None)
    follow()
    assert set(Case.objects.values_list("form_id", flat=True)) == {version.pk}
    assert FormChange.objects.count() == 3
    assert Event.objects.filter(verb="case.form_changed").count() == 4


def test_a_case_that_was_passed_over_is_found_by_the_hourly_look(world: World) -> None:
    fill(world)
    old = world.campaign.form_id
    version = adopt(world)
    follow()
    Case.objects.filter(pk=world.case("don.vi").pk).update(form=old)
    Job.objects.create(kind="cases.adopt_left_over", key="1")
    follow()
    assert world.case("don.vi").form_id == version.pk


def test_renames_of_several_adoptions_join(world: World) -> None:
    first = world.campaign.form
    was = path_of(world.case("don.vi"), RENAMED)
    second = adopt(world, {was: f"{was}_moi"})
    world.campaign.adoptions.create(
        from_form=second, to_form=first, renamed={f"{was}_moi": f"{was}_nua"}, by=world.user("ba.trung.uong")
    )
    assert adopting.renames_since(world.campaign, first.pk)[was] == f"{was}_nua"
    assert adopting.renames_since(world.campaign, second.pk) == {f"{was}_moi": f"{was}_nua"}
