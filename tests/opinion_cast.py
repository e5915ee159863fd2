"""The cast of an opinion survey: a campaign of the kind chi-so-cchc-2022 with three provinces and two ministries.

`make_opinion_world()` inside a test that may use the database (about half a second, rolled back with the test), or the
fixture `opinions` of a conftest that imports it:

    from tests.opinion_cast import opinions  # noqa: F401

`OpinionWorld.campaign` runs from ten days ago; its lists are due in five days, it closes in twenty. Its catalogue is a
small one of its own: the country VN, the provinces 35 Hà Nam, 40 Nghệ An, 01 Hà Nội, the ministries B01 and B02.
`.user("ba.bo")`, `.desk("ba.bo")` (a signed-in browser), `.area("35")`, `.roster("tinh", "35")` (made if there is none),
`.fill(roster, {"tinh-so": 3})` (sound people with an address each), `.accepted("tinh", "35", {...})` (filled and accepted).

Who: bà Bộ (ba.bo) is the centre's administrator, ông Chuyên Viên (ong.chuyen.vien) her second person (gsv), bác Ban
Chỉ Đạo (bac.bcd) reads at the centre; chị Hà Nam (chi.ha.nam) administers province 35, chú Đọc (chu.doc) reads there;
anh Ngoại Giao (anh.ngoai.giao) administers ministry B01; cô Nghệ An (co.nghe.an) province 40; người lạ (nguoi.la.khac)
the ministry B02. All have the password of tests/cast.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import timezone

from tests.cast import PASSWORD

if TYPE_CHECKING:
    from dieutra.campaigns.models import Campaign
    from dieutra.people.models import User
    from dieutra.places.models import Area
    from dieutra.rosters.models import Person, Roster

KIND = Path(__file__).parents[1] / "campaign_kinds" / "chi-so-cchc-2022"
CATALOGUE = "khao-sat-thu"
AREAS = """code,name,kind,level,parent
VN,Việt Nam,quốc gia,0,
01,Thành phố Hà Nội,thành phố,1,VN
35,Tỉnh Hà Nam,tỉnh,1,VN
40,Tỉnh Nghệ An,tỉnh,1,VN
B01,Bộ Ngoại giao,bo,1,VN
B02,Bộ Nội vụ,bo,1,VN
"""
OPINION_PEOPLE = {
    "ba.bo": ("qtv", "VN", "Bà Bộ Nội Vụ"),
    "ong.chuyen.vien": ("gsv", "VN", "Ông Chuyên Viên"),
    "bac.bcd": ("bcd", "VN", "Bác Ban Chỉ Đạo"),
    "chi.ha.nam": ("qtv", "35", "Chị Hà Nam"),
    "chu.doc": ("bcd", "35", "Chú Đọc"),
    "anh.ngoai.giao": ("qtv", "B01", "Anh Ngoại Giao"),
    "co.nghe.an": ("qtv", "40", "Cô Nghệ An"),
    "nguoi.la.khac": ("qtv", "B02", "Người Lạ Khác"),
}
FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương")
GIVEN = ("An", "Bình", "Cường", "Dung", "Giang", "Hà", "Khánh", "Lan", "Minh", "Nga", "Phúc", "Quang", "Sơn")


@dataclass(frozen=True)
class OpinionWorld:
    campaign: Campaign

    def user(self, username: str) -> User:
        from dieutra.people.models import User

        return User.objects.get(username=username)

    def desk(self, username: str) -> Client:
        client = Client()
        client.force_login(self.user(username))
        return client

    def area(self, code: str) -> Area:
        from dieutra.places.models import Area

        return Area.objects.get(catalogue_id=self.campaign.catalogue_id, code=code)

    def roster(self, survey: str, code: str) -> Roster:
        from dieutra.rosters.models import Roster

        area = self.area(code)
        found, _ = Roster.objects.get_or_create(
            campaign=self.campaign, survey=survey, path=area.path, defaults={"area": area}
        )
        return Roster.objects.select_related("campaign", "area").get(pk=found.pk)

    def fill(self, roster: Roster, numbers: Mapping[str, int]) -> list[Person]:
        """Sound people, so many of each group; units hold two people each."""
        from dieutra.engine.text import search_key
        from dieutra.rosters.models import Person

        start = roster.people.count()
        people = []
        for group, number in numbers.items():
            for at in range(number):
                place = start + len(people)
                name = f"{FAMILY[place % 13]} {GIVEN[place // 13 % 13]} {GIVEN[(place + place // 169) % 13]}"
                unit = f"Đơn vị {at // 2 + 1}"
                people.append(
                    Person(
                        roster=roster, campaign=roster.campaign, survey=roster.survey, path=roster.path,
                        group=group, number=place + 1, name=name, name_key=search_key(name),
                        born_on=date(1960, 1, 1) + timedelta(days=97 * place),
                        office="Phó Giám đốc", unit=unit, unit_key=search_key(unit),
                        email=f"{roster.survey}{roster.area.code.lower()}-{place + 1}@example.gov.vn",
                        phone=f"09{roster.pk % 100:02}{place:06}",
                    )
                )  # fmt: skip
        Person.objects.bulk_create(people)
        return list(roster.people.order_by("number")[start:])

    def accepted(self, survey: str, code: str, numbers: Mapping[str, int]) -> Roster:
        """A roster with these people, sent by its body and accepted by the centre."""
        from dieutra.rosters.models import Roster

        roster = self.roster(survey, code)
        self.fill(roster, numbers)
        now = timezone.now()
        Roster.objects.filter(pk=roster.pk).update(
            state=Roster.State.ACCEPTED, sent_at=now, decided_at=now, receipt="THU-0001", version=3
        )
        return self.roster(survey, code)


def make_opinion_world(slug: str = "chi-so-thu") -> OpinionWorld:
    from dieutra.campaigns.actions import appoint, create_campaign
    from dieutra.people.actions import set_password
    from dieutra.places.actions import load_catalogue_file

    loaded = load_catalogue_file(
        AREAS.encode(), CATALOGUE, "Danh mục thử của khảo sát", date(2022, 1, 1), "tests"
    )
    assert not loaded.errors, loaded.errors
    today = timezone.localdate()
    begin, lists, end = (today + timedelta(days=it) for it in (-10, 5, 20))
    campaign = create_campaign(KIND, slug, "Khảo sát thử", begin, lists, end, catalogue=CATALOGUE)
    world = OpinionWorld(campaign)
    for username, (role, code, name) in OPINION_PEOPLE.items():
        post = appoint(
            None, campaign, role, world.area(code),
            username=username, full_name=name, email=f"{username}@example.gov.vn",
        )  # fmt: skip
        set_password(post.user, PASSWORD)
    return world


@pytest.fixture
def opinions(db: None) -> OpinionWorld:
    return make_opinion_world()
