"""[[group_task]] of campaign.toml: what a working group has to do in such a campaign, by days of its calendar.

A due day is told by a day of the campaign (`from`: opens, list_due or closes) and days after it, negative for before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from dieutra.engine.refusals import Problem

if TYPE_CHECKING:  # a kind is checked before Django is set up
    from dieutra.campaigns.models import Campaign

FILE = "campaign.toml"
CALENDAR = {"opens": "opens_on", "list_due": "list_due_on", "closes": "closes_on"}
# where the progress of a task can be read
MEASURES = {
    "list_sent": "bảng kê đã gửi",
    "accounts": "tài khoản đơn vị đã kích hoạt",
    "sent": "phiếu đã gửi",
    "accepted": "phiếu đã duyệt xong",
}
CAPACITIES = ("lead", "deputy", "member", "assistant")
MOST = 200


@dataclass(frozen=True)
class TaskTemplate:
    code: str
    title: str
    text: str
    since: str
    days: int
    measure: str
    who: str  # the capacity of whoever does it when the group has exactly one such member; blank: nobody yet

    def due_on(self, campaign: Campaign) -> date:
        day: date = getattr(campaign, CALENDAR[self.since])
        return day + timedelta(days=self.days)


def task_templates(campaign: Campaign) -> list[TaskTemplate]:
    return read_tasks(campaign.rules["campaign"].get("group_task", []), [])


def group_name(campaign: Campaign) -> str:
    """How the kind calls its working group."""
    return str(campaign.rules["campaign"].get("group", {}).get("name", "Tổ công tác"))


def read_tasks(rows: Sequence[Any], problems: list[Problem]) -> list[TaskTemplate]:
    """The templates of a kind; what is wrong is added to `problems` and left out."""
    found = [_task(number, row, problems) for number, row in enumerate(rows, 1)]
    tasks = [task for task in found if task]
    codes = [task.code for task in tasks]
    if len(codes) != len(set(codes)):
        problems.append(Problem(f"{FILE}: group_task", "Mã việc (code) phải khác nhau."))
    return tasks


def _task(number: int, row: Any, problems: list[Problem]) -> TaskTemplate | None:
    place = f"{FILE}: group_task {number}"
    if not isinstance(row, Mapping):
        problems.append(Problem(place, "Phải là một bảng [[group_task]]."))
        return None
    words = row.get("title")
    title = str(words.get("vi", "")) if isinstance(words, Mapping) else str(words or "")
    code, since, days = str(row.get("code", "")), row.get("from"), row.get("days", 0)
    measure, who = str(row.get("measure", "")), str(row.get("who", ""))
    wrong = [
        (not 0 < len(code) <= 60 or not 0 < len(title) <= MOST, "Cần code (đến 60 ký tự) và title.vi."),
        (since not in CALENDAR, f"from là một trong: {', '.join(CALENDAR)}."),
        (not isinstance(days, int) or abs(days) > 3650, "days là số ngày, âm là trước ngày đó."),
        (bool(measure) and measure not in MEASURES, f"measure là một trong: {', '.join(MEASURES)}."),
        (bool(who) and who not in CAPACITIES, f"who là một trong: {', '.join(CAPACITIES)}."),
    ]
    said = [message for is_wrong, message in wrong if is_wrong]
    problems += [Problem(place, message) for message in said]
    if said:
        return None
    return TaskTemplate(code, title, str(row.get("text", "")), str(since), int(days), measure, who)
