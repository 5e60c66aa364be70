"""Bases, charges, what is put on record about arrears, and ledgers that were imported."""

import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _

from dues.choices import ChargeKind, ReliefKind
from dues.conditions import first_of_month, own_or_at_organization, own_or_in_branch
from meetings.meeting.models import Meeting
from members.choices import Capability, DuesCategory, ImportState
from members.fields import SealedField, holding, period_constraint
from members.models import Member, Organization, User
from members.paths import subtree
from rulebook.dates import add_months


class LedgerImportQuerySet(models.QuerySet["LedgerImport"]):
    def visible_to(self, user: User, capability: Capability = Capability.FIX_BASES) -> "LedgerImportQuerySet":
        return self.filter(subtree("organization__path", user.access.paths(capability)))


class LedgerImport(models.Model):
    """A branch's own dues ledger of a year, or a list of bases, on its way into the record."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="ledger_imports")
    year = models.PositiveSmallIntegerField(_("year"))
    file_name = models.CharField(_("file"), max_length=200)
    state = models.CharField(_("state"), max_length=20, choices=ImportState, default=ImportState.PREVIEW)
    found = models.JSONField(default=dict)
    """What the preview shows: counts and sums, refusals and warnings; no base of anybody."""
    content = SealedField(default="", blank=True)
    """JSON: the rows as understood until they are stored, the cells of those refused, and which bases were ended."""
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = LedgerImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of a dues ledger")
        verbose_name_plural = _("imports of dues ledgers")
        ordering = ["-uploaded_at"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ImportState.values), name="ledger_import_state_known"),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(applied_at__isnull=False),
                name="ledger_import_undone_after_applied",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def scope_path(self) -> str:
        return self.organization.path


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
    def is_waiting(self) -> bool:
        """For the committee above."""
        return self.needs_superior and self.approved_on is None and self.declined_on is None

    @property
    def scope_path(self) -> str:
        return self.member.roster_path


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
        return self.filter(subtree("organization__path", user.access.paths(capability)))


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


class ArrangementQuerySet(models.QuerySet["Arrangement"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_DUES) -> "ArrangementQuerySet":
        return self.filter(own_or_in_branch(user, capability))

    def holding(self, month: date) -> "ArrangementQuerySet":
        return self.filter(holding(month))


class Arrangement(models.Model):
    """The branch agreed that a member pays once a quarter (2008 provisions, article 12)."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="dues_arrangements")
    valid_from = models.DateField(_("from the month"))
    valid_until = models.DateField(_("until the month"), null=True, blank=True)
    agreed_on = models.DateField(_("agreed on"))
    because = SealedField(_("special circumstances"), blank=True, default="")
    recorded_by = models.CharField(_("recorded by"), max_length=150)

    objects = ArrangementQuerySet.as_manager()

    class Meta:
        verbose_name = _("quarterly payment")
        verbose_name_plural = _("quarterly payments")
        constraints = [
            period_constraint("arrangement_ends_after_beginning"),
            first_of_month("arrangement_months", "valid_from", "valid_until"),
            models.UniqueConstraint(
                fields=["member"], condition=Q(valid_until__isnull=True), name="arrangement_one_open_per_member"
            ),
        ]

    def __str__(self) -> str:
        return str(self.member)

    @property
    def scope_path(self) -> str:
        return self.member.roster_path


class ArrearsReasonQuerySet(models.QuerySet["ArrearsReason"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_DUES) -> "ArrearsReasonQuerySet":
        return self.filter(own_or_in_branch(user, capability))

    def holding(self, month: date) -> "ArrearsReasonQuerySet":
        return self.filter(holding(month))


class ArrearsReason(models.Model):
    """A documented good reason for not having paid: while it holds, the ladder of article 13 stands still."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="arrears_reasons")
    valid_from = models.DateField(_("from the month"))
    valid_until = models.DateField(_("until the month"), null=True, blank=True)
    reason = SealedField(_("reason"))
    recorded_on = models.DateField(_("recorded on"))
    recorded_by = models.CharField(_("recorded by"), max_length=150)

    objects = ArrearsReasonQuerySet.as_manager()

    class Meta:
        verbose_name = _("reason for arrears")
        verbose_name_plural = _("reasons for arrears")
        constraints = [
            period_constraint("arrears_reason_ends_after_beginning"),
            first_of_month("arrears_reason_months", "valid_from", "valid_until"),
        ]

    def __str__(self) -> str:
        return str(self.member)

    @property
    def scope_path(self) -> str:
        return self.member.roster_path


class ArrearsReviewQuerySet(models.QuerySet["ArrearsReview"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_DUES) -> "ArrearsReviewQuerySet":
        """The branch's; the committee above, which has to approve what the branch decides; one's own."""
        return self.filter(own_or_in_branch(user, capability) | own_or_in_branch(user, Capability.APPROVE_DUES))

    def open(self) -> "ArrearsReviewQuerySet":
        return self.filter(closed_on__isnull=True)


class ArrearsReview(models.Model):
    """What a branch does when six months were not paid: talk, reason, general meeting, the level above.

    It records steps that people took (Party constitution, article 9; 2008 provisions, article 13) and changes nothing
    about the member.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="arrears_reviews")
    since = models.DateField(_("unpaid since the month"))
    opened_on = models.DateField(_("opened on"))
    talked_on = models.DateField(_("talked to on"), null=True, blank=True)
    talked_by = models.CharField(_("talked to by"), max_length=60, blank=True)
    reason = SealedField(_("what the member said"), blank=True, default="")
    meeting_on = models.DateField(_("general meeting on"), null=True, blank=True)
    meeting = models.ForeignKey(
        Meeting,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="arrears_reviews",
        verbose_name=_("meeting"),
    )
    decision = models.CharField(_("what the general meeting decided"), max_length=300, blank=True)
    reported_on = models.DateField(_("reported upwards on"), null=True, blank=True)
    answer = models.CharField(_("what the level above answered"), max_length=300, blank=True)
    answered_on = models.DateField(_("answered on"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=300, blank=True)

    objects = ArrearsReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review of arrears")
        verbose_name_plural = _("reviews of arrears")
        constraints = [
            first_of_month("arrears_review_month", "since"),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")),
                name="arrears_review_closed_after_opening",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True, outcome="") | (Q(closed_on__isnull=False) & ~Q(outcome="")),
                name="arrears_review_closed_with_outcome",
            ),
            models.UniqueConstraint(
                fields=["member"], condition=Q(closed_on__isnull=True), name="arrears_review_one_open_per_member"
            ),
        ]

    def __str__(self) -> str:
        return str(self.member)

    @property
    def scope_path(self) -> str:
        return self.member.roster_path
