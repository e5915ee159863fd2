"""Writes about carrying a list over: begin, decide, take back, decide by proposal, put into the new list."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.utils import timezone

from dieutra.campaigns.checking import kind_folder
from dieutra.campaigns.kind_reading import read_kind
from dieutra.campaigns.models import Campaign
from dieutra.carrying.conversion import Successors
from dieutra.carrying.models import CarriedLine, Carry
from dieutra.carrying.reading import lines_of_file
from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Problem, Stale
from dieutra.events.actions import record
from dieutra.frames.models import Listing
from dieutra.people.actions import Place
from dieutra.people.models import User
from dieutra.people.permission import may, require
from dieutra.places.models import Area, Conversion, Level
from dieutra.places.paths import under

BATCH = 1000
NOTE_LENGTH = 300
Verdict = CarriedLine.Verdict
NOT_YOURS = "Bạn không nạp được danh sách của tỉnh này nên không chuyển được bảng kê."


def successor_province(campaign: Campaign, old_province: Area) -> Area:
    """The province that an old one became whole; Invalid when the catalogues do not say so."""
    rows = Conversion.objects.filter(
        old_catalogue_id=old_province.catalogue_id,
        new_catalogue_id=campaign.catalogue_id,
        old_code=old_province.code,
    )
    codes = list(rows.values_list("new_code", flat=True))
    if old_province.level != Level.PROVINCE or len(codes) != 1:
        raise Invalid(
            f"Không có bảng chuyển đổi từ {old_province.name} sang danh mục của cuộc điều tra này. "
            "Hãy chọn một tỉnh của danh mục cũ."
        )
    return Area.objects.get(catalogue_id=campaign.catalogue_id, code=codes[0])


def may_take(actor: User, campaign: Campaign, source: Campaign, old_province: Area) -> bool:
    """Whether the accepted list of an old province is the actor's to take: the centre's, and its reader's there."""
    central = may(actor, "frame.load", campaign)
    return central or may(actor, "frame.read", Place(source.pk, old_province.path))


def begin_from_campaign(actor: User, campaign: Campaign, source: Campaign, old_province: Area) -> Carry:
    """Carry the accepted list of an old province over; the lines follow in the background. Twice is once.

    Raises Forbidden outside the actor's area, Invalid without a conversion, NotNow when no listing is accepted.
    """
    province = _province(actor, campaign, old_province)
    if not may_take(actor, campaign, source, old_province):
        raise Forbidden(
            f"Bạn chưa có vai trò ở {old_province.name} trong {source.name} nên không lấy được bảng kê ở đó. "
            "Hãy đề nghị quản trị viên Trung ương chuyển, hoặc nạp tệp danh sách."
        )
    if source.catalogue_id != old_province.catalogue_id or source.pk == campaign.pk:
        raise Invalid(f"{old_province.name} không thuộc danh mục của {source.name}.")
    inside = Listing.objects.filter(under("path", old_province.path), campaign=source)
    if not inside.filter(state=Listing.State.ACCEPTED).exists():
        raise NotNow(f"{source.name} chưa có bảng kê nào của {old_province.name} được chấp nhận.")
    standing = Carry.objects.filter(campaign=campaign, old_province=old_province).first()
    if standing is not None:
        _refuse_other_source(standing, source)
        return standing
    with transaction.atomic():
        carry, made = Carry.objects.get_or_create(
            campaign=campaign,
            old_province=old_province,
            defaults={"province": province, "path": province.path, "source": source, "by": actor},
        )
        if made:
            record(actor, "carry.begun", carry, source=source.pk, old_province=old_province.code)
    _refuse_other_source(carry, source)
    return carry


def begin_from_file(
    actor: User, campaign: Campaign, old_province: Area, kind_slug: str, content: bytes, filename: str
) -> Carry:
    """The same from a list in the layout of an earlier kind: the whole file or, with its faults by row, nothing."""
    province = _province(actor, campaign, old_province)
    if Carry.objects.filter(campaign=campaign, old_province=old_province).exists():
        raise NotNow(f"Bảng kê của {old_province.name} đã được chuyển. Hãy mở lần chuyển đó để làm tiếp.")
    kind = read_kind(kind_folder(kind_slug))
    lines = lines_of_file(kind, old_province, content, filename)
    try:
        with transaction.atomic():
            carry = Carry.objects.create(
                campaign=campaign,
                old_province=old_province,
                province=province,
                path=province.path,
                filename=filename[:200],
                by=actor,
            )
            made = [
                CarriedLine(
                    carry=carry, code=line.code, name=line.name, details=line.details, old_area=line.area
                )
                for line in lines
            ]
            CarriedLine.objects.bulk_create(made, batch_size=BATCH)
            record(actor, "carry.begun", carry, lines=len(made), old_province=old_province.code)
    except IntegrityError:
        raise Stale("Người khác vừa chuyển bảng kê của tỉnh này. Chưa ghi gì; hãy xem lại.") from None
    return carry


def _province(actor: User, campaign: Campaign, old_province: Area) -> Area:
    province = successor_province(campaign, old_province)
    require(actor, "frame.load", Place(campaign.pk, province.path), why=NOT_YOURS)
    return province


def _refuse_other_source(carry: Carry, source: Campaign) -> None:
    if carry.source_id != source.pk:
        came = carry.source.name if carry.source else f"tệp “{carry.filename}”"
        raise NotNow(f"Bảng kê của {carry.old_province.name} đã được chuyển từ {came}.")


def decide(
    actor: User,
    line: CarriedLine,
    version: int,
    verdict: str,
    *,
    area_code: str = "",
    into_code: str = "",
    note: str = "",
) -> None:
    """A person says what became of a line. Raises Invalid naming what is missing, Stale when somebody was first."""
    require(actor, "frame.load", _place(line), why=NOT_YOURS)
    _as_seen(line, version)
    if line.verdict:
        raise NotNow(f"“{line.name}” đã được quyết định. Hãy bỏ quyết định cũ trước.")
    target, into = _where(line, verdict, area_code, into_code)
    note = note.strip()
    if len(note) > NOTE_LENGTH:
        message = f"Dài {len(note)} ký tự, quá {NOTE_LENGTH} ký tự. Hãy viết ngắn lại."
        raise Invalid("Ghi chú quá dài.", [Problem("Ghi chú", message)])
    with transaction.atomic():
        _write(line, version, verdict=verdict, target=target, into=into, note=note, decided_by=actor)
        facts = {"verdict": verdict, "area": target.code if target else "", "into": into.pk if into else None}
        _told(actor, "carried.decided", line, **facts)


def _where(
    line: CarriedLine, verdict: str, area_code: str, into_code: str
) -> tuple[Area | None, CarriedLine | None]:
    """The area, or the line that took this one in, as the verdict needs it."""
    carry = line.carry
    if not line.cause:
        raise NotNow("Dòng này đang được tra danh mục. Hãy chờ ít phút rồi quyết định.")
    if verdict == Verdict.END:
        return None, None
    if verdict == Verdict.PROVINCE:
        return carry.province, None
    if verdict == Verdict.PLACE:
        return _new_area(carry, line, area_code.strip()), None
    if verdict == Verdict.MERGE:
        return None, _other(line, into_code.strip())
    raise Invalid("Hãy chọn một quyết định.", [Problem("Quyết định", "Chọn một mục trong danh sách.")])


def _new_area(carry: Carry, line: CarriedLine, code: str) -> Area:
    """A lowest area inside the province, or one that the conversion itself names."""
    area = Area.objects.filter(catalogue_id=carry.province.catalogue_id, code=code).first()
    named = {it.area.code for it in Successors(carry, [line.old_area.code]).of.get(line.old_area.code, [])}
    if area is None or area.level != Level.COMMUNE:
        raise Invalid("Chưa chọn địa bàn mới.", [Problem("Địa bàn mới", "Hãy chọn một xã, phường, đặc khu.")])
    if not area.path.startswith(carry.path) and code not in named:
        raise Invalid(
            f"{area.name} không thuộc {carry.province.name}.",
            [Problem("Địa bàn mới", f"Hãy chọn một địa bàn của {carry.province.name}.")],
        )
    if not area.path.startswith(carry.path):
        raise Invalid(
            f"{area.name} thuộc tỉnh khác. Hãy ghi “{Verdict.END.label}” với ghi chú, "
            "và đề nghị tỉnh đó bổ sung đơn vị vào bảng kê của mình.",
            [Problem("Địa bàn mới", f"Hãy chọn một địa bàn của {carry.province.name}.")],
        )
    return area


def _other(line: CarriedLine, code: str) -> CarriedLine:
    """The line that took this one in: another one of this carry, which itself goes on or still may."""
    other = CarriedLine.objects.filter(carry_id=line.carry_id, code__iexact=code).first() if code else None
    problem = "Ghi mã của đơn vị đã nhận, có trong lần chuyển này."
    if other is None or other.pk == line.pk:
        raise Invalid("Chưa rõ đã nhập vào đơn vị nào.", [Problem("Mã đơn vị nhận", problem)])
    if other.verdict in (Verdict.END, Verdict.MERGE):
        raise Invalid(
            f"“{other.name}” cũng đã kết thúc hoặc đã nhập vào đơn vị khác.",
            [Problem("Mã đơn vị nhận", problem)],
        )
    return other


def take_back(actor: User, line: CarriedLine, version: int) -> None:
    """Undo a person's decision while the line is not in the new list yet."""
    require(actor, "frame.load", _place(line), why=NOT_YOURS)
    _as_seen(line, version)
    if line.unit_id is not None:
        raise NotNow("Đơn vị đã nằm trong bảng kê mới. Hãy sửa, chuyển hoặc loại ở bảng kê đó.")
    if line.decided_by_id is None:
        raise NotNow("Dòng này chưa có quyết định của người nào để bỏ.")
    if line.received.exists():
        raise NotNow("Có đơn vị khác đã nhập vào dòng này. Hãy bỏ quyết định của đơn vị đó trước.")
    with transaction.atomic():
        _write(line, version, verdict="", target=None, into=None, note="", decided_by=None)
        _told(actor, "carried.taken_back", line)


def decide_many(actor: User, carry: Carry, chosen: Mapping[int, tuple[int, str]]) -> int:
    """Decide the lines that a person ticked on a proposal: line -> (version that she saw, code of the area).

    All or none: Stale when one of them changed meanwhile. How many were decided.
    """
    require(actor, "frame.load", carry, why=NOT_YOURS)
    lines = CarriedLine.objects.filter(carry=carry, pk__in=chosen).select_related(
        "old_area", "carry__province"
    )
    found = {line.pk: line for line in lines}
    if not chosen:
        raise Invalid("Chưa chọn dòng nào.", [Problem("Đề xuất", "Đánh dấu các dòng bạn đồng ý.")])
    with transaction.atomic():
        for pk in sorted(chosen):
            version, area_code = chosen[pk]
            if pk not in found:
                raise Stale("Có dòng không còn trong lần chuyển này. Chưa ghi gì; hãy tải lại trang.")
            decide(actor, found[pk], version, Verdict.PLACE, area_code=area_code, note="Theo đề xuất đã xem")
    return len(chosen)


def ask_to_place(actor: User, carry: Carry) -> int:
    """Put what is carried or decided into the base lists of the new campaign, in the background; how many wait."""
    require(actor, "frame.load", carry, why=NOT_YOURS)
    if carry.converted_at is None:
        raise NotNow("Danh sách đang được tra danh mục. Hãy chờ ít phút rồi làm lại.")
    ready = carry.lines.filter(verdict__in=(Verdict.PLACE, Verdict.PROVINCE), unit=None).count()
    if not ready:
        raise NotNow("Không còn dòng nào sẵn sàng để đưa vào bảng kê.")
    record(actor, "carry.placing", carry, lines=ready)
    return ready


def _place(line: CarriedLine) -> Place:
    return Place(line.carry.campaign_id, line.carry.path)


def _as_seen(line: CarriedLine, version: int) -> None:
    if line.version != version:
        raise _changed(line)


def _changed(line: CarriedLine) -> Stale:
    return Stale(
        f"“{line.name}” (mã {line.code}) vừa được người khác quyết định. Việc của bạn chưa được ghi."
    )


def _write(line: CarriedLine, version: int, **values: object) -> None:
    """A conditional UPDATE on the version that was seen, and not once the line stands in the new list."""
    decided = timezone.now() if values["decided_by"] else None
    as_seen = CarriedLine.objects.filter(pk=line.pk, version=version, unit=None)
    if not as_seen.update(version=version + 1, decided_at=decided, **values):
        raise _changed(line)
    line.refresh_from_db()


def _told(actor: User, verb: str, line: CarriedLine, **facts: object) -> None:
    record(actor, verb, line, path=line.carry.path, campaign_id=line.carry.campaign_id, **facts)


__all__ = [
    "ask_to_place",
    "begin_from_campaign",
    "begin_from_file",
    "decide",
    "decide_many",
    "successor_province",
    "take_back",
]
