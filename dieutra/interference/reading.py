"""What a run reads: released answers and counters as Arrow, and the closed questions of each group.

Rows go from the database's cursor into Arrow columns by thousands; no row is touched by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as compute
from django.db import connection
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from dieutra.campaigns.models import Campaign
from dieutra.engine.forms.form import Node
from dieutra.engine.signals.tables import ANSWERS, BURSTS, Item
from dieutra.engine.signals.thresholds import Thresholds, from_data
from dieutra.forms.queries import engine_form
from dieutra.opinions.models import Burst, Opinion

CHUNK = 5_000
FEWEST_IN_A_SCALE = 5
FEWEST_SHOWN = 5  # whatever a kind says
VIETNAM = timedelta(hours=7)  # the whole year


def limits_of(campaign: Campaign) -> Thresholds:
    """The kind's thresholds ([opinion.signals]); never groups smaller than those that may be shown."""
    opinion = campaign.rules["campaign"].get("opinion", {})
    limits, rules = from_data(opinion.get("signals", {})), campaign.kind.opinion
    if rules is None:
        return limits
    return replace(
        limits, smallest_group=max(FEWEST_SHOWN, limits.smallest_group, rules.smallest, rules.batch)
    )


def answers_of(campaign: Campaign) -> pa.Table:
    """All answers that are laid open at a body, in the shape of ANSWERS, in no order."""
    rows = Opinion.objects.at_bodies(campaign).order_by()
    told = rows.annotate(key=Cast("id", TextField()), said=Cast("answers", TextField()))
    names = ("key", "survey", "path", "group", "device", "network", "seconds", "said")
    return pa.Table.from_batches(_batches(told.values_list(*names)), ANSWERS)


def of_large_groups(answers: pa.Table, least: int) -> pa.Table:
    """Without the answers of groups of a body that have fewer: no sum over a body may tell of them."""
    place = ["survey", "body", "grp"]
    sizes = answers.group_by(place).aggregate([("answer", "count")])
    large = sizes.filter(compute.greater_equal(sizes["answer_count"], least)).select(place)
    return answers.join(large, place, join_type="left semi").select(ANSWERS.names)


def bursts_of(campaign: Campaign) -> pa.Table:
    """All counters in the shape of BURSTS, by the clock of Vietnam."""
    rows = list(Burst.objects.filter(campaign=campaign).values_list("survey", "path", "window", "count"))
    survey, body, starts, n = zip(*rows, strict=True) if rows else ((), (), (), ())
    world = pa.array(starts, pa.timestamp("us", tz="UTC")).cast(pa.timestamp("us"))
    local = compute.add(world, pa.scalar(VIETNAM, pa.duration("us")))
    return pa.table([pa.array(survey), pa.array(body), local, pa.array(n)], names=BURSTS.names).cast(BURSTS)


def _batches(rows: QuerySet[Any, Any]) -> Iterator[pa.RecordBatch]:
    sql, given = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        while part := cursor.fetchmany(CHUNK):
            columns = [pa.array(column, pa.string()) for column in zip(*part, strict=True)]
            yield pa.RecordBatch.from_arrays(columns, schema=ANSWERS)


def items_of(campaign: Campaign) -> list[Item]:
    """The closed questions of every group, by the newest form that released answers were given to."""
    newest: dict[tuple[str, str], int] = {}
    used = (
        Opinion.objects.at_bodies(campaign).values_list("survey", "group", "form").distinct().order_by("form")
    )
    for survey, group, form in used:
        newest[str(survey), str(group)] = int(form)
    return [item for (survey, group), form in newest.items() for item in _items(survey, group, form)]


def _items(survey: str, group: str, form: int) -> Iterator[Item]:
    asked = [(node, codes) for node, codes in closed_questions(form)]
    common = Counter(codes for _, codes in asked)
    for node, codes in asked:
        yield Item(survey, group, node.path, codes, scale=common[codes] >= FEWEST_IN_A_SCALE)


def closed_questions(form: int) -> list[tuple[Node, tuple[str, ...]]]:
    """Questions with one answer out of a list, and its codes, in the order of the form."""
    return [
        (node, tuple(choice.value for choice in node.choices))
        for node in engine_form(form).nodes
        if node.type == "select1" and node.choices
    ]
