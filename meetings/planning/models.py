"""Days off and workdays, fixed theme days, and private addresses of calendars."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from meetings.choices import DayKind
from members.models import Organization, User


class SpecialDay(models.Model):
    """A day off, or a weekend that is worked for one, as the State Council announces them every year.

    It holds for the whole program, and goes before the calendar that comes with it.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    day = models.DateField(_("day"), unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=DayKind)
    name = models.CharField(_("name"), max_length=40)

    class Meta:
        verbose_name = _("day off or workday")
        verbose_name_plural = _("days off and workdays")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=DayKind.values), name="special_day_kind_known"),
            models.CheckConstraint(condition=~Q(name=""), name="special_day_has_name"),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.name}"


class ThemeDay(models.Model):
    """The fairly fixed day of the month that a branch keeps for its theme day (branch regulations, article 16)."""

    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, related_name="theme_day")
    day_of_month = models.PositiveSmallIntegerField(_("day of the month"))
    starts_at = models.TimeField(_("begins"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("fixed theme day")
        constraints = [
            models.CheckConstraint(condition=Q(day_of_month__range=(1, 28)), name="theme_day_in_every_month")
        ]

    def __str__(self) -> str:
        return str(self.day_of_month)


class CalendarFeed(models.Model):
    """A private address under which a member's calendar reads the coming meetings. Only its fingerprint is kept."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="calendar_feed")
    token_print = models.CharField(max_length=32, unique=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(token_print=""), name="calendar_feed_has_token")]

    def __str__(self) -> str:
        return str(self.user)
