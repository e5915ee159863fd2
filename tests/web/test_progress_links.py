"""The board of progress leads nobody to a page that is closed to her."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from tests.cast import HA_NAM, World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("who", ["ong.tinh", "chi.giam.sat.tinh", "bac.ban.chi.dao"])
def test_every_unit_on_the_board_that_is_a_link_opens(
    world: World, at_the_desk: Callable[[str], Client], who: str
) -> None:
    client = at_the_desk(who)
    page = client.get(f"/tien-do/{HA_NAM}/?state=new").content.decode()
    assert "Đơn vị SNV" in page
    links = re.findall(r'href="(/phieu/\d+/lich-su/)"', page)
    assert bool(links) == (who != "bac.ban.chi.dao")
    assert all(client.get(it).status_code == 200 for it in links)
