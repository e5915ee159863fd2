"""What only a real server shows: people who act at the same moment, and a server that falls in the middle."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Thread

import httpx
import pytest

from dieutra.engine.forms.form import Form
from dieutra.engine.forms.xlsform import load_xlsform
from dieutra.rehearsal.acts import FORM_UNDER_REVIEW
from dieutra.rehearsal.person import Book, Person
from dieutra.rehearsal.script import read_script
from dieutra.rehearsal.server import Server
from tests.cast import KIND, PASSWORD
from tests.site import site

__all__ = ["site"]

Desk = Callable[[str], Person]


@pytest.fixture(scope="module")
def form() -> Form:
    return load_xlsform(KIND / "form.xlsx")


@pytest.fixture
def desk(site: Server) -> Desk:
    def sign_in(username: str) -> Person:
        person = Person(site.url, Book(), username)
        person.sign_in(PASSWORD)
        return person

    return sign_in


def state(person: Person) -> dict[str, object]:
    page = person.get("/phieu/")
    return json.loads(page.tree.xpath('//script[@id="form-state"]/text()')[0])


def post(person: Person, url: str, body: dict[str, object]) -> httpx.Response:
    headers = {"X-CSRFToken": person.client.cookies.get("csrftoken", ""), "Accept": "application/json"}
    return person.client.post(url, json=body, headers=headers)


def at_the_same_moment(people: list[Person], act: Callable[[Person], httpx.Response]) -> list[int]:
    barrier = Barrier(len(people))

    def go(person: Person) -> int:
        barrier.wait()
        return act(person).status_code

    with ThreadPoolExecutor(len(people)) as pool:
        return sorted(pool.map(go, people))


def test_of_many_tabs_that_save_at_once_one_wins_and_the_others_are_told(desk: Desk, form: Form) -> None:
    tabs = [desk("don.vi.hai") for _ in range(6)]
    seen = state(tabs[0])
    name = form.by_name["nguoi_lap"].path

    def save(tab: Person) -> httpx.Response:
        changes = {name: f"Cửa sổ {tabs.index(tab)}"}
        return post(tab, str(seen["urls"]["save"]), {"base_version": seen["version"], "changes": changes})

    assert at_the_same_moment(tabs, save) == [200, 409, 409, 409, 409, 409]


def test_of_many_who_decide_at_once_one_wins_and_the_others_are_told(desk: Desk, form: Form) -> None:
    unit = desk("don.vi")
    seen = state(unit)
    answers = read_script(KIND).answers(form, "xa", 1)
    assert post(unit, seen["urls"]["save"], {"base_version": 0, "changes": answers}).status_code == 200
    unit.submit(unit.get(str(seen["urls"]["check"])), "/gui/")
    supervisors = [desk("anh.giam.sat") for _ in range(6)]
    link = supervisors[0].get("/duyet/").links("/duyet/")
    [review] = [it for it in link if FORM_UNDER_REVIEW.fullmatch(it)]
    pages = {id(person): person.get(review).form("/duyet/") for person in supervisors}

    def decide(person: Person) -> httpx.Response:
        fields = dict(pages[id(person)].form_values())
        verb = "duyet" if supervisors.index(person) % 2 else "tra-lai"
        return person.client.post(f"{review}{verb}/", data={**fields, "text": "Xem lại"})

    assert at_the_same_moment(supervisors, decide) == [302, 409, 409, 409, 409, 409]
    history = unit.get(f"{str(seen['urls']['save']).removesuffix('luu/')}lich-su/").text
    assert history.count("Duyệt, chuyển cấp trên") + history.count("Trả lại để sửa") == 1


def test_no_acknowledged_answer_is_lost_when_the_server_is_killed(
    site: Server, desk: Desk, form: Form
) -> None:
    unit = desk("don.vi.la")
    seen = state(unit)
    name, acknowledged, stop = form.by_name["dia_chi"].path, [], Event()

    def type_on() -> None:
        version = seen["version"]
        for number in range(5000):
            if stop.is_set():
                return
            try:
                body = {"base_version": version, "changes": {name: f"Số nhà {number}"}}
                answer = post(unit, str(seen["urls"]["save"]), body)
            except httpx.TransportError:
                return
            if answer.status_code == 200:
                version = answer.json()["version"]
                acknowledged.append((version, number))

    typing = Thread(target=type_on)
    typing.start()
    while len(acknowledged) < 25:
        typing.join(0.05)
        assert typing.is_alive() or len(acknowledged) >= 25
    site.kill()
    typing.join(30)
    stop.set()
    site.start()
    found = state(unit)
    version, number = acknowledged[-1]
    # One save may have been written without its answer having left the server.
    assert (found["version"], found["answers"][name]) in (
        (version, f"Số nhà {number}"),
        (version + 1, f"Số nhà {number + 1}"),
    )
