import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from members.choices import Capability
from members.fields import SealedField
from members.models import Member, Organization, User
from supervision.choices import TalkOccasion
from supervision.scope import held_at, of_member


class TalkQuerySet(models.QuerySet["Talk"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_SUPERVISION) -> "TalkQuerySet":
        """Who talked with whom, and when: the branch's offices and the two."""
        return self.filter(held_at(user, capability) | of_member(user, "first") | of_member(user, "second"))

    def of_either(self, user: User) -> "TalkQuerySet":
        """In which the user was one of the two."""
        return self.filter(of_member(user, "first") | of_member(user, "second"))

    def between(self, first: date | None, last: date | None) -> "TalkQuerySet":
        """Held in a period; an end that isn't given is open."""
        return self.filter(**({"held_on__gte": first} if first else {}), **({"held_on__lte": last} if last else {}))


class Talk(models.Model):
    """A heart-to-heart talk (谈心谈话; branch regulations, article 19): who with whom, and when."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="talks")
    first = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="talks_begun", verbose_name=pgettext_lazy("talked", "who")
    )
    second = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="talks_had", verbose_name=_("with whom"))
    held_on = models.DateField(_("when"))
    occasion = models.CharField(_("why"), max_length=20, choices=TalkOccasion, default=TalkOccasion.YEARLY)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = TalkQuerySet.as_manager()

    class Meta:
        verbose_name = _("talk")
        verbose_name_plural = _("talks")
        constraints = [
            models.CheckConstraint(condition=~Q(first=F("second")), name="talk_is_between_two"),
            models.CheckConstraint(condition=Q(occasion__in=TalkOccasion.values), name="talk_occasion_known"),
        ]
        indexes = [models.Index(fields=["organization", "held_on"], name="talk_of_branch")]

    def __str__(self) -> str:
        """Without the names: the trail keeps it, and committees read the trail."""
        return f"{_('Talk')} {self.held_on}"

    def get_absolute_url(self) -> str:
        return reverse("supervision:talk-detail", args=[self.key])

    @property
    def scope_path(self) -> str:
        return self.organization.path

    def is_of(self, user: User) -> bool:
        """Whether the user is one of the two."""
        return user.access.member_id is not None and user.access.member_id in (self.first_id, self.second_id)

    @property
    def is_their_own(self) -> bool:
        """Whether one of the two put it on record, and not an officer for them. Reads `recorded_by`."""
        return self.recorded_by.member_id in (self.first_id, self.second_id)


class TalkNoteQuerySet(models.QuerySet["TalkNote"]):
    def visible_to(self, user: User) -> "TalkNoteQuerySet":
        """Only the two who talked; no office reads it."""
        return self.filter(of_member(user, "talk__first") | of_member(user, "talk__second"))


class TalkNote(models.Model):
    """What one of the two wrote down of a talk, for the two."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    talk = models.ForeignKey(Talk, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    text = SealedField(_("note"))

    objects = TalkNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("note of a talk")
        constraints = [
            models.UniqueConstraint(fields=["talk", "author"], name="talk_note_one_per_person"),
            models.CheckConstraint(condition=~Q(text=""), name="talk_note_says_something"),
        ]

    def __str__(self) -> str:
        return str(self.talk)

    @property
    def scope_path(self) -> str:
        return self.talk.organization.path
