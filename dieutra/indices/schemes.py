"""Taking criteria and rules from the kind: from then on the campaign has its own copy, with a digest."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils import timezone

from dieutra.campaigns.checking import kind_folder
from dieutra.campaigns.models import Campaign
from dieutra.campaigns.score_rules import ScoreRules, has_index, score_rules
from dieutra.engine.refusals import Invalid, NotNow, Problem
from dieutra.events.actions import record
from dieutra.indices.models import Assessment, Scheme
from dieutra.people.models import User
from dieutra.people.permission import require
from dieutra.rosters.queries import bodies

WHY = "Chỉ quản trị viên trung ương được lấy bộ tiêu chí."
SENT_ALREADY = (
    "Đã có cơ quan gửi bản tự chấm theo bộ tiêu chí đang dùng, nên không đổi bộ tiêu chí được nữa. "
    "Nếu cần sửa, hãy trao đổi với các cơ quan đã gửi trước."
)


def take_criteria(actor: User, campaign: Campaign, survey: str) -> Scheme:
    """The kind's criteria of today, and an empty self-assessment for each body. Raises Forbidden, NotNow, Invalid."""
    require(actor, "index.publish", campaign, why=WHY)
    found = _rules(campaign, survey)
    at: dict[str, Any] = {"campaign": campaign, "survey": survey}
    digest = sha256(json.dumps(_facts(found), ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    with transaction.atomic():
        standing = Scheme.objects.select_for_update().filter(**at).first()
        if standing and Assessment.objects.filter(**at).exclude(state=Assessment.State.OPEN).exists():
            raise NotNow(SENT_ALREADY)
        scheme, _ = Scheme.objects.update_or_create(
            **at,
            defaults={
                **_facts(found), "path": campaign.path, "sha256": digest, "taken_by": actor, "taken_at": timezone.now(),
                "version": standing.version + 1 if standing else 1,
            },
        )  # fmt: skip
        Assessment.objects.bulk_create(
            (Assessment(**at, area=area, path=area.path) for area in bodies(campaign, survey)),
            ignore_conflicts=True,
        )
        record(actor, "index.criteria_taken", scheme, survey=survey, sha256=digest)
    return scheme


def _rules(campaign: Campaign, survey: str) -> ScoreRules:
    folder = kind_folder(campaign.kind_slug)
    if not has_index(campaign.rules):
        raise NotNow("Kiểu điều tra này không có chỉ số.")
    found = score_rules(folder, campaign.kind).get(survey)
    if found is None:
        raise Invalid(
            "Không có bộ tiêu chí của cuộc khảo sát này.", [Problem("scores.toml", f"Thiếu sets.{survey}.")]
        )
    return found


def _facts(found: ScoreRules) -> dict[str, Any]:
    return {
        "rules": dict(found.rules),
        "criteria": found.criteria,
        "questions": [dict(it) for it in found.questions],
    }
