import uuid

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.choices import Capability, OfficeKind, OfficeRequestState, OrganizationKind, office_words
from members.models.office import Office
from members.models.organization import Organization
from members.models.user import User
from members.paths import subtree


class OfficeRequestQuerySet(models.QuerySet["OfficeRequest"]):
    def visible_to(self, user: User) -> "OfficeRequestQuerySet":
        """Where one confirms offices or manages users."""
        allowing = (Capability.CONFIRM_OFFICES, Capability.MANAGE_USERS)
        return self.filter(
            subtree("organization__path", [path for one in allowing for path in user.standing.paths(one)])
        )

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
