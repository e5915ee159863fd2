"""Writes about reports: make one and keep it with its files, hand a file out."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.cases import files
from dieutra.engine.refusals import Invalid, Problem
from dieutra.events.actions import record
from dieutra.people.actions import Place
from dieutra.people.models import User
from dieutra.people.permission import require
from dieutra.places.models import Area
from dieutra.reports.compose import compose
from dieutra.reports.excel import excel
from dieutra.reports.figures import SHAPES, Period
from dieutra.reports.models import Report, ReportFile
from dieutra.reports.paper import pdf
from dieutra.reports.word import word

DRAWERS = {"xlsx": excel, "docx": word, "pdf": pdf}
LONGEST = timedelta(days=400)


def make(actor: User, campaign: Campaign, area: Area, shape: str, period: Period) -> Report:
    """Make a report of an area and a period and keep it. Raises Forbidden, Invalid."""
    require(actor, "report.make", Place(campaign.pk, area.path))
    sound_period(shape, period)
    return _keep(actor, campaign, area, shape, period, "")


def make_by_the_clock(campaign: Campaign, area: Area, shape: str, period: Period, rule: str) -> Report | None:
    """The report of a cut-off; None when it stands already."""
    if Report.objects.filter(campaign=campaign, path=area.path, rule=rule, until=period[1]).exists():
        return None
    return _keep(None, campaign, area, shape, period, rule)


def sound_period(shape: str, period: Period) -> None:
    """Invalid when the period runs backwards, is too long or has not begun."""
    since, until = period
    if shape not in SHAPES:
        raise Invalid("Hãy chọn loại báo cáo.", [Problem("Loại báo cáo", "Chưa chọn")])
    if since >= until:
        raise Invalid("Kỳ báo cáo chưa đúng.", [Problem("Kỳ", "Lúc đầu phải trước lúc cuối.")])
    if until - since > LONGEST:
        raise Invalid("Kỳ báo cáo quá dài.", [Problem("Kỳ", "Nhiều nhất 400 ngày.")])
    if since > timezone.now():
        raise Invalid("Kỳ báo cáo chưa bắt đầu.", [Problem("Kỳ", "Hãy chọn lúc đầu đã qua.")])


def _keep(
    actor: User | None, campaign: Campaign, area: Area, shape: str, period: Period, rule: str
) -> Report:
    """Figures and files first, rows last: a crash leaves unnamed contents and no half report."""
    sheet = compose(campaign, area, shape, period)
    contents = {ending: draw(sheet) for ending, draw in DRAWERS.items()}
    digests = {ending: files.put(content) for ending, content in contents.items()}
    fields = {"area": area, "shape": shape, "since": period[0], "title": sheet.title[:200]}
    with transaction.atomic():
        place = {"campaign": campaign, "path": area.path, "rule": rule, "until": period[1]}
        fields |= {"made_by": actor, "facts": sheet.to_json()}
        if rule:
            report, made = Report.objects.get_or_create(**place, defaults=fields)
            if not made:
                return report
        else:
            report = Report.objects.create(**place, **fields)
        ReportFile.objects.bulk_create(
            ReportFile(report=report, format=ending, sha256=digests[ending], size=len(content))
            for ending, content in contents.items()
        )
        record(actor, "report.made", report, shape=shape, rule=rule)
    return report


def hand_out(actor: User, report: Report, ending: str) -> bytes:
    """The content of a report's file; who took it is recorded."""
    require(actor, "report.read", report)
    kept = ReportFile.objects.filter(report=report, format=ending).first()
    if kept is None:
        raise Invalid("Báo cáo này không có tệp loại đó.", [Problem("Loại tệp", ending)])
    content = files.content_of(kept.sha256, f"{report.pk}.{ending}")
    record(actor, "report.handed_out", report, format=ending)
    return content
