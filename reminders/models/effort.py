from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.choices import Capability
from members.models import Organization, User
from members.paths import subtree


class EffortQuerySet(models.QuerySet["Effort"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_DUTIES) -> "EffortQuerySet":
        return self.filter(subtree("organization__path", user.standing.paths(capability)))

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
