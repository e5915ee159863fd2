"""For the permission matrix: an item and an activity of the province, and a route's address with good fields."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from dieutra.publicity import actions, planning
from tests.cast import World


def at_the_route(route: str, world: World) -> tuple[str, dict[str, str]]:
    boss, today = world.user("ong.tinh"), timezone.localdate()
    item = actions.compose(boss, world.campaign, "VN/35/", actions.Text("Tin", "Tóm tắt", "Nội dung"))
    line = planning.Planned("Họp báo", "meeting", "Vụ Báo chí", today, today)
    activity = planning.plan(boss, world.campaign, "VN/35/", line)
    if route == "news_withdraw":
        actions.publish(boss, item, 1, None)
    fields = {
        "title": "Tin mới", "summary": "Tóm tắt", "body": "Nội dung", "version": f"{item.version}", "state": "cancelled",
        "content": "Họp", "channel": "press", "responsible": "Vụ", "first_day": f"{today}", "note": "Hoãn",
    }  # fmt: skip
    if route in ("news_compose", "publicity_add"):
        return reverse(route), fields
    return reverse(route, args=[item.pk if route.startswith("news_") else activity.pk]), fields
