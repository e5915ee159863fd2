"""Small lookups for templates."""

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def at(table: Mapping[Any, str], key: Any) -> str:
    """`table|at:key`: the value at a key, or nothing."""
    return table.get(key, "")
