"""Who may talk to the OpenRosa addresses: phones by token or Digest, accounts that fill by Basic, nobody else."""

from __future__ import annotations

import base64
import hashlib
import logging
import time

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from dieutra.people import digest
from dieutra.people.actions import create_account, set_password
from dieutra.people.models import AppUser
from dieutra.web.logs import NoTokens
from tests.cast import PASSWORD, PEOPLE, UNITS, World, good_answers
from tests.openrosa.phone import Phone, given_phone, said, written

LIST = "/collect/formList"


@pytest.fixture(autouse=True)
def nobody_failed_yet(db: None) -> None:
    cache.clear()


@pytest.fixture
def phone(world: World) -> Phone:
    return given_phone(world)


def basic(username: str, password: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()}


def nonce_of(response: object) -> str:
    return str(response["WWW-Authenticate"]).partition('nonce="')[2].partition('"')[0]


def signed(
    username: str, secret: str, nonce: str, uri: str = LIST, count: str = "00000001", method: str = "GET"
) -> dict[str, str]:
    def md5(text: str) -> str:
        return hashlib.md5(text.encode()).hexdigest()

    start, end = md5(f"{username}:dieutra:{secret}"), md5(f"{method}:{uri}")
    answer = md5(f"{start}:{nonce}:{count}:kho:auth:{end}")
    return {
        "authorization": f'Digest username="{username}", realm="dieutra", nonce="{nonce}", uri="{uri}", '
        f'qop=auth, nc={count}, cnonce="kho", response="{answer}", algorithm=MD5'
    }


def test_without_a_sign_in_both_ways_are_offered(client: Client, world: World) -> None:
    response = client.get(LIST)
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith('Digest realm="dieutra", qop="auth"')
    assert 'Basic realm="dieutra"' in response["WWW-Authenticate"]
    assert response["X-OpenRosa-Version"] == "1.0"
    assert client.head("/collect/submission").status_code == 401


def test_a_session_of_the_site_opens_nothing_here(at_the_desk, world: World) -> None:
    assert at_the_desk("don.vi").get(LIST).status_code == 401


@pytest.mark.parametrize("username", [*PEOPLE, *UNITS])
def test_of_the_accounts_only_those_that_fill_come_in_by_basic(
    client: Client, world: World, username: str
) -> None:
    response = client.get(LIST, headers=basic(username, PASSWORD))
    assert response.status_code == (200 if username in UNITS else 403)


def test_a_unit_sends_its_own_form_and_no_other(client: Client, world: World) -> None:
    other, own = world.case("don.vi.hai"), world.case("don.vi")
    who = basic("don.vi", PASSWORD)
    refused = client.post(
        "/collect/submission",
        {"xml_submission_file": written(good_answers(other), key=other.pk, world=world).decode()},
        headers=who,
    )
    assert refused.status_code == 403
    taken = client.post(
        "/collect/submission",
        {"xml_submission_file": written(good_answers(own), world=world).decode()},
        headers=who,
    )
    assert taken.status_code == 201, "it has one form, so nobody needs to choose"
    assert world.case("don.vi").state == "submitted"


def test_an_enumerators_account_comes_in_by_basic_and_fills_her_area(client: Client, world: World) -> None:
    post = create_account(
        None,
        campaign_id=world.campaign.pk,
        role="dtv",
        level=2,
        path="VN/35/347/",
        username="chi.dieu.tra",
        full_name="Chị Điều Tra",
    )
    set_password(post.user, PASSWORD)
    form = world.campaign.form_id
    units = client.get(f"/collect/forms/{form}/media/don-vi.csv", headers=basic("chi.dieu.tra", PASSWORD))
    assert units.content.count(b"\n") == 3


def test_an_account_that_was_closed_is_out(client: Client, world: World) -> None:
    user = world.user("don.vi")
    user.is_active = False
    user.save()
    assert client.get(LIST, headers=basic("don.vi", PASSWORD)).status_code == 401


@pytest.mark.parametrize(
    "given", ["Basic", "Basic !!!", "Basic /w==", "Basic " + "A" * 9, "Bearer x", "Digest"]
)
def test_a_broken_authorization_is_401_and_no_error(client: Client, world: World, given: str) -> None:
    assert client.get(LIST, headers={"authorization": given}).status_code == 401


def test_characters_that_no_database_keeps_are_a_wrong_name(client: Client, world: World) -> None:
    assert client.get(LIST, headers=basic("don\x00vi", PASSWORD)).status_code == 401


def test_five_wrong_passwords_lock_the_account_here_and_on_the_sign_in_page(
    client: Client, world: World
) -> None:
    statuses = [client.get(LIST, headers=basic("don.vi", "sai")).status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    locked = client.get(LIST, headers=basic("don.vi", PASSWORD))
    assert locked.status_code == 429
    assert "tạm khóa 5 phút" in said(locked)
    page = client.post("/dang-nhap/", {"login": "don.vi", "password": PASSWORD})
    assert page.status_code == 200
    assert "khóa 5 phút" in page.content.decode()
    assert client.get(LIST, headers=basic("don.vi.hai", PASSWORD)).status_code == 200


def test_right_passwords_are_not_counted(client: Client, world: World) -> None:
    assert {client.get(LIST, headers=basic("don.vi", PASSWORD)).status_code for _ in range(8)} == {200}


def test_passwords_are_not_taken_over_an_open_line(
    client: Client, world: World, settings: LazySettings
) -> None:
    settings.HTTPS = True
    refused = client.get(LIST, headers=basic("don.vi", PASSWORD))
    assert refused.status_code == 403
    assert "https://" in said(refused)
    assert client.get(LIST, headers=basic("don.vi", PASSWORD), secure=True).status_code == 200


# --- phones


def test_the_token_in_the_address_is_enough(phone: Phone) -> None:
    assert phone.get("formList").status_code == 200
    head = phone.client.head(phone.address("submission"))
    assert head.status_code == 204
    assert int(head["X-OpenRosa-Accept-Content-Length"]) >= 30_000_000


def test_another_token_is_403_in_words_and_too_many_are_429(phone: Phone) -> None:
    other = Phone(phone.client, "x" * 43, phone.record)
    responses = [other.get("formList") for _ in range(6)]
    assert [it.status_code for it in responses] == [403] * 5 + [429]
    assert "mã QR mới" in said(responses[0])
    assert phone.get("formList").status_code == 200


def test_only_hashes_of_the_token_are_kept(phone: Phone) -> None:
    row = AppUser.objects.values().get(pk=phone.record.pk)
    assert phone.token not in str(row)
    assert not phone.record.user.has_usable_password()


def test_the_last_use_is_noted_once_a_minute(phone: Phone) -> None:
    assert AppUser.objects.get().last_used_at is None
    phone.get("formList")
    first = AppUser.objects.get().last_used_at
    phone.get("formList")
    assert AppUser.objects.get().last_used_at == first
    AppUser.objects.update(last_used_at=first - timezone.timedelta(minutes=2))
    phone.get("formList")
    assert AppUser.objects.get().last_used_at >= first


@pytest.mark.parametrize("tail", ["formList", "forms/1/form.xml", "submission"])
def test_the_token_never_reaches_a_log(phone: Phone, tail: str) -> None:
    for path in (
        f"/collect/{phone.token}/{tail}",
        f"//collect//{phone.token}/{tail}",
        f"/COLLECT/{phone.token}",
    ):
        line = logging.LogRecord("django.request", 30, "", 0, "Forbidden: %s", (path,), None)
        NoTokens().filter(line)
        assert phone.token not in line.getMessage()
        assert "/" in line.getMessage()


def test_digest_signs_a_phone_in(phone: Phone, client: Client) -> None:
    name = phone.record.user.username
    nonce = nonce_of(client.get(LIST))
    assert client.get(LIST, headers=signed(name, phone.token, nonce)).status_code == 200
    assert client.get(LIST, headers=signed(name, phone.token, nonce, count="00000002")).status_code == 200


def test_a_request_that_was_listened_to_cannot_be_sent_again(phone: Phone, client: Client) -> None:
    header = signed(phone.record.user.username, phone.token, nonce_of(client.get(LIST)))
    assert client.get(LIST, headers=header).status_code == 200
    again = client.get(LIST, headers=header)
    assert again.status_code == 401
    assert "stale=true" in again["WWW-Authenticate"]
    padded = {"authorization": header["authorization"].replace("nc=00000001", "nc=1")}
    assert client.get(LIST, headers=padded).status_code == 401


def test_a_signature_is_good_for_its_method_and_address_alone(phone: Phone, client: Client) -> None:
    name, nonce = phone.record.user.username, nonce_of(client.get(LIST))
    elsewhere = f"/collect/forms/{phone.record.campaign.form_id}/manifest"
    assert client.get(elsewhere, headers=signed(name, phone.token, nonce)).status_code == 401
    assert client.head(LIST, headers=signed(name, phone.token, nonce)).status_code == 401
    asked = f"{LIST}?formID=a"
    assert client.get(asked, headers=signed(name, phone.token, nonce)).status_code == 401
    assert client.get(asked, headers=signed(name, phone.token, nonce, asked)).status_code == 200


def test_an_old_or_forged_nonce_is_refused(
    phone: Phone, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, nonce = phone.record.user.username, nonce_of(client.get(LIST))
    word, _, _ = nonce.rpartition(".")
    for forged in (f"{word}.{'0' * 32}", "", "x", f"{int(time.time()) + 999}.{nonce.partition('.')[2]}"):
        response = client.get(LIST, headers=signed(name, phone.token, forged))
        assert response.status_code == 401
    now = time.time()
    monkeypatch.setattr(digest.time, "time", lambda: now + digest.NONCE_LASTS + 1)
    stale = client.get(LIST, headers=signed(name, phone.token, nonce))
    assert (stale.status_code, "stale=true" in stale["WWW-Authenticate"]) == (401, True)


def test_digest_with_a_wrong_secret_or_name_is_counted_and_locked(phone: Phone, client: Client) -> None:
    nonce = nonce_of(client.get(LIST))
    for name in (phone.record.user.username, "khong.co"):
        statuses = [
            client.get(LIST, headers=signed(name, "sai", nonce, count=f"{turn:08x}")).status_code
            for turn in range(1, 8)
        ]
        assert statuses[:5] == [401] * 5
        assert statuses[-1] == 429


def test_digest_of_a_revoked_phone_is_401(phone: Phone, client: Client, world: World) -> None:
    from dieutra.people.app_users import revoke_app_user

    revoke_app_user(world.user("co.huyen"), phone.record)
    header = signed(phone.record.user.username, phone.token, nonce_of(client.get(LIST)))
    assert client.get(LIST, headers=header).status_code == 401


def test_a_phone_does_not_come_in_by_the_sign_in_page(phone: Phone, client: Client) -> None:
    page = client.post("/dang-nhap/", {"login": phone.record.user.username, "password": phone.token})
    assert page.status_code == 200
    assert "không đúng" in page.content.decode()
