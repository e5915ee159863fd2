"""Addresses and forms that keep to the campaign of the page on which they stand."""

from __future__ import annotations

from urllib.parse import urlencode

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from dieutra.web.campaign_here import NAME, campaign_at

register = template.Library()


def _slug(context: Context) -> str:
    request = context.get("request")
    found = campaign_at(request) if request else None
    return found.slug if found else ""


@register.simple_tag(takes_context=True)
def dot_field(context: Context) -> str:
    """The hidden field of a form, so that it acts on this page's campaign whatever another tab chose."""
    slug = _slug(context)
    return format_html('<input type="hidden" name="{}" value="{}">', NAME, slug) if slug else ""


@register.simple_tag(takes_context=True)
def dot_url(context: Context, name: str, *args: object, **query: object) -> SafeString:
    """The address of a page of this page's campaign; `query` follows it."""
    slug = _slug(context)
    named = urlencode({**({NAME: slug} if slug else {}), **query})
    where = reverse(name, args=args)
    return conditional_escape(f"{where}?{named}" if named else where)


@register.simple_tag(takes_context=True)
def dot_query(context: Context) -> str:
    """What begins the query of an address relative to this page."""
    slug = _slug(context)
    return format_html("{}={}&amp;", NAME, slug) if slug else ""
