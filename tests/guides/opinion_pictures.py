"""The pictures of the chapters about opinion surveys, samples and the index; see pictures.py."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.guides.shots import Shot, button, click, link

CENTRE, SECOND, WRITER, MAILED, ASSESSOR = "cchc.tw", "cchc.cv", "cchc.hanam", "cchc.22", "cchc.31"
MARK = ".dt-criterion-grid > div"  # one of the fields of a criterion
LIST = "/danh-sach-doi-tuong/{survey}/tinh/35/"
RESPONDENT = ""  # nobody signs in


def merge(page: Page) -> None:
    """The one who stands in two groups is one person."""
    page.get_by_role("button", name="Xác nhận cả 1 trường hợp").click()
    page.wait_for_selector("h2:has-text('Đã quyết định')")


def ready(page: Page) -> None:
    page.wait_for_url("**/y-kien/phieu/**")
    page.wait_for_selector("[data-ready]")


def answer_all(page: Page) -> None:
    """“Tốt” or “Có” to every question, and on to the page before sending."""
    page.wait_for_selector("[data-ready]")
    for name in dict.fromkeys(
        it.get_attribute("name") for it in page.locator("[data-form] input[type=radio]").all()
    ):
        choices = page.locator(f'[data-form] input[type=radio][name="{name}"]')
        choices.nth(3 if choices.count() > 3 else 0).check()
    page.get_by_role("button", name="Kiểm tra và gửi phiếu").click()
    page.wait_for_url("**/y-kien/kiem-tra/**")


OPINION_SHOTS = (
    # ---- the lists of people
    Shot(
        "danh-sach-viec",
        WRITER,
        LIST,
        (link("Nạp từ tệp"), link("Xử lý người trùng"), link("Xem các mục"), ".ro-groups"),
    ),
    Shot(
        "danh-sach-trung", WRITER, LIST + "trung/", (".ro-two", ".ro-pair .dt-toolbar button"), top="main h2"
    ),
    Shot(
        "danh-sach-gui",
        WRITER,
        LIST + "trung/",
        ("#agreed", button("Gửi danh sách")),
        (merge, click(link("Tỉnh Hà Nam")), click(link("Xem lại và gửi"))),
        top="h2:has-text('2. Người trùng')",
    ),
    Shot(
        "danh-sach-tiep-nhan",
        CENTRE,
        "/danh-sach-doi-tuong/{survey}/tinh/40/",
        (link("Người trùng"), link("Xem giải trình"), link("Trả lại"), button("Tiếp nhận danh sách")),
    ),
    # ---- letters and progress
    Shot(
        "khao-sat-tien-do",
        MAILED,
        "/khao-sat/tien-do/tinh/22/",
        (link("Thư và địa chỉ"), ".dt-bar", ".dt-callout-warn", link("Nhắc cả nhóm")),
    ),
    Shot(
        "khao-sat-doi-dia-chi",
        MAILED,
        "/khao-sat/thu/{bounced}/dia-chi/",
        ("#email", "#reason", button("Đổi địa chỉ và gửi thư mới")),
    ),
    Shot(
        "khao-sat-gui",
        CENTRE,
        "/khao-sat/gui/?cuoc=tinh",
        ("tbody input[type=checkbox]", link("Địa chỉ đã đổi"), link("Nhắc người chưa trả lời")),
    ),
    # ---- signs of interference
    Shot(
        "dau-hieu-danh-sach",
        CENTRE,
        "/dau-hieu/",
        (button("Xem xét ngay"), "form[role=search]", ".di-signals"),
        top="main h1",
    ),
    Shot(
        "dau-hieu-bang-chung",
        CENTRE,
        "/dau-hieu/co-quan/{flag}/",
        (".di-score", ".di-sizes", ".di-chart"),
        top="h1",
    ),
    Shot(
        "dau-hieu-huy",
        SECOND,
        "/dau-hieu/huy/{annulment}/",
        (".dt-facts", button("Xác nhận hủy kết quả"), "#why"),
        top="h1",
    ),
    # ---- the index
    Shot(
        "chi-so-tu-cham",
        ASSESSOR,
        "/chi-so/ban-tu-cham/{mine_assessment}/",
        (".dt-tabs", f"{MARK} >> nth=0", f"{MARK} >> nth=1", f"{MARK} >> nth=3"),
        top=".dt-head",
    ),
    Shot(
        "chi-so-tham-dinh",
        CENTRE,
        "/chi-so/ban-tu-cham/{theirs_assessment}/",
        ("fieldset dl", ".dt-criterion-grid"),
        top=".dt-tabs",
    ),
    Shot(
        "chi-so-xem-truoc",
        CENTRE,
        "/chi-so/lan-tinh/{reckoning}/",
        (".dt-facts", "main .dt-tablebox"),
        top="h1",
    ),
    # ---- samples
    Shot(
        "chon-mau-co-mau",
        "hailong.hanam",
        "/chon-mau/35/",
        (".sm-numbers", ".sm-plan"),
        top="h2:has-text('2. Cỡ mẫu')",
    ),
    Shot(
        "chon-mau-chung-thu",
        "hailong.hanam",
        "/chon-mau/lan/{drawn}/",
        (link("Tải PDF"), link("Chọn lại để kiểm tra"), button("Lập danh sách người được hỏi")),
    ),
    Shot(
        "chon-mau-hai-long",
        "hailong.hanam",
        "/chon-mau/35/ket-qua/",
        ("tbody tr:nth-child(1) td", "tbody td[colspan]"),
        top="h1",
    ),
    # ---- the respondent
    Shot(
        "tra-loi-phieu",
        RESPONDENT,
        "/y-kien/#{link}",
        ("[data-form] fieldset", "[data-actions]"),
        (ready,),
        "[data-form] fieldset",
        phone=True,
    ),
    Shot(
        "tra-loi-gui", RESPONDENT, "/y-kien/phieu/", (button("Gửi câu trả lời"),), (answer_all,), phone=True
    ),
)
