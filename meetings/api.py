"""The meetings' part of the API, for reading: meetings with their counts, and who attended, in the scope of the pages.

Reasons, kinds of leave, links and what was answered stay on the pages; committees are answered counts there, no rows.
"""

from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from meetings.attendance.models import Attendance, AttendanceQuerySet
from meetings.attendance.queries import heads
from meetings.choices import MeetingKind
from meetings.meeting.models import Meeting, MeetingQuerySet
from members.access.policy import requires
from members.api import MISSING, ORGANIZATION, ByDay, InOrderOfRecording, asked_for, asker
from members.choices import Capability
from members.models import Organization
from members.paths import subtree

SINCE = OpenApiParameter("since", OpenApiTypes.DATE, description="First day of the meetings")
UNTIL = OpenApiParameter("until", OpenApiTypes.DATE, description="Last day of the meetings")
KIND = OpenApiParameter("kind", str, enum=MeetingKind.values, description="Also evenings that were of several kinds")
MEETING = OpenApiParameter("meeting", OpenApiTypes.UUID, description="Key: only this meeting's list")
MEMBER = OpenApiParameter("member", OpenApiTypes.UUID, description="Key: only this member's attendance")
HEADS = ("expected", "present", "entitled", "entitled_present", "guests", "guests_present")


class LatestFirst(ByDay):
    ordering = ("-day", "key")


class MeetingSerializer(serializers.ModelSerializer[Meeting]):
    """A meeting with its heads: who should attend, and was there; of these, with a vote; guests from elsewhere apart.

    Nothing is counted before it opens.
    """

    organization = serializers.CharField(source="organization_code", read_only=True)
    also = serializers.SerializerMethodField()
    expected = serializers.IntegerField(source="heads_expected", read_only=True)
    present = serializers.IntegerField(source="heads_present", read_only=True)
    entitled = serializers.IntegerField(source="heads_entitled", read_only=True)
    entitled_present = serializers.IntegerField(source="heads_entitled_present", read_only=True)
    guests = serializers.IntegerField(source="heads_guests", read_only=True)
    guests_present = serializers.IntegerField(source="heads_guests_present", read_only=True)

    class Meta:
        model = Meeting
        fields = (
            "key", "organization", "kind", "also", "title", "state", "day", "starts_at", "ends_at", "counts_for_year",
            "place", "expected", "present", "entitled", "entitled_present",
            "guests", "guests_present",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(MeetingKind.choices)))
    def get_also(self, meeting: Meeting) -> list[str]:
        """Other kinds that the same evening was."""
        return [session.kind for session in meeting.sessions.all()]


class AttendanceSerializer(serializers.ModelSerializer[Attendance]):
    """One line of a meeting's list as it was frozen. Why somebody wasn't there is not told."""

    meeting = serializers.UUIDField(source="meeting_id", read_only=True)
    member = serializers.UUIDField(source="member_key", read_only=True)
    day = serializers.DateField(source="meeting_day", read_only=True)

    class Meta:
        model = Attendance
        fields = ("meeting", "day", "member", "name", "group", "is_formal", "not_counted", "state", "corrected_on")
        read_only_fields = fields


class PeriodSerializer(serializers.Serializer[dict[str, Any]]):
    """Which meetings are asked for."""

    organization = serializers.CharField(required=False, max_length=40)
    kind = serializers.ChoiceField(MeetingKind.choices, required=False)
    since = serializers.DateField(required=False)
    until = serializers.DateField(required=False)


class ListSerializer(PeriodSerializer):
    """Whose attendance is asked for, and where."""

    meeting = serializers.UUIDField(required=False)
    member = serializers.UUIDField(required=False)


@requires(Capability.VIEW_MEETINGS)
class MeetingViewSet(viewsets.ReadOnlyModelViewSet[Meeting]):
    """The meetings of the branches of one's offices, and those that one was asked to; the latest first."""

    serializer_class = MeetingSerializer
    pagination_class = LatestFirst
    queryset = Meeting.objects.none()
    lookup_field = "key"
    lookup_value_regex = "[0-9a-f-]{36}"

    def get_queryset(self) -> QuerySet[Meeting]:
        asked = asked_for(PeriodSerializer, self.request)
        meetings = Meeting.objects.visible_to(asker(self.request)).filter(_period(asked), _place(asked, self.request))
        if kind := asked.get("kind"):
            meetings = meetings.filter(pk__in=Meeting.objects.of_kind(kind).values("pk"))
        return _with_heads(meetings).prefetch_related("sessions")

    @extend_schema(
        parameters=[ORGANIZATION, KIND, SINCE, UNTIL],
        responses={200: MeetingSerializer(many=True), 400: OpenApiTypes.OBJECT, **MISSING},
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(responses={200: MeetingSerializer, **MISSING})
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().retrieve(request, *args, **kwargs)


@requires(Capability.VIEW_MEETINGS)
class AttendanceViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Attendance]):
    """Who was on the lists of the meetings of one's offices, and whether they were there; oneself anywhere."""

    serializer_class = AttendanceSerializer
    pagination_class = InOrderOfRecording
    queryset = Attendance.objects.none()

    def get_queryset(self) -> AttendanceQuerySet:
        asked = asked_for(ListSerializer, self.request)
        rows = Attendance.objects.visible_to(asker(self.request))
        rows = rows.filter(_period(asked, "meeting__"), _place(asked, self.request, "meeting__"))
        if kind := asked.get("kind"):
            rows = rows.filter(meeting__in=Meeting.objects.of_kind(kind).values("pk"))
        if meeting := asked.get("meeting"):
            rows = rows.filter(meeting=meeting)
        if member := asked.get("member"):
            rows = rows.filter(member__key=member)
        return rows.annotate(member_key=F("member__key"), meeting_day=F("meeting__day"))

    @extend_schema(
        parameters=[ORGANIZATION, KIND, SINCE, UNTIL, MEETING, MEMBER],
        responses={200: AttendanceSerializer(many=True), 400: OpenApiTypes.OBJECT, **MISSING},
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)


def _with_heads(meetings: MeetingQuerySet) -> QuerySet[Meeting]:
    """Counted in the same query, so that a page of meetings costs what one costs."""
    counts = heads("expected", "expected__")
    return meetings.annotate(
        organization_code=F("organization__code"), **{f"heads_{name}": counts[name] for name in HEADS}
    )


def _period(asked: dict[str, Any], prefix: str = "") -> Q:
    first, last = asked.get("since", date.min), asked.get("until", date.max)
    return Q(**{f"{prefix}day__gte": first, f"{prefix}day__lte": last})


def _place(asked: dict[str, Any], request: Request, prefix: str = "") -> Q:
    """Condition: there or below. A place outside the scope is missing."""
    code = asked.get("organization")
    if not code:
        return Q()
    visible = Organization.objects.visible_to(asker(request))
    return subtree(f"{prefix}organization__path", [get_object_or_404(visible, code=code).path])
