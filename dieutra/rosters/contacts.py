"""Who looks after a body's mailboxes (đầu mối công nghệ thông tin). A change keeps what was before."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.engine.refusals import Invalid, NotNow, Problem, Stale
from dieutra.engine.text import normal_name
from dieutra.events.actions import record
from dieutra.frames.columns import HIDDEN, Wrong
from dieutra.people.actions import Place
from dieutra.people.models import User
from dieutra.people.permission import require
from dieutra.places.models import Area, Level
from dieutra.rosters.changing import NOT_YOURS, today
from dieutra.rosters.columns import phone as clean_phone
from dieutra.rosters.models import Contact
from dieutra.rosters.queries import contacts_due, surveys_at

LENGTHS = {"name": 120, "office": 200, "phone": 20, "email": 254}


def name_contact(
    actor: User,
    campaign: Campaign,
    area: Area,
    *,
    name: str,
    office: str,
    phone: str,
    email: str,
    standing: int,
) -> Contact:
    """Name the contact of a body, or another one. `standing`: the id of the one that the person saw, 0 for none."""
    require(actor, "roster.edit", Place(campaign.pk, area.path), level=Level.PROVINCE, why=NOT_YOURS)
    if not surveys_at(campaign, area.path):
        raise NotNow("Cuộc khảo sát này không lấy danh sách của cơ quan này.")
    values = _sound(name, office, phone, email)
    due, now = contacts_due(campaign), timezone.now()
    try:
        with transaction.atomic():
            former = Contact.objects.filter(campaign=campaign, path=area.path, ended_at__isnull=True)
            if former.exclude(pk=standing).exists() or former.filter(pk=standing).update(
                ended_at=now
            ) != bool(standing):
                raise Stale("Đầu mối vừa được người khác thay đổi. Việc của bạn chưa được ghi; hãy xem lại.")
            late = bool(due and today() > due)
            made = Contact.objects.create(
                campaign=campaign, path=area.path, named_by=actor, late=late, **values
            )
            record(actor, "contact.named", made, late=made.late, changed=bool(standing))
    except IntegrityError:
        raise Stale("Người khác vừa cử đầu mối của cơ quan này. Hãy tải lại trang.") from None
    return made


def _sound(name: str, office: str, phone: str, email: str) -> dict[str, str]:
    texts = {"name": name, "office": office, "phone": phone, "email": email}
    values = {key: normal_name(text) for key, text in texts.items()}
    values["email"] = values["email"].lower()
    problems = []
    words = {"name": "Họ và tên", "office": "Chức vụ", "phone": "Điện thoại di động", "email": "E-mail"}
    for key, text in values.items():
        if HIDDEN.search(text):
            problems.append(Problem(words[key], "Có ký tự không nhìn thấy được. Hãy xóa rồi gõ lại."))
        elif not text and key != "email":
            problems.append(Problem(words[key], "Bắt buộc phải có, đang để trống."))
        elif len(text) > LENGTHS[key] and key != "phone":
            problems.append(Problem(words[key], f"Không quá {LENGTHS[key]} ký tự."))
    try:
        values["phone"] = clean_phone(values["phone"])
    except Wrong as wrong:
        problems.append(Problem(words["phone"], str(wrong)))
    if values["email"]:
        try:
            validate_email(values["email"])
        except ValidationError:
            problems.append(Problem(words["email"], "Không phải là địa chỉ thư điện tử."))
    if problems:
        raise Invalid("Chưa ghi: có mục chưa đúng.", problems)
    return values
