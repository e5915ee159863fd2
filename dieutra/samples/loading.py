"""Loading a frame of transactions: the whole file or nothing, every fault with its row and column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.campaigns.sample_rules import SampleRules
from dieutra.engine.refusals import Invalid, NotNow, Problem, Stale
from dieutra.engine.stats.stages import Line, digest
from dieutra.events.actions import record
from dieutra.frames.reading import Row, place, read_rows
from dieutra.incidents.wording import worded
from dieutra.people.actions import Place
from dieutra.people.models import User
from dieutra.people.permission import require
from dieutra.places.models import Area, Level
from dieutra.places.paths import under
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
    rows, problems = read_rows(content, filename, rules.columns)
    problems += _problems(rows, rules, campaign, province)
    if problems:
        count = f"{len(problems):,}".replace(",", ".")
        raise Invalid(
            f"Chưa nạp dòng nào: khung có {count} chỗ sai. Hãy sửa trong tệp rồi gửi lại.",
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
    """Codes twice, and areas that are not of this province or do not lie inside each other."""
    header = {column.name: column.header for column in rules.columns}
    parents = _parents(campaign, province)
    with_communes = set(parents.values())
    seen: dict[str, int] = {}
    for row in rows:
        code, district, commune = (row.values[it] for it in ("code", "district", "commune"))
        first = seen.setdefault(code.lower(), row.number)
        if first != row.number:
            yield Problem(place(row.number, header["code"]), f"Mã “{code}” đã có ở dòng {first}.")
        if parents.get(district) != province.code:
            yield Problem(
                place(row.number, header["district"]),
                f"“{district}” không phải mã huyện của {province.name}.",
            )
        elif parents.get(commune) != district and not (district not in with_communes and commune == district):
            yield Problem(
                place(row.number, header["commune"]), f"“{commune}” không phải mã xã của huyện {district}."
            )


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
