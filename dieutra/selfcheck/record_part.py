"""The record: its triggers are tried in a transaction that is rolled back, its seals are computed again."""

from __future__ import annotations

from datetime import timedelta

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from dieutra.events.models import Event, Seal
from dieutra.events.queries import broken_seal
from dieutra.incidents.models import Incident
from dieutra.selfcheck.lines import FAIL, NOT_APPLICABLE, OWN, PASS, PRACTICE, QCVN, Found, check, decided

PART = "Nhật ký, sự cố"
# table -> a column whose change must be refused
GUARDED = {
    "events_event": "verb", "events_seal": "digest", "incidents_logline": "text", "selfcheck_run": "digest",
    "selfcheck_answer": "note", "selfcheck_verdict": "note",
}  # fmt: skip
SINCE_SEAL = timedelta(hours=2)
YEAR = timedelta(days=365)


class _Accepted(Exception):
    """A change went through; raised so that the transaction is rolled back."""


@check(PART, "append-only", "Nhật ký chỉ ghi thêm: cơ sở dữ liệu từ chối sửa, xóa", QCVN)
def append_only() -> Found:
    evidence, good = [], True
    for table, column in GUARDED.items():
        triggers = _triggers(table)
        tried = (
            {words: _refuses(sql) for words, sql in _changes(table, column).items()}
            if _has_rows(table)
            else {}
        )
        good = good and bool(triggers) and all(tried.values())
        outcome = ", ".join(
            f"{words} {'bị từ chối' if no else 'ĐƯỢC CHẤP NHẬN'}" for words, no in tried.items()
        )
        evidence.append(
            f"{table}: {len(triggers)} trigger ({', '.join(triggers) or 'không có'}); {outcome or 'chưa có dòng để thử'}"
        )
    return decided(good, *evidence)


def _changes(table: str, column: str) -> dict[str, str]:
    one = f"(SELECT MIN(id) FROM {table})"
    return {
        "sửa": f"UPDATE {table} SET {column} = {column} WHERE id = {one}",
        "xóa": f"DELETE FROM {table} WHERE id = {one}",
    }


def _has_rows(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {table} LIMIT 1")
        return cursor.fetchone() is not None


def _refuses(statement: str) -> bool:
    """Rolled back whatever happens."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(statement)
            raise _Accepted
    except _Accepted:
        return False
    except DatabaseError as error:
        return "append-only" in str(error) or "never changes" in str(error)


def _triggers(table: str) -> list[str]:
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s ORDER BY name"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgenabled <> 'D' "
        "ORDER BY tgname"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [table])
        return [str(row[0]) for row in cursor.fetchall()]


@check(PART, "seals", "Dấu niêm của nhật ký còn nguyên", OWN)
def seals() -> Found:
    number = Seal.objects.count()
    broken = broken_seal()
    if broken is not None:
        return FAIL, [f"Dấu số {broken.pk} (dòng {broken.first_event}–{broken.last_event}) không còn khớp."]
    last = Seal.objects.order_by("-last_event").first()
    said = f"dấu cuối: {last.digest}" if last else "chưa có dấu nào"
    return decided(True, f"{number} dấu, tính lại đều khớp; {said}")


@check(PART, "seals-recent", "Nhật ký được niêm mỗi giờ", OWN)
def seals_recent() -> Found:
    """An event that settled long ago lies under a seal: the worker is alive."""
    last = Seal.objects.order_by("-last_event").first()
    old = Event.objects.filter(pk__gt=last.last_event if last else 0, at__lt=timezone.now() - SINCE_SEAL)
    waiting = old.count()
    return decided(not waiting, f"{waiting} dòng cũ hơn 2 giờ chưa được niêm")


@check(PART, "retention", "Giữ nhật ký nghiệp vụ ít nhất 12 tháng", QCVN)
def retention() -> Found:
    """Nothing in the product deletes events, and the database refuses it; gaps in the numbers would show it."""
    first = Event.objects.order_by("pk").first()
    if first is None:
        return FAIL, ["Chưa có dòng nhật ký nào."]
    sealed = sum(Seal.objects.values_list("count", flat=True))
    last = Seal.objects.order_by("-last_event").first()
    standing = Event.objects.filter(pk__lte=last.last_event).count() if last else 0
    started = timezone.localtime(first.at)
    said = f"dòng đầu ngày {started:%d/%m/%Y}; {standing} dòng còn, {sealed} dòng đã niêm"
    return decided(
        standing == sealed and bool(_triggers("events_event")), said, "Không có việc nền nào xóa nhật ký."
    )


@check(PART, "handing-out", "Xem, xuất dữ liệu được ghi nhật ký", QCVN)
def handing_out() -> Found:
    verbs = (
        "report.handed_out",
        "workbooks.handed_out",
        "units.handed_out",
        "account.seen_as",
        "sheets.fetched",
    )
    since = timezone.now() - YEAR
    counts = [(verb, Event.objects.filter(verb=verb, at__gte=since).count()) for verb in verbs]
    said = [f"{verb}: {number} dòng trong 12 tháng" for verb, number in counts]
    return (PASS if any(number for _, number in counts) else NOT_APPLICABLE), said


@check(PART, "incidents", "Sổ ứng phó sự cố không có sự cố nặng đang mở", PRACTICE)
def incidents() -> Found:
    standing = Incident.objects.exclude(state=Incident.State.CLOSED)
    grave = standing.filter(severity__gte=Incident.Severity.HIGH).count()
    total = Incident.objects.count()
    return decided(
        not grave,
        f"{total} sự cố đã ghi, {standing.count()} đang mở, trong đó {grave} mức cao trở lên (trang Sự cố)",
    )
