import uuid
from datetime import date

from django.db import models
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from members.choices import Capability, OfficeKind, OrganizationKind, office_words
from members.models.member import Member
from members.models.organization import Organization
from members.models.periods import holding, period_constraint
from members.models.user import User
from members.offices import STAND_INS
from members.paths import subtree


class OfficeQuerySet(models.QuerySet["Office"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_ORGANIZATIONS) -> "OfficeQuerySet":
        own = Q(user=user.pk) | (Q(member=user.standing.member_id) if user.standing.member_id else Q(pk__in=[]))
        return self.filter(subtree("organization__path", user.standing.paths(capability)) | own)

    def holding(self, on: date) -> "OfficeQuerySet":
        return self.filter(holding(on))

    def held_by(self, user: User) -> "OfficeQuerySet":
        """Given to the user, or to the member that the user is."""
        mine = Q(user=user.pk)
        return self.filter(mine | Q(member=user.member_id) if user.member_id else mine)

    def with_stand_ins(self, on: date) -> "OfficeQuerySet":
        """Each with `stands_in`: whether the offices for which it stands in are vacant in its branch on that day."""
        stands_in = Q(pk__in=[])
        for kind, one in STAND_INS.items():
            others = Office.objects.holding(on).filter(organization=OuterRef("organization"), kind__in=one.vacant)
            stands_in |= Q(~Exists(others), kind=kind, organization__kind=OrganizationKind.BRANCH)
        return self.annotate(stands_in=ExpressionWrapper(stands_in, output_field=BooleanField()))


class Office(models.Model):
    """An office somebody holds in an organization, from one day until another. All access follows from these rows."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("office"), max_length=30, choices=OfficeKind)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="offices")
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="offices")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, blank=True, related_name="offices")
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_until = models.DateField(_("until"), null=True, blank=True)
    decided_by = models.CharField(_("decided by (document or meeting)"), max_length=200, blank=True)

    objects = OfficeQuerySet.as_manager()

    class Meta:
        verbose_name = _("office")
        verbose_name_plural = _("offices")
        constraints = [
            period_constraint("office_ends_after_beginning"),
            models.CheckConstraint(condition=Q(kind__in=OfficeKind.values), name="office_kind_known"),
            models.CheckConstraint(condition=Q(user__isnull=False) | Q(member__isnull=False), name="office_has_holder"),
            models.UniqueConstraint(
                fields=["kind", "organization", "user"],
                condition=Q(valid_until__isnull=True, user__isnull=False),
                name="office_open_once_per_user",
            ),
            models.UniqueConstraint(
                fields=["kind", "organization", "member"],
                condition=Q(valid_until__isnull=True, member__isnull=False),
                name="office_open_once_per_member",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.organization}"

    def get_kind_display(self) -> str:  # type: ignore[no-redef]
        """As it is called in the organization."""
        if self.kind != OfficeKind.COMMITTEE_MEMBER:
            return str(OfficeKind(self.kind).label)
        return office_words(self.kind, self.organization.kind)

    @property
    def scope_path(self) -> str:
        return self.organization.path
