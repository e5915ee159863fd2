"""What letters about accounts say; a kind may have its own under the same names."""

from __future__ import annotations

FORGOTTEN = """Đặt lại mật khẩu – {cuoc_dieu_tra}

Kính gửi: {ten}

Hệ thống nhận được yêu cầu đặt lại mật khẩu của tài khoản {ten_dang_nhap}. Đề nghị đặt mật khẩu mới tại đường dẫn sau:

{lien_ket}

Đường dẫn chỉ dùng được một lần và có hiệu lực đến {han}. Mật khẩu cũ vẫn dùng được cho đến khi đặt mật khẩu mới.
Nếu không phải Quý vị yêu cầu, hãy bỏ qua thư này.
"""

IDLE = """Tài khoản sắp bị khóa – {cuoc_dieu_tra}

Kính gửi: {ten}

Tài khoản {ten_dang_nhap} đã lâu không đăng nhập và sẽ bị khóa vào ngày {han}. Nếu còn dùng, đề nghị đăng nhập trước
ngày đó tại:

{lien_ket}

Tài khoản bị khóa được quản trị viên đã cấp tài khoản mở lại; số liệu không mất.
"""

PASSWORD = """Mật khẩu sắp quá hạn – {cuoc_dieu_tra}

Kính gửi: {ten}

Mật khẩu của tài khoản {ten_dang_nhap} dùng được đến {han}. Đề nghị đăng nhập và đổi mật khẩu trước thời điểm đó tại:

{lien_ket}

Sau thời điểm đó, hệ thống yêu cầu đặt mật khẩu mới ngay khi đăng nhập; số liệu không mất.
"""

NOTICE = """Thay đổi đối với tài khoản của Quý vị – {cuoc_dieu_tra}

Kính gửi: {ten}

Tài khoản {ten_dang_nhap} ({vai_tro}): {viec} Người thực hiện là quản trị viên có thẩm quyền; việc này được ghi vào nhật ký.

Nếu thấy không đúng, đề nghị liên hệ ngay quản trị viên cấp trên.
"""

WORDS = {
    "locked": "đã bị khóa.",
    "unlocked": "đã được mở khóa.",
    "changed": "thông tin (họ tên, thư điện tử hoặc điện thoại) đã được thay đổi.",
    "handed_over": "vai trò đã được bàn giao cho người khác.",
}
