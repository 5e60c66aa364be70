import uuid
from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.choices import Capability
from members.models.organization import Organization
from members.models.periods import holding, period_constraint
from members.models.user import User
from members.paths import subtree


class LocalRuleQuerySet(models.QuerySet["LocalRule"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_ORGANIZATIONS) -> "LocalRuleQuerySet":
        return self.filter(subtree("organization__path", user.standing.paths(capability)))

    def holding(self, on: date) -> "LocalRuleQuerySet":
        return self.filter(holding(on))

    def in_force_for(self, path: str) -> "LocalRuleQuerySet":
        """Rules of the organization at the path and of those above it, nearest last."""
        above = [path[:length] for length in range(Organization.steplen, len(path) + 1, Organization.steplen)]
        return self.filter(organization__path__in=above).order_by("organization__path")


class LocalRule(models.Model):
    """A committee's rule that fills in or tightens a national one, with its document and who approved it."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="local_rules")
    rule_key = models.CharField(_("rule"), max_length=80)
    value = models.JSONField(_("value"))
    document = models.CharField(_("document"), max_length=200)
    number = models.CharField(_("document number"), max_length=80, blank=True)
    approved_by = models.CharField(_("approved by"), max_length=80)
    approved_on = models.DateField(_("approved on"))
    valid_from = models.DateField(_("from"))
    valid_until = models.DateField(_("until"), null=True, blank=True)

    objects = LocalRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("local rule")
        verbose_name_plural = _("local rules")
        constraints = [
            period_constraint("local_rule_ends_after_beginning"),
            models.CheckConstraint(condition=~Q(document="") & ~Q(approved_by=""), name="local_rule_has_its_basis"),
            models.UniqueConstraint(
                fields=["organization", "rule_key"],
                condition=Q(valid_until__isnull=True),
                name="local_rule_one_open_per_key",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_key} · {self.organization}"

    @property
    def scope_path(self) -> str:
        return self.organization.path
