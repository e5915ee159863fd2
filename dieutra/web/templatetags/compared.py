"""Numbers of a comparison as they are read here."""

from decimal import Decimal

from django import template

from dieutra.channels.web.formats import shown_number

register = template.Library()


@register.filter
def number(value: Decimal | None) -> str:
    """`1234.5` as “1.234,5”; a dash for what is not known."""
    return "–" if value is None else shown_number(f"{value:f}")


@register.filter
def signed(value: Decimal) -> str:
    """With its sign: “+12”, “−3”, “0”."""
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return sign + number(abs(value))
