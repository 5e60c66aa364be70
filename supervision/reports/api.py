"""Supervision reports for programs: the same rows and figures as on the pages, to read."""

from typing import Any

from django.db.models import F, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from members.access.policy import requires
from members.api import MISSING, ORGANIZATION, ByDay, asked_for, asker
from members.choices import Capability
from supervision.choices import ReportState
from supervision.reports.models import Report, ReportStep

PERIOD = OpenApiParameter("period", OpenApiTypes.STR, description="2026-Q3 or 2026")
STATE = OpenApiParameter("state", OpenApiTypes.STR, enum=ReportState.values, description="Only in this state")


class LatestReportFirst(ByDay):
    ordering = ("-begun_on", "key")


class ReportStepSerializer(serializers.ModelSerializer[ReportStep]):
    """One thing that happened to a report."""

    class Meta:
        model = ReportStep
        fields = ("state", "text", "on")
        read_only_fields = fields


class ReportSerializer(serializers.ModelSerializer[Report]):
    """A report. `figures` as they were on the day of adoption; null while it is a draft."""

    organization = serializers.CharField(source="organization_code", read_only=True)
    figures = serializers.JSONField(read_only=True, allow_null=True)
    steps = ReportStepSerializer(many=True, read_only=True)

    class Meta:
        model = Report
        fields = (
            "key", "organization", "period_kind", "period", "state", "judgement", "figures", "begun_on", "adopted_on",
            "submitted_on", "closed_on", "steps",
        )  # fmt: skip
        read_only_fields = fields


class ReportFilterSerializer(serializers.Serializer[dict[str, Any]]):
    """Which reports are asked for."""

    organization = serializers.CharField(required=False, max_length=40)
    period = serializers.CharField(required=False, max_length=7)
    state = serializers.ChoiceField(ReportState.choices, required=False)


@requires(Capability.VIEW_SUPERVISION, Capability.RECEIVE_REPORTS)
class ReportViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Report]):
    """The own organization's reports, and those that were submitted to it; the latest first."""

    serializer_class = ReportSerializer
    pagination_class = LatestReportFirst
    queryset = Report.objects.none()
    lookup_field = "key"
    lookup_value_regex = "[0-9a-f-]{36}"

    def get_queryset(self) -> QuerySet[Report]:
        asked = asked_for(ReportFilterSerializer, self.request)
        names = {"organization": "organization__code", "period": "period", "state": "state"}
        rows = Report.objects.visible_to(asker(self.request)).prefetch_related("steps")
        wanted = {names[name]: value for name, value in asked.items()}
        return rows.filter(**wanted).annotate(organization_code=F("organization__code"))

    @extend_schema(
        parameters=[ORGANIZATION, PERIOD, STATE],
        responses={200: ReportSerializer(many=True), 400: OpenApiTypes.OBJECT, **MISSING},
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(responses={200: ReportSerializer, **MISSING})
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().retrieve(request, *args, **kwargs)
