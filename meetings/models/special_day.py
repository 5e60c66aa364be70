import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from meetings.choices import DayKind


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
