"""Reading runs, flags and annulments."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from dieutra.campaigns.models import Campaign
from dieutra.events.models import Event
from dieutra.interference.models import Annulment, Flag, Gate, Reversal, SignalRun
from dieutra.jobs.models import Job
from dieutra.people.models import User
from dieutra.people.permission import granting, visible_to
from dieutra.places.models import Area


def survey_name(campaign: Campaign, survey: str) -> str:
    """What screens call a survey."""
    rules = campaign.kind.opinion
    return next((it.name for it in rules.surveys if it.code == survey), survey) if rules else survey


def group_names(campaign: Campaign, survey: str) -> dict[str, str]:
    rules = campaign.kind.opinion
    return {it.code: it.name for it in rules.groups_of(survey)} if rules else {}


def body_names(campaign: Campaign, paths: Iterable[str]) -> dict[str, str]:
    """Path → name, of bodies."""
    areas = Area.objects.filter(catalogue_id=campaign.catalogue_id, path__in=set(paths))
    return dict(areas.values_list("path", "name"))


def annulled(campaign: Campaign) -> set[tuple[str, str]]:
    """The (survey, path of the body) whose results do not count: annulled by two people and not reversed."""
    standing = Annulment.objects.filter(campaign=campaign, state=Annulment.State.STANDING)
    return set(standing.values_list("survey", "path"))


def counted_version(campaign: Campaign, survey: str) -> int:
    """Grows whenever `annulled` changes for a survey: what was reckoned under another version is out of date."""
    found = Gate.objects.filter(campaign=campaign, survey=survey).values_list("version", flat=True).first()
    return found or 1


def is_closed(campaign: Campaign, survey: str) -> bool:
    """Whether the survey's index is published, so that nothing is annulled or restored any more."""
    return Gate.objects.filter(campaign=campaign, survey=survey, closed_at__isnull=False).exists()


def waiting(campaign: Campaign) -> int:
    """Proposals that wait for a second person: to annul and to restore."""
    proposed = Annulment.objects.filter(campaign=campaign, state=Annulment.State.PROPOSED).count()
    again = Reversal.objects.filter(annulment__campaign=campaign, state=Reversal.State.PROPOSED).count()
    return proposed + again


def decides(actor: User, campaign: Campaign) -> bool:
    """Whether she has a post of her own that lets her propose and confirm: standing in for somebody does not."""
    return any(post.user_id == actor.pk for post in granting(actor, "annulment.decide", campaign))


def awaits(actor: User, campaign: Campaign) -> int:
    """Proposals that she can confirm: somebody else's, of surveys whose index is not published."""
    if not decides(actor, campaign):
        return 0
    closed = Gate.objects.filter(campaign=campaign, closed_at__isnull=False).values("survey")
    proposed = Annulment.objects.filter(campaign=campaign, state=Annulment.State.PROPOSED)
    again = Reversal.objects.filter(annulment__campaign=campaign, state=Reversal.State.PROPOSED)
    others = proposed.exclude(proposed_by=actor).exclude(survey__in=closed).count()
    return others + again.exclude(proposed_by=actor).exclude(annulment__survey__in=closed).count()


def is_busy(campaign: Campaign) -> bool:
    """Whether a run was asked for and is not made yet."""
    asked = Event.objects.filter(verb="signals.asked", campaign_id=campaign.pk, processed_at__isnull=True)
    under_way = Job.objects.filter(
        kind="interference.run",
        payload__campaign=campaign.pk,
        state__in=[Job.State.WAITING, Job.State.RUNNING],
    )
    return asked.exists() or under_way.exists()


def runs(campaign: Campaign) -> QuerySet[SignalRun]:
    """The newest first."""
    return SignalRun.objects.filter(campaign=campaign).select_related("made_by").order_by("-pk")


def flags(run: SignalRun, level: str = "", survey: str = "") -> QuerySet[Flag]:
    """Bodies that a run found something about, the clearest first; of one level, or of one survey."""
    found = run.flags.order_by("-rank", "-score", "survey", "path")
    if level:
        found = found.filter(level=level)
    return found.filter(survey=survey) if survey else found


def annulments(campaign: Campaign) -> QuerySet[Annulment]:
    """What waits first, then the newest."""
    found = Annulment.objects.filter(campaign=campaign).select_related("proposed_by", "decided_by")
    return found.prefetch_related("reversals__proposed_by", "reversals__decided_by").order_by("-pk")


def told_to(actor: User) -> QuerySet[Annulment]:
    """Annulments that a body's people are told of: those that stand or stood about bodies whose progress they read."""
    stood = Annulment.objects.filter(state__in=[Annulment.State.STANDING, Annulment.State.REVERSED])
    return visible_to(stood, actor, "opinion.progress").select_related("campaign").order_by("-decided_at")
