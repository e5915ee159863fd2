"""The acts of an opinion survey: accounts, lists, letters over real SMTP, answers, laying open, figures. All by HTTP."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from dieutra.campaigns.checking import kind_folder
from dieutra.campaigns.kind import Kind
from dieutra.campaigns.kind_reading import read_kind
from dieutra.campaigns.models import Campaign
from dieutra.engine.forms.form import Form
from dieutra.engine.forms.xlsform import load_xlsform
from dieutra.engine.spreadsheet import XLSX
from dieutra.opinions.models import Invitation
from dieutra.rehearsal.opinion_people import SILENT, Asked, Body, list_workbook, people_of
from dieutra.rehearsal.person import Book, Person, Unexpected
from dieutra.rehearsal.post_office import PostOffice
from dieutra.rehearsal.respondent import Respondent, Said
from dieutra.rehearsal.server import Server
from dieutra.rosters.queries import bodies

T = TypeVar("T")
CENTRE, OFFICER, SLUG = "qtv.tw", "cv.tw", "dien-tap"
MAILING = "/khao-sat/gui/"


@dataclass
class OpinionPlay:
    """One rehearsal: who is asked, and what was said. `most_bodies`: of each survey at most so many."""

    server: Server
    office: PostOffice
    kind_slug: str
    people: int
    most_bodies: int
    clients: int
    seed: int
    say: Callable[[str], None]
    book: Book = field(default_factory=Book)
    notes: list[str] = field(default_factory=list)
    at_desks: dict[str, Person] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    said: Said = field(default_factory=Said)

    def __post_init__(self) -> None:
        folder = kind_folder(self.kind_slug)
        self.kind: Kind = read_kind(folder)
        if self.kind.opinion is None:
            raise Unexpected(f"{self.kind_slug} không phải khảo sát ý kiến.")
        self.rules = self.kind.opinion
        self.forms: dict[str, Form] = {
            it.code: load_xlsform(folder / it.form).for_unit for it in self.rules.groups
        }
        self.chance = random.Random(self.seed)
        self.campaign = Campaign.objects.get(slug=SLUG)
        self.bodies = [body for survey in self.rules.surveys for body in self._bodies(survey.code)]
        first = 1
        for number, body in enumerate(self.bodies):
            share = self.people * (number + 1) // len(self.bodies) - self.people * number // len(self.bodies)
            found = people_of(body, self.rules, share, first, self.chance)
            self.asked += found
            first += len(found)

    def _bodies(self, survey: str) -> list[Body]:
        unranked = self.rules.survey(survey).unranked
        found = [it for it in bodies(self.campaign, survey) if it.code not in unranked]
        return [Body(it.code, it.name, survey) for it in found[: self.most_bodies or None]]

    def perform(self) -> None:
        self.say(f"{len(self.asked)} người của {len(self.bodies)} cơ quan, {self.clients} người làm cùng lúc")
        self.say("1. Cấp tài khoản cho các cơ quan")
        self.accounts()
        self.say("2. Nhập, gửi và tiếp nhận danh sách đối tượng")
        self.at_once(self.list_of, self.bodies)
        self.accept()
        self.say("3. Gửi phiếu tới hòm thư")
        self.mailing()
        self.say("4. Trả lời")
        self.answer()
        for person in self.at_desks.values():
            person.close()

    def at_once(self, work: Callable[[Any], T], things: Iterable[Any]) -> list[T]:
        """Do it for many with `clients` people at a time."""
        with ThreadPoolExecutor(self.clients) as pool:
            return list(pool.map(work, things))

    # 1 ----------------------------------------------------------------------------------------------------------

    def arrive(self, username: str) -> Person:
        person = Person(self.server.url, self.book, username)
        person.activate(self.office.link_for(f"{username}@example.gov.vn"))
        person.sign_in()
        self.at_desks[username] = person
        return person

    def accounts(self) -> None:
        centre = self.arrive(CENTRE)
        self._appoint(centre, "gsv.0", "VN", OFFICER)
        for body in self.bodies:
            self._appoint(centre, "qtv.1", body.code, desk_of(body))
        self.at_once(self.arrive, [OFFICER, *map(desk_of, self.bodies)])

    def _appoint(self, centre: Person, role: str, code: str, username: str) -> None:
        fields = {
            "role": role, "area": code, "full_name": f"Người diễn tập {username}", "username": username,
            "email": f"{username}@example.gov.vn",
        }  # fmt: skip
        centre.submit(centre.get("/tai-khoan/tao/"), "/tai-khoan/tao/", fields)

    # 2 ----------------------------------------------------------------------------------------------------------

    def list_of(self, body: Body) -> None:
        """The first body also brings a broken file; in every province a delegate is also head of a department."""
        person, at = self.at_desks[desk_of(body)], address_of(body)
        mine = [it for it in self.asked if it.body == body.code]
        listed, overlaps = self._with_overlap(body, mine)
        groups = {it.code: it.name for it in self.rules.groups_of(body.survey)}
        workbook = list_workbook(listed, self.kind.roster_columns, groups)
        if body == self.bodies[0]:
            self._upload(person, at, workbook[: len(workbook) // 2], expect=422)
            wrong = list_workbook(
                [replace(it, email="khong-phai-thu") for it in mine], self.kind.roster_columns, groups
            )
            self._upload(person, at, wrong, expect=422)
        self._upload(person, at, workbook, expect=200)
        person.submit(person.get(f"{at}nap/xem-truoc/"), f"{at}nap/xem-truoc/")
        if overlaps:
            person.submit(person.get(f"{at}trung/"), f"{at}trung/xac-nhan/")
        person.submit(person.get(f"{at}gui/"), f"{at}gui/", {"agreed": "yes"})
        self.book.did("roster.sent")
        if not person.download(f"{at}bien-nhan.pdf").startswith(b"%PDF"):
            raise Unexpected(f"{at}: biên nhận không phải tệp PDF.")

    def _with_overlap(self, body: Body, mine: list[Asked]) -> tuple[list[Asked], int]:
        """The same people, one of them once more in another group: the delegate's role is to be kept."""
        priorities = {it.code: it.priority for it in self.rules.groups_of(body.survey)}
        first, last = min(priorities, key=priorities.__getitem__), max(priorities, key=priorities.__getitem__)
        if priorities[first] == priorities[last]:
            return mine, 0
        delegate = next(it for it in mine if it.group == first)
        return [*mine, replace(delegate, group=last)], 1

    def _upload(self, person: Person, at: str, content: bytes, expect: int) -> None:
        files = {"file": ("danh-sach.xlsx", content, XLSX)}
        person.submit(person.get(f"{at}nap/"), f"{at}nap/", {"how": "replace"}, files, expect=expect)

    def accept(self) -> None:
        """The centre returns the first list with a reason, and accepts all."""
        centre, first = self.at_desks[CENTRE], address_of(self.bodies[0])
        centre.submit(centre.get(f"{first}tra-lai/"), f"{first}tra-lai/", {"reason": "Đề nghị rà soát lại."})
        self.book.did("roster.returned")
        body = self.at_desks[desk_of(self.bodies[0])]
        body.submit(body.get(f"{first}gui/"), f"{first}gui/", {"agreed": "yes"})
        self.book.did("roster.sent")
        for it in self.bodies:
            centre.submit(centre.get(address_of(it)), f"{address_of(it)}tiep-nhan/")
            self.book.did("roster.accepted")

    # 3 ----------------------------------------------------------------------------------------------------------

    def mailing(self) -> None:
        """The centre opens the mailing of all bodies; then everybody has one letter with one link."""
        centre = self.at_desks[CENTRE]
        self.until("lời mời được lập", lambda: self._invitations() == len(self.asked), 600)
        for survey in self.rules.surveys:
            codes = [it.code for it in self.bodies if it.survey == survey.code]
            query = "&".join(f"co-quan={it}" for it in codes)
            page = centre.get(f"{MAILING}xem-truoc/?cuoc={survey.code}&{query}")
            centre.submit(page, "xem-truoc/", {"cuoc": survey.code, "co-quan": codes})
        self.until("thư tới đủ người", lambda: len(self.office.tokens) >= len(self.asked), 3600)

    def _invitations(self) -> int:
        return Invitation.objects.filter(campaign=self.campaign, withdrawn=False).count()

    def until(self, what: str, is_so: Callable[[], bool], seconds: float) -> None:
        end = time.monotonic() + seconds
        while not is_so():
            if time.monotonic() > end:
                raise Unexpected(f"Chờ {seconds:.0f} giây mà {what} chưa xong.")
            time.sleep(0.5)

    # 4 ----------------------------------------------------------------------------------------------------------

    def answer(self) -> None:
        """Some never answer; some save, leave and come back; some send twice. What everybody said is counted."""
        answering = [it for it in self.asked if self.chance.random() >= SILENT]
        leans = {body.code: self.chance.uniform(3.4, 4.4) for body in self.bodies}
        work = [
            Respondent(
                self.server.url, self.book, self.said, it, self.office.tokens[it.email][-1],
                self.forms[it.group], leans[it.body], random.Random(f"{self.seed}.{it.number}"),
            )
            for it in answering
        ]  # fmt: skip
        self.chance.shuffle(work)
        done = Counter(self.at_once(lambda it: it.answers(), work))
        self.notes += [f"{number} người trả lời: {what}" for what, number in done.items() if what]


def desk_of(body: Body) -> str:
    return f"qtv.{body.code.lower()}"


def address_of(body: Body) -> str:
    return f"/danh-sach-doi-tuong/{SLUG}/{body.survey}/{body.code}/"
