"""Writes about assignments: given by hand, by list or as proposed; taken away again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction
from django.utils import timezone

from dieutra.engine.refusals import Invalid, Problem, Stale
from dieutra.events.actions import record
from dieutra.people.models import Post, User
from dieutra.people.permission import require
from dieutra.places.paths import below
from dieutra.supervision.holding import settle
from dieutra.supervision.models import Assignment
from dieutra.supervision.queries import Place, names_of, proposal, seal, supervisors

NOT_THERE = "Bạn không phụ trách các giám sát viên của địa bàn này."
MOST = 5000  # paths in one action


def assign(actor: User, place: Place, post_id: int, paths: Sequence[str]) -> int:
    """Give areas and units to one supervisor of the place; how many of them she did not have yet."""
    require(actor, "supervision.manage", place, why=NOT_THERE)
    post = next((it for it in supervisors(place) if it.pk == post_id), None)
    if post is None:
        raise Invalid("Hãy chọn giám sát viên trong danh sách.", [Problem("Giám sát viên", "Chưa chọn")])
    _refuse_strangers(place, paths)
    with transaction.atomic():
        lock(place)
        return give(actor, place, {post: paths})


def _refuse_strangers(place: Place, paths: Sequence[str]) -> None:
    if not paths:
        raise Invalid("Chưa chọn địa bàn, đơn vị nào. Hãy đánh dấu các dòng cần giao rồi bấm lại.")
    if len(paths) > MOST:
        raise Invalid(f"Mỗi lần giao nhiều nhất {MOST} dòng. Hãy giao theo địa bàn thay vì từng đơn vị.")
    inside = [path for path in paths if path.startswith(place.path) and path != place.path]
    known = names_of(place, inside)
    if unknown := [path for path in paths if path not in known]:
        message = "Có dòng không thuộc địa bàn này. Hãy tải lại trang rồi chọn lại."
        raise Invalid(message, [Problem(path[:120], "Không có trong địa bàn") for path in unknown[:20]])


def lock(place: Place) -> None:
    """Two people who share out one place wait for each other."""
    posts = Post.objects.filter(pk__in=[it.pk for it in supervisors(place)])
    list(posts.select_for_update().order_by("pk").values_list("pk", flat=True))


def give(actor: User, place: Place, given: Mapping[Post, Iterable[str]]) -> int:
    """Call it inside the verb's transaction, after `lock`."""
    changed = list[str]()
    for post, paths in given.items():
        held = set(Assignment.objects.filter(post=post, ended_at__isnull=True).values_list("path", flat=True))
        fresh = sorted(set(paths) - held)
        Assignment.objects.bulk_create(
            Assignment(campaign=place.campaign, post=post, path=path, beyond=below(path)[1], made_by=actor)
            for path in fresh
        )
        if fresh:
            record(actor, "supervisor.assigned", post, number=len(fresh), paths=fresh[:50])
            changed += fresh
    settle(place.campaign, changed)
    return len(changed)


def release(actor: User, place: Place, keys: Sequence[int]) -> int:
    """Take assignments of this place away; how many still stood."""
    require(actor, "supervision.manage", place, why=NOT_THERE)
    if not keys:
        raise Invalid("Chưa chọn dòng nào đang được giao. Hãy đánh dấu các dòng cần thôi giao rồi bấm lại.")
    with transaction.atomic():
        lock(place)
        posts = supervisors(place)
        found = Assignment.objects.filter(pk__in=keys, post__in=posts, ended_at__isnull=True)
        return _end(actor, place, posts, list(found))


def _end(actor: User, place: Place, posts: Iterable[Post], found: Sequence[Assignment]) -> int:
    Assignment.objects.filter(pk__in=[it.pk for it in found], ended_at__isnull=True).update(
        ended_at=timezone.now()
    )
    for post in posts:
        paths = [it.path for it in found if it.post_id == post.pk]
        if paths:
            record(actor, "supervisor.released", post, number=len(paths), paths=paths[:50])
    settle(place.campaign, [it.path for it in found])
    return len(found)


def take_proposal(actor: User, place: Place, shown: str) -> int:
    """Replace the place's assignments by the proposal; Stale when it is no longer the one that was shown."""
    require(actor, "supervision.manage", place, why=NOT_THERE)
    with transaction.atomic():
        lock(place)
        shares = proposal(place)
        if not shares:
            raise Invalid("Địa bàn này chưa có giám sát viên nào. Hãy tạo tài khoản giám sát viên trước.")
        if seal(shares) != shown:
            raise Stale("Số phiếu hoặc giám sát viên vừa thay đổi nên đề xuất đã khác. Hãy xem lại rồi nhận.")
        posts = [share.post for share in shares]
        wanted = {(share.post.pk, row.path) for share in shares for row in share.rows}
        standing = Assignment.objects.filter(post__in=posts, ended_at__isnull=True)
        _end(actor, place, posts, [it for it in standing if (it.post_id, it.path) not in wanted])
        give(actor, place, {share.post: [row.path for row in share.rows] for share in shares})
        return sum(len(share.rows) for share in shares)
