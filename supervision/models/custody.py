import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models import User
from supervision.choices import NameState
from supervision.models.letter import InspectorKey, Letter, RecoveryKey


class CustodyKey(models.Model):
    """The public half of the key to which writers' names are sealed. Its private half is on paper, with the custodian.

    The recovery key has signed it: a row that somebody puts here makes no custodian.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="custody_keys")
    public_key = models.CharField(max_length=64, unique=True)
    signature = models.CharField(max_length=128)
    made_on = models.DateField()
    withdrawn_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(public_key="") & ~Q(signature=""), name="custody_key_is_signed"),
            models.UniqueConstraint(
                models.Value(1), condition=Q(withdrawn_on__isnull=True), name="custody_key_one_in_use"
            ),
        ]

    def __str__(self) -> str:
        return str(self.made_on)


class SealedName(models.Model):
    """A writer's name and contact, sealed to the custodian and the recovery key; once released, to inspectors."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="names")
    custody_key = models.ForeignKey(CustodyKey, on_delete=models.PROTECT, null=True, blank=True, related_name="names")
    recovery_key = models.ForeignKey(RecoveryKey, on_delete=models.PROTECT, null=True, blank=True, related_name="names")
    inspector_key = models.ForeignKey(
        InspectorKey, on_delete=models.CASCADE, null=True, blank=True, related_name="names"
    )
    sealed_name = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(custody_key__isnull=False, recovery_key__isnull=True, inspector_key__isnull=True)
                | Q(custody_key__isnull=True, recovery_key__isnull=False, inspector_key__isnull=True)
                | Q(custody_key__isnull=True, recovery_key__isnull=True, inspector_key__isnull=False),
                name="sealed_name_has_one_reader",
            ),
            models.UniqueConstraint(fields=["letter", "custody_key"], name="sealed_name_once_per_custodian"),
            models.UniqueConstraint(fields=["letter", "recovery_key"], name="sealed_name_once_per_recovery_key"),
            models.UniqueConstraint(fields=["letter", "inspector_key"], name="sealed_name_once_per_inspector"),
        ]

    def __str__(self) -> str:
        return str(self.letter)


class NameRequestQuerySet(models.QuerySet["NameRequest"]):
    def visible_to(self, user: User) -> "NameRequestQuerySet":
        """Those that the user decides as custodian."""
        return self.filter(custody_key__user=user.pk)


class NameRequest(models.Model):
    """An inspector asks the custodian for a writer's name, with a reason that only the two and the writer read."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="name_requests")
    custody_key = models.ForeignKey(CustodyKey, on_delete=models.PROTECT, related_name="requests")
    state = models.CharField(_("state"), max_length=10, choices=NameState, default=NameState.ASKED)
    asked_on = models.DateField(_("asked on"))
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    reason = models.TextField()
    """Under the letter's key: its readers and its writer read it."""
    sealed_reason = models.TextField()
    """The same, sealed to the custodian."""

    objects = NameRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for a writer's name")
        ordering = ["asked_on", "key"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=NameState.values), name="name_request_state_known"),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(sealed_reason=""), name="name_request_has_a_reason"),
            models.CheckConstraint(
                condition=Q(state="asked", decided_on__isnull=True) | (~Q(state="asked") & Q(decided_on__isnull=False)),
                name="name_request_decided_has_its_day",
            ),
            models.UniqueConstraint(fields=["letter"], condition=Q(state="asked"), name="name_request_one_open"),
        ]

    def __str__(self) -> str:
        return str(self.asked_on)

    @property
    def scope_path(self) -> str:
        return self.letter.organization.path
