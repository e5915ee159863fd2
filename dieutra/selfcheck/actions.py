"""Writes: ask for a run, make and keep one, answer a line that needs a person, agree to an answer."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.cases import files
from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Problem
from dieutra.events.actions import record
from dieutra.incidents.wording import Sent, worded
from dieutra.people.models import Post, User
from dieutra.people.permission import require
from dieutra.selfcheck import host_part, people_part, record_part, settings_part, wire_part
from dieutra.selfcheck.centres import binding, speaks
from dieutra.selfcheck.lines import CHECKS, FAIL, PASS, PERSON, SOURCES_NOTE, looked
from dieutra.selfcheck.models import Answer, Run, Verdict
from dieutra.selfcheck.paper import pdf
from dieutra.selfcheck.person_part import BY_CODE, person_lines

PARTS = (settings_part, wire_part, people_part, record_part, host_part)  # imported so that they register
CENTRE_ONLY = "Chỉ người ở cấp Trung ương của cuộc điều tra làm việc này."
PRACTICE_ONLY = (
    "Cuộc điều tra của bạn là cuộc mô phỏng, còn hệ thống đang có cuộc điều tra thật. Việc này do người ở cấp Trung ương "
    "của cuộc điều tra thật làm."
)


def ask(actor: User, campaign: Campaign) -> None:
    """A run in the background."""
    _require(actor, "selfcheck.run", campaign)
    with transaction.atomic():
        record(actor, "selfcheck.asked", campaign, path=campaign.path, campaign_id=campaign.pk)


def _require(actor: User, verb: str, campaign: Campaign) -> Post:
    post = require(actor, verb, campaign, why=CENTRE_ONLY)
    if not speaks(campaign):
        raise Forbidden(PRACTICE_ONLY)
    return post


def canonical(facts: dict[str, Any]) -> bytes:
    """The one spelling of a run: its SHA-256 is the run's digest."""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n"


def make(actor: User | None, occasion: str = "") -> Run:
    """Look at the running installation and keep what was found. The caller has been let do so."""
    standing = Run.objects.filter(occasion=occasion).first() if occasion else None
    if standing is not None:
        return standing
    order = {part.PART: number for number, part in enumerate(PARTS)}
    lines = [*map(looked, sorted(CHECKS, key=lambda it: order[it.part])), *person_lines()]
    now, version = timezone.now(), importlib.metadata.version("dieutra")
    facts: dict[str, Any] = {
        "title": "Tự đánh giá an toàn thông tin",
        "made_at": timezone.localtime(now).isoformat(timespec="seconds"),
        "site": settings.SITE_URL,
        "version": version,
        "sources_note": SOURCES_NOTE,
        "lines": [it.to_json() for it in lines],
        "packages": host_part.packages(),
    }
    content = canonical(facts)
    digest, paper = files.put(content), pdf(facts, hashlib.sha256(content).hexdigest())
    counted = {result: sum(it.result == result for it in lines) for result in (PASS, FAIL, PERSON)}
    with transaction.atomic():
        run = Run.objects.create(
            occasion=occasion, made_at=now, made_by=actor, version=version, facts=facts, digest=digest,
            pdf_digest=files.put(paper), passed=counted[PASS], failed=counted[FAIL], waiting=counted[PERSON],
        )  # fmt: skip
        record(actor, "selfcheck.made", run, digest=digest, pdf=run.pdf_digest, failed=counted[FAIL])
    return run


def answer(actor: User, campaign: Campaign, code: str, result: str, note: str, file: Sent | None) -> Answer:
    """Say how a line stands that the software cannot look at. Raises Forbidden, Invalid."""
    post = _require(actor, "selfcheck.answer", campaign)
    if code not in BY_CODE or result not in Answer.Result.values:
        raise Invalid("Hãy chọn kết quả.", [Problem("Kết quả", "Chưa chọn")])
    note = worded("Nội dung", note, 4000)
    kept = {}
    if file is not None:
        name = files.clean_name(file[0])
        kept = {"file_name": name, "file_type": files.check(name, file[1]), "file_sha256": files.put(file[1])}
    with transaction.atomic():
        given = Answer.objects.create(code=code, result=result, note=note, by=actor, role=post.role, **kept)
        place = {"path": campaign.path, "campaign_id": campaign.pk}
        record(actor, "selfcheck.answered", given, code=code, result=result, **place)  # type: ignore[arg-type]
    return given


def second(actor: User, campaign: Campaign, given: Answer, agrees: bool, note: str) -> Verdict:
    """Agree to an answer or not: another person, another role. Raises Forbidden, Invalid, NotNow."""
    post = _require(actor, "selfcheck.second", campaign)
    if given.by_id == actor.pk or given.role == post.role:
        raise Forbidden("Câu trả lời cần người khác, giữ vai trò khác xác nhận.")
    if not binding(Answer.objects.filter(pk=given.pk)).exists():
        raise NotNow("Câu trả lời này là của cuộc điều tra mô phỏng; hãy đề nghị trả lời lại.")
    note = worded("Lý do không đồng ý", note, 2000, may_be_blank=agrees)
    try:
        with transaction.atomic():
            verdict = Verdict.objects.create(answer=given, agrees=agrees, note=note, by=actor, role=post.role)
            verb = "selfcheck.agreed" if agrees else "selfcheck.refused"
            record(actor, verb, given, path=campaign.path, campaign_id=campaign.pk, code=given.code)
    except IntegrityError:
        raise NotNow("Câu trả lời này đã có người xác nhận hoặc từ chối.") from None
    return verdict


def content_of(run: Run, ending: str) -> bytes:
    return files.content_of(
        run.digest if ending == "json" else run.pdf_digest, f"tu-danh-gia-{run.pk}.{ending}"
    )


def verify(content: bytes) -> tuple[Run | None, str]:
    """The run whose file this is, and its digest; None for a file that no run kept."""
    digest = hashlib.sha256(content).hexdigest()
    return Run.objects.filter(digest=digest).first() or Run.objects.filter(pdf_digest=digest).first(), digest
