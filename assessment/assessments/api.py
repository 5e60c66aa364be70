"""Assessments through the API: to read, by the scope of the pages; each point with the facts behind it."""

from typing import Any

from django.db.models import F, Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from assessment.assessments.models import Assessment, ClauseScore, IndicatorScore
from assessment.choices import AssessmentState
from members.access.policy import requires
from members.api import ERRORS, MISSING, ORGANIZATION, PlacePagination, asked_for, asker
from members.choices import Capability
from members.models import Organization

YEAR = OpenApiParameter("year", OpenApiTypes.INT, description="Of the schemes")
FACT = ("record", "label", "on", "done", "of", "unknown")
PLAIN = (
    "key", "organization", "scheme", "year", "state", "computed_on", "known_points", "open_points", "total", "band",
    "veto", "decided_band", "decided_with", "decided_on", "shown_on", "objections_until", "published_on", "locked_on",
    "stale_since", "stale_points", "stale_because",
)  # fmt: skip
STATE = OpenApiParameter("state", OpenApiTypes.STR, enum=AssessmentState.values)


class ByPlace(PlacePagination):
    """In the order of the tree, never by points."""

    ordering = ("organization__path", "key")


class FactSerializer(serializers.Serializer[dict[str, Any]]):
    """A record behind points, or something that was due. It names no person."""

    record = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    on = serializers.DateField()
    done = serializers.IntegerField()
    of = serializers.IntegerField()
    unknown = serializers.IntegerField()


class ClauseScoreSerializer(serializers.ModelSerializer[ClauseScore]):
    """What a clause gave or took."""

    text = serializers.CharField(source="clause.text", read_only=True)
    kind = serializers.CharField(source="clause.kind", read_only=True)
    facts = serializers.SerializerMethodField()

    class Meta:
        model = ClauseScore
        fields = ("text", "kind", "state", "points", "facts")
        read_only_fields = fields

    @extend_schema_field(FactSerializer(many=True))
    def get_facts(self, score: ClauseScore) -> list[dict[str, Any]]:
        """Without the addresses of pages, which only the branch's own offices open."""
        return [{name: fact[name] for name in FACT} for fact in score.facts]


class IndicatorScoreSerializer(serializers.ModelSerializer[IndicatorScore]):
    """What an indicator came to; `points` null unless it is scored."""

    code = serializers.CharField(source="indicator.code", read_only=True)
    title = serializers.CharField(source="indicator.title", read_only=True)
    part = serializers.CharField(source="indicator.part", read_only=True)
    max_points = serializers.DecimalField(source="indicator.max_points", max_digits=7, decimal_places=2, read_only=True)
    clauses = ClauseScoreSerializer(many=True, read_only=True)

    class Meta:
        model = IndicatorScore
        fields = ("code", "title", "part", "state", "points", "max_points", "clauses")
        read_only_fields = fields


class AssessmentSerializer(serializers.ModelSerializer[Assessment]):
    """An assessment without what is behind it. `total` null as long as something is open."""

    organization = serializers.CharField(source="organization_code", read_only=True)
    scheme = serializers.CharField(source="scheme_code", read_only=True)
    year = serializers.IntegerField(source="scheme_year", read_only=True)
    band = serializers.CharField(source="band_name", allow_null=True, read_only=True)
    decided_band = serializers.CharField(source="decided_band_name", allow_null=True, read_only=True)
    veto = serializers.CharField(source="veto_text", allow_null=True, read_only=True)

    class Meta:
        model = Assessment
        fields: tuple[str, ...] = PLAIN
        read_only_fields = fields


class AssessmentDetailSerializer(AssessmentSerializer):
    """With every indicator, clause and fact."""

    indicators = IndicatorScoreSerializer(source="scores", many=True, read_only=True)

    class Meta(AssessmentSerializer.Meta):
        fields = (*PLAIN, "indicators")
        read_only_fields = fields


class AssessmentFilterSerializer(serializers.Serializer[dict[str, Any]]):
    """Which assessments are asked for."""

    organization = serializers.CharField(required=False, max_length=40)
    year = serializers.IntegerField(required=False, min_value=2000, max_value=2199)
    state = serializers.ChoiceField(AssessmentState.choices, required=False)


@requires(Capability.VIEW_ASSESSMENT)
class AssessmentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Assessment]):
    """The assessments that one reads on the pages, in the order of the tree."""

    serializer_class = AssessmentSerializer
    pagination_class = ByPlace
    queryset = Assessment.objects.none()
    lookup_field = "key"
    lookup_value_regex = "[0-9a-f-]{36}"

    def get_serializer_class(self) -> type[AssessmentSerializer]:
        return AssessmentDetailSerializer if self.action == "retrieve" else AssessmentSerializer

    def get_queryset(self) -> QuerySet[Assessment]:
        asked = asked_for(AssessmentFilterSerializer, self.request)
        user = asker(self.request)
        rows = Assessment.objects.visible_to(user)
        if code := asked.get("organization"):
            places = Organization.objects.visible_to(user, Capability.VIEW_ASSESSMENT)
            rows = rows.below(get_object_or_404(places, code=code).path)
        for name, field in (("year", "scheme__year"), ("state", "state")):
            rows = rows.filter(**{field: asked[name]}) if asked.get(name) else rows
        rows = rows.prefetch_related(_scores()) if self.action == "retrieve" else rows
        return rows.annotate(
            organization_code=F("organization__code"), scheme_code=F("scheme__code"), scheme_year=F("scheme__year"),
            band_name=F("band__name"), decided_band_name=F("decided_band__name"), veto_text=F("veto__text"),
        )  # fmt: skip

    @extend_schema(parameters=[ORGANIZATION, YEAR, STATE], responses={200: AssessmentSerializer(many=True), **ERRORS})
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(responses={200: AssessmentDetailSerializer, **MISSING})
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().retrieve(request, *args, **kwargs)


def _scores() -> "Prefetch[Any]":
    """In the order of the sheet."""
    clauses = ClauseScore.objects.select_related("clause").order_by("clause__position")
    scores = IndicatorScore.objects.select_related("indicator").order_by("indicator__position")
    return Prefetch("scores", queryset=scores.prefetch_related(Prefetch("clauses", queryset=clauses)))
