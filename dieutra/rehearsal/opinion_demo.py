"""The demo's second campaign: an opinion survey with lists in every state, people who answered, and a link to try."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from dieutra.campaigns.actions import appoint, create_campaign
from dieutra.campaigns.checking import kind_folder
from dieutra.campaigns.models import Campaign
from dieutra.opinions import answering, figures, keys, opening, releasing
from dieutra.opinions.devices import Device
from dieutra.opinions.invitations import invite
from dieutra.opinions.models import Burst, Invitation
from dieutra.opinions.tokens import link_of, token_of
from dieutra.people.actions import set_password
from dieutra.people.models import User
from dieutra.places.models import Area
from dieutra.rehearsal import index_demo
from dieutra.rehearsal.demo import PASSWORD
from dieutra.rehearsal.opinion_people import Asked, Body, answers_to, list_workbook, people_of
from dieutra.rosters import loading, sending
from dieutra.rosters.queries import roster_at

KIND, SLUG = "chi-so-cchc-2022", "demo-khao-sat"
PEOPLE = (
    ("cchc.tw", "qtv", "VN", "Lý Thị Cải Cách", "quản trị viên Trung ương của khảo sát ý kiến"),
    ("cchc.cv", "gsv", "VN", "Đặng Văn Chuyên Viên", "người thứ hai ở Trung ương"),
    ("cchc.hanam", "qtv", "35", "Bùi Thị Hà Nam", "đầu mối tỉnh Hà Nam (đang lập danh sách)"),
    ("cchc.nghean", "qtv", "40", "Hồ Văn Nghệ An", "đầu mối tỉnh Nghệ An (danh sách chờ tiếp nhận)"),
)
OPEN, SENT = "35", "40"
ACCEPTED = (("tinh", "22"), ("tinh", "31"), ("tinh", "01"), ("tinh", "48"), ("bo", "B02"), ("bo", "B13"))
NUMBER = 70  # people of each body, about


def make_opinion_demo() -> list[str]:
    """Make it once; either way, the lines that tell whom to sign in as, and a personal link."""
    if not Campaign.objects.filter(slug=SLUG).exists():
        with transaction.atomic():
            _Making().make()
    campaign = Campaign.objects.get(slug=SLUG)
    lines = ["", "Khảo sát ý kiến mẫu đã sẵn sàng, cùng mật khẩu:"]
    lines += [f"  {username:<14} {words}" for username, _, _, _, words in PEOPLE]
    waiting = Invitation.objects.filter(campaign=campaign, answered=False).order_by("pk").first()
    if waiting is None or not keys.file_of(campaign).exists():
        return lines
    token = token_of(keys.of(campaign, "links"), waiting.pk, waiting.epoch)
    return [*lines, f"  Phiếu của một người được hỏi, không cần tài khoản: {link_of(token)}"]


class _Making:
    def __init__(self) -> None:
        today = timezone.localdate()
        days = (today - timedelta(days=12), today + timedelta(days=2), today + timedelta(days=14))
        name = "Khảo sát Chỉ số cải cách hành chính 2022 (mô phỏng)"
        self.campaign = create_campaign(kind_folder(KIND), SLUG, name, *days)
        self.chance = random.Random(2022)
        self.number = 1
        self.users: dict[str, User] = {}

    def make(self) -> None:
        for username, role, code, name, _ in PEOPLE:
            self._appoint(username, role, code, name)
        self._list("tinh", OPEN, "cchc.hanam", twice=True)
        self._list("tinh", SENT, "cchc.nghean")
        self._send("tinh", SENT, "cchc.nghean")
        for survey, code in ACCEPTED:
            username = f"cchc.{code.lower()}"
            self._appoint(username, "qtv", code, f"Đầu mối {self._area(code).name}")
            self._list(survey, code, username)
            self._send(survey, code, username)
            roster = roster_at(self.campaign, survey, self._area(code))
            sending.accept(self.users["cchc.tw"], roster, roster.version)
            invite(roster_at(self.campaign, survey, self._area(code)))
        self._answer()
        figures.count(self.campaign)
        bodies = {code: self.users[f"cchc.{code.lower()}"] for _, code in ACCEPTED}
        index_demo.play(self.campaign, self.users["cchc.tw"], bodies, self.chance)

    def _area(self, code: str) -> Area:
        return Area.objects.get(catalogue_id=self.campaign.catalogue_id, code=code)

    def _appoint(self, username: str, role: str, code: str, name: str) -> None:
        post = appoint(None, self.campaign, role, self._area(code), username=username, full_name=name)
        self.users[username] = post.user
        set_password(post.user, PASSWORD)

    def _list(self, survey: str, code: str, username: str, *, twice: bool = False) -> None:
        """A list from a file; `twice`: one of its people stands in two groups."""
        kind = self.campaign.kind
        if kind.opinion is None:
            return
        groups = {it.code: it.name for it in kind.opinion.groups_of(survey)}
        body = Body(code, self._area(code).name, survey)
        people: list[Asked] = people_of(body, kind.opinion, NUMBER, self.number, self.chance)
        self.number += len(people)
        listed = [*people, replace(people[0], group=list(groups)[-1])] if twice else people
        actor, roster = self.users[username], roster_at(self.campaign, survey, self._area(code))
        load = loading.read(
            actor, roster, list_workbook(listed, kind.roster_columns, groups), "danh-sach.xlsx", True
        )
        loading.confirm(actor, load, load.roster.version)

    def _send(self, survey: str, code: str, username: str) -> None:
        roster = roster_at(self.campaign, survey, self._area(code))
        sending.send(self.users[username], roster, roster.version, True)

    def _answer(self) -> None:
        """Most answer; two batches are laid open, and some answers still wait."""
        key = keys.of(self.campaign, "links")
        invited = list(Invitation.objects.filter(campaign=self.campaign).order_by("pk"))
        self.chance.shuffle(invited)
        leans: dict[str, float] = {}
        for number, it in enumerate(invited[: len(invited) * 7 // 10]):
            lean = leans.setdefault(it.path, self.chance.uniform(3.3, 4.5))
            opened = opening.open_link(token_of(key, it.pk, it.epoch))
            saved = answering.save(opened, 0, answers_to(opened.form, lean, self.chance))
            answering.send(opened, saved.version, Device(f"{number:032x}", f"máy {number}", 130))
        self._spread_arrivals()
        releasing.lay_open(self.campaign)

    def _spread_arrivals(self) -> None:
        """All was said within this minute, which would look like answering in a rush: put it on working hours before."""
        arrived = list(Burst.objects.filter(campaign=self.campaign))
        Burst.objects.filter(campaign=self.campaign).delete()
        counts: Counter[tuple[str, str, datetime]] = Counter()
        for burst in arrived:
            for _ in range(burst.count):
                day = timezone.localdate() - timedelta(days=self.chance.randint(1, 9))
                at = time(self.chance.randint(8, 16), 10 * self.chance.randint(0, 5))
                moment = timezone.make_aware(datetime.combine(day, at))
                counts[burst.survey, burst.path, moment] += 1
        Burst.objects.bulk_create(
            Burst(campaign=self.campaign, survey=survey, path=path, window=moment, count=count)
            for (survey, path, moment), count in counts.items()
        )
