"""What a collector finds on the server: the list of forms, a form's manifest, and the units that she may fill."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone
from lxml import etree

from dieutra.campaigns.models import Campaign
from dieutra.cases.models import Case
from dieutra.channels.openrosa import served
from dieutra.engine.flow.workflow import FILLABLE
from dieutra.engine.forms.lists import List
from dieutra.engine.refusals import NotNow
from dieutra.forms.models import FormVersion
from dieutra.forms.queries import engine_form
from dieutra.people.models import User
from dieutra.people.permission import GRANTS, posts_of, visible_to

FORMS = "http://openrosa.org/xforms/xformsList"
MANIFEST = "http://openrosa.org/xforms/xformsManifest"
MOST_UNITS = 5000  # in one collector's list; a phone searches as many without waiting
Address = Callable[..., str]


@dataclass(frozen=True)
class Offered:
    """A published form with the campaigns in which this person fills it."""

    version: FormVersion
    campaigns: tuple[Campaign, ...]

    @property
    def served(self) -> served.Served:
        names = {name for campaign in self.campaigns for name in campaign.kind.prefills}
        return served.serve(self.version.xform, engine_form(self.version.pk), names)


def forms_for(actor: User) -> list[Offered]:
    """The forms of the open campaigns in which the person may fill cases, by form id."""
    posts = [post for post in posts_of(actor) if post.role in GRANTS["case.fill"]]
    campaigns = Campaign.objects.filter(
        pk__in={post.campaign_id for post in posts}, opens_on__lte=timezone.localdate()
    )
    by_form: dict[int, list[Campaign]] = {}
    for campaign in campaigns.select_related("form").order_by("pk"):
        if campaign.kind.takes("collect") and "collect" in campaign.form.channels:
            by_form.setdefault(campaign.form_id, []).append(campaign)
    offered = [Offered(found[0].form, tuple(found)) for found in by_form.values()]
    return sorted(offered, key=lambda it: (it.version.form_id, it.version.pk))


def form_list(offered: list[Offered], form_id: str, address: Address) -> bytes:
    """The formList document; `form_id` narrows it to one form. `address(name, *args)` gives full addresses."""
    root = _root(FORMS, "xforms")
    for it in offered:
        if form_id and it.version.form_id != form_id:
            continue
        form = etree.SubElement(root, f"{{{FORMS}}}xform")
        for name, text in (
            ("formID", it.version.form_id),
            ("name", it.version.title),
            ("version", it.version.version),
            ("hash", digest(it.served.xml)),
            ("downloadUrl", address("form", it.version.pk)),
            ("manifestUrl", address("manifest", it.version.pk)),
        ):
            etree.SubElement(form, f"{{{FORMS}}}{name}").text = text
    return document(root)


def manifest(actor: User, offered: Offered, address: Address) -> bytes:
    root = _root(MANIFEST, "manifest")
    for name, content in media(actor, offered):
        entry = etree.SubElement(root, f"{{{MANIFEST}}}mediaFile")
        etree.SubElement(entry, f"{{{MANIFEST}}}filename").text = name
        etree.SubElement(entry, f"{{{MANIFEST}}}hash").text = digest(content)
        etree.SubElement(entry, f"{{{MANIFEST}}}downloadUrl").text = address(
            "media", offered.version.pk, name
        )
    return document(root)


def media(actor: User, offered: Offered) -> Iterator[tuple[str, bytes]]:
    """The files that go with a form: the collector's units, and the lists that the form reads from files."""
    yield served.LIST_FILE, units_csv(actor, offered)
    for listed in engine_form(offered.version.pk).lists.values():
        if listed.file and listed.file != served.LIST_FILE:
            yield listed.file, _attached(listed)


def cases_to_collect(actor: User, offered: Offered) -> QuerySet[Case]:
    """The cases that stand open for this person in a form, by place."""
    open_cases = Case.objects.filter(campaign__in=offered.campaigns, state__in=FILLABLE)
    related = ("unit__area__parent__parent", "campaign")
    return visible_to(open_cases, actor, "case.fill").select_related(*related).order_by("path")


def units_csv(actor: User, offered: Offered) -> bytes:
    """don-vi.csv: name (the case), label, and a column for each prefilled question. Raises NotNow when too long."""
    cases = list(cases_to_collect(actor, offered)[: MOST_UNITS + 1])
    if len(cases) > MOST_UNITS:
        raise NotNow(
            f"Địa bàn của máy này có hơn {MOST_UNITS:,} đơn vị chưa gửi phiếu, quá nhiều cho một máy. "
            "Hãy đề nghị quản trị viên cấp máy theo từng địa bàn nhỏ hơn.".replace(",", ".")
        )
    names = sorted({name for campaign in offered.campaigns for name in campaign.kind.prefills})
    rows = [[served.KEY_COLUMN, served.LABEL_COLUMN, *map(served.column_of, names)]]
    for case in cases:
        known = case.campaign.kind.prefill(case.unit)
        label = f"{case.unit.name} ({case.unit.code})"
        cells = [label, *(known.get(name, "") for name in names)]
        rows.append([str(case.pk), *(" ".join(cell.split()) for cell in cells)])
    return _csv(rows)


def _attached(listed: List) -> bytes:
    """A list that the form was published with, as the file that it came from."""
    if not listed.file.lower().endswith(".xml"):
        return _csv([listed.columns, *listed.rows])
    root = etree.Element("root")
    for row in listed.rows:
        item = etree.SubElement(root, "item")
        for column, cell in zip(listed.columns, row, strict=False):
            etree.SubElement(item, column).text = cell
    return document(root)


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def digest(content: bytes) -> str:
    return "md5:" + hashlib.md5(content, usedforsecurity=False).hexdigest()


def _root(space: str, name: str) -> etree._Element:
    return etree.fromstring(f'<{name} xmlns="{space}"/>')


def document(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
