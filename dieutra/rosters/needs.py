"""Which columns of a list must be filled, and which mailboxes it takes: the rules of the groups as people read them.

The form on the web, the page of the upload and the guide sheet of the template say the same words.
"""

from __future__ import annotations

from collections.abc import Iterable

from dieutra.campaigns.kind import FrameColumn, Kind
from dieutra.campaigns.opinion_rules import Group
from dieutra.rosters.columns import EMAIL, STANDS_FOR, WHY, rules_of


def always(kind: Kind, survey: str, column: FrameColumn) -> bool:
    """Must it be filled in every line of the survey, by itself or because each of the groups needs it?"""
    groups = rules_of(kind).groups_of(survey)
    return column.required or (bool(groups) and all(column.name in it.needs for it in groups))


def needed(kind: Kind, survey: str, column: FrameColumn) -> str:
    """“Bắt buộc.”, “Bắt buộc với nhóm …; nhóm khác: nếu có.”, “Không bắt buộc.”; what it hangs together with."""
    if always(kind, survey, column):
        return "Bắt buộc."
    groups = [it for it in rules_of(kind).groups_of(survey) if column.name in it.needs]
    if groups:
        return f"Bắt buộc với nhóm {_named(groups)}; nhóm khác: nếu có."
    other = {STANDS_FOR: WHY, WHY: STANDS_FOR}.get(column.name)
    header = next((it.header for it in kind.roster_columns if it.name == other), "")
    return f"Không bắt buộc; ghi khi có “{header}”." if header else "Không bắt buộc."


def mailboxes(kind: Kind, survey: str, column: FrameColumn) -> str:
    """What an address must be, group by group; "" for other columns and where every mailbox will do."""
    rules = rules_of(kind)
    groups = rules.groups_of(survey)
    if column.name != EMAIL or all(it.official_domain == "free" for it in groups):
        return ""
    domains = ", ".join(rules.official_domains)
    words = {
        "required": f"phải là hộp thư công vụ ({domains})",
        "warned": f"nên là hộp thư công vụ ({domains}), địa chỉ khác phải giải trình trước khi gửi danh sách",
        "free": "hộp thư nào cũng được",
    }
    by_rule = {rule: [it for it in groups if it.official_domain == rule] for rule in words}
    told = [
        f"{words[rule]} với {'mọi nhóm' if len(found) == len(groups) else f'nhóm {_named(found)}'}"
        for rule, found in by_rule.items()
        if found
    ]
    sentence = "; ".join(told)
    return f"{sentence[:1].upper()}{sentence[1:]}."


def _named(groups: Iterable[Group]) -> str:
    return ", ".join(f"“{it.name}”" for it in groups)
