"""The dues' part of the API: charges to read, payments to read and record, by the services and scope of the pages.

Bases and grounds of reliefs are never told here; committees see sums on their pages, no rows.
"""

from datetime import date
from typing import Any

from django.db.models import F, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from dues.choices import PayerKind, PaymentWay
from dues.ledger.models import Charge
from dues.ledger.payment_models import Payment
from dues.payments.services import NewPayment, record_payment
from members.access.policy import requires
from members.api import MISSING, ORGANIZATION, ByDay, InOrderOfRecording, asked_for, asker
from members.choices import Capability, OrganizationKind
from members.models import Member, Organization
from members.refused import Refused

MEMBER = OpenApiParameter("member", OpenApiTypes.UUID, description="Key: only this member's")
SINCE = OpenApiParameter("since", OpenApiTypes.DATE, description="First day")
UNTIL = OpenApiParameter("until", OpenApiTypes.DATE, description="Last day")
WAYS = [(way.value, way.label) for way in PaymentWay if way != PaymentWay.LEDGER]
MOST_FEN = 1_000_000_000


class LatestPaymentFirst(ByDay):
    ordering = ("-paid_on", "key")


class ChargeSerializer(serializers.ModelSerializer[Charge]):
    """A line of the ledger in fen; a reversal has the negative amounts of the line before it."""

    organization = serializers.CharField(source="organization_code", read_only=True)
    member = serializers.UUIDField(source="member_key", read_only=True)

    class Meta:
        model = Charge
        fields = (
            "id", "organization", "member", "month", "turn", "kind", "amount_fen", "waived_fen", "rate", "rules",
            "reason",
        )  # fmt: skip
        read_only_fields = fields


class PaymentSerializer(serializers.ModelSerializer[Payment]):
    """Money that came in for a member, in fen, or the reversal of such a line."""

    organization = serializers.CharField(source="organization_code", read_only=True)
    member = serializers.UUIDField(source="member_key", read_only=True)
    receipt = serializers.SerializerMethodField()

    class Meta:
        model = Payment
        fields = (
            "key", "organization", "member", "kind", "amount_fen", "voluntary_fen", "paid_on", "way", "payer_kind",
            "payer_name", "reverses", "reason", "recorded_by", "receipt",
        )  # fmt: skip
        read_only_fields = fields

    def get_receipt(self, payment: Payment) -> str | None:
        """Its number, like 2026-0001; null for reversals and for what came out of a ledger."""
        return str(payment.receipt) if hasattr(payment, "receipt") else None


class NewPaymentSerializer(serializers.Serializer[dict[str, Any]]):
    """What was handed over. `key` is the caller's: the same key sent again is the same money and answers the same."""

    key = serializers.UUIDField()
    organization = serializers.CharField(max_length=40)
    member = serializers.UUIDField()
    amount_fen = serializers.IntegerField(min_value=1, max_value=MOST_FEN)
    voluntary_fen = serializers.IntegerField(min_value=0, max_value=MOST_FEN, default=0)
    paid_on = serializers.DateField()
    way = serializers.ChoiceField(WAYS)
    payer_kind = serializers.ChoiceField(PayerKind.choices, default=PayerKind.SELF)
    payer_name = serializers.CharField(max_length=60, default="", allow_blank=True)
    reason = serializers.CharField(max_length=200, default="", allow_blank=True)


class DuesFilterSerializer(serializers.Serializer[dict[str, Any]]):
    """Whose lines are asked for, where and when."""

    organization = serializers.CharField(required=False, max_length=40)
    member = serializers.UUIDField(required=False)
    since = serializers.DateField(required=False)
    until = serializers.DateField(required=False)


@requires(Capability.VIEW_DUES)
class ChargeViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Charge]):
    """What was charged in the branches of one's offices, and to oneself; `since` and `until` are days of the months."""

    serializer_class = ChargeSerializer
    pagination_class = InOrderOfRecording
    queryset = Charge.objects.none()

    def get_queryset(self) -> QuerySet[Charge]:
        asked = asked_for(DuesFilterSerializer, self.request)
        first, last = asked.get("since", date.min), asked.get("until", date.max)
        rows = Charge.objects.visible_to(asker(self.request)).between(first, last)
        return _narrowed(rows, asked, self.request)

    @extend_schema(
        parameters=[ORGANIZATION, MEMBER, SINCE, UNTIL],
        responses={200: ChargeSerializer(many=True), 400: OpenApiTypes.OBJECT, **MISSING},
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)


@requires(Capability.VIEW_DUES)
class PaymentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Payment]):
    """Payments of the branches of one's offices, and one's own; the latest first."""

    serializer_class = PaymentSerializer
    pagination_class = LatestPaymentFirst
    queryset = Payment.objects.none()
    lookup_field = "key"
    lookup_value_regex = "[0-9a-f-]{36}"

    def get_queryset(self) -> QuerySet[Payment]:
        asked = asked_for(DuesFilterSerializer, self.request)
        first, last = asked.get("since", date.min), asked.get("until", date.max)
        rows = Payment.objects.visible_to(asker(self.request)).paid_between(first, last)
        return _narrowed(rows, asked, self.request).select_related("receipt")

    @extend_schema(
        parameters=[ORGANIZATION, MEMBER, SINCE, UNTIL],
        responses={200: PaymentSerializer(many=True), 400: OpenApiTypes.OBJECT, **MISSING},
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(responses={200: PaymentSerializer, **MISSING})
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().retrieve(request, *args, **kwargs)

    @extend_schema(
        request=NewPaymentSerializer, responses={201: PaymentSerializer, 400: OpenApiTypes.OBJECT, **MISSING}
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Record a payment, as the page does: settles the oldest months, gives the next receipt."""
        given = NewPaymentSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        new = _new_payment(given.validated_data, request)
        try:
            payment = record_payment(new, by=asker(request), on=timezone.localdate())
        except Refused as refusal:
            raise ValidationError({refusal.field or "non_field_errors": [str(refusal)]}) from None
        stored = self.get_queryset().get(pk=payment.pk)
        return Response(PaymentSerializer(stored).data, status=201)


def _new_payment(given: dict[str, Any], request: Request) -> NewPayment:
    """The branch in which one records, and a member who stands there; both are missing outside one's scope."""
    user = asker(request)
    branches = Organization.objects.visible_to(user).filter(kind=OrganizationKind.BRANCH)
    branch = get_object_or_404(branches, code=given["organization"])
    if not user.access.may(Capability.RECORD_DUES, branch.path):
        raise PermissionDenied
    members = Member.objects.visible_to(user).below(branch.path)
    return NewPayment(**given | {"organization": branch, "member": get_object_or_404(members, key=given["member"])})


def _narrowed(rows: Any, asked: dict[str, Any], request: Request) -> Any:
    if code := asked.get("organization"):
        place = get_object_or_404(Organization.objects.visible_to(asker(request)), code=code)
        rows = rows.below(place.path)
    if member := asked.get("member"):
        rows = rows.filter(member__key=member)
    return rows.annotate(organization_code=F("organization__code"), member_key=F("member__key"))
