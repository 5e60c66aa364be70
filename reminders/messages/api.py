"""The messages' part of the API, for reading: what was sent on behalf of a branch, and what came of it.

What a message says, its values and its links stay on the pages.
"""

import re
from typing import Any

from django.db.models import F, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from members.access.policy import requires
from members.api import MISSING, ORGANIZATION, PlacePagination, asked_for, asker
from members.choices import Capability
from members.models import Organization
from members.paths import subtree
from reminders.choices import AnswerChoice, ChannelKind, MessageKind, MessageState
from reminders.messages.models import Message
from reminders.messages.queries import messages_of

KIND = OpenApiParameter("kind", str, enum=MessageKind.values)
STATE = OpenApiParameter("state", str, enum=MessageState.values)
MEMBER = OpenApiParameter("member", OpenApiTypes.UUID, description="Key: only messages about this member")


class InOrderOfKeys(PlacePagination):
    """By the key, which says nothing about anything: the order is the same on every page, and that is all."""

    ordering = "key"
    place = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class MessageSerializer(serializers.ModelSerializer[Message]):
    """One message of the outbox without its words."""

    organization = serializers.CharField(source="organization_code", read_only=True)
    member = serializers.UUIDField(source="member_key", read_only=True, allow_null=True)
    answer = serializers.SerializerMethodField()

    class Meta:
        model = Message
        fields = (
            "key", "organization", "member", "kind", "step", "addressee", "channel", "state", "planned_at", "due_at",
            "expires_at", "sent_at", "read_at", "settled_at", "attempts_made", "problem", "answer",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(AnswerChoice.choices, allow_null=True))
    def get_answer(self, message: Message) -> str | None:
        """What was answered; null while nothing was."""
        return message.answer.choice.value if hasattr(message, "answer") else None


class AskedMessagesSerializer(serializers.Serializer[dict[str, Any]]):
    """Which messages are asked for."""

    organization = serializers.CharField(required=False, max_length=40)
    member = serializers.UUIDField(required=False)
    kind = serializers.ChoiceField(MessageKind.choices, required=False)
    state = serializers.ChoiceField(MessageState.choices, required=False)
    channel = serializers.ChoiceField(ChannelKind.choices, required=False)


@requires(Capability.VIEW_MESSAGES)
class MessageViewSet(viewsets.ReadOnlyModelViewSet[Message]):
    """What was sent on behalf of the branches of one's offices."""

    serializer_class = MessageSerializer
    pagination_class = InOrderOfKeys
    queryset = Message.objects.none()
    lookup_field = "key"
    lookup_value_regex = "[0-9a-f-]{36}"

    def get_queryset(self) -> QuerySet[Message]:
        asked = asked_for(AskedMessagesSerializer, self.request)
        rows = messages_of(asker(self.request))
        if code := asked.pop("organization", None):
            visible = Organization.objects.visible_to(asker(self.request))
            rows = rows.filter(subtree("organization__path", [get_object_or_404(visible, code=code).path]))
        if member := asked.pop("member", None):
            rows = rows.filter(member__key=member)
        named = {"organization_code": F("organization__code"), "member_key": F("member__key")}
        return rows.filter(**asked).select_related("answer").annotate(**named)

    @extend_schema(
        parameters=[ORGANIZATION, MEMBER, KIND, STATE, OpenApiParameter("channel", str, enum=ChannelKind.values)],
        responses={200: MessageSerializer(many=True), 400: OpenApiTypes.OBJECT, **MISSING},
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(responses={200: MessageSerializer, **MISSING})
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().retrieve(request, *args, **kwargs)
