"""Every page of a respondent says which body she is asked about and as whom, in her language, and nobody else's body."""

from __future__ import annotations

import re
from typing import Any

from dieutra.campaigns.kind_folder import folder_rules
from dieutra.campaigns.models import Campaign
from dieutra.opinions.models import Invitation
from dieutra.opinions.names import campaign_name
from dieutra.web.respondent.opinion_about import about
from tests.opinion_cast import OpinionWorld
from tests.opinions.respondent import Respondent, form_of, full_answers, invited
from tests.site import ROOT

ABOUT = re.compile(r'<dl class="dt-about">(.*?)</dl>', re.S)


def said(page: Any) -> str:
    """What stands there, without its marks."""
    (found,) = ABOUT.findall(page.content.decode())
    return re.sub(r"<[^>]+>", "", found.replace("</div>", " | ")).strip(" |")


def test_the_form_the_look_back_and_the_receipt_name_the_body_and_the_group(respondent: Respondent) -> None:
    here = "Cơ quan được đánh giá: Tỉnh Hà Nam | Nhóm: Lãnh đạo cấp sở"
    assert said(respondent.open()).startswith(here)
    respondent.save(full_answers(form_of(respondent.invitation), 3))
    assert said(respondent.client.get("/y-kien/phieu/")).startswith(here)
    assert said(respondent.check()).startswith(here)
    assert said(respondent.send()).startswith(here)
    assert said(respondent.open()).startswith(here), "the link once more"


def test_in_english_its_words_and_the_group_are_english_and_vietnamese_names_are_marked_as_such(
    respondent: Respondent,
) -> None:
    here = "Body assessed: Tỉnh Hà Nam | Group: "
    group = respondent.invitation.campaign.kind.opinion.group("tinh", "tinh-so").title["en"]  # type: ignore[union-attr]
    page = respondent.open(lang="en")
    assert said(page) == here + group
    assert '<dd lang="vi">Tỉnh Hà Nam</dd>' in page.content.decode()
    respondent.save(full_answers(form_of(respondent.invitation), 3))
    assert said(respondent.client.get("/y-kien/kiem-tra/?lang=en")) == here + group
    respondent.check()
    assert said(respondent.send(respondent.sending() | {"lang": "en"})) == here + group


def test_people_of_one_group_and_other_bodies_read_their_own_body_on_the_page_that_is_drawn_once(
    opinions: OpinionWorld,
) -> None:
    for survey, group, bodies in (
        ("tinh", "tinh-so", {"35": "Tỉnh Hà Nam", "40": "Tỉnh Nghệ An", "01": "Thành phố Hà Nội"}),
        ("bo", "bo-vu", {"B01": "Bộ Ngoại giao", "B02": "Bộ Nội vụ"}),
    ):
        for code, name in bodies.items():
            (one,) = invited(opinions, survey, code, {group: 1})
            page = Respondent(one).open()
            assert said(page).startswith(f"Cơ quan được đánh giá: {name} |")
            assert not [it for it in bodies.values() if it != name and f">{it}<" in page.content.decode()]


def test_the_header_has_the_english_title_of_a_campaign_that_bears_its_kinds_name(
    opinions: OpinionWorld, respondent: Respondent
) -> None:
    header = re.compile(r'<span class="dt-campaign"([^>]*)>(.*?)</span>')
    title = opinions.campaign.kind.title
    page = respondent.open(lang="en")
    assert header.findall(page.content.decode()) == [(' lang="vi"', "Khảo sát thử")], "a name of its own"
    Campaign.objects.filter(pk=opinions.campaign.pk).update(name=title["vi"])
    page = respondent.client.get("/y-kien/phieu/?lang=en")
    assert header.findall(page.content.decode()) == [("", title["en"])]
    page = respondent.client.get("/y-kien/phieu/")
    assert header.findall(page.content.decode()) == [("", title["vi"])]
    opinions.campaign.refresh_from_db()
    assert campaign_name(opinions.campaign, "vi") == title["vi"]


def test_where_services_are_rated_the_page_speaks_of_the_place_and_the_field(
    opinions: OpinionWorld, people: list[Invitation]
) -> None:
    rules = folder_rules(ROOT / "campaign_kinds" / "sipas-2023")
    Campaign.objects.filter(pk=opinions.campaign.pk).update(kind_slug="sipas-2023", rules=rules)
    Invitation.objects.filter(pk=people[0].pk).update(survey="hai-long", group="dat-dai")
    one = Invitation.objects.select_related("campaign").get(pk=people[0].pk)
    assert [(it.word, it.name) for it in about(one, "vi")] == [
        ("Nơi làm thủ tục", "Tỉnh Hà Nam"),
        ("Lĩnh vực", "Đất đai, môi trường"),
    ]
    assert [(it.word, it.name, it.lang) for it in about(one, "en")] == [
        ("Where you had the procedure done", "Tỉnh Hà Nam", "vi"),
        ("Field", "Land and environment", ""),
    ]
