"""What is said of duties, their stored counts, and how much officers fill in."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.choices import Capability
from members.fields import SealedField
from members.models import Member, Organization, User
from members.pages.links import duty_display
from members.paths import subtree


class NotApplicableQuerySet(models.QuerySet["NotApplicable"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_DUTIES) -> "NotApplicableQuerySet":
        return self.filter(subtree("organization__path", user.access.paths(capability)))

    def within(self, path: str) -> "NotApplicableQuerySet":
        return self.filter(subtree("organization__path", [path]))

    def in_force(self) -> "NotApplicableQuerySet":
        return self.filter(taken_back_at__isnull=True)


class NotApplicable(models.Model):
    """A branch says of a duty that it doesn't apply this time, and why. The level above sees that it did.

    A duty is computed and has no row: kind, period and member say which one.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="not_applicable")
    kind = models.CharField(_("duty"), max_length=40)
    period = models.CharField(_("period"), max_length=20)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = SealedField(_("because"))
    """Sealed: of a member's duty it may say how they are."""
    said_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField(auto_now_add=True)
    taken_back_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    taken_back_at = models.DateTimeField(null=True, blank=True)

    objects = NotApplicableQuerySet.as_manager()

    class Meta:
        verbose_name = _("duty that does not apply")
        verbose_name_plural = _("duties that do not apply")
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="not_applicable_has_reason"),
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True, taken_back_by__isnull=True)
                | Q(taken_back_at__isnull=False, taken_back_by__isnull=False),
                name="not_applicable_taken_back_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["organization", "kind", "period"],
                condition=Q(taken_back_at__isnull=True, member__isnull=True),
                name="not_applicable_once",
            ),
            models.UniqueConstraint(
                fields=["organization", "kind", "period", "member"],
                condition=Q(taken_back_at__isnull=True, member__isnull=False),
                name="not_applicable_once_per_member",
            ),
        ]

    def __str__(self) -> str:
        words = duty_display().get(self.kind)
        return f"{words.title if words else self.kind} {self.period}"

    @property
    def scope_path(self) -> str:
        return self.organization.path


class DeskCountQuerySet(models.QuerySet["DeskCount"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_DUTIES) -> "DeskCountQuerySet":
        return self.filter(subtree("organization__path", user.access.paths(capability)))

    def within(self, path: str) -> "DeskCountQuerySet":
        return self.filter(subtree("organization__path", [path]))

    def in_need_first(self) -> "DeskCountQuerySet":
        """To help, not to rank: the branches with most that is late, then with most that comes this week."""
        return self.order_by("-overdue", "-this_week", "organization__path")


class DeskCount(models.Model):
    """How many duties of a branch were open when they were last counted: a copy for the levels above, made anew by a
    job and never written to by hand."""

    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, related_name="desk_count")
    counted_on = models.DateField(_("as of"))
    counted_at = models.DateTimeField(_("counted"))
    overdue = models.PositiveIntegerField(_("overdue"))
    this_week = models.PositiveIntegerField(_("this week"))
    this_month = models.PositiveIntegerField(_("later this month"))
    later = models.PositiveIntegerField(_("later this year"), default=0)
    done = models.PositiveIntegerField(_("done this year"))
    not_applicable = models.PositiveIntegerField(_("said not to apply"))
    overdue_kinds = models.JSONField(_("overdue, by kind"), default=dict)

    objects = DeskCountQuerySet.as_manager()

    class Meta:
        verbose_name = _("count of duties")
        verbose_name_plural = _("counts of duties")
        constraints = [
            models.CheckConstraint(
                condition=Q(overdue=0, overdue_kinds={}) | (Q(overdue__gt=0) & ~Q(overdue_kinds={})),
                name="desk_count_says_what_is_late",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.counted_on}"

    @property
    def scope_path(self) -> str:
        return self.organization.path

    @property
    def asked(self) -> int:
        """Duties of the year whose period has begun, those included that were said not to apply."""
        return self.overdue + self.this_week + self.this_month + self.later + self.done + self.not_applicable


class EffortQuerySet(models.QuerySet["Effort"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_DUTIES) -> "EffortQuerySet":
        return self.filter(subtree("organization__path", user.access.paths(capability)))

    def within(self, path: str) -> "EffortQuerySet":
        return self.filter(subtree("organization__path", [path]))


class Effort(models.Model):
    """What a branch's officers typed in a month: forms sent, and fields filled in them. Nobody's name, no times.

    Duties and questions of the month aren't stored: they are counted from their own rows.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="efforts")
    month = models.DateField(_("month"))
    """Its first day."""
    forms = models.PositiveIntegerField(_("forms sent"), default=0)
    fields = models.PositiveIntegerField(_("fields filled"), default=0)

    objects = EffortQuerySet.as_manager()

    class Meta:
        verbose_name = _("effort of a month")
        verbose_name_plural = _("efforts by month")
        constraints = [
            models.UniqueConstraint(fields=["organization", "month"], name="effort_once_a_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="effort_month_by_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.month:%Y-%m}"

    @property
    def scope_path(self) -> str:
        return self.organization.path
