"""Assessments of branches by a scheme: begun and computed. Rows are the truth: what has no `computed_at` waits."""

import logging
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from assessment.choices import Satisfaction, SchemeState
from assessment.models import Assessment, SatisfactionTally, Scheme
from assessment.models.assessment import OPEN, AssessmentQuerySet
from assessment.queries.beginning import branches_of
from assessment.services.computing import store
from audit.services import record
from members.models import Organization, User
from members.services.refused import Refused

log = logging.getLogger(__name__)


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
    held = locked(assessment)
    if held.state not in OPEN:
        raise Refused(_("It is published: publish it again to take up what has changed."))
    store(assessment=held, on=on, by=by)
    put_on_record(held, action="compute_assessment", by=by)
    return held


@transaction.atomic
def compute_anew(*, rows: AssessmentQuerySet, by: User) -> int:
    """Put all that aren't published back in line for computing. How many."""
    asked = rows.filter(state__in=OPEN)
    number = Assessment.objects.filter(pk__in=asked.values("pk")).update(computed_at=None)
    if number:
        record(action="compute_assessments", by=by, subject=None, details={"branches": number})
    return number


def locked(assessment: Assessment) -> Assessment:
    """The assessment as it stands now, held until the end of the transaction: every writer takes this lock first."""
    rows = Assessment.objects.select_for_update(of=("self",)).select_related("organization", "scheme")
    return rows.get(pk=assessment.pk)


def put_on_record(
    assessment: Assessment, *, action: str, by: User, subject: Any = None, details: Mapping[str, Any] | None = None
) -> None:
    """An act on an assessment, or on a row that belongs to it."""
    code = assessment.organization.code
    record(action=action, by=by, subject=subject or assessment, organization_code=code, details=details)


def put_export_on_record(*, scheme: Scheme, rows: int, by: User) -> None:
    code = scheme.organization.code
    record(action="export_assessments", by=by, subject=scheme, organization_code=code, details={"rows": rows})


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
