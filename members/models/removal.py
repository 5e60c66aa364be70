from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Removal(models.Model):
    """What went of a kind (`members.retention`) in one night, counted in the transactions in which it went."""

    kind = models.CharField(_("kind"), max_length=30)
    night = models.DateField(_("night"))
    removed = models.PositiveIntegerField(_("removed"), default=0)
    """Stays 0 where the number is told nobody."""
    finished_at = models.DateTimeField(_("finished"), null=True)
    """Empty while it is under way, or was interrupted: the next night finishes it."""

    class Meta:
        verbose_name = _("removal after its time")
        verbose_name_plural = _("removals after their time")
        ordering = ["-night", "kind"]
        constraints = [
            models.CheckConstraint(condition=~Q(kind=""), name="removal_has_kind"),
            models.UniqueConstraint(fields=["kind", "night"], name="removal_once_a_night"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.night}"
