"""Ways outside, and how somebody wants to be told things."""

import uuid
from datetime import time

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.choices import Capability
from members.fields import SealedField
from members.models import Member, Organization, User
from members.models.user import of_members_of
from members.paths import subtree
from reminders.choices import SET_UP


class ChannelSetupQuerySet(models.QuerySet["ChannelSetup"]):
    def visible_to(self, user: User, capability: Capability = Capability.MANAGE_MESSAGES) -> "ChannelSetupQuerySet":
        return self.filter(subtree("organization__path", user.access.paths(capability)))

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


QUIET_FROM, QUIET_UNTIL = time(21, 0), time(8, 0)


class PreferenceQuerySet(models.QuerySet["Preference"]):
    def visible_to(self, user: User, capability: Capability = Capability.EDIT_ROSTER) -> "PreferenceQuerySet":
        """One's own, and those of the members whose roster rows the user edits."""
        return self.filter(of_members_of(user, capability) | Q(user=user.pk))


class Preference(models.Model):
    """How somebody wants to be told. Who has no row takes the defaults. A user who is a member has the member's."""

    member = models.OneToOneField(Member, on_delete=models.CASCADE, null=True, blank=True, related_name="preference")
    user = models.OneToOneField(User, on_delete=models.CASCADE, null=True, blank=True, related_name="preference")
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, blank=True)
    quiet_from = models.TimeField(_("quiet from"), default=QUIET_FROM)
    quiet_until = models.TimeField(_("quiet until"), default=QUIET_UNTIL)
    workdays_only = models.BooleanField(_("on workdays only"), default=False)
    no_channels = models.JSONField(_("not by"), default=list, blank=True)
    """Codes of `ChannelKind` by which the person doesn't want to be told."""
    wants_digest = models.BooleanField(_("a weekly overview"), default=True)

    objects = PreferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("way of being told")
        verbose_name_plural = _("ways of being told")
        constraints = [
            models.CheckConstraint(
                condition=Q(member__isnull=False, user__isnull=True) | Q(member__isnull=True, user__isnull=False),
                name="preference_is_one_persons",
            ),
        ]

    def __str__(self) -> str:
        return str(self.member or self.user)

    @property
    def scope_path(self) -> str:
        return self.member.roster_path if self.member else ""
