"""The figures of a report, each table one or two statements of SQL: events for what was done, cases for how it stands."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Avg,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)
from django.db.models import (
    Case as When_,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.cases.models import Case, State
from dieutra.events.models import Event
from dieutra.people.models import Post, Role
from dieutra.places.models import Area
from dieutra.places.paths import under
from dieutra.reports.sheet import Table, Value, total_of
from dieutra.supervision.scope import number_of

Period = tuple[datetime, datetime]
Column = tuple[str, tuple[str, ...]]  # heading, the verbs that it counts

ANSWERED = "question.answered"
ADMINISTRATOR: tuple[Column, ...] = (
    ("Tài khoản đã tạo", ("account.created",)),
    ("Tài khoản đã xử lý", ("activation.asked", "address.changed", "post.ended", "post.restored")),
    ("Dòng bảng kê đã rà soát", tuple(
        f"unit.{verb}" for verb in ("kept", "corrected", "removed", "moved", "added", "dropped", "undone")
    )),
    ("Bảng kê đã gửi", ("listing.sent",)),
    ("Bảng kê đã chấp nhận", ("listing.accepted",)),
    ("Bảng kê đã trả lại", ("listing.returned",)),
)  # fmt: skip
SUPERVISOR: tuple[Column, ...] = (
    ("Phiếu đã duyệt", ("case.approved", "case.accepted")),
    ("Phiếu đã trả lại", ("case.returned",)),
    ("Câu hỏi đã chuyển", ("question.transferred",)),
)
WAITING = [State.SUBMITTED, State.IN_REVIEW]


def activity(campaign: Campaign, area: Area, period: Period) -> tuple[Table, ...]:
    """What every administrator and supervisor at or below an area did: one row per post, idle ones too."""
    return (
        _activity_of("Quản trị viên", Role.QTV, ADMINISTRATOR, campaign, area, period),
        _activity_of("Giám sát viên", Role.GSV, SUPERVISOR, campaign, area, period),
    )


def _activity_of(
    title: str, role: str, columns: tuple[Column, ...], campaign: Campaign, area: Area, period: Period
) -> Table:
    posts = _posts(campaign, area, role, period)
    done = _counts(campaign, posts, [verb for _, verbs in columns for verb in verbs], period)
    names = _area_names(campaign, [post.path for post in posts])
    rows: list[tuple[Value, ...]] = []
    for post in posts:
        counts, last = done.get(post.user_id, ({}, None))
        figures: list[Value] = [sum(counts.get(verb, 0) for verb in verbs) for _, verbs in columns]
        answered, in_time = counts.get(ANSWERED, 0), counts.get("in_time", 0)
        seen = f"{timezone.localtime(last):%H:%M %d/%m/%Y}" if last else "Không có"
        rows.append((post.user.full_name, names.get(post.path, ""), *figures, answered, in_time, seen))
    heads = [("Họ và tên", "text"), ("Địa bàn", "text"), *((words, "count") for words, _ in columns)]
    heads += [("Câu hỏi đã trả lời", "count"), ("Trong đó: đúng hạn", "count"), ("Việc gần nhất", "text")]
    total = total_of(f"Cộng ({len(rows)})", heads, rows) if rows else ()
    return Table(title, tuple(heads), tuple(rows), total)


def _posts(campaign: Campaign, area: Area, role: str, period: Period) -> list[Post]:
    """Posts that stood at some time of the period; one row per person and place."""
    stood = Q(ended_at__isnull=True) | Q(ended_at__gte=period[0])
    posts = Post.objects.filter(stood, under("path", area.path), campaign=campaign, role=role)
    posts = posts.filter(created_at__lt=period[1], user__app_user__isnull=True)
    return list(posts.select_related("user").order_by("level", "path", "user__full_name", "pk"))


def _counts(
    campaign: Campaign, posts: list[Post], verbs: list[str], period: Period
) -> dict[int, tuple[dict[str, int], datetime | None]]:
    """Actor -> (verb -> events in the period, her last one); `in_time` counts the answers that were."""
    events = Event.objects.filter(
        actor_id__in={post.user_id for post in posts}, campaign_id=campaign.pk, verb__in=[*verbs, ANSWERED]
    ).filter(at__gte=period[0], at__lt=period[1])
    grouped = events.order_by().values_list("actor_id", "verb")
    found: dict[int, tuple[dict[str, int], datetime | None]] = {}
    for actor, verb, number, in_time, last in grouped.annotate(
        number=Count("pk"), in_time=Count("pk", filter=Q(facts__in_time=True)), last=Max("at")
    ):
        counts, before = found.get(actor or 0, ({}, None))
        counts[verb] = number
        counts["in_time"] = counts.get("in_time", 0) + in_time
        found[actor or 0] = (counts, max(last, before) if before else last)
    return found


def _area_names(campaign: Campaign, paths: list[str]) -> dict[str, str]:
    areas = Area.objects.filter(catalogue_id=campaign.catalogue_id, path__in=set(paths))
    return dict(areas.values_list("path", "name"))


def progress(campaign: Campaign, area: Area, period: Period) -> tuple[Table, ...]:
    """How far and how well: by the areas below, by kind of unit, by supervisor."""
    cases = Case.objects.filter(under("path", area.path), campaign=campaign)
    children: dict[int, str] = dict(
        Area.objects.filter(parent=area).order_by("sort_key", "code").values_list("pk", "name")
    )
    by_area = _grouped(cases.annotate(key=_child_of(area)), period)
    order: list[int | None] = [*children, None]
    own = f"{area.name} – đơn vị trực thuộc"
    areas = [(children[key] if key else own, by_area[key]) for key in order if key in by_area]
    by_kind = _grouped(cases.annotate(key=KeyTextTransform("kind", "unit__details")), period)
    words = campaign.kind.unit_kinds
    kinds = [(words.get(str(key), str(key or "Chưa rõ")), by_kind[key]) for key in sorted(by_kind, key=str)]
    return (
        _progress_table("Tiến độ theo địa bàn", "Địa bàn", areas),
        _quality_table("Chất lượng theo địa bàn", "Địa bàn", areas),
        _progress_table("Tiến độ theo loại đơn vị", "Loại đơn vị", kinds),
        _quality_table("Chất lượng theo loại đơn vị", "Loại đơn vị", kinds),
        _by_supervisor(campaign, area, period),
    )


def _child_of(area: Area) -> When_:
    """The child of `area` that a case lies in or below; NULL for a body that hangs on the area itself."""
    return When_(
        When(unit__area__parent_id=area.pk, then=F("unit__area_id")),
        When(unit__area__parent__parent_id=area.pk, then=F("unit__area__parent_id")),
        When(unit__area__parent__parent__parent_id=area.pk, then=F("unit__area__parent__parent_id")),
        default=None,
        output_field=IntegerField(),
    )


Group = dict[str, Any]


def _grouped(cases: QuerySet[Case], period: Period) -> dict[Any, Group]:
    """One row per `key`: counts by state, what happened in the period, and quality."""
    rows = (
        cases.annotate(
            all_returns=_times("case.returned"),
            sent=_times("case.submitted", period),
            accepted=_times("case.accepted", period),
            returned=_times("case.returned", period),
        )
        .order_by()
        .values("key")
        .annotate(
            total=Count("pk"),
            **{f"n_{state}": Count("pk", filter=Q(state=state)) for state in State.values},
            was_sent=Count("pk", filter=Q(response__isnull=False)),
            findings=Sum("soft_count", filter=Q(response__isnull=False)),
            returns=Sum("all_returns"),
            sent_now=Sum("sent"),
            accepted_now=Sum("accepted"),
            returned_now=Sum("returned"),
            wait=Avg(
                ExpressionWrapper(F("changed_at") - F("response__sent_at"), DurationField()),
                filter=Q(state=State.ACCEPTED),
            ),
        )
    )
    return {row["key"]: dict(row) for row in rows}


def _times(verb: str, period: Period | None = None) -> Coalesce:
    """How often something happened to a case, in a period or ever; the index on the subject serves it."""
    events = Event.objects.filter(subject_type="case", subject_id=OuterRef("pk"), verb=verb)
    if period:
        events = events.filter(at__gte=period[0], at__lt=period[1])
    number = events.order_by().values("subject_id").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(number, output_field=IntegerField()), 0)


PROGRESS = (
    ("Số phiếu", "total"), ("Chưa nhập", "n_new"), ("Đang nhập", "n_draft"), ("Trả lại", "n_returned"),
    ("Chờ duyệt", "waiting"), ("Đã duyệt", "n_accepted"),
)  # fmt: skip
IN_PERIOD = (
    ("Gửi trong kỳ", "sent_now"),
    ("Duyệt xong trong kỳ", "accepted_now"),
    ("Trả lại trong kỳ", "returned_now"),
)


def _progress_table(title: str, head: str, groups: list[tuple[str, Group]]) -> Table:
    columns = [(head, "text"), *((words, "count") for words, _ in PROGRESS), ("Tỷ lệ đã duyệt", "percent")]
    columns += [(words, "count") for words, _ in IN_PERIOD]
    rows = []
    for name, group in groups:
        group["waiting"] = group["n_submitted"] + group["n_in_review"]
        share = _ratio(100 * group["n_accepted"], group["total"])
        rows.append((name, *(group[it] for _, it in PROGRESS), share, *(group[it] for _, it in IN_PERIOD)))
    total = list(total_of("Cộng", columns, rows))
    if rows:
        total[7] = _ratio(100 * int(total[6] or 0), int(total[1] or 0))
    return Table(title, tuple(columns), tuple(rows), tuple(total) if rows else ())


def _quality_table(title: str, head: str, groups: list[tuple[str, Group]]) -> Table:
    columns = (
        (head, "text"), ("Phiếu đã gửi", "count"), ("Cảnh báo, lỗi", "count"), ("Cảnh báo mỗi phiếu", "decimal"),
        ("Lượt trả lại", "count"), ("Lượt trả lại mỗi phiếu", "decimal"), ("Giờ từ gửi đến duyệt xong", "decimal"),
    )  # fmt: skip
    rows: list[tuple[Value, ...]] = []
    for name, it in groups:
        sent, found, back = it["was_sent"], it["findings"] or 0, it["returns"] or 0
        rows.append((name, sent, found, _ratio(found, sent), back, _ratio(back, sent), _hours(it["wait"])))
    total = list(total_of("Cộng", columns, rows))
    if rows:
        total[3] = _ratio(int(total[2] or 0), int(total[1] or 0))
        total[5] = _ratio(int(total[4] or 0), int(total[1] or 0))
    note = "Giờ từ gửi đến duyệt xong: giờ đồng hồ, trung bình các phiếu đã duyệt, tính từ lần gửi cuối."
    return Table(title, columns, tuple(rows), tuple(total) if rows else (), note)


def _by_supervisor(campaign: Campaign, area: Area, period: Period) -> Table:
    """What each supervisor's desk holds now and what she decided in the period.

    Whose post ended is listed for what she decided, and for nothing else: nothing waits for her.
    """
    waiting = number_of(Case.objects.filter(campaign=campaign, state__in=WAITING), at_level=True)
    posts = _posts(campaign, area, Role.GSV, period)
    holds = dict(
        Post.objects.filter(pk__in=[post.pk for post in posts])
        .annotate(waiting=waiting)
        .values_list("pk", "waiting")
    )
    done = _counts(campaign, posts, ["case.approved", "case.accepted", "case.returned"], period)
    names = _area_names(campaign, [post.path for post in posts])
    columns = (
        ("Giám sát viên", "text"), ("Địa bàn", "text"), ("Đang chờ duyệt", "count"), ("Duyệt trong kỳ", "count"),
        ("Trả lại trong kỳ", "count"), ("Tỷ lệ trả lại", "percent"),
    )  # fmt: skip
    rows: list[tuple[Value, ...]] = []
    for post in posts:
        counts = done.get(post.user_id, ({}, None))[0]
        passed = counts.get("case.approved", 0) + counts.get("case.accepted", 0)
        back = counts.get("case.returned", 0)
        share = _ratio(100 * back, passed + back)
        place, name, held = names.get(post.path, ""), post.user.full_name, holds[post.pk]
        if post.ended_at:
            if not passed + back:
                continue
            name, held = f"{name} (đã thôi)", 0
        rows.append((name, place, held, passed, back, share))
    note = "Phiếu chờ tính theo phân công; ở địa bàn chưa phân công mà có nhiều giám sát viên thì tính cho mỗi người."
    return Table("Theo giám sát viên", columns, tuple(rows), (), note)


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _hours(wait: timedelta | None) -> float | None:
    return round(wait / timedelta(hours=1), 4) if wait is not None else None


SHAPES = {"activity": activity, "progress": progress}
