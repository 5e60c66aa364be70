"""Self-checks for programs, for reading: one's own, and what members shared with their branch."""

from typing import Any

from django.db.models import F, Prefetch, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from members.access.policy import signed_in
from members.api import ERRORS, MISSING, ByDay, asked_for, asker
from members.fields import opened
from supervision.self_checks.models import Checklist, ChecklistItem, SelfCheck, SelfCheckAnswer


class LatestCheckFirst(ByDay):
    ordering = ("-made_on", "key")


class SelfCheckAnswerSerializer(serializers.ModelSerializer[SelfCheckAnswer]):
    """What somebody says of themself on one line of the list."""

    position = serializers.IntegerField(source="item.position", read_only=True)
    mark = serializers.SerializerMethodField()
    note = serializers.SerializerMethodField()

    class Meta:
        model = SelfCheckAnswer
        fields = ("position", "mark", "note")
        read_only_fields = fields

    def get_mark(self, answer: SelfCheckAnswer) -> str:
        return opened(answer.mark)

    def get_note(self, answer: SelfCheckAnswer) -> str:
        return opened(answer.note)


class SelfCheckSerializer(serializers.ModelSerializer[SelfCheck]):
    """A check against a list; `shared_on` null: it is its member's alone."""

    member = serializers.UUIDField(source="member_key", read_only=True)
    plan = serializers.SerializerMethodField()
    answers = SelfCheckAnswerSerializer(many=True, read_only=True)

    class Meta:
        model = SelfCheck
        fields = ("key", "member", "checklist", "made_on", "shared_on", "plan", "answers")
        read_only_fields = fields

    def get_plan(self, check: SelfCheck) -> str:
        return opened(check.plan)


@signed_in
class SelfCheckViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[SelfCheck]):
    """One's own, and those that were shared with the branches of one's offices; the latest first."""

    serializer_class = SelfCheckSerializer
    pagination_class = LatestCheckFirst
    queryset = SelfCheck.objects.none()
    lookup_field = "key"
    lookup_value_regex = "[0-9a-f-]{36}"

    def get_queryset(self) -> QuerySet[SelfCheck]:
        lines = SelfCheckAnswer.objects.select_related("item").order_by("item__position")
        rows = SelfCheck.objects.visible_to(asker(self.request)).annotate(member_key=F("member__key"))
        return rows.prefetch_related(Prefetch("answers", lines))

    @extend_schema(responses={200: SelfCheckSerializer(many=True), **MISSING})
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(responses={200: SelfCheckSerializer, **MISSING})
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().retrieve(request, *args, **kwargs)


ON = OpenApiParameter("on", OpenApiTypes.DATE, description="Only lists in force on that day")


class LatestListFirst(ByDay):
    ordering = ("-valid_from", "key")


class ChecklistItemSerializer(serializers.ModelSerializer[ChecklistItem]):
    """A line of a list, with the document and article that asks for it."""

    class Meta:
        model = ChecklistItem
        fields = ("position", "text", "source")
        read_only_fields = fields


class ChecklistSerializer(serializers.ModelSerializer[Checklist]):
    """A list with its lines; `valid_until` is the first day on which it no longer holds."""

    organization = serializers.CharField(source="organization_code", read_only=True)
    items = ChecklistItemSerializer(many=True, read_only=True)

    class Meta:
        model = Checklist
        fields = ("key", "organization", "title", "lead", "valid_from", "valid_until", "items")
        read_only_fields = fields


class ListAskedSerializer(serializers.Serializer[dict[str, Any]]):
    """Which lists are asked for."""

    on = serializers.DateField(required=False)


@signed_in
class ChecklistViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Checklist]):
    """The lists that one keeps, and those for one's own branch; the latest first."""

    serializer_class = ChecklistSerializer
    pagination_class = LatestListFirst
    queryset = Checklist.objects.none()
    lookup_field = "key"
    lookup_value_regex = "[0-9a-f-]{36}"

    def get_queryset(self) -> QuerySet[Checklist]:
        rows = Checklist.objects.visible_to(asker(self.request))
        if on := asked_for(ListAskedSerializer, self.request).get("on"):
            rows = rows.holding(on)
        lines = Prefetch("items", ChecklistItem.objects.order_by("position"))
        return rows.annotate(organization_code=F("organization__code")).prefetch_related(lines)

    @extend_schema(parameters=[ON], responses={200: ChecklistSerializer(many=True), **ERRORS})
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(responses={200: ChecklistSerializer, **MISSING})
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().retrieve(request, *args, **kwargs)
