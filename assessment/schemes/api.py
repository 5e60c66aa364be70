"""Schemes of assessment for programs, for reading: the scope of the pages."""

import re
from typing import Any

from django.db.models import F, Prefetch, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from assessment.choices import SchemeState
from assessment.schemes.models import Band, Clause, Indicator, Scheme
from members.access.policy import requires
from members.api import MISSING, ORGANIZATION, PlacePagination, asked_for, asker
from members.choices import Capability
from members.models import Organization
from members.paths import subtree

YEAR = OpenApiParameter("year", OpenApiTypes.INT, description="Schemes of that year")
STATE = OpenApiParameter("state", OpenApiTypes.STR, enum=SchemeState.values, description="How far it has come")
PLAIN = (
    "key", "organization", "code", "version", "title", "year", "unit_kind", "state", "total", "document", "approved_by",
    "weight_self", "weight_peer", "weight_superior", "weight_members", "objection_days", "in_force_since",
)  # fmt: skip


class LatestSchemeFirst(PlacePagination):
    ordering = ("-year", "code", "-version")
    place = re.compile(r"[0-9]{1,5}")


class BandSerializer(serializers.ModelSerializer[Band]):
    """A band and the points from which it holds."""

    class Meta:
        model = Band
        fields = ("rank", "name", "at_least", "quota_percent")
        read_only_fields = fields


class ClauseSerializer(serializers.ModelSerializer[Clause]):
    """How points are given or taken. `metric` empty: a person says what is found; `band_rank` only of a veto."""

    band_rank = serializers.IntegerField(source="band.rank", default=None, allow_null=True, read_only=True)

    class Meta:
        model = Clause
        fields = (
            "kind", "text", "metric", "points", "cap", "expected", "every", "counted", "tiers", "full_at", "step",
            "band_rank",
        )  # fmt: skip
        read_only_fields = fields


class IndicatorSerializer(serializers.ModelSerializer[Indicator]):
    """A line of the tree; `parent` is the code of the line above, null at the top."""

    parent = serializers.CharField(source="parent.code", default=None, allow_null=True, read_only=True)  # type: ignore[assignment]
    clauses = ClauseSerializer(many=True, read_only=True)

    class Meta:
        model = Indicator
        fields = ("code", "title", "parent", "part", "cycle", "max_points", "basis", "clauses")
        read_only_fields = fields


class SchemeSerializer(serializers.ModelSerializer[Scheme]):
    """A scheme without its lines."""

    organization = serializers.CharField(source="organization_code", read_only=True)

    class Meta:
        model = Scheme
        fields: tuple[str, ...] = PLAIN
        read_only_fields = fields


class SchemeDetailSerializer(SchemeSerializer):
    """With its bands and every line and clause."""

    bands = BandSerializer(many=True, read_only=True)
    indicators = IndicatorSerializer(many=True, read_only=True)

    class Meta(SchemeSerializer.Meta):
        fields = (*PLAIN, "bands", "indicators")
        read_only_fields = fields


class SchemeFilterSerializer(serializers.Serializer[dict[str, Any]]):
    """Which schemes are asked for."""

    organization = serializers.CharField(required=False, max_length=40)
    year = serializers.IntegerField(required=False, min_value=2000, max_value=2100)
    state = serializers.ChoiceField(SchemeState.choices, required=False)


@requires(Capability.VIEW_ASSESSMENT, Capability.MANAGE_SCHEMES)
class SchemeViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Scheme]):
    """The schemes that one reads on the pages; the latest year first."""

    serializer_class = SchemeSerializer
    pagination_class = LatestSchemeFirst
    queryset = Scheme.objects.none()
    lookup_field = "key"
    lookup_value_regex = "[0-9a-f-]{36}"

    def get_queryset(self) -> QuerySet[Scheme]:
        rows = Scheme.objects.visible_to(asker(self.request)).annotate(organization_code=F("organization__code"))
        asked = asked_for(SchemeFilterSerializer, self.request)
        if code := asked.get("organization"):
            place = get_object_or_404(Organization.objects.visible_to(asker(self.request)), code=code)
            rows = rows.filter(subtree("organization__path", [place.path]))
        return rows.filter(**{name: asked[name] for name in ("year", "state") if asked.get(name)})

    @extend_schema(
        parameters=[ORGANIZATION, YEAR, STATE],
        responses={200: SchemeSerializer(many=True), 400: OpenApiTypes.OBJECT, **MISSING},
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(responses={200: SchemeDetailSerializer, **MISSING})
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        lines = Indicator.objects.select_related("parent").prefetch_related(
            Prefetch("clauses", Clause.objects.select_related("band"))
        )
        rows = self.get_queryset().prefetch_related("bands", Prefetch("indicators", lines))
        return Response(SchemeDetailSerializer(get_object_or_404(rows, key=kwargs["key"])).data)
