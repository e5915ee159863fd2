"""What saving and verifying share: criteria of an assessment, points as typed, marks kept under its version."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from dieutra.engine.refusals import Invalid, NotNow, Problem, Stale
from dieutra.engine.stats.criteria import Node, Source
from dieutra.engine.stats.exact import decimal, printed
from dieutra.indices.models import Assessment, Mark, Scheme

PLACES = 2
Given = TypeVar("Given")
Made = TypeVar("Made")


@dataclass(frozen=True)
class Said:
    """What a page says of one criterion. `points` as typed; blank: not said yet. `text` is the note, or the reason."""

    points: str
    text: str = ""
    link: str = ""


def points(leaf: Node, text: str, what: str) -> Decimal | None:
    if not text.strip():
        return None
    value = decimal(text)
    if value is None or not 0 <= value <= leaf.most or -int(value.as_tuple().exponent) > PLACES:
        most = printed(leaf.most)
        message = f"{what} là số từ 0 đến {most}, nhiều nhất {PLACES} chữ số thập phân, ví dụ 0,75."
        raise Invalid(f"{leaf.code}: điểm chưa đúng.", [Problem(leaf.code, message)])
    return value


def together(given: Iterable[Given], make: Callable[[Given], Made]) -> list[Made]:
    """What `make` makes of each. What it refuses of any is told at once: one Invalid with the problems of all."""
    made, refused = [], []
    for one in given:
        try:
            made.append(make(one))
        except Invalid as refusal:
            refused.append(refusal)
    if len(refused) == 1:
        raise refused[0]
    if refused:
        problems = [problem for refusal in refused for problem in refusal.problems]
        raise Invalid(
            f"Có {len(problems)} chỗ chưa đúng; chưa lưu gì. Hãy sửa các chỗ sau rồi lưu lại.", problems
        )
    return made


def keep(marks: Sequence[Mark], fields: list[str]) -> None:
    Mark.objects.bulk_create(
        _without_keys(marks),
        update_conflicts=True,
        unique_fields=["assessment", "code"],
        update_fields=fields,
    )


def _without_keys(marks: Sequence[Mark]) -> list[Mark]:
    """Copies to insert: where the row is there already, the fields are updated instead."""
    names = ("assessment_id", "code", "own", "note", "link", "verified", "reason", "verified_by_id")
    return [Mark(**{name: getattr(mark, name) for name in names}) for mark in marks]


def leaves_of(assessment: Assessment) -> dict[str, Node]:
    """The self-assessed criteria by code. NotNow while the centre has not taken the criteria."""
    scheme = Scheme.objects.filter(campaign_id=assessment.campaign_id, survey=assessment.survey).first()
    if scheme is None:
        raise NotNow("Trung ương chưa đưa ra bộ tiêu chí.")
    return {leaf.code: leaf for leaf in scheme.read.tree().leaves_from(Source.SELF)}


def leaf_of(leaves: Mapping[str, Node], code: str) -> Node:
    if code not in leaves:
        raise Invalid("Không có tiêu chí này.", [Problem(code, "Không phải tiêu chí tự chấm điểm.")])
    return leaves[code]


def changing(assessment: Assessment) -> None:
    if assessment.state not in Assessment.CHANGING:
        raise NotNow(
            "Bản tự chấm đã gửi nên không sửa được. Nếu cần bổ sung, hãy đề nghị trung ương trả lại."
        )


def waiting(assessment: Assessment) -> None:
    if assessment.state != Assessment.State.SENT:
        raise NotNow("Chỉ thẩm định bản tự chấm đã gửi và chưa kết thúc thẩm định.")


def go(assessment: Assessment, version: int, *states: str, **changes: object) -> None:
    same = Assessment.objects.filter(pk=assessment.pk, version=version, state__in=states)
    if not same.update(version=version + 1, **changes):
        raise Stale(
            "Bản tự chấm vừa được người khác thay đổi. Việc của bạn chưa được lưu; hãy tải lại trang để xem."
        )
    assessment.refresh_from_db()
