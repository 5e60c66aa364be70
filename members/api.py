"""The API, for reading: organizations and members, in the scope of the pages and without any private field."""

import re
from dataclasses import asdict
from datetime import date
from typing import Any

from django.db.models import OuterRef, Prefetch, Subquery, Value
from django.db.models.functions import Length, Substr
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from members.access.policy import requires
from members.choices import Capability, SituationKind
from members.models.member import Member, MemberQuerySet, Situation
from members.models.organization import Organization, OrganizationQuerySet
from members.models.user import User
from members.organizations.queries import roster_summary
from members.paths import STEP


class RefusalSerializer(serializers.Serializer[dict[str, str]]):
    """Why the API says no."""

    detail = serializers.CharField()


UNKNOWN = {401: RefusalSerializer, 403: RefusalSerializer}
"""Without a token that is valid today; with one whose offices don't include this."""
MISSING = {**UNKNOWN, 404: RefusalSerializer}
"""Also what lies outside one's scope: it looks the same as what doesn't exist."""
ORGANIZATION = OpenApiParameter("organization", str, description="Code: only there and below")
SEARCH = OpenApiParameter("search", str, description="What the pages' search box understands")
ON = OpenApiParameter("on", OpenApiTypes.DATE, description="The day to count for; today when left out")


class PlacePagination(CursorPagination):
    """Pages by the place of a row. The place comes back in the address, so it is read like anything typed."""

    place = re.compile("")

    def decode_cursor(self, request: Request) -> Any:
        cursor = super().decode_cursor(request)
        if cursor and cursor.position is not None and not self.place.fullmatch(str(cursor.position)):
            raise NotFound(self.invalid_cursor_message)
        return cursor


class ByDay(PlacePagination):
    """Pages by a day, the first field of the order."""

    place = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

    def decode_cursor(self, request: Request) -> Any:
        cursor = super().decode_cursor(request)
        try:
            date.fromisoformat(cursor.position if cursor and cursor.position else "2000-01-01")
        except ValueError:
            raise NotFound(self.invalid_cursor_message) from None
        return cursor


class InTreeOrder(PlacePagination):
    ordering = "path"
    place = re.compile(r"[0-9A-Z]{4,255}")


class InOrderOfRecording(PlacePagination):
    ordering = "pk"
    place = re.compile(r"[0-9]{1,18}")


class OrganizationSerializer(serializers.ModelSerializer[Organization]):
    """A node of the tree. `parent` is null at the top of what the token may see."""

    parent = serializers.CharField(source="parent_code", allow_null=True, read_only=True)  # type: ignore[assignment]

    class Meta:
        model = Organization
        fields = ("code", "name", "kind", "parent", "unit_kind", "is_village", "founded_on", "dissolved_on")
        read_only_fields = fields


class SummarySerializer(serializers.Serializer[dict[str, int]]):
    """How many members belong to the subtree on a day; one member may be in several situations."""

    members = serializers.IntegerField()
    full = serializers.IntegerField()
    probationary = serializers.IntegerField()
    retired = serializers.IntegerField()
    mobile = serializers.IntegerField()
    frail = serializers.IntegerField()
    abroad = serializers.IntegerField()
    lost_contact = serializers.IntegerField()
    in_transfer = serializers.IntegerField()
    voting = serializers.IntegerField()


class DaySerializer(serializers.Serializer[dict[str, date]]):
    """The day that is asked about."""

    on = serializers.DateField(required=False)


class NarrowingSerializer(serializers.Serializer[dict[str, str]]):
    """Which members are asked for."""

    organization = serializers.CharField(required=False, max_length=40)
    search = serializers.CharField(required=False, max_length=60)


class MemberSerializer(serializers.ModelSerializer[Member]):
    """A member without anything private. Dates are as precise as they are known: a day, a month or a year."""

    organization = serializers.CharField(source="organization_code", allow_null=True, read_only=True)
    joined = serializers.CharField(allow_null=True, read_only=True)
    confirmed = serializers.CharField(allow_null=True, read_only=True)
    situations = serializers.SerializerMethodField()

    class Meta:
        model = Member
        fields = ("key", "name", "sex", "membership", "organization", "joined", "confirmed", "situations")
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(SituationKind.choices)))
    def get_situations(self, member: Member) -> list[str]:
        """What holds today."""
        return [situation.kind for situation in member.held]  # type: ignore[attr-defined]


@requires(Capability.VIEW_ORGANIZATIONS)
class OrganizationViewSet(viewsets.ReadOnlyModelViewSet[Organization]):
    """The organizations below one's offices, in the order of the tree."""

    serializer_class = OrganizationSerializer
    pagination_class = InTreeOrder
    queryset = Organization.objects.none()
    lookup_field = "code"
    lookup_value_regex = r"[\w.-]+"

    def get_queryset(self) -> OrganizationQuerySet:
        visible = Organization.objects.visible_to(asker(self.request))
        above = visible.filter(path=Substr(OuterRef("path"), Value(1), Length(OuterRef("path")) - STEP))
        return visible.annotate(parent_code=Subquery(above.values("code")[:1])).order_by("path")

    @extend_schema(responses={200: OrganizationSerializer(many=True), **MISSING})
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(responses={200: OrganizationSerializer, **MISSING})
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().retrieve(request, *args, **kwargs)

    @extend_schema(parameters=[ON], responses={200: SummarySerializer, 400: OpenApiTypes.OBJECT, **MISSING})
    @action(detail=True)
    def summary(self, request: Request, code: str) -> Response:
        """The figures of the subtree."""
        asked = asked_for(DaySerializer, request)
        organization = self.get_object()
        on = asked.get("on") or timezone.localdate()
        return Response(asdict(roster_summary([organization.path], on=on)))


@requires(Capability.VIEW_ROSTER)
class MemberViewSet(viewsets.ReadOnlyModelViewSet[Member]):
    """The members on the rosters of one's offices."""

    serializer_class = MemberSerializer
    pagination_class = InOrderOfRecording
    queryset = Member.objects.none()
    lookup_field = "key"
    lookup_value_regex = "[0-9a-f-]{36}"

    def get_queryset(self) -> MemberQuerySet:
        user = asker(self.request)
        asked = asked_for(NarrowingSerializer, self.request)
        members = Member.objects.visible_to(user, former=False).search(asked.get("search", ""))
        if code := asked.get("organization"):
            members = members.below(get_object_or_404(Organization.objects.visible_to(user), code=code).path)
        here = Organization.objects.filter(path=OuterRef("roster_path")).values("code")[:1]
        held = Situation.objects.holding(timezone.localdate()).order_by("kind")
        return members.annotate(organization_code=Subquery(here)).prefetch_related(
            Prefetch("situations", held, to_attr="held")
        )

    @extend_schema(
        parameters=[SEARCH, ORGANIZATION],
        responses={200: MemberSerializer(many=True), 400: OpenApiTypes.OBJECT, **MISSING},
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(responses={200: MemberSerializer, **MISSING})
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().retrieve(request, *args, **kwargs)


def asked_for(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """What the address asks for. Raises ValidationError, which is answered by 400 with a sentence for each field."""
    asked = serializer(data=request.query_params)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def asker(request: Request) -> User:
    """Who asks, with the offices of the day."""
    assert isinstance(request.user, User)
    return request.user


ERRORS = {400: OpenApiTypes.OBJECT, **MISSING}
