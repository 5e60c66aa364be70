import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from meetings.models.meeting import Meeting, asked_to
from members.choices import Capability
from members.models import Member, User
from members.paths import subtree


class AgendaItemQuerySet(models.QuerySet["AgendaItem"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_MEETINGS) -> "AgendaItemQuerySet":
        """The whole record of an item is for offices; members read decisions through their page of the meeting."""
        return self.filter(subtree("meeting__organization__path", user.standing.paths(capability)))


class AgendaItem(models.Model):
    """One point of the agenda, with what was said, decided and left to do."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="agenda")
    position = models.PositiveSmallIntegerField(_("position"))
    title = models.CharField(_("item"), max_length=160)
    presenter = models.CharField(_("presented by"), max_length=60, blank=True)
    report = models.TextField(_("what was reported"), blank=True)
    decision = models.TextField(_("decision"), blank=True)
    is_open_to_members = models.BooleanField(_("members may read the decision"), default=True)

    objects = AgendaItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("agenda item")
        verbose_name_plural = _("agenda items")
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="agenda_item_has_title"),
            models.CheckConstraint(condition=Q(position__gte=1), name="agenda_item_counted_from_one"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def scope_path(self) -> str:
        return self.meeting.organization.path


class Speech(models.Model):
    """What somebody said, in points; a dissenting view is recorded in full."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="speeches")
    speaker = models.CharField(_("speaker"), max_length=60)
    points = models.TextField(_("points"))
    is_dissent = models.BooleanField(_("dissenting view"), default=False)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["recorded_at"]
        constraints = [models.CheckConstraint(condition=~Q(speaker="") & ~Q(points=""), name="speech_says_something")]

    def __str__(self) -> str:
        return self.speaker


class Task(models.Model):
    """What somebody is to do after the meeting."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="tasks")
    what = models.CharField(_("what"), max_length=200)
    who = models.CharField(pgettext_lazy("answers for it", "who"), max_length=60)
    due_on = models.DateField(_("by"), null=True, blank=True)
    done_on = models.DateField(_("done on"), null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(what="") & ~Q(who=""), name="task_says_who_and_what")]

    def __str__(self) -> str:
        return self.what


class MaterialQuerySet(models.QuerySet["Material"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_MEETINGS) -> "MaterialQuerySet":
        placed = subtree("meeting__organization__path", user.standing.paths(capability))
        return self.filter(placed | (asked_to(user, "meeting__") & Q(is_open_to_members=True)))


class Material(models.Model):
    """Something to read for a meeting: a file or a text."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="materials")
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("text"), blank=True)
    file = models.FileField(_("file"), upload_to="materials/", blank=True)
    is_open_to_members = models.BooleanField(_("members may read it"), default=True)

    objects = MaterialQuerySet.as_manager()

    class Meta:
        verbose_name = _("material")
        verbose_name_plural = _("materials")
        constraints = [models.CheckConstraint(condition=~Q(text="") | ~Q(file=""), name="material_is_file_or_text")]

    def __str__(self) -> str:
        return self.title

    @property
    def scope_path(self) -> str:
        return self.meeting.organization.path


class Observer(models.Model):
    """Somebody who attends without being expected: a guest, or a leader from above.

    A leader who is a member has this counted in the branch where he belongs.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="observers")
    name = models.CharField(_("name"), max_length=60)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, blank=True, related_name="observed")
    office = models.CharField(_("office"), max_length=80, blank=True)
    is_from_above = models.BooleanField(_("leader from above"), default=False)

    class Meta:
        verbose_name = _("observer")
        verbose_name_plural = _("observers")
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="observer_has_name"),
            models.UniqueConstraint(
                fields=["meeting", "member"], condition=Q(member__isnull=False), name="observer_member_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name
