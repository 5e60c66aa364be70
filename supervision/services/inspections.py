"""Inspections by the level above: planned, visited, findings written, handed over, followed to the end, closed."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit.services import record
from members.models import Organization, User
from members.services.refused import Refused
from supervision.choices import InspectionState, ProblemSource
from supervision.models import Inspection, Problem, ProblemList
from supervision.services.problems import Values, add_problems


def plan_inspection(*, inspection: Inspection, by: User) -> Inspection:
    """The branch is told who comes, when, and what is looked at. The same key twice is once."""
    same = Inspection.objects.filter(pk=inspection.pk, organization=inspection.organization)
    if known := same.first():
        return known
    try:
        with transaction.atomic():
            inspection.save(force_insert=True)
            _record("plan_inspection", inspection, by)
    except IntegrityError:
        if known := same.first():
            return known
        raise
    return inspection


@transaction.atomic
def write_findings(
    *, inspection: Inspection, key: UUID, rows: Sequence[Values], summary: str, on: date, by: User
) -> int:
    """What the visit showed; the branch reads none of it before it is handed over. Raises Refused."""
    held = _held(inspection)
    if held.visit_on > on:
        raise Refused(_("The visit is on %(day)s: findings come after it.") % {"day": held.visit_on.isoformat()})
    if held.state not in (InspectionState.PLANNED, InspectionState.VISITED):
        raise Refused(_("The findings are handed over and stay as they are."))
    held.state, held.summary = InspectionState.VISITED, summary.strip()
    held.save(update_fields=["state", "summary"])
    added = add_problems(problem_list=_list_of(held), rows=rows, key=key, found_on=held.visit_on) if rows else 0
    _record("write_findings", held, by, {"rows": added})
    return added


@transaction.atomic
def take_out_finding(*, problem: Problem, by: User) -> None:
    """A finding that is still being written is no finding any more; written anew it is another. Raises Refused."""
    inspection = problem.problem_list.inspection
    if inspection is None or _held(inspection).state != InspectionState.VISITED:
        raise Refused(_("The findings are handed over and stay as they are."))
    if Problem.objects.filter(pk=problem.pk).delete()[0]:
        _record("take_out_finding", inspection, by)


@transaction.atomic
def hand_over(*, inspection: Inspection, on: date, by: User) -> Inspection:
    """From now on the branch reads the findings and puts them right by their days. Twice is once. Raises Refused."""
    held = _held(inspection)
    if held.state in (InspectionState.ISSUED, InspectionState.CLOSED):
        return held
    findings = list(ProblemList.objects.filter(inspection=held).values_list("problems__due_on", flat=True))
    days = [day for day in findings if day]
    if held.state != InspectionState.VISITED or not (days or held.summary):
        raise Refused(_("Write down what was found first."))
    if days and min(days) < on:
        raise Refused(_("A finding would be overdue at once: give every finding a day that is still to come."))
    held.state, held.issued_on = InspectionState.ISSUED, on
    held.save(update_fields=["state", "issued_on"])
    _record("hand_over_findings", held, by)
    return held


@transaction.atomic
def close_inspection(*, inspection: Inspection, words: str, on: date, by: User) -> Inspection:
    """When every finding is settled. Twice is once. Raises Refused."""
    held = _held(inspection)
    if held.state == InspectionState.CLOSED:
        return held
    if held.state != InspectionState.ISSUED:
        raise Refused(_("Hand over what was found first."))
    if not words.strip():
        raise Refused(_("Say with what it is closed."), "words")
    listed = ProblemList.objects.filter(inspection=held).first()
    if listed and listed.problems.filter(settled_on__isnull=True).exists():
        raise Refused(_("Not every finding is accepted or dropped yet."))
    held.state, held.closed_on, held.closing_words = InspectionState.CLOSED, on, words.strip()
    held.save(update_fields=["state", "closed_on", "closing_words"])
    _record("close_inspection", held, by)
    return held


def put_inspections_export_on_record(*, rows: int, by: User, place: Organization | None = None) -> None:
    code = place.code if place else ""
    record(action="export_inspections", by=by, subject=place, organization_code=code, details={"rows": rows})


def _list_of(inspection: Inspection) -> ProblemList:
    facts = {
        "organization": inspection.organization, "source": ProblemSource.INSPECTION,
        "title": inspection.subject[:160], "made_on": inspection.visit_on,
    }  # fmt: skip
    return ProblemList.objects.get_or_create(inspection=inspection, defaults=facts)[0]


def _held(inspection: Inspection) -> Inspection:
    rows = Inspection.objects.select_for_update(of=("self",)).select_related("organization")
    return rows.get(pk=inspection.pk)


def _record(action: str, inspection: Inspection, by: User, details: dict[str, int] | None = None) -> None:
    code = inspection.organization.code
    record(action=action, by=by, subject=inspection, organization_code=code, details=details)
