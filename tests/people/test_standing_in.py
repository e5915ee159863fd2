"""Standing in for a supervisor ends with one's own post."""

from __future__ import annotations

from django.utils import timezone

from dieutra.people.absences import set_absence
from dieutra.people.models import Post, User
from dieutra.people.permission import posts_of
from tests.cast import World


def test_who_is_no_supervisor_any_more_stands_in_for_nobody(world: World) -> None:
    absent = Post.objects.get(user__username="anh.giam.sat", role="gsv")
    above = world.user("chi.giam.sat.tinh")
    today = timezone.localdate()
    set_absence(world.user("co.huyen"), absent, above, today, today)
    assert absent in posts_of(User.objects.get(pk=above.pk))
    Post.objects.filter(user=above, role="gsv").update(ended_at=timezone.now())
    assert posts_of(User.objects.get(pk=above.pk)) == []
