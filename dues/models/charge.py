from datetime import date

from django.db import models
from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _

from dues.choices import ChargeKind
from dues.models.basis import Basis, Relief
from dues.models.ledger_import import LedgerImport
from dues.models.months import first_of_month
from dues.models.scope import own_or_at_organization
from members.choices import Capability
from members.models import Member, Organization, User
from members.paths import subtree
from rulebook.dates import add_months


class ChargeQuerySet(models.QuerySet["Charge"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_DUES) -> "ChargeQuerySet":
        return self.filter(own_or_at_organization(user, capability))

    def below(self, path: str) -> "ChargeQuerySet":
        return self.filter(subtree("organization__path", [path]))

    def between(self, first: date, last: date) -> "ChargeQuerySet":
        """Of the months from `first` to `last`, both included."""
        return self.filter(month__range=(first, last))

    def ordinary(self) -> "ChargeQuerySet":
        """Of months, without balances that a ledger carried over: those were asked for in no month of ours."""
        return self.filter(carried_over=False)

    def asked_for(self, first: date, last: date) -> "ChargeQuerySet":
        """Of the months from `first` to `last`, and what a ledger that begins with one of them carried over into it."""
        wanted = Q(carried_over=False, month__gte=first) | Q(carried_over=True, month__lt=last)
        return self.filter(wanted, month__range=(add_months(first, -1), last))

    def net(self) -> int:
        """What is owed in fen: charged, less what was waived."""
        sums = self.aggregate(owed=Sum(F("amount_fen") - F("waived_fen")))
        return int(sums["owed"] or 0)


class Charge(models.Model):
    """A line of the ledger: what a member owes for a month, or the reversal of such a line. Written once.

    `turn` counts the lines of a member's month: 0 the first charge, 1 its reversal, 2 the next charge. A reversal has
    the negative amounts of the line before it, so that sums need no case.
    """

    id = models.BigAutoField(primary_key=True)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="charges", db_index=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="charges", db_index=False)
    """The branch (never a group) where the relation was in that month (2008 provisions, article 9)."""
    month = models.DateField(_("month"))
    turn = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(_("kind"), max_length=10, choices=ChargeKind)
    amount_fen = models.IntegerField(_("amount, in fen"))
    waived_fen = models.IntegerField(_("waived, in fen"), default=0)
    carried_over = models.BooleanField(_("carried over"), default=False, db_default=False)
    """A balance of the years before a ledger that was taken over (上年结转): a line of its own, not December's charge.
    It stands at the last month of the year before and is settled like one, but counts as no month."""
    rate = models.DecimalField(_("rate"), max_digits=6, decimal_places=5, null=True, blank=True)
    rules = models.CharField(_("rules"), max_length=300)
    basis = models.ForeignKey(Basis, on_delete=models.PROTECT, related_name="charges", null=True, db_index=False)
    """Holds the base; None for a balance carried over."""
    relief = models.ForeignKey(Relief, on_delete=models.PROTECT, related_name="charges", null=True, db_index=False)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    made_by = models.CharField(_("made by"), max_length=150)
    made_at = models.DateTimeField()
    imported_from = models.ForeignKey(
        LedgerImport, on_delete=models.PROTECT, null=True, blank=True, related_name="charges", db_index=False
    )

    objects = ChargeQuerySet.as_manager()

    class Meta:
        verbose_name = _("charge")
        verbose_name_plural = _("charges")
        constraints = [
            models.UniqueConstraint(fields=["member", "month", "turn"], name="charge_one_per_turn"),
            first_of_month("charge_month", "month"),
            models.CheckConstraint(
                condition=Q(kind=ChargeKind.CHARGE, amount_fen__gte=0, waived_fen__range=(0, F("amount_fen")))
                | (
                    Q(kind=ChargeKind.REVERSAL, amount_fen__lte=0, waived_fen__range=(F("amount_fen"), 0))
                    & ~Q(reason="")
                ),
                name="charge_signs_and_reason",
            ),
            models.CheckConstraint(
                condition=Q(carried_over=False) | Q(basis__isnull=True, relief__isnull=True, waived_fen=0),
                name="charge_carried_over_has_no_basis",
            ),
        ]
        indexes = [models.Index(fields=["organization", "month"], name="charge_by_place")]

    def __str__(self) -> str:
        return f"{self.member} {self.month:%Y-%m}"

    @property
    def scope_path(self) -> str:
        return self.organization.path


class ClosedMonthQuerySet(models.QuerySet["ClosedMonth"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_DUES) -> "ClosedMonthQuerySet":
        return self.filter(subtree("organization__path", user.standing.paths(capability)))


class ClosedMonth(models.Model):
    """A month of a branch in which nothing is charged or reversed any more. Written once."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="closed_months")
    month = models.DateField(_("month"))
    closed_by = models.CharField(_("closed by"), max_length=150)
    closed_at = models.DateTimeField(auto_now_add=True)

    objects = ClosedMonthQuerySet.as_manager()

    class Meta:
        verbose_name = _("closed month")
        verbose_name_plural = _("closed months")
        constraints = [
            models.UniqueConstraint(fields=["organization", "month"], name="month_closed_once"),
            first_of_month("closed_month", "month"),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.month:%Y-%m}"

    @property
    def scope_path(self) -> str:
        return self.organization.path
