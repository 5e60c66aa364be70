"""Joint goals for programs, for reading: the scope of the pages, and no name of a person for committees."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from assessment.choices import GoalState
from assessment.goals.models import Goal, GoalStep
from assessment.goals.queries import sees_names, who_of
from members.access.policy import requires
from members.api import MISSING, ORGANIZATION, ByDay, asked_for, asker
from members.choices import Capability
from members.models import Organization
from members.paths import subtree

YEAR = OpenApiParameter("year", OpenApiTypes.INT, description="Goals of that year")
STATE = OpenApiParameter("state", OpenApiTypes.STR, enum=GoalState.values, description="How far it has come")


class LatestGoalFirst(ByDay):
    ordering = ("-planned_on", "key")


class GoalStepSerializer(serializers.ModelSerializer[GoalStep]):
    """What was done for a goal on a day."""

    class Meta:
        model = GoalStep
        fields = ("on", "text")
        read_only_fields = fields


class GoalSerializer(serializers.ModelSerializer[Goal]):
    """A joint goal as far as it has come. `responsible` is null for who reads it without names."""

    organization = serializers.CharField(source="organization.code", read_only=True)
    responsible = serializers.SerializerMethodField()
    steps = GoalStepSerializer(many=True, read_only=True)

    class Meta:
        model = Goal
        fields = (
            "key", "organization", "year", "title", "target", "party_work", "responsible", "state", "planned_on",
            "checked_on", "on_track", "check_words", "ended_on", "result_words", "steps",
        )  # fmt: skip
        read_only_fields = fields

    def get_responsible(self, goal: Goal) -> str | None:
        return who_of(goal) if sees_names(goal, asker(self.context["request"])) else None


class GoalFilterSerializer(serializers.Serializer[dict[str, Any]]):
    """Whose goals are asked for, and which."""

    organization = serializers.CharField(required=False, max_length=40)
    year = serializers.IntegerField(required=False, min_value=1921, max_value=2199)
    state = serializers.ChoiceField(GoalState.choices, required=False)


@requires(Capability.VIEW_ASSESSMENT)
class GoalViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Goal]):
    """The joint goals of the branches of one's offices, the one planned last first."""

    serializer_class = GoalSerializer
    pagination_class = LatestGoalFirst
    queryset = Goal.objects.none()
    lookup_field = "key"
    lookup_value_regex = "[0-9a-f-]{36}"

    def get_queryset(self) -> QuerySet[Goal]:
        asked, user = asked_for(GoalFilterSerializer, self.request), asker(self.request)
        rows = Goal.objects.visible_to(user)
        if code := asked.get("organization"):
            place = get_object_or_404(Organization.objects.visible_to(user), code=code)
            rows = rows.filter(subtree("organization__path", [place.path]))
        rows = rows.filter(**{name: asked[name] for name in ("year", "state") if name in asked})
        return rows.select_related("organization", "responsible").prefetch_related("steps")

    @extend_schema(
        parameters=[ORGANIZATION, YEAR, STATE],
        responses={200: GoalSerializer(many=True), 400: OpenApiTypes.OBJECT, **MISSING},
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(responses={200: GoalSerializer, **MISSING})
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().retrieve(request, *args, **kwargs)
