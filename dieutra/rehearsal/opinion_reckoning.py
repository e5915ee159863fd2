"""The reckoning of an opinion survey: what people got and said is what the database holds, to the last answer."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from django.db.models import Count, Sum
from django.utils import timezone

from dieutra.campaigns.models import Campaign
from dieutra.events.models import Event
from dieutra.events.queries import broken_seal
from dieutra.jobs.models import Job
from dieutra.opinions import closing, figures
from dieutra.opinions.models import Closing, Figure, Invitation, Opinion, SealedDraft, SealedOpinion
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
        "pooled": campaign.closing.pooled,
        "destroyed": campaign.closing.destroyed,
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
    large = Counter({it: n for it, n in play.said.receipts.items() if n >= _batch(play)})
    marks = Invitation.objects.filter(answered=True).values_list(*keys).annotate(n=Count("pk"))
    opinions = Opinion.objects.at_bodies(play.campaign).values_list(*keys).annotate(n=Count("pk"))
    counted = Figure.objects.filter(answered__gt=0).values_list(*keys, "answered")
    problems = []
    for what, found, given in (
        ("dấu đã trả lời", marks, play.said.receipts),
        ("phiếu trong kho", opinions, large),
        ("số đếm", counted, play.said.receipts),
    ):
        held = Counter(
            {(survey, paths.get(path, path), group): n for survey, path, group, n in found.order_by()}
        )
        wrong = [it for it in held.keys() | given.keys() if held[it] != given[it]]
        problems += [f"{what} tại {it}: {held[it]}, biên nhận {given[it]}" for it in wrong[:5]]
    if len(play.said.codes) != sum(play.said.receipts.values()):
        problems.append("Có hai người nhận cùng một mã biên nhận.")
    return [*problems, *_few(play)]


def _batch(play: OpinionPlay) -> int:
    rules = play.campaign.kind.opinion
    return max(2, rules.batch if rules else 2)


def _few_by_group(play: OpinionPlay) -> Counter[tuple[str, str]]:
    """(survey, group) -> receipts of places in which fewer than a batch answered."""
    few: Counter[tuple[str, str]] = Counter()
    for (survey, _, group), n in play.said.receipts.items():
        few[survey, group] += n if n < _batch(play) else 0
    return few


def _few(play: OpinionPlay) -> list[str]:
    """What is pooled of each group, what without a group, and what was destroyed: all together those of small places."""
    pooled = Opinion.objects.filter(campaign=play.campaign, path=play.campaign.path)
    rows = pooled.values_list("survey", "group").annotate(n=Count("pk")).order_by()
    held = Counter({(survey, group): n for survey, group, n in rows})
    few, batch = _few_by_group(play), _batch(play)
    named = Counter({it: n for it, n in few.items() if n >= batch})
    problems = [
        f"phiếu gộp của nhóm {it}: {held[it]}, biên nhận {named[it]}"
        for it in held.keys() | named.keys()
        if it[1] and held[it] != named[it]
    ]
    destroyed = Closing.objects.filter(campaign=play.campaign).aggregate(n=Sum("destroyed"))["n"] or 0
    nameless = sum(n for (_, group), n in held.items() if not group)
    if nameless + destroyed != sum(few.values()) - sum(named.values()):
        problems.append(
            f"Nơi ít phiếu: {nameless} phiếu gộp không nêu nhóm, {destroyed} phiếu hủy, không đủ."
        )
    return problems


def _answers(play: OpinionPlay) -> list[str]:
    """Each value of each question of each group about each body, as often as it was said.

    Of no body ("") for pooled answers; those of groups that stay too few may be fewer than said, never more.
    """
    held: Counter[tuple[str, str, str, str]] = Counter()
    rows = Opinion.objects.filter(campaign=play.campaign).values_list("path", "group", "answers")
    for path, group, answers in rows.iterator(chunk_size=2000):
        body = path.split("/")[1]
        held.update((body, group, question, value) for question, value in answers.items())
    said = _said(play)
    wrong = [
        it
        for it in held.keys() | said.keys()
        if (held[it] > said[it] if it[:2] == ("", "") else held[it] != said[it])
    ]
    return [f"Câu trả lời {it}: kho có {held[it]}, người trả lời {said[it]}" for it in wrong[:5]]


def _said(play: OpinionPlay) -> Counter[tuple[str, str, str, str]]:
    """What was said, at the places where it is to be found: of the body, of no body, of no body and no group."""
    survey = {it.code: it.survey for it in play.bodies}
    few, batch = _few_by_group(play), _batch(play)
    said: Counter[tuple[str, str, str, str]] = Counter()
    for (body, group, question, value), n in play.said.answers.items():
        if play.said.receipts[survey[body], body, group] >= batch:
            said[body, group, question, value] += n
        else:
            said["", group if few[survey[body], group] >= batch else "", question, value] += n
    return said


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
