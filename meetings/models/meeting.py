import uuid
from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length, Substr
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from meetings.choices import FOR_ALL_MEMBERS, MeetingKind, MeetingState, kind_words
from members.choices import Capability, OrganizationKind
from members.fields import SealedField
from members.models import Affiliation, Member, Organization, User
from members.paths import STEP, subtree


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_MEETINGS) -> "MeetingQuerySet":
        """Where an office grants the capability, and the meetings of one's own branch that one was or is asked to."""
        return self.filter(subtree("organization__path", user.standing.paths(capability)) | asked_to(user))

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
    member_id = user.standing.member_id
    if not member_id:
        return Q(pk__in=[])
    listed = Meeting.objects.filter(expected__member=member_id).values("pk")
    leads = Q(**{f"{prefix}chair": member_id}) | Q(**{f"{prefix}recorder": member_id})
    planned = _planned_for(member_id, user.standing.on)
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
    """One meeting of an organization, from plan to locked minutes. Attendance hangs on `Expected`."""

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


class ThemeDay(models.Model):
    """The fairly fixed day of the month that a branch keeps for its theme day (branch regulations, article 16)."""

    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, related_name="theme_day")
    day_of_month = models.PositiveSmallIntegerField(_("day of the month"))
    starts_at = models.TimeField(_("begins"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("fixed theme day")
        constraints = [
            models.CheckConstraint(condition=Q(day_of_month__range=(1, 28)), name="theme_day_in_every_month")
        ]

    def __str__(self) -> str:
        return str(self.day_of_month)


class CalendarFeed(models.Model):
    """A private address under which a member's calendar reads the coming meetings. Only its fingerprint is kept."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="calendar_feed")
    token_print = models.CharField(max_length=32, unique=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(token_print=""), name="calendar_feed_has_token")]

    def __str__(self) -> str:
        return str(self.user)
