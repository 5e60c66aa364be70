import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.choices import Capability
from members.fields import SealedField
from members.models import Organization, User
from members.paths import subtree
from reminders.choices import SET_UP


class ChannelSetupQuerySet(models.QuerySet["ChannelSetup"]):
    def visible_to(self, user: User, capability: Capability = Capability.MANAGE_MESSAGES) -> "ChannelSetupQuerySet":
        return self.filter(subtree("organization__path", user.standing.paths(capability)))

    def in_use(self) -> "ChannelSetupQuerySet":
        return self.filter(is_used=True)


class ChannelSetup(models.Model):
    """A service outside through which an organization and those below it send: a group robot, or a gateway for SMS."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="channel_setups")
    kind = models.CharField(_("channel"), max_length=20, choices=[(one.value, one.label) for one in SET_UP])
    name = models.CharField(_("name"), max_length=60)
    address = SealedField(_("address (URL)"))
    """Whoever knows the address of a robot can speak in the group: sealed like a password."""
    secret = SealedField(_("secret for signing"), blank=True, default="")
    is_used = models.BooleanField(_("in use"), default=True)
    tested_at = models.DateTimeField(_("tried out"), null=True, blank=True)
    test_problem = models.CharField(_("what the trial said"), max_length=300, blank=True)

    objects = ChannelSetupQuerySet.as_manager()

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[one.value for one in SET_UP]), name="channel_setup_kind_known"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="channel_setup_has_name"),
            models.CheckConstraint(condition=~Q(address=""), name="channel_setup_has_address"),
            models.UniqueConstraint(
                fields=["organization", "kind"], condition=Q(is_used=True), name="channel_setup_one_in_use"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def scope_path(self) -> str:
        return self.organization.path
