from datetime import time

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.choices import Capability
from members.models import Member, User
from members.models.user import of_members_of

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
