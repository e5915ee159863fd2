"""Which body a questionnaire is about and as whom one is asked, said on every page from the form to the receipt.

It is drawn for each invitation, outside of the questionnaire: that one is drawn once for a group of all bodies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dieutra.opinions.models import Invitation
from dieutra.opinions.names import campaign_name, group_name
from dieutra.places.models import Area
from dieutra.web.respondent.opinion_words import LANGUAGES


@dataclass(frozen=True)
class Said:
    """`lang` where the name is not in the language of the page, for those who have it read aloud; else ""."""

    word: str
    name: str
    lang: str = ""


def about(invitation: Invitation, lang: str) -> list[Said]:
    """The body, then the group; what the kind calls them where it says so. A name that is missing is left out."""
    campaign, words = invitation.campaign, LANGUAGES[lang]
    rules = campaign.kind.opinion
    if rules is None:
        return []
    survey, group = rules.survey(invitation.survey), rules.group(invitation.survey, invitation.group)
    body = Area.objects.filter(catalogue=campaign.catalogue_id, path=invitation.path).first()
    said = [
        Said(_word(survey.about, lang, words["about_body"]), body.name if body else "", _other("vi", lang)),
        Said(
            _word(survey.group_word, lang, words["about_group"]),
            group_name(group, lang),
            _other(lang if lang in group.title else "vi", lang),
        ),
    ]
    return [it for it in said if it.name]


def heading(invitation: Invitation, lang: str) -> dict[str, Any]:
    """For the frame of a page: what stands at its top."""
    campaign = invitation.campaign
    name = campaign_name(campaign, lang)
    own = _other("vi" if name == campaign.name else lang, lang)
    return {"about": about(invitation, lang), "survey_name": name, "survey_lang": own}


def _word(given: Mapping[str, str], lang: str, otherwise: str) -> str:
    return given.get(lang) or otherwise


def _other(of_name: str, of_page: str) -> str:
    return of_name if of_name != of_page else ""
