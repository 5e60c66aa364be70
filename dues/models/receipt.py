from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dues.models.months import first_of_month
from dues.models.payment import Payment
from dues.models.scope import own
from members.choices import Capability
from members.models import Organization, User
from members.paths import subtree


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
        at = subtree("organization__path", user.standing.paths(capability))
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
