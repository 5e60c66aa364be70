from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Heartbeat(models.Model):
    """When a part of the machinery last said that it is alive: the clock, each worker, each round of work."""

    name = models.CharField(_("part"), max_length=120, primary_key=True)
    """`beat`, `worker <host>`, `planner`, `dispatcher`; `health` is written by whoever asks whether writing works."""
    seen_at = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("sign of life")
        verbose_name_plural = _("signs of life")
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="heartbeat_has_name")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def beat(cls, name: str, *, at: datetime) -> None:
        cls.objects.update_or_create(name=name, defaults={"seen_at": at})
