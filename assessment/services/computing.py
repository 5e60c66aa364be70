"""An assessment's points kept as they were computed, and the look whether the record still says what was published."""

import logging
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Min, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from assessment.choices import AssessmentState
from assessment.models import Assessment, ClauseScore, IndicatorScore
from assessment.queries.computing import Computed, ComputedIndicator, computed
from audit.models import Entry, EntryQuerySet, Head
from audit.services import record
from members.models import Organization, User
from members.paths import STEP
from members.services.refused import Refused

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
