"""A province whose supervisor has thousands of forms waiting, and every way in which they can be hers."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from dieutra.cases.models import Case, Response, State
from dieutra.frames.models import Unit
from dieutra.people.models import Post
from dieutra.places.models import Area
from dieutra.places.paths import unit_path
from dieutra.supervision import actions
from dieutra.supervision.queries import Place
from tests.cast import HA_NAM, World

HER = "chi.giam.sat.tinh"
BY_POST, BY_DISTRICT, BY_COMMUNE, BY_UNIT = "post", "districts", "communes", "units"
WAYS = (BY_POST, BY_DISTRICT, BY_COMMUNE, BY_UNIT)


def province_of(world: World) -> Area:
    return Area.objects.get(catalogue=world.campaign.catalogue, code=HA_NAM)


def communes_of(world: World) -> list[Area]:
    province = province_of(world)
    return list(
        Area.objects.filter(catalogue=province.catalogue, path__startswith=province.path, level=3).order_by(
            "path"
        )
    )


def crowd(
    world: World, number: int, prefix: str = "NHIEU", state: str = State.IN_REVIEW, level: int = 1
) -> None:
    """So many forms, spread over all communes of the province, with findings, distances and deadlines of all sorts."""
    communes, today = communes_of(world), timezone.localdate()
    model, listing = world.case("don.vi"), world.listing("347")
    units = [
        Unit(
            campaign=world.campaign, listing=listing, code=f"{prefix}{at:06}", name=f"Đơn vị {at}",
            search_key=f"don vi {at}", area=communes[at % len(communes)], details=model.unit.details,
            path=unit_path(communes[at % len(communes)].path, f"{prefix}{at:06}"),
        )
        for at in range(number)
    ]  # fmt: skip
    made = Unit.objects.bulk_create(units, batch_size=500)
    cases = Case.objects.bulk_create(
        [
            Case(
                campaign=world.campaign, unit=it, form_id=model.form_id, path=it.path, unit_level=3,
                state=state, level=level, version=3, soft_count=at % 4, sendings=1 + at % 2,
                distance=at % 120, due_on=today + timedelta(days=at % 40 - 10),
            )
            for at, it in enumerate(made)
        ],
        batch_size=500,
    )  # fmt: skip
    sender = world.user("don.vi")
    responses = Response.objects.bulk_create(
        [
            Response(
                case=case, form_id=case.form_id, number=1, answers={}, sent_by=sender,
                receipt=f"{prefix}{at:09}", digest="0" * 64,
            )
            for at, case in enumerate(cases)
        ],
        batch_size=500,
    )  # fmt: skip
    for case, response in zip(cases, responses, strict=True):
        case.response = response
    Case.objects.bulk_update(cases, ["response"], batch_size=300)


def others(world: World, number: int) -> None:
    """So many accepted forms in the same places, as any survey has beside those that wait."""
    communes, model, listing = communes_of(world), world.case("don.vi"), world.listing("347")
    for start in range(0, number, 10_000):
        made = Unit.objects.bulk_create(
            Unit(
                campaign=world.campaign, listing=listing, code=f"XONG{at:06}", name=f"Đơn vị {at}",
                search_key=f"don vi {at}", area=communes[at % len(communes)],
                path=unit_path(communes[at % len(communes)].path, f"XONG{at:06}"),
            )
            for at in range(start, min(number, start + 10_000))
        )  # fmt: skip
        Case.objects.bulk_create(
            Case(campaign=world.campaign, unit=it, form_id=model.form_id, path=it.path, unit_level=3,
                 state=State.ACCEPTED, due_on=model.due_on)
            for it in made
        )  # fmt: skip


def hand_out(world: World, way: str, prefix: str = "NHIEU") -> int:
    """Give the crowd to the supervisor in one of the ways; how many assignments it took."""
    province = province_of(world)
    paths: list[str] = []
    if way == BY_DISTRICT:
        paths = [it.path for it in province.children.all()]
    elif way == BY_COMMUNE:
        paths = [it.path for it in communes_of(world)]
    elif way == BY_UNIT:
        units = Unit.objects.filter(campaign=world.campaign, code__startswith=prefix)
        paths = list(units.order_by("path").values_list("path", flat=True))
    post = Post.objects.get(user__username=HER)
    for start in range(0, len(paths), actions.MOST):
        some = paths[start : start + actions.MOST]
        actions.assign(world.user("ong.tinh"), Place(world.campaign, province), post.pk, some)
    return len(paths)


def analyze() -> None:
    """What the database does by itself once rows have come."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
