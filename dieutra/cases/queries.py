"""Reading cases: one's own, the reviewer's queue, a page of one case, and progress from the tally."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.utils.timezone import localtime

from dieutra.campaigns.models import Campaign
from dieutra.cases.actions import answers_now
from dieutra.cases.models import (
    Attachment,
    Case,
    Comment,
    Draft,
    FormChange,
    Response,
    State,
    Submission,
    Tally,
)
from dieutra.engine.flow.workflow import FILLABLE
from dieutra.engine.forms import check
from dieutra.engine.forms.form import REVIEW_LEVELS, Form, Node
from dieutra.engine.forms.rows import row_names, rows_above
from dieutra.engine.forms.shown import REFERENCE
from dieutra.engine.lang import place_of
from dieutra.engine.text import search_key
from dieutra.forms.queries import engine_form
from dieutra.people.models import Post, Role, User
from dieutra.people.permission import posts_of, visible_to
from dieutra.places.models import Area
from dieutra.places.paths import under


@dataclass(frozen=True)
class Sheet:
    """A case's answers with what the checks say of them."""

    answers: dict[str, str]
    state: check.State
    justifications: dict[str, str]
    version: int
    saved_at: datetime | None = None
    saved_by: str = ""
    form_id: int = 0  # the version that the answers are of; 0: the case's
    levels: tuple[str, ...] = ()  # review levels whose rules are shown


def cases_of(actor: User) -> QuerySet[Case]:
    """The forms that the actor fills."""
    return visible_to(Case.objects.all(), actor, "case.fill").select_related(
        "unit__area", "campaign__form", "response"
    )


def case_for(actor: User, pk: int, verb: str) -> QuerySet[Case]:
    """At most one case, if the actor may <verb> it where it lies."""
    related = ("unit__area__parent__parent", "campaign", "form", "response__sent_by", "response__form")
    return visible_to(Case.objects.filter(pk=pk), actor, verb).select_related(*related)


def attachment_for(actor: User, pk: int) -> QuerySet[Attachment]:
    """At most one file, if the actor may see it: those who fill the case always, its other readers as it was sent."""
    mine = visible_to(Case.objects.all(), actor, "case.fill")
    read = visible_to(Case.objects.filter(response__isnull=False), actor, "case.read")
    sent = ~Q(case__state__in=FILLABLE) | Q(added_at__lte=F("case__response__sent_at"))
    scope = Q(case__in=mine) | (Q(case__in=read) & sent)
    return Attachment.objects.filter(scope, pk=pk).select_related("case")


def submissions_for(actor: User) -> QuerySet[Submission]:
    """What ODK Collect sent for the cases that the actor fills, the latest first."""
    mine = visible_to(Case.objects.all(), actor, "case.fill")
    found = Submission.objects.filter(case__in=mine).defer("xml")
    return found.select_related("sender", "form", "case").order_by("-arrived_at", "-pk")


def cases_with_form() -> QuerySet[Case]:
    """All cases with what making or reading their form needs; for the command line, which asks no permission."""
    return Case.objects.select_related("unit__area__parent__parent", "campaign", "form")


def sheet_to_fill(case: Case, typed: Mapping[str, str] | None = None) -> Sheet:
    """The draft, evaluated; with `typed`, which could not be saved, laid over it."""
    draft = Draft.objects.filter(case=case).select_related("saved_by").first() or Draft(case=case)
    answers = {**answers_now(case, draft), **(typed or {})}
    state = check.evaluate(engine_form(case.form_id), answers)
    saved = (
        (draft.saved_at, draft.saved_by.full_name if draft.saved_by else "") if draft.version else (None, "")
    )
    return Sheet(answers, state, draft.justifications, draft.version, *saved)


def sheet_as_sent(case: Case, response: Response, levels: Collection[str] = ()) -> Sheet:
    """A sent response, evaluated, with the justifications that were sent with it; with rules of review levels."""
    answers = dict(response.answers)
    state = check.evaluate(engine_form(response.form_id).for_levels(levels), answers)
    said = {f"{it.check_name}|{it.path}": it.justification for it in response.findings.all()}
    return Sheet(answers, state, said, case.version, form_id=response.form_id, levels=tuple(levels))


def rules_seen(case: Case) -> tuple[str, ...]:
    """The review levels whose rules are shown now: the one where the case stands and those below; at the end all."""
    return REVIEW_LEVELS[case.level if case.state in (State.SUBMITTED, State.IN_REVIEW) else 0 :]


def comments_on(case: Case, standing_only: bool = False) -> list[dict[str, Any]]:
    """Remarks on a case as the form page wants them."""
    comments = Comment.objects.filter(case=case).select_related("author").order_by("at", "pk")
    if standing_only:
        comments = comments.filter(resolved_at__isnull=True)
    return [
        {
            "id": str(it.pk),
            "path": it.path,
            "text": it.text,
            "author": it.author.full_name,
            "at": f"{localtime(it.at):%H:%M %d/%m/%Y}",
            "where": place_in_words(case, it.path),
            "resolved": bool(it.seen_at or it.resolved_at),
        }
        for it in comments
    ]


def place_in_words(case: Case, path: str) -> str:
    """A place of the form as a person reads it: “Tổng số, dòng 01, cột 2”; blank for the whole form."""
    form = engine_form(case.form_id)
    if place_of(path) not in form.by_path and case.response is not None:
        # a remark on a question that the new version no longer asks
        form = engine_form(case.response.form_id)
    node = form.by_path.get(place_of(path))
    if node is None:
        return path
    rows = [_row_in_words(form, case, row) for row in rows_above(path)]
    return " · ".join(rows if path.endswith("]") else [*rows, node_in_words(form, node)])


def _row_in_words(form: Form, case: Case, row: str) -> str:
    """“Hộ 2”: which row it is by its place in the answers as they were sent, or by its name."""
    repeat, _, name = row.rpartition("[")
    names = row_names(case.response.answers.get(repeat)) if case.response else ()
    number = names.index(name[:-1]) + 1 if name[:-1] in names else name[:-1]
    label = REFERENCE.sub("", form.node(row).label.get("vi", "")).strip() or "Dòng"
    return f"{label} {number}"


def node_in_words(form: Form, node: Node) -> str:
    """A node of a form: “Tổng số, dòng 01, cột 2”."""
    codes = node.codes or {}
    if "row" not in codes:
        return REFERENCE.sub("…", node.label.get("vi", "")) or node.name
    row = form.by_path.get(node.parent or "", node)
    column = f", cột {codes['col']}" if "col" in codes else ""
    return f"{row.label.get('vi', '')}, dòng {codes['row']}{column}"


def queue(actor: User, campaign_id: int | None = None) -> QuerySet[Case]:
    """What waits for the actor's review, at the levels where she sits: the longest waiting deadline first."""
    return queue_of([post for post in posts_of(actor, campaign_id) if post.role == Role.GSV])


def queue_of(posts: Iterable[Post]) -> QuerySet[Case]:
    """What waits at these supervisors' posts."""
    return waiting_at(at(post) for post in posts)


def at(post: Post) -> Q:
    """At a post's level and place."""
    return Q(campaign_id=post.campaign_id, level=post.level) & under("path", post.path)


def waiting_at(scopes: Iterable[Q]) -> QuerySet[Case]:
    """The cases in any of these scopes that wait for review."""
    waits = Q(state__in=[State.SUBMITTED, State.IN_REVIEW])
    mine = Q(pk__in=[])
    for scope in scopes:
        mine |= waits & scope
    return (
        Case.objects.filter(mine)
        .select_related("unit__area", "response")
        .order_by("due_on", "-soft_count", "changed_at", "pk")
    )


def in_my_care(actor: User, state: str = "", text: str = "") -> QuerySet[Case]:
    """All cases of a supervisor's area, by place."""
    cases = visible_to(Case.objects.all(), actor, "case.review").select_related("unit__area", "response")
    if state:
        cases = cases.filter(state=state)
    if text:
        cases = cases.filter(
            Q(unit__search_key__contains=search_key(text)) | Q(unit__code__iexact=text.strip())
        )
    return cases.order_by("path")


def counts_in_my_care(actor: User) -> dict[str, int]:
    """The supervisor's cases by state, from the tally."""
    rows = visible_to(Tally.objects.all(), actor, "case.review", field="area_path")
    return dict(rows.order_by().values_list("state").annotate(number=Sum("count")))


def attachments_of(case: Case) -> QuerySet[Attachment]:
    """The files of one case, which the caller has already been let see."""
    return Attachment.objects.filter(case=case).order_by("name")


@dataclass
class Progress:
    """Counts per state for one area."""

    area: Area
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def _percent(self, *states: str) -> int:
        """Whole per cent, rounded down: 100 is said only when it is all."""
        return 100 * sum(self.counts.get(state, 0) for state in states) // self.total if self.total else 0

    @property
    def accepted_percent(self) -> int:
        return self._percent(State.ACCEPTED)

    @property
    def waiting(self) -> int:
        """Sent and not yet through its last review."""
        return self.counts.get(State.SUBMITTED, 0) + self.counts.get(State.IN_REVIEW, 0)


def progress_of(campaign: Campaign, area: Area) -> Progress:
    """One area with everything below, from the tally."""
    rows = _tally(campaign, area).values_list("state").annotate(number=Sum("count")).order_by()
    return Progress(area, {state: number for state, number in rows if number})


def progress_below(campaign: Campaign, area: Area) -> list[Progress]:
    """The children of an area, one row each, and the area's own bodies (units that hang directly on it)."""
    children = {
        child.path: Progress(child) for child in Area.objects.filter(parent=area).order_by("sort_key")
    }
    depth = area.path.count("/") + 1
    own = Progress(area)
    for path, state, number in _tally(campaign, area).values_list("area_path", "state", "count"):
        head = "/".join(path.split("/")[:depth]) + "/"
        row = own if path == area.path else children.get(head)
        if row is not None:
            row.counts[state] = row.counts.get(state, 0) + number
    return ([own] if own.total else []) + list(children.values())


def _tally(campaign: Campaign, area: Area) -> QuerySet[Tally]:
    return Tally.objects.filter(under("area_path", area.path), campaign=campaign)


def cases_at(campaign: Campaign, area: Area, states: Sequence[str] = ()) -> QuerySet[Case]:
    """Cases at or below an area."""
    cases = Case.objects.filter(under("path", area.path), campaign=campaign).select_related(
        "unit__area", "response"
    )
    if states:
        cases = cases.filter(state__in=states)
    return cases.order_by("path")


def behind_the_campaign(campaign: Campaign) -> QuerySet[Case]:
    """Cases that their unit may fill and that do not yet go by the campaign's version of the form."""
    return Case.objects.filter(campaign=campaign, state__in=FILLABLE).exclude(form=campaign.form_id)


def form_change_of(case: Case) -> FormChange | None:
    """The last change of the form since the unit last sent it, with what was lost; for the form's page."""
    changes = FormChange.objects.filter(case=case).select_related("to_form").order_by("-pk")
    if case.response is not None:
        changes = changes.filter(at__gt=case.response.sent_at)
    return changes.first()
