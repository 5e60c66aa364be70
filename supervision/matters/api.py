"""Major matters through the API: to read, by the scope of the pages."""

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
from supervision.matters.models import Matter

SINCE = OpenApiParameter("since", OpenApiTypes.DATE, description="First day on which it was proposed")
UNTIL = OpenApiParameter("until", OpenApiTypes.DATE, description="Last day on which it was proposed")


class LatestMatterFirst(ByDay):
    ordering = ("-proposed_on", "key")


class MatterSerializer(serializers.ModelSerializer[Matter]):
    """A major matter as far as it has come; amounts in fen. `lacks_opinion`: decided before or without the opinion."""

    organization = serializers.CharField(source="organization_code", read_only=True)
    state = serializers.CharField(read_only=True)
    lacks_opinion = serializers.BooleanField(read_only=True)

    class Meta:
        model = Matter
        fields = (
            "key", "organization", "unit", "kind", "title", "proposal", "amount_fen", "proposed_on", "proposed_by",
            "is_internal", "state", "lacks_opinion", "opinion", "opinion_on", "opinion_text", "opinion_meeting",
            "decision", "decided_on", "decided_by", "decision_text", "executed_on", "execution_text", "reviewed_on",
            "review_text",
        )  # fmt: skip
        read_only_fields = fields


class MatterFilterSerializer(serializers.Serializer[dict[str, Any]]):
    """Whose matters are asked for, and proposed when."""

    organization = serializers.CharField(required=False, max_length=40)
    since = serializers.DateField(required=False)
    until = serializers.DateField(required=False)


@requires(Capability.VIEW_SUPERVISION)
class MatterViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Matter]):
    """The register of the branches of one's offices, and of one's own branch what isn't marked; the latest first."""

    serializer_class = MatterSerializer
    pagination_class = LatestMatterFirst
    queryset = Matter.objects.none()
    lookup_field = "key"
    lookup_value_regex = "[0-9a-f-]{36}"

    def get_queryset(self) -> QuerySet[Matter]:
        asked, user = asked_for(MatterFilterSerializer, self.request), asker(self.request)
        rows = Matter.objects.visible_to(user).shown_as("proposed", asked.get("since"), asked.get("until"))
        if code := asked.get("organization"):
            place = get_object_or_404(Organization.objects.visible_to(user), code=code)
            rows = rows.filter(subtree("organization__path", [place.path]))
        return rows.annotate(organization_code=F("organization__code"))

    @extend_schema(
        parameters=[ORGANIZATION, SINCE, UNTIL],
        responses={200: MatterSerializer(many=True), 400: OpenApiTypes.OBJECT, **MISSING},
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(responses={200: MatterSerializer, **MISSING})
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().retrieve(request, *args, **kwargs)
