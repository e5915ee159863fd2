"""How many supervisors an area needs, with the arithmetic in words.

Province [S0]: one for every 3 districts; 2 districts left over give one more, 1 gives none; never more than 5.
District [S0]: one for every so many communes; 3 or more left over give one more, fewer are spread over the others. S0
does not state that base ratio, so it is asked of a person; since 3 may be left over it is at least 4.
"""

from __future__ import annotations

from dataclasses import dataclass

from dieutra.engine.refusals import Invalid, Problem


@dataclass(frozen=True)
class Rule:
    """`each` areas to one supervisor; from `extra_from` left over one more; at most `at_most` (0: no limit)."""

    of: str  # what is counted, in words: “huyện”, “xã”
    each: int
    extra_from: int
    at_most: int = 0

    def __post_init__(self) -> None:
        if self.each < 1 or self.each <= self.extra_from:
            message = (
                f"Số {self.of} cho mỗi giám sát viên phải lớn hơn {self.extra_from}, "
                f"vì quy tắc có nói đến số dư {self.extra_from}. Hãy nhập từ {self.extra_from + 1} trở lên."
            )
            raise Invalid(message, [Problem(f"Số {self.of} cho mỗi giám sát viên", message)])


@dataclass(frozen=True)
class Quota:
    """`steps` are sentences in the order of the sum; `warning` is blank when nothing is out of the ordinary."""

    areas: int
    supervisors: int
    steps: tuple[str, ...]
    warning: str = ""


def province_rule(each: int = 3, extra_from: int = 2, at_most: int = 5) -> Rule:
    return Rule("huyện", each, extra_from, at_most)


def district_rule(each: int, extra_from: int = 3) -> Rule:
    return Rule("xã", each, extra_from)


def quota(areas: int, rule: Rule) -> Quota:
    """The number of supervisors for so many areas. ValueError for a negative number."""
    if areas < 0:
        raise ValueError(areas)
    whole, left = divmod(areas, rule.each)
    steps = [f"{areas} {rule.of} chia {rule.each} được {whole}, còn lẻ {left} {rule.of}."]
    extra = left >= rule.extra_from
    if left:
        steps.append(_remainder(rule, whole, left, extra))
    found = whole + extra
    if rule.at_most:
        found, said = _capped(rule, found)
        steps.append(said)
    steps.append(f"Kết quả: {found} giám sát viên.")
    return Quota(areas, found, tuple(steps), _warning(areas, found, rule))


def _remainder(rule: Rule, whole: int, left: int, extra: bool) -> str:
    if extra:
        return f"Lẻ từ {rule.extra_from} {rule.of} trở lên thì thêm 1: {whole} + 1 = {whole + 1}."
    if not whole:
        return f"Lẻ {left} {rule.of}, ít hơn {rule.extra_from}, nên không thêm."
    return (
        f"Lẻ {left} {rule.of}, ít hơn {rule.extra_from}, nên không thêm; chia đều cho {whole} giám sát viên."
    )


def _capped(rule: Rule, found: int) -> tuple[int, str]:
    if found > rule.at_most:
        return rule.at_most, f"Nhiều nhất {rule.at_most} giám sát viên: {found} giảm còn {rule.at_most}."
    return found, f"Không quá mức {rule.at_most} giám sát viên."


def _warning(areas: int, found: int, rule: Rule) -> str:
    if areas and not found:
        return (
            f"Quy tắc cho 0 giám sát viên với {areas} {rule.of}, "
            "nên không ai duyệt phiếu ở đây. Hãy quyết định cử người ngoài quy tắc."
        )
    return ""
