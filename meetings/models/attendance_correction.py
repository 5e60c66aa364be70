import uuid

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from meetings.choices import LATER, PRESENT, AttendanceState, CorrectionState, ReasonSource
from meetings.models.meeting import Meeting
from meetings.models.vote import Vote
from members.choices import Capability
from members.fields import SealedField
from members.models import Member, User
from members.paths import subtree

NOT_LISTED = ""
"""What somebody was who isn't on the meeting's list: a forgotten guest."""


def _second(user: User) -> Q:
    office = subtree("meeting__organization__path", user.standing.paths(Capability.CONFIRM_ATTENDANCE))
    if user.member_id is None:
        return office
    return office | Q(meeting__chair=user.member_id) | Q(meeting__recorder=user.member_id)


class AttendanceCorrectionQuerySet(models.QuerySet["AttendanceCorrection"]):
    def visible_to(self, user: User) -> "AttendanceCorrectionQuerySet":
        """Where an office reads meetings, and of which one may be the second person."""
        reads = subtree("meeting__organization__path", user.standing.paths(Capability.VIEW_MEETINGS))
        return self.filter(reads | _second(user))

    def to_confirm(self, user: User) -> "AttendanceCorrectionQuerySet":
        """Of which one may be the second person: as an officer of the branch, or as who signed its minutes."""
        return self.filter(_second(user))

    def waiting(self) -> "AttendanceCorrectionQuerySet":
        return self.filter(state=CorrectionState.WAITING)

    def confirmed(self) -> "AttendanceCorrectionQuerySet":
        return self.filter(state=CorrectionState.CONFIRMED)

    def with_people(self) -> "AttendanceCorrectionQuerySet":
        """Together with the meeting, its place, and who proposed and decided."""
        return self.select_related("meeting__organization", "proposed_by__member", "decided_by__member")


class AttendanceCorrection(models.Model):
    """What was recorded wrongly of somebody at a meeting whose minutes are locked: the old beside the new, and why.

    It counts when a second person has confirmed it. Nothing here is changed afterwards, and the database refuses it
    (`audit.append_only.DecidedOnce`); what was wrong in it is corrected by another one.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendance_corrections")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="attendance_corrections")
    name = models.CharField(_("name"), max_length=60)
    was = models.CharField(_("recorded as"), max_length=20, blank=True, choices=AttendanceState)
    before = SealedField(blank=True, default="")
    """JSON, what the attendance fields were."""
    becomes = models.CharField(_("was in truth"), max_length=20, choices=AttendanceState)
    leave_kind = models.CharField(_("kind of leave"), max_length=20, blank=True)
    made_up_on = models.DateField(_("made up on"), null=True, blank=True)
    made_up_with = models.CharField(_("made up with"), max_length=200, blank=True)
    away_reason = SealedField(_("reason of the absence"), blank=True, default="")
    """What was said, where that was recorded wrongly too; empty: what is known stays."""
    away_source = models.CharField(_("reason given by"), max_length=20, choices=ReasonSource, blank=True, default="")
    reason = models.CharField(_("why it is corrected"), max_length=300)
    state = models.CharField(_("state"), max_length=10, choices=CorrectionState, default=CorrectionState.WAITING)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    declined_because = models.CharField(_("why not"), max_length=300, blank=True)

    objects = AttendanceCorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction of attendance")
        verbose_name_plural = _("corrections of attendance")
        ordering = ["proposed_at", "key"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(name=""), name="attendance_correction_says_whom_and_why"
            ),
            models.CheckConstraint(
                condition=Q(becomes__in=[state for state in AttendanceState if state != AttendanceState.UNKNOWN])
                & Q(was__in=["", *AttendanceState.values]),
                name="attendance_correction_states_known",
            ),
            models.CheckConstraint(
                condition=Q(~Q(made_up_with=""), becomes__in=LATER, made_up_on__isnull=False)
                | Q(~Q(becomes=AttendanceState.MADE_UP) | Q(was=F("becomes")), made_up_on=None, made_up_with=""),
                name="attendance_correction_make_up_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(was=F("becomes")) | ~Q(becomes__in=PRESENT), name="attendance_correction_changes_something"
            ),
            models.CheckConstraint(
                condition=Q(away_reason="", away_source="")
                | Q(~Q(away_reason=""), ~Q(away_source=""), ~Q(becomes__in=PRESENT)),
                name="attendance_correction_reason_has_source",
            ),
            models.CheckConstraint(
                condition=Q(state=CorrectionState.WAITING, decided_by__isnull=True, decided_at__isnull=True)
                | Q(
                    ~Q(decided_by=F("proposed_by")),
                    state=CorrectionState.CONFIRMED, decided_by__isnull=False, decided_at__isnull=False,
                )
                | Q(state=CorrectionState.DECLINED, decided_by__isnull=False, decided_at__isnull=False),
                name="attendance_correction_by_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(declined_because="") ^ Q(state=CorrectionState.DECLINED),
                name="attendance_correction_declined_with_reason",
            ),
            models.UniqueConstraint(
                fields=["meeting", "member"], condition=Q(state=CorrectionState.WAITING),
                name="attendance_correction_waits_once",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.name} · {self.meeting}"

    def get_absolute_url(self) -> str:
        return reverse("meetings:correction-detail", args=[self.key])

    @property
    def scope_path(self) -> str:
        return self.meeting.organization.path

    @property
    def is_waiting(self) -> bool:
        return self.state == CorrectionState.WAITING


class VoteLookQuerySet(models.QuerySet["VoteLook"]):
    def visible_to(self, user: User) -> "VoteLookQuerySet":
        """Where an office reads the vote."""
        return self.filter(
            subtree("vote__item__meeting__organization__path", user.standing.paths(Capability.VIEW_MEETINGS))
        )


class VoteLook(models.Model):
    """That an officer looked at a vote which corrected attendance put in doubt, and why its outcome stands.

    Written once. It holds for so many heads: when another correction changes them, the vote is in doubt again.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    vote = models.ForeignKey(Vote, on_delete=models.PROTECT, related_name="looks")
    present = models.PositiveSmallIntegerField(_("present with a vote, as corrected"))
    doubt = models.CharField(_("why it was in doubt"), max_length=400)
    reason = models.CharField(_("why the outcome stands"), max_length=300)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    objects = VoteLookQuerySet.as_manager()

    class Meta:
        verbose_name = _("look at a vote in doubt")
        verbose_name_plural = _("looks at votes in doubt")
        ordering = ["at", "key"]
        constraints = [
            models.CheckConstraint(condition=~Q(doubt="") & ~Q(reason=""), name="vote_look_says_why"),
            models.UniqueConstraint(fields=["vote", "present"], name="vote_look_once"),
        ]

    def __str__(self) -> str:
        return str(self.vote)

    @property
    def scope_path(self) -> str:
        return self.vote.scope_path
