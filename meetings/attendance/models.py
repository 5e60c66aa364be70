"""Who is expected and how each attends, leave, exclusions, and where attendance came from."""

import uuid
from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from meetings.choices import (
    NOT_EXPECTED,
    PRESENT,
    TOOK_PART,
    AttendanceState,
    LeaveKind,
    MeetingState,
    NotCountedBecause,
    ReasonSource,
    RequestState,
)
from meetings.meeting.models import Meeting
from members.choices import Capability, ImportState
from members.fields import SealedField
from members.models import Member, Organization, User
from members.paths import subtree


class AttendanceQuerySet(models.QuerySet["Attendance"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_MEETINGS) -> "AttendanceQuerySet":
        own = Q(member=user.access.member_id) if user.access.member_id else Q(pk__in=[])
        return self.filter(subtree("meeting__organization__path", user.access.paths(capability)) | own)

    def should_attend(self) -> "AttendanceQuerySet":
        """On the frozen list, belonging here and not left out."""
        return self.exclude(not_counted__in=NOT_EXPECTED)

    def guests(self) -> "AttendanceQuerySet":
        """Who takes part here and belongs elsewhere; counted apart."""
        return self.filter(not_counted=NotCountedBecause.PARTICIPANT)

    def entitled(self) -> "AttendanceQuerySet":
        """With a vote in this meeting."""
        return self.filter(not_counted=NotCountedBecause.COUNTED)

    def present(self) -> "AttendanceQuerySet":
        return self.filter(state__in=PRESENT)

    def took_part(self) -> "AttendanceQuerySet":
        """There, visited, or made up for it later."""
        return self.filter(state__in=TOOK_PART)

    def unexplained(self) -> "AttendanceQuerySet":
        """Absent, and nobody has given a reason."""
        return self.filter(state=AttendanceState.ABSENT, reason="")

    def of_held_meetings(self) -> "AttendanceQuerySet":
        return self.filter(meeting__state__in=[MeetingState.HELD, MeetingState.LOCKED])

    def between(self, first: date, last: date) -> "AttendanceQuerySet":
        return self.filter(meeting__day__range=(first, last))


class Attendance(models.Model):
    """A member on the list that was frozen when the meeting opened, and how he attended.

    Nothing here follows the member's later situation: who was counted, and why not, stays as it was that evening.
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="expected")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="expected_at")
    name = models.CharField(_("name"), max_length=60)
    group = models.CharField(_("group"), max_length=120, blank=True)
    is_formal = models.BooleanField(_("formal member"))
    not_counted = models.CharField(_("counted"), max_length=30, choices=NotCountedBecause, blank=True, default="")
    state = models.CharField(_("attendance"), max_length=20, choices=AttendanceState, default=AttendanceState.UNKNOWN)
    leave_kind = models.CharField(_("kind of leave"), max_length=20, choices=LeaveKind, blank=True)
    """Empty: nobody said which."""
    leave_granted_by = models.CharField(_("granted by"), max_length=60, blank=True)
    reason = SealedField(_("reason"), blank=True, default="")
    reason_source = models.CharField(_("reason given by"), max_length=20, choices=ReasonSource, blank=True)
    made_up_on = models.DateField(_("made up on"), null=True, blank=True)
    made_up_with = models.CharField(_("with what"), max_length=200, blank=True)
    answer = models.TextField(_("their line on it"), blank=True)
    answer_source = models.CharField(_("line given by"), max_length=20, choices=ReasonSource, blank=True)
    marked_by = models.CharField(_("marked by"), max_length=150, blank=True)
    marked_at = models.DateTimeField(null=True, blank=True)
    corrected_on = models.DateField(_("corrected on"), null=True, blank=True)
    """The day on which a second person last confirmed a correction, after the minutes were locked."""

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        db_table = "meetings_expected"
        verbose_name = _("expected member")
        verbose_name_plural = _("expected members")
        constraints = [
            models.UniqueConstraint(fields=["meeting", "member"], name="expected_once"),
            models.CheckConstraint(condition=Q(state__in=AttendanceState.values), name="expected_state_known"),
            models.CheckConstraint(
                condition=Q(not_counted__in=NotCountedBecause.values), name="expected_not_counted_known"
            ),
            models.CheckConstraint(
                condition=Q(state=AttendanceState.LEAVE) | Q(leave_kind="", leave_granted_by=""),
                name="expected_kind_only_of_leave",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[AttendanceState.VISITED, AttendanceState.MADE_UP]) | Q(made_up_on__isnull=True),
                name="expected_made_up_only_later",
            ),
            models.CheckConstraint(
                condition=Q(reason="", reason_source="") | (~Q(reason="") & ~Q(reason_source="")),
                name="expected_reason_has_source",
            ),
        ]
        indexes = [models.Index(fields=["member", "state"], name="expected_by_member")]

    def __str__(self) -> str:
        return self.name

    @property
    def scope_path(self) -> str:
        return self.meeting.organization.path

    @property
    def is_present(self) -> bool:
        return self.state in PRESENT

    @property
    def is_guest(self) -> bool:
        return self.not_counted == NotCountedBecause.PARTICIPANT


class AttendanceChange(models.Model):
    """One tap: the state that somebody gave to an expected member, and what it was before. Never edited."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    attendance = models.ForeignKey(
        Attendance, on_delete=models.CASCADE, related_name="changes", db_column="expected_id"
    )
    state = models.CharField(_("attendance"), max_length=20, choices=AttendanceState)
    before = SealedField()
    """JSON, what the attendance fields were; undoing puts them back."""
    by = models.CharField(max_length=150)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "meetings_mark"
        ordering = ["at"]
        constraints = [
            models.CheckConstraint(condition=~Q(by=""), name="mark_has_author"),
            models.CheckConstraint(condition=Q(state__in=AttendanceState.values), name="mark_state_known"),
        ]
        indexes = [models.Index(fields=["at"], name="mark_by_moment")]

    def __str__(self) -> str:
        return f"{self.by} {self.at}"


class Exclusion(models.Model):
    """Leaving a member out of those who should attend one meeting: a listed ground and two approvals.

    Without both the member is still counted (explanation to the election regulations, docs/regulations.md).
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="exclusions")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="exclusions")
    ground = models.CharField(_("ground"), max_length=60)
    superior_agreed_on = models.DateField(_("agreed above on"), null=True, blank=True)
    superior_document = models.CharField(_("document of the level above"), max_length=200, blank=True)
    meeting_agreed_on = models.DateField(_("agreed by the general meeting on"), null=True, blank=True)

    class Meta:
        verbose_name = _("exclusion")
        verbose_name_plural = _("exclusions")
        constraints = [
            models.UniqueConstraint(fields=["meeting", "member"], name="exclusion_once"),
            models.CheckConstraint(condition=~Q(ground=""), name="exclusion_has_ground"),
            models.CheckConstraint(
                condition=Q(superior_agreed_on__isnull=True, superior_document="")
                | (Q(superior_agreed_on__isnull=False) & ~Q(superior_document="")),
                name="exclusion_approval_has_document",
            ),
        ]

    def __str__(self) -> str:
        return str(self.member)

    @property
    def is_approved(self) -> bool:
        return self.superior_agreed_on is not None and self.meeting_agreed_on is not None


class LeaveRequestQuerySet(models.QuerySet["LeaveRequest"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_MEETINGS) -> "LeaveRequestQuerySet":
        own = Q(member=user.access.member_id) if user.access.member_id else Q(pk__in=[])
        return self.filter(subtree("meeting__organization__path", user.access.paths(capability)) | own)

    def open(self) -> "LeaveRequestQuerySet":
        return self.filter(state=RequestState.ASKED)


class LeaveRequest(models.Model):
    """A member asks not to come, before the meeting."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="leave_requests")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="leave_requests")
    kind = models.CharField(_("kind of leave"), max_length=20, choices=LeaveKind)
    reason = SealedField(_("reason"), blank=True, default="")
    asked_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(_("state"), max_length=20, choices=RequestState, default=RequestState.ASKED)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = LeaveRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for leave")
        verbose_name_plural = _("requests for leave")
        constraints = [
            models.UniqueConstraint(fields=["meeting", "member"], name="leave_request_once"),
            models.CheckConstraint(
                condition=Q(state=RequestState.ASKED, decided_by__isnull=True)
                | (~Q(state=RequestState.ASKED) & Q(decided_by__isnull=False)),
                name="leave_request_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} · {self.get_kind_display()}"

    @property
    def scope_path(self) -> str:
        return self.meeting.organization.path


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


class AttendanceImportQuerySet(models.QuerySet["AttendanceImport"]):
    def visible_to(self, user: User, capability: Capability = Capability.RECORD_MEETINGS) -> "AttendanceImportQuerySet":
        return self.filter(subtree("organization__path", user.access.paths(capability)))


class AttendanceImport(models.Model):
    """A year's sign-in workbook on its way into the record."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="attendance_imports")
    year = models.PositiveSmallIntegerField(_("year"))
    file_name = models.CharField(_("file"), max_length=200)
    state = models.CharField(_("state"), max_length=20, choices=ImportState, default=ImportState.PREVIEW)
    found = models.JSONField(default=dict)
    """{meetings: [{date, kind, present, leave, absent}], refused: […], warnings: […]}, as shown in the preview."""
    meetings = models.ManyToManyField(Meeting, related_name="attendance_imports", blank=True)
    """The meetings this import made: undoing takes them away again."""
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = AttendanceImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of attendance")
        verbose_name_plural = _("imports of attendance")
        ordering = ["-uploaded_at"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ImportState.values), name="attendance_import_state_known"),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(applied_at__isnull=False),
                name="attendance_import_undone_after_applied",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def scope_path(self) -> str:
        return self.organization.path
