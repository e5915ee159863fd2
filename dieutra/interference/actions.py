"""Writes about runs: ask for one, make and keep one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import duckdb
from django.db import transaction

from dieutra.campaigns.models import Campaign
from dieutra.engine.refusals import NotNow
from dieutra.engine.signals.bands import floor
from dieutra.engine.signals.finding import Finding
from dieutra.engine.signals.levels import LEVELS
from dieutra.engine.signals.run import look
from dieutra.events.actions import record
from dieutra.interference.models import Flag, SignalRun
from dieutra.interference.queries import is_busy
from dieutra.interference.reading import answers_of, bursts_of, items_of, limits_of, of_large_groups
from dieutra.opinions.models import Opinion
from dieutra.people.models import User
from dieutra.people.permission import require

CENTRE_ONLY = "Chỉ quản trị viên và chuyên viên theo dõi ở Trung ương làm việc này."
RANKS = {level: rank for rank, level in enumerate(LEVELS)}


def ask(actor: User, campaign: Campaign) -> None:
    """A run in the background. Raises Forbidden, NotNow when no answer is released yet."""
    require(actor, "signal.run", campaign, why=CENTRE_ONLY)
    if not Opinion.objects.at_bodies(campaign).exists():
        raise NotNow("Chưa có phiếu trả lời nào được đưa vào kho, nên chưa có gì để xem xét.")
    if is_busy(campaign):
        raise NotNow("Một lần xem xét đang chạy ở nền. Hãy chờ kết quả rồi xem xét lại nếu cần.")
    with transaction.atomic():
        record(actor, "signals.asked", campaign, path=campaign.path, campaign_id=campaign.pk)


def make(
    actor: User | None, campaign: Campaign, occasion: str = "", between: Callable[[], None] | None = None
) -> SignalRun:
    """Look at all released answers and keep what was found. The caller has been let do so."""
    standing = SignalRun.objects.filter(campaign=campaign, occasion=occasion).first() if occasion else None
    if standing is not None:
        return standing
    limits = limits_of(campaign)
    with duckdb.connect() as connection:
        answers, bursts = of_large_groups(answers_of(campaign), limits.smallest_group), bursts_of(campaign)
        looked = look(answers, bursts, items_of(campaign), limits, connection, between)
        hours, sizes = _hours(connection), _sizes(connection)
    by_body: dict[tuple[str, str], list[Finding]] = {}
    for finding in looked.findings:
        by_body.setdefault((finding.survey, finding.body), []).append(finding)
    flags = [
        Flag(
            campaign=campaign, survey=it.survey, path=it.body, level=it.level, rank=RANKS[it.level], why=it.why,
            score=max(floor(*of) for of in it.scores.items()), answers=sizes.get((it.survey, it.body), 0),
            findings=[_told(finding) for finding in by_body[it.survey, it.body]],
            hours=hours.get((it.survey, it.body), [0] * 24),
        )
        for it in looked.verdicts
    ]  # fmt: skip
    country = {survey: [0] * 24 for survey, _ in hours}
    for (survey, _), counts in hours.items():
        country[survey] = [a + b for a, b in zip(country[survey], counts, strict=True)]
    return _keep(actor, campaign, occasion, looked.answers, asdict(limits), country, flags)


def _keep(
    actor: User | None,
    campaign: Campaign,
    occasion: str,
    answers: int,
    limits: dict[str, Any],
    hours: dict[str, list[int]],
    flags: list[Flag],
) -> SignalRun:
    told = [[it.survey, it.path, it.level, it.why, it.findings, it.hours] for it in flags]
    digest = hashlib.sha256(
        json.dumps([answers, limits, told], ensure_ascii=False, sort_keys=True).encode()
    ).hexdigest()
    with transaction.atomic():
        run = SignalRun.objects.create(
            campaign=campaign, occasion=occasion, made_by=actor, answers=answers, thresholds=limits, hours=hours,
            digest=digest,
        )  # fmt: skip
        for flag in flags:
            flag.run = run
        Flag.objects.bulk_create(flags)
        found = {level or "none": sum(it.level == level for it in flags) for level in LEVELS}
        record(actor, "signals.made", run, path=campaign.path, digest=digest, answers=answers, found=found)
    return run


def _told(finding: Finding) -> dict[str, Any]:
    told = asdict(finding)
    return {key: told[key] for key in ("signal", "grp", "score", "sentence", "evidence")}


def _hours(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], list[int]]:
    """Per (survey, body) how many answers came in each hour of the day."""
    found: dict[tuple[str, str], list[int]] = {}
    counted = "SELECT survey, body, hour(starts), CAST(sum(n) AS INTEGER) FROM burst GROUP BY ALL"
    for survey, body, hour, n in connection.execute(counted).fetchall():
        found.setdefault((survey, body), [0] * 24)[hour] = n
    return found


def _sizes(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], int]:
    counted = "SELECT survey, body, CAST(sum(n) AS INTEGER) FROM cell GROUP BY ALL"
    return {(survey, body): n for survey, body, n in connection.execute(counted).fetchall()}
