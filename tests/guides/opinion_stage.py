"""What the pictures of the opinion surveys show: the demo's survey in its second week, and a sample with its answers.

Called by `stage.py`; gives the facts that the addresses of the pictures name. Everybody is invented.
"""

from __future__ import annotations

import random
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from dieutra.campaigns.actions import appoint, create_campaign
from dieutra.campaigns.checking import kind_folder
from dieutra.campaigns.models import Campaign
from dieutra.indices import publishing
from dieutra.indices.models import Assessment
from dieutra.interference import annulling
from dieutra.interference.actions import make
from dieutra.interference.models import Flag
from dieutra.messages.models import Message
from dieutra.messages.suppressing import suppress
from dieutra.opinions import figures, keys, mailing
from dieutra.opinions.models import Burst, FigureDay, Invitation, Letter, Mailing
from dieutra.opinions.tokens import shown, token_of
from dieutra.people.actions import set_password
from dieutra.places.models import Area
from dieutra.places.paths import under
from dieutra.rehearsal.demo import PASSWORD
from dieutra.rehearsal.opinion_demo import SLUG, make_opinion_demo
from tests.interference.answers import answered, copied_in_a_hurry
from tests.opinion_cast import FAMILY, GIVEN, OpinionWorld
from tests.samples.cast import SERVICES, Line, SampleWorld
from tests.samples.test_results import answer

MAILED, CHEATS, COPIES = ("22", "31", "01"), "22", "31"
NO_SUCH = "550 5.1.1 no such user"
SAMPLE, PROVINCE = "hai-long", "35"
LEVELS = {
    "dat-dai": "1" * 3 + "2" * 12 + "3" * 45 + "4" * 180 + "5" * 60,
    "ho-tich": "3" * 9 + "4" * 60 + "5" * 41 + "-" * 6,
    "xay-dung": "2" * 4 + "4" * 14,
    "giao-thong": "5" * 3,
}


def make_opinion_stage() -> dict[str, object]:
    make_opinion_demo()
    world = OpinionWorld(Campaign.objects.get(slug=SLUG))
    facts: dict[str, object] = {"survey": SLUG, "link": _link(world.campaign)}
    with transaction.atomic():  # no job sends these letters a second time
        _mailed(world)
    _days(world.campaign)
    facts |= {"bounced": _bounced(world)}
    facts |= _signs(world)
    for state, code in (("mine", "31"), ("theirs", "22")):
        found = Assessment.objects.get(campaign=world.campaign, survey="tinh", area__code=code)
        facts[f"{state}_assessment"] = found.pk
    centre = world.user("cchc.tw")
    reckoning = publishing.ask_reckoning(centre, world.campaign, "tinh")
    publishing.reckon(reckoning)
    return facts | {"reckoning": reckoning.pk} | _sample()


def _link(campaign: Campaign) -> str:
    """What stands behind “#” in the letter of somebody who has not answered."""
    one = Invitation.objects.filter(campaign=campaign, answered=False).latest("pk")
    return shown(token_of(keys.of(campaign, "links"), one.pk, one.epoch))


def _mailed(world: OpinionWorld) -> None:
    """The letters of three bodies left eight days ago; the other bodies wait to be opened."""
    centre, campaign = world.user("cchc.tw"), world.campaign
    mailing.open_mailing(centre, campaign, [("tinh", world.area(it).path) for it in MAILED], "0" * 16)
    mailing.plan_invitations(campaign)
    ago = timezone.now() - timedelta(days=8)
    Message.objects.filter(secret="opinion").update(state="sent", planned_at=ago, ended_at=ago)
    Mailing.objects.filter(campaign=campaign).update(opened_at=ago, told_at=ago)
    letters = Letter.objects.filter(invitation__path=world.area(CHEATS).path).select_related("message")
    for number, letter in enumerate(letters.order_by("pk")[:3]):
        if number == 2:
            late = {"state": "deferred", "reason": "452 4.2.2 mailbox full"}
            Message.objects.filter(pk=letter.message_id).update(**late)
            continue
        Message.objects.filter(pk=letter.message_id).update(state="bounced", reason=NO_SUCH, code="550 5.1.1")
        suppress(letter.message.to, "all", NO_SUCH, letter.message)


@transaction.atomic
def _days(campaign: Campaign) -> None:
    """Those who answered did so day by day; each day is counted at its end."""
    today, invited = timezone.localdate(), Invitation.objects.filter(campaign=campaign)
    who = list(invited.filter(answered=True).order_by("token_hash").values_list("pk", flat=True))
    FigureDay.objects.filter(campaign=campaign).delete()
    for ago in range(8, -1, -1):
        invited.update(answered=False)
        invited.filter(pk__in=who[: len(who) * (9 - ago) // 9]).update(answered=True)
        figures.count(campaign)
        if ago:
            FigureDay.objects.filter(campaign=campaign, day=today).update(day=today - timedelta(days=ago))


def _bounced(world: OpinionWorld) -> int:
    return (
        Letter.objects.filter(invitation__path=world.area(CHEATS).path, message__state="bounced")
        .earliest("pk")
        .invitation_id
    )


def _signs(world: OpinionWorld) -> dict[str, object]:
    """One body let one browser answer for forty, another copied in a hurry; a proposal waits for a second person."""
    Burst.objects.filter(campaign=world.campaign).delete()  # what is played here alone makes the signs
    answered(world, "tinh", CHEATS, cheats=40)
    answered(world, "tinh", COPIES)
    copied_in_a_hurry(world, COPIES)
    centre = world.user("cchc.tw")
    run = make(centre, world.campaign)
    flag = Flag.objects.get(run=run, survey="tinh", path=world.area(CHEATS).path)
    other = Flag.objects.get(run=run, survey="tinh", path=world.area(COPIES).path)
    why = "Cơ quan giải trình chưa rõ vì sao nhiều phiếu giống hệt nhau được gửi trong mười phút."
    proposed = annulling.propose(centre, world.campaign, "tinh", other.path, why, [other])
    return {"flag": flag.pk, "annulment": proposed.pk}


def _sample() -> dict[str, object]:
    today = timezone.localdate()
    days = [today + timedelta(days=it) for it in (-10, 5, 20)]
    name = "Mức độ hài lòng của người dân năm 2023 (mô phỏng)"
    campaign = create_campaign(kind_folder("sipas-2023"), SAMPLE, name, *days)
    world = SampleWorld(campaign)
    post = appoint(
        None, campaign, "qtv", world.area(PROVINCE), username="hailong.hanam", full_name="Tạ Thị Hài Lòng"
    )
    set_password(post.user, PASSWORD)
    world.load(_frame(campaign, world.area(PROVINCE)), "hailong.hanam")
    drawn = world.draw("bốc thăm ngày 08/01/2024: 73915", ("5", "2", "25"), "hailong.hanam")
    for group, levels in LEVELS.items():
        answer(world, group, levels)
    return {"drawn": drawn.pk}


def _frame(campaign: Campaign, province: Area) -> list[Line]:
    """Thirty-six transactions in each of three communes of every district."""
    chance, found = random.Random(2023), []
    areas = Area.objects.filter(under("path", province.path), catalogue=campaign.catalogue).order_by("path")
    for district in areas.filter(level=2):
        for commune in areas.filter(level=3, parent=district)[:3]:
            for at in range(36):
                name = f"{chance.choice(FAMILY)} {chance.choice(GIVEN)}"
                mail = "" if at % 10 == 0 else f"nguoi{commune.code}.{at}@example.vn"
                number = f"HS-{commune.code}-{at:03}"
                phone = f"09{commune.code}{at:03}"
                found.append(
                    (number, name, SERVICES[at % 3], district.code, commune.code, mail, phone, "05/12/2023")
                )
    return found
