"""What going over to another version of the form would do to the campaign's drafts, reckoned before anything is done."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import Count, QuerySet

from dieutra.campaigns.models import Campaign
from dieutra.cases.adopting import renames_since
from dieutra.cases.models import Case, Draft, FormChange, State
from dieutra.engine.flow.workflow import FILLABLE
from dieutra.engine.forms.form import Form
from dieutra.engine.forms.migrate import Way
from dieutra.engine.lang import place_of
from dieutra.forms.queries import engine_form
from dieutra.jobs.models import Job


@dataclass
class Effect:
    """`drafts` will be carried, `seen` of them were tried in the time given; `questions`: label -> drafts that lose it."""

    drafts: int = 0
    seen: int = 0
    losing: int = 0
    moved: int = 0
    new: int = 0
    sent: int = 0
    questions: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    @property
    def whole(self) -> int:
        return self.seen - self.losing

    @property
    def most_lost(self) -> list[tuple[tuple[str, str, str], int]]:
        """((place, label, why), drafts), the most frequent first."""
        return self.questions.most_common(30)


def effect_of(
    campaign: Campaign, new: Form, renamed: Mapping[str, str], to: int = 0, seconds: float = 4.0
) -> Effect:
    """Carries every draft and keeps nothing; stops when the time is up and says how far it came.

    `to` is the version that `new` was published as; 0 when it is not yet.
    """
    cases = Case.objects.filter(campaign=campaign)
    behind = _by_state(cases.filter(state__in=FILLABLE).exclude(form=to))
    effect = Effect(new=behind.pop(State.NEW, 0))
    effect.drafts = sum(behind.values())
    effect.sent = cases.exclude(state__in=FILLABLE).count()
    drafts = Draft.objects.filter(case__campaign=campaign, case__state__in=[State.DRAFT, State.RETURNED])
    until = time.monotonic() + seconds
    ways: dict[int, Way] = {}
    rows = drafts.exclude(case__form=to).values_list("case__form", "answers")
    for form, answers in rows.iterator(chunk_size=200):
        form_id = int(form)
        if form_id not in ways:
            renames = renames_since(campaign, form_id) | dict(renamed)
            ways[form_id] = Way(engine_form(form_id), new, renames)
        migrated = ways[form_id].carry(answers)
        effect.seen += 1
        effect.losing += bool(migrated.lost)
        effect.moved += bool(migrated.moved)
        lost = {(place_of(it.path), it.label.get("vi", ""), it.why) for it in migrated.lost}
        effect.questions.update(lost)
        if time.monotonic() > until:
            break
    return effect


def _by_state(cases: QuerySet[Case]) -> dict[str, int]:
    return dict(cases.order_by().values_list("state").annotate(number=Count("pk")))


def losing_changes(campaign: Campaign) -> QuerySet[FormChange]:
    """Cases of a campaign whose draft lost answers, the latest first."""
    changes = FormChange.objects.filter(case__campaign=campaign, lost_count__gt=0)
    return changes.select_related("case__unit__area", "from_form", "to_form").order_by("-pk")


def adoption_job(campaign: Campaign) -> Job | None:
    """The latest work of taking the campaign's cases over."""
    jobs = Job.objects.filter(kind="cases.adopt_form", payload__campaign=campaign.pk)
    return jobs.order_by("-pk").first()
