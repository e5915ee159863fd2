"""A small province that asks people how satisfied they are: four districts, twelve communes, 720 transactions.

`satisfied` is the fixture; bà Bộ (ba.bo) sits at the centre, chị Hà Nam (chi.ha.nam) administers province 35, chú Đọc
(chu.doc) reads there, cô Nghệ An (co.nghe.an) administers province 40.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
import xlsxwriter
from django.test import Client
from django.utils import timezone

from dieutra.campaigns.actions import appoint, create_campaign
from dieutra.campaigns.models import Campaign
from dieutra.people.actions import set_password
from dieutra.people.models import User
from dieutra.places.actions import load_catalogue_file
from dieutra.places.models import Area
from dieutra.samples import actions, queries
from dieutra.samples.models import Draw, Population
from tests.cast import PASSWORD

KIND = Path(__file__).parents[2] / "campaign_kinds" / "sipas-2023"
CATALOGUE = "hai-long-thu"
DISTRICTS = ("347", "349", "350", "351")
PEOPLE = {
    "ba.bo": ("qtv", "VN", "Bà Bộ Nội Vụ"),
    "chi.ha.nam": ("qtv", "35", "Chị Hà Nam"),
    "chu.doc": ("bcd", "35", "Chú Đọc"),
    "co.nghe.an": ("qtv", "40", "Cô Nghệ An"),
}
GIVEN = ("An", "Bình", "Cường", "Dung", "Giang", "Hà", "Khánh", "Lan", "Minh", "Nga", "Phúc", "Quang", "Sơn")
SERVICES = ("Đất đai, môi trường", "Hộ tịch, chứng thực", "Xây dựng, nhà ở")
HEADERS = (
    "Mã hồ sơ", "Họ và tên", "Lĩnh vực", "Mã huyện", "Mã xã", "E-mail", "Điện thoại", "Ngày trả kết quả",
)  # fmt: skip
Line = tuple[str, ...]


def communes() -> list[tuple[str, str]]:
    """(district, commune)."""
    return [(district, f"{district}{at:02}") for district in DISTRICTS for at in (1, 2, 3)]


def frame_lines(each: int = 60) -> list[Line]:
    """So many people in each commune; every tenth has no address."""
    return [
        (
            f"HS-{commune}-{at:03}", _name(commune, at), SERVICES[at % 3], district, commune,
            "" if at % 10 == 0 else f"nguoi{commune}.{at}@example.vn", f"09{commune}{at:03}", "05/12/2023",
        )
        for district, commune in communes()
        for at in range(1, each + 1)
    ]  # fmt: skip


def _name(commune: str, at: int) -> str:
    place = int(commune) * 61 + at
    return f"Nguyễn {GIVEN[place % 13]} {GIVEN[place // 13 % 13]} {GIVEN[place // 169 % 13]}"


def workbook(lines: list[Line], headers: tuple[str, ...] = HEADERS) -> bytes:
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for row, values in enumerate([headers, *lines]):
            for column, value in enumerate(values):
                sheet.write_string(row, column, value)
    return sink.getvalue()


@dataclass(frozen=True)
class SampleWorld:
    campaign: Campaign

    def user(self, username: str) -> User:
        return User.objects.get(username=username)

    def desk(self, username: str) -> Client:
        client = Client()
        client.force_login(self.user(username))
        return client

    def area(self, code: str) -> Area:
        return Area.objects.get(catalogue_id=self.campaign.catalogue_id, code=code)

    def load(self, lines: list[Line] | None = None, who: str = "chi.ha.nam", why: str = "") -> Population:
        content = workbook(frame_lines() if lines is None else lines)
        return actions.load(self.user(who), self.campaign, self.area("35"), content, "khung.xlsx", why)

    def draw(
        self, seed: str = "73915", takes: tuple[str, ...] = ("2", "2", "20"), who: str = "chi.ha.nam",
        reason: str = "",
    ) -> Draw:  # fmt: skip
        frame = queries.standing(self.campaign, "VN/35/")
        assert frame is not None
        return actions.draw(self.user(who), frame, "0,05", "1,5", takes, seed, reason)


def make_sample_world() -> SampleWorld:
    rows = ["code,name,kind,level,parent", "VN,Việt Nam,quốc gia,0,"]
    rows += ["35,Tỉnh Hà Nam,tỉnh,1,VN", "40,Tỉnh Nghệ An,tỉnh,1,VN"]
    rows += [f"{code},Huyện {code},huyện,2,35" for code in DISTRICTS]
    rows += [f"{commune},Xã {commune},xã,3,{district}" for district, commune in communes()]
    loaded = load_catalogue_file("\n".join(rows).encode(), CATALOGUE, "Thử", date(2022, 1, 1), "tests")
    assert not loaded.errors, loaded.errors
    today = timezone.localdate()
    days = [today + timedelta(days=it) for it in (-10, 5, 20)]
    campaign = create_campaign(KIND, "hai-long-thu", "Hài lòng thử", *days, catalogue=CATALOGUE)
    world = SampleWorld(campaign)
    for username, (role, code, name) in PEOPLE.items():
        post = appoint(
            None, campaign, role, world.area(code),
            username=username, full_name=name, email=f"{username}@example.gov.vn",
        )  # fmt: skip
        set_password(post.user, PASSWORD)
    return world


@pytest.fixture
def satisfied(db: None) -> SampleWorld:
    return make_sample_world()
