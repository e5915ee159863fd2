"""Answering by a link: once, from any device, without account; and everything that people and programs do wrong with it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from dieutra.events.models import Event
from dieutra.opinions import answering, devices, keys, opening
from dieutra.opinions.models import Burst, Invitation, SealedDraft, SealedOpinion
from dieutra.opinions.sealing import BLOCK, NONCE, Unreadable, unseal
from dieutra.opinions.tokens import hash_of, shown
from dieutra.rosters.models import Person
from tests.cast import PASSWORD
from tests.opinion_cast import OpinionWorld
from tests.opinions.respondent import Respondent, form_of, full_answers, shift

OPEN_QUESTION = "/data/y_kien/y_kien_khac"
FIRST = "/data/linh_vuc_1/q01"
SEALED = NONCE + BLOCK + 16


def counts() -> tuple[int, int, int]:
    """(invitations answered, sealed answers, drafts)."""
    answered = Invitation.objects.filter(answered=True).count()
    return answered, SealedOpinion.objects.count(), SealedDraft.objects.count()


def text(response: Any) -> str:
    return str(response.content.decode())


def content_of(sealed: SealedOpinion) -> dict[str, Any]:
    place = opening.place_in_words(sealed.campaign.slug, sealed.survey, sealed.path, sealed.group)
    return unseal(keys.of(sealed.campaign, "box"), sealed.sealed, place)


def test_whoever_has_the_link_answers_without_account_and_gets_a_receipt(respondent: Respondent) -> None:
    receipt = respondent.answer(at=7)
    assert len(receipt) == 11
    assert "Đã nhận câu trả lời" in text(respondent.page)
    assert counts() == (1, 1, 0)
    kept = content_of(SealedOpinion.objects.get())
    assert kept["answers"] == full_answers(form_of(respondent.invitation), 7)
    assert kept["seconds"] == "<30"
    assert len(kept["device"]) == len(kept["network"]) == 32


def test_the_cookie_is_gone_after_sending_and_the_link_shows_the_receipt_and_no_answers(
    respondent: Respondent,
) -> None:
    form = form_of(respondent.invitation)
    receipt = respondent.answer(full_answers(form, 3, "Đề nghị rút ngắn thời gian."))
    assert respondent.client.cookies["dieutra-phieu"].value == ""
    page = respondent.open()
    assert "Ông/Bà đã trả lời" in text(page)
    assert respondent.receipt == receipt
    assert "rút ngắn" not in text(page)
    assert respondent.client.get("/y-kien/phieu/").status_code == 403
    assert counts() == (1, 1, 0)


def test_opening_and_looking_write_nothing(respondent: Respondent, django_assert_num_queries: Any) -> None:
    before = counts(), Event.objects.count()
    assert Client().get("/y-kien/").status_code == 200  # what a scanner of mails does
    assert respondent.open().status_code == 200
    respondent.look()
    respondent.check()
    assert (counts(), Event.objects.count()) == before


def test_the_door_asks_the_database_nothing(respondent: Respondent, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        page = respondent.client.get("/y-kien/")
    assert "Dán mã trong thư" in text(page)
    assert "không chạy JavaScript" in text(page)


@pytest.mark.parametrize("way", ["lower", "dashes", "spaces"])
def test_a_typed_code_may_have_dashes_spaces_and_small_letters(respondent: Respondent, way: str) -> None:
    code = {
        "lower": respondent.token.lower(),
        "dashes": shown(respondent.token),
        "spaces": shown(respondent.token).replace("-", " "),
    }[way]
    assert respondent.open(f"  {code} ").status_code == 200
    assert respondent.state["version"] == 0


def test_a_draft_is_taken_up_on_another_device(respondent: Respondent) -> None:
    respondent.open()
    assert respondent.save({FIRST: "1"}).json()["version"] == 1
    other = Respondent(respondent.invitation, client=Client())
    other.open()
    assert other.state["answers"][FIRST] == "1"
    assert other.save({OPEN_QUESTION: "Từ máy thứ hai"}).json()["version"] == 2
    assert respondent.look()["answers"] == {FIRST: "1", OPEN_QUESTION: "Từ máy thứ hai"}


def test_a_draft_opens_with_the_link_and_the_key_together_and_with_neither_alone(
    respondent: Respondent,
) -> None:
    respondent.open()
    respondent.save({FIRST: "1"})
    opened = opening.open_link(respondent.token)
    sealed, drafts = SealedDraft.objects.get().sealed, keys.of(opened.campaign, "drafts")
    alone = [keys.derived(respondent.token.encode(), "draft"), keys.derived(drafts, "draft"), drafts]
    for key in alone:
        with pytest.raises(Unreadable):
            unseal(key, sealed, opened.place)
    both = keys.derived(respondent.token.encode() + drafts, "draft")
    assert unseal(both, sealed, opened.place)["answers"] == {FIRST: "1"}


def test_drafts_and_answers_have_one_size_whatever_is_written(respondent: Respondent) -> None:
    respondent.open()
    respondent.save({FIRST: "1"})
    assert len(SealedDraft.objects.get().sealed) == SEALED
    form = form_of(respondent.invitation)
    respondent.look()
    respondent.save(full_answers(form, 5, "Đề nghị công khai kết quả. " * 36))
    assert len(SealedDraft.objects.get().sealed) == SEALED
    respondent.check()
    respondent.send()
    assert len(SealedOpinion.objects.get().sealed) == SEALED


def test_of_two_tabs_that_save_the_second_gets_what_stands_now(respondent: Respondent) -> None:
    respondent.open()
    assert respondent.save({FIRST: "1"}).status_code == 200
    late = respondent.save({FIRST: "2"})
    assert late.status_code == 409
    assert late.json()["answers"] == {FIRST: "1"}
    assert respondent.look()["answers"] == {FIRST: "1"}


def test_a_page_whose_last_reply_was_lost_goes_on_from_its_own_save(respondent: Respondent) -> None:
    respondent.open()
    assert respondent.save({FIRST: "1"}, tab="thẻ một").json()["version"] == 1
    assert respondent.save({FIRST: "2"}, tab="thẻ một").json()["version"] == 2


def test_the_same_sending_again_by_a_bad_line_gives_the_same_receipt(respondent: Respondent) -> None:
    respondent.open()
    respondent.save(full_answers(form_of(respondent.invitation)))
    respondent.check()
    fields, cookie = respondent.sending(), respondent.client.cookies["dieutra-phieu"].value
    respondent.send(fields)
    receipt = respondent.receipt
    respondent.client.cookies["dieutra-phieu"] = cookie  # the reply that takes the cookie away was lost
    again = respondent.send(fields)
    assert again.status_code == 200
    assert respondent.receipt == receipt
    assert counts() == (1, 1, 0)


def test_a_second_answer_changes_nothing_and_shows_the_receipt(respondent: Respondent) -> None:
    respondent.open()
    respondent.save(full_answers(form_of(respondent.invitation), 1))
    first, second = respondent, Respondent(respondent.invitation, client=Client())
    second.open()
    first.check()
    second.check()
    first.send()
    second.send()
    assert second.page.status_code == 200
    assert second.receipt == first.receipt
    assert "Mỗi người trả lời một lần" in text(second.page)
    assert counts() == (1, 1, 0)
    assert Burst.objects.get().count == 1


def test_saving_after_sending_is_refused_and_leaves_no_draft(respondent: Respondent) -> None:
    other = Respondent(respondent.invitation, client=Client())
    other.open()
    respondent.answer()
    late = other.save({FIRST: "1"})
    assert late.status_code == 410
    assert "đã được gửi" in late.json()["detail"]
    assert counts() == (1, 1, 0)


def test_what_was_saved_after_the_look_back_is_not_sent_unseen(respondent: Respondent) -> None:
    form = form_of(respondent.invitation)
    respondent.open()
    respondent.save(full_answers(form, 1))
    respondent.check()
    fields = respondent.sending()
    respondent.look()
    respondent.save({FIRST: "2"})
    late = respondent.send(fields)
    assert late.status_code == 409
    assert "Chưa có gì bị ghi đè" in text(late)
    assert counts() == (0, 0, 1)


def test_missing_answers_are_named_and_nothing_is_sent(respondent: Respondent) -> None:
    respondent.open()
    respondent.save({FIRST: "1"})
    page = respondent.check()
    assert "Còn câu chưa trả lời" in text(page)
    assert 'action="/y-kien/gui/"' not in text(page)
    state = respondent.look()
    fields = {"csrfmiddlewaretoken": state["csrf"], "base_version": "1", "form_shown": str(state["form"])}
    refused = respondent.send(fields)
    assert refused.status_code == 422
    assert "Chưa gửi được: còn 16 câu cần xem lại" in text(refused)
    assert counts() == (0, 0, 1)


TAMPERED = {
    "an unknown question": ({"/data/linh_vuc_1/q99": "1"}, "không thuộc phiếu này"),
    "a value not offered": ({FIRST: "tuyệt vời"}, "không nằm trong các lựa chọn"),
    "two values where one is asked": ({FIRST: "1 2"}, "không nằm trong các lựa chọn"),
    "too long": ({OPEN_QUESTION: "a" * 2_001}, "dài quá 2000 ký tự"),
    "too long to hide": (
        {OPEN_QUESTION: "".join(chr(0x4E00 + 13 * it % 20_000) for it in range(2_000))},
        "dài quá",
    ),
    "NUL": ({OPEN_QUESTION: "a\x00b"}, "không lưu được"),
    "half a sign": ({OPEN_QUESTION: "\ud800"}, "không lưu được"),
    "in a row of no list": ({"/data[1]/linh_vuc_1/q01": "1"}, "không thuộc phiếu này"),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_a_tampered_form_is_refused_with_a_sentence_and_nothing_is_kept(
    respondent: Respondent, what: str
) -> None:
    changes, said = TAMPERED[what]
    respondent.open()
    refused = respondent.save(changes)
    assert refused.status_code == 422
    assert said in refused.json()["detail"]
    assert counts() == (0, 0, 0)


IN_ENGLISH = {
    "an unknown question": "no question of this questionnaire",
    "a value not offered": "none of those that the questionnaire offers",
    "two values where one is asked": "none of those that the questionnaire offers",
    "too long": "is longer than 2000 characters",
    "too long to hide": "too long. Please shorten",
    "NUL": "cannot be kept",
    "half a sign": "cannot be kept",
    "in a row of no list": "no question of this questionnaire",
}


@pytest.mark.parametrize("what", TAMPERED)
def test_an_english_page_is_refused_in_english(respondent: Respondent, what: str) -> None:
    respondent.open(lang="en")
    assert respondent.state["urls"]["save"] == "/y-kien/luu/?lang=en"
    body = {"base_version": 0, "changes": TAMPERED[what][0], "form": respondent.state["form"]}
    refused = respondent.post_json(respondent.state["urls"]["save"], body, respondent.state["csrf"])
    assert IN_ENGLISH[what] in refused.json()["detail"]


def test_what_stands_in_the_way_of_saving_is_told_in_english_too(respondent: Respondent) -> None:
    respondent.open(lang="en")
    state, save = respondent.state, respondent.state["urls"]["save"]

    def told(mark: str = state["csrf"], **more: Any) -> str:
        body = {"base_version": 0, "changes": {FIRST: "1"}, "form": state["form"], **more}
        return str(respondent.post_json(save, body, mark).json()["detail"])

    assert "closed on this device" in told(mark="0" * 32)
    assert "could not be read" in told(base_version="?")
    assert "replaced by another version" in told(form=state["form"] + 1)
    assert (
        respondent.post_json(
            save, {"base_version": 0, "changes": {FIRST: "1"}, "form": state["form"]}, state["csrf"]
        ).json()["version"]
        == 1
    )
    assert "saved from another window" in told()
    fields = {"csrfmiddlewaretoken": state["csrf"], "base_version": "1", "form_shown": str(state["form"])}
    refused = respondent.send(fields | {"lang": "en"})
    assert "Not sent: 16 questions still to be looked at." in text(refused) and "Chưa" not in text(refused)
    shift(respondent.invitation.campaign, -10, -1)
    assert "Answers were taken until the end of" in told()
    shift(respondent.invitation.campaign, 5, 10)
    assert "Please come back" in told()
    Invitation.objects.update(withdrawn=True)
    assert "no longer on the list" in told()
    Invitation.objects.update(withdrawn=False, answered=True)
    assert "has been sent" in told()


def test_a_page_of_another_form_must_be_loaded_again(respondent: Respondent) -> None:
    respondent.open()
    refused = respondent.save({FIRST: "1"}, form=respondent.state["form"] + 1)
    assert refused.status_code == 409
    assert refused.json()["reload"] is True
    assert counts() == (0, 0, 0)


@pytest.mark.parametrize(
    "body", [b"[]", b"{", b'{"base_version": "x"}', b'{"base_version": 0, "changes": {"a": 1}}']
)
def test_bodies_of_another_shape_are_refused(respondent: Respondent, body: bytes) -> None:
    respondent.open()
    mark = respondent.state["csrf"]
    refused = respondent.client.post(
        "/y-kien/luu/", body, content_type="application/json", headers={"X-CSRFToken": mark}
    )
    assert refused.status_code == 422
    assert counts() == (0, 0, 0)


def test_a_form_without_javascript_saves_goes_to_the_look_back_and_refuses_foreign_fields(
    respondent: Respondent,
) -> None:
    respondent.open()
    seen = respondent.state
    fields = {"csrfmiddlewaretoken": seen["csrf"], "base_version": "0", "form_shown": str(seen["form"])}
    foreign = respondent.client.post("/y-kien/luu-trang/", {**fields, "/data/la": "1", "act": "save"})
    assert foreign.status_code == 422
    assert counts() == (0, 0, 0)
    answers = full_answers(form_of(respondent.invitation), 4)
    saved = respondent.client.post("/y-kien/luu-trang/", {**fields, **answers, "act": "check"})
    assert saved.headers["Location"] == "/y-kien/kiem-tra/"
    respondent.check()
    assert respondent.send().status_code == 200
    assert content_of(SealedOpinion.objects.get())["answers"] == answers


def test_changing_the_language_keeps_what_was_typed(respondent: Respondent) -> None:
    respondent.open()
    seen = respondent.state
    fields = {"csrfmiddlewaretoken": seen["csrf"], "base_version": "0", "act": "lang:en", FIRST: "1"}
    to = respondent.client.post("/y-kien/luu-trang/", fields)
    assert to.headers["Location"] == "/y-kien/phieu/?lang=en"
    respondent.page = respondent.client.get(to.headers["Location"])
    assert respondent.state["answers"] == {FIRST: "1"}
    assert "Before you answer" in text(respondent.page)


def test_what_stands_in_the_way_is_told_without_saying_which_part_of_a_code_is_wrong(
    respondent: Respondent,
) -> None:
    wrong = "A" * 25 if respondent.token[0] != "A" else "B" * 25
    nearly = respondent.token[:-1] + ("A" if respondent.token[-1] != "A" else "B")
    pages = [
        Respondent(respondent.invitation, client=Client()).open(it) for it in (wrong, nearly, "ngắn", " ")
    ]
    assert {it.status_code for it in pages} == {422}
    assert len({text(it) for it in pages}) == 1
    assert "thư mới nhất" in text(pages[0])


def test_whoever_tries_codes_is_slowed_down_by_address_and_right_codes_are_not(
    respondent: Respondent,
) -> None:
    guesser = Respondent(respondent.invitation, client=Client(), address="198.51.100.9")
    statuses = [guesser.open("A" * 25).status_code for _ in range(61)]
    assert statuses == [422] * 60 + [429]
    assert "Hãy chờ một phút" in text(guesser.page)
    assert guesser.open().status_code == 200  # somebody of the same office
    assert guesser.open("A" * 25).status_code == 429
    assert respondent.open().status_code == 200


@pytest.mark.parametrize("base", ["Infinity", "-Infinity", "NaN", "1e999", "9" * 40, "null", '"x"'])
def test_a_version_that_is_no_number_is_refused_with_a_sentence(respondent: Respondent, base: str) -> None:
    respondent.open()
    mark = {"X-CSRFToken": respondent.state["csrf"]}
    body = f'{{"base_version": {base}, "changes": {{}}}}'
    answer = respondent.client.post("/y-kien/luu/", body, content_type="application/json", headers=mark)
    assert answer.status_code in (409, 422) and answer.json()["detail"]
    assert (answer.status_code == 409) == base.startswith("9")


def test_a_form_sent_to_where_changes_are_saved_is_refused_with_a_sentence(respondent: Respondent) -> None:
    respondent.open()
    fields = {"csrfmiddlewaretoken": respondent.state["csrf"], "base_version": "0"}
    answer = respondent.client.post("/y-kien/luu/", fields)  # multipart
    assert answer.status_code == 422 and "tải lại trang" in answer.json()["detail"]


def test_after_a_change_of_address_the_former_link_is_dead(respondent: Respondent) -> None:
    former = respondent.token
    Invitation.objects.filter(pk=respondent.invitation.pk).update(epoch=2, token_hash=hash_of("B" * 25))
    assert respondent.open(former).status_code == 422
    assert respondent.open("B" * 25).status_code == 200


def test_a_link_that_dies_while_it_is_open_saves_and_sends_nothing(respondent: Respondent) -> None:
    respondent.open()
    respondent.save(full_answers(form_of(respondent.invitation)))
    respondent.check()
    Invitation.objects.filter(pk=respondent.invitation.pk).update(epoch=2, token_hash=hash_of("B" * 25))
    assert respondent.send().status_code == 422
    assert counts() == (0, 0, 1)


def test_a_save_under_way_while_the_link_is_renewed_leaves_nothing(respondent: Respondent) -> None:
    opened = opening.open_link(respondent.token)
    Invitation.objects.filter(pk=respondent.invitation.pk).update(epoch=2, token_hash=hash_of("B" * 25))
    with pytest.raises(opening.Unknown):
        answering.save(opened, 0, {FIRST: "1"})
    assert counts() == (0, 0, 0)


def test_a_save_and_a_sending_under_way_while_the_group_changes_leave_nothing(respondent: Respondent) -> None:
    respondent.open()
    respondent.save(full_answers(form_of(respondent.invitation)))
    opened = opening.open_link(respondent.token)
    Invitation.objects.filter(pk=respondent.invitation.pk).update(group="tinh-phong")
    with pytest.raises(opening.Moved) as moved:
        answering.save(opened, 1, {FIRST: "1"})
    assert moved.value.reload
    opened = replace(opened, invitation=respondent.invitation)
    with pytest.raises(opening.Moved):
        answering.send(opened, 1, devices.Device())
    assert counts() == (0, 0, 1)


def test_an_autosave_that_begins_the_draft_while_nothing_was_shown_is_not_sent_unseen(
    respondent: Respondent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever could send at version 0 (a form that asks for nothing) loses no words that were saved meanwhile."""
    monkeypatch.setattr(answering, "_refuse_unfinished", lambda state: None)
    seal = answering.seal

    def after_an_autosave(*given: Any) -> bytes:
        monkeypatch.setattr(answering, "seal", seal)
        answering.save(opening.open_link(respondent.token), 0, {FIRST: "2"})
        return seal(*given)

    monkeypatch.setattr(answering, "seal", after_an_autosave)
    with pytest.raises(opening.Moved) as moved:
        answering.send(opening.open_link(respondent.token), 0, devices.Device())
    assert (moved.value.answers[FIRST], moved.value.version) == ("2", 1)
    assert counts() == (0, 0, 1)


def test_a_draft_of_a_former_link_is_not_opened_for_the_new_one(respondent: Respondent) -> None:
    respondent.open()
    respondent.save({FIRST: "1"})
    Invitation.objects.filter(pk=respondent.invitation.pk).update(epoch=2, token_hash=hash_of("B" * 25))
    respondent.open("B" * 25)
    assert respondent.state["answers"] == {}
    assert respondent.save({FIRST: "2"}).status_code == 200
    assert respondent.look()["answers"] == {FIRST: "2"}


def test_whoever_was_taken_off_the_list_is_thanked(respondent: Respondent) -> None:
    respondent.open()
    Person.objects.filter(pk=respondent.invitation.person_id).update(standing=Person.Standing.EXCUSED)
    refused = respondent.save({FIRST: "1"})
    assert refused.status_code == 409
    assert "Lời mời đã được thu lại" in text(respondent.open())
    assert counts() == (0, 0, 0)


def test_before_the_opening_the_day_is_told(respondent: Respondent) -> None:
    shift(respondent.invitation.campaign, 3, 20)
    page = respondent.open()
    assert page.status_code == 409
    assert f"từ ngày {respondent.invitation.campaign.opens_on:%d/%m/%Y}" in text(page)


def test_after_the_deadline_people_are_thanked_and_nothing_is_taken(respondent: Respondent) -> None:
    respondent.open()
    respondent.save(full_answers(form_of(respondent.invitation)))
    respondent.check()
    shift(respondent.invitation.campaign, -20, -1)
    page = respondent.send()
    assert "Cuộc khảo sát đã kết thúc" in text(page)
    assert "Xin cảm ơn" in text(page)
    assert counts() == (0, 0, 1)


def test_a_page_that_knows_its_campaign_says_that_it_is_simulated(respondent: Respondent) -> None:
    words = "Cuộc khảo sát mô phỏng"
    assert words not in text(respondent.client.get("/y-kien/")), "the door knows no campaign"
    assert respondent.answer() and words in text(respondent.page), "the receipt"
    assert words in text(respondent.open()), "and whenever the link is used again"
    assert words not in text(respondent.open("AAAA-AAAA-AAAA")), "an unknown code knows none either"


def test_a_closed_page_says_that_its_campaign_is_simulated(respondent: Respondent) -> None:
    shift(respondent.invitation.campaign, -10, -1)
    assert "Cuộc khảo sát mô phỏng" in text(respondent.open())


def test_on_the_last_day_answers_are_taken(respondent: Respondent) -> None:
    shift(respondent.invitation.campaign, -20, 0)
    assert respondent.answer()


def test_without_the_key_file_the_page_is_polite_and_the_log_has_no_token(
    respondent: Respondent, keys_apart: Path, caplog: Any
) -> None:
    respondent.open()
    shown = respondent.state
    (keys_apart / f"{respondent.invitation.campaign.slug}.key").rename(keys_apart / "away")
    page = respondent.open()
    assert page.status_code == 503
    assert "thiếu tệp khóa" in text(page)
    body = {"base_version": 0, "changes": {FIRST: "1"}, "form": shown["form"]}
    respondent.client.cookies["dieutra-phieu"] = devices.opened_with(respondent.token)
    assert respondent.post_json("/y-kien/luu/", body, shown["csrf"]).status_code == 503
    assert "key of an opinion survey" in caplog.text
    assert respondent.token not in caplog.text
    assert counts() == (0, 0, 0)
    (keys_apart / "away").rename(keys_apart / f"{respondent.invitation.campaign.slug}.key")
    assert respondent.answer()


def test_after_the_key_is_destroyed_the_link_still_says_that_one_has_answered(respondent: Respondent) -> None:
    respondent.answer()
    keys.destroy(respondent.invitation.campaign)
    page = respondent.open()
    assert "Ông/Bà đã trả lời" in text(page)
    assert "đã được hủy" in text(page)


def test_a_page_left_open_on_a_shared_machine_does_not_write_into_the_next_persons_form(
    people: list[Invitation],
) -> None:
    one, shared = Respondent(people[0]), Client()
    one.client = shared
    one.__post_init__()
    one.open()
    left_open = one.state
    two = Respondent(people[1], client=shared)
    two.open()
    body = {"base_version": 0, "changes": {FIRST: "1"}, "form": left_open["form"]}
    assert two.post_json("/y-kien/luu/", body, left_open["csrf"]).status_code == 403
    assert counts() == (0, 0, 0)
    assert two.save({FIRST: "2"}).status_code == 200


def test_a_request_without_the_mark_of_the_page_is_refused(respondent: Respondent) -> None:
    respondent.open()
    for headers in ({}, {"X-CSRFToken": "0" * 32}, {"X-CSRFToken": "é"}):
        refused = respondent.client.post(
            "/y-kien/luu/", {"base_version": 0}, content_type="application/json", headers=headers
        )
        assert refused.status_code == 403
    assert respondent.client.post("/y-kien/gui/", {"base_version": "0"}).status_code == 403


def test_whoever_leaves_a_shared_machine_leaves_nothing_open(respondent: Respondent) -> None:
    respondent.open()
    respondent.save({FIRST: "1"})
    assert "Đã đóng phiếu" in text(respondent.client.post("/y-kien/dong/"))
    assert respondent.client.get("/y-kien/phieu/").status_code == 403
    respondent.open()
    assert respondent.state["answers"] == {FIRST: "1"}


def test_every_page_says_no_referrer_no_store_and_no_index_and_sets_no_session(
    respondent: Respondent,
) -> None:
    seen = [
        respondent.client.get("/y-kien/"),
        respondent.client.post("/y-kien/mo/", {"code": respondent.token}),
    ]
    seen += [respondent.client.get(f"/y-kien/{it}/") for it in ("phieu", "kiem-tra", "mo")]
    seen += [respondent.client.get("/y-kien/khong-co/"), respondent.client.post("/y-kien/gui/")]
    for page in seen:
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Cache-Control"] == "no-store"
        assert "noindex" in page.headers["X-Robots-Tag"]
        assert set(page.cookies) <= {"dieutra-phieu", "dieutra-may"}
    for name in ("dieutra-phieu", "dieutra-may"):
        cookie = seen[1].cookies[name]
        assert (cookie["path"], cookie["samesite"], cookie["httponly"]) == ("/y-kien/", "Strict", True)
    assert seen[1].cookies["dieutra-phieu"]["max-age"] == ""


def test_cookies_are_secure_where_the_site_is(respondent: Respondent, settings: Any) -> None:
    settings.HTTPS = True
    page = respondent.client.post("/y-kien/mo/", {"code": respondent.token})
    assert page.cookies["dieutra-phieu"]["secure"]


def test_an_official_who_answers_with_her_own_browser_is_not_seen_doing_so(
    respondent: Respondent, opinions: OpinionWorld
) -> None:
    """Her session would keep the minute of her last step."""
    from django.contrib.sessions.models import Session

    assert respondent.client.login(username="chi.ha.nam", password=PASSWORD)
    before = list(Session.objects.order_by("pk").values_list())
    respondent.answer()
    assert "Chị Hà Nam" not in text(respondent.page)
    assert list(Session.objects.order_by("pk").values_list()) == before
    assert respondent.client.cookies["sessionid"].value


def test_an_answer_records_no_event_and_is_no_log_line(respondent: Respondent, caplog: Any) -> None:
    caplog.set_level("DEBUG", "dieutra")
    caplog.set_level("DEBUG", "django.request")
    before = Event.objects.count()
    respondent.answer()
    assert Event.objects.count() == before
    assert caplog.text == ""


def test_a_forged_cookie_opens_nothing(respondent: Respondent) -> None:
    for forged in (
        respondent.token,
        f"{respondent.token}.1:xxx",
        devices.opened_with("A" * 25) + "x",
        "",
        "é",
    ):
        respondent.client.cookies["dieutra-phieu"] = forged
        assert respondent.client.get("/y-kien/phieu/").status_code == 403


def test_two_browsers_differ_by_device_and_one_browser_is_one_device(people: list[Invitation]) -> None:
    one, two, other = (
        Respondent(people[0]),
        Respondent(people[1]),
        Respondent(people[2], address="203.0.113.8"),
    )
    two.client = one.client
    for it in (one, two, other):
        it.answer()
    found = {content_of(it)["device"]: content_of(it)["network"] for it in SealedOpinion.objects.all()}
    assert len(found) == 2
    assert len(set(found.values())) == 2


@pytest.mark.parametrize(
    ("seconds", "named"),
    [(None, ""), (0, "<30"), (30, "30-60"), (119, "60-120"), (299, "120-300"), (901, ">900")],
)
def test_how_long_it_took_is_kept_in_six_buckets(seconds: int | None, named: str) -> None:
    assert devices.bucket(seconds) == named


def test_a_killed_transaction_leaves_neither_half(respondent: Respondent, monkeypatch: Any) -> None:
    respondent.open()
    respondent.save(full_answers(form_of(respondent.invitation)))
    respondent.check()

    def falls(*_: Any) -> Iterator[None]:
        raise RuntimeError("nguồn điện")

    with monkeypatch.context() as patch:
        patch.setattr(answering, "_count_burst", falls)
        with pytest.raises(RuntimeError), transaction.atomic():
            respondent.send()
    assert counts() == (0, 0, 1)
    respondent.look()
    respondent.check()
    assert respondent.send().status_code == 200


def test_the_key_file_is_readable_by_its_owner_alone(respondent: Respondent, keys_apart: Path) -> None:
    file = keys.file_of(respondent.invitation.campaign)
    assert os.stat(file).st_mode & 0o777 == 0o600  # noqa: PTH116
    assert os.stat(keys_apart).st_mode & 0o777 == 0o700  # noqa: PTH116
