"""Appraisals for programs: rounds, and the grades of those that are closed. No ballot, no sum, no text."""

from typing import Any

from django.db.models import F, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from members.access.policy import requires
from members.api import MISSING, ORGANIZATION, ByDay, asked_for, asker
from members.choices import Capability
from members.models import Organization
from members.paths import subtree
from supervision.appraisals.models import AppraisalRound, Appraisee
from supervision.choices import RoundState

YEAR = OpenApiParameter("year", OpenApiTypes.INT, description="Only this year's")


class LatestRoundFirst(ByDay):
    ordering = ("-opened_on", "key")


class LatestGradeFirst(ByDay):
    ordering = ("-closed_on", "key")


class RoundSerializer(serializers.ModelSerializer[AppraisalRound]):
    """A branch's appraisal of a year, and where it stands."""

    organization = serializers.CharField(source="organization_code", read_only=True)

    class Meta:
        model = AppraisalRound
        fields = ("key", "organization", "year", "state", "opened_on", "closed_on")
        read_only_fields = fields


class GradeSerializer(serializers.ModelSerializer[Appraisee]):
    """What a member was graded in a closed round; empty: took part without a grade."""

    round = serializers.UUIDField(source="round_id", read_only=True)
    member = serializers.UUIDField(source="member_key", read_only=True)
    organization = serializers.CharField(source="organization_code", read_only=True)
    year = serializers.IntegerField(source="round_year", read_only=True)

    class Meta:
        model = Appraisee
        fields = ("round", "organization", "year", "member", "grade", "told_on")
        read_only_fields = fields


class AppraisalFilterSerializer(serializers.Serializer[dict[str, Any]]):
    """Where and of which year."""

    organization = serializers.CharField(required=False, max_length=40)
    year = serializers.IntegerField(required=False, min_value=1900, max_value=2199)


@requires(Capability.VIEW_SUPERVISION)
class AppraisalViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[AppraisalRound]):
    """Rounds of the branches of one's offices; the latest first."""

    serializer_class = RoundSerializer
    pagination_class = LatestRoundFirst
    queryset = AppraisalRound.objects.none()
    lookup_field = "key"
    lookup_value_regex = "[0-9a-f-]{36}"

    def get_queryset(self) -> QuerySet[AppraisalRound]:
        user = asker(self.request)
        inside = subtree("organization__path", user.access.paths(Capability.VIEW_SUPERVISION))
        rows = AppraisalRound.objects.filter(inside).annotate(organization_code=F("organization__code"))
        return _narrowed(rows, self.request, "")

    @extend_schema(
        parameters=[ORGANIZATION, YEAR],
        responses={200: RoundSerializer(many=True), 400: OpenApiTypes.OBJECT, **MISSING},
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(responses={200: RoundSerializer, **MISSING})
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().retrieve(request, *args, **kwargs)


@requires(Capability.VIEW_SUPERVISION)
class GradeViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Appraisee]):
    """Grades of the closed rounds of the branches of one's offices; the latest closed first."""

    serializer_class = GradeSerializer
    pagination_class = LatestGradeFirst
    queryset = Appraisee.objects.none()

    def get_queryset(self) -> QuerySet[Appraisee]:
        user = asker(self.request)
        inside = subtree("round__organization__path", user.access.paths(Capability.VIEW_SUPERVISION))
        rows = Appraisee.objects.filter(inside, round__state=RoundState.CLOSED).annotate(
            organization_code=F("round__organization__code"), member_key=F("member__key"),
            round_year=F("round__year"), closed_on=F("round__closed_on"),
        )  # fmt: skip
        return _narrowed(rows, self.request, "round__")

    @extend_schema(
        parameters=[ORGANIZATION, YEAR],
        responses={200: GradeSerializer(many=True), 400: OpenApiTypes.OBJECT, **MISSING},
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)


def _narrowed(rows: Any, request: Request, prefix: str) -> Any:
    asked = asked_for(AppraisalFilterSerializer, request)
    if code := asked.get("organization"):
        place = get_object_or_404(Organization.objects.visible_to(asker(request)), code=code)
        rows = rows.filter(subtree(f"{prefix}organization__path", [place.path]))
    return rows.filter(**{f"{prefix}year": asked["year"]}) if "year" in asked else rows
