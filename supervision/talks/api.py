"""Talks and lists for self-checks for programs, for reading. Notes of talks have no address."""

from datetime import date
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
from supervision.talks.models import Talk

MEMBER = OpenApiParameter("member", OpenApiTypes.UUID, description="Key: only talks in which this member was one")
SINCE = OpenApiParameter("since", OpenApiTypes.DATE, description="First day")
UNTIL = OpenApiParameter("until", OpenApiTypes.DATE, description="Last day")


class LatestTalkFirst(ByDay):
    ordering = ("-held_on", "key")


class TalkSerializer(serializers.ModelSerializer[Talk]):
    """Who with whom, when and why; `first` and `second` are keys of members. Nothing of what was said."""

    organization = serializers.CharField(source="organization_code", read_only=True)
    first = serializers.UUIDField(source="first_key", read_only=True)
    second = serializers.UUIDField(source="second_key", read_only=True)

    class Meta:
        model = Talk
        fields = ("key", "organization", "first", "second", "held_on", "occasion")
        read_only_fields = fields


class TalkAskedSerializer(serializers.Serializer[dict[str, Any]]):
    """Which talks are asked for."""

    organization = serializers.CharField(required=False, max_length=40)
    member = serializers.UUIDField(required=False)
    since = serializers.DateField(required=False)
    until = serializers.DateField(required=False)


@requires(Capability.VIEW_SUPERVISION)
class TalkViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Talk]):
    """The talks in the branches of one's offices, and one's own; the latest first."""

    serializer_class = TalkSerializer
    pagination_class = LatestTalkFirst
    queryset = Talk.objects.none()
    lookup_field = "key"
    lookup_value_regex = "[0-9a-f-]{36}"

    def get_queryset(self) -> QuerySet[Talk]:
        user, asked = asker(self.request), asked_for(TalkAskedSerializer, self.request)
        rows = Talk.objects.visible_to(user).between(asked.get("since", date.min), asked.get("until", date.max))
        if code := asked.get("organization"):
            place = get_object_or_404(Organization.objects.visible_to(user), code=code)
            rows = rows.filter(subtree("organization__path", [place.path]))
        if member := asked.get("member"):
            rows = rows.filter(first__key=member) | rows.filter(second__key=member)
        keys = {"first_key": F("first__key"), "second_key": F("second__key")}
        return rows.annotate(organization_code=F("organization__code"), **keys)

    @extend_schema(
        parameters=[ORGANIZATION, MEMBER, SINCE, UNTIL], responses={200: TalkSerializer(many=True), **ERRORS}
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(responses={200: TalkSerializer, **MISSING})
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().retrieve(request, *args, **kwargs)
