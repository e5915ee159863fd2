"""`dieutra campaign create`: the campaign and its first administrator, or neither."""

from __future__ import annotations

import pytest

from dieutra.campaigns.models import Campaign
from dieutra.cli import main
from tests.cast import World


def test_a_taken_sign_in_name_leaves_no_campaign_behind(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    days = ["--opens", "2026-04-01", "--list-due", "2026-04-10", "--closes", "2026-05-15"]
    who = ["--admin-name", "Trần Thị Trung Ương", "--admin-email", "tw@example.gov.vn"]
    order = ["campaign", "create", "co-so-hanh-chinh-2021", "--slug", "moi", *days, *who]
    assert main([*order, "--admin", "ong.tinh"]) != 0
    assert "đã có người dùng" in capsys.readouterr().err
    assert not Campaign.objects.filter(slug="moi").exists()
    assert main([*order, "--admin", "qtv.moi"]) == 0
    assert Campaign.objects.filter(slug="moi").exists()
