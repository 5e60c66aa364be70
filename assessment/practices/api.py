"""Practices for programs, for reading: the library of the pages, and in which branches each was taken over."""

from typing import Any

from django.db.models import F, Prefetch, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from assessment.choices import PracticeKind
from assessment.practices.models import Adoption, Practice
from assessment.practices.queries import library
from members.access.policy import requires
from members.api import ERRORS, MISSING, SEARCH, ByDay, asked_for, asker
from members.choices import Capability, UnitKind

KIND = OpenApiParameter("kind", OpenApiTypes.STR, enum=PracticeKind.values, description="What it is about")
UNIT = OpenApiParameter("unit_kind", OpenApiTypes.STR, enum=UnitKind.values, description="Of branches in such a unit")


class LatestPracticeFirst(ByDay):
    ordering = ("-published_on", "key")


class AdoptionSerializer(serializers.ModelSerializer[Adoption]):
    """A branch that does it too, and how it goes there."""

    organization = serializers.CharField(source="organization_code", read_only=True)

    class Meta:
        model = Adoption
        fields = ("organization", "adopted_on", "words")
        read_only_fields = fields


class PracticeSerializer(serializers.ModelSerializer[Practice]):
    """How a branch solved something. It holds no name of a member."""

    organization = serializers.CharField(source="organization_code", read_only=True)
    adoptions = AdoptionSerializer(many=True, read_only=True)

    class Meta:
        model = Practice
        fields = ("key", "organization", "kind", "title", "problem", "solution", "needs", "published_on", "adoptions")
        read_only_fields = fields


class PracticeFilterSerializer(serializers.Serializer[dict[str, Any]]):
    """Which practices are asked for."""

    search = serializers.CharField(required=False, max_length=60)
    kind = serializers.ChoiceField(PracticeKind.choices, required=False)
    unit_kind = serializers.ChoiceField(UnitKind.choices, required=False)


@requires(Capability.VIEW_ORGANIZATIONS)
class PracticeViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Practice]):
    """What is published, for everybody with an office; the latest first. Drafts are not served here."""

    serializer_class = PracticeSerializer
    pagination_class = LatestPracticeFirst
    queryset = Practice.objects.none()
    lookup_field = "key"
    lookup_value_regex = "[0-9a-f-]{36}"

    def get_queryset(self) -> QuerySet[Practice]:
        asked = asked_for(PracticeFilterSerializer, self.request)
        rows = library(asker(self.request)).found_by(asked.get("search", ""))
        equal = {"kind": asked.get("kind"), "organization__unit_kind": asked.get("unit_kind")}
        rows = rows.filter(**{name: value for name, value in equal.items() if value})
        lines = Adoption.objects.annotate(organization_code=F("organization__code"))
        return rows.annotate(organization_code=F("organization__code")).prefetch_related(Prefetch("adoptions", lines))

    @extend_schema(parameters=[SEARCH, KIND, UNIT], responses={200: PracticeSerializer(many=True), **ERRORS})
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(responses={200: PracticeSerializer, **MISSING})
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().retrieve(request, *args, **kwargs)
