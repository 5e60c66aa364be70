import uuid
from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dues.choices import ReliefKind
from dues.models.ledger_import import LedgerImport
from dues.models.months import first_of_month
from dues.models.scope import own_or_in_branch
from meetings.meeting.models import Meeting
from members.choices import Capability, DuesCategory
from members.fields import SealedField
from members.models import Member, User
from members.models.periods import holding, period_constraint


class BasisQuerySet(models.QuerySet["Basis"]):
    def visible_to(self, user: User, capability: Capability = Capability.FIX_BASES) -> "BasisQuerySet":
        """Of who fixes the bases of the branch where the member stands today, and one's own: nobody else's business."""
        return self.filter(own_or_in_branch(user, capability))

    def holding(self, month: date) -> "BasisQuerySet":
        return self.filter(holding(month))

    def fixed_for(self, year: int) -> "BasisQuerySet":
        return self.filter(year=year)


class Basis(models.Model):
    """What a member pays a month, as the branch fixed it (2017 notice, 一(1): at the start of the year).

    Months are written as their first day; the row holds from `valid_from` until the month before `valid_until`.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="bases")
    year = models.PositiveSmallIntegerField(_("fixed for the year"))
    category = models.CharField(_("category for dues"), max_length=20, choices=DuesCategory)
    base = SealedField(_("monthly base, in fen"), blank=True, default="")
    """Empty for flat amounts, and where a ledger gave only the amount."""
    parts = SealedField(_("what was counted"), blank=True, default="")
    """JSON: [[item, fen, counted], …] as the guided form took it down; empty when only the sum was given."""
    amount_fen = models.PositiveIntegerField(_("a month, in fen"))
    rate = models.DecimalField(_("rate"), max_digits=6, decimal_places=5, null=True, blank=True)
    capped = models.BooleanField(default=False)
    rules = models.CharField(_("rules"), max_length=300)
    """Versions of the rules it was computed by, joined by spaces; "ledger" when an old ledger said the amount."""
    valid_from = models.DateField(_("from the month"))
    valid_until = models.DateField(_("until the month"), null=True, blank=True)
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    reason = models.CharField(_("why within the year"), max_length=200, blank=True)
    fixed_by = models.CharField(_("fixed by"), max_length=150)
    fixed_at = models.DateTimeField(auto_now_add=True)
    imported_from = models.ForeignKey(
        LedgerImport, on_delete=models.PROTECT, null=True, blank=True, related_name="bases"
    )

    objects = BasisQuerySet.as_manager()

    class Meta:
        verbose_name = _("base for dues")
        verbose_name_plural = _("bases for dues")
        constraints = [
            period_constraint("basis_ends_after_beginning"),
            first_of_month("basis_months", "valid_from", "valid_until"),
            models.CheckConstraint(condition=Q(category__in=DuesCategory.values), name="basis_category_known"),
            models.CheckConstraint(condition=~Q(rules=""), name="basis_has_rule"),
            models.UniqueConstraint(
                fields=["member"], condition=Q(valid_until__isnull=True), name="basis_one_open_per_member"
            ),
            models.UniqueConstraint(
                fields=["member", "valid_from"],
                condition=Q(valid_until__isnull=True) | ~Q(valid_until=models.F("valid_from")),
                name="basis_one_per_month",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.year}"

    @property
    def scope_path(self) -> str:
        return self.member.roster_path

    @property
    def versions(self) -> list[str]:
        return self.rules.split()


class ReliefQuerySet(models.QuerySet["Relief"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_DUES) -> "ReliefQuerySet":
        """The branch's, the committee's that has to approve it, and one's own."""
        return self.filter(own_or_in_branch(user, capability) | own_or_in_branch(user, Capability.APPROVE_DUES))

    def in_effect(self) -> "ReliefQuerySet":
        """With every approval that the member's category needs."""
        return self.filter(Q(needs_superior=False) | Q(approved_on__isnull=False))

    def holding(self, month: date) -> "ReliefQuerySet":
        return self.filter(holding(month))

    def waiting(self) -> "ReliefQuerySet":
        return self.filter(needs_superior=True, approved_on__isnull=True, declined_on__isnull=True)


class Relief(models.Model):
    """Dues waived or reduced for a time: the branch considers it, and unless the member is retired the committee above
    approves it (2008 provisions, article 7; 2017 notice)."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="reliefs")
    kind = models.CharField(_("kind"), max_length=20, choices=ReliefKind)
    pays_fen = models.PositiveIntegerField(_("still pays a month, in fen"), default=0)
    ground = SealedField(_("ground"))
    valid_from = models.DateField(_("from the month"))
    valid_until = models.DateField(_("until the month"), null=True, blank=True)
    decided_on = models.DateField(_("considered by the branch on"))
    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="reliefs", verbose_name=_("meeting")
    )
    """The meeting that considered it, when it is in the record."""
    needs_superior = models.BooleanField(_("needs the committee above"))
    rule = models.CharField(_("rule"), max_length=80)
    approved_on = models.DateField(_("approved on"), null=True, blank=True)
    approved_by = models.CharField(_("approved by"), max_length=150, blank=True)
    document = models.CharField(_("document"), max_length=120, blank=True)
    declined_on = models.DateField(_("declined on"), null=True, blank=True)
    asked_by = models.CharField(_("asked for by"), max_length=150)
    asked_at = models.DateTimeField(auto_now_add=True)

    objects = ReliefQuerySet.as_manager()

    class Meta:
        verbose_name = _("relief from dues")
        verbose_name_plural = _("reliefs from dues")
        constraints = [
            period_constraint("relief_ends_after_beginning"),
            first_of_month("relief_months", "valid_from", "valid_until"),
            models.CheckConstraint(
                condition=Q(kind=ReliefKind.WAIVER, pays_fen=0) | Q(kind=ReliefKind.REDUCTION, pays_fen__gt=0),
                name="relief_waiver_pays_nothing",
            ),
            models.CheckConstraint(
                condition=Q(approved_on__isnull=True, approved_by="")
                | (Q(approved_on__isnull=False) & ~Q(approved_by="")),
                name="relief_approval_names_who",
            ),
            models.CheckConstraint(
                condition=Q(approved_on__isnull=True) | Q(declined_on__isnull=True), name="relief_decided_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.get_kind_display()}"

    @property
    def scope_path(self) -> str:
        return self.member.roster_path
