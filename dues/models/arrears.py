import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dues.models.months import first_of_month
from dues.models.scope import own_or_in_branch
from meetings.meeting.models import Meeting
from members.choices import Capability
from members.fields import SealedField
from members.models import Member, User
from members.models.periods import holding, period_constraint


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
