"""The fixed cast of the tests, and the small world they live in: Hà Nam, two districts, a handful of units.

Central administrator bà Trung ương; provincial administrator ông Tỉnh; district administrator cô Huyện (Phủ Lý) and
supervisors anh Giám sát (Phủ Lý), chị Giám sát tỉnh; the unit đơn vị; the reader bác Ban chỉ đạo; and người lạ, who
holds the same posts in another district (Duy Tiên).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from django.utils import timezone

from dieutra.campaigns.actions import appoint, create_campaign
from dieutra.campaigns.models import Campaign
from dieutra.cases.actions import open_cases
from dieutra.cases.models import Case
from dieutra.forms.queries import engine_form
from dieutra.frames.models import Listing, Unit
from dieutra.people.actions import create_account, set_password
from dieutra.people.models import User
from dieutra.places.models import Area
from dieutra.places.paths import unit_path
from dieutra.rehearsal.script import Script, read_script

KIND = Path(__file__).parents[1] / "campaign_kinds" / "co-so-hanh-chinh-2021"
PASSWORD = "Dieu-tra#2026"
HA_NAM, PHU_LY, DUY_TIEN = "35", "347", "349"

PEOPLE = {
    "ba.trung.uong": ("qtv", "VN", "Bà Trung Ương"),
    "ong.tinh": ("qtv", HA_NAM, "Ông Tỉnh"),
    "co.huyen": ("qtv", PHU_LY, "Cô Huyện"),
    "anh.giam.sat": ("gsv", PHU_LY, "Anh Giám Sát"),
    "chi.giam.sat.tinh": ("gsv", HA_NAM, "Chị Giám Sát Tỉnh"),
    "bac.ban.chi.dao": ("bcd", HA_NAM, "Bác Ban Chỉ Đạo"),
    "anh.thong.ke": ("tk", PHU_LY, "Anh Thống Kê"),
    "nguoi.la": ("qtv", DUY_TIEN, "Người Lạ"),
    "nguoi.la.giam.sat": ("gsv", DUY_TIEN, "Người Lạ Giám Sát"),
}
UNITS = {
    "don.vi": ("UBND-PL", PHU_LY, "xa"),
    "don.vi.hai": ("DANG-PL", PHU_LY, "xa"),
    "so.noi.vu": ("SNV", HA_NAM, "tinh"),
    "don.vi.la": ("UBND-DT", DUY_TIEN, "xa"),
}


@dataclass(frozen=True)
class World:
    campaign: Campaign

    def user(self, username: str) -> User:
        return User.objects.get(username=username)

    def case(self, username: str) -> Case:
        unit = Unit.objects.get(campaign=self.campaign, code=UNITS[username][0])
        return Case.objects.select_related("campaign", "unit__area", "form").get(unit=unit)

    def listing(self, code: str) -> Listing:
        return Listing.objects.get(campaign=self.campaign, area__code=code)


@cache
def script() -> Script:
    return read_script(KIND)


def good_answers(case: Case, scale: int = 1) -> dict[str, str]:
    """A faultless form for a case, by path."""
    level = {1: "tinh", 2: "huyen", 3: "xa"}[case.unit.area.level]
    return script().answers(engine_form(case.form_id), level, scale)


def path_of(case: Case, name: str) -> str:
    return engine_form(case.form_id).by_name[name].path


def make_world() -> World:
    """Build it once per test database."""
    today = timezone.localdate()
    campaign = create_campaign(
        KIND, "thu", "Điều tra thử", today - timedelta(days=10), today, today + timedelta(days=20)
    )
    for username, (role, code, name) in PEOPLE.items():
        area = Area.objects.get(catalogue=campaign.catalogue, code=code)
        appoint(
            None, campaign, role, area, username=username, full_name=name, email=f"{username}@example.gov.vn"
        )
    for username, (code, area_code, level) in UNITS.items():
        _unit(campaign, username, code, area_code, level)
    for user in User.objects.all():
        set_password(user, PASSWORD)
    return World(campaign)


def _unit(campaign: Campaign, username: str, code: str, area_code: str, level: str) -> None:
    listing_area = Area.objects.get(catalogue=campaign.catalogue, code=area_code)
    area = listing_area if level == "tinh" else listing_area.children.order_by("code")[0]
    listing, _ = Listing.objects.get_or_create(
        campaign=campaign,
        area=listing_area,
        defaults={"path": listing_area.path, "level": listing_area.level, "state": Listing.State.ACCEPTED},
    )
    unit = Unit.objects.create(
        campaign=campaign,
        listing=listing,
        code=code,
        name=f"Đơn vị {code}",
        search_key=f"don vi {code.lower()}",
        area=area,
        path=unit_path(area.path, code),
        details={
            "level": level,
            "kind": "11" if level == "xa" else "03",
            "email": f"{username}@example.gov.vn",
        },
        decision=Unit.Decision.KEEP,
    )
    open_cases(campaign, [unit])
    create_account(
        None,
        campaign_id=campaign.pk,
        role="dv",
        level=min(area.level, 2),
        path=unit.path,
        username=username,
        full_name=unit.name,
        email=f"{username}@example.gov.vn",
    )
