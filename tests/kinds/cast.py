"""A well-filled form of 2021, as the commune of Nha Bích might have answered. All figures are invented."""

from functools import cache
from pathlib import Path

from dieutra.engine.forms.form import Form
from dieutra.engine.forms.xlsform import Loaded, load

KIND = Path(__file__).parents[2] / "campaign_kinds" / "co-so-hanh-chinh-2021"

QUESTIONS = {
    "ma_don_vi": "HC7069725450",
    "ten_don_vi": "Ủy ban nhân dân và Hội đồng nhân dân xã Nha Bích",
    "ten_dung": "1",
    "dia_ban": "Xã Nha Bích, thị xã Chơn Thành, tỉnh Bình Phước",
    "ma_tinh": "70",
    "ma_huyen": "697",
    "ma_xa": "25450",
    "dia_chi": "Đường Mô Phỏng, thôn 1",
    "ma_qhns": "1012345",
    "ma_so_thue": "3800000000",
    "dien_thoai": "02710000000",
    "email": "nhabich@example.gov.vn",
    "nam_thanh_lap": "2003",
    "cap_quan_ly": "xa",
    "loai_don_vi": "11",
    "co_cap_tren": "1",
    "ten_cap_tren": "Ủy ban nhân dân thị xã Chơn Thành",
    "co_truc_thuoc": "1",
    "so_truc_thuoc": "3",
    "so_hanh_chinh": "0",
    "so_su_nghiep": "2",
    "so_khac": "1",
    "gioi_tinh": "2",
    "nam_sinh": "1975",
    "dan_toc": "22",
    "trinh_do_cm": "2",
    "ly_luan": "2",
    "nam_bo_nhiem": "2016",
    "kiem_nhiem": "0",
    "hach_toan": "1",
    "co_internet": "1",
    "co_lan": "1",
    "can_bo_cntt": "1",
    "phan_mem": "1 2 4",
    "co_chu_ky_so": "1",
    "co_website": "1",
    "dia_chi_web": "https://nhabich.example.gov.vn",
    "so_vb_di": "1850",
    "so_vb_di_dt": "1420",
    "co_dvc": "1",
    "nguoi_lap": "Nguyễn Thị Lập Phiếu",
    "dien_thoai_lap": "0900000000",
    "nguoi_ky": "Trần Văn Thủ Trưởng",
    "ngay_ky": "2021-04-12",
}

# By table and row, the cells from the first column on; "-" is one that the unit does not fill.
TABLES = {
    "lao_dong": """
        r02  6  2 1 4
        r03 11  5 3 0
        r04  0  0 0 0
        r05  1  0 0 -
        r06  1  1 1 -
        r07  7  3 2 -
        r08 22  9 5 4
        r09  3  1 1 1
        r10  2  1 0 0
        r11  0  0 0 0
        r12 25 10 - -""",
    "trinh_do": """
        r02  0  0
        r03  2  1
        r04 15  7
        r05  2  1
        r06  5  2
        r07  1  0
        r08  1  0
        r09  3  1
        r10 14  6
        r11  4  2
        r12 22 10
        r13 12  6""",
    "tuoi": """
        r02 - 4 3
        r03 - 6 5
        r04 - 3 2
        r05 - 1 1
        r06 - 1 0
        r07 - 0 0""",
    "thu_chi": """
        r03 2650.5 2820
        r04    380  410.5
        r05   45.2   48
        r06      0    0
        r07     12   10.5
        r10   1290 1385.5
        r11    410  432
        r12  300.5  322.4
        r13    640  702.3
        r14    210  198
        r15  150.2  160
        r17     80   80""",
    "may_tinh": """
        r02  0  0  0
        r03 18 18 16
        r04  4  4  2
        r05  1  1  0""",
    "dich_vu": """
        r02 120 3500   -
        r03  15  640 380
        r04   5  110  96""",
}


@cache
def loaded() -> Loaded:
    return load(KIND / "form.xlsx")


def form() -> Form:
    return loaded().form


@cache
def paths() -> dict[str, str]:
    """Name of a question or cell to its path."""
    return {node.name: node.path for node in form().nodes if not node.is_container}


def good_answers() -> dict[str, str]:
    """Path to answer, complete and without a finding; a fresh dict each time."""
    return answers_with({})


def answers_with(changes: dict[str, str]) -> dict[str, str]:
    """The good answers with some of them changed, by name; "" leaves an answer out."""
    named = {**QUESTIONS, **_cells(), **changes}
    return {paths()[name]: value for name, value in named.items() if value != ""}


def _cells() -> dict[str, str]:
    cells: dict[str, str] = {}
    for table, text in TABLES.items():
        for line in text.strip().splitlines():
            row, *values = line.split()
            cells |= {f"{table}_{row}_c{i}": value for i, value in enumerate(values, 1) if value != "-"}
    return cells
