import uuid
from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.choices import Capability, SituationKind
from members.fields import SealedField
from members.models.periods import holding, period_constraint
from members.models.user import User, of_members_of


class SituationQuerySet(models.QuerySet["Situation"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_ROSTER) -> "SituationQuerySet":
        return self.filter(of_members_of(user, capability))

    def of(self, *kinds: SituationKind) -> "SituationQuerySet":
        return self.filter(kind__in=kinds)

    def holding(self, on: date) -> "SituationQuerySet":
        return self.filter(holding(on))


class Situation(models.Model):
    """Something about a member that holds for a time and that the branch has to reckon with."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey("members.Member", on_delete=models.CASCADE, related_name="situations")
    kind = models.CharField(_("situation"), max_length=30, choices=SituationKind)
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_until = models.DateField(_("until"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=80, blank=True)
    host = models.CharField(_("host branch"), max_length=120, blank=True)
    able_to = models.CharField(_("what they can still do"), max_length=200, blank=True)
    note = SealedField(_("note"), blank=True, default="")
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = SituationQuerySet.as_manager()

    class Meta:
        verbose_name = _("situation")
        verbose_name_plural = _("situations")
        constraints = [
            period_constraint("situation_ends_after_beginning"),
            models.CheckConstraint(condition=Q(kind__in=SituationKind.values), name="situation_kind_known"),
            models.UniqueConstraint(
                fields=["member", "kind"], condition=Q(valid_until__isnull=True), name="situation_one_open_of_a_kind"
            ),
        ]
        indexes = [models.Index(fields=["kind", "member"], name="situation_by_kind")]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def scope_path(self) -> str:
        return self.member.roster_path
