import uuid
from datetime import date

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from meetings.choices import TaskEnd
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


class TaskQuerySet(models.QuerySet["Task"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_MEETINGS) -> "TaskQuerySet":
        """Where an office grants the capability, and one's own."""
        own = Q(owner=user.standing.member_id) if user.standing.member_id else Q(pk__in=[])
        return self.filter(subtree("item__meeting__organization__path", user.standing.paths(capability)) | own)

    def open(self) -> "TaskQuerySet":
        return self.filter(ended=TaskEnd.OPEN)

    def overdue(self, on: date) -> "TaskQuerySet":
        return self.open().filter(due_on__lt=on)

    def in_order(self) -> "TaskQuerySet":
        """By the day until which they are to be done; those without one last."""
        return self.order_by(models.F("due_on").asc(nulls_last=True), "key")

    def with_place(self) -> "TaskQuerySet":
        """Together with owner, item, meeting and organization."""
        return self.select_related("owner", "ended_at", "item__meeting__organization")


class Task(models.Model):
    """What somebody is to do after the meeting, until it is done or no longer needed."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="tasks")
    what = models.CharField(_("what"), max_length=200)
    who = models.CharField(pgettext_lazy("answers for it", "who"), max_length=60)
    """The owner's name as it was then; older tasks have only this."""
    owner = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name=_("owner")
    )
    due_on = models.DateField(_("by"), null=True, blank=True)
    ended = models.CharField(_("how it ended"), max_length=20, choices=TaskEnd, blank=True, default="")
    done_on = models.DateField(_("done on"), null=True, blank=True)
    """The day of its end, whichever it was."""
    ended_with = models.CharField(_("what was done, or why it isn't needed"), max_length=300, blank=True)
    ended_at = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks_ended",
        verbose_name=_("done at the meeting"),
    )  # fmt: skip
    ended_by = models.CharField(max_length=150, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        constraints = [
            models.CheckConstraint(condition=~Q(what="") & ~Q(who=""), name="task_says_who_and_what"),
            models.CheckConstraint(condition=Q(ended__in=TaskEnd.values), name="task_end_known"),
            models.CheckConstraint(
                condition=Q(ended="", done_on__isnull=True, ended_with="", ended_at__isnull=True, ended_by="")
                | (~Q(ended="") & Q(done_on__isnull=False) & ~Q(ended_by="")),
                name="task_end_has_day",
            ),
            models.CheckConstraint(
                condition=Q(ended="") | ~Q(ended_with="") | Q(ended=TaskEnd.DONE, ended_at__isnull=False),
                name="task_end_has_record",
            ),
        ]
        indexes = [models.Index(fields=["owner", "ended", "due_on"], name="task_by_owner")]

    def __str__(self) -> str:
        return self.what

    def get_absolute_url(self) -> str:
        return reverse("meetings:task", args=[self.key])

    @property
    def scope_path(self) -> str:
        return self.item.meeting.organization.path


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
