"""A collector's phone for tests: what ODK Collect makes of a filled form, and how it sends it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from lxml import etree

from dieutra.campaigns.actions import hand_out_phone
from dieutra.people.models import AppUser
from dieutra.places.models import Area
from tests.cast import World

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01 a photo"
SAID = {"r": "http://openrosa.org/http/response"}


def given_phone(
    world: World, by: str = "co.huyen", area: str = "347", name: str = "Anh Đi Thực Địa"
) -> Phone:
    place = Area.objects.get(catalogue=world.campaign.catalogue, code=area)
    record, token = hand_out_phone(world.user(by), world.campaign, place, name)
    return Phone(Client(), token, record)


def written(
    answers: Mapping[str, str],
    *,
    key: object = "",
    instance: str = "",
    edits: str = "",
    form_id: str = "",
    version: str = "",
    world: World | None = None,
) -> bytes:
    """The XML that Collect makes: answers by path, the chosen unit, and the metadata."""
    if world is not None:
        form_id, version = form_id or world.campaign.form.form_id, version or world.campaign.form.version
    root = etree.fromstring(
        '<data xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms"/>'
    )
    root.set("id", form_id)
    root.set("version", version)
    extra = {"/data/dieutra/don_vi": str(key)} if key != "" else {}
    about = {"/data/meta/instanceID": instance or f"uuid:{uuid.uuid4()}"}
    if edits:
        about["/data/meta/deprecatedID"] = edits
    for path, text in {**extra, **answers, **about}.items():
        node = root
        for name in path.split("/")[2:]:
            found = node.find(name)
            node = found if found is not None else etree.SubElement(node, name)
        node.text = text
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


class Phone:
    """Talks to the site under its token, as Collect does after scanning its code."""

    def __init__(self, client: Client, token: str, record: AppUser) -> None:
        self.client, self.token, self.record = client, token, record

    def address(self, rest: str) -> str:
        return f"/collect/{self.token}/{rest}"

    def get(self, rest: str):
        return self.client.get(self.address(rest))

    def send(self, xml: bytes, files: Mapping[str, bytes] | None = None, more_follows: bool = False):
        parts: dict[str, object] = {
            "xml_submission_file": SimpleUploadedFile("submission.xml", xml, "text/xml")
        }
        parts |= {name: SimpleUploadedFile(name, content) for name, content in (files or {}).items()}
        if more_follows:
            parts["*isIncomplete*"] = "yes"
        return self.client.post(self.address("submission"), parts)


def said(response: object) -> str:
    """The message of an OpenRosaResponse."""
    found = etree.fromstring(response.content).findtext("r:message", namespaces=SAID)
    assert found is not None
    return str(found)
