"""Figures for programs: a place's dashboard, and the stored months of the organizations in scope. Nobody's name."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from assessment.dashboard.models import FIGURES, RollUp
from assessment.dashboard.queries import followed_at, medians_of, months_of
from assessment.dashboard.rules import (
    MEASURES,
    STATE_CODES,
    STATES,
    Period,
    first_kept,
    known,
    month_of,
    period_before,
    read_period,
    share_of,
    state_of,
    trend_months,
    usual_period,
)
from members.access.policy import requires
from members.api import ERRORS, ORGANIZATION, InOrderOfRecording, asked_for, asker
from members.choices import Capability, OrganizationKind, UnitKind
from members.models import Organization
from members.paths import subtree

ORG = OpenApiParameter("org", str, description="Code; the first of one's offices when left out")
PERIOD = OpenApiParameter("period", str, description="2026-07, 2026-Q3 or 2026; the last full month when left out")
MONTH = OpenApiParameter("month", str, description="Only this month, as 2026-07")
UNIT = OpenApiParameter("unit", str, enum=UnitKind.values, description="Only branches in this kind of unit")


class PlaceSerializer(serializers.Serializer[dict[str, str]]):
    """Of which place, when, and of which kind of unit."""

    org = serializers.CharField(required=False, max_length=40)
    period = serializers.CharField(required=False, max_length=10)
    unit = serializers.ChoiceField(required=False, choices=UnitKind.choices)


class NarrowingSerializer(serializers.Serializer[dict[str, str]]):
    """Which rows are asked for."""

    organization = serializers.CharField(required=False, max_length=40)
    month = serializers.RegexField(r"^[12][0-9]{3}-(0[1-9]|1[0-2])$", required=False)
    unit = serializers.ChoiceField(required=False, choices=UnitKind.choices)


class TrendSerializer(serializers.Serializer[dict[str, Any]]):
    month = serializers.CharField()
    per_mille = serializers.IntegerField(allow_null=True)
    state = serializers.ChoiceField(choices=STATE_CODES)
    """Why there is no share."""


class MeasureSerializer(serializers.Serializer[dict[str, Any]]):
    """A part of a whole; amounts in fen. Null: nothing was due, or too few organizations are compared."""

    code = serializers.CharField()
    part = serializers.IntegerField()
    whole = serializers.IntegerField()
    per_mille = serializers.IntegerField(allow_null=True)
    state = serializers.ChoiceField(choices=STATE_CODES)
    """Why there is no share."""
    before = serializers.IntegerField(allow_null=True)
    median = serializers.IntegerField(allow_null=True)
    trend = TrendSerializer(many=True)


class DashboardSerializer(serializers.Serializer[dict[str, Any]]):
    """What the dashboard shows of a place. `figures` is null as long as nothing is added up for the period."""

    organization = serializers.CharField()
    period = serializers.CharField()
    unit = serializers.CharField()
    as_of = serializers.DateTimeField(allow_null=True)
    figures = serializers.DictField(child=serializers.IntegerField(), allow_null=True)
    measures = MeasureSerializer(many=True)


class RollUpSerializer(serializers.ModelSerializer[RollUp]):
    """A month of an organization; `unit_kind` is empty for all kinds of units."""

    organization = serializers.CharField(source="organization_code", read_only=True)
    month = serializers.DateField(format="%Y-%m", read_only=True)

    class Meta:
        model = RollUp
        fields = ("organization", "month", "unit_kind", *FIGURES)
        read_only_fields = fields


@dataclass(frozen=True, slots=True)
class FigureQuery:
    place: Organization
    period: Period
    unit: str
    on: date


@requires(Capability.VIEW_DASHBOARD)
class DashboardViewSet(viewsets.ViewSet):
    """One place's figures of a period, with the level's median and 24 months of each measure."""

    @extend_schema(parameters=[ORG, PERIOD, UNIT], responses={200: DashboardSerializer, **ERRORS})
    def list(self, request: Request) -> Response:
        asked = _asked(request)
        months = months_of(asked.place, asked.unit, first_kept(asked.on), month_of(asked.on))
        figures, before = months.added(asked.period), period_before(asked.period, asked.on)
        earlier = months.added(before) if before else None
        medians = medians_of(asked.place.kind, asked.unit, asked.period.code, [], "")
        trend = [(f"{month:%Y-%m}", months.of(month)) for month in trend_months(asked.on)]
        shares = {measure.code: share_of(measure, figures) for measure in MEASURES}
        said = {
            "organization": asked.place.code, "period": asked.period.code, "unit": asked.unit,
            "as_of": followed_at(), "figures": figures,
            "measures": [
                {
                    "code": measure.code,
                    "part": measure.fraction(figures)[0],
                    "whole": measure.fraction(figures)[1],
                    "per_mille": known(shares[measure.code]),
                    "state": STATES[state_of(shares[measure.code])],
                    "before": known(share_of(measure, earlier)),
                    "median": medians.of(asked.period.code, measure.code),
                    "trend": [
                        {"month": month, "per_mille": known(share), "state": STATES[state_of(share)]}
                        for month, share in ((month, share_of(measure, row)) for month, row in trend)
                    ],
                }
                for measure in MEASURES
                if figures
            ],
        }  # fmt: skip
        return Response(DashboardSerializer(said).data)


@requires(Capability.VIEW_DASHBOARD)
class RollUpViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[RollUp]):
    """The stored months of the organizations in one's scope; numbers that add up, and nobody's name."""

    serializer_class = RollUpSerializer
    pagination_class = InOrderOfRecording
    queryset = RollUp.objects.none()

    def get_queryset(self) -> QuerySet[RollUp]:
        asked, user = asked_for(NarrowingSerializer, self.request), asker(self.request)
        rows = RollUp.objects.visible_to(user).filter(unit_kind=asked.get("unit", ""))
        if code := asked.get("organization"):
            place = get_object_or_404(_places(user), code=code)
            rows = rows.filter(subtree("organization__path", [place.path]))
        if month := asked.get("month"):
            rows = rows.filter(month=date.fromisoformat(f"{month}-01"))
        return rows.annotate(organization_code=F("organization__code"))

    @extend_schema(parameters=[ORGANIZATION, MONTH, UNIT], responses={200: RollUpSerializer(many=True), **ERRORS})
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)


def _places(user: Any) -> QuerySet[Organization]:
    """The organizations that have figures of their own."""
    found: QuerySet[Organization] = Organization.objects.visible_to(user, Capability.VIEW_DASHBOARD)
    return found.exclude(kind=OrganizationKind.GROUP)


def _asked(request: Request) -> FigureQuery:
    said, on, user = asked_for(PlaceSerializer, request), timezone.localdate(), asker(request)
    where = (
        {"code": said["org"]} if "org" in said else {"path": (user.access.paths(Capability.VIEW_DASHBOARD) or [""])[0]}
    )
    period = read_period(said["period"], on) if "period" in said else usual_period(on)
    if period is None:
        raise ValidationError({"period": [f"{first_kept(on):%Y-%m} … {on:%Y-%m}"]})
    return FigureQuery(get_object_or_404(_places(user), **where), period, said.get("unit", ""), on)
