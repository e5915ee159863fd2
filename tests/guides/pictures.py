"""The pictures that the guides show: who looks at which address, what she did there, and which places are numbered.

Addresses and names in braces come from the stage. They are taken in this order: a few steps change the data for those
after.
"""

from __future__ import annotations

from tests.guides.opinion_pictures import OPINION_SHOTS
from tests.guides.shots import Shot, button, click, link, summary

HEADER = "header .dt-guide-link"
NEW, RETURNED, DRAFT = "{new_user}", "{returned_user}", "{draft_user}"

SHOTS = (
    # ---- before and after signing in
    Shot("dang-nhap-kich-hoat", "", "/kich-hoat/{token}/", ("#password", "#again", button("Kích hoạt"))),
    Shot("dang-nhap-trang", "", "/dang-nhap/", ("#id_login", "#id_password", link("Quên mật khẩu"), HEADER)),
    Shot("dang-nhap-viec", "gsv.duytien", "/", (".dt-todo", ".dt-doors", ".dt-bell", ".dt-me")),
    Shot(
        "dang-nhap-hai-buoc",
        "gsv.hanam",
        "/xac-thuc-hai-buoc/",
        (
            link("Bật ứng dụng xác thực"),
            link("Thêm khóa"),
        ),
    ),
    # ---- the unit
    Shot("don-vi-phieu", NEW, "/phieu/{new}/", ("nav[aria-label='Các phần của phiếu']", "[data-actions]")),
    Shot("don-vi-nhap-bang", DRAFT, "/phieu/{draft}/", ("[data-table]",), top="[data-table-block]"),
    Shot(
        "don-vi-dien-thoai",
        NEW,
        "/phieu/{new}/",
        ("[data-actions]",),
        top="[data-section] >> nth=1",
        phone=True,
    ),
    Shot("don-vi-kiem-tra", DRAFT, "/phieu/{draft}/kiem-tra/", ("main li",), phone=True),
    Shot("don-vi-gui", RETURNED, "/phieu/{returned}/kiem-tra/", (button("Gửi phiếu"), link("Xem bản in"))),
    Shot(
        "don-vi-bien-nhan",
        "{submitted_user}",
        "/phieu/{submitted}/bien-nhan/",
        (link("Biên nhận (PDF)"), link("Phiếu đã gửi (PDF)"), button("Rút lại để sửa")),
        top="main .dt-card",
    ),
    Shot("don-vi-tra-lai", RETURNED, "/phieu/{returned}/", (".dt-callout-warn",)),
    Shot(
        "don-vi-y-kien",
        RETURNED,
        "/phieu/{returned}/",
        (".dt-comment, [data-comment]",),
        top=".dt-comment, [data-comment]",
    ),
    Shot(
        "don-vi-excel",
        DRAFT,
        "/phieu/{draft}/excel/",
        (link("Tải tệp Excel của phiếu"), "input[type=file]", button("Gửi tệp vào phiếu")),
    ),
    Shot("don-vi-hoi", RETURNED, "/hoi-dap/moi/?phieu={returned}", ("#cau", "fieldset", "#subject")),
    Shot("don-vi-hoi-dap", RETURNED, "/hoi-dap/", ("#q", ".dt-faq", ".dt-tablebox")),
    # ---- supervisors
    Shot(
        "gsv-cho-duyet",
        "gsv.duytien",
        "/duyet/",
        (".dt-filters", "tbody tr a", "tbody input[type=checkbox]", button("Duyệt các phiếu đã chọn")),
    ),
    Shot(
        "gsv-xem-xet",
        "gsv.duytien",
        "/duyet/{submitted}/",
        (button("Duyệt phiếu"), summary("Trả lại để đơn vị sửa"), link("Phiếu sau")),
    ),
    Shot(
        "gsv-tra-lai",
        "gsv.duytien",
        "/duyet/{submitted}/",
        ("main textarea", button("Trả lại phiếu")),
        (click(summary("Trả lại để đơn vị sửa")),),
    ),
    Shot("gsv-bo-duyet", "gsv.hanam", "/duyet/{in_review}/bo-duyet/", ("main textarea", button("Bỏ duyệt"))),
    # ---- progress, urging, reports, many workbooks
    Shot(
        "tien-do-bang",
        "gsv.hanam",
        "/tien-do/35/",
        (link("Đôn đốc đơn vị chưa gửi phiếu"), ".dt-bar, .dt-stack", ".dt-tablebox tbody tr a"),
    ),
    Shot("tien-do-don-doc", "gsv.duytien", "/thong-bao/gui/", ("main select", button("Xem lại người nhận"))),
    Shot(
        "tien-do-thong-bao",
        "qtv.hanam",
        "/thong-bao/",
        (link("Báo cáo kết quả gửi"), link("Địa chỉ ngừng gửi"), link("Đôn đốc ngay")),
    ),
    Shot("tien-do-bao-cao", "qtv.hanam", "/bao-cao/", ("#loai", "#tu", "#den", button("Xem"))),
    Shot("tien-do-tep-excel", "gsv.duytien", "/nhan-tep-excel/", ("input[type=file]", button("Gửi các tệp"))),
    # ---- listings
    Shot("bang-ke-danh-sach", "qtv.phuly", "/bang-ke/", (".dt-todo, main .dt-card a", ".dt-tablebox")),
    Shot(
        "bang-ke-dong",
        "qtv.phuly",
        "/bang-ke/{listing}/",
        (".dt-tabs", button("Giữ nguyên"), link("Sửa, loại, chuyển")),
        top=".dt-tabs",
    ),
    Shot(
        "bang-ke-viec",
        "qtv.phuly",
        "/bang-ke/{listing}/",
        (link("Bổ sung đơn vị"), summary("Giữ nguyên tất cả dòng còn lại")),
    ),
    Shot(
        "bang-ke-sua",
        "qtv.phuly",
        "/bang-ke/{listing}/",
        ("main textarea", button("Chuyển"), "fieldset:has-text('Lý do loại')", button("Loại khỏi danh sách")),
        (click(link("Sửa, loại, chuyển")),),
        top="h2:has-text('Chuyển địa bàn')",
    ),
    Shot(
        "bang-ke-gui",
        "qtv.phuly",
        "/bang-ke/{listing}/",
        (link("So với danh sách nền"), button("Gửi lên")),
        (click(summary("Giữ nguyên tất cả")), click("button:has-text('dòng')")),
    ),
    Shot(
        "bang-ke-da-gui",
        "qtv.phuly",
        "/bang-ke/{listing}/",
        (".dt-badge", link("Biên nhận (PDF)")),
        (click(button("Gửi lên")),),
    ),
    Shot(
        "bang-ke-chap-nhan",
        "qtv.hanam",
        "/bang-ke/{listing}/",
        (link("thay đổi so với danh sách nền"), button("Chấp nhận bảng kê"), link("Trả lại")),
    ),
    Shot("bang-ke-chuyen-cu", "qtv.tw2026", "/bang-ke/chuyen-dia-ban/{carry}/", (".dt-tabs", button("Đưa"))),
    # ---- accounts
    Shot(
        "quan-tri-danh-sach",
        "qtv.hanam",
        "/tai-khoan/",
        (link("Tạo tài khoản"), link("Từ danh sách"), link("Phiếu niêm phong"), "tbody tr a"),
    ),
    Shot(
        "quan-tri-tao",
        "qtv.hanam",
        "/tai-khoan/tao/",
        ("#role", "#area", "#email", button("Tạo tài khoản")),
        top="#role",
    ),
    Shot(
        "quan-tri-tai-khoan",
        "qtv.hanam",
        "/tai-khoan/{account}/",
        (button("Khóa tài khoản"), button("Đặt lại tài khoản"), button("In phiếu niêm phong")),
        top=button("Xem như người này"),
    ),
    Shot(
        "quan-tri-ban-giao",
        "qtv.hanam",
        "/tai-khoan/{account}/",
        (summary("Bàn giao cho người khác"), button("Bàn giao")),
        (click(summary("Bàn giao cho người khác")),),
        top="summary:has-text('Sửa thông tin liên hệ')",
    ),
    Shot(
        "quan-tri-ra-soat",
        "qtv.hanam",
        "/tai-khoan/ra-soat/",
        ("tbody tr:last-child input[type=checkbox]", button("Xác nhận")),
        top="tbody tr:nth-last-child(4)",
    ),
    Shot(
        "quan-tri-phan-cong",
        "qtv.duytien",
        "/giam-sat/349/",
        (link("Đề xuất chia đều"), "tbody input[type=checkbox]"),
    ),
    Shot(
        "quan-tri-may", "qtv.duytien", "/may-thu-thap/", ("#name", "#area", button("Cấp máy và hiện mã QR"))
    ),
    # ---- the centre
    Shot(
        "trung-uong-mau-phieu",
        "qtv.tw",
        "/mau-phieu/",
        (".dt-tablebox", "input[type=file]", button("Nạp và kiểm tra")),
    ),
    Shot(
        "trung-uong-loi",
        "qtv.tw",
        "/mau-phieu/tep/{broken_upload}/",
        (".dt-problems, main .dt-tablebox", link("Nạp lại tệp đã sửa")),
    ),
    Shot(
        "trung-uong-xem-truoc", "qtv.tw", "/mau-phieu/tep/{upload}/", (link("Trang web"), button("Công bố"))
    ),
    # ---- questions and incidents
    Shot("hoi-dap-cho-tra-loi", "gsv.duytien", "/hoi-dap/can-tra-loi/", (".dt-tabs", "tbody tr a")),
    Shot(
        "hoi-dap-tra-loi",
        "gsv.duytien",
        "/hoi-dap/{open_question}/",
        ("main textarea", button("Trả lời"), summary("Chuyển cho người khác")),
        top="main textarea",
    ),
    Shot(
        "hoi-dap-su-co",
        "qtv.tw",
        "/su-co/{incident}/",
        (button("Ghi"), summary("Đổi mức độ"), summary("Đã ngăn chặn")),
        top="h2:has-text('Ghi thêm vào nhật ký')",
    ),
    # ---- short messages, many forms at once
    Shot(
        "tien-do-tin-nhan",
        "qtv.duytien",
        "/thong-bao/gui/?kenh=sms",
        ("h2:has-text('Tin nhắn SMS')", "strong:has-text('Tất cả:')", button("Gửi cho")),
        top="h2:has-text('Người nhận')",
    ),
    Shot("gsv-duyet-bo-loc", "gsv.duytien", "/duyet/ca-bo-loc/", (".dt-card h2", button("Duyệt"))),
    # ---- the working group, news, the self-check
    Shot(
        "to-cong-tac-bang-viec",
        "qtv.hanam",
        "/to-cong-tac/{group}/",
        ("article:has-text('Đôn đốc gửi phiếu')", "article .dt-badge-hard"),
    ),
    Shot(
        "to-cong-tac-nguoi",
        "qtv.hanam",
        "/to-cong-tac/{group}/nguoi/",
        (summary("Thêm người vào tổ"), summary("Giao địa bàn, đơn vị cho")),
    ),
    Shot(
        "to-cong-tac-viec",
        "gsv.hanam",
        "/to-cong-tac/viec/{task}/",
        ("#state", "#note", "main form button:has-text('Ghi')"),
        top="h2:has-text('Đã ghi')",
    ),
    Shot(
        "tuyen-truyen-tin",
        "qtv.hanam",
        "/tuyen-truyen/tin/{news}/",
        ("article", "#at", button("Đăng"), summary("Sửa tin")),
    ),
    Shot("tuyen-truyen-lich", "qtv.hanam", "/tuyen-truyen/lich/", (link("Họp báo"),)),
    Shot(
        "tu-danh-gia-lan",
        "qtv.tw",
        "/tu-danh-gia/{run}/",
        (link("Tải PDF"), "dd:has-text('Mã có trong nhật ký')"),
    ),
    Shot(
        "tu-danh-gia-xac-nhan",
        "bcd.tw",
        "/tu-danh-gia/muc/backups/",
        (".dt-turn .dt-break", "input[name=why]", button("Xác nhận"), button("Không đồng ý")),
        top="h2:has-text('Câu trả lời')",
    ),
    # ---- who only reads
    Shot("chi-xem-tien-do", "bcd.hanam", "/tien-do/35/", (".dt-doors", ".dt-tablebox tbody tr a")),
    # ---- a ministry
    Shot("bo-nganh-bang-ke", "qtv.bo", "/bang-ke/", (".dt-todo, main .dt-card a",)),
    *OPINION_SHOTS,
)
