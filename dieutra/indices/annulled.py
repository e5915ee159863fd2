"""Bodies whose answers do not count."""

from __future__ import annotations

from dieutra.campaigns.models import Campaign
from dieutra.interference.queries import annulled


def annulled_paths(campaign: Campaign, survey: str) -> frozenset[str]:
    """Paths of the bodies whose results of a survey were annulled."""
    return frozenset(path for about, path in annulled(campaign) if about == survey)
