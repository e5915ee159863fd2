"""Letters of a campaign: the texts of its kind's messages/, with the facts of one person filled in.

A text's first line is the subject. Its places are {ten} (the person's or unit's name), {lien_ket} (a link) and
{han} (until when).
"""

from __future__ import annotations

from collections.abc import Mapping

from dieutra.campaigns.models import Campaign

ACTIVATION = """Kích hoạt tài khoản – {cuoc_dieu_tra}

Kính gửi: {ten}

Tài khoản {ten_dang_nhap} ({vai_tro}) của “{cuoc_dieu_tra}” đã được tạo.
Đề nghị đặt mật khẩu và kích hoạt tại đường dẫn sau:

{lien_ket}

Đường dẫn chỉ dùng được một lần và có hiệu lực đến {han}.
Không chuyển tiếp thư này và không cung cấp mật khẩu cho người khác.

Đây là thư tự động. Cần hỗ trợ, hãy liên hệ quản trị viên đã cấp tài khoản.
"""


def compose(
    campaign: Campaign, name: str, facts: Mapping[str, str], otherwise: str = ""
) -> tuple[str, str] | None:
    """(subject, body) of a letter of the kind, or of `otherwise`; None when there is neither."""
    text = campaign.rules.get("letters", {}).get(name, "") or otherwise
    if not text:
        return None
    for place, value in facts.items():
        text = text.replace("{" + place + "}", value)
    subject, _, body = text.partition("\n")
    return subject.strip(), body.lstrip("\n")
