"""Assessments from the beginning to the lock: computed, shown, graded, published, one or many."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Min, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from assessment.assessments.computing_queries import Computed, ComputedIndicator, computed
from assessment.assessments.judging_queries import hindrances, may_be_published_again, readiness
from assessment.assessments.models import (
    OPEN,
    Assessment,
    AssessmentQuerySet,
    ClauseScore,
    IndicatorScore,
    SatisfactionTally,
)
from assessment.assessments.queries import branches_of
from assessment.assessments.rules import is_provisional
from assessment.choices import AssessmentState, Satisfaction, SchemeState
from assessment.schemes.models import Band, Scheme
from audit.models import Entry, EntryQuerySet, Head
from audit.services import record
from members.models import Organization, User
from members.paths import STEP
from members.refused import Refused

log = logging.getLogger(__name__)
OUTCOME = ("computed_at", "computed_on", "entry_number", "known_points", "open_points", "total", "band", "veto")
STALE = ("stale_since", "stale_points", "stale_because")
OWN = ("assessment.Assessment", "assessment.Objection", "assessment.ManualValue", "assessment.BranchView")
"""Entries about assessing itself say nothing new of the record."""


@transaction.atomic
def store(*, assessment: Assessment, on: date, by: User | str) -> Computed:
    """Compute by what the record and the confirmed values say, and keep points with every fact behind them.

    What a person asked for is put on record by the act itself; what the program does on its own, here. Raises Refused
    when it is locked.
    """
    if assessment.state == AssessmentState.LOCKED:
        raise Refused(_("It is locked."))
    number = _last_entry()
    with translation.override(settings.LANGUAGE_CODE):
        found = computed(assessment.scheme, assessment.organization, on=on, assessment=assessment)
        _keep_scores(assessment, found)
    _keep_outcome(assessment, found, number)
    if not isinstance(by, User):
        code = assessment.organization.code
        record(action="compute_assessment", by=by, subject=assessment, organization_code=code)
    return found


def freshen(*, on: date) -> int:
    """Compare what is published or locked with the record wherever something was put on record since; how many
    became others, or the same again. Their points stay: publishing again is for people."""
    until, changed = _last_entry(), 0
    for key in list(_touched(until)):
        try:
            changed += _compare(key, until, on)
        except Exception:
            log.exception("Assessment %s could not be compared with the record and is tried again.", key)
    return changed


def differing(assessment: Assessment, found: Computed) -> list[str]:
    """Codes of the indicators that come to something else than what is kept, or rest on a fact that is no longer so."""
    kept = {score.indicator_id: score for score in assessment.scores.prefetch_related("clauses")}
    return [line.indicator.code for line in found.leaves if not _is_same(line, kept.get(line.indicator.pk))]


# What is kept


def _keep_scores(assessment: Assessment, found: Computed) -> None:
    assessment.scores.all().delete()
    lines = found.leaves
    scores = IndicatorScore.objects.bulk_create(
        IndicatorScore(assessment=assessment, indicator=line.indicator, state=line.state, points=line.points)
        for line in lines
    )
    ClauseScore.objects.bulk_create(
        ClauseScore(
            score=score,
            clause=one.clause,
            state=one.result.state,
            points=one.result.points,
            facts=list(one.result.facts),
        )
        for score, line in zip(scores, lines, strict=True)
        for one in line.clauses
    )


def _keep_outcome(assessment: Assessment, found: Computed, number: int) -> None:
    assessment.computed_at, assessment.computed_on, assessment.entry_number = timezone.now(), found.on, number
    assessment.known_points, assessment.open_points = found.known_points, found.open_points
    assessment.total, assessment.band = found.total, found.band
    assessment.veto = found.veto.clause if found.veto else None
    assessment.stale_since, assessment.stale_points, assessment.stale_because = None, None, []
    assessment.save(update_fields=[*OUTCOME, *STALE])


# What has changed since


def _last_entry() -> int:
    """Numbers are given in the order in which entries are stored: what is read from now on knows all up to it."""
    return Head.objects.values_list("number", flat=True).first() or 0


def _touched(until: int) -> Iterator[UUID]:
    """Settled assessments in whose branch, or in a rule for it, something was put on record since they were looked at.
    Of the others it is noted that nothing was. Four queries."""
    settled = Assessment.objects.settled().filter(computed_on__isnull=False, entry_number__lt=until)
    since = settled.aggregate(number=Min("entry_number"))["number"]
    if since is None:
        return
    news = _News(since, until)
    quiet = []
    for key, path, number in settled.values_list("pk", "organization__path", "entry_number"):
        if news.at(path) > number:
            yield key
        else:
            quiet.append(key)
    Assessment.objects.filter(pk__in=quiet).update(entry_number=until)


class _News:
    """Numbers of the last entries by place: about the record there and below it, and about rules that bind there."""

    def __init__(self, since: int, until: int) -> None:
        entries = Entry.objects.filter(number__gt=since, number__lte=until).exclude(organization_code="").order_by()
        entries = entries.exclude(subject_kind__in=OWN)
        is_rule = Q(subject_kind="members.LocalRule")
        named = Organization.objects.filter(code__in=entries.values("organization_code")).order_by()
        self.paths = dict(named.values_list("code", "path"))
        self.below: dict[str, int] = {}
        for place, number in self._last(entries.exclude(is_rule)):
            for above in prefixes(place):
                self.below[above] = max(number, self.below.get(above, 0))
        self.rules = dict(self._last(entries.filter(is_rule)))

    def at(self, path: str) -> int:
        return max(self.below.get(path, 0), *(self.rules.get(above, 0) for above in prefixes(path)))

    def _last(self, entries: EntryQuerySet) -> Iterator[tuple[str, int]]:
        rows = entries.values_list("organization_code").annotate(Max("number"))
        return ((self.paths[code], number) for code, number in rows if code in self.paths)


def prefixes(path: str) -> Iterator[str]:
    """The paths of everything above a place, and its own."""
    return (path[:end] for end in range(STEP, len(path) + STEP, STEP))


@transaction.atomic
def _compare(key: UUID, until: int, on: date) -> bool:
    """Whether it became another, or the same again."""
    rows = Assessment.objects.select_for_update(of=("self",)).select_related("scheme", "organization").settled()
    held = rows.filter(pk=key).first()
    if held is None or held.computed_on is None:
        return False
    found = computed(held.scheme, held.organization, on=min(on, held.computed_on), assessment=held)
    codes, before = differing(held, found), held.stale_because
    held.entry_number, held.stale_because = until, codes
    held.stale_since = (held.stale_since or timezone.now()) if codes else None
    held.stale_points = found.total if codes else None
    held.save(update_fields=["entry_number", *STALE])
    return codes != before


def _is_same(line: ComputedIndicator, kept: IndicatorScore | None) -> bool:
    if kept is None or (kept.state, kept.points) != (line.state, line.points):
        return False
    now = {one.clause.pk: _said(one.result.facts) for one in line.clauses}
    return all(_said(one.facts) <= now.get(one.clause_id, frozenset()) for one in kept.clauses.all())


def _said(facts: Any) -> frozenset[tuple[str, int, int, int, str | None]]:
    """What facts say of which records, without their words; of a period only that much of it was done."""
    return frozenset(
        (fact["record"], fact["done"], fact["of"], fact["unknown"], fact.get("value")) for fact in flat(facts)
    )


def flat(facts: Any) -> Iterator[Mapping[str, Any]]:
    """The records themselves: of a period those in it, and the period where there is none."""
    for fact in facts:
        yield from fact.get("records") or [fact]


@transaction.atomic
def begin(*, scheme: Scheme, branches: Iterable[Organization], on: date, by: User) -> int:
    """An assessment for each of the branches that has none by this scheme; how many are new. Raises Refused."""
    held = Scheme.objects.select_for_update(of=("self",)).select_related("organization").get(pk=scheme.pk)
    if held.state != SchemeState.IN_FORCE:
        raise Refused(_("Branches are assessed by a scheme that is in force."), "scheme")
    asked = {branch.pk for branch in branches}
    known = set(Assessment.objects.filter(scheme=held, organization__in=asked).values_list("organization", flat=True))
    fitting = list(branches_of(held, on=on).filter(pk__in=asked - known))
    if len(fitting) < len(asked - known):
        raise Refused(_("One of the branches isn't assessed by this scheme."), "branches")
    new = [Assessment(scheme=held, organization=branch) for branch in fitting]
    Assessment.objects.bulk_create(new)
    _open_tallies(scheme, new)
    if new:
        details = {"branches": len(new), "year": scheme.year}
        record(
            action="begin_assessments", by=by, subject=scheme, organization_code=scheme.organization.code,
            details=details,
        )  # fmt: skip
    return len(new)


def compute_waiting(*, on: date, among: AssessmentQuerySet | None = None) -> int:
    """Compute what waits for it, each in a transaction of its own; one that fails keeps no other. How many were."""
    waiting = (Assessment.objects.all() if among is None else among).filter(computed_at__isnull=True, state__in=OPEN)
    done = 0
    for key in list(waiting.order_by("organization__path", "key").values_list("pk", flat=True)):
        try:
            done += _compute_one(key, on)
        except Exception:
            log.exception("Assessment %s could not be computed and is tried again.", key)
    return done


@transaction.atomic
def recompute(*, assessment: Assessment, on: date, by: User) -> Assessment:
    """By what the record and the confirmed values say now. Raises Refused."""
    held = lock_assessment(assessment)
    if held.state not in OPEN:
        raise Refused(_("It is published: publish it again to take up what has changed."))
    store(assessment=held, on=on, by=by)
    record_act(held, action="compute_assessment", by=by)
    return held


@transaction.atomic
def compute_anew(*, rows: AssessmentQuerySet, by: User) -> int:
    """Put all that aren't published back in line for computing. How many."""
    asked = rows.filter(state__in=OPEN)
    number = Assessment.objects.filter(pk__in=asked.values("pk")).update(computed_at=None)
    if number:
        record(action="compute_assessments", by=by, subject=None, details={"branches": number})
    return number


def lock_assessment(assessment: Assessment) -> Assessment:
    """The assessment as it stands now, held until the end of the transaction: every writer takes this lock first."""
    rows = Assessment.objects.select_for_update(of=("self",)).select_related("organization", "scheme")
    return rows.get(pk=assessment.pk)


def record_act(
    assessment: Assessment, *, action: str, by: User, subject: Any = None, details: Mapping[str, Any] | None = None
) -> None:
    """An act on an assessment, or on a row that belongs to it."""
    code = assessment.organization.code
    record(action=action, by=by, subject=subject or assessment, organization_code=code, details=details)


@transaction.atomic
def _compute_one(key: UUID, on: date) -> bool:
    held = Assessment.objects.select_for_update(of=("self",)).filter(pk=key, computed_at__isnull=True).first()
    if held is None:
        return False
    store(assessment=held, on=on, by="system")
    return True


def _open_tallies(scheme: Scheme, new: list[Assessment]) -> None:
    """Sums stand there from the beginning, so that an answer only ever adds to all of them."""
    if scheme.weight_members:
        SatisfactionTally.objects.bulk_create(
            SatisfactionTally(assessment=one, answer=answer) for one in new for answer in Satisfaction
        )


Points = dict[tuple[str, str], Decimal | None]
"""By code and title of the indicator."""


@dataclass(frozen=True, slots=True)
class Changed:
    """An indicator that came to something else than before; None: not scored."""

    code: str
    title: str
    before: Decimal | None
    after: Decimal | None


def objectable_until(scheme: Scheme, *, on: date) -> date:
    """The last day for objections to what is shown that day."""
    return on + timedelta(days=scheme.objection_days)


@transaction.atomic
def show_to_branch(*, assessment: Assessment, on: date, by: User, until: date | None = None) -> Assessment:
    """From now on the branch sees everything and may object. Computed once more by then.

    `until`: the last day for objections, as many days on as the scheme gives unless more are said. Raises Refused.
    """
    held = lock_assessment(assessment)
    if held.state != AssessmentState.COLLECTING:
        return held
    least = objectable_until(held.scheme, on=on)
    if until and until < least:
        raise Refused(_("The scheme gives its branches until %(day)s to object.") % {"day": least}, "until")
    held.state, held.shown_on = AssessmentState.SHOWN, on
    held.objections_until = until or least
    held.save(update_fields=["state", "shown_on", "objections_until"])
    store(assessment=held, on=on, by=by)
    record_act(held, action="show_assessment", by=by)
    return held


@transaction.atomic
def publish(*, assessment: Assessment, on: date, by: User, day: date | None = None, words: str = "") -> list[Changed]:
    """For the first time, or again because the record has changed; what is new since it was last computed.

    `day`: on which it is published, today unless it is said; `words` stand on its page. Raises Refused.
    """
    day = day or on
    held = lock_assessment(assessment)
    if held.state == AssessmentState.PUBLISHED and not may_be_published_again(held, on=on):
        return []
    if held.state not in (AssessmentState.SHOWN, AssessmentState.PUBLISHED):
        raise Refused(_("Show it to the branch first; after the time for objections it can be published."))
    if sentences := hindrances(held, on=on):
        raise Refused(" ".join(sentences))
    if day > on or (held.shown_on and day < held.shown_on):
        raise Refused(_("It is published between the day on which it was shown to the branch and today."), "day")
    before = _points(held)
    store(assessment=held, on=on, by=by)
    changed = _differing(before, _points(held))
    held.state, held.published_on, held.published_words = AssessmentState.PUBLISHED, day, words
    held.save(update_fields=["state", "published_on", "published_words"])
    record_act(held, action="publish_assessment", by=by, details={"changed": len(changed)})
    return changed


@transaction.atomic
def lock(*, assessment: Assessment, on: date, by: User) -> Assessment:
    """Nothing changes any more, whatever the record says later. Raises Refused."""
    held = lock_assessment(assessment)
    if held.state == AssessmentState.LOCKED:
        return held
    if held.state != AssessmentState.PUBLISHED:
        raise Refused(_("Only a published assessment is locked."))
    if is_provisional(held.scheme.year, on):
        raise Refused(_("The year isn't over yet, so the points can still change."))
    if may_be_published_again(held, on=on):
        raise Refused(_("The record says something else by now. Publish it again first."))
    held.state, held.locked_on = AssessmentState.LOCKED, on
    held.save(update_fields=["state", "locked_on"])
    record_act(held, action="lock_assessment", by=by)
    return held


@transaction.atomic
def decide_grade(*, assessment: Assessment, band: Band, meeting: str, day: date, on: date, by: User) -> Assessment:
    """What decides a grade: people, in a meeting. It is kept apart from the band that the points and the vetoes come to
    (`band_rank`, `worst_veto`). Raises Refused."""
    held = lock_assessment(assessment)
    if held.state == AssessmentState.LOCKED:
        raise Refused(_("It is locked."))
    if held.state == AssessmentState.COLLECTING:
        raise Refused(_("Show it to the branch first; a grade is decided on what the branch has seen."))
    if band.scheme_id != held.scheme_id:
        raise Refused(_("Choose a grade of this scheme."), "band")
    if day > on:
        raise Refused(_("That day hasn't come yet."), "day")
    if (held.decided_band_id, held.decided_with, held.decided_on) == (band.pk, meeting, day):
        return held
    held.decided_band, held.decided_with, held.decided_on = band, meeting, day
    held.save(update_fields=["decided_band", "decided_with", "decided_on"])
    record_act(held, action="decide_grade", by=by, details={"rank": band.rank})
    return held


def _points(assessment: Assessment) -> Points:
    rows = IndicatorScore.objects.filter(assessment=assessment).order_by("indicator__position")
    found = rows.values_list("indicator__code", "indicator__title", "points")
    return {(code, title): points for code, title, points in found}


def _differing(before: Points, after: Points) -> list[Changed]:
    return [
        Changed(code, title, before.get((code, title)), points)
        for (code, title), points in after.items()
        if before.get((code, title)) != points
    ]


AT_ONCE = 50
"""So many in one go: each is computed once more."""
STEPS: Mapping[str, Callable[..., object]] = {"show": show_to_branch, "publish": publish, "lock": lock}
"""Step → what does it for one; from which state, `queries.publishing.BEFORE`."""


@dataclass(slots=True)
class Together:
    """How many went, how many are left for another go, and which were refused, with the sentence."""

    done: int = 0
    left: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)


def take_together(*, rows: AssessmentQuerySet, step: str, on: date, by: User, **said: object) -> Together:
    """In the order of the tree; `step` is one of STEPS, `said` what its act asks for beside."""
    asked, found = readiness(rows, step, on=on), Together()
    found.refused = [(one.organization.name, why) for why, held in asked.held_up.items() for one in held]
    found.left = len(asked.ready[AT_ONCE:])
    for one in asked.ready[:AT_ONCE]:
        try:
            STEPS[step](assessment=one, on=on, by=by, **said)
            found.done += 1
        except Refused as refusal:
            found.refused.append((one.organization.name, str(refusal)))
    return found
