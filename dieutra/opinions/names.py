"""What a survey and its groups are called in a respondent's language: as the kind says it, else in Vietnamese."""

from __future__ import annotations

from dieutra.campaigns.models import Campaign
from dieutra.campaigns.opinion_rules import Group


def campaign_name(campaign: Campaign, lang: str) -> str:
    """The kind's title in the language, as long as the campaign bears the kind's own; a name of its own stays as it is."""
    title = campaign.kind.title
    return title.get(lang, campaign.name) if campaign.name == title.get("vi") else campaign.name


def group_name(group: Group, lang: str) -> str:
    return group.title.get(lang) or group.name
