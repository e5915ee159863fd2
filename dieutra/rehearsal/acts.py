"""The acts: accounts in cascade, the list reviewed, forms filled right and wrong, returns, approvals. All by HTTP."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from dieutra.campaigns.checking import kind_folder
from dieutra.campaigns.kind import Kind
from dieutra.campaigns.kind_reading import read_kind
from dieutra.engine.forms.form import Form
from dieutra.engine.forms.xlsform import load_xlsform
from dieutra.engine.spreadsheet import XLSX
from dieutra.rehearsal import group
from dieutra.rehearsal.filling import Filling
from dieutra.rehearsal.person import Book, Page, Person, Unexpected
from dieutra.rehearsal.script import AreaRow, Line, Script, base_list, base_list_workbook, read_script
from dieutra.rehearsal.server import Mailbox, Server

T = TypeVar("T")
CENTRE = "qtv.tw"
FORM_UNDER_REVIEW = re.compile(r"/duyet/[0-9]+/(\?.*)?")


@dataclass
class Play:
    """One rehearsal: the people, the list, and what is noted on the way."""

    server: Server
    kind_slug: str
    province: str
    units: int | None
    clients: int
    seed: int
    say: Callable[[str], None]
    book: Book = field(default_factory=Book)
    notes: list[str] = field(default_factory=list)
    people: dict[str, Person] = field(default_factory=dict)

    def __post_init__(self) -> None:
        folder = kind_folder(self.kind_slug)
        self.kind: Kind = read_kind(folder)
        self.form: Form = load_xlsform(folder / "form.xlsx")
        self.script: Script = read_script(folder)
        self.province = self.province or str(self.script.rules.get("province", "35"))
        self.mail = Mailbox(self.server.folder / "mail")
        self.areas = _areas(self.kind.catalogue_slug, self.province)
        kinds = _unit_kinds(folder)
        self.lines: list[Line] = base_list(self.script, kinds, self.areas, self.units)
        used = {line.district or line.commune for line in self.lines if line.level != "tinh"}
        top = next(area for area in self.areas if area.level == 1)
        self.parts = [area for area in self.areas if area.parent == top.code]
        self.districts = [area for area in self.parts if area.code in used]  # of two levels: communes
        self.listing_here = [area for area in self.districts if area.level in self.kind.listing_levels]

    def perform(self) -> None:
        parts = f"{len(self.districts)} địa bàn dưới {self.kind.level_words[1]}"
        self.say(f"{len(self.lines)} đơn vị, {parts}, {self.clients} người làm cùng lúc")
        self.say("1. Cấp tài khoản theo tầng")
        self.accounts()
        self.say("2. Nạp, rà soát và chấp nhận bảng kê")
        self.frame()
        if group.has_group(self):
            self.say("   tổ công tác nhận việc, đăng tin")
            group.begin(self)
        self.say("3. Đơn vị kích hoạt, kê khai và gửi")
        fillings = self.fill()
        self.say("4. Giám sát viên trả lại, đơn vị sửa, hai cấp duyệt")
        self.review(fillings)
        if group.has_group(self):
            group.end(self)
        for person in self.people.values():
            person.close()

    def at_once(self, work: Callable[[Any], T], things: Iterable[Any]) -> list[T]:
        """Do it for many with `clients` people at a time."""
        with ThreadPoolExecutor(self.clients) as pool:
            return list(pool.map(work, things))

    # 1 ----------------------------------------------------------------------------------------------------------

    def arrive(self, username: str, address: str) -> Person:
        """A person opens the link in her mail, sets a password and signs in."""
        person = Person(self.server.url, self.book, username)
        person.activate(self.mail.link_for(address))
        person.sign_in()
        self.people[username] = person
        return person

    def appoint(self, actor: Person, role: str, area: AreaRow, username: str) -> Person:
        page = actor.get("/tai-khoan/tao/")
        fields = {
            "role": f"{role}.{area.level}",
            "area": area.code,
            "full_name": f"Người diễn tập {username}",
            "username": username,
            "email": f"{username}@example.gov.vn",
        }
        actor.submit(page, "/tai-khoan/tao/", fields)
        return self.arrive(username, f"{username}@example.gov.vn")

    def accounts(self) -> None:
        centre = self.arrive(CENTRE, f"{CENTRE}@example.gov.vn")
        province = next(area for area in self.areas if area.level == 1)
        administrator = self.appoint(centre, "qtv", province, "qtv.tinh")
        allowed = self.kind.may_create("qtv", 1)
        for role in ("gsv", "bcd", "tk"):
            if (role, 1) in allowed:
                self.appoint(administrator, role, province, f"{role}.tinh")
        for district in self.districts:
            for role in ("qtv", "gsv"):
                if (role, district.level) in allowed:
                    self.appoint(administrator, role, district, f"{role}.{district.code}")

    # 2 ----------------------------------------------------------------------------------------------------------

    def frame(self) -> None:
        self._load()
        administrator, centre = self.people["qtv.tinh"], self.people[CENTRE]
        reviewers = {
            link: person
            for person in [administrator, *(self.people[f"qtv.{area.code}"] for area in self.listing_here)]
            for link in _own_listings(person.get("/bang-ke/"))
        }
        expected = len(self.listing_here) + (1 in self.kind.listing_levels)
        if len(reviewers) != expected:
            raise Unexpected(f"Có {len(reviewers)} bảng kê chờ rà soát, kịch bản chờ {expected}.")
        for number, (link, reviewer) in enumerate(reviewers.items()):
            acceptor = centre if reviewer is administrator else administrator
            self._review_list(link, reviewer, number)
            self._decide_list(link, reviewer, acceptor, give_back_first=number == 0)

    def _load(self) -> None:
        """First a broken file and a list with wrong rows, both refused whole; then the right one."""
        administrator = self.people["qtv.tinh"]
        right = base_list_workbook(
            self.kind.frame_columns, self.kind.frame_sheet, self.lines, with_email=True
        )
        wrong_lines = [*self.lines[:3], self.lines[2]]
        wrong = base_list_workbook(
            self.kind.frame_columns, self.kind.frame_sheet, wrong_lines, with_email=True
        )
        for content in (right[: len(right) // 2], wrong):
            self._upload(administrator, content, expect=422)
        self._upload(administrator, right, expect=200)

    def _upload(self, person: Person, content: bytes, expect: int) -> None:
        page = person.get("/bang-ke/nap/")
        files = {"file": ("danh-sach-nen.xlsx", content, XLSX)}
        person.submit(page, "/bang-ke/nap/", {"province": self.province}, files, expect=expect)

    def _review_list(self, link: str, reviewer: Person, number: int) -> None:
        """Correct one line, remove one, add one; then keep the rest."""
        page = reviewer.get(link)
        own = _unit_actions(page, "sua")
        if len(own) > 3:
            self._correct(reviewer, own[0])
            self._remove(reviewer, own[1])
            self._add(reviewer, link, number)
        page = reviewer.get(link)
        reviewer.submit(page, "giu-nguyen-tat-ca")

    def _correct(self, reviewer: Person, edit: str) -> None:
        page = reviewer.get(edit)
        form = page.form("/sua/")
        reviewer.submit(page, "/sua/", {"name": str(form.fields.get("name")) + " (đã sửa)"})

    def _remove(self, reviewer: Person, edit: str) -> None:
        page = reviewer.get(edit)
        reasons = [value for value in page.form("/loai/").inputs["reason"].value_options if value]
        reviewer.submit(page, "/loai/", {"reason": reasons[0]})

    def _add(self, reviewer: Person, link: str, number: int) -> None:
        page = reviewer.get(f"{link}bo-sung/")
        fields = _filled_selects(page.form("/bo-sung/"))
        fields |= {"code": f"BS{self.province}{number:03}", "name": f"Đơn vị bổ sung {number + 1}"}
        fields |= {"email": f"bs{self.province}{number:03}@example.gov.vn"}
        reviewer.submit(page, "/bo-sung/", fields)

    def _decide_list(self, link: str, reviewer: Person, acceptor: Person, give_back_first: bool) -> None:
        reviewer.submit(reviewer.get(link), f"{link}gui/")
        self.book.did("listing.sent")
        if give_back_first:
            page = acceptor.get(f"{link}tra-lai/")
            acceptor.submit(page, f"{link}tra-lai/", {"note": "Đề nghị rà soát lại các đơn vị đã loại."})
            self.book.did("listing.returned")
            reviewer.submit(reviewer.get(link), f"{link}gui/")
            self.book.did("listing.sent")
        if not reviewer.download(f"{link}bien-nhan.pdf").startswith(b"%PDF"):
            raise Unexpected(f"{link}: biên nhận không phải tệp PDF.")
        acceptor.submit(acceptor.get(link), f"{link}chap-nhan/")
        self.book.did("listing.accepted")

    # 3 ----------------------------------------------------------------------------------------------------------

    def fill(self) -> list[Filling]:
        """Every unit left in the accepted list: its name and address as the administrator reads them."""
        self.say("   chờ lập phiếu và gửi thư kích hoạt")
        units = self._units_on_the_list()
        chance = random.Random(self.seed)
        seeds = {username: chance.random() for username in units}
        return self.at_once(
            lambda username: self._one_unit(username, units[username], seeds[username]), units
        )

    def _units_on_the_list(self) -> dict[str, str]:
        """Sign-in name -> address, read from the administrator's pages once all letters are out."""
        by_code = {line.code.lower(): line.email for line in self.lines}
        added = {
            f"bs{self.province}{number:03}".lower(): f"bs{self.province}{number:03}@example.gov.vn"
            for number in range(len(self.districts) + 1)
        }
        wanted = len(self._seen_usernames())
        self.say(f"   {wanted} tài khoản đơn vị")
        known = {**by_code, **added}
        return {username: known[username] for username in sorted(self._seen_usernames())}

    def _seen_usernames(self) -> set[str]:
        administrator = self.people["qtv.tinh"]
        self._wait_for_cases(administrator)
        names: set[str] = set()
        number, last = 1, 1
        while number <= last:
            page = administrator.get(f"/tai-khoan/?vai-tro=dv&trang={number}")
            names |= {str(name).strip() for name in page.tree.xpath("//main//tbody//td[1]/strong//text()")}
            if found := re.search(r"Trang \d+ / (\d+)", page.text):
                last = int(found[1])
            number += 1
        return names

    def _wait_for_cases(self, administrator: Person) -> None:
        import time

        before, until = -1, time.monotonic() + 300
        while time.monotonic() < until:
            page = administrator.get("/tien-do/")
            found = re.search(r"([\d.]+) phiếu", page.text)
            now = int(found[1].replace(".", "")) if found else 0
            missing = re.search(r"(\d+) địa bàn chưa có phiếu", page.text)
            expected_missing = len(self.parts) - len(self.districts)
            if now and now == before and int(missing[1] if missing else 0) == expected_missing:
                return
            before = now
            time.sleep(1)
        raise Unexpected("Chờ 5 phút mà phiếu chưa được lập xong.")

    def _one_unit(self, username: str, address: str, seed: float) -> Filling:
        person = self.arrive(username, address)
        filling = Filling(person, self.form, self.script, random.Random(seed))
        filling.fill_and_send()
        return filling

    # 4 ----------------------------------------------------------------------------------------------------------

    def review(self, fillings: list[Filling]) -> None:
        by_case = {filling.case: filling for filling in fillings}
        districts = [
            self.people[name] for area in self.districts if (name := f"gsv.{area.code}") in self.people
        ]
        self._foreign_eyes(fillings[0])
        returned = {
            case for each in self.at_once(lambda who: self._empty_queue(who, 0.1), districts) for case in each
        }
        self.at_once(lambda case: by_case[case].correct_and_send(), sorted(returned))
        self.at_once(lambda who: self._empty_queue(who, 0.0), districts)
        province = self.people["gsv.tinh"]
        again = self._empty_queue(province, 0.05 if districts else 0.15)
        self.at_once(lambda case: by_case[case].correct_and_send(), sorted(again))
        self.at_once(lambda who: self._empty_queue(who, 0.0), districts)
        self._empty_queue(province, 0.0)

    def _empty_queue(self, supervisor: Person, returning: float) -> set[str]:
        """Take the queue page by page; return some, approve the rest. The cases that went back."""
        chance = random.Random(f"{self.seed}{supervisor.username}{returning}")
        returned: set[str] = set()
        while links := sorted(
            {link for link in supervisor.get("/duyet/").links("/duyet/") if FORM_UNDER_REVIEW.fullmatch(link)}
        ):
            for link in links:
                case = link.split("/")[2]
                if chance.random() < returning:
                    self._return(supervisor, link)
                    returned.add(case)
                else:
                    self._approve(supervisor, link)
        return returned

    def _approve(self, supervisor: Person, link: str) -> None:
        page = supervisor.get(link)
        supervisor.submit(page, f"{link}duyet/")
        self.book.did("case.accepted" if supervisor.username == "gsv.tinh" else "case.approved")

    def _return(self, supervisor: Person, link: str) -> None:
        page = supervisor.get(link)
        cell = self.form.by_name[self.script.rules["remark_at"]].path
        remark = {f"comment:{cell}": str(self.script.rules["remark"])}
        supervisor.submit(page, f"{link}tra-lai/", remark)
        self.book.did("case.returned")

    def _foreign_eyes(self, filling: Filling) -> None:
        """A forged case id: somebody of another place asks for this case and finds nothing."""
        stranger = next(
            person
            for name, person in self.people.items()
            if name.startswith(("hc", "bs")) and person is not filling.person
        )
        for url in (f"/phieu/{filling.case}/", f"/duyet/{filling.case}/", f"/phieu/{filling.case}/phieu.pdf"):
            stranger.get(url, expect=404)


def _areas(catalogue: str, province: str) -> list[AreaRow]:
    """The province with its districts and communes, from the catalogue that the kind names."""
    from dieutra.places.models import Area

    areas = Area.objects.filter(catalogue__slug=catalogue, path__startswith=f"VN/{province}/").order_by(
        "path"
    )
    rows = [AreaRow(*row) for row in areas.values_list("code", "name", "level", "parent__code")]
    if not rows:
        raise Unexpected(f"Danh mục {catalogue} không có tỉnh mã {province}.")
    return rows


def _unit_kinds(folder: Any) -> list[dict[str, Any]]:
    from dieutra.campaigns.kind_folder import folder_rules

    return list(folder_rules(folder)["campaign"]["unit_kinds"])


def _own_listings(page: Page) -> list[str]:
    """The lists that wait for this person, as the page tells them."""
    return sorted({str(link) for link in page.tree.xpath('//*[@class="dt-todo"]/a/@href')})


def _unit_actions(page: Page, verb: str) -> list[str]:
    return [link for link in page.links(f"/{verb}/") if "/bang-ke/dong/" in link]


def _filled_selects(form: Any) -> dict[str, str]:
    """The first real choice of every list of a form."""
    filled = {}
    for name in form.fields:
        options = [value for value in getattr(form.inputs[name], "value_options", []) if value]
        if options:
            filled[name] = options[0]
    return filled
