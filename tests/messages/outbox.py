"""Rows of the outbox for the tests, and the sender turned by hand."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from dieutra.messages.models import Message
from dieutra.messages.sending import deliver
from tests.cast import World

SUBJECT = "Đề nghị hoàn thiện Phiếu cung cấp thông tin về đơn vị hành chính năm 2021 (mô phỏng), thưa quý vị"

TEXT = """Kính gửi: Ủy ban nhân dân xã <Đông> & Tây

Mở phiếu: http://127.0.0.1:8000/phieu/1/.
.
Trân trọng./.
"""


def put(world: World, number: int, **fields: object) -> Message:
    row = {
        "campaign": world.campaign,
        "template": "reminder",
        "key": f"test|{number}",
        "path": "VN/35/",
        "to": f"nguoi{number}@don-vi.example.vn",
        "domain": "don-vi.example.vn",
        "subject": SUBJECT,
        "text": TEXT,
    }
    return Message.objects.create(**{**row, **fields})


def free_all() -> None:
    """The pauses are over."""
    Message.objects.filter(state__in=Message.OPEN).update(next_at=timezone.now() - timedelta(seconds=1))


def turn_until_quiet(most: int = 50) -> None:
    for _ in range(most):
        if not deliver().done:
            return


def put_sms(world: World, number: int, **fields: object) -> Message:
    row = {
        "channel": "sms",
        "to": f"+8491{number:07d}",
        "domain": "",
        "subject": "",
        "text": "Đề nghị gửi phiếu.",
    }
    return put(world, number, **{"key": f"sms|{number}", **row, **fields})


def turn_sms(most: int = 50) -> None:
    for _ in range(most):
        if not deliver("sms").done:
            return
