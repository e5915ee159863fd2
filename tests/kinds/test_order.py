"""What a kind lists in an order stands in that order on screens, on both databases."""

from __future__ import annotations

from dieutra.campaigns.kind_reading import read_kind
from dieutra.campaigns.models import Campaign
from tests.cast import KIND, World


def test_a_kind_s_lists_keep_their_order_in_a_campaign(world: World) -> None:
    kept, written = Campaign.objects.get().kind, read_kind(KIND)
    assert list(kept.removal_reasons) == list(written.removal_reasons)
    assert list(kept.unit_kinds) == list(written.unit_kinds)
    assert [it.level for it in kept.quotas] == [it.level for it in written.quotas]
    columns = {it.name: list(it.values) for it in written.frame_columns if it.values}
    assert {it.name: list(it.values) for it in kept.frame_columns if it.values} == columns
    assert any(sorted(it, key=lambda word: (len(word), word)) != it for it in columns.values()) or (
        sorted(written.removal_reasons, key=lambda word: (len(word), word)) != list(written.removal_reasons)
    ), "jsonb sorts keys by length, then by letters: the test must be able to fail"
