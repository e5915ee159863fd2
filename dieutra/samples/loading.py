"""Loading a frame of transactions: the whole file or nothing, every fault with its row and column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.campaigns.sample_rules import SampleRules
from dieutra.engine.refusals import Invalid, NotNow, Problem, Stale
from dieutra.engine.stats.stages import Line, digest
from dieutra.events.actions import record
from dieutra.frames.columns import Wrong
from dieutra.frames.reading import Row, every_row, place
from dieutra.incidents.wording import worded
from dieutra.people.actions import Place
from dieutra.people.models import User
from dieutra.people.permission import require
from dieutra.places.models import Area, Level
from dieutra.places.paths import under
from dieutra.rosters.columns import any_day
from dieutra.samples.models import DrawnList, Population, Transaction
from dieutra.samples.queries import rules_of, standing

SHOWN_PROBLEMS = 200
BATCH = 1000
WHY = "Chỉ quản trị viên của tỉnh và của Trung ương được nạp khung và chọn mẫu."


def load(
    actor: User, campaign: Campaign, province: Area, content: bytes, filename: str, why: str = ""
) -> Population:
    """A new frame for a province. Raises Forbidden, Invalid by row and column, NotNow once its list is made.

    `why` is asked for when a sample was already drawn from the former frame.
    """
    require(actor, "sample.draw", Place(campaign.pk, province.path), why=WHY)
    if province.level != Level.PROVINCE or province.catalogue_id != campaign.catalogue_id:
        raise Invalid("Khung giao dịch được nạp cho từng tỉnh. Hãy chọn một tỉnh của cuộc điều tra.")
    former = standing(campaign, province.path)
    why = _why_replace(former, why)
    rules = rules_of(campaign)
    rows = every_row(content, filename, rules.columns, "người")
    problems = list(_problems(rows, rules, campaign, province))
    if problems:
        count = f"{len(problems):,}".replace(",", ".")
        shown = f" Dưới đây là {SHOWN_PROBLEMS} chỗ đầu tiên." if len(problems) > SHOWN_PROBLEMS else ""
        raise Invalid(
            f"Chưa nạp dòng nào: khung có {count} chỗ sai.{shown} Hãy sửa trong tệp rồi gửi lại.",
            problems[:SHOWN_PROBLEMS],
        )
    try:
        with transaction.atomic():
            return _replace(actor, campaign, province, former, why, rows, filename)
    except IntegrityError:
        raise Stale("Người khác vừa nạp khung của tỉnh này. Hãy tải lại trang.") from None


def _why_replace(former: Population | None, why: str) -> str:
    if former is None or not former.draws.exists():
        return ""
    if DrawnList.objects.filter(draw__population=former).exists():
        raise NotNow("Danh sách người được hỏi đã được lập từ khung này nên không thay khung được nữa.")
    return worded("Lý do thay khung đã chọn mẫu", why, 500)


def _problems(
    rows: Sequence[Row], rules: SampleRules, campaign: Campaign, province: Area
) -> Iterator[Problem]:
    """Row by row, in the order of the columns: wrong cells, codes twice, days that are none, and areas that are not of
    this province or do not lie inside each other. One wrong cell hides none of the others.
    """
    parents = _parents(campaign, province)
    seen: dict[str, int] = {}
    for row in rows:
        told = dict(row.wrong)
        for name, message in _told(row, rules, parents, province, seen):
            header = next(it.header for it in rules.columns if it.name == name)
            told.setdefault(name, Problem(place(row.number, header), message))
        yield from (told[it.name] for it in rules.columns if it.name in told)


def _told(
    row: Row, rules: SampleRules, parents: Mapping[str, str], province: Area, seen: dict[str, int]
) -> Iterator[tuple[str, str]]:
    """(column, what is wrong) among the cells that are sound in themselves; a wrong cell reads as blank."""
    code, district, commune = (row.values.get(it, "") for it in ("code", "district", "commune"))
    if code and (first := seen.setdefault(code.lower(), row.number)) != row.number:
        yield "code", f"Mã “{code}” đã có ở dòng {first}."
    right = parents.get(district) == province.code
    if district and not right:
        yield "district", f"“{district}” không phải mã huyện của {province.name}."
    if commune and (words := _outside(commune, district if right else "", parents, province)):
        yield "commune", words
    for name in rules.dates:
        try:
            found = any_day(row.values.get(name, ""), "05/12/2023")
        except Wrong as wrong:
            yield name, str(wrong)
        else:
            if found and found > timezone.localdate():
                yield name, f"{found:%d/%m/%Y} chưa tới. Hãy kiểm tra ngày, tháng, năm."


def _outside(commune: str, district: str, parents: Mapping[str, str], province: Area) -> str:
    """ "" for a commune of the district (of the province, where the district is not known), or a district without any."""
    above = parents.get(commune, "")
    if above == province.code:  # a district stands for itself only where it has no communes
        right = commune not in parents.values() and commune == (district or commune)
    else:
        right = bool(above) and above == (district or above)
    where = f"huyện {district}" if district else province.name
    return "" if right else f"“{commune}” không phải mã xã của {where}."


def _parents(campaign: Campaign, province: Area) -> dict[str, str]:
    """Code of each area below the province -> code of the area above it."""
    inside = Area.objects.filter(under("path", province.path), catalogue_id=campaign.catalogue_id)
    return {code: path.strip("/").split("/")[-2] for code, path in inside.values_list("code", "path")}


def _replace(
    actor: User,
    campaign: Campaign,
    province: Area,
    former: Population | None,
    why: str,
    rows: Sequence[Row],
    filename: str,
) -> Population:
    if former is not None:
        ended = Population.objects.filter(pk=former.pk, ended_at__isnull=True)
        if not ended.update(ended_at=timezone.now(), ended_why=why):
            raise Stale("Người khác vừa thay khung của tỉnh này. Hãy tải lại trang.")
        former.transactions.update(name="", email="", phone="")  # nobody will be drawn from it any more
    values = [row.values for row in rows]
    lines = [Line(it["code"], (it["district"], it["commune"])) for it in values]
    made = Population.objects.create(
        campaign=campaign, area=province, path=province.path, filename=filename[:200],
        size=len(rows), digest=digest(lines), loaded_by=actor,
    )  # fmt: skip
    Transaction.objects.bulk_create(
        [
            Transaction(
                population=made, code=it["code"], group=it["service"], district=it["district"],
                commune=it["commune"], name=it["ho_ten"], email=it.get("email", "").lower(),
                phone=it.get("dien_thoai", ""),
            )
            for it in values
        ],
        batch_size=BATCH,
    )  # fmt: skip
    record(actor, "population.loaded", made, size=made.size, digest=made.digest, replaced=former is not None)
    return made
