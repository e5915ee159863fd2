"""A second campaign for the same cast, whose base list nobody has loaded yet, and files to load."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import pytest
import xlsxwriter

from dieutra.campaigns.models import Campaign
from dieutra.frames.actions import Loaded, load_base_list
from dieutra.frames.models import Listing, Unit
from dieutra.people.models import Post, User
from dieutra.places.models import Area
from tests.cast import HA_NAM, PEOPLE, World

HEADERS = (
    "Mã đơn vị", "Tên đơn vị", "Loại đơn vị", "Mã tỉnh", "Mã huyện", "Mã xã", "Cấp quản lý",
    "Địa chỉ", "Mã ĐVQHNS", "Điện thoại", "E-mail", "Số lao động 2017", "Ghi chú",
)  # fmt: skip
BODY, UBND, PARTY = "Cơ quan hành chính nhà nước", "UBND và HĐND cấp xã", "Đảng ủy cấp xã"
# Phủ Lý has the communes 13285 and 13291; Duy Tiên 13321 and 13324.
GOOD = (
    ("HN-001", "Sở Nội vụ tỉnh Hà Nam", BODY, "35", "347", "13285", "tỉnh",
     "Số 1 đường A", "1012345", "02263850000", "noivu@hanam.example.vn", "45", ""),
    ("HN-002", "Phòng Nội vụ thành phố Phủ Lý", BODY, "35", "347", "13291", "huyện",
     "", "", "", "", "12", ""),
    ("HN-003", "UBND phường Quang Trung", UBND, "35", "347", "13285", "xã", "", "", "", "", "20", ""),
    ("HN-004", "Đảng ủy phường Quang Trung", PARTY, "35", "347", "13285", "xã", "", "", "", "", "6", ""),
    ("HN-005", "UBND phường Đồng Văn", UBND, "35", "349", "13321", "xã", "", "", "", "", "18", ""),
)  # fmt: skip

Row = Sequence[object]


def sheet(rows: Sequence[Row], headers: Sequence[str] = HEADERS) -> bytes:
    """An .xlsx with these rows; texts stay texts, numbers numbers."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"strings_to_numbers": False, "strings_to_formulas": False}) as book:
        page = book.add_worksheet("Danh sách nền")
        for number, row in enumerate([headers, *rows]):
            for column, value in enumerate(row):
                page.write(number, column, value)
    return file.getvalue()


def csv(rows: Sequence[Row], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    lines = [delimiter.join(str(value) for value in row) for row in [HEADERS, *rows]]
    return "\r\n".join(lines).encode(encoding)


def changed(row: Row, **values: object) -> tuple[object, ...]:
    """A good row with some cells replaced; keys are ma, ten, loai, tinh, … in the sheet's order."""
    names = (
        "ma",
        "ten",
        "loai",
        "tinh",
        "huyen",
        "xa",
        "cap",
        "dia_chi",
        "qhns",
        "dt",
        "mail",
        "ld",
        "ghi_chu",
    )
    return tuple(values.get(name, value) for name, value in zip(names, row, strict=True))


@pytest.fixture
def campaign(world: World) -> Campaign:
    """The same kind, the same people, no frame."""
    copy = Campaign.objects.get(pk=world.campaign.pk)
    copy.pk, copy.slug = None, "bang-ke"
    copy.save()
    posts = Post.objects.filter(campaign=world.campaign, user__username__in=PEOPLE)
    Post.objects.bulk_create(
        Post(user=it.user, campaign=copy, role=it.role, level=it.level, path=it.path) for it in posts
    )
    return copy


@pytest.fixture
def province(campaign: Campaign) -> Area:
    return Area.objects.get(catalogue_id=campaign.catalogue_id, code=HA_NAM)


@pytest.fixture
def who(world: World) -> Callable[[str], User]:
    return world.user


@pytest.fixture
def loaded(campaign: Campaign, province: Area, who: Callable[[str], User]) -> Loaded:
    return load_base_list(who("ong.tinh"), campaign, province, sheet(GOOD), "nen.xlsx")


@pytest.fixture
def listing(campaign: Campaign, loaded: Loaded) -> Callable[[str], Listing]:
    return lambda code: Listing.objects.select_related("area", "campaign").get(
        campaign=campaign, area__code=code
    )


@pytest.fixture
def unit(campaign: Campaign, loaded: Loaded) -> Callable[[str], Unit]:
    """A standing line by its code, fresh from the database."""
    return lambda code: Unit.objects.get(campaign=campaign, code=code, dropped_at__isnull=True)
