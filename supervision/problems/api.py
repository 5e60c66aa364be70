"""Problems and inspections through the API: to read, by the scope of the pages."""

from typing import Any

from django.db.models import F, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from members.access.policy import requires
from members.api import ERRORS, MISSING, ORGANIZATION, ByDay, asked_for, asker
from members.choices import Capability
from members.models import Organization
from members.paths import subtree
from supervision.choices import InspectionState, ProblemState
from supervision.problems.models import Inspection, Problem

READERS = (Capability.VIEW_SUPERVISION, Capability.INSPECT)
PROBLEM_STATE = OpenApiParameter("state", OpenApiTypes.STR, enum=ProblemState.values)
INSPECTION_STATE = OpenApiParameter("state", OpenApiTypes.STR, enum=InspectionState.values)


class LatestProblemFirst(ByDay):
    ordering = ("-found_on", "key")


class LatestVisitFirst(ByDay):
    ordering = ("-visit_on", "key")


class ProblemSerializer(serializers.ModelSerializer[Problem]):
    """A problem and where it stands."""

    organization = serializers.CharField(source="organization_code", read_only=True)
    source = serializers.CharField(source="list_source", read_only=True)  # type: ignore[assignment]
    responsible = serializers.UUIDField(source="responsible_key", allow_null=True, read_only=True)

    class Meta:
        model = Problem
        fields = (
            "key", "organization", "source", "problem_list", "text", "measure", "responsible", "responsible_name",
            "found_on", "due_on", "is_internal", "state", "settled_on",
        )  # fmt: skip
        read_only_fields = fields


class InspectionSerializer(serializers.ModelSerializer[Inspection]):
    """A visit of the level above; its findings are problems."""

    organization = serializers.CharField(source="organization_code", read_only=True)
    inspected_by = serializers.CharField(source="inspected_by_code", read_only=True)

    class Meta:
        model = Inspection
        fields = (
            "key", "organization", "inspected_by", "state", "visit_on", "team", "subject", "summary", "issued_on",
            "closed_on", "closing_words",
        )  # fmt: skip
        read_only_fields = fields


class AskedProblemsSerializer(serializers.Serializer[dict[str, Any]]):
    organization = serializers.CharField(required=False, max_length=40)
    state = serializers.ChoiceField(ProblemState.choices, required=False)


class AskedInspectionsSerializer(serializers.Serializer[dict[str, Any]]):
    organization = serializers.CharField(required=False, max_length=40)
    state = serializers.ChoiceField(InspectionState.choices, required=False)


@requires(*READERS)
class ProblemViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Problem]):
    """The problems that one reads on the pages; the latest first."""

    serializer_class = ProblemSerializer
    pagination_class = LatestProblemFirst
    queryset = Problem.objects.none()
    lookup_field = "key"
    lookup_value_regex = "[0-9a-f-]{36}"

    def get_queryset(self) -> QuerySet[Problem]:
        rows = _narrowed(self.request, Problem.objects.visible_to(asker(self.request)), AskedProblemsSerializer)
        return rows.annotate(
            organization_code=F("organization__code"), list_source=F("problem_list__source"),
            responsible_key=F("responsible__key"),
        )  # fmt: skip

    @extend_schema(parameters=[ORGANIZATION, PROBLEM_STATE], responses={200: ProblemSerializer(many=True), **ERRORS})
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(responses={200: ProblemSerializer, **MISSING})
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().retrieve(request, *args, **kwargs)


@requires(*READERS)
class InspectionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Inspection]):
    """The inspections that one reads on the pages; the latest first."""

    serializer_class = InspectionSerializer
    pagination_class = LatestVisitFirst
    queryset = Inspection.objects.none()
    lookup_field = "key"
    lookup_value_regex = "[0-9a-f-]{36}"

    def get_queryset(self) -> QuerySet[Inspection]:
        rows = _narrowed(self.request, Inspection.objects.visible_to(asker(self.request)), AskedInspectionsSerializer)
        return rows.annotate(organization_code=F("organization__code"), inspected_by_code=F("inspected_by__code"))

    @extend_schema(
        parameters=[ORGANIZATION, INSPECTION_STATE], responses={200: InspectionSerializer(many=True), **ERRORS}
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(responses={200: InspectionSerializer, **MISSING})
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().retrieve(request, *args, **kwargs)


def _narrowed(request: Request, rows: Any, serializer: Any) -> Any:
    asked = asked_for(serializer, request)
    if code := asked.get("organization"):
        place = get_object_or_404(Organization.objects.visible_to(asker(request)), code=code)
        rows = rows.filter(subtree("organization__path", [place.path]))
    return rows.filter(state=asked["state"]) if asked.get("state") else rows
