"""The self-check looks at what runs: a hole that is made on purpose is found, and what was found cannot be changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dieutra.campaigns.actions import appoint
from dieutra.campaigns.models import Campaign
from dieutra.cli import main
from dieutra.engine.refusals import Forbidden, Invalid, NotNow
from dieutra.events.actions import record, seal
from dieutra.events.models import Event
from dieutra.jobs.actions import KINDS
from dieutra.jobs.models import Job
from dieutra.people.actions import set_password
from dieutra.people.models import Post, User
from dieutra.places.models import Area
from dieutra.reactions import REACTIONS
from dieutra.selfcheck import actions
from dieutra.selfcheck.lines import CHECKS, looked
from dieutra.selfcheck.models import Answer, Run
from dieutra.selfcheck.person_part import ASKED, person_lines
from dieutra.selfcheck.queries import sealed, waiting_answers
from tests.cast import PASSWORD, World

Browser = Callable[[str], Client]


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path) -> None:
    settings.FILES_DIR = tmp_path / "files"


def result_of(code: str) -> tuple[str, str]:
    line = looked(next(it for it in CHECKS if it.code == code))
    return line.result, " | ".join(line.evidence)


def committee(world: World) -> User:
    """A member of the steering committee at the centre."""
    centre = Area.objects.get(catalogue=world.campaign.catalogue, code="VN")
    appoint(
        None,
        world.campaign,
        "bcd",
        centre,
        username="ong.ban",
        full_name="Ông Ban",
        email="ong@example.gov.vn",
    )
    set_password(User.objects.get(username="ong.ban"), PASSWORD)
    return world.user("ong.ban")


HOLES = {
    "debug": {"DEBUG": True},
    "secret-key": {"SECRET_KEY": "a" * 60},
    "hosts": {"ALLOWED_HOSTS": ["*"]},
    "idle-lock": {"IDLE_SECONDS": 3600},
    "lockout": {"ACCOUNT_RATE_LIMITS": {"login_failed": "50/5m/key"}},
    "password-classes": {"AUTH_PASSWORD_VALIDATORS": []},
    "password-history": {"AUTH_PASSWORD_VALIDATORS": []},
    "second-factor": {"SECOND_FACTOR": "off"},
}


@pytest.mark.parametrize("code", sorted(HOLES))
def test_a_setting_that_opens_a_hole_is_found(code: str, world: World, settings: Any) -> None:
    settings.SECOND_FACTOR = "required"
    settings.SECRET_KEY = "kP3!vX9q_Zr7-Lm2wT5y:Hc8dNb4sGf6jQe1uRaVtYoWiEzBxCnMpKgD"
    assert result_of(code)[0] == "pass"
    for name, value in HOLES[code].items():
        setattr(settings, name, value)
    result, evidence = result_of(code)
    assert result == "fail"
    assert settings.SECRET_KEY not in evidence


def test_the_headers_are_those_of_a_real_answer(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    result, evidence = result_of("headers")
    assert result == "pass", evidence
    assert "frame-ancestors 'none'" in evidence
    assert result_of("closed-doors")[0] == result_of("csrf")[0] == result_of("foreign-host")[0] == "pass"
    from dieutra.web import middleware

    monkeypatch.setattr(middleware, "CSP", "default-src *")
    assert result_of("headers")[0] == result_of("script-policy")[0] == "fail"


def test_a_missing_trigger_is_found_and_the_trial_changes_nothing(world: World) -> None:
    before = list(Event.objects.order_by("pk").values_list("pk", "verb"))
    assert result_of("append-only")[0] == "pass"
    assert list(Event.objects.order_by("pk").values_list("pk", "verb")) == before
    on = " ON events_event" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER events_no_delete{on}")
    result, evidence = result_of("append-only")
    assert result == "fail"
    assert "xóa ĐƯỢC CHẤP NHẬN" in evidence
    assert list(Event.objects.order_by("pk").values_list("pk", "verb")) == before


def test_accounts_are_looked_at_one_by_one(world: World) -> None:
    assert "4 chưa bật" in result_of("admins-with-second-factor")[1]
    assert result_of("one-person")[0] == result_of("admin-password-age")[0] == "pass"
    old = timezone.now() - timedelta(days=80)
    User.objects.filter(username="ong.tinh").update(password_changed_at=old, email="CO.huyen@example.gov.vn")
    assert result_of("one-person")[0] == result_of("admin-password-age")[0] == "fail"
    assert result_of("idle-accounts")[0] == "fail"


def test_personal_data_in_the_access_log_is_found(world: World, settings: Any, tmp_path: Path) -> None:
    assert result_of("access-log")[0] == "person"
    settings.ACCESS_LOG = tmp_path / "access.log"
    settings.ACCESS_LOG.write_text("127.0.0.1 GET /phieu/12/ 200 1789\n" * 20)
    assert result_of("access-log")[0] == "pass"
    with settings.ACCESS_LOG.open("a") as log:
        log.write("127.0.0.1 GET /tim/?q=nguyen.van.a@example.gov.vn 200\n")
    assert "địa chỉ thư: 1" in result_of("access-log")[1]


def test_files_that_others_can_read_are_found(world: World, settings: Any, tmp_path: Path) -> None:
    settings.VAR = settings.FILES_DIR = tmp_path
    tmp_path.chmod(0o700)
    settings.EMAIL_FILE_PATH = ""
    assert result_of("file-rights")[0] == "pass"
    for folder in (tmp_path, *tmp_path.parents):
        if folder.name.startswith(("pytest", "popen", "test_")):  # popen: with several test processes
            folder.chmod(0o755)
    assert result_of("file-rights")[0] == "fail"


def test_a_run_never_changes_and_its_file_is_recognised(world: World) -> None:
    run = actions.make(None)
    content = actions.content_of(run, "json")
    assert hashlib.sha256(content).hexdigest() == run.digest
    assert actions.canonical(Run.objects.get(pk=run.pk).facts) == content
    assert actions.content_of(run, "pdf").startswith(b"%PDF")
    assert actions.verify(content)[0] == run
    assert actions.verify(content + b" ")[0] is None
    assert Event.objects.get(verb="selfcheck.made").facts["digest"] == run.digest
    assert "chưa đến lượt" in sealed(run)
    for write in (lambda: Run.objects.update(failed=0), lambda: Run.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            write()
    secrets = json.dumps(run.facts)
    from django.conf import settings

    assert settings.SECRET_KEY not in secrets


def seal_an_hour() -> None:
    """What stands is sealed as if it were old: with the database's own keys, for no time passes in a test."""
    on = " ON events_event" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER IF EXISTS events_no_update{on}")
    Event.objects.filter(at__gt=timezone.now() - timedelta(minutes=30)).update(
        at=timezone.now() - timedelta(hours=1)
    )
    assert seal() is not None


def test_the_page_of_a_run_does_not_compute_the_whole_record(world: World, at_the_desk: Browser) -> None:
    run, centre = actions.make(None), at_the_desk("ba.trung.uong")
    seal_an_hour()
    url = f"/tu-danh-gia/{run.pk}/"
    centre.get(url)
    with CaptureQueriesContext(connection) as early:
        assert "chưa đến lượt" in centre.get(url).content.decode()
    for _ in range(4):
        record(None, "thu.nghiem", world.campaign, path="VN/")
        seal_an_hour()
    with CaptureQueriesContext(connection) as late:
        assert "còn khớp" in centre.get(url).content.decode()
    assert len(late) == len(early)


def test_the_page_of_a_run_says_when_the_whole_record_was_computed_and_what_came_out(world: World) -> None:
    run = actions.make(None)
    seal_an_hour()
    verify = KINDS["events.verify"]
    verify(Job.objects.create(kind="events.verify", key="1"))
    later = record(None, "thu.nghiem", world.campaign, path="VN/")
    seal_an_hour()
    at = timezone.localtime(Event.objects.get(verb="seals.verified").at)
    assert f"tính lại lúc {at:%H:%M %d/%m/%Y}, các dấu đều khớp" in sealed(run)
    young = actions.make(None)
    seal_an_hour()
    assert "chưa đến dòng này" in sealed(young)
    Event.objects.filter(pk=later.pk).update(facts={"sửa": "lén"})
    assert "các dấu đều khớp" in sealed(run), "nobody computed it yet"
    verify(Job.objects.create(kind="events.verify", key="2"))
    assert "KHÔNG còn khớp: dấu số" in sealed(run)
    assert Event.objects.filter(verb="seals.verified").count() == 2


def test_a_change_in_the_hour_of_the_run_itself_shows_at_once(world: World) -> None:
    run = actions.make(None)
    seal_an_hour()
    assert "còn khớp" in sealed(run)
    Event.objects.filter(verb="selfcheck.made").update(actor_id=7)
    assert "KHÔNG còn khớp" in sealed(run)


def test_an_answer_counts_only_when_another_role_agrees(world: World) -> None:
    centre, other = world.user("ba.trung.uong"), committee(world)
    campaign, code = world.campaign, ASKED[0].code
    with pytest.raises(Forbidden):
        actions.answer(world.user("ong.tinh"), campaign, code, "pass", "Đã có", None)
    with pytest.raises(Invalid):
        actions.answer(centre, campaign, code, "pass", "Đã có", ("la.exe", b"MZ\x90\x00" + bytes(80)))
    given = actions.answer(centre, campaign, code, "pass", "Văn bản số 12", ("bien-ban.pdf", b"%PDF-1.7 x"))
    assert person_lines()[0].result == "person"
    with pytest.raises(Forbidden):
        actions.second(centre, campaign, given, True, "")
    with pytest.raises(Invalid):
        actions.second(other, campaign, given, False, "")
    actions.second(other, campaign, given, True, "")
    with pytest.raises(NotNow):
        actions.second(other, campaign, given, False, "Chưa đủ")
    line = person_lines()[0]
    assert line.result == "pass"
    assert "Ông Ban" in " ".join(line.evidence)


def real_campaign(world: World, username: str) -> Campaign:
    """A campaign that is not simulated, in which this person holds her post, too."""
    campaign = Campaign.objects.get(pk=world.campaign.pk)
    campaign.pk, campaign.slug = None, "that"
    campaign.rules["campaign"]["simulated"] = False
    campaign.save(force_insert=True)
    post = Post.objects.get(user__username=username, campaign=world.campaign)
    post.pk, post.campaign = None, campaign
    post.save(force_insert=True)
    return campaign


def test_the_centre_of_a_practice_speaks_only_while_there_is_no_real_campaign(
    world: World, at_the_desk: Browser
) -> None:
    practice, page = "chỉ có cuộc điều tra mô phỏng", "/tu-danh-gia/muc/backups/"
    other, trainer = committee(world), at_the_desk("ba.trung.uong")
    assert practice in trainer.get("/tu-danh-gia/").content.decode()
    assert practice in trainer.get(page).content.decode()
    given = actions.answer(world.user("ba.trung.uong"), world.campaign, "backups", "pass", "Ba bản", None)
    actions.second(other, world.campaign, given, True, "")
    trial = actions.answer(world.user("ba.trung.uong"), world.campaign, "dmarc", "pass", "Đã đặt", None)
    line = next(number for number, it in enumerate(ASKED) if it.code == "backups")
    assert person_lines()[line].result == "pass"

    real = real_campaign(world, "ong.ban")
    assert person_lines()[line].result == "person", "an answer of the practice proves nothing"
    refused = trainer.get("/tu-danh-gia/")
    assert refused.status_code == 403
    assert "cuộc điều tra thật" in refused.content.decode()
    assert trainer.post(page, {"result": "pass", "note": "x"}).status_code == 403
    for act in (
        lambda: actions.ask(world.user("ba.trung.uong"), world.campaign),
        lambda: actions.answer(world.user("ba.trung.uong"), world.campaign, "restore", "pass", "x", None),
        lambda: actions.second(world.user("ong.ban"), world.campaign, given, True, ""),
    ):
        with pytest.raises(Forbidden, match="mô phỏng"):
            act()
    with pytest.raises(NotNow, match="trả lời lại"):
        actions.second(world.user("ong.ban"), real, trial, True, "")
    assert not waiting_answers()
    seen = at_the_desk("ong.ban").get("/tu-danh-gia/")
    assert seen.status_code == 200
    assert practice not in seen.content.decode()
    boss = world.user("chi.giam.sat.tinh")
    Post.objects.create(user=boss, campaign=real, role="qtv", level=0, path="VN/")
    again = actions.answer(world.user("chi.giam.sat.tinh"), real, "backups", "pass", "Ba bản", None)
    actions.second(world.user("ong.ban"), real, again, True, "")
    assert person_lines()[line].result == "pass"


def test_an_old_answer_no_longer_counts(world: World) -> None:
    centre, other = world.user("ba.trung.uong"), committee(world)
    old = Answer.objects.create(
        code="restore",
        result="pass",
        note="Đã thử",
        by=centre,
        role="qtv",
        at=timezone.now() - timedelta(days=93),
    )
    actions.second(other, world.campaign, old, True, "")
    line = next(it for it in person_lines() if it.code == "restore")
    assert line.result == "person"
    assert "quá 92 ngày" in line.evidence[0]


def test_the_pages_from_asking_to_the_file(world: World, at_the_desk: Browser) -> None:
    centre = at_the_desk("ba.trung.uong")
    centre.post("/tu-danh-gia/chay/")
    event = Event.objects.get(verb="selfcheck.asked")
    work = REACTIONS["selfcheck.asked"][0](event)
    assert work is not None
    for _ in range(2):
        KINDS["selfcheck.run"](work)
    run = Run.objects.get()
    url = f"/tu-danh-gia/{run.pk}/"
    assert run.digest in centre.get(url).content.decode()
    assert "Không đạt" in centre.get(url + "?chi=fail").content.decode()
    assert centre.get(url + "tep.pdf").content.startswith(b"%PDF")
    assert centre.get(url + "tep.exe").status_code == 404
    line = "/tu-danh-gia/muc/backups/"
    assert centre.post(line, {"result": "", "note": "x"}).status_code == 422
    file = SimpleUploadedFile("sao-luu.pdf", b"%PDF-1.7 sao luu")
    centre.post(line, {"result": "pass", "note": "Ba bản", "file": file})
    answer = Answer.objects.get()
    committee(world)
    other = at_the_desk("ong.ban")
    assert other.post(line, {"result": "pass", "note": "x"}).status_code == 403
    other.post(f"/tu-danh-gia/tra-loi/{answer.pk}/xac-nhan/", {"verdict": "agree"})
    assert "Đã xác nhận" in centre.get(line).content.decode()
    sent = other.get(f"/tu-danh-gia/tra-loi/{answer.pk}/tep/")
    assert "attachment" in sent.headers["Content-Disposition"]
    assert at_the_desk("ong.tinh").get(url).status_code == 403


def test_the_command_prints_and_verifies(world: World, capsys: Any, tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    assert main(["self-check", "--json", "--pdf", str(tmp_path / "run.pdf")]) == 1
    file.write_text(capsys.readouterr().out)
    assert {"code", "source", "result", "evidence"} <= json.loads(file.read_text())["lines"][0].keys()
    assert main(["self-check", "--verify", str(file)]) == 0
    assert main(["self-check", "--verify", str(tmp_path / "run.pdf")]) == 0
    file.write_text("{}")
    assert main(["self-check", "--verify", str(file)]) == 1
    assert main(["self-check", "--verify", str(tmp_path / "nothing")]) == 1
