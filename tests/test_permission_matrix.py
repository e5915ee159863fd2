"""Every write route × the whole cast. Routes are found by themselves: a new one that is not in the table fails here."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter

from dieutra.campaigns.actions import put_up_form
from dieutra.campaigns.models import Campaign
from dieutra.cases import actions
from dieutra.cases.models import Case, Submission
from dieutra.forms.models import FormVersion, Upload
from dieutra.frames.models import Listing, Unit
from dieutra.people.models import AppUser, Post, User
from tests.cases.versions import next_version
from tests.cast import KIND, PEOPLE, UNITS, World, good_answers, path_of
from tests.openrosa.phone import given_phone, written

EVERYBODY = (*PEOPLE, *UNITS)
OPEN_DOORS = {
    "account_login",
    "account_logout",
    "account_change_password",
    "activate",
    "forgotten",
}  # about oneself alone
OPEN_DOORS |= {
    "account_reauthenticate",
    "mfa_activate_totp",
    "mfa_authenticate",
    "mfa_deactivate_totp",
    "mfa_download_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_reauthenticate",
    "see_as_stop",
}
# signed in by a token, Digest or Basic and never by a session; tests/openrosa/test_sign_in.py tries the cast there
OWN_SIGN_IN = {"collect_submission", "collect_key_submission"}

# route -> who may; everybody else gets 403 or 404 and nothing changes
MAY = {
    "save": {"don.vi"},
    "file_keep": {"don.vi"},
    "post": {"don.vi"},
    "submit": {"don.vi"},
    "withdraw": {"don.vi"},
    "workbook": {"don.vi"},
    "workbook_take": {"don.vi"},
    "workbook_batches": {"ba.trung.uong", "ong.tinh", "co.huyen", "anh.giam.sat", "chi.giam.sat.tinh"},
    "workbooks": {"ba.trung.uong", "ong.tinh", "co.huyen", "anh.giam.sat", "chi.giam.sat.tinh"},
    "approve": {"anh.giam.sat"},
    "give_back": {"anh.giam.sat"},
    "account_create": {"ba.trung.uong", "ong.tinh"},
    "account_resend": {"ong.tinh"},
    "account_end": {"ong.tinh"},
    "account_restore": {"ong.tinh"},
    "accounts_from_list": {"ba.trung.uong", "ong.tinh"},
    "accounts_from_frame": {"ba.trung.uong", "ong.tinh", "co.huyen"},
    "sheets": {"ba.trung.uong", "ong.tinh", "co.huyen"},
    "account_lock": {"ong.tinh"},
    "account_unlock": {"ong.tinh"},
    "account_reset": {"ong.tinh"},
    "account_change": {"ong.tinh"},
    "account_hand_over": {"ong.tinh"},
    "account_sheet": {"ong.tinh"},
    "account_see_as": {"ba.trung.uong", "ong.tinh"},
    "accounts_review": {"ba.trung.uong", "ong.tinh", "co.huyen", "nguoi.la"},
    "app_user_create": {"ba.trung.uong", "ong.tinh", "co.huyen"},
    "app_user_revoke": {"ba.trung.uong", "ong.tinh", "co.huyen"},
    "collected_use": {"don.vi"},
    "collected_pass": {"don.vi"},
    "listing_upload": {"ba.trung.uong", "ong.tinh"},
    "listing_keep_all": {"co.huyen"},
    "listing_send": {"co.huyen"},
    "listing_accept": {"ong.tinh"},
    "listing_return": {"ong.tinh"},
    "unit_add": {"co.huyen"},
    "unit_keep": {"co.huyen"},
    "unit_edit": {"co.huyen"},
    "unit_remove": {"co.huyen"},
    "unit_move": {"co.huyen"},
    "unit_undo": {"co.huyen"},
    "form_put_up": {"ba.trung.uong"},
    "form_publish": {"ba.trung.uong"},
    "form_adopt": {"ba.trung.uong"},
}


def routes(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns)
        else:
            yield pattern


def takes_posts(pattern: URLPattern, client: Client) -> bool:
    """Does the route answer anything but "GET only" to a POST?"""
    converters = pattern.pattern.converters
    arguments = {name: 999_999 if isinstance(it, IntConverter) else "x" for name, it in converters.items()}
    return client.post(reverse(pattern.name, kwargs=arguments)).status_code != 405


def test_every_route_that_takes_posts_is_in_the_matrix(at_the_desk: Callable[[str], Client]) -> None:
    # signed in anew for each route, since one of them signs out
    found = routes(get_resolver().url_patterns)
    writing = {it.name for it in found if takes_posts(it, at_the_desk("ong.tinh"))}
    assert writing - OPEN_DOORS - OWN_SIGN_IN == set(MAY)


@pytest.mark.parametrize("route", sorted(MAY))
@pytest.mark.parametrize("username", EVERYBODY)
def test_only_those_who_may_pass(
    route: str, username: str, world: World, at_the_desk: Callable[[str], Client]
) -> None:
    url, fields = prepare(route, world)
    before = picture(world)
    response = at_the_desk(username).post(url, fields)
    passed = response.status_code in (200, 302, 409, 422) and not _is_sign_in(response)
    if username in MAY[route]:
        assert passed, response.content.decode()
    else:
        assert response.status_code in (403, 404), response.status_code
        assert picture(world) == before


@pytest.mark.parametrize("route", sorted(MAY))
def test_nobody_passes_without_signing_in(route: str, world: World, client: Client) -> None:
    url, fields = prepare(route, world)
    before = picture(world)
    response = client.post(url, fields)
    assert response.status_code == 302
    assert _is_sign_in(response)
    assert picture(world) == before


def _is_sign_in(response: object) -> bool:
    return "/dang-nhap/" in getattr(response, "headers", {}).get("Location", "")


def picture(world: World) -> tuple[list[tuple[object, ...]], ...]:
    """What a refused request must leave as it was."""
    return (
        list(Case.objects.order_by("pk").values_list("pk", "state", "level", "version")),
        list(Listing.objects.order_by("pk").values_list("pk", "state", "version")),
        list(Unit.objects.order_by("pk").values_list("pk", "name", "decision", "version", "path")),
        list(Post.objects.order_by("pk").values_list("pk", "ended_at", "user")),
        list(AppUser.objects.order_by("pk").values_list("pk", "revoked_at")),
        list(Submission.objects.order_by("pk").values_list("pk", "outcome")),
        list(User.objects.order_by("pk").values_list("pk", "email", "is_active", "password", "full_name")),
        list(Campaign.objects.order_by("pk").values_list("pk", "form")),
        list(Upload.objects.order_by("pk").values_list("pk", "published")),
        list(FormVersion.objects.order_by("pk").values_list("pk", "version")),
    )


def prepare(route: str, world: World) -> tuple[str, dict[str, str]]:
    """The route's address and the fields with which somebody who may would succeed."""
    if route in ("approve", "give_back", "withdraw"):
        case = sent(world)
        return reverse(route, args=[case.pk]), {"version": str(case.version), "text": "Đề nghị xem lại"}
    if route in ("workbooks", "workbook_batches"):
        return reverse(route), {"area": "347"}
    if route in ("save", "post", "submit", "workbook", "workbook_take", "file_keep"):
        return reverse(route, args=[world.case("don.vi").pk]), {"base_version": "0"}
    if route in ("accounts_from_list", "accounts_review"):
        return reverse(route), {}
    if route in ("accounts_from_frame", "sheets"):
        return reverse(route), {"area": "347"}
    if route == "account_create":
        return reverse(route), {}
    if route.startswith("account_"):
        # anh Giám sát's post, on cô Huyện's own path: the province made it, and nobody else looks after it
        post = Post.objects.get(user__username="anh.giam.sat")
        User.objects.filter(pk=post.user_id).update(password_changed_at=None)
        fields = {"email": "anh@example.gov.vn", "full_name": "Anh Mới", "username": "anh.moi"}
        return reverse(route, args=[post.pk]), fields
    if route == "app_user_create":
        return reverse(route), {"area": "347", "name": "Máy hai"}
    if route == "app_user_revoke":
        return reverse(route, args=[given_phone(world).record.pk]), {}
    if route.startswith("collected_"):
        return reverse(route, args=[held(world).pk]), {"base_version": "1"}
    if route == "listing_upload":
        return reverse(route), {"province": "35"}
    if route == "form_put_up":
        return reverse(route), {}
    if route == "form_publish":
        centre = world.user("ba.trung.uong")
        upload = put_up_form(centre, world.campaign, (KIND / "form.xlsx").read_bytes(), "phieu.xlsx")
        return reverse(route, args=[upload.pk]), {}
    if route == "form_adopt":
        standing = world.campaign.form_id
        return reverse(route, args=[next_version(world.campaign).pk]), {"standing": str(standing)}
    listing = world.listing("347")
    Listing.objects.filter(pk=listing.pk).update(
        state="sent" if route in ("listing_accept", "listing_return") else "reviewing"
    )
    if route.startswith("listing_") or route == "unit_add":
        return reverse(route, args=[listing.pk]), {"version": str(listing.version), "note": "Xem lại"}
    unit = Unit.objects.get(code="UBND-PL")
    return reverse(route, args=[unit.pk]), {"version": str(unit.version)}


def sent(world: World) -> Case:
    user, case = world.user("don.vi"), world.case("don.vi")
    actions.save_draft(user, case, 0, good_answers(case), {})
    actions.submit(user, world.case("don.vi"), 1)
    return world.case("don.vi")


def held(world: World) -> Submission:
    """What a phone sent beside a draft of the unit: its choice is the unit's."""
    case = world.case("don.vi")
    actions.save_draft(world.user("don.vi"), case, 0, {path_of(case, "nguoi_lap"): "Chị Văn Phòng"}, {})
    given_phone(world).send(written(good_answers(case), key=case.pk, world=world))
    return Submission.objects.get(outcome="held")
