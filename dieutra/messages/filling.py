"""What a message says, in SQL: the places in braces of a letter filled in for each recipient, and its key."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Case as Choice
from django.db.models import CharField, DateTimeField, Expression, F, OuterRef, Subquery, TextField, Value
from django.db.models import When as Then
from django.db.models.functions import Cast, Coalesce, Concat, Left, Lower, Replace, StrIndex, Substr

from dieutra.cases.models import State
from dieutra.messages.models import Wave
from dieutra.people.models import Role
from dieutra.places.models import Area
from dieutra.places.paths import UNIT


def words(value: str) -> Expression:
    return Value(value, output_field=TextField())


def join(*parts: Any) -> Expression:
    return Concat(*(Cast(it, TextField()) for it in parts), output_field=TextField())


def moment(value: datetime) -> Expression:
    return Value(value, output_field=DateTimeField())


def key(wave: Wave, channel: str) -> Expression:
    """Once per case and rule; what a person asked for, once per case and day; for staff once per round."""
    if wave.whom == "unit":
        occasion = "" if wave.rule else wave.occasion.partition("|")[0]
        about: Any = F("case_pk")
    else:
        occasion = wave.occasion
        about = join(words("post"), F("pk"))
    head = f"{wave.campaign_id}|{wave.rule or wave.template}|{occasion}|{channel}|"
    return join(words(head), about, words("|"), F("user_id"))


def domain(field: str = "user__email") -> Expression:
    email = F(field)
    return Lower(Substr(email, StrIndex(email, Value("@")) + 1))


def link(wave: Wave) -> Expression:
    if wave.whom == "unit":
        return join(words("/phieu/"), F("case_pk"), words("/"))
    return words("/tien-do/")


def facts(wave: Wave) -> dict[str, Any]:
    """Place -> expression. What people wrote comes last, so that a brace in a name is not filled in again."""
    called = wave.campaign.kind.role_words
    return {
        "lien_ket": join(words(settings.SITE_URL), link(wave)),
        "han": _day("case_due") if wave.whom == "unit" else words(f"{wave.campaign.closes_on:%d/%m/%Y}"),
        "trang_thai": Choice(
            *(Then(case_state=it.value, then=words(str(it.label))) for it in State),
            default=words(""),
            output_field=TextField(),
        ),
        "so_phieu": join(F("number"), words("")),
        "vai_tro": Choice(
            *(Then(role=it.value, then=words(called.get(it.value) or str(it.label))) for it in Role),
            default=words(""),
            output_field=TextField(),
        ),
        "cuoc_dieu_tra": words(wave.campaign.name),
        "dia_ban": _area(wave),
        "ten_dang_nhap": Cast(F("user__username"), TextField()),
        "ten": Cast(F("user__full_name"), TextField()),
    }


def _area(wave: Wave) -> Expression:
    areas = Area.objects.filter(catalogue_id=wave.campaign.catalogue_id, path=OuterRef("area_path"))
    return Coalesce(Cast(Subquery(areas.values("name")[:1]), TextField()), words(""))


# The area of a post: a unit's path goes on with “@CODE/”.
AREA_PATH = Choice(
    Then(path__contains=UNIT, then=Left("path", StrIndex("path", Value(UNIT)) - 1)),
    default=F("path"),
    output_field=CharField(),
)


def _day(field: str) -> Expression:
    text = Cast(F(field), TextField())
    parts = [Substr(text, 9, 2), words("/"), Substr(text, 6, 2), words("/"), Substr(text, 1, 4)]
    return join(*parts)


def fill(text: str, facts: dict[str, Any]) -> Expression:
    """Nested REPLACE: the places that the text has, and no others."""
    filled: Any = words(text)
    for place, fact in facts.items():
        if "{" + place + "}" in text:
            filled = Replace(filled, Value("{" + place + "}"), fact)
    return Cast(filled, TextField())
