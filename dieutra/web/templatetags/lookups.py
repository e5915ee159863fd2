"""Small lookups for templates."""

from collections.abc import Mapping

from django import template

register = template.Library()


@register.filter
def at(table: Mapping[str, str], key: str) -> str:
    """`table|at:key`: the value at a key, or nothing."""
    return table.get(key, "")
