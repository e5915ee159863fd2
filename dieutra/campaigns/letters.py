"""Letters of a campaign: the texts of its kind's messages/, with the facts of one person filled in.

A text's first line is the subject; action_rules.PLACES says what may stand in braces. messages/<name>.en.txt beside
messages/<name>.vi.txt is the same letter in another language.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dieutra.campaigns.action_rules import PLACE

if TYPE_CHECKING:  # a kind is checked before Django is set up, and the letters with it
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


REMINDER = """Nhắc gửi phiếu – {cuoc_dieu_tra}

Kính gửi: {ten}

Phiếu của “{cuoc_dieu_tra}” hiện ở trạng thái: {trang_thai}. Hạn gửi phiếu là ngày {han}.
Đề nghị mở phiếu tại đường dẫn sau, hoàn thành và gửi:

{lien_ket}

Nếu vừa gửi phiếu, xin bỏ qua thư này. Cần hỗ trợ, hãy liên hệ giám sát viên hoặc quản trị viên trên địa bàn.
"""
DEFAULTS = {"reminder": REMINDER}


def letter_of(campaign: Campaign, name: str, language: str = "vi") -> str:
    """The text of a letter in a language, else in Vietnamese; "" when the kind has none of this name."""
    letters: Mapping[str, str] = campaign.rules.get("letters", {})
    return letters.get(f"{name}.{language}", "") or letters.get(name, "") or DEFAULTS.get(name, "")


def halves(text: str) -> tuple[str, str]:
    """(subject, body)."""
    subject, _, body = text.partition("\n")
    return subject.strip(), body.lstrip("\n")


def compose(
    campaign: Campaign, name: str, facts: Mapping[str, str], otherwise: str = ""
) -> tuple[str, str] | None:
    """(subject, body) of a letter of the kind, or of `otherwise`; None when there is neither."""
    text = letter_of(campaign, name) or otherwise
    if not text:
        return None
    # in one go, so that a brace in somebody's name is never taken for a place
    return halves(PLACE.sub(lambda place: facts.get(place[1], place[0]), text))
