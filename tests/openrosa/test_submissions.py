"""What Collect sends: into the case, kept with its findings, held beside other work, refused and never lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import DatabaseError, transaction

from dieutra.cases import actions, files
from dieutra.cases.models import Attachment, Case, Draft, Response, Submission, SubmissionFile
from dieutra.cases.queries import sheet_to_fill
from dieutra.engine.forms.check import evaluate
from dieutra.engine.refusals import Forbidden
from dieutra.events.models import Event
from dieutra.forms.queries import engine_form
from tests.cast import World, good_answers, path_of
from tests.openrosa.phone import JPEG, Phone, given_phone, said, written


@pytest.fixture(autouse=True)
def folder(settings: LazySettings, tmp_path: Path) -> Path:
    settings.FILES_DIR = tmp_path / "files"
    return tmp_path / "files"


@pytest.fixture
def phone(world: World) -> Phone:
    return given_phone(world)


def good(world: World, **how: str) -> bytes:
    case = world.case("don.vi")
    return written(good_answers(case), key=case.pk, world=world, **how)


def only(**where: object) -> Submission:
    return Submission.objects.get(**where)


def test_a_faultless_form_goes_to_review_with_a_receipt(world: World, phone: Phone) -> None:
    response = phone.send(good(world))
    case = world.case("don.vi")
    assert response.status_code == 201
    assert (case.state, case.level) == ("submitted", 2)
    assert case.response.receipt in said(response)
    assert case.response.sent_by == phone.record.user
    assert only().outcome == "sent"
    assert only().response == case.response
    expected = evaluate(engine_form(case.form_id), {**actions.known_from_frame(case), **good_answers(case)})
    assert case.response.answers == dict(expected.values)


def test_what_came_is_kept_to_the_byte_before_anything_else(world: World, phone: Phone) -> None:
    xml = good(world)
    phone.send(xml)
    kept = only()
    assert bytes(kept.xml) == xml
    assert kept.sender == phone.record.user
    event = Event.objects.get(verb="submission.received")
    assert event.facts == {"sha256": kept.sha256, "size": len(xml)}


@pytest.mark.parametrize("change", [{"xml": b"khac"}, {"instance_id": "khac"}, {"sha256": "0" * 64}])
def test_the_database_lets_nobody_change_or_delete_what_came(
    world: World, phone: Phone, change: dict[str, object]
) -> None:
    phone.send(good(world))
    with pytest.raises(DatabaseError), transaction.atomic():
        Submission.objects.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Submission.objects.all()._raw_delete("default")


def test_hard_findings_are_kept_in_the_draft_and_told_to_the_collector(world: World, phone: Phone) -> None:
    case = world.case("don.vi")
    wrong = good_answers(case) | {path_of(case, "dien_thoai_lap"): "12"}
    response = phone.send(written(wrong, key=case.pk, world=world))
    assert response.status_code == 201
    assert "chưa gửi lên cấp duyệt vì còn 1 chỗ cần xem lại" in said(response)
    case = world.case("don.vi")
    assert (case.state, case.response) == ("draft", None)
    sheet = sheet_to_fill(case)
    assert sheet.answers[path_of(case, "dien_thoai_lap")] == "12"
    assert [it.path for it in sheet.state.findings if it.severity == "hard"] == [
        path_of(case, "dien_thoai_lap")
    ]
    assert only().outcome == "kept"


def test_missing_answers_are_left_to_the_unit(world: World, phone: Phone) -> None:
    case = world.case("don.vi")
    part = dict(list(good_answers(case).items())[:5])
    assert "chưa gửi lên cấp duyệt" in said(phone.send(written(part, key=case.pk, world=world)))
    sheet = sheet_to_fill(world.case("don.vi"))
    assert sheet.state.missing
    assert all(sheet.answers[path] == text for path, text in part.items())


def test_the_unit_sees_the_findings_on_the_web_corrects_and_sends(
    world: World, phone: Phone, at_the_desk
) -> None:
    case = world.case("don.vi")
    place = path_of(case, "dien_thoai_lap")
    phone.send(written(good_answers(case) | {place: "12"}, key=case.pk, world=world))
    desk = at_the_desk("don.vi")
    assert "nhận từ ODK Collect, chưa gửi lên cấp duyệt" in desk.get(f"/phieu/{case.pk}/").content.decode()
    assert place in desk.get(f"/phieu/{case.pk}/kiem-tra/").content.decode()
    draft = Draft.objects.get(case=case)
    actions.save_draft(world.user("don.vi"), world.case("don.vi"), draft.version, {place: "0912345678"}, {})
    actions.submit(world.user("don.vi"), world.case("don.vi"), draft.version + 1)
    assert world.case("don.vi").state == "submitted"


def test_a_warning_that_asks_for_a_reason_waits_for_the_unit(world: World, phone: Phone) -> None:
    case = world.case("don.vi")
    many = good_answers(case) | {path_of(case, "nam_sinh"): "1943"}
    response = phone.send(written(many, key=case.pk, world=world))
    assert response.status_code == 201
    assert "Cần giải trình" in said(response)
    assert world.case("don.vi").state == "draft"


def test_fixed_identification_comes_from_the_list_whatever_the_phone_says(world: World, phone: Phone) -> None:
    case = world.case("don.vi")
    forged = good_answers(case) | {path_of(case, "ma_don_vi"): "KHAC"}
    phone.send(written(forged, key=case.pk, world=world))
    assert world.case("don.vi").response.answers[path_of(case, "ma_don_vi")] == "UBND-PL"


def test_prefilled_answers_lie_under_what_was_collected(world: World, phone: Phone) -> None:
    case = world.case("don.vi")
    answers = {path: text for path, text in good_answers(case).items() if path != path_of(case, "email")}
    answers[path_of(case, "dien_thoai")] = "0987654321"
    phone.send(written(answers, key=case.pk, world=world))
    draft = sheet_to_fill(world.case("don.vi")).answers
    assert draft[path_of(case, "email")] == "don.vi@example.gov.vn"
    assert draft[path_of(case, "dien_thoai")] == "0987654321"


# --- again, more, other


def test_the_same_submission_again_is_a_success_and_changes_nothing(world: World, phone: Phone) -> None:
    xml = good(world)
    first, version = phone.send(xml), world.case("don.vi").version
    again = phone.send(xml)
    assert (again.status_code, said(again)) == (201, said(first))
    assert world.case("don.vi").version == version
    assert Response.objects.count() == Submission.objects.count() == 1
    assert Event.objects.filter(verb="submission.sent").count() == 1


def test_a_kept_submission_again_is_a_success_without_new_events(world: World, phone: Phone) -> None:
    case = world.case("don.vi")
    xml = written({path_of(case, "dien_thoai_lap"): "12"}, key=case.pk, world=world)
    phone.send(xml)
    before = Event.objects.count()
    assert phone.send(xml).status_code == 201
    assert Event.objects.count() == before


def test_the_same_submission_again_after_the_unit_has_sent_the_form_is_still_a_success(
    world: World, phone: Phone, form_with_photo: str
) -> None:
    case = world.case("don.vi")
    xml = written(good_answers(case) | {form_with_photo: "1.jpg"}, key=case.pk, world=world)
    phone.send(xml)
    actions.submit(world.user("don.vi"), world.case("don.vi"), Draft.objects.get(case=case).version)
    assert phone.send(xml).status_code == 201
    assert world.case("don.vi").response.number == 1


def test_a_file_that_follows_joins_the_case_that_the_unit_has_gone_on_with(
    world: World, phone: Phone, form_with_photo: str
) -> None:
    case = world.case("don.vi")
    xml = written(good_answers(case) | {form_with_photo: "1.jpg"}, key=case.pk, world=world)
    phone.send(xml, more_follows=True)
    place, version = path_of(case, "nguoi_lap"), Draft.objects.get(case=case).version
    actions.save_draft(world.user("don.vi"), world.case("don.vi"), version, {place: "Chị Văn Phòng"}, {})
    assert phone.send(xml, {"1.jpg": JPEG}).status_code == 201
    assert files.read(Attachment.objects.get(case=case)) == JPEG
    assert Draft.objects.get(case=case).answers[place] == "Chị Văn Phòng"
    assert world.case("don.vi").state == "draft"


def test_the_same_id_with_another_content_is_409_and_the_first_stands(world: World, phone: Phone) -> None:
    phone.send(good(world, instance="uuid:1"))
    other = written({}, key=world.case("don.vi").pk, world=world, instance="uuid:1")
    response = phone.send(other)
    assert response.status_code == 409
    assert "nội dung khác" in said(response)
    assert only(instance_id="uuid:1").outcome == "sent"


def test_the_id_of_somebody_elses_submission_is_409(world: World, phone: Phone) -> None:
    xml = good(world)
    phone.send(xml)
    assert given_phone(world, name="Máy hai").send(xml).status_code == 409


def test_files_may_follow_and_the_form_is_sent_when_all_are_there(
    world: World, phone: Phone, form_with_photo: str
) -> None:
    case = world.case("don.vi")
    xml = written(good_answers(case) | {form_with_photo: "1.jpg"}, key=case.pk, world=world)
    first = phone.send(xml, more_follows=True)
    assert (first.status_code, world.case("don.vi").state) == (201, "draft")
    assert "đang chờ các tệp" in said(first)
    second = phone.send(xml, {"1.jpg": JPEG})
    assert (second.status_code, world.case("don.vi").state) == (201, "submitted")
    photo = Attachment.objects.get(case=case)
    assert (photo.name, files.read(photo)) == ("1.jpg", JPEG)
    assert world.case("don.vi").response.answers[form_with_photo] == "1.jpg"


def test_a_file_that_never_comes_is_named_and_nothing_is_lost(
    world: World, phone: Phone, form_with_photo: str
) -> None:
    case = world.case("don.vi")
    xml = written(good_answers(case) | {form_with_photo: "1.jpg"}, key=case.pk, world=world)
    response = phone.send(xml)
    assert response.status_code == 201
    assert "1.jpg" in said(response)
    assert world.case("don.vi").state == "draft"


def test_a_file_of_a_kind_that_is_not_taken_stays_with_the_submission_alone(
    world: World, phone: Phone, form_with_photo: str
) -> None:
    case = world.case("don.vi")
    xml = written(good_answers(case) | {form_with_photo: "1.jpg"}, key=case.pk, world=world)
    response = phone.send(xml, {"1.jpg": b"MZ\x90\x00"})
    assert response.status_code == 201
    assert "không nhận được loại tệp: 1.jpg" in said(response)
    assert not Attachment.objects.exists()
    row = SubmissionFile.objects.get()
    assert files.content_of(row.sha256, row.name) == b"MZ\x90\x00"


def test_a_files_name_cannot_leave_its_folder(world: World, phone: Phone, folder: Path) -> None:
    case = world.case("don.vi")
    xml = written({}, key=case.pk, world=world)
    assert phone.send(xml, {"../../../x.jpg": JPEG}).status_code == 201
    assert Attachment.objects.get(case=case).name == "x.jpg"
    assert not list(folder.parent.rglob("x.jpg"))


def test_the_same_file_name_with_another_content_is_409(world: World, phone: Phone) -> None:
    xml = written({}, key=world.case("don.vi").pk, world=world)
    phone.send(xml, {"1.jpg": JPEG})
    assert phone.send(xml, {"1.jpg": JPEG}).status_code == 201
    assert phone.send(xml, {"1.jpg": JPEG + b"!"}).status_code == 409
    assert files.read(Attachment.objects.get()) == JPEG


@pytest.fixture
def form_with_photo(world: World) -> str:
    """The shipped form with one question turned into a photograph; its path."""
    from dieutra.forms.models import FormVersion

    case = world.case("don.vi")
    place = path_of(case, "ghi_chu")
    version = FormVersion.objects.get(pk=case.form_id)
    for node in version.model["nodes"]:
        if node["path"] == place:
            node["type"] = "binary"
    FormVersion.objects.filter(pk=version.pk).update(model=version.model)
    engine_form.cache_clear()
    yield place
    engine_form.cache_clear()


# --- edits


def test_an_edit_replaces_what_the_phone_sent_before_while_the_case_is_open(
    world: World, phone: Phone
) -> None:
    case = world.case("don.vi")
    place = path_of(case, "dien_thoai_lap")
    phone.send(written(good_answers(case) | {place: "12"}, key=case.pk, world=world, instance="uuid:1"))
    response = phone.send(good(world, instance="uuid:2", edits="uuid:1"))
    assert response.status_code == 201
    assert world.case("don.vi").state == "submitted"
    assert {it.instance_id: it.outcome for it in Submission.objects.all()} == {
        "uuid:1": "kept",
        "uuid:2": "sent",
    }


def test_an_edit_of_a_returned_case_is_its_next_response(world: World, phone: Phone) -> None:
    phone.send(good(world, instance="uuid:1"))
    case = world.case("don.vi")
    actions.give_back(world.user("anh.giam.sat"), case, case.version, "Xem lại số điện thoại", {})
    changed = good_answers(case) | {path_of(case, "dien_thoai_lap"): "0987654321"}
    xml = written(changed, key=case.pk, world=world, instance="uuid:2", edits="uuid:1")
    assert phone.send(xml).status_code == 201
    case = world.case("don.vi")
    assert (case.state, case.response.number) == ("submitted", 2)


def test_an_edit_by_another_phone_of_the_area_takes_over_from_the_first(world: World, phone: Phone) -> None:
    case = world.case("don.vi")
    wrong = good_answers(case) | {path_of(case, "dien_thoai_lap"): "12"}
    phone.send(written(wrong, key=case.pk, world=world, instance="uuid:1"))
    second = given_phone(world, name="Máy hai")
    assert second.send(good(world, instance="uuid:2", edits="uuid:1")).status_code == 201
    assert world.case("don.vi").state == "submitted"


def test_an_edit_of_a_sent_case_is_409_and_kept(world: World, phone: Phone) -> None:
    phone.send(good(world, instance="uuid:1"))
    response = phone.send(good(world, instance="uuid:2", edits="uuid:1"))
    assert response.status_code == 409
    assert "đề nghị giám sát viên trả lại" in said(response)
    assert only(instance_id="uuid:2").outcome == "refused"
    assert world.case("don.vi").response.number == 1


def test_an_edit_cannot_move_to_another_unit(world: World, phone: Phone) -> None:
    case = world.case("don.vi")
    wrong = good_answers(case) | {path_of(case, "dien_thoai_lap"): "12"}
    phone.send(written(wrong, key=case.pk, world=world, instance="uuid:1"))
    other = world.case("don.vi.hai")
    xml = written(good_answers(other), key=other.pk, world=world, instance="uuid:2", edits="uuid:1")
    assert phone.send(xml).status_code == 409
    assert world.case("don.vi.hai").state == "new"


def test_an_edit_of_what_never_arrived_is_taken_as_new(world: World, phone: Phone) -> None:
    assert phone.send(good(world, edits="uuid:chua-tung-gui")).status_code == 201
    assert world.case("don.vi").state == "submitted"


# --- refused, and never lost


def test_a_sent_or_accepted_case_takes_nothing_more(world: World, phone: Phone) -> None:
    phone.send(good(world))
    Case.objects.filter(pk=world.case("don.vi").pk).update(state="accepted", level=0)
    xml = good(world)
    response = phone.send(xml)
    assert response.status_code == 409
    assert "Phiếu đã gửi nên không sửa được" in said(response)
    assert bytes(only(outcome="refused").xml) == xml


def test_a_refused_submission_is_tried_again_when_the_phone_sends_it_again(
    world: World, phone: Phone
) -> None:
    phone.send(good(world))
    xml = good(world)
    assert [phone.send(xml).status_code for _ in range(2)] == [409, 409]
    assert Event.objects.filter(verb="submission.refused").count() == 1
    case = world.case("don.vi")
    actions.give_back(world.user("anh.giam.sat"), case, case.version, "Nhập lại", {})
    assert phone.send(xml).status_code == 201
    assert world.case("don.vi").response.number == 2


@pytest.mark.parametrize("key", ["", "0", "abc", "9" * 30, "-1", "1 OR 1=1"])
def test_a_unit_that_is_not_there_is_refused_in_words(world: World, phone: Phone, key: str) -> None:
    response = phone.send(written(good_answers(world.case("don.vi")), key=key, world=world))
    assert response.status_code in (403, 422)
    assert "đơn vị" in said(response).lower()
    assert only().case is None


def test_a_unit_of_another_area_is_refused_and_untouched(world: World, phone: Phone) -> None:
    stranger = world.case("don.vi.la")
    response = phone.send(written(good_answers(stranger), key=stranger.pk, world=world))
    assert response.status_code == 403
    assert "không thuộc địa bàn được giao" in said(response)
    assert world.case("don.vi.la").state == "new"
    assert only().outcome == "refused"


def test_an_unknown_form_or_version_is_refused(world: World, phone: Phone) -> None:
    case = world.case("don.vi")
    for how in ({"form_id": "khac"}, {"version": "1900"}, {"version": ""}):
        answers = {"form_id": world.campaign.form.form_id, "version": world.campaign.form.version} | how
        response = phone.send(written(good_answers(case), key=case.pk, **answers))
        assert response.status_code == 422
        assert "Máy chủ không có phiếu" in said(response)
    assert world.case("don.vi").state == "new"


def test_before_the_campaign_opens_nothing_is_offered_or_taken(world: World, phone: Phone) -> None:
    from datetime import timedelta

    xml = good(world)
    world.campaign.opens_on += timedelta(days=365)
    world.campaign.save()
    assert phone.send(xml).status_code == 422
    assert b"<xform>" not in phone.get("formList").content


def test_a_revoked_phone_sends_nothing(world: World, phone: Phone) -> None:
    from dieutra.people.app_users import revoke_app_user

    revoke_app_user(world.user("co.huyen"), phone.record)
    response = phone.send(good(world))
    assert response.status_code == 403
    assert "đã bị thu hồi" in said(response)
    assert not Submission.objects.exists()


# --- beside other work


def test_work_of_the_unit_on_the_web_is_never_overwritten(world: World, phone: Phone) -> None:
    case, unit = world.case("don.vi"), world.user("don.vi")
    place = path_of(case, "nguoi_lap")
    actions.save_draft(unit, case, 0, {place: "Chị Văn Phòng"}, {})
    response = phone.send(good(world))
    assert response.status_code == 201
    assert "đang có số liệu khác do người khác nhập" in said(response)
    assert Draft.objects.get(case=case).answers[place] == "Chị Văn Phòng"
    assert (world.case("don.vi").state, only().outcome) == ("draft", "held")


def test_a_draft_that_agrees_with_what_was_collected_is_filled_up(world: World, phone: Phone) -> None:
    case, unit = world.case("don.vi"), world.user("don.vi")
    place = path_of(case, "nguoi_lap")
    actions.save_draft(unit, case, 0, {place: good_answers(case)[place]}, {})
    assert phone.send(good(world)).status_code == 201
    assert world.case("don.vi").state == "submitted"


def held(world: World, phone: Phone) -> Submission:
    case = world.case("don.vi")
    actions.save_draft(world.user("don.vi"), case, 0, {path_of(case, "nguoi_lap"): "Chị Văn Phòng"}, {})
    phone.send(good(world))
    return only()


def test_the_unit_sees_both_and_takes_what_was_collected(world: World, phone: Phone, at_the_desk) -> None:
    submission, case = held(world, phone), world.case("don.vi")
    desk = at_the_desk("don.vi")
    assert "Xem và chọn bản dùng" in desk.get(f"/phieu/{case.pk}/").content.decode()
    page = desk.get(f"/phieu/{case.pk}/collect/").content.decode()
    assert "Chị Văn Phòng" in page
    assert good_answers(case)[path_of(case, "nguoi_lap")] in page
    version = Draft.objects.get(case=case).version
    desk.post(f"/ban-gui/{submission.pk}/lay/", {"base_version": version})
    assert Draft.objects.get(case=case).answers[path_of(case, "nguoi_lap")] != "Chị Văn Phòng"
    assert only().outcome == "kept"
    assert actions.submit(world.user("don.vi"), world.case("don.vi"), version + 1).number == 1


def test_the_unit_keeps_its_own_and_what_was_collected_stays_on_record(
    world: World, phone: Phone, at_the_desk
) -> None:
    submission, case = held(world, phone), world.case("don.vi")
    desk = at_the_desk("don.vi")
    assert desk.post(f"/ban-gui/{submission.pk}/bo-qua/").status_code == 302
    assert Draft.objects.get(case=case).answers[path_of(case, "nguoi_lap")] == "Chị Văn Phòng"
    assert only().outcome == "passed"
    assert desk.post(f"/ban-gui/{submission.pk}/lay/", {"base_version": "1"}).status_code == 409


def test_a_choice_made_on_an_older_draft_changes_nothing(world: World, phone: Phone, at_the_desk) -> None:
    submission, case = held(world, phone), world.case("don.vi")
    response = at_the_desk("don.vi").post(f"/ban-gui/{submission.pk}/lay/", {"base_version": "0"})
    assert response.status_code == 409
    assert "Chưa có gì bị thay" in response.content.decode()
    assert Draft.objects.get(case=case).answers[path_of(case, "nguoi_lap")] == "Chị Văn Phòng"


def test_what_was_collected_is_chosen_by_those_who_fill_the_case_alone(
    world: World, phone: Phone, at_the_desk
) -> None:
    submission, case = held(world, phone), world.case("don.vi")
    for stranger in ("don.vi.hai", "anh.giam.sat", "co.huyen", "nguoi.la"):
        desk = at_the_desk(stranger)
        assert desk.get(f"/phieu/{case.pk}/collect/").status_code == 404
        assert desk.post(f"/ban-gui/{submission.pk}/lay/", {"base_version": "1"}).status_code == 404
    from dieutra.channels.openrosa import choosing

    with pytest.raises(Forbidden):
        choosing.use(world.user("co.huyen"), submission, 1)
    with pytest.raises(Forbidden):
        choosing.pass_over(world.user("co.huyen"), submission)


def test_two_phones_about_one_unit_do_not_overwrite_each_other(world: World, phone: Phone) -> None:
    case = world.case("don.vi")
    wrong = good_answers(case) | {path_of(case, "dien_thoai_lap"): "12"}
    phone.send(written(wrong, key=case.pk, world=world, instance="uuid:1"))
    second = given_phone(world, name="Máy hai")
    assert second.send(good(world, instance="uuid:2")).status_code == 201
    assert only(instance_id="uuid:2").outcome == "held"
    assert Draft.objects.get(case=case).answers[path_of(case, "dien_thoai_lap")] == "12"


def test_the_history_of_the_case_tells_of_the_phone(world: World, phone: Phone, at_the_desk) -> None:
    phone.send(good(world))
    page = at_the_desk("don.vi").get(f"/phieu/{world.case('don.vi').pk}/lich-su/").content.decode()
    assert "Nhận bản gửi từ ODK Collect và gửi phiếu" in page
    assert "Anh Đi Thực Địa" in page
