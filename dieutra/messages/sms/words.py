"""What a short message says: the kind's own text for phones, with or without tone marks.

`messages/reminder.sms.txt` lies beside `messages/reminder.vi.txt`; another language's is `reminder.sms-en.txt`. The whole
file is the message; it has no subject.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dieutra.campaigns.models import Campaign
from dieutra.messages.models import Message
from dieutra.messages.sms.text import without_marks

DEFAULTS = {
    "reminder": "{cuoc_dieu_tra}: phiếu của {ten} đang ở trạng thái {trang_thai}. Hạn gửi {han}. Mở phiếu: {lien_ket}"
}


def sms_of(campaign: Campaign, name: str, language: str = "vi") -> str:
    """The text for phones of a letter; "" when the kind has none: then the letter does not go by SMS."""
    letters: Mapping[str, str] = campaign.rules.get("letters", {})
    found = letters.get(f"{name}.sms-{language}", "") or letters.get(f"{name}.sms", "")
    return " ".join((found or (DEFAULTS.get(name, "") if name not in letters else "")).split())


def options(campaign: Campaign) -> Mapping[str, Any]:
    """[sms] of campaign.toml."""
    given: Mapping[str, Any] = campaign.rules["campaign"].get("sms", {})
    return given


def spoken(text: str, campaign: Campaign | None) -> str:
    """As it leaves: `strip_tone_marks` of the kind takes the marks away."""
    return without_marks(text) if campaign is not None and options(campaign).get("strip_tone_marks") else text


def words_of(message: Message) -> str:
    return spoken(message.text, message.campaign if message.campaign_id else None)
