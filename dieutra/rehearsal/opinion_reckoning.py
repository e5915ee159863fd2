"""The reckoning of an opinion survey: what people got and said is what the database holds, to the last answer."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from django.db.models import Count
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.events.models import Event
from dieutra.events.queries import broken_seal
from dieutra.jobs.models import Job
from dieutra.opinions import closing, figures
from dieutra.opinions.models import Figure, Invitation, Opinion, SealedDraft, SealedOpinion
from dieutra.rehearsal.opinion_acts import SLUG, OpinionPlay
from dieutra.rehearsal.reckoning import let_work_end, spread, unfinished_jobs

COUNTED = ("account.activated", "roster.sent", "roster.returned", "roster.accepted")


def reckon(play: OpinionPlay) -> dict[str, Any]:
    """The last day passes; then the report with `problems` in words, `ok` when there are none."""
    let_work_end()
    campaign = Campaign.objects.get(slug=SLUG)
    figures.count(campaign)
    before = Opinion.objects.count()
    campaign.closes_on = timezone.localdate() - timedelta(days=1)
    campaign.opens_on = min(campaign.opens_on, campaign.closes_on)
    campaign.save(update_fields=["closes_on", "opens_on"])
    closing.close(campaign)
    verbs = dict(Event.objects.values_list("verb").annotate(n=Count("pk")).order_by())
    problems = [
        *_letters(play),
        *_places(play),
        *_answers(play),
        *_left_over(),
        *_events(verbs, play),
        *unfinished_jobs(),
        *play.notes,
    ]
    return {
        "ok": not problems,
        "kind": play.kind_slug,
        "bodies": len(play.bodies),
        "people": len(play.asked),
        "invited": Invitation.objects.filter(campaign=campaign, withdrawn=False).count(),
        "letters_of_people": sum(play.office.letters[it.email] for it in play.asked),
        "receipts": sum(play.said.receipts.values()),
        "answered": Invitation.objects.filter(campaign=campaign, answered=True).count(),
        "laid_open_before_the_end": before,
        "opinions": Opinion.objects.count(),
        "events": verbs,
        "requests": dict(play.book.requests),
        "answer_seconds": spread(play.book.seconds),
        "problems": problems,
    }


def _letters(play: OpinionPlay) -> list[str]:
    """Everybody has one letter with a link of her own."""
    people = {it.email for it in play.asked}
    tokens = [token for it in people for token in play.office.tokens.get(it, [])]
    problems = []
    if missing := sum(not play.office.tokens.get(it) for it in people):
        problems.append(f"{missing} người không nhận được thư mời.")
    if len(tokens) != len(people):
        problems.append(f"{len(people)} người nhận {len(tokens)} thư mời.")
    if len(set(tokens)) != len(tokens):
        problems.append("Có hai người nhận cùng một liên kết.")
    if strangers := play.office.tokens.keys() - people:
        problems.append(f"{len(strangers)} địa chỉ ngoài danh sách nhận được liên kết.")
    return problems


def _places(play: OpinionPlay) -> list[str]:
    """By survey, body and group: receipts, marks of having answered, opinions and figures are one number."""
    paths = {f"VN/{it.code}/": it.code for it in play.bodies}
    keys = ("survey", "path", "group")
    rows = {
        "dấu đã trả lời": Invitation.objects.filter(answered=True).values_list(*keys).annotate(n=Count("pk")),
        "phiếu trong kho": Opinion.objects.values_list(*keys).annotate(n=Count("pk")),
        "số đếm": Figure.objects.filter(answered__gt=0).values_list(*keys, "answered"),
    }
    problems = []
    for what, found in rows.items():
        counted = {(survey, paths.get(path, path), group): n for survey, path, group, n in found.order_by()}
        wrong = [
            it
            for it in counted.keys() | play.said.receipts.keys()
            if counted.get(it, 0) != play.said.receipts.get(it, 0)
        ]
        problems += [
            f"{what} tại {it}: {counted.get(it, 0)}, biên nhận {play.said.receipts.get(it, 0)}"
            for it in wrong[:5]
        ]
    if len(play.said.codes) != sum(play.said.receipts.values()):
        problems.append("Có hai người nhận cùng một mã biên nhận.")
    return problems


def _answers(play: OpinionPlay) -> list[str]:
    """Each value of each question of each group about each body, as often as it was said."""
    held: Counter[tuple[str, str, str, str]] = Counter()
    rows = Opinion.objects.values_list("path", "group", "answers")
    for path, group, answers in rows.iterator(chunk_size=2000):
        body = path.split("/")[1]
        held.update((body, group, question, value) for question, value in answers.items())
    wrong = [it for it in held.keys() | play.said.answers.keys() if held[it] != play.said.answers[it]]
    return [f"Câu trả lời {it}: kho có {held[it]}, người trả lời {play.said.answers[it]}" for it in wrong[:5]]


def _left_over() -> list[str]:
    waiting, drafts = SealedOpinion.objects.count(), SealedDraft.objects.count()
    problems = [f"Còn {waiting} phiếu chưa mở niêm."] if waiting else []
    return [*problems, *([f"Còn {drafts} bản nháp sau ngày cuối."] if drafts else [])]


def _events(verbs: dict[str, int], play: OpinionPlay) -> list[str]:
    """Officials' acts stand in the record one by one, answers do not stand there at all."""
    problems = [
        f"Sự kiện {verb}: nhật ký ghi {verbs.get(verb, 0)}, người dùng làm {play.book.verbs.get(verb, 0)}"
        for verb in COUNTED
        if verbs.get(verb, 0) != play.book.verbs.get(verb, 0)
    ]
    if Event.objects.filter(subject_type__in=["sealedopinion", "opinion", "sealeddraft"]).exists():
        problems.append("Nhật ký có dòng về một phiếu trả lời.")
    if Job.objects.filter(kind__startswith="opinions.answer").exists():
        problems.append("Có việc nền theo từng phiếu trả lời.")
    return [*problems, *(["Chuỗi niêm phong nhật ký bị đứt."] if broken_seal() else [])]
