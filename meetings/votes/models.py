"""Votes with their counts, steps of membership, corrections of attendance, and who looked at a vote in doubt."""

import uuid
from datetime import date

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from meetings.choices import (
    LATER,
    PRESENT,
    AttendanceState,
    CorrectionState,
    ReasonSource,
    StepState,
    VoteMethod,
    VoteSubject,
    subject_words,
)
from meetings.meeting.models import AgendaItem, Meeting
from members.choices import Capability, OfficeKind
from members.fields import SealedField
from members.models import Member, User
from members.paths import subtree


class VoteQuerySet(models.QuerySet["Vote"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_MEETINGS) -> "VoteQuerySet":
        """Where an office grants the capability; members read decisions in the minutes."""
        return self.filter(subtree("item__meeting__organization__path", user.access.paths(capability)))

    def elections(self) -> "VoteQuerySet":
        return self.filter(subject=VoteSubject.ELECTION)

    def decided(self) -> "VoteQuerySet":
        return self.filter(is_valid__isnull=False)

    def undecided(self) -> "VoteQuerySet":
        """Put to the meeting, and not counted to an outcome yet."""
        return self.filter(is_valid__isnull=True)

    def with_elected(self) -> "VoteQuerySet":
        """Valid elections in which somebody was elected."""
        return self.elections().filter(Exists(Candidate.objects.filter(vote=OuterRef("pk"), is_elected=True)))

    def with_place(self) -> "VoteQuerySet":
        """Together with item, meeting and organization."""
        return self.select_related("item__meeting__organization")


class Vote(models.Model):
    """One vote as it was counted, with the rule of that day. Counts only: nothing here leads to a voter.

    A secret ballot is typed twice, by two people; until both agree it has no outcome.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="votes")
    number = models.PositiveSmallIntegerField(_("number"), default=1)
    """The order in which the meeting voted."""
    again_for = models.OneToOneField(
        "self",
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="again",
        verbose_name=_("votes again for"),
    )
    """The election in which the candidates of this one had equal votes."""
    subject = models.CharField(_("kind of vote"), max_length=20, choices=VoteSubject)
    method = models.CharField(_("how"), max_length=20, choices=VoteMethod)
    about = models.CharField(_("about"), max_length=160)
    about_member = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, blank=True, related_name="voted_on")
    applicant = models.CharField(_("applicant"), max_length=60, blank=True)
    """Whom an admission is about: nobody on the roster yet."""
    applicant_born_on = models.DateField(_("applicant born on"), null=True, blank=True)
    seats = models.PositiveSmallIntegerField(_("seats"), null=True, blank=True)
    office = models.CharField(_("office"), max_length=30, choices=OfficeKind, blank=True)
    entitled = models.PositiveSmallIntegerField(_("should attend with a vote"))
    present = models.PositiveSmallIntegerField(_("present with a vote"))
    issued = models.PositiveSmallIntegerField(_("ballots issued"), null=True, blank=True)
    returned = models.PositiveSmallIntegerField(_("ballots returned"), null=True, blank=True)
    void = models.PositiveSmallIntegerField(_("void"), null=True, blank=True)
    votes_for = models.PositiveSmallIntegerField(_("for"), null=True, blank=True)
    votes_against = models.PositiveSmallIntegerField(_("against"), null=True, blank=True)
    abstained = models.PositiveSmallIntegerField(_("abstained"), null=True, blank=True)
    written_for = models.PositiveSmallIntegerField(_("in writing before the meeting: for"), default=0)
    is_valid = models.BooleanField(_("valid"), null=True)
    is_passed = models.BooleanField(_("passed"), null=True)
    sentence = models.CharField(max_length=300, blank=True)
    rule_versions = models.JSONField(default=list)
    counted_by = models.CharField(_("first count by"), max_length=150, blank=True)
    confirmed_by = models.CharField(_("second count by"), max_length=150, blank=True)
    approved_on = models.DateField(_("result approved above on"), null=True, blank=True)
    approval_document = models.CharField(_("document of approval"), max_length=200, blank=True)

    objects = VoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("vote")
        verbose_name_plural = _("votes")
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(condition=Q(subject__in=VoteSubject.values), name="vote_subject_known"),
            models.CheckConstraint(condition=Q(method__in=VoteMethod.values), name="vote_method_known"),
            models.CheckConstraint(condition=Q(present__lte=F("entitled")), name="vote_present_within_entitled"),
            models.CheckConstraint(
                condition=Q(returned__isnull=True)
                | Q(issued__isnull=True)
                | Q(returned__lte=F("issued"))
                | Q(is_valid=False),
                name="vote_with_surplus_ballots_is_not_valid",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by="") | ~Q(confirmed_by=F("counted_by")), name="vote_counted_by_two"
            ),
            models.CheckConstraint(
                condition=Q(is_valid__isnull=True, is_passed__isnull=True)
                | (Q(is_valid__isnull=False, is_passed__isnull=False) & ~Q(counted_by="")),
                name="vote_outcome_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(approved_on__isnull=True, approval_document="")
                | (Q(approved_on__isnull=False) & ~Q(approval_document="")),
                name="vote_approval_has_document",
            ),
        ]

    def __str__(self) -> str:
        return self.about

    def get_absolute_url(self) -> str:
        return reverse("meetings:vote-detail", args=[self.key])

    def get_subject_display(self) -> str:  # type: ignore[no-redef]
        """As the organization calls it: above branches, another committee decides."""
        if self.subject == VoteSubject.COMMITTEE:
            return subject_words(self.subject, self.item.meeting.organization.kind)
        return str(dict(VoteSubject.choices).get(self.subject, self.subject))

    @property
    def scope_path(self) -> str:
        return self.item.meeting.organization.path

    @property
    def is_decided(self) -> bool:
        """The outcome stands."""
        return self.is_valid is not None


class Count(models.Model):
    """What one of two people typed off the paper ballots. Removed when both agree and the outcome stands."""

    vote = models.ForeignKey(Vote, on_delete=models.CASCADE, related_name="counts")
    by = models.CharField(max_length=150)
    figures = models.JSONField()
    typed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["vote", "by"], name="count_once_per_person")]

    def __str__(self) -> str:
        return self.by


class Candidate(models.Model):
    """Somebody who stands in an election, or whom voters wrote in."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    vote = models.ForeignKey(Vote, on_delete=models.CASCADE, related_name="candidates")
    name = models.CharField(_("name"), max_length=60)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, blank=True, related_name="candidacies")
    is_written_in = models.BooleanField(_("written in by voters"), default=False)
    votes_for = models.PositiveSmallIntegerField(_("for"), null=True, blank=True)
    votes_against = models.PositiveSmallIntegerField(_("against"), null=True, blank=True)
    abstained = models.PositiveSmallIntegerField(_("abstained"), null=True, blank=True)
    is_elected = models.BooleanField(_("elected"), null=True)

    class Meta:
        verbose_name = _("candidate")
        verbose_name_plural = _("candidates")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="candidate_has_name"),
            models.UniqueConstraint(
                fields=["vote", "member"], condition=Q(member__isnull=False), name="candidate_member_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Scrutineer(models.Model):
    """Who watches the count: a voter who is no candidate (election regulations, article 22)."""

    vote = models.ForeignKey(Vote, on_delete=models.CASCADE, related_name="scrutineers")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("scrutineer")
        verbose_name_plural = _("scrutineers")
        constraints = [models.UniqueConstraint(fields=["vote", "member"], name="scrutineer_once")]

    def __str__(self) -> str:
        return str(self.member)


DECIDED = (StepState.APPROVED, StepState.REFUSED)


class MembershipStepQuerySet(models.QuerySet["MembershipStep"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_MEETINGS) -> "MembershipStepQuerySet":
        own = Q(member=user.access.member_id) if user.access.member_id else Q(pk__in=[])
        return self.filter(subtree("vote__item__meeting__organization__path", user.access.paths(capability)) | own)

    def standing(self) -> "MembershipStepQuerySet":
        """Not taken back."""
        return self.exclude(state=StepState.TAKEN_BACK)

    def waiting(self) -> "MembershipStepQuerySet":
        return self.filter(state=StepState.WAITING)

    def with_place(self) -> "MembershipStepQuerySet":
        """Together with member, vote, meeting and organization."""
        return self.select_related("member", "vote__item__meeting__organization")


class MembershipStep(models.Model):
    """What follows from a vote that passed: a member admitted, confirmed, longer on probation, or no member any more.

    The branch asks for it, the committee above approves it, and with the approval the member's facts change. What is
    asked of an application before the vote can hang on the same row.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    vote = models.ForeignKey(Vote, on_delete=models.PROTECT, related_name="steps")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, blank=True, related_name="membership_steps")
    """None: somebody admitted who isn't on the roster before the approval."""
    name = models.CharField(_("name"), max_length=60)
    national_id = SealedField(_("identity number"), blank=True, default="")
    """Of somebody to be admitted, until it stands on their own row."""
    months = models.PositiveSmallIntegerField(_("months"), null=True, blank=True)
    """By how many the probation becomes longer."""
    effective_on = models.DateField(_("holds from"), null=True, blank=True)
    """None: from the day of the approval."""
    state = models.CharField(_("state"), max_length=20, choices=StepState, default=StepState.WAITING)
    asked_by = models.CharField(max_length=150)
    asked_at = models.DateTimeField(auto_now_add=True)
    decided_on = models.DateField(_("decided above on"), null=True, blank=True)
    decided_by = models.CharField(max_length=150, blank=True)
    document = models.CharField(_("document of approval"), max_length=200, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = MembershipStepQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of membership")
        verbose_name_plural = _("steps of membership")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=StepState.values), name="membership_step_state_known"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(asked_by=""), name="membership_step_says_who"),
            models.CheckConstraint(
                condition=(Q(state__in=DECIDED) & Q(decided_on__isnull=False) & ~Q(decided_by=""))
                | ~Q(state__in=DECIDED),
                name="membership_step_decision_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state=StepState.APPROVED) | (~Q(document="") & Q(member__isnull=False)),
                name="membership_step_approved_by_document",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[StepState.REFUSED, StepState.TAKEN_BACK]) | ~Q(reason=""),
                name="membership_step_ended_with_reason",
            ),
            models.UniqueConstraint(
                fields=["vote"], condition=~Q(state=StepState.TAKEN_BACK), name="membership_step_one_per_vote"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("meetings:vote-detail", args=[self.vote_id])

    @property
    def scope_path(self) -> str:
        return self.vote.item.meeting.organization.path

    @property
    def voted_on(self) -> date:
        """The day of the meeting that decided."""
        return self.vote.item.meeting.day


NOT_LISTED = ""
"""What somebody was who isn't on the meeting's list: a forgotten guest."""


def _second(user: User) -> Q:
    office = subtree("meeting__organization__path", user.access.paths(Capability.CONFIRM_ATTENDANCE))
    if user.member_id is None:
        return office
    return office | Q(meeting__chair=user.member_id) | Q(meeting__recorder=user.member_id)


class AttendanceCorrectionQuerySet(models.QuerySet["AttendanceCorrection"]):
    def visible_to(self, user: User) -> "AttendanceCorrectionQuerySet":
        """Where an office reads meetings, and of which one may be the second person."""
        reads = subtree("meeting__organization__path", user.access.paths(Capability.VIEW_MEETINGS))
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
            subtree("vote__item__meeting__organization__path", user.access.paths(Capability.VIEW_MEETINGS))
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
