"""Wordings, and the outbox: messages, attempts, answers and releases."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from members.choices import Capability
from members.fields import SealedField, opened
from members.models import ContactPerson, Member, Organization, User
from members.paths import subtree
from reminders.channels.models import ChannelSetup
from reminders.choices import (
    GROUP_CHATS,
    WAITING,
    Addressee,
    AnswerChoice,
    AnswerSource,
    AttemptResult,
    ChannelKind,
    MessageKind,
    MessageState,
)

LANGUAGES = [code for code, _name in settings.LANGUAGES]
GIVEN_BACK = "-"
"""The subject of a row that says: here the wording of the level above holds again."""


class WordingQuerySet(models.QuerySet["Wording"]):
    def visible_to(self, user: User, capability: Capability = Capability.MANAGE_MESSAGES) -> "WordingQuerySet":
        return self.filter(subtree("organization__path", user.access.paths(capability)))

    def newest_first(self) -> "WordingQuerySet":
        return self.order_by("-written_at", "-pk")


class Wording(models.Model):
    """How messages of a kind read in one language, to whom they are told. Written once: another text is another row, so
    that what was sent stays readable as it was sent. Without an organization it is the program's own."""

    kind = models.CharField(_("kind"), max_length=20, choices=MessageKind)
    addressee = models.CharField(_("told"), max_length=20, choices=Addressee)
    """A contact person is spoken to in other words than the member."""
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="wordings"
    )
    subject = models.CharField(_("subject"), max_length=120)
    text = models.TextField(_("text"), max_length=2000, blank=True)
    """Empty where the organization gave its own wording up again (`GIVEN_BACK`)."""
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    objects = WordingQuerySet.as_manager()

    class Meta:
        verbose_name = _("wording")
        verbose_name_plural = _("wordings")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=MessageKind.values), name="wording_kind_known"),
            models.CheckConstraint(condition=Q(addressee__in=Addressee.values), name="wording_addressee_known"),
            models.CheckConstraint(condition=Q(language__in=LANGUAGES), name="wording_language_known"),
            models.CheckConstraint(condition=~Q(subject=""), name="wording_has_subject"),
            models.CheckConstraint(
                condition=Q(organization__isnull=True, written_by__isnull=True)
                | Q(organization__isnull=False, written_by__isnull=False),
                name="wording_written_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(text="") | Q(subject=GIVEN_BACK, organization__isnull=False),
                name="wording_has_text_or_is_given_back",
            ),
        ]
        indexes = [models.Index(fields=["kind", "language", "organization", "-written_at"], name="wording_newest")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.get_addressee_display()} · {self.get_language_display()}"

    @property
    def is_given_back(self) -> bool:
        """Whether it only says that the level above's holds again."""
        return not self.text

    @property
    def scope_path(self) -> str:
        return self.organization.path if self.organization else ""


SHOWN = (MessageState.SENT, MessageState.UNKNOWN, MessageState.DEAD)
"""Whatever became of the way outside: with an account, one reads it in Branchweb."""


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_MESSAGES) -> "MessageQuerySet":
        """What was sent on behalf of the organizations whose messages the user reads, and what was sent to oneself."""
        return self.filter(subtree("organization__path", user.access.paths(capability)) | Q(user=user.pk))

    def inbox_of(self, user: User) -> "MessageQuerySet":
        """What the user has been told, newest first."""
        return self.filter(user=user.pk, state__in=SHOWN).order_by("-due_at", "key")

    def mark_read(self, message: "Message", *, at: datetime) -> None:
        """The first time that it is opened."""
        self.filter(pk=message.pk, read_at__isnull=True).update(read_at=at)

    def waiting(self) -> "MessageQuerySet":
        return self.filter(state__in=WAITING)

    def due(self, at: datetime) -> "MessageQuerySet":
        """Planned, released, and its moment has come; the longest waiting first."""
        return self.filter(state=MessageState.READY, due_at__lte=at).order_by("due_at", "key")

    def to_call(self) -> "MessageQuerySet":
        return self.filter(state=MessageState.TO_CALL)

    def held(self) -> "MessageQuerySet":
        return self.filter(state=MessageState.HELD)

    def unsettled(self) -> "MessageQuerySet":
        """Sent, and what it was about isn't done yet as far as is known."""
        return self.filter(state__in=SHOWN, settled_at__isnull=True)

    def newest_first(self) -> "MessageQuerySet":
        return self.order_by("-planned_at", "key")


class Message(models.Model):
    """The outbox: one thing told to one person by one channel. The row is the truth; workers only carry it.

    For who has an account the row itself, once sent, is the message in their inbox.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dedupe_key = models.CharField(max_length=120, unique=True)
    """What makes it one and the same message, however often and wherever it is planned."""
    kind = models.CharField(_("kind"), max_length=20, choices=MessageKind)
    step = models.PositiveSmallIntegerField(_("rung of the ladder"), default=1)
    about = models.CharField(max_length=80)
    """What it is about, as its kind understands it: the key of a row, or a period."""
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="messages", verbose_name=_("on behalf of")
    )
    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="messages", verbose_name=_("about")
    )
    addressee = models.CharField(_("told"), max_length=20, choices=Addressee)
    contact_person = models.ForeignKey(
        ContactPerson, on_delete=models.SET_NULL, null=True, blank=True, related_name="messages"
    )
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="messages")
    """In whose inbox it stands; None for who has no account."""
    channel = models.CharField(_("channel"), max_length=20, choices=ChannelKind)
    setup = models.ForeignKey(ChannelSetup, on_delete=models.PROTECT, null=True, blank=True, related_name="messages")
    wording = models.ForeignKey(Wording, on_delete=models.PROTECT, related_name="messages")
    values = models.JSONField(default=dict)
    """Placeholder of the wording → what stands in its place."""
    state = models.CharField(_("state"), max_length=20, choices=MessageState, default=MessageState.READY)
    planned_at = models.DateTimeField(_("planned"))
    due_at = models.DateTimeField(_("due"))
    expires_at = models.DateTimeField(_("of use until"))
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    settled_at = models.DateTimeField(_("done at"), null=True, blank=True)
    """When the program saw that what it asked for was done."""
    emptied_on = models.DateField(_("text removed on"), null=True, blank=True)
    """When its values went because their time was over."""
    attempts_made = models.PositiveSmallIntegerField(_("attempts"), default=0)
    problem = models.CharField(_("problem"), max_length=300, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.CheckConstraint(condition=~Q(dedupe_key=""), name="message_says_what_it_is"),
            models.CheckConstraint(condition=Q(kind__in=MessageKind.values), name="message_kind_known"),
            models.CheckConstraint(condition=Q(state__in=MessageState.values), name="message_state_known"),
            models.CheckConstraint(condition=Q(channel__in=ChannelKind.values), name="message_channel_known"),
            models.CheckConstraint(condition=Q(addressee__in=Addressee.values), name="message_addressee_known"),
            models.CheckConstraint(
                condition=(Q(state=MessageState.SENT) & Q(sent_at__isnull=False))
                | (~Q(state=MessageState.SENT) & Q(sent_at__isnull=True)),
                name="message_sent_has_moment",
            ),
            models.CheckConstraint(
                condition=~Q(channel=ChannelKind.IN_APP) | Q(user__isnull=False), name="message_inbox_is_somebodys"
            ),
            models.CheckConstraint(
                condition=Q(addressee=Addressee.GROUP_CHAT, channel__in=GROUP_CHATS, member__isnull=True)
                | (~Q(addressee=Addressee.GROUP_CHAT) & ~Q(channel__in=GROUP_CHATS)),
                name="message_to_group_is_about_nobody",
            ),
            models.CheckConstraint(
                condition=Q(emptied_on__isnull=True) | ~Q(state__in=WAITING), name="message_emptied_when_over"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_at"], name="message_due"),
            models.Index(fields=["user", "-due_at"], name="message_inbox"),
            models.Index(fields=["organization", "-planned_at"], name="message_by_place"),
            models.Index(fields=["kind", "about"], name="message_about"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.due_at:%Y-%m-%d}"

    @property
    def scope_path(self) -> str:
        return self.organization.path


class Attempt(models.Model):
    """One try to get a message out by a channel outside, or one call. In-app messages need none: they are there."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    channel = models.CharField(_("channel"), max_length=20, choices=ChannelKind)
    started_at = models.DateTimeField(_("begun"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=20, choices=AttemptResult, blank=True)
    """Empty while it is going on; what is found empty after a crash becomes `unknown`."""
    problem = models.CharField(_("problem"), max_length=300, blank=True)
    by = models.CharField(pgettext_lazy("who did it", "by"), max_length=150)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        constraints = [
            models.UniqueConstraint(fields=["message", "number"], name="attempt_number_once"),
            models.CheckConstraint(condition=Q(result__in=["", *AttemptResult.values]), name="attempt_result_known"),
            models.CheckConstraint(
                condition=(Q(result="") & Q(ended_at__isnull=True)) | (~Q(result="") & Q(ended_at__isnull=False)),
                name="attempt_ends_with_result",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.get_channel_display()}"


class Answer(models.Model):
    """What the person told tapped, or said on the phone. Words of their own go to the meeting, not here."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="answer")
    sealed_choice = SealedField(_("answer"))
    """Code of `AnswerChoice`: sealed, because it may say that somebody was ill."""
    source = models.CharField(_("given"), max_length=20, choices=AnswerSource)
    answered_at = models.DateTimeField(_("answered"))
    recorded_by = models.CharField(_("recorded by"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [
            models.CheckConstraint(condition=~Q(sealed_choice=""), name="answer_has_choice"),
            models.CheckConstraint(
                condition=(Q(source=AnswerSource.LINK) & Q(recorded_by=""))
                | (~Q(source=AnswerSource.LINK) & ~Q(recorded_by="")),
                name="answer_recorded_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return str(self.choice.label)

    @property
    def choice(self) -> AnswerChoice:
        return AnswerChoice(opened(self.sealed_choice))


class ReleaseQuerySet(models.QuerySet["Release"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_MESSAGES) -> "ReleaseQuerySet":
        return self.filter(subtree("organization__path", user.access.paths(capability)))

    def in_force(self) -> "ReleaseQuerySet":
        return self.filter(taken_back_at__isnull=True)


class Release(models.Model):
    """Somebody has looked at messages of a kind, and they may go out from this organization and those below it."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="releases")
    kind = models.CharField(_("kind"), max_length=20, choices=MessageKind)
    released_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(auto_now_add=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=MessageKind.values), name="release_kind_known"),
            models.UniqueConstraint(
                fields=["organization", "kind"], condition=Q(taken_back_at__isnull=True), name="release_once_in_force"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} · {self.get_kind_display()}"

    @property
    def scope_path(self) -> str:
        return self.organization.path
