"""No index is published while answers may still come: it would end all annulling with most of them unread."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.engine.refusals import NotNow
from dieutra.indices import publishing
from dieutra.indices.models import Publication, Reckoning
from dieutra.interference.queries import is_closed
from dieutra.opinions.models import Closing, Invitation
from tests.indices.given import all_answered, over, reckoned, taken, verified
from tests.opinion_cast import OpinionWorld
from tests.opinions.respondent import invited

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(opinions: OpinionWorld) -> Reckoning:
    """Hà Nam has all its points, the two other provinces have none; the survey goes on."""
    taken(opinions)
    verified(opinions)
    all_answered(opinions, "35")
    return reckoned(opinions)


def ended(world: OpinionWorld, days: int) -> None:
    last = timezone.localdate() - timedelta(days=days)
    Campaign.objects.filter(pk=world.campaign.pk).update(closes_on=last)


def refused(world: OpinionWorld, found: Reckoning) -> str:
    with pytest.raises(NotNow) as refusal:
        publishing.publish(world.user("ba.bo"), found, with_lacking=True)
    assert not Publication.objects.exists() and not is_closed(world.campaign, "tinh")
    return refusal.value.message


def page(world: OpinionWorld, found: Reckoning) -> str:
    return world.desk("ba.bo").get(reverse("index_reckoning", args=[found.pk])).content.decode()


def test_no_index_is_published_up_to_the_last_day_of_the_survey(
    opinions: OpinionWorld, found: Reckoning
) -> None:
    assert f"còn nhận phiếu đến hết ngày {opinions.campaign.closes_on:%d/%m/%Y}" in refused(opinions, found)
    ended(opinions, 0)
    assert f"đến hết ngày {timezone.localdate():%d/%m/%Y}" in refused(opinions, found)


def test_no_index_is_published_before_the_last_answers_are_laid_open(
    opinions: OpinionWorld, found: Reckoning
) -> None:
    invited(opinions, "tinh", "35", {"tinh-so": 6})
    assert Invitation.objects.exists()
    ended(opinions, 1)
    assert "những phiếu cuối chưa được mở" in refused(opinions, found)
    over(opinions)
    assert Closing.objects.exists()
    assert publishing.publish(opinions.user("ba.bo"), found, with_lacking=True).number == 1


def test_a_last_day_that_was_moved_shuts_the_gate_again(opinions: OpinionWorld, found: Reckoning) -> None:
    over(opinions)
    ended(opinions, -3)
    assert "còn nhận phiếu" in refused(opinions, found)


def test_while_answers_come_in_the_page_offers_no_button_and_says_why(
    opinions: OpinionWorld, found: Reckoning
) -> None:
    text, address = page(opinions, found), reverse("index_publish", args=[found.pk])
    assert address not in text
    assert f"còn nhận phiếu đến hết ngày {opinions.campaign.closes_on:%d/%m/%Y}" in text
    assert "1 trên 3 cơ quan được xếp hạng; 2 cơ quan chưa có chỉ số." in text
    answer = opinions.desk("ba.bo").post(address, {"with_lacking": "1"})
    assert answer.status_code == 409 and "Chưa công bố chỉ số được" in answer.content.decode()
    assert not Publication.objects.exists()


def test_before_the_first_publication_the_page_says_what_it_ends(
    opinions: OpinionWorld, found: Reckoning
) -> None:
    over(opinions)
    text = page(opinions, found)
    assert reverse("index_publish", args=[found.pk]) in text
    assert f"đến hết ngày {opinions.campaign.closes_on:%d/%m/%Y} và đã đóng" in text
    assert "Sau khi công bố, không hủy hay khôi phục được kết quả khảo sát" in text
    assert "công khai mãi" in text and "1 trên 3 cơ quan được xếp hạng" in text
