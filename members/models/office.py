"""Offices of users, and requests for them."""

import uuid
from datetime import date

from django.db import models
from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.choices import Capability, OfficeKind, OfficeRequestState, OrganizationKind, office_words
from members.fields import holding, period_constraint
from members.models.member import Member
from members.models.organization import Organization
from members.models.user import User
from members.offices import STAND_INS
from members.paths import subtree


class OfficeQuerySet(models.QuerySet["Office"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_ORGANIZATIONS) -> "OfficeQuerySet":
        own = Q(user=user.pk) | (Q(member=user.access.member_id) if user.access.member_id else Q(pk__in=[]))
        return self.filter(subtree("organization__path", user.access.paths(capability)) | own)

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


class OfficeRequestQuerySet(models.QuerySet["OfficeRequest"]):
    def visible_to(self, user: User) -> "OfficeRequestQuerySet":
        """Where one confirms offices or manages users."""
        allowing = (Capability.CONFIRM_OFFICES, Capability.MANAGE_USERS)
        return self.filter(subtree("organization__path", [path for one in allowing for path in user.access.paths(one)]))

    def waiting(self) -> "OfficeRequestQuerySet":
        return self.filter(state=OfficeRequestState.WAITING)


class OfficeRequest(models.Model):
    """An office that takes two people: an administrator asks, somebody of another office confirms (docs/accounts.md).

    Nothing is open to anybody by it until then; the office itself is made when it is confirmed.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="office_requests")
    kind = models.CharField(_("office"), max_length=30, choices=OfficeKind)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="office_requests")
    valid_from = models.DateField(_("from"))
    decided_by = models.CharField(_("decided by (document or meeting)"), max_length=200, blank=True)
    replaces = models.ForeignKey(Office, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    """The office that ends on that day: it is handed over."""
    state = models.CharField(_("state"), max_length=20, choices=OfficeRequestState, default=OfficeRequestState.WAITING)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_on = models.DateField(_("asked on"))
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    settled_on = models.DateField(_("settled on"), null=True, blank=True)

    objects = OfficeRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for an office")
        verbose_name_plural = _("requests for offices")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=OfficeKind.values), name="office_request_kind_known"),
            models.CheckConstraint(condition=Q(state__in=OfficeRequestState.values), name="office_request_state_known"),
            models.CheckConstraint(
                condition=Q(state=OfficeRequestState.WAITING, settled_by__isnull=True, settled_on__isnull=True)
                | (~Q(state=OfficeRequestState.WAITING) & Q(settled_by__isnull=False, settled_on__isnull=False)),
                name="office_request_settled_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state=OfficeRequestState.CONFIRMED)
                | (~Q(settled_by=F("asked_by")) & ~Q(settled_by=F("user"))),
                name="office_request_confirmed_by_another",
            ),
            models.CheckConstraint(condition=~Q(asked_by=F("user")), name="office_request_not_for_oneself"),
            models.UniqueConstraint(
                fields=["user", "kind", "organization"], condition=Q(state=OfficeRequestState.WAITING),
                name="office_request_once",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.user} · {self.get_kind_display()} · {self.organization}"

    def get_absolute_url(self) -> str:
        return reverse("members:office-request", args=[self.key])

    def get_kind_display(self) -> str:  # type: ignore[no-redef]
        """As it is called in the organization."""
        return office_words(OfficeKind(self.kind), OrganizationKind(self.organization.kind))

    @property
    def scope_path(self) -> str:
        return self.organization.path
