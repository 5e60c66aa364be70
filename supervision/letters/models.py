import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.choices import Capability
from members.fields import SealedField
from members.models import Organization, User
from supervision.choices import FileKind, KeyState, LetterState, NameState
from supervision.scope import held_at


class InspectorKeyQuerySet(models.QuerySet["InspectorKey"]):
    def visible_to(self, user: User, capability: Capability = Capability.APPROVE_KEYS) -> "InspectorKeyQuerySet":
        """One's own, and those that one may approve as the second person."""
        return self.filter(Q(user=user.pk) | held_at(user, capability))

    def in_use(self) -> "InspectorKeyQuerySet":
        return self.filter(state=KeyState.IN_USE)


class InspectorKey(models.Model):
    """An inspector's pair of keys. The private one lies under a passphrase that only the inspector knows.

    A new password for the log-in opens nothing; a lost passphrase means a new key and, for letters that are there
    already, the offline recovery key.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="inspector_keys")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="inspector_keys")
    """Of the committee in which the office of inspector is held."""
    public_key = models.CharField(max_length=64, unique=True)
    locked_private_key = models.TextField(blank=True)
    """Encrypted with a key from the passphrase (argon2id); salt and parameters stand before. Empty once withdrawn."""
    state = models.CharField(_("state"), max_length=20, choices=KeyState, default=KeyState.WAITING)
    made_on = models.DateField(_("made on"))
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    approved_on = models.DateField(_("approved on"), null=True, blank=True)
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)
    signing_key = models.CharField(max_length=64, blank=True)
    """Public half for signatures with which its owner approves others; empty in keys from before there were any."""
    signature = models.CharField(max_length=100, blank=True)
    """Over `signatures.statement`: without a valid one nothing is sealed to the key, whatever else stands here."""
    signed_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="signed")
    """The inspector's key that signed; None: the recovery key."""

    objects = InspectorKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("inspector's key")
        verbose_name_plural = _("inspectors' keys")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=KeyState.values), name="inspector_key_state_known"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("user")),
                name="inspector_key_approved_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state=KeyState.IN_USE) | Q(approved_by__isnull=False, approved_on__isnull=False),
                name="inspector_key_in_use_is_approved",
            ),
            models.UniqueConstraint(
                fields=["user", "organization"], condition=Q(state=KeyState.IN_USE), name="inspector_key_one_in_use"
            ),
            models.CheckConstraint(
                condition=Q(signature="", signed_by__isnull=True)
                | (~Q(signature="") & ~Q(signing_key="") & Q(approved_on__isnull=False)),
                name="inspector_key_signature_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state=KeyState.WITHDRAWN) | Q(locked_private_key=""),
                name="inspector_key_withdrawn_is_empty",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user.get_full_name()} {self.made_on}"

    @property
    def scope_path(self) -> str:
        return self.organization.path


class RecoveryKey(models.Model):
    """The public halves of the offline key; its private half is on paper, in two parts, with two people.

    Every letter is also sealed to it, and it approves the first inspectors' keys.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    public_key = models.CharField(max_length=64, unique=True)
    signing_key = models.CharField(max_length=64, blank=True)
    proof = models.CharField(max_length=64, blank=True)
    """Written with the key ring: who can only write to the database puts no recovery key of their own here."""
    made_on = models.DateField()
    withdrawn_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(public_key=""), name="recovery_key_is_there"),
            models.CheckConstraint(condition=Q(proof="") | ~Q(signing_key=""), name="recovery_key_proof_whole"),
            models.UniqueConstraint(
                models.Value(1), condition=Q(withdrawn_on__isnull=True), name="recovery_key_one_in_use"
            ),
        ]

    def __str__(self) -> str:
        return str(self.made_on)


class DeclaredRelativeQuerySet(models.QuerySet["DeclaredRelative"]):
    def visible_to(self, user: User) -> "DeclaredRelativeQuerySet":
        """One's own."""
        return self.filter(user=user.pk)


class DeclaredRelative(models.Model):
    """A relative, or somebody else about whom an inspector must not read letters; declared by the inspector."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="declared_relatives")
    name = SealedField(_("name"))
    relation = models.CharField(_("relation"), max_length=40)

    objects = DeclaredRelativeQuerySet.as_manager()

    class Meta:
        verbose_name = _("declared relative")
        constraints = [
            models.CheckConstraint(condition=~Q(name="") & ~Q(relation=""), name="declared_relative_is_said")
        ]

    def __str__(self) -> str:
        return self.relation

    @property
    def scope_path(self) -> str:
        return ""


class LetterQuerySet(models.QuerySet["Letter"]):
    def visible_to(self, user: User) -> "LetterQuerySet":
        """Those sealed to a key of the user who still holds the office it was made for; nobody else."""
        paths = user.access.paths(Capability.READ_LETTERS)
        mine = InspectorKey.objects.filter(user=user.pk, organization__path__in=paths)
        return self.filter(pk__in=LetterBox.objects.filter(inspector_key__in=mine).values("letter"))

    def unshredded(self) -> "LetterQuerySet":
        return self.exclude(ciphertext="")

    def closed(self) -> "LetterQuerySet":
        return self.filter(closed_on__isnull=False)


class Letter(models.Model):
    """A sealed letter (检举控告). The program holds ciphertext, days, and to whose keys it is sealed; nothing else.

    No author, no subject, no moment, no number that grows. Whoever knows the receipt opens the writer's side.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    finder = models.CharField(max_length=8, unique=True)
    """The first eight digits of the receipt, random: they find the letter; the other sixteen open it."""
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="letters")
    """The committee whose inspectors it is sealed to."""
    state = models.CharField(max_length=20, choices=LetterState, default=LetterState.RECEIVED)
    is_named = models.BooleanField(default=False)
    """The writer gave a name inside: the deadlines to tell bind only then (rules on reports, 2020)."""
    received_on = models.DateField()
    accept_due_on = models.DateField()
    accepted_on = models.DateField(null=True, blank=True)
    """The day on which the writer could read whether it is accepted, either way."""
    closed_on = models.DateField(null=True, blank=True)
    answer_due_on = models.DateField(null=True, blank=True)
    answered_on = models.DateField(null=True, blank=True)
    ciphertext = models.TextField(blank=True)
    """Under the letter's own random key; empty once it was shredded."""
    writer_box = models.TextField(blank=True)
    """The letter's key under the receipt's secret (argon2id)."""
    shredded_on = models.DateField(null=True, blank=True)
    sealed_to = models.JSONField(default=list, db_default=models.Value([], models.JSONField()), blank=True)
    """What (`letter`; `name`, or a question for it), print of the public key, day: each sealing while it is kept.

    Behind them `closed`, once the key's time was over.
    """

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("sealed letter")
        verbose_name_plural = _("sealed letters")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=LetterState.values), name="letter_state_known"),
            models.CheckConstraint(
                condition=Q(shredded_on__isnull=True) | Q(ciphertext="", writer_box=""), name="letter_shredded_is_empty"
            ),
            models.CheckConstraint(
                condition=Q(shredded_on__isnull=False) | (~Q(ciphertext="") & ~Q(writer_box="")),
                name="letter_kept_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("received_on")), name="letter_closed_later"
            ),
        ]

    def __str__(self) -> str:
        return str(self.received_on)

    @property
    def scope_path(self) -> str:
        return self.organization.path


class LetterBox(models.Model):
    """The letter's key, sealed to one reader: an inspector's key, or the recovery key."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="boxes")
    inspector_key = models.ForeignKey(
        InspectorKey, on_delete=models.PROTECT, null=True, blank=True, related_name="boxes"
    )
    recovery_key = models.ForeignKey(RecoveryKey, on_delete=models.PROTECT, null=True, blank=True, related_name="boxes")
    sealed_key = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(inspector_key__isnull=True) ^ Q(recovery_key__isnull=True), name="letter_box_has_one_reader"
            ),
            models.UniqueConstraint(fields=["letter", "inspector_key"], name="letter_box_once_per_inspector"),
            models.UniqueConstraint(fields=["letter", "recovery_key"], name="letter_box_once_per_recovery_key"),
        ]

    def __str__(self) -> str:
        return str(self.letter)


class LetterMessage(models.Model):
    """What was added later, by the writer or by an inspector, under the letter's key."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="messages")
    number = models.PositiveSmallIntegerField()
    is_from_writer = models.BooleanField()
    ciphertext = models.TextField()
    written_on = models.DateField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["letter", "number"], name="letter_message_number_once"),
            models.CheckConstraint(condition=~Q(ciphertext=""), name="letter_message_says_something"),
        ]

    def __str__(self) -> str:
        return str(self.written_on)


class LetterFileQuerySet(models.QuerySet["LetterFile"]):
    def visible_to(self, user: User) -> "LetterFileQuerySet":
        """Of letters that are sealed to the user."""
        return self.filter(letter__in=Letter.objects.visible_to(user))


class LetterFile(models.Model):
    """A picture or PDF that the writer added: made anew without metadata, under the letter's key, without a name."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="files")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=FileKind)
    ciphertext = models.BinaryField()
    size = models.PositiveIntegerField()
    """Of the ciphertext, which is filled up to one of a few sizes."""
    added_on = models.DateField()

    objects = LetterFileQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        verbose_name = _("attachment of a letter")
        constraints = [
            models.UniqueConstraint(fields=["letter", "number"], name="letter_file_number_once"),
            models.CheckConstraint(condition=Q(kind__in=FileKind.values), name="letter_file_kind_known"),
            models.CheckConstraint(condition=Q(size__gt=0), name="letter_file_holds_something"),
        ]

    def __str__(self) -> str:
        return str(self.added_on)

    @property
    def scope_path(self) -> str:
        return self.letter.organization.path


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
