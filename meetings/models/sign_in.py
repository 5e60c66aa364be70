import uuid

from django.db import models
from django.db.models import Q

from meetings.models.meeting import Meeting


class SignInAttempt(models.Model):
    """A wrong answer on the sign-in page of people without an account; counted, so that nobody tries all numbers.

    `address` is a fingerprint of the network address.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="sign_in_attempts")
    address = models.CharField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["meeting", "address", "at"], name="sign_in_attempt_by_address")]
        constraints = [models.CheckConstraint(condition=~Q(address=""), name="sign_in_attempt_from_somewhere")]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.at}"
