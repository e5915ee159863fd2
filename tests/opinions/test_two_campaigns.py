"""Two opinion surveys with the same people: each screen of each is reached, and no tab ever acts on the other one."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import reverse

from dieutra.events.models import Event
from dieutra.indices.models import Former, Publication, Reckoning, Scheme
from dieutra.interference.actions import make
from dieutra.interference.models import Annulment, SignalRun
from dieutra.messages.models import Channel, Message
from dieutra.opinions import mailing
from dieutra.opinions.models import Invitation, Mailing, Round
from dieutra.people.models import Post
from dieutra.rosters.models import Roster
from tests.indices.given import all_answered, over, reckoned, taken, verified
from tests.interference.answers import three_provinces
from tests.messages.relay import Relay, always
from tests.opinion_cast import CATALOGUE, KIND, OpinionWorld, opinions
from tests.opinions.letters_cast import invite, key_folder, mailed, relay, turn
from tests.opinions.twice import FIRST, SECOND, again
from tests.samples.cast import KIND as SAMPLE_KIND
from tests.samples.cast import SampleWorld, satisfied

__all__ = ["key_folder", "opinions", "relay", "satisfied"]
HEADS = ("opinion_mailing", "opinion_progress", "interference", "index_home", "rosters")
OPEN_TO = {"ba.bo": HEADS, "chi.ha.nam": ("opinion_progress", "index_home", "rosters")}


@dataclass(frozen=True)
class Two:
    first: OpinionWorld
    second: OpinionWorld

    def desk(self, who: str = "ba.bo") -> Client:
        return self.first.desk(who)


@pytest.fixture
def two(opinions: OpinionWorld) -> Two:
    return Two(opinions, OpinionWorld(again(opinions.campaign, KIND, "khao-sat-sau", SECOND, CATALOGUE)))


def named(page: str) -> str:
    """The campaign in the head of a page."""
    found = re.search(r'class="dt-campaign">([^<]*)<', page)
    assert found
    return found[1]


def form(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form with that action, as a browser would send them."""
    for attributes, inside in re.findall(r"<form([^>]*)>(.*?)</form>", page, re.S):
        here = re.search(r'action="([^"?]*)', attributes)
        if (here[1] if here else "") == action:
            fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', inside)
            return {name: value for name, value in fields if name != "csrfmiddlewaretoken"}
    raise AssertionError(f"no form for {action!r}")


def text(desk: Client, address: str, **query: str) -> str:
    answer = desk.get(address, query, follow=True)
    assert answer.status_code == 200, (address, answer.status_code)
    return str(answer.content.decode())


@pytest.mark.parametrize(
    ("who", "route"), [(who, route) for who, heads in OPEN_TO.items() for route in heads]
)
def test_each_screen_of_each_campaign_is_reached_and_remembered(two: Two, who: str, route: str) -> None:
    desk, address = two.desk(who), reverse(route)
    assert named(text(desk, address)) == SECOND
    page = text(desk, address, dot=two.first.campaign.slug)
    assert named(page) == FIRST
    for world in (two.first, two.second):
        assert f'href="{address}?dot={world.campaign.slug}"' in page
    assert named(text(desk, address)) == FIRST
    for other in OPEN_TO[who]:
        assert named(text(desk, reverse(other))) == FIRST
    assert named(text(desk, address, dot=two.second.campaign.slug)) == SECOND


def test_who_is_in_one_campaign_has_nothing_to_choose(opinions: OpinionWorld) -> None:
    for route in HEADS:
        assert "Chọn đợt điều tra" not in text(opinions.desk("ba.bo"), reverse(route))
    assert opinions.campaign.name not in text(opinions.desk("ba.bo"), "/").partition("<main")[2]


def test_a_campaign_without_a_post_is_not_found_by_address_by_form_and_for_a_list(two: Two) -> None:
    Post.objects.filter(campaign=two.second.campaign, user__username="ba.bo").delete()
    desk = two.desk()
    for slug in (two.second.campaign.slug, "khong-co"):
        for route in HEADS:
            assert desk.get(reverse(route), {"dot": slug}).status_code == 404
        assert desk.get(reverse("roster_contacts", args=[slug])).status_code == 404
        for route, args in (("interference_run", []), ("index_reckon", ["tinh"]), ("opinion_remind_all", [])):
            assert desk.post(reverse(route, args=args), {"dot": slug, "cuoc": "tinh"}).status_code == 404
    assert not SignalRun.objects.exists() and not Reckoning.objects.exists() and not Round.objects.exists()


def test_a_remembered_campaign_that_was_left_is_dropped_silently(two: Two) -> None:
    desk = two.desk()
    text(desk, reverse("opinion_mailing"), dot=two.second.campaign.slug)
    Post.objects.filter(campaign=two.second.campaign, user__username="ba.bo").delete()
    page = text(desk, reverse("opinion_mailing"))
    assert named(page) == FIRST and SECOND not in page


def test_the_board_of_letters_shows_the_bodies_of_its_campaign_only(two: Two, relay: Relay) -> None:
    mailed(two.first, "tinh", "35", {"tinh-so": 3})
    desk, link = two.desk(), reverse("opinion_letters", args=["tinh", "35"])
    assert f"{link}?dot={two.first.campaign.slug}" in text(
        desk, reverse("opinion_mailing"), dot=two.first.campaign.slug, cuoc="tinh"
    )
    assert link not in text(desk, reverse("opinion_mailing"), dot=two.second.campaign.slug, cuoc="tinh")
    assert "tinh35-1@example.gov.vn" in text(desk, link, dot=two.first.campaign.slug)
    assert "tinh35-1@example.gov.vn" not in text(desk, link, dot=two.second.campaign.slug)


def test_an_invitation_takes_its_own_campaign(two: Two) -> None:
    two.first.accepted("tinh", "35", {"tinh-so": 3})
    invite(two.first.campaign)
    desk, one = two.desk(), Invitation.objects.earliest("pk")
    text(desk, reverse("opinion_mailing"), dot=two.second.campaign.slug)
    assert named(text(desk, reverse("opinion_address", args=[one.pk]))) == FIRST


def ready_in_both(two: Two) -> None:
    for world in (two.first, two.second):
        world.accepted("tinh", "35", {"tinh-so": 3})
        invite(world.campaign)


def test_letters_of_a_stale_tab_go_out_in_the_campaign_of_its_page(two: Two) -> None:
    ready_in_both(two)
    desk, address = two.desk(), reverse("opinion_mailing_open")
    board = text(desk, reverse("opinion_mailing"), dot=two.first.campaign.slug, cuoc="tinh")
    text(desk, reverse("opinion_mailing"), dot=two.second.campaign.slug, cuoc="tinh")  # the other tab
    preview = text(desk, address, **form(board, address), **{"co-quan": "35"})
    assert named(preview) == FIRST
    text(desk, reverse("opinion_mailing"), dot=two.second.campaign.slug)
    answer = desk.post(address, form(preview, ""), follow=True)
    assert [it.campaign for it in Mailing.objects.all()] == [two.first.campaign]
    assert named(answer.content.decode()) == FIRST


@pytest.mark.parametrize(
    ("route", "args", "query"),
    [("opinion_remind_all", [], {"cuoc": "tinh"}), ("opinion_remind", ["tinh", "35"], {"nhom": "tinh-so"})],
)
def test_reminders_of_a_stale_tab_go_out_in_the_campaign_of_its_page(
    two: Two, route: str, args: list[str], query: dict[str, str]
) -> None:
    for number, world in enumerate((two.first, two.second)):
        mailed(world, "tinh", "35", {"tinh-so": 3}, str(number) * 16)
    before = set(Round.objects.values_list("pk", flat=True))
    desk, address = two.desk(), reverse(route, args=args)
    page = text(desk, address, dot=two.first.campaign.slug, **query)
    text(desk, reverse("opinion_progress"), dot=two.second.campaign.slug)
    assert desk.post(address, form(page, "")).status_code == 302
    assert [it.campaign for it in Round.objects.exclude(pk__in=before)] == [two.first.campaign]


def test_a_reckoning_of_a_stale_tab_is_of_the_campaign_of_its_page(two: Two) -> None:
    for world in (two.first, two.second):
        taken(world)
    desk, address = two.desk(), reverse("index_reckon", args=["tinh"])
    page = text(desk, reverse("index_survey", args=["tinh"]), dot=two.first.campaign.slug)
    text(desk, reverse("index_home"), dot=two.second.campaign.slug)
    answer = desk.post(address, form(page, address))
    found = Reckoning.objects.get()
    assert found.campaign == two.first.campaign
    text(desk, reverse("index_home"), dot=two.second.campaign.slug)
    shown = text(desk, answer["Location"])
    assert named(shown) == FIRST
    Post.objects.filter(campaign=two.first.campaign, user__username="ba.bo").delete()
    assert desk.get(answer["Location"]).status_code == 404


def test_a_publication_of_a_stale_tab_is_of_the_campaign_of_its_reckoning(two: Two) -> None:
    taken(two.first)
    verified(two.first)
    all_answered(two.first, "35")
    over(two.first)
    found, desk = reckoned(two.first), two.desk()
    address = reverse("index_publish", args=[found.pk])
    page = text(desk, reverse("index_reckoning", args=[found.pk]))
    text(desk, reverse("index_home"), dot=two.second.campaign.slug)
    answer = desk.post(address, {**form(page, address), "with_lacking": "1"}, follow=True)
    assert Publication.objects.get().campaign == two.first.campaign
    assert named(answer.content.decode()) == FIRST


def test_criteria_and_former_figures_of_a_stale_tab_are_of_the_campaign_of_its_page(two: Two) -> None:
    desk, address = two.desk(), reverse("index_take", args=["tinh"])
    page = text(desk, reverse("index_survey", args=["tinh"]), dot=two.first.campaign.slug)
    text(desk, reverse("index_home"), dot=two.second.campaign.slug)
    desk.post(address, form(page, address))
    assert Scheme.objects.get().campaign == two.first.campaign
    address = reverse("index_former", args=["tinh"])
    page = text(desk, address, dot=two.first.campaign.slug)
    text(desk, reverse("index_home"), dot=two.second.campaign.slug)
    desk.post(address, {**form(page, ""), "year": "2021", "source": "Thử", "lines": "mã;điểm\n35;80\n"})
    assert Former.objects.get().campaign == two.first.campaign


def test_signals_asked_for_in_a_stale_tab_are_of_the_campaign_of_its_page(two: Two) -> None:
    for world in (two.first, two.second):
        three_provinces(world)
    desk, address = two.desk(), reverse("interference_run")
    page = text(desk, reverse("interference"), dot=two.first.campaign.slug)
    text(desk, reverse("interference"), dot=two.second.campaign.slug)
    assert named(desk.post(address, form(page, address), follow=True).content.decode()) == FIRST
    assert [it.campaign_id for it in Event.objects.filter(verb="signals.asked")] == [two.first.campaign.pk]


def test_a_finding_and_its_annulment_take_their_own_campaign(two: Two) -> None:
    three_provinces(two.first)
    run = make(two.first.user("ba.bo"), two.first.campaign)
    flag = run.flags.get(survey="tinh", path=two.first.area("35").path)
    desk, propose = two.desk(), reverse("annulment_propose", args=[flag.pk])
    assert desk.get(reverse("interference"), {"lan": str(run.pk)}).status_code == 404  # the other campaign
    page = text(desk, reverse("interference_body", args=[flag.pk]))
    assert named(page) == FIRST
    text(desk, reverse("interference"), dot=two.second.campaign.slug)
    desk.post(
        propose,
        {**form(page, propose), "flags": str(flag.pk), "reason": "Bốn mươi phiếu từ một trình duyệt."},
    )
    made = Annulment.objects.get()
    assert made.campaign == two.first.campaign
    text(desk, reverse("interference"), dot=two.second.campaign.slug)
    assert named(text(desk, reverse("annulment", args=[made.pk]))) == FIRST
    Post.objects.filter(campaign=two.first.campaign, user__username="ba.bo").delete()
    for address in (reverse("interference_body", args=[flag.pk]), reverse("annulment", args=[made.pk])):
        assert desk.get(address).status_code == 404


def test_a_form_that_names_no_campaign_does_nothing_where_several_fit(two: Two) -> None:
    ready_in_both(two)
    desk = two.desk()
    text(desk, reverse("opinion_mailing"), dot=two.first.campaign.slug)
    for route, args in (
        ("opinion_mailing_open", []), ("opinion_mailing_test", []), ("opinion_remind_all", []),
        ("opinion_remind", ["tinh", "35"]), ("index_take", ["tinh"]), ("interference_run", []),
    ):  # fmt: skip
        fields = {"cuoc": "tinh", "co-quan": "35", "token": "0123456789abcdef", "nhom": "tinh-so"}
        answer = desk.post(reverse(route, args=args), fields)
        assert answer.status_code == 409, route
        assert "Chưa có gì được thực hiện" in answer.content.decode()
    assert not Round.objects.exists() and not Scheme.objects.exists() and not Message.objects.exists()


def test_the_letter_to_a_body_leads_to_its_own_campaign(two: Two, relay: Relay) -> None:
    always(relay)
    mailed(two.first, "tinh", "35", {"tinh-so": 3})
    turn()
    mailing.tell_bodies(two.first.campaign)
    link = Message.objects.get(channel=Channel.NOTICE, template="body_told").link
    page = text(two.desk("chi.ha.nam"), link)
    assert named(page) == FIRST and "Tiến độ khảo sát: Tỉnh Hà Nam" in page


def test_the_menu_of_a_stale_tab_leads_to_the_campaign_of_its_page_but_not_where_it_is_shut(two: Two) -> None:
    Post.objects.filter(campaign=two.first.campaign, user__username="chi.ha.nam").update(role="tk")
    for who in ("ba.bo", "chi.ha.nam"):
        desk = two.desk(who)
        page = text(desk, reverse("opinion_progress"), dot=two.first.campaign.slug)
        text(desk, reverse("opinion_progress"), dot=two.second.campaign.slug)  # the other tab
        menu = [
            it
            for it in re.findall(r'<a [^>]*href="([^"]*)"', page)
            if it.split("?")[0] in map(reverse, HEADS)
        ]
        assert f"{reverse('opinion_progress')}?dot={two.first.campaign.slug}" in menu
        for link in menu:
            assert desk.get(link, follow=True).status_code == 200, link


def test_an_answer_to_a_form_names_its_campaign_for_whoever_is_in_several(two: Two) -> None:
    address = reverse("index_take", args=["tinh"])
    for world in (two.first, two.second):
        to = two.desk().post(address, {"dot": world.campaign.slug}).headers["Location"]
        assert to == f"{reverse('index_survey', args=['tinh'])}?dot={world.campaign.slug}"


def test_what_waits_on_the_home_page_leads_to_its_own_campaign(two: Two) -> None:
    roster = two.first.roster("tinh", "35")
    Roster.objects.filter(pk=roster.pk).update(state=Roster.State.SENT)
    page = text(two.desk(), "/")
    assert (
        f'?dot={two.first.campaign.slug}"><b>1</b>danh sách chờ tiếp nhận<span class="dt-muted d-block">{FIRST}<'
        in page
    )
    assert (
        f'?dot={two.second.campaign.slug}"><b>0</b>danh sách chờ tiếp nhận<span class="dt-muted d-block">{SECOND}<'
        in page
    )


def test_the_foot_says_simulated_of_the_chosen_campaign(two: Two) -> None:
    page = text(two.desk(), reverse("opinion_mailing"), dot=two.first.campaign.slug)
    assert "Biểu mẫu <strong>mô phỏng</strong>" in page


def test_samples_of_each_campaign_are_reached_and_a_stale_tab_draws_in_its_own(
    satisfied: SampleWorld,
) -> None:
    catalogue = satisfied.campaign.catalogue.slug
    later = again(satisfied.campaign, SAMPLE_KIND, "hai-long-sau", "Hài lòng năm sau", catalogue)
    frame = satisfied.load()
    desk, place = satisfied.desk("chi.ha.nam"), reverse("sample_place", args=["35"])
    assert frame.digest not in text(desk, reverse("samples"))
    page = text(desk, reverse("samples"), dot=satisfied.campaign.slug)
    assert named(page) == satisfied.campaign.name
    assert f'{reverse("samples")}?dot={later.slug}"' in page
    text(desk, reverse("samples"), dot=later.slug)
    address = reverse("sample_draw", args=["35"])
    fields = {**form(page, address), "seed": "73915", "reason": ""}
    answer = desk.post(address, fields)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    assert frame.draws.count() == 1
    assert named(text(desk, answer["Location"])) == satisfied.campaign.name
    assert desk.post(address, {**fields, "dot": "khong-co"}).status_code == 404
    assert named(text(desk, place, dot=later.slug)) == later.name
