"""Writes of a self-assessment: save criteria with their evidence, send the whole. Its verification: verifying.py."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils import timezone

from dieutra.cases import files
from dieutra.engine.refusals import Invalid, NotNow, Problem
from dieutra.engine.stats.criteria import Node
from dieutra.events.actions import record
from dieutra.incidents.wording import Sent, worded
from dieutra.indices.models import Assessment, Evidence, Mark, Sending
from dieutra.indices.queries import evidence_of, marks_of
from dieutra.indices.standing import Said, changing, go, keep, leaf_of, leaves_of, points, together
from dieutra.people.models import User
from dieutra.people.permission import require
from dieutra.places.models import Level

State = Assessment.State
NOT_HERS = "Chỉ quản trị viên của cơ quan được tự chấm điểm cho cơ quan mình."
MOST_FILES = 20  # standing at one criterion


@dataclass(frozen=True)
class Changes:
    """By code of the criterion; files are added, the evidence of `dropped` taken away."""

    said: Mapping[str, Said]
    added: Sequence[tuple[str, Sent]] = field(default_factory=tuple)
    dropped: frozenset[int] = frozenset()


def save(actor: User, assessment: Assessment, version: int, changes: Changes) -> None:
    """Keep points, words, links and files of some criteria. A verified point that the body changes is verified again.

    Raises Forbidden, NotNow, Stale, Invalid; then nothing at all is kept.
    """
    require(actor, "index.assess", assessment, Level.PROVINCE, why=NOT_HERS)
    changing(assessment)
    leaves = leaves_of(assessment)
    marks, added = _read(assessment, leaves, changes)
    _room(assessment, added, changes.dropped)
    now = timezone.now()
    with transaction.atomic():
        go(assessment, version, *Assessment.CHANGING)
        keep(marks, ["own", "note", "link", "verified", "reason", "verified_by"])
        Evidence.objects.bulk_create(
            Evidence(assessment=assessment, code=code, name=name, content_type=kind, sha256=files.put(content),
                     size=len(content), added_by=actor, added_at=now)
            for code, name, kind, content in added
        )  # fmt: skip
        gone = Evidence.objects.filter(assessment=assessment, pk__in=changes.dropped, removed_at__isnull=True)
        touched = {code for code, *_ in added} | set(gone.values_list("code", flat=True))
        gone.update(removed_at=now)
        _verified_anew(assessment, touched)
        record(
            actor,
            "index.saved",
            assessment,
            criteria=len(marks),
            files=len(added),
            dropped=len(changes.dropped),
        )


def send(actor: User, assessment: Assessment, version: int) -> Sending:
    """The whole self-assessment, as it stands, with its digest. Raises Invalid naming every criterion that is not ready."""
    require(actor, "index.assess", assessment, Level.PROVINCE, why=NOT_HERS)
    changing(assessment)
    marks, evidence = marks_of(assessment), evidence_of(assessment)
    _refuse_unfinished(leaves_of(assessment), marks, evidence)
    facts = _facts(marks, evidence)
    digest = sha256(json.dumps(facts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    now = timezone.now()
    with transaction.atomic():
        number = assessment.sendings + 1
        done = {"state": State.SENT, "sendings": number, "sent_at": now, "sent_by": actor}
        go(assessment, version, *Assessment.CHANGING, **done)
        sending = Sending.objects.create(
            assessment=assessment, number=number, facts=facts, sha256=digest, sent_at=now, sent_by=actor
        )
        record(actor, "index.sent", assessment, number=number, sha256=digest)
    return sending


Added = tuple[str, str, str, bytes]  # code of the criterion, name, content type, content


def _read(
    assessment: Assessment, leaves: Mapping[str, Node], changes: Changes
) -> tuple[list[Mark], list[Added]]:
    """Marks and files to keep. Raises Invalid with everything that is wrong on the page."""
    standing = marks_of(assessment)
    wanted: list[tuple[str, Said | Sent]] = [*changes.said.items(), *changes.added]
    marks: list[Mark] = []
    added: list[Added] = []

    def read(one: tuple[str, Said | Sent]) -> None:
        code, given = one
        leaf = leaf_of(leaves, code)
        if isinstance(given, Said):
            marks.append(_own(assessment, leaf, given, standing.get(code)))
        else:
            added.append((leaf.code, *_checked(given)))

    together(wanted, read)
    return marks, added


def _own(assessment: Assessment, leaf: Node, said: Said, standing: Mark | None) -> Mark:
    own: Decimal | None = None
    link = ""

    def read(part: str) -> None:
        nonlocal own, link
        if part == "points":
            own = points(leaf, said.points, "Điểm tự chấm")
        else:
            link = _link(leaf.code, said.link)

    together(("points", "link"), read)
    note = worded(f"{leaf.code}, giải trình", said.text, 4000, may_be_blank=True)
    mark = standing or Mark(assessment=assessment, code=leaf.code)
    if (mark.own, mark.note, mark.link) != (own, note, link):
        mark.verified, mark.reason, mark.verified_by = None, "", None
    mark.own, mark.note, mark.link = own, note, link
    return mark


def _link(code: str, text: str) -> str:
    text = text.strip()
    if not text:
        return ""
    try:
        URLValidator(schemes=["http", "https"])(text)
    except ValidationError:
        text = ""
    if not text or len(text) > 500:
        raise Invalid(
            f"{code}: liên kết chưa đúng.", [Problem(code, "Ghi địa chỉ bắt đầu bằng http:// hoặc https://.")]
        )
    return text


def _checked(sent: Sent) -> tuple[str, str, bytes]:
    name = files.clean_name(sent[0])
    return name, files.check(name, sent[1]), sent[1]


def _room(assessment: Assessment, added: Sequence[Added], dropped: frozenset[int]) -> None:
    standing = evidence_of(assessment)
    for code in {code for code, *_ in added}:
        kept = [file for file in standing.get(code, []) if file.pk not in dropped]
        if len(kept) + sum(1 for other, *_ in added if other == code) > MOST_FILES:
            raise NotNow(
                f"Mỗi tiêu chí có nhiều nhất {MOST_FILES} tệp. Hãy bỏ bớt tệp cũ hoặc gộp các tệp của {code}."
            )


def _refuse_unfinished(
    leaves: Mapping[str, Node], marks: Mapping[str, Mark], evidence: Mapping[str, list[Evidence]]
) -> None:
    problems = []
    for code in leaves:
        mark = marks.get(code)
        if mark is None or mark.own is None:
            problems.append(Problem(code, "Chưa có điểm tự chấm; không đạt thì ghi 0."))
        elif mark.own > 0 and not (mark.note or mark.link or evidence.get(code)):
            problems.append(Problem(code, "Điểm lớn hơn 0 cần giải trình, liên kết hoặc tệp minh chứng."))
    if problems:
        raise Invalid(f"Còn {len(problems)} tiêu chí chưa xong, nên chưa gửi được.", problems)


def _facts(marks: Mapping[str, Mark], evidence: Mapping[str, list[Evidence]]) -> dict[str, object]:
    return {
        code: {"own": str(mark.own), "note": mark.note, "link": mark.link,
               "files": [file.sha256 for file in evidence.get(code, [])]}
        for code, mark in sorted(marks.items())
    }  # fmt: skip


def _verified_anew(assessment: Assessment, codes: set[str]) -> None:
    Mark.objects.filter(assessment=assessment, code__in=codes).update(
        verified=None, reason="", verified_by=None
    )
