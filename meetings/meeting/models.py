"""A meeting, its agenda with what was said and decided, tasks, material and observers."""

import uuid
from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length, Substr
from django.urls import reverse
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from meetings.choices import FOR_ALL_MEMBERS, MeetingKind, MeetingState, TaskEnd, kind_words
from members.choices import Capability, OrganizationKind
from members.fields import SealedField
from members.models import Affiliation, Member, Organization, User
from members.paths import STEP, subtree


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_MEETINGS) -> "MeetingQuerySet":
        """Where an office grants the capability, and the meetings of one's own branch that one was or is asked to."""
        return self.filter(subtree("organization__path", user.access.paths(capability)) | asked_to(user))

    def asking(self, user: User) -> "MeetingQuerySet":
        """Those to which the user, as a member, was or is asked."""
        return self.filter(asked_to(user))

    def held(self) -> "MeetingQuerySet":
        return self.filter(state__in=[MeetingState.HELD, MeetingState.LOCKED])

    def coming(self, on: date) -> "MeetingQuerySet":
        return self.filter(state__in=[MeetingState.PLANNED, MeetingState.OPEN], day__gte=on)

    def of_kind(self, *kinds: str) -> "MeetingQuerySet":
        """Meetings that are of one of the kinds, alone or together with another."""
        return self.filter(Q(kind__in=kinds) | Q(sessions__kind__in=kinds)).distinct()

    def in_year(self, year: int) -> "MeetingQuerySet":
        return self.filter(day__range=(date(year, 1, 1), date(year, 12, 31)))

    def within(self, path: str) -> "MeetingQuerySet":
        return self.filter(subtree("organization__path", [path]))

    def in_order(self) -> "MeetingQuerySet":
        return self.order_by("-day", "-starts_at", "key")


def asked_to(user: User, prefix: str = "") -> Q:
    """Condition: the user's member is on the list of those expected, on the roster that is asked, or leads the meeting.

    Meetings of committees are read by who holds an office there, until their list is frozen.
    """
    member_id = user.access.member_id
    if not member_id:
        return Q(pk__in=[])
    listed = Meeting.objects.filter(expected__member=member_id).values("pk")
    leads = Q(**{f"{prefix}chair": member_id}) | Q(**{f"{prefix}recorder": member_id})
    planned = _planned_for(member_id, user.access.on)
    return Q(**{f"{prefix}pk__in": listed}) | Q(**{f"{prefix}pk__in": planned}) | leads


def _planned_for(member_id: int, on: date | None) -> models.QuerySet[Any]:
    """Keys of planned meetings, and of those called off, of the branch and the group in which the member is today."""
    belongs = Affiliation.objects.filter(member=member_id)
    here = belongs.holding(on) if on else belongs
    branches = here.filter(organization__kind=OrganizationKind.GROUP).values(
        path=Substr("organization__path", 1, Length("organization__path") - STEP)
    )
    places = Q(organization__in=here.values("organization")) | Q(organization__path__in=branches)
    states = (MeetingState.PLANNED, MeetingState.CANCELLED)
    kinds = (*FOR_ALL_MEMBERS, MeetingKind.GROUP_MEETING)
    return Meeting.objects.filter(places, state__in=states, kind__in=kinds).values("pk")


class LocalKind(models.Model):
    """A kind of meeting that a committee adds for its subtree."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="local_kinds")
    name = models.CharField(_("name"), max_length=60)
    is_used = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("local kind of meeting")
        verbose_name_plural = _("local kinds of meetings")
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="local_kind_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="local_kind_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Meeting(models.Model):
    """One meeting of an organization, from plan to locked minutes. Who came is in `Attendance`."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="meetings")
    kind = models.CharField(_("kind"), max_length=30, choices=MeetingKind)
    local_kind = models.ForeignKey(LocalKind, on_delete=models.PROTECT, null=True, blank=True, related_name="meetings")
    title = models.CharField(_("title"), max_length=120, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=MeetingState, default=MeetingState.PLANNED)
    day = models.DateField(_("day"))
    starts_at = models.TimeField(_("begins"), null=True, blank=True)
    ends_at = models.TimeField(_("ends"), null=True, blank=True)
    counts_for_year = models.PositiveSmallIntegerField(_("counts for the year"))
    """The year the meeting belongs to: a meeting of January may count for the year before."""
    place = models.CharField(_("place"), max_length=120, blank=True)
    online_link = models.URLField(_("online link"), blank=True)
    chair = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="chaired", verbose_name=_("chair")
    )
    recorder = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="recorded", verbose_name=_("recorder")
    )
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    cancelled_because = models.CharField(_("why it was called off"), max_length=200, blank=True)
    sign_in_secret = SealedField(blank=True, default="")
    """From this the rotating sign-in codes of the evening are derived; empty until signing in is opened."""
    sheet = models.FileField(_("photographed sign-in sheet"), upload_to="sheets/", blank=True)
    version = models.PositiveIntegerField(default=1)
    """Goes up with every change of attendance, so that an open page knows that it is out of date."""

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=MeetingKind.values), name="meeting_kind_known"),
            models.CheckConstraint(condition=Q(state__in=MeetingState.values), name="meeting_state_known"),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(starts_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="meeting_ends_after_beginning",
            ),
            models.CheckConstraint(
                condition=Q(kind=MeetingKind.LOCAL, local_kind__isnull=False)
                | (~Q(kind=MeetingKind.LOCAL) & Q(local_kind__isnull=True)),
                name="meeting_local_kind_named",
            ),
            models.CheckConstraint(
                condition=(Q(state=MeetingState.CANCELLED) & ~Q(cancelled_because=""))
                | (~Q(state=MeetingState.CANCELLED) & Q(cancelled_because="")),
                name="meeting_called_off_with_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-day"], name="meeting_by_place"),
            models.Index(fields=["kind", "counts_for_year"], name="meeting_by_kind"),
            models.Index(fields=["day"], name="meeting_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("meetings:meeting-detail", args=[self.key])

    def get_kind_display(self) -> str:  # type: ignore[no-redef]
        """As the organization calls it: above branches, another committee meets."""
        if self.kind == MeetingKind.COMMITTEE_MEETING:
            return kind_words(self.kind, self.organization.kind)
        return str(dict(MeetingKind.choices).get(self.kind, self.kind))

    @property
    def name(self) -> str:
        return self.title or str(self.get_kind_display())

    @property
    def scope_path(self) -> str:
        return self.organization.path

    @property
    def is_running(self) -> bool:
        """Attendance and votes may be recorded."""
        return self.state in (MeetingState.OPEN, MeetingState.HELD)


class Session(models.Model):
    """Another kind that the same evening also was: a theme day with a party lecture in it."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="sessions")
    kind = models.CharField(_("kind"), max_length=30, choices=MeetingKind)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "kind"], name="session_kind_once"),
            models.CheckConstraint(condition=Q(kind__in=MeetingKind.values), name="session_kind_known"),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class AgendaItemQuerySet(models.QuerySet["AgendaItem"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_MEETINGS) -> "AgendaItemQuerySet":
        """The whole record of an item is for offices; members read decisions through their page of the meeting."""
        return self.filter(subtree("meeting__organization__path", user.access.paths(capability)))


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
        own = Q(owner=user.access.member_id) if user.access.member_id else Q(pk__in=[])
        return self.filter(subtree("item__meeting__organization__path", user.access.paths(capability)) | own)

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
        placed = subtree("meeting__organization__path", user.access.paths(capability))
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
