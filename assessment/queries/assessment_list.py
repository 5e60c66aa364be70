"""Assessments as a list: in the order of the tree, never by points; how many of each band, beside the quota."""

from dataclasses import dataclass

from django.db.models import Count, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from assessment.choices import ValueState
from assessment.models import Assessment, Band, ManualValue, Objection, Scheme
from assessment.models.assessment import OPEN, AssessmentQuerySet
from members.choices import Capability, OrganizationKind
from members.models import Organization, User


@dataclass(frozen=True, slots=True)
class BandCount:
    """How many branches came to a band; `most`: how many the quota leaves room for, None without a quota."""

    band: Band
    count: int
    most: int | None

    @property
    def is_over(self) -> bool:
        return self.most is not None and self.count > self.most


def with_open_ends(rows: AssessmentQuerySet) -> AssessmentQuerySet:
    """With how many objections and values wait for an answer: `open_objections`, `waiting_values`."""
    objections = Objection.objects.filter(assessment=OuterRef("pk")).unanswered()
    values = ManualValue.objects.filter(assessment=OuterRef("pk"), state=ValueState.WAITING)
    named = rows.select_related("organization", "scheme", "band", "decided_band", "veto")
    return named.annotate(open_objections=_number(objections), waiting_values=_number(values))


def band_counts(rows: AssessmentQuerySet, scheme: Scheme) -> list[BandCount]:
    """By the grade that was decided, else by the points. Two queries."""
    graded = rows.annotate(grade_band=Coalesce("decided_band", "band"))
    counts = dict(graded.order_by().values_list("grade_band").annotate(Count("pk")))
    whole = sum(counts.values())
    bands = Band.objects.filter(scheme=scheme).order_by("rank")
    return [BandCount(band, counts.get(band.pk, 0), _most(band, whole)) for band in bands]


def incomplete(rows: AssessmentQuerySet) -> AssessmentQuerySet:
    """Something is unknown or waits, so that there is no total."""
    return rows.filter(total__isnull=True)


def uncomputed(rows: AssessmentQuerySet) -> AssessmentQuerySet:
    return rows.filter(computed_at__isnull=True, state__in=OPEN)


def schemes_shown(user: User) -> list[Scheme]:
    """The schemes of the assessments that the user sees: of the newest year first that of the most branches. Two
    queries."""
    seen = Assessment.objects.visible_to(user).order_by().values_list("scheme").annotate(Count("pk"))
    branches = dict(seen)
    found = Scheme.objects.filter(pk__in=branches).latest_first()
    return sorted(found, key=lambda one: (-one.year, -branches[one.pk]))


def committees_shown(user: User) -> list[Organization]:
    """Where the user assesses: committees and general branches in tree order. One query."""
    above = [OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH]
    rows = Organization.objects.visible_to(user, Capability.ASSESS).filter(kind__in=above)
    return list(rows.in_tree_order())


def in_order(rows: AssessmentQuerySet) -> AssessmentQuerySet:
    return rows.order_by("-scheme__year", "scheme__code", "organization__path", "key")


def of_text(rows: AssessmentQuerySet, text: str) -> AssessmentQuerySet:
    return rows.filter(Q(organization__name__icontains=text) | Q(organization__code__istartswith=text))


def _number(rows: object) -> Coalesce:
    counted = rows.order_by().values("assessment").annotate(number=Count("pk")).values("number")  # type: ignore[attr-defined]
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _most(band: Band, whole: int) -> int | None:
    return None if band.quota_percent is None else whole * band.quota_percent // 100
