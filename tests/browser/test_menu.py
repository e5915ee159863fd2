"""The menu: every door of the person with the most doors is in reach, wide and narrow."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.test_account_screens import Desk, desk, look, site

pytestmark = pytest.mark.browser
__all__ = ["desk", "site"]


def test_what_does_not_fit_in_the_row_opens_from_more_and_says_where_one_is(desk: Desk) -> None:
    page = desk("ba.trung.uong")
    page.goto("/mau-phieu/")
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        more = page.locator(".dt-more-doors summary")
        expect(more).to_be_in_viewport(ratio=1)
        more.focus()
        page.keyboard.press("Enter")
        for link in page.locator(".dt-more-doors a").all():
            expect(link).to_be_in_viewport(ratio=1)
        look(page, "thuc-don")
        page.set_viewport_size({"width": width, "height": 900})
        more.click()
    page.locator(".dt-more-doors summary").click()
    page.get_by_role("link", name="Sự cố", exact=True).click()
    expect(page.locator(".dt-more-doors summary")).to_have_text("Thêm: Sự cố")
