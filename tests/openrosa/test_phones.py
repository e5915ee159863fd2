"""The screen where phones are handed out and taken back."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Callable

import pytest
from django.test import Client

from dieutra.campaigns.actions import hand_out_phone
from dieutra.engine.refusals import Forbidden, Invalid, NotNow
from dieutra.events.models import Event
from dieutra.people.app_users import revoke_app_user
from dieutra.people.models import AppUser, Post
from dieutra.places.models import Area
from tests.cast import World
from tests.openrosa.phone import Phone, given_phone

Desk = Callable[[str], Client]
PAGE, GIVE = "/may-thu-thap/", "/may-thu-thap/cap/"


def give(desk: Client, name: str = "Anh Đi Thực Địa", area: str = "347"):
    return desk.post(GIVE, {"name": name, "area": area})


def token_in(page: str) -> str:
    found = re.search(r'<code class="dt-break">([\w-]{43})</code>', page)
    assert found
    return found[1]


def test_a_district_administrator_hands_out_a_phone_that_works(world: World, at_the_desk: Desk) -> None:
    page = give(at_the_desk("co.huyen")).content.decode()
    phone = Phone(Client(), token_in(page), AppUser.objects.get())
    assert phone.get("formList").status_code == 200
    assert phone.record.path == "VN/35/347/"
    event = Event.objects.get(verb="app_user.created")
    assert (event.subject_id, event.facts) == (phone.record.pk, {})


def test_the_code_says_collects_settings(
    world: World, at_the_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dieutra.channels.openrosa import code

    drawn: list[str] = []
    plain = code.drawing
    monkeypatch.setattr(code, "drawing", lambda text: drawn.append(text) or plain(text))
    page = give(at_the_desk("co.huyen")).content.decode()
    settings = json.loads(zlib.decompress(base64.b64decode(drawn[0])))
    assert settings["general"] == {
        "server_url": f"http://127.0.0.1:8000/collect/{token_in(page)}",
        "form_update_mode": "match_exactly",
        "autosend": "wifi_and_cellular",
    }
    assert settings["admin"] == {}
    assert settings["project"]["name"].startswith("Điều tra thử – Thành phố Phủ Lý")
    assert 'src="data:image/svg+xml;base64,' in page


def test_the_sheet_to_print_is_a_pdf(world: World, at_the_desk: Desk) -> None:
    page = give(at_the_desk("co.huyen")).content.decode()
    found = re.search(r'href="data:application/pdf;base64,([^"]+)" download', page)
    assert found
    assert base64.b64decode(found[1]).startswith(b"%PDF-")


def test_the_token_is_shown_this_once(world: World, at_the_desk: Desk) -> None:
    desk = at_the_desk("co.huyen")
    response = give(desk)
    token = token_in(response.content.decode())
    assert response["Cache-Control"] == "no-store"
    assert token not in desk.get(PAGE).content.decode()


def test_sending_the_page_again_makes_no_second_phone(world: World, at_the_desk: Desk) -> None:
    desk = at_the_desk("co.huyen")
    give(desk)
    again = give(desk)
    assert again.status_code == 422
    assert "đã có máy tên" in again.content.decode()
    assert AppUser.objects.count() == 1


@pytest.mark.parametrize("name", ["", "   ", "x" * 121])
def test_a_phone_needs_the_name_of_its_user(world: World, at_the_desk: Desk, name: str) -> None:
    response = give(at_the_desk("co.huyen"), name)
    assert response.status_code == 422
    assert "tên người dùng máy" in response.content.decode()


def test_nobody_hands_out_phones_beyond_her_area(world: World, at_the_desk: Desk) -> None:
    assert give(at_the_desk("co.huyen"), area="349").status_code == 404
    assert give(at_the_desk("co.huyen"), area="35").status_code == 404
    assert give(at_the_desk("anh.giam.sat")).status_code == 403
    assert not AppUser.objects.exists()
    duy_tien = Area.objects.get(catalogue=world.campaign.catalogue, code="349")
    with pytest.raises(Forbidden):
        hand_out_phone(world.user("co.huyen"), world.campaign, duy_tien, "A")


def test_an_area_of_another_catalogue_or_a_campaign_without_collect_is_refused(world: World) -> None:
    place = Area.objects.get(catalogue=world.campaign.catalogue, code="347")
    world.campaign.rules["campaign"]["channels"] = ["web"]
    with pytest.raises(NotNow, match="không dùng ODK Collect"):
        hand_out_phone(world.user("co.huyen"), world.campaign, place, "A")
    place.catalogue_id = -1
    with pytest.raises(Forbidden):
        hand_out_phone(world.user("co.huyen"), world.campaign, place, "A")


def test_each_sees_the_phones_of_her_area(world: World, at_the_desk: Desk) -> None:
    given_phone(world, name="Máy Phủ Lý")
    given_phone(world, by="nguoi.la", area="349", name="Máy Duy Tiên")
    seen = {
        name: [
            it for it in ("Máy Phủ Lý", "Máy Duy Tiên") if it in at_the_desk(name).get(PAGE).content.decode()
        ]
        for name in ("ong.tinh", "co.huyen", "nguoi.la")
    }
    assert seen == {
        "ong.tinh": ["Máy Phủ Lý", "Máy Duy Tiên"],
        "co.huyen": ["Máy Phủ Lý"],
        "nguoi.la": ["Máy Duy Tiên"],
    }


def test_a_phone_taken_back_is_out_at_once_and_what_it_did_stays(world: World, at_the_desk: Desk) -> None:
    phone = given_phone(world)
    desk = at_the_desk("co.huyen")
    assert desk.post(f"{PAGE}{phone.record.pk}/thu-hoi/").status_code == 302
    assert phone.get("formList").status_code == 403
    assert Post.objects.get(user=phone.record.user).ended_at
    assert Event.objects.filter(verb="app_user.revoked", subject_id=phone.record.pk).count() == 1
    assert "Đã thu hồi" in desk.get(PAGE).content.decode()
    assert desk.post(f"{PAGE}{phone.record.pk}/thu-hoi/").status_code == 409
    give(desk)  # the name is free again
    assert AppUser.objects.count() == 2


def test_nobody_takes_back_a_phone_of_another_area(world: World, at_the_desk: Desk) -> None:
    phone = given_phone(world)
    assert at_the_desk("nguoi.la").post(f"{PAGE}{phone.record.pk}/thu-hoi/").status_code == 404
    with pytest.raises(Forbidden):
        revoke_app_user(world.user("nguoi.la"), phone.record)
    with pytest.raises(Forbidden):
        revoke_app_user(world.user("anh.giam.sat"), phone.record)
    with pytest.raises(Invalid):
        given_phone(world)


def test_phones_do_not_stand_among_the_accounts(world: World, at_the_desk: Desk) -> None:
    phone = given_phone(world)
    desk = at_the_desk("ong.tinh")
    assert phone.record.user.username not in desk.get("/tai-khoan/").content.decode()
    post = Post.objects.get(user=phone.record.user)
    for verb in ("gui-lai", "thu-hoi", "trao-lai"):
        assert desk.post(f"/tai-khoan/{post.pk}/{verb}/").status_code == 404
