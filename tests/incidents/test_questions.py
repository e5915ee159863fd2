"""A question's way: to the right desk, up by itself, answered, closed, opened again, into the FAQ."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Stale
from dieutra.events.models import Event
from dieutra.incidents import actions, faq
from dieutra.incidents.models import FaqEntry, Question, Turn
from dieutra.incidents.queries import my_questions, question_for, search_faq, waiting_for
from dieutra.jobs.actions import ask as ask_job
from dieutra.jobs.actions import run, take
from dieutra.jobs.worker import react
from dieutra.people.models import Post, User
from dieutra.reactions import REACTIONS
from tests.cast import World, path_of

Browser = Callable[[str], Client]
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


def asked(world: World, topic: str = "content", who: str = "don.vi", **more: object) -> Question:
    case = world.case(who)
    return actions.ask(world.user(who), world.campaign, topic, "Tóm tắt", "Nội dung", case=case, **more)  # type: ignore[arg-type]


def desk(question: Question) -> tuple[str, int]:
    question.refresh_from_db()
    return question.role, question.level


def pass_the_deadline(question: Question) -> None:
    Question.objects.filter(pk=question.pk).update(due_at=timezone.now() - timedelta(minutes=1))


def turn_the_clock() -> None:
    Event.objects.filter(processed_at__isnull=True).update(processed_at=timezone.now())
    ask_job("incidents.keep_deadlines", f"test-{timezone.now().timestamp()}")
    while job := take():
        run(job)
        job.refresh_from_db()
        assert job.state == "done", job.note


@pytest.mark.parametrize(
    ("who", "topic", "to"),
    [
        ("don.vi", "content", ("gsv", 2)),
        ("don.vi", "software", ("qtv", 2)),
        ("so.noi.vu", "content", ("gsv", 1)),
        ("so.noi.vu", "software", ("qtv", 1)),
    ],
)
def test_a_question_goes_to_the_desk_of_its_kind(
    world: World, who: str, topic: str, to: tuple[str, int]
) -> None:
    assert desk(asked(world, topic, who)) == to


def test_a_supervisor_asks_the_desk_above_and_the_last_desk_asks_nobody(world: World) -> None:
    campaign = world.campaign
    asked_up = actions.ask(world.user("anh.giam.sat"), campaign, "content", "Hỏi", "Xin ý kiến")
    assert desk(asked_up) == ("gsv", 1)
    with pytest.raises(NotNow):
        actions.ask(world.user("ba.trung.uong"), campaign, "software", "Hỏi", "Xin ý kiến")


def test_an_empty_desk_is_passed_over(world: World) -> None:
    Post.objects.filter(user__username="anh.giam.sat").update(ended_at=timezone.now())
    assert desk(asked(world)) == ("gsv", 1)


def test_whoever_passes_the_deadline_loses_the_question_to_the_level_above(world: World) -> None:
    question = asked(world)
    seen = []
    for _ in range(4):
        pass_the_deadline(question)
        turn_the_clock()
        seen.append(desk(question))
    assert seen == [("gsv", 1), ("bcd", 1), ("bcd", 1), ("bcd", 1)]
    assert question.overdue and question.escalations == 2
    assert Turn.objects.filter(question=question, sort="overdue").count() == 1
    verbs = Event.objects.filter(subject_type="question", verb__in=["question.escalated", "question.overdue"])
    assert verbs.count() == 3
    with pytest.raises(Forbidden):
        actions.answer(world.user("anh.giam.sat"), question, question.version, "Muộn rồi")
    actions.answer(world.user("bac.ban.chi.dao"), question, question.version, "Ban Chỉ đạo trả lời")
    told = Event.objects.get(verb="question.answered")
    assert told.facts["in_time"] is False


def test_a_question_in_time_does_not_move(world: World) -> None:
    question = asked(world)
    turn_the_clock()
    assert desk(question) == ("gsv", 2) and question.version == 1


def test_an_answer_reaches_the_asker_by_mail_and_closes_by_itself(
    world: World, mailoutbox: list[object]
) -> None:
    question = asked(world)
    actions.answer(world.user("anh.giam.sat"), question, 1, "Kê khai tất cả")
    react(REACTIONS)
    while job := take():
        run(job)
    assert [mail.to for mail in mailoutbox if "Câu hỏi số" in mail.body] == [["don.vi@example.gov.vn"]]  # type: ignore[attr-defined]
    pass_the_deadline(question)
    turn_the_clock()
    question.refresh_from_db()
    assert question.state == "closed" and question.closed_at is not None
    actions.rate(world.user("don.vi"), question, question.version, 4, "Nhanh")
    assert question.satisfaction == 4


def test_opening_again_brings_it_back_to_the_desk_with_its_time_anew(world: World) -> None:
    question = asked(world)
    actions.answer(world.user("anh.giam.sat"), question, question.version, "Kê khai tất cả")
    actions.close(world.user("don.vi"), question, question.version, 2, "Chưa rõ")
    actions.reopen(world.user("don.vi"), question, question.version, "Tất cả là những ai?")
    assert (question.state, question.satisfaction) == ("open", None)
    assert question.due_at > timezone.now()
    assert list(waiting_for(world.user("anh.giam.sat"))) == [question]


def test_transfer_goes_up_or_to_the_other_chain(world: World) -> None:
    question = asked(world)
    gsv = world.user("anh.giam.sat")
    actions.transfer(gsv, question, question.version, "software", "Lỗi phần mềm")
    assert desk(question) == ("qtv", 2)
    actions.transfer(world.user("co.huyen"), question, question.version, "up", "Vượt thẩm quyền")
    assert desk(question) == ("qtv", 1)
    assert list(waiting_for(gsv)) == []


def test_whoever_comes_second_is_told_and_nothing_is_overwritten(world: World) -> None:
    question = asked(world)
    gsv = world.user("anh.giam.sat")
    late = Question.objects.get(pk=question.pk)
    actions.answer(gsv, question, question.version, "Trước")
    with pytest.raises(Stale):
        actions.answer(gsv, late, late.version, "Sau")
    assert Turn.objects.filter(question=question, sort="answered").get().text == "Trước"


def test_the_clock_and_an_answer_at_the_same_moment_move_it_once(world: World) -> None:
    question = asked(world)
    seen_by_the_clock = Question.objects.get(pk=question.pk)
    actions.answer(world.user("anh.giam.sat"), question, question.version, "Kịp")
    assert actions.escalate(seen_by_the_clock) is False
    assert desk(question) == ("gsv", 2)


def test_most_urgent_first(world: World) -> None:
    first, second = asked(world), asked(world)
    Question.objects.filter(pk=second.pk).update(due_at=timezone.now() - timedelta(hours=3))
    assert [it.pk for it in waiting_for(world.user("anh.giam.sat"))] == [second.pk, first.pk]


def test_a_question_is_read_by_its_asker_and_by_those_above_only(world: World) -> None:
    question = asked(world)
    readers = {
        name
        for name in User.objects.values_list("username", flat=True)
        if question_for(world.user(name), question.pk).exists()
    }
    assert readers == {
        "don.vi", "ba.trung.uong", "ong.tinh", "co.huyen", "anh.giam.sat", "chi.giam.sat.tinh", "bac.ban.chi.dao",
    }  # fmt: skip


def test_nobody_asks_about_a_case_that_is_not_hers(world: World) -> None:
    with pytest.raises(Forbidden):
        actions.ask(world.user("don.vi.la"), world.campaign, "content", "a", "b", case=world.case("don.vi"))
    with pytest.raises(Forbidden):
        actions.ask(world.user("anh.thong.ke"), world.campaign, "content", "a", "b")


@pytest.mark.parametrize("text", ["", "   ", "x" * 4001, "có \x00 trong", "nửa \ud800"])
def test_what_cannot_be_kept_is_refused_whole(world: World, text: str) -> None:
    with pytest.raises(Invalid):
        actions.ask(world.user("don.vi"), world.campaign, "content", "Tóm tắt", text)
    assert not Question.objects.exists()


def test_an_unknown_topic_and_a_forged_place_do_no_harm(world: World) -> None:
    with pytest.raises(Invalid):
        asked(world, "khac")
    question = asked(world, place="/data/khong-co")
    assert (question.place, question.place_words) == ("", "")


def test_only_who_may_ask_is_invited_to(world: World, at_the_desk: Browser) -> None:
    door = "/hoi-dap/moi/"
    assert f'href="{door}"' in at_the_desk("don.vi").get("/hoi-dap/").content.decode()
    looker = at_the_desk("bac.ban.chi.dao")
    assert looker.get(door).status_code == 403
    assert door not in looker.get("/hoi-dap/").content.decode()


def test_a_unit_asks_beside_a_question_of_its_form(world: World, at_the_desk: Browser) -> None:
    client, case = at_the_desk("don.vi"), world.case("don.vi")
    place = path_of(case, "gioi_tinh")
    page = client.get(f"/phieu/{case.pk}/").content.decode()
    link = f"/hoi-dap/moi/?phieu={case.pk}&amp;cau={place}"
    assert link in page
    form = client.get(link.replace("&amp;", "&")).content.decode()
    assert f'value="{place}" selected' in form
    fields = {
        "phieu": case.pk,
        "cau": place,
        "topic": "content",
        "subject": "Giới tính",
        "text": "Ghi thế nào?",
    }
    files = [SimpleUploadedFile("anh.png", PNG)]
    response = client.post("/hoi-dap/moi/", {**fields, "files": files}, follow=True)
    question = my_questions(world.user("don.vi")).get()
    assert question.place == place and "B1. Giới tính" in response.content.decode()
    kept = question.turns.get().files.get()
    assert at_the_desk("anh.giam.sat").get(f"/hoi-dap/tep/{kept.pk}/").content == PNG
    assert at_the_desk("nguoi.la.giam.sat").get(f"/hoi-dap/tep/{kept.pk}/").status_code == 404


def test_a_file_that_is_not_taken_loses_nothing_of_what_was_typed(world: World, at_the_desk: Browser) -> None:
    client = at_the_desk("don.vi")
    fields = {"topic": "content", "subject": "Còn nguyên", "text": "Vẫn ở đây"}
    bad = SimpleUploadedFile("virus.exe", b"MZ\x90\x00" + b"\x00" * 50)
    response = client.post("/hoi-dap/moi/", {**fields, "files": [bad]})
    assert response.status_code == 422
    assert "Vẫn ở đây" in response.content.decode() and not Question.objects.exists()


def test_the_whole_thread_by_screens(world: World, at_the_desk: Browser) -> None:
    question = asked(world)
    supervisor, unit = at_the_desk("anh.giam.sat"), at_the_desk("don.vi")
    assert "câu hỏi chờ bạn trả lời" in supervisor.get("/").content.decode()
    assert question.subject in supervisor.get("/hoi-dap/can-tra-loi/").content.decode()
    url = f"/hoi-dap/{question.pk}/"
    assert supervisor.post(url + "tra-loi/", {"version": "1", "text": ""}).status_code == 422
    assert supervisor.post(url + "tra-loi/", {"version": "1", "text": "Như sau"}).status_code == 302
    assert "việc mới" in unit.get(url).content.decode()
    assert "Như sau" in unit.get(url).content.decode()
    unit.post(url + "dong/", {"version": "2", "satisfaction": "5", "text": "Cảm ơn"})
    question.refresh_from_db()
    assert (question.state, question.satisfaction) == ("closed", 5)
    assert unit.get("/hoi-dap/can-tra-loi/").status_code == 403


def test_an_answer_becomes_an_entry_that_is_found_without_tone_marks(world: World) -> None:
    case = world.case("don.vi")
    question = asked(world, place=path_of(case, "gioi_tinh"))
    actions.answer(world.user("anh.giam.sat"), question, 1, "Ghi theo giấy tờ")
    entry = faq.publish_answer(
        world.user("chi.giam.sat.tinh"), question, "Giới tính ghi theo đâu?", "Theo giấy tờ tùy thân."
    )
    assert list(search_faq(world.user("so.noi.vu"), "gioi tinh giay to")) == [entry]
    assert list(search_faq(world.user("don.vi"), "giới TÍNH")) == [entry]
    assert list(search_faq(world.user("don.vi"), "khong lien quan")) == []
    faq.withdraw_entry(world.user("chi.giam.sat.tinh"), entry)
    assert list(search_faq(world.user("don.vi"), "gioi tinh")) == []


def test_a_districts_entry_stays_in_its_district(world: World) -> None:
    question = asked(world)
    actions.answer(world.user("anh.giam.sat"), question, 1, "Như sau")
    faq.publish_answer(world.user("anh.giam.sat"), question, "Hỏi chung", "Đáp chung")
    assert search_faq(world.user("don.vi.hai"), "").exists()
    assert search_faq(world.user("ong.tinh"), "").exists()
    assert not search_faq(world.user("don.vi.la"), "").exists()


def test_the_entry_stands_beside_its_question_of_the_form(world: World, at_the_desk: Browser) -> None:
    case = world.case("don.vi.hai")
    question = asked(world, place=path_of(case, "gioi_tinh"))
    actions.answer(world.user("anh.giam.sat"), question, 1, "Như sau")
    faq.publish_answer(world.user("anh.giam.sat"), question, "Ghi theo đâu?", "Theo giấy tờ.")
    page = at_the_desk("don.vi.hai").get(f"/phieu/{case.pk}/").content.decode()
    assert page.count("Ghi theo đâu?") == 1


@pytest.mark.parametrize(
    "text",
    ["Đơn vị UBND-PL hỏi", "Gọi 0912 345 678", "Thư abc@example.gov.vn", "Đơn vị UBND PL cũng thế"],
)
def test_an_entry_that_names_somebody_is_refused(world: World, text: str) -> None:
    question = asked(world)
    actions.answer(world.user("anh.giam.sat"), question, 1, "Như sau")
    with pytest.raises(Invalid, match="mọi người đọc"):
        faq.publish_answer(world.user("anh.giam.sat"), question, "Hỏi chung", text)
    assert not FaqEntry.objects.exists()


def test_an_open_question_is_not_published(world: World) -> None:
    with pytest.raises(NotNow):
        faq.publish_answer(world.user("anh.giam.sat"), asked(world), "Hỏi", "Đáp")


def test_events_carry_nothing_of_what_was_written(world: World) -> None:
    question = asked(world)
    actions.answer(world.user("anh.giam.sat"), question, 1, "Như sau đây")
    facts = str(list(Event.objects.filter(subject_type="question").values_list("facts", flat=True)))
    assert "Nội dung" not in facts and "Như sau" not in facts
