"""Payments, the months they settle, and receipts."""

import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dues.choices import PayerKind, PaymentKind, PaymentWay, ProposalState
from dues.conditions import first_of_month, own, own_or_at_organization
from dues.ledger.models import LedgerImport
from members.choices import Capability, DatePrecision
from members.models import Member, Organization, User
from members.paths import subtree


class PaymentQuerySet(models.QuerySet["Payment"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_DUES) -> "PaymentQuerySet":
        return self.filter(own_or_at_organization(user, capability))

    def below(self, path: str) -> "PaymentQuerySet":
        return self.filter(subtree("organization__path", [path]))

    def live(self) -> "PaymentQuerySet":
        """Payments that were not reversed, without the reversals."""
        return self.filter(kind=PaymentKind.PAYMENT, reversal__isnull=True)

    def paid_between(self, first: date, last: date) -> "PaymentQuerySet":
        return self.filter(paid_on__range=(first, last))

    def in_order(self) -> "PaymentQuerySet":
        """Oldest first, as they are spread over the months."""
        return self.order_by("paid_on", "recorded_at", "key")


class Payment(models.Model):
    """Money received for a member, or the reversal of such a line. Written once; the key comes with the form.

    A reversal has the negative amount of the payment that it names, so that sums need no case.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="payments", db_index=False)
    """The branch that received it."""
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="payments", db_index=False)
    kind = models.CharField(_("kind"), max_length=10, choices=PaymentKind, default=PaymentKind.PAYMENT)
    amount_fen = models.IntegerField(_("amount, in fen"))
    voluntary_fen = models.IntegerField(_("of this voluntary, in fen"), default=0)
    """Given beyond what is owed ("more is voluntary", 2017 notice 一(1)); it settles no month."""
    paid_on = models.DateField(_("paid on"))
    paid_precision = models.CharField(max_length=5, choices=DatePrecision, default=DatePrecision.DAY)
    """`month` where a ledger only gives the month; `paid_on` is then its first day."""
    way = models.CharField(_("way"), max_length=10, choices=PaymentWay)
    payer_kind = models.CharField(_("handed over by"), max_length=20, choices=PayerKind, default=PayerKind.SELF)
    payer_name = models.CharField(_("name of who paid"), max_length=60, blank=True)
    payer = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="paid_for", db_index=False
    )
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversal", verbose_name=_("reverses")
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    """Of a reversal, or of a payment for months further back than the rule generally allows."""
    recorded_by = models.CharField(_("recorded by"), max_length=150)
    confirmed_by = models.CharField(_("confirmed by"), max_length=150, blank=True)
    """The second person, where an officer's own dues were recorded."""
    recorded_at = models.DateTimeField()
    imported_from = models.ForeignKey(
        LedgerImport, on_delete=models.PROTECT, null=True, blank=True, related_name="payments", db_index=False
    )

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind=PaymentKind.PAYMENT,
                    amount_fen__gt=0,
                    voluntary_fen__range=(0, F("amount_fen")),
                    reverses__isnull=True,
                )
                | (
                    Q(kind=PaymentKind.REVERSAL, amount_fen__lt=0, reverses__isnull=False)
                    & Q(voluntary_fen__range=(F("amount_fen"), 0))
                    & ~Q(reason="")
                ),
                name="payment_signs_and_reason",
            ),
            models.CheckConstraint(condition=Q(way__in=PaymentWay.values), name="payment_way_allowed"),
            models.CheckConstraint(condition=Q(payer_kind__in=PayerKind.values), name="payment_payer_known"),
            models.CheckConstraint(
                condition=Q(confirmed_by="") | ~Q(confirmed_by=F("recorded_by")), name="payment_by_two_persons"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "paid_on"], name="payment_by_place"),
            models.Index(fields=["member", "paid_on"], name="payment_by_member"),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.paid_on:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("dues:payment-detail", args=[self.key])

    @property
    def scope_path(self) -> str:
        return self.organization.path


class AllocationQuerySet(models.QuerySet["Allocation"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_DUES) -> "AllocationQuerySet":
        at = subtree("payment__organization__path", user.access.paths(capability))
        return self.filter(at | own(user))


class Allocation(models.Model):
    """Which month a payment settles, as differences: the sum of a payment's rows in a month is what it gives it.

    Written once. When a charge changes later, further rows move money that has no receipt yet, and what a payment gave
    that was taken back; see `services.levelling`.
    """

    id = models.BigAutoField(primary_key=True)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="allocations")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="allocations", db_index=False)
    month = models.DateField(_("month"))
    amount_fen = models.IntegerField(_("amount, in fen"))

    objects = AllocationQuerySet.as_manager()

    class Meta:
        verbose_name = _("allocation")
        verbose_name_plural = _("allocations")
        constraints = [
            models.CheckConstraint(condition=~Q(amount_fen=0), name="allocation_moves_something"),
            first_of_month("allocation_month", "month"),
        ]
        indexes = [models.Index(fields=["member", "month"], name="allocation_by_member")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.amount_fen}"

    @property
    def scope_path(self) -> str:
        return self.payment.organization.path


class PassedMonth(models.Model):
    """A month that stays open although a later one was given something, because the receipt of that stands.

    An index of what charges and allocations say, kept by `services.levelling` and counted again by `manage.py verify`:
    of everybody else the open months are the newest, so that one look finds who is behind.
    """

    id = models.BigAutoField(primary_key=True)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="passed_months", db_index=False)
    month = models.DateField(_("month"))

    class Meta:
        verbose_name = _("month passed over")
        verbose_name_plural = _("months passed over")
        constraints = [
            models.UniqueConstraint(fields=["member", "month"], name="passed_month_once"),
            first_of_month("passed_month", "month"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class PaymentProposalQuerySet(models.QuerySet["PaymentProposal"]):
    def visible_to(self, user: User, capability: Capability = Capability.RECORD_DUES) -> "PaymentProposalQuerySet":
        return self.filter(own_or_at_organization(user, capability))

    def waiting(self) -> "PaymentProposalQuerySet":
        return self.filter(state=ProposalState.WAITING)


class PaymentProposal(models.Model):
    """What an officer entered about his own dues: it becomes a payment when another officer confirms it."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="payment_proposals")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="payment_proposals")
    amount_fen = models.PositiveIntegerField(_("amount, in fen"))
    voluntary_fen = models.PositiveIntegerField(_("of this voluntary, in fen"), default=0)
    paid_on = models.DateField(_("paid on"))
    way = models.CharField(_("way"), max_length=10, choices=PaymentWay)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=ProposalState, default=ProposalState.WAITING)
    proposed_by = models.CharField(_("entered by"), max_length=150)
    proposed_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.CharField(_("decided by"), max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = PaymentProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment waiting for a second person")
        verbose_name_plural = _("payments waiting for a second person")
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="proposal_of_something"),
            models.CheckConstraint(condition=Q(way__in=PaymentWay.values), name="proposal_way_allowed"),
            models.CheckConstraint(
                condition=Q(state=ProposalState.WAITING, decided_by="")
                | (~Q(state=ProposalState.WAITING) & ~Q(decided_by="") & ~Q(decided_by=F("proposed_by"))),
                name="proposal_by_two_persons",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.paid_on:%Y-%m-%d}"

    @property
    def scope_path(self) -> str:
        return self.organization.path


class ReceiptSeries(models.Model):
    """The last number given in a branch and year. Its row is the lock behind which numbers have no gaps."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="receipt_series")
    year = models.PositiveSmallIntegerField(_("year"))
    last = models.PositiveIntegerField(_("last number"), default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "year"], name="receipt_series_once")]

    def __str__(self) -> str:
        return f"{self.organization} {self.year}"


class ReceiptQuerySet(models.QuerySet["Receipt"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_DUES) -> "ReceiptQuerySet":
        at = subtree("organization__path", user.access.paths(capability))
        return self.filter(at | own(user, "payment__member"))


class Receipt(models.Model):
    """The numbered receipt of a payment, with the words that it was printed with. Written once; a reversed payment's
    receipt stays and says so. People and branches may be called otherwise later: the paper says what it said."""

    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, primary_key=True, related_name="receipt")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="receipts")
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveIntegerField(_("number"))
    token = models.CharField(max_length=32, unique=True)
    """In the address behind the QR code: whoever holds the paper may check it, nobody can guess another."""
    issued_at = models.DateTimeField()
    branch_name = models.CharField(_("branch"), max_length=120)
    member_name = models.CharField(_("received from"), max_length=60)
    payer_name = models.CharField(_("handed over by"), max_length=60, blank=True)
    """Empty: the member."""
    received_by = models.CharField(_("received by"), max_length=150)

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints = [
            models.UniqueConstraint(fields=["organization", "year", "number"], name="receipt_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="receipt_numbered_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.year}-{self.number:04}"

    @property
    def scope_path(self) -> str:
        return self.organization.path


class ReceiptLine(models.Model):
    """A month that stands on a receipt, and what the payment gave it when it was issued. Written once."""

    id = models.BigAutoField(primary_key=True)
    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="lines", db_index=False)
    month = models.DateField(_("month"))
    amount_fen = models.PositiveIntegerField(_("amount, in fen"))
    carried_over = models.BooleanField(_("carried over"), default=False)
    """What was open from the years up to that month's, not the month itself."""

    class Meta:
        verbose_name = _("month on a receipt")
        verbose_name_plural = _("months on receipts")
        constraints = [
            models.UniqueConstraint(fields=["receipt", "month"], name="receipt_line_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="receipt_line_of_something"),
            first_of_month("receipt_line_month", "month"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.amount_fen}"
