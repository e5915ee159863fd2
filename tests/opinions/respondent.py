"""A person with a link and a browser of her own, as the tests play her; and a campaign with invited people."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from dieutra.campaigns.models import Campaign, GroupForm
from dieutra.engine.forms import check
from dieutra.engine.forms.form import Form
from dieutra.forms.queries import engine_form
from dieutra.opinions.invitations import invite, token_for
from dieutra.opinions.models import Invitation
from tests.opinion_cast import OpinionWorld

STATE = re.compile(r'<script id="form-state" type="application/json">(.*?)</script>', re.S)
RECEIPT = re.compile(r"<dd>([A-Z2-9]{5}-[A-Z2-9]{5})</dd>")
MARK = re.compile(r'name="csrfmiddlewaretoken" value="([0-9a-f]{32})"')
VERSION = re.compile(r'name="base_version" value="(\d+)"')


def invited(world: OpinionWorld, survey: str, code: str, numbers: Mapping[str, int]) -> list[Invitation]:
    """The invitations of an accepted list with so many people of each group, in its order."""
    roster = world.accepted(survey, code, numbers)
    invite(roster)
    found = Invitation.objects.filter(person__roster=roster).select_related("campaign", "person")
    return list(found.order_by("person__number"))


def form_of(invitation: Invitation) -> Form:
    """The form of an invitation's group."""
    return engine_form(
        GroupForm.objects.get(
            campaign=invitation.campaign, survey=invitation.survey, group=invitation.group
        ).form_id
    )


def full_answers(form: Form, at: int = 0, words: str = "") -> dict[str, str]:
    """Every question answered; the `at`-th way of choosing differs from all others while there are enough choices."""
    answers: dict[str, str] = {}
    questions = [it for it in form.nodes if it.kind == "question" and it.calculate is None]
    for node in questions:
        if node.choices:
            at, which = divmod(at, len(node.choices))
            answers[node.path] = str(node.choices[which].value)
        elif words:
            answers[node.path] = words
    left_out = check.evaluate(form, answers)
    return {path: value for path, value in answers.items() if path in left_out.relevant}


@dataclass
class Respondent:
    """Her browser keeps cookies like any other; `page` is what she saw last."""

    invitation: Invitation
    token: str = ""
    client: Client = field(default_factory=Client)
    address: str = "203.0.113.7"
    page: Any = None

    def __post_init__(self) -> None:
        self.token = self.token or token_for(self.invitation)
        self.client.defaults |= {"REMOTE_ADDR": self.address, "HTTP_USER_AGENT": "Chromium/150 (thử)"}

    def open(self, code: str = "", **more: str) -> HttpResponse:
        self.page = self.client.post("/y-kien/mo/", {"code": code or self.token, **more}, follow=True)
        return self.page

    @property
    def state(self) -> dict[str, Any]:
        return dict(json.loads(STATE.findall(self.page.content.decode())[0]))

    def look(self) -> dict[str, Any]:
        self.page = self.client.get("/y-kien/phieu/")
        return self.state

    def save(self, changes: Mapping[str, str], **more: Any) -> HttpResponse:
        seen = self.state
        body = {"base_version": seen["version"], "changes": dict(changes), "form": seen["form"], **more}
        return self.post_json("/y-kien/luu/", body, seen["csrf"])

    def post_json(self, url: str, body: Mapping[str, Any], mark: str) -> HttpResponse:
        return self.client.post(
            url, json.dumps(body), content_type="application/json", headers={"X-CSRFToken": mark}
        )

    def check(self) -> HttpResponse:
        self.page = self.client.get("/y-kien/kiem-tra/")
        return self.page

    def sending(self) -> dict[str, str]:
        """The fields of the button “Gửi câu trả lời” as the page has them."""
        text = self.page.content.decode()
        form = re.findall(r'name="form_shown" value="(\d+)"', text)[0]
        mark, version = MARK.findall(text)[0], VERSION.findall(text)[0]
        return {"csrfmiddlewaretoken": mark, "base_version": version, "form_shown": form}

    def send(self, fields: Mapping[str, str] | None = None) -> HttpResponse:
        self.page = self.client.post("/y-kien/gui/", fields or self.sending())
        return self.page

    @property
    def receipt(self) -> str:
        return (RECEIPT.findall(self.page.content.decode()) or [""])[0]

    def answer(self, answers: Mapping[str, str] | None = None, at: int = 0) -> str:
        """The whole way; the receipt."""
        self.open()
        assert self.page.status_code == 200, self.page.content.decode()
        saved = self.save(answers if answers is not None else full_answers(form_of(self.invitation), at))
        assert saved.status_code == 200, saved.content.decode()
        self.check()
        self.send()
        assert self.page.status_code == 200, self.page.content.decode()
        return self.receipt


def shift(campaign: Campaign, opens: int, closes: int) -> None:
    """The campaign's first and last day, counted from today."""
    today = timezone.localdate()
    Campaign.objects.filter(pk=campaign.pk).update(
        opens_on=today + timedelta(days=opens), closes_on=today + timedelta(days=closes)
    )
    campaign.refresh_from_db()
