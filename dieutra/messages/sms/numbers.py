"""Vietnamese mobile numbers in one form, +84 and nine digits; said once for Python and once for SQL."""

from __future__ import annotations

import re

from django.db.models import Case as Choice
from django.db.models import Expression, F, QuerySet, TextField, Value
from django.db.models import When as Then
from django.db.models.functions import Cast, Concat, Replace, Substr

from dieutra.people.models import Post

MOBILE = r"^\+84[35789][0-9]{8}$"
BETWEEN = " .-()/\u00a0"  # what people write between the digits
PREFIXES = ("+84", "0084", "84", "0")


def normalise(number: str) -> str:
    """“0912.345.678”, “84 912 345 678” → “+84912345678”; "" for what is no Vietnamese mobile number."""
    digits = number
    for letter in BETWEEN:
        digits = digits.replace(letter, "")
    for prefix in PREFIXES:
        if digits.startswith(prefix):
            digits = "+84" + digits[len(prefix) :]
            break
    return digits if re.fullmatch(MOBILE.strip("^$"), digits) else ""


def _after(prefix: int) -> Expression:
    return Concat(Value("+84"), Substr("phone_digits", prefix + 1), output_field=TextField())


def with_number(posts: QuerySet[Post], name: str) -> QuerySet[Post]:
    """The same in SQL: `name` is the number of the post's holder, "" for none."""
    digits: Expression = Cast(F("user__phone"), TextField())
    for letter in BETWEEN:
        digits = Replace(digits, Value(letter), Value(""), output_field=TextField())
    posts = posts.annotate(phone_digits=digits)
    forms = [Then(phone_digits__startswith=it, then=_after(len(it))) for it in PREFIXES]
    posts = posts.annotate(phone_full=Choice(*forms, default=Value(""), output_field=TextField()))
    good = Then(phone_full__regex=MOBILE, then=F("phone_full"))
    return posts.annotate(**{name: Choice(good, default=Value(""), output_field=TextField())})
