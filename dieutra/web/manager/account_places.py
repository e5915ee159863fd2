"""Names of the places where posts stand."""

from __future__ import annotations

from collections.abc import Sequence

from dieutra.campaigns.models import Campaign
from dieutra.places.models import Area
from dieutra.places.paths import area_path


def place_names(campaign: Campaign, paths: Sequence[str]) -> dict[str, str]:
    """Path of a post -> name of its area, in one query."""
    areas = Area.objects.filter(
        catalogue_id=campaign.catalogue_id, path__in={area_path(path) for path in paths}
    )
    names = dict(areas.values_list("path", "name"))
    return {path: names.get(area_path(path), "") for path in paths}
