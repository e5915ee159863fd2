"""The letter about a forgotten password goes through the outbox, and its link lies nowhere."""

from __future__ import annotations

import re

from django.core.cache import cache
from django.test import Client

from dieutra.messages.models import Message
from dieutra.people import actions
from dieutra.people.models import User
from tests.cast import World
from tests.messages.outbox import free_all, turn_until_quiet
from tests.messages.relay import Relay, always
from tests.messages.test_planning import work

State = Message.State


def ask(client: Client) -> Message:
    cache.clear()
    client.post("/quen-mat-khau/", {"username": "anh.giam.sat"})
    work()
    return Message.objects.get(template="forgotten")


def test_a_relay_that_refuses_for_now_loses_no_letter_and_the_link_is_one(
    world: World, client: Client, relay: Relay
) -> None:
    relay.at_end = always("451 4.3.0 later")
    message = ask(client)
    turn_until_quiet()
    assert "{lien_ket}" in Message.objects.get(pk=message.pk).text
    relay.at_end = always("")
    free_all()
    turn_until_quiet()
    message.refresh_from_db()
    assert (message.state, message.obligatory) == (State.SENT, True)
    [mail] = relay.mails()
    part = mail.get_body(("plain",))
    assert part is not None
    found = re.search(r"/kich-hoat/(\w+)/", part.get_content())
    assert found
    rows = "\n".join(str(row) for row in Message.objects.values())
    assert found[1] not in rows, "the link is in no row"
    actions.activate(found[1], "Mat-khau#2028")
    assert world.user("anh.giam.sat").check_password("Mat-khau#2028")


def test_an_address_that_was_changed_or_an_account_that_was_locked_gets_no_link(
    world: World, client: Client, relay: Relay
) -> None:
    relay.at_rcpt = always("450 4.2.0 later")
    for change in ({"email": "khac@example.gov.vn"}, {"is_active": False}):
        message = ask(client)
        turn_until_quiet()
        User.objects.filter(username="anh.giam.sat").update(**change)
        relay.at_rcpt = always("")
        free_all()
        turn_until_quiet()
        message.refresh_from_db()
        assert message.state == State.SUPPRESSED
        assert not relay.mails()
        Message.objects.all().delete()
        User.objects.filter(username="anh.giam.sat").update(email="anh.giam.sat@example.gov.vn")
        relay.at_rcpt = always("450 4.2.0 later")


def test_the_job_run_twice_is_one_letter(world: World, client: Client, relay: Relay) -> None:
    from dieutra.accounts.jobs import send_forgotten
    from dieutra.jobs.models import Job

    ask(client)
    send_forgotten(Job.objects.get(kind="accounts.send_forgotten"))
    assert Message.objects.filter(template="forgotten").count() == 1
