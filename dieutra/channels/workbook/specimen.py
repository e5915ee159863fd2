"""A workbook of nobody, to see what units will get; it cannot be sent back, for no case stands behind it."""

from __future__ import annotations

from dieutra.campaigns.models import Campaign
from dieutra.cases.models import Case
from dieutra.cases.queries import Sheet
from dieutra.channels.workbook.make import make_workbook
from dieutra.engine.forms.check import evaluate
from dieutra.engine.forms.form import Form
from dieutra.forms.models import FormVersion
from dieutra.frames.models import Unit
from dieutra.places.models import Area


def specimen_workbook(form: Form, campaign: Campaign) -> bytes:
    """The blank workbook of a form, published or not."""
    area = Area(name="Địa bàn mẫu", path=campaign.path, level=0)
    unit = Unit(code="MAU", name="Đơn vị mẫu (xem thử)", area=area, path=campaign.path)
    version = FormVersion(form_id=form.id, version=form.version)
    case = Case(pk=0, campaign=campaign, unit=unit, form=version, due_on=campaign.closes_on)
    return make_workbook(case, Sheet({}, evaluate(form, {}), {}, 0), form)
