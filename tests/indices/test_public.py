"""What anybody reads, without an account: pages, papers, open data; every version for good."""

from __future__ import annotations

import csv
import io
import json
from hashlib import sha256

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dieutra.indices import publishing
from dieutra.indices.counting import people
from dieutra.indices.drawing import draw
from dieutra.indices.figures import given_digest
from dieutra.indices.models import Publication, PublishedFile, Scheme
from dieutra.jobs.models import Job
from dieutra.jobs.worker import react, work_once
from dieutra.opinions.models import Figure
from dieutra.reactions import REACTIONS
from tests.indices.given import all_answered, answered, over, reckoned, taken, verified
from tests.indices.stage import make, published
from tests.opinion_cast import OpinionWorld

pytestmark = pytest.mark.django_db


@pytest.fixture
def shown(db: None) -> OpinionWorld:
    world = make()
    published(world)
    return world


def at(name: str, *rest: object) -> str:
    return reverse(name, args=["chi-so-thu", "tinh", *rest])


def file(client: Client, name: str) -> bytes:
    answer = client.get(at("index_public_file", 1, name))
    assert answer.status_code == 200, name
    return answer.content


def test_nothing_is_public_before_it_is_published(opinions: OpinionWorld, client: Client) -> None:
    assert "Chưa có chỉ số nào" in client.get(reverse("index_public_list")).content.decode()
    for address in (at("index_public"), at("index_public_version", 1), at("index_public_body", 1, "35"),
                    at("index_public_file", 1, "chi-so.json")):  # fmt: skip
        assert client.get(address).status_code == 404


def test_the_table_the_bodies_and_the_rules_are_read_without_an_account(
    shown: OpinionWorld, client: Client
) -> None:
    page = client.get(at("index_public"))
    text = page.content.decode()
    assert page.headers["Cache-Control"] == "public, max-age=60" and not page.cookies
    figures = json.loads(Publication.objects.get().content)
    for body in figures["bodies"]:
        assert body["name"] in text
    assert "mô phỏng" in text and Publication.objects.get().sha256 in text
    one = client.get(at("index_public_body", 1, "35")).content.decode()
    assert one.count('class="dt-index-bar"') == 8 and "<polygon" in one
    assert "Tiêu chí thành phần 8.4.4" in one
    assert client.get(at("index_public_body", 1, "99")).status_code == 404
    assert client.get(at("index_public_version", 2)).status_code == 404


def test_the_json_is_the_very_text_of_the_digest(shown: OpinionWorld, client: Client) -> None:
    content = file(client, "chi-so.json")
    assert sha256(content).hexdigest() == Publication.objects.get().sha256
    answer = client.get(at("index_public_file", 1, "chi-so.json"))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="chi-so-thu-tinh-ban-1-chi-so.json"'
    assert "immutable" in answer.headers["Cache-Control"]


def test_open_data_say_the_same_in_every_form(shown: OpinionWorld, client: Client) -> None:
    figures = json.loads(file(client, "chi-so.json"))
    ranking = list(csv.DictReader(io.StringIO(file(client, "xep-hang.csv").decode("utf-8-sig"))))
    assert [(row["body_code"], row["points"]) for row in ranking] == [
        (body["code"], body["points"] or "") for body in figures["bodies"]
    ]
    details = list(csv.DictReader(io.StringIO(file(client, "chi-tiet.csv").decode("utf-8-sig"))))
    assert len(details) == 3 * len(figures["criteria"]) == 3 * (8 + 37 + 88)
    points = {(row["body_code"], row["criterion_code"]): row["points"] for row in details}
    assert points["35", "1.1.1"] == figures["bodies"][0]["leaves"]["1.1.1"]["points"]
    assert points["35", "1.1"] == figures["bodies"][0]["sums"]["1.1"]
    source = {(row["body_code"], row["criterion_code"]): row["source"] for row in details}
    assert [source[it] for it in (("35", "1.1.1"), ("40", "1.1.1"), ("40", "1.5.1"), ("35", "1"))] == [
        "verified", "self", "survey", "",
    ]  # fmt: skip
    book = openpyxl.load_workbook(io.BytesIO(file(client, "chi-so.xlsx")))
    assert book.sheetnames == ["Mô tả", "Xếp hạng", "Chi tiết", "Tiêu chí"]
    second = [cell.value for cell in book["Xếp hạng"][2]]
    assert second[:4] == [1, "35", "Tỉnh Hà Nam", float(figures["bodies"][0]["points"])]


def test_there_is_a_paper_of_all_and_one_of_each_body(shown: OpinionWorld, client: Client) -> None:
    for name in ("bao-cao.pdf", "35.pdf", "40.pdf", "01.pdf"):
        assert file(client, name).startswith(b"%PDF-")
    assert (
        at("index_public_file", 1, "35.pdf") in client.get(at("index_public_body", 1, "35")).content.decode()
    )


def test_nothing_public_names_a_group_or_a_person(shown: OpinionWorld, client: Client) -> None:
    text = client.get(at("index_public")).content + client.get(at("index_public_body", 1, "35")).content
    text += file(client, "xep-hang.csv") + file(client, "chi-tiet.csv")
    assert b"tinh-so" not in text and b"ba.bo" not in text and "Bà Bộ".encode() not in text


def test_no_output_lets_the_answers_of_a_hidden_group_be_worked_out(
    opinions: OpinionWorld, client: Client
) -> None:
    """What is published of a body less the groups that its progress shows leaves nothing over."""
    taken(opinions, "tinh")
    verified(opinions, "40")
    all_answered(opinions, "40")
    invited = {"tinh-hdnd": 4, "tinh-so": 9, "tinh-phong": 8, "tinh-huyen": 5}
    come = {"tinh-hdnd": 4, "tinh-so": 7, "tinh-phong": 3, "tinh-huyen": 5}
    for group, many in come.items():
        answered(opinions, "35", group, many)
        Figure.objects.create(
            campaign=opinions.campaign, survey="tinh", path=opinions.area("35").path, group=group,
            invited=invited[group], mailed=invited[group], bounced=0, answered=many, counted_at=timezone.now(),
        )  # fmt: skip
    over(opinions)
    for _ in draw(publishing.publish(opinions.user("ba.bo"), reckoned(opinions), with_lacking=True)):
        pass
    client.force_login(opinions.user("ba.bo"))
    book = openpyxl.load_workbook(io.BytesIO(client.get(reverse("opinion_progress_file")).content))
    rows = [row for row in book["tinh"].iter_rows(values_only=True) if row[0] == "Tỉnh Hà Nam"]
    seen = {row[1]: row[5] for row in rows}
    assert seen.pop("Cộng") == 7 + 3 + 5 and sorted(map(str, seen.values())) == ["3", "5", "7", "không nêu"]
    body = next(it for it in json.loads(file(client, "chi-so.json"))["bodies"] if it["code"] == "35")
    ranking = csv.DictReader(io.StringIO(file(client, "xep-hang.csv").decode("utf-8-sig")))
    told = {body["answers"], *(int(row["answers"]) for row in ranking if row["body_code"] == "35")}
    assert told == {7 + 5}, "neither the four of the group of four, nor three that count for no criterion"
    assert (
        f"<dt>Phiếu trả lời</dt><dd>{7 + 5 + 4 * 6}</dd>" in client.get(at("index_public")).content.decode()
    )


def test_a_small_group_adds_nothing_even_when_more_answers_than_people_are_left(
    opinions: OpinionWorld,
) -> None:
    """Somebody who has answered may leave the list; the group is small from then on."""
    taken(opinions, "tinh")
    answered(opinions, "35", "tinh-so", 5)
    before = given_digest(opinions.campaign, Scheme.objects.get(), frozenset())
    Figure.objects.create(
        campaign=opinions.campaign, survey="tinh", path=opinions.area("35").path, group="tinh-so",
        invited=4, mailed=4, bounced=0, answered=4, counted_at=timezone.now(),
    )  # fmt: skip
    assert people(opinions.campaign, "tinh", frozenset(), 5) == {}
    assert given_digest(opinions.campaign, Scheme.objects.get(), frozenset()) != before


def test_open_data_and_the_way_of_reckoning_say_what_is_simulated_and_what_is_our_choice(
    shown: OpinionWorld, client: Client
) -> None:
    for name in ("xep-hang.csv", "chi-tiet.csv"):
        rows = list(csv.DictReader(io.StringIO(file(client, name).decode("utf-8-sig"))))
        assert rows and {row["simulated"] for row in rows} == {"mô phỏng"}, name
    page = client.get(at("index_public")).content.decode()
    assert "Quy tắc là cấu hình, không phải văn bản chính thức; kể cả nhóm D (từ 0)" in page
    assert "“Không xếp hạng”" in page


def test_the_list_of_indices_says_which_are_simulated(shown: OpinionWorld, client: Client) -> None:
    text = client.get(reverse("index_public_list")).content.decode()
    assert "cấp tỉnh năm 2022 (mô phỏng)</a>" in text
    assert "Số liệu <strong>mô phỏng</strong>, không phải số liệu chính thức." in text
    assert "Số liệu mở, dùng lại được" not in text


def test_a_correction_stands_beside_the_former_version(shown: OpinionWorld, client: Client) -> None:
    all_answered(shown, "40", level=5)
    publishing.publish(shown.user("ba.bo"), reckoned(shown), "Bổ sung phiếu", with_lacking=True)
    newest = client.get(at("index_public")).content.decode()
    assert "Bản 2" in newest and "Bổ sung phiếu" in newest
    assert "Đây là bản cũ" in client.get(at("index_public_version", 1)).content.decode()
    assert sha256(file(client, "chi-so.json")).hexdigest() == Publication.objects.get(number=1).sha256


def test_files_are_drawn_by_the_worker_and_no_file_twice(shown: OpinionWorld) -> None:
    all_answered(shown, "40", level=5)
    found = publishing.publish(shown.user("ba.bo"), reckoned(shown), "Bổ sung phiếu", with_lacking=True)
    once = draw(found)
    next(once)
    react(REACTIONS)
    while work_once(REACTIONS, {}):
        pass
    assert not Job.objects.filter(kind__startswith="indices.").exclude(state="done").exists()
    assert PublishedFile.objects.filter(publication=found).count() == 8
