"""A small survey played from the invitations to the end, with a backup after every single step."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import F

from dieutra.campaigns.models import Campaign
from dieutra.messages.models import Message
from dieutra.opinions import answering, closing, devices, mailing, opening, releasing, reminding
from dieutra.opinions.models import Invitation
from tests.messages.relay import Relay
from tests.opinion_cast import OpinionWorld
from tests.opinions.held import Dump, Held, Step, dump, logged
from tests.opinions.letters_cast import links, turn
from tests.opinions.respondent import Respondent, form_of, full_answers, invited, shift

Numbers = Mapping[tuple[str, str], Mapping[str, int]]  # (survey, code of the body) -> group -> people


@dataclass
class Play:
    """`pages`: every answer goes through the pages over HTTP; otherwise the actions are called, which is quicker.

    With a `relay` the letters and reminders are the real ones, and he has the links as they arrived there.
    """

    world: OpinionWorld
    numbers: Numbers
    pages: bool = False
    seed: int = 2022
    relay: Relay | None = None
    held: Held = field(init=False)
    people: list[Invitation] = field(default_factory=list)

    def __post_init__(self) -> None:
        rules = self.world.campaign.kind.opinion
        assert rules is not None
        self.held = Held(rules.batch, self.world.campaign.slug, self.world.campaign.path)
        self.chance = random.Random(self.seed)

    def whole(self) -> Held:
        """Two waves with a laying open after each, reminders between them, drafts left behind, the end."""
        with logged() as log:
            self.log = log
            self.before: Dump = dump()
            self.step("the invitations", self.invite)
            askers = [it for it in self.people if it.person_id % 9]  # every ninth never sends
            self.chance.shuffle(askers)
            half = len(askers) // 2
            self.wave(askers[:half])
            self.step("drafts are left behind", self.leave_drafts)
            self.step("the first laying open", lambda: releasing.lay_open(self.world.campaign))
            self.step("reminders", self.remind)
            self.wave(askers[half:])
            self.step("wrong codes", self.guess)
            self.step("the second laying open", lambda: releasing.lay_open(self.world.campaign))
            self.step("the end", self.end)
        return self.held

    def step(self, name: str, act: Callable[[], object], who: int = 0) -> None:
        begun, said = time.time(), len(self.log.getvalue())
        act()
        after = dump(self.before)
        text = self.log.getvalue()[said:]
        self.held.steps.append(Step(name, self.before, after, begun, time.time(), text, who))
        self.before = after

    def invite(self) -> None:
        for (survey, code), groups in self.numbers.items():
            self.people += invited(self.world, survey, code, groups)
        for number, it in enumerate(self.people):
            browser = f"Mozilla/5.0 (máy {number})"
            self.held.visits[it.person_id] = (f"198.51.{number // 250}.{number % 250 + 1}", browser)
        if self.relay is None:
            self.held.tokens = {it.person_id: Respondent(it).token for it in self.people}
            return
        bodies = {(it.survey, it.path) for it in self.people}
        quickly(self.world.campaign)
        mailing.open_mailing(self.world.user("ba.bo"), self.world.campaign, bodies, "0" * 16)
        mailing.plan_invitations(self.world.campaign)
        turn()
        self.read_mails(self.relay)

    def read_mails(self, relay: Relay) -> None:
        """Who got which link; the mails as they are."""
        by_address = {it.person.email: it.person_id for it in self.people}
        self.held.tokens = {by_address[to]: token for to, token in links(relay)}
        self.held.mails = [content.decode() for _, _, content in relay.arrived]

    def remind(self) -> None:
        """Those who have not answered, by the centre's hand."""
        if self.relay is None:
            return
        before = len(self.relay.arrived)
        Message.objects.filter(state=Message.State.SENT).update(ended_at=F("ended_at") - timedelta(days=1))
        for survey in sorted({it.survey for it in self.people}):
            reminding.remind(self.world.user("ba.bo"), self.world.campaign, survey, "")
        turn()
        self.read_mails(self.relay)
        waiting = Invitation.objects.filter(campaign=self.world.campaign, answered=False).count()
        assert len(self.relay.arrived) == before + waiting

    def wave(self, people: list[Invitation]) -> None:
        for it in people:
            number = len(self.held.truth)
            self.held.truth[it.person_id] = full_answers(form_of(it), number * 7 + 1, words_of(number))
            self.step(f"answer {number}", lambda it=it: self.answer(it), it.person_id)  # type: ignore[misc]

    def answer(self, it: Invitation) -> None:
        address, browser = self.held.visits[it.person_id]
        given = self.held.truth[it.person_id]
        if self.pages:
            person = Respondent(it, self.held.tokens[it.person_id], address=address)
            person.client.defaults["HTTP_USER_AGENT"] = browser
            assert person.answer(given)
            return
        opened = opening.open_link(self.held.tokens[it.person_id])
        answers, version = opening.draft_of(opened)
        version = answering.save(opened, version, {**answers, **given}).version
        number = devices.fresh_number()
        answering.send(
            opened, version, devices.Device(number, f"{address}\n{browser}", self.chance.randint(5, 999))
        )

    def leave_drafts(self) -> None:
        """Those who never send begin."""
        for it in self.people:
            if it.person_id % 9 == 0:
                opened = opening.open_link(self.held.tokens[it.person_id])
                answering.save(opened, 0, dict(list(full_answers(opened.form, 3, "Viết dở").items())[-3:]))

    def guess(self) -> None:
        for code in ("A" * 25, self.held.tokens[self.people[0].person_id][:-1] + "A", "x"):
            Respondent(self.people[0], code).open()

    def end(self) -> None:
        shift(self.world.campaign, -30, -1)
        assert closing.close(self.world.campaign)


def words_of(number: int) -> str:
    """What stands in the open question: with some nothing, with others a lot."""
    return "" if number % 3 else f"Đề nghị {number}: rút ngắn thời gian giải quyết. " * (number % 5 * 4 + 1)


def quickly(campaign: Campaign) -> None:
    """Without the pauses between letters."""
    rules = dict(campaign.rules)
    rules["campaign"]["mail"] = {
        "per_minute": 10**6, "burst": 10**4, "per_domain_per_minute": 10**6, "per_domain_burst": 10**4,
    }  # fmt: skip
    Campaign.objects.filter(pk=campaign.pk).update(rules=rules)
    campaign.refresh_from_db()
