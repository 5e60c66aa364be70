import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.choices import AffiliationKind, Capability, LeavingReason
from members.models.member import Member
from members.models.organization import Organization
from members.models.periods import holding, period_constraint
from members.models.user import User
from members.paths import subtree


class AffiliationQuerySet(models.QuerySet["Affiliation"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_ROSTER) -> "AffiliationQuerySet":
        own = Q(member=user.standing.member_id) if user.standing.member_id else Q(pk__in=[])
        return self.filter(subtree("organization__path", user.standing.paths(capability)) | own)

    def holding(self, on: date) -> "AffiliationQuerySet":
        return self.filter(holding(on))

    def formal(self) -> "AffiliationQuerySet":
        return self.filter(kind=AffiliationKind.FORMAL)

    def open(self) -> "AffiliationQuerySet":
        return self.filter(valid_until__isnull=True)

    def latest_first(self) -> "AffiliationQuerySet":
        """By their end, those that haven't ended before all others."""
        return self.order_by(F("valid_until").desc(nulls_first=True), F("valid_from").desc(nulls_last=True), "key")


class Affiliation(models.Model):
    """Where a member belongs, for a time: one formal relation, and any number of branches they take part in.

    `organization` is the branch, or the group of the branch when the member is in one.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="affiliations")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="affiliations")
    kind = models.CharField(_("kind"), max_length=20, choices=AffiliationKind, default=AffiliationKind.FORMAL)
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_until = models.DateField(_("until"), null=True, blank=True)
    left_because = models.CharField(_("why it ended"), max_length=20, choices=LeavingReason, blank=True)

    objects = AffiliationQuerySet.as_manager()

    class Meta:
        verbose_name = _("affiliation")
        verbose_name_plural = _("affiliations")
        constraints = [
            period_constraint("affiliation_ends_after_beginning"),
            models.CheckConstraint(condition=Q(kind__in=AffiliationKind.values), name="affiliation_kind_known"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True, left_because="")
                | Q(valid_until__isnull=False, left_because__in=LeavingReason.values),
                name="affiliation_end_has_reason",
            ),
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(kind=AffiliationKind.FORMAL, valid_until__isnull=True),
                name="affiliation_one_open_formal",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "member"], condition=Q(valid_until__isnull=False), name="affiliation_ended"
            )
        ]

    def __str__(self) -> str:
        return f"{self.member} · {self.organization}"

    @property
    def scope_path(self) -> str:
        return self.organization.path
