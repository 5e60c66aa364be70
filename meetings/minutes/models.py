import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from meetings.meeting.models import Meeting


class Minutes(models.Model):
    """The minutes of a meeting: composed from the record, edited as text, signed twice, then locked."""

    meeting = models.OneToOneField(Meeting, on_delete=models.CASCADE, related_name="minutes", primary_key=True)
    text = models.TextField(_("text"))
    facts = models.CharField(max_length=64, blank=True, default="", editable=False)
    """The digest of the record with which the text agrees (`queries.minutes.facts_in`); empty: nobody knows."""
    chair_signed_by = models.CharField(_("signed by the chair"), max_length=150, blank=True)
    chair_signed_at = models.DateTimeField(null=True, blank=True)
    chair_paper_on = models.DateField(_("signed by the chair on paper on"), null=True, blank=True)
    """Set where the chair has no account: then `chair_signed_by` is who filed the paper, `chair_signed_at` when."""
    recorder_signed_by = models.CharField(_("signed by the recorder"), max_length=150, blank=True)
    recorder_signed_at = models.DateTimeField(null=True, blank=True)
    recorder_paper_on = models.DateField(_("signed by the recorder on paper on"), null=True, blank=True)
    locked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("minutes")
        verbose_name_plural = _("minutes")
        constraints = [
            models.CheckConstraint(
                condition=Q(chair_signed_at__isnull=True, chair_signed_by="")
                | (Q(chair_signed_at__isnull=False) & ~Q(chair_signed_by="")),
                name="minutes_chair_signature_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(recorder_signed_at__isnull=True, recorder_signed_by="")
                | (Q(recorder_signed_at__isnull=False) & ~Q(recorder_signed_by="")),
                name="minutes_recorder_signature_is_whole",
            ),
            models.CheckConstraint(
                condition=(Q(chair_paper_on__isnull=True) | Q(chair_signed_at__isnull=False))
                & (Q(recorder_paper_on__isnull=True) | Q(recorder_signed_at__isnull=False)),
                name="minutes_paper_is_filed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(locked_at__isnull=True)
                | Q(chair_signed_at__isnull=False, recorder_signed_at__isnull=False),
                name="minutes_locked_after_both_signed",
            ),
        ]

    def __str__(self) -> str:
        return str(self.meeting)

    @property
    def is_signed(self) -> bool:
        """By one of the two at least."""
        return self.chair_signed_at is not None or self.recorder_signed_at is not None

    @property
    def is_locked(self) -> bool:
        return self.locked_at is not None


class Correction(models.Model):
    """What was put right after the minutes were locked. The locked text itself stays."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    minutes = models.ForeignKey(Minutes, on_delete=models.CASCADE, related_name="corrections")
    text = models.TextField(_("correction"))
    reason = models.CharField(_("reason"), max_length=200)
    by = models.CharField(max_length=150)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at"]
        constraints = [models.CheckConstraint(condition=~Q(text="") & ~Q(reason=""), name="correction_has_reason")]

    def __str__(self) -> str:
        return self.reason
