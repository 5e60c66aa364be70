import uuid

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dues.choices import BillRowState, BillSource
from dues.ledger.payment_models import Payment
from members.choices import Capability
from members.models import Member, Organization, User
from members.paths import subtree


class BillQuerySet(models.QuerySet["Bill"]):
    def visible_to(self, user: User, capability: Capability = Capability.RECORD_DUES) -> "BillQuerySet":
        return self.filter(subtree("organization__path", user.access.paths(capability)))


class Bill(models.Model):
    """One uploaded bill or bank statement."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="bills")
    source = models.CharField(_("kind"), max_length=10, choices=BillSource)
    file_name = models.CharField(_("file"), max_length=200)
    duplicates = models.PositiveIntegerField(_("known already"), default=0)
    ignored = models.PositiveIntegerField(_("not incoming"), default=0)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)

    objects = BillQuerySet.as_manager()

    class Meta:
        verbose_name = _("bill")
        verbose_name_plural = _("bills")
        ordering = ["-uploaded_at"]
        constraints = [models.CheckConstraint(condition=Q(source__in=BillSource.values), name="bill_source_known")]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("dues:bill-detail", args=[self.key])

    @property
    def scope_path(self) -> str:
        return self.organization.path


class BillRowQuerySet(models.QuerySet["BillRow"]):
    def visible_to(self, user: User, capability: Capability = Capability.RECORD_DUES) -> "BillRowQuerySet":
        return self.filter(subtree("organization__path", user.access.paths(capability)))

    def waiting(self) -> "BillRowQuerySet":
        """Money that came in and is nobody's payment yet."""
        return self.exclude(state__in=[BillRowState.POSTED, BillRowState.SET_ASIDE])


class BillRow(models.Model):
    """One incoming amount. The same row of a second export is known by `identity` and stored once."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="rows")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="bill_rows")
    identity = models.CharField(max_length=64)
    """Digest of the normalised fields and of how often the same fields came before: true twins both count."""
    transaction = models.CharField(_("transaction number"), max_length=80, blank=True)
    came_at = models.DateTimeField(_("came in"))
    payer_name = models.CharField(_("paid by"), max_length=80, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    amount_fen = models.PositiveIntegerField(_("amount, in fen"))
    state = models.CharField(_("state"), max_length=12, choices=BillRowState)
    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="bill_rows", verbose_name=_("member")
    )
    candidates = models.JSONField(default=list)
    """[{member: key, why: [code, …]}, …], the likeliest first; codes are `rules.matching`'s."""
    reason = models.CharField(_("why it waits"), max_length=300, blank=True)
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="bill_row")
    decided_by = models.CharField(_("decided by"), max_length=150, blank=True)

    objects = BillRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("row of a bill")
        verbose_name_plural = _("rows of bills")
        constraints = [
            models.UniqueConstraint(fields=["organization", "identity"], name="bill_row_once"),
            models.CheckConstraint(condition=Q(state__in=BillRowState.values), name="bill_row_state_known"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="bill_row_of_something"),
            models.CheckConstraint(
                condition=Q(state=BillRowState.POSTED, payment__isnull=False, member__isnull=False)
                | (~Q(state=BillRowState.POSTED) & Q(payment__isnull=True)),
                name="bill_row_posted_has_payment",
            ),
        ]

    def __str__(self) -> str:
        return self.transaction or str(self.came_at)

    @property
    def scope_path(self) -> str:
        return self.organization.path
