"""Suggestions for programs: the branch's offices read, record and answer them by the services of the pages."""

from typing import Any

from django.db.models import F, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from dues.ledger.queries import branch_of
from members.access.policy import requires
from members.api import ERRORS, MISSING, ORGANIZATION, ByDay, asked_for, asker
from members.choices import Capability
from members.models import Member, Organization
from members.refused import Refused
from supervision.choices import SuggestionKind, SuggestionOutcome
from supervision.scope import held_at
from supervision.suggestions.models import Suggestion
from supervision.suggestions.rules import AnswerState
from supervision.suggestions.services import answer_suggestion, make_suggestion

VIEW, RECORD = Capability.VIEW_SUPERVISION, Capability.RECORD_SUPERVISION
ANSWER_STATES = [one.value for one in AnswerState]
STATE = OpenApiParameter("state", OpenApiTypes.STR, enum=ANSWER_STATES, description="Where it stands today")
LONGEST = 4000


class LatestSuggestionFirst(ByDay):
    ordering = ("-asked_on", "key")


class SuggestionSerializer(serializers.ModelSerializer[Suggestion]):
    """A suggestion with its answer. `settled`: what the member says of the answer; null: nothing yet."""

    organization = serializers.CharField(source="organization_code", read_only=True)
    member = serializers.UUIDField(source="member_key", read_only=True)
    text = serializers.SerializerMethodField()
    answer = serializers.SerializerMethodField()
    settled = serializers.BooleanField(source="is_settled", allow_null=True, read_only=True)

    class Meta:
        model = Suggestion
        fields = (
            "key", "organization", "member", "kind", "text", "is_shared", "shows_name", "asked_on", "due_on",
            "answered_on", "outcome", "answer", "is_thanked", "settled",
        )  # fmt: skip
        read_only_fields = fields

    def get_text(self, suggestion: Suggestion) -> str:
        return suggestion.text.open()

    def get_answer(self, suggestion: Suggestion) -> str:
        """Empty while it waits."""
        return suggestion.answer.open()


class NewSuggestionSerializer(serializers.Serializer[dict[str, Any]]):
    """What a member suggests. `key` is the caller's: the same key sent again is the same suggestion."""

    key = serializers.UUIDField()
    member = serializers.UUIDField()
    kind = serializers.ChoiceField(SuggestionKind.choices)
    text = serializers.CharField(max_length=LONGEST)
    is_shared = serializers.BooleanField(default=True)
    shows_name = serializers.BooleanField(default=True)
    asked_on = serializers.DateField()


class AnswerSerializer(serializers.Serializer[dict[str, Any]]):
    """The branch's answer; sent again, it corrects the one that is there."""

    outcome = serializers.ChoiceField(SuggestionOutcome.choices)
    answer = serializers.CharField(max_length=LONGEST)
    answered_on = serializers.DateField()
    is_thanked = serializers.BooleanField(default=False)


class SuggestionFilterSerializer(serializers.Serializer[dict[str, Any]]):
    """Which suggestions are asked for."""

    organization = serializers.CharField(required=False, max_length=40)
    state = serializers.ChoiceField([(one, one) for one in ANSWER_STATES], required=False)


@requires(VIEW)
class SuggestionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Suggestion]):
    """The suggestions to the branches of one's offices; the latest first. A member's own page is not served here."""

    serializer_class = SuggestionSerializer
    pagination_class = LatestSuggestionFirst
    queryset = Suggestion.objects.none()
    lookup_field = "key"
    lookup_value_regex = "[0-9a-f-]{36}"

    def get_queryset(self) -> QuerySet[Suggestion]:
        user, asked = asker(self.request), asked_for(SuggestionFilterSerializer, self.request)
        rows = Suggestion.objects.visible_to(user).filter(held_at(user, VIEW))
        if code := asked.get("organization"):
            rows = rows.below(get_object_or_404(Organization.objects.visible_to(user), code=code).path)
        if state := asked.get("state"):
            rows = rows.standing_at(AnswerState(state), timezone.localdate())
        return rows.annotate(organization_code=F("organization__code"), member_key=F("member__key"))

    @extend_schema(parameters=[ORGANIZATION, STATE], responses={200: SuggestionSerializer(many=True), **ERRORS})
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(responses={200: SuggestionSerializer, **MISSING})
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().retrieve(request, *args, **kwargs)

    @extend_schema(request=NewSuggestionSerializer, responses={201: SuggestionSerializer, **ERRORS})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Record what a member suggests; the clock runs from `asked_on`."""
        given = _given(NewSuggestionSerializer, request)
        key, asked_on = given.pop("key"), given.pop("asked_on")
        member = _member(given.pop("member"), request)
        days = {"asked_on": asked_on, "on": timezone.localdate()}
        _carried_out(make_suggestion, key=key, member=member, values=given, by=asker(request), **days)
        return Response(SuggestionSerializer(get_object_or_404(self.get_queryset(), pk=key)).data, status=201)

    @extend_schema(request=AnswerSerializer, responses={200: SuggestionSerializer, **ERRORS})
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, key: str) -> Response:
        """Answer it, or correct the answer."""
        suggestion = self.get_object()
        if not asker(request).access.may(RECORD, suggestion.organization.path):
            raise PermissionDenied
        values, on = _given(AnswerSerializer, request), timezone.localdate()
        _carried_out(answer_suggestion, suggestion=suggestion, values=values, on=on, by=asker(request))
        return Response(SuggestionSerializer(self.get_object()).data)


def _member(key: Any, request: Request) -> Member:
    """Somebody for whose branch one records; missing outside one's scope."""
    user = asker(request)
    member = get_object_or_404(Member.objects.visible_to(user, former=False), key=key)
    branch = branch_of(member)
    if branch is None or not user.access.may(RECORD, branch.path):
        raise PermissionDenied
    return member


def _given(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    given = serializer(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def _carried_out(act: Any, **given: Any) -> None:
    """What a service refuses is answered by 400 with its sentence."""
    try:
        act(**given)
    except Refused as refusal:
        raise ValidationError({refusal.field or "non_field_errors": [str(refusal)]}) from None
