import uuid

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from meetings.meeting.models import Meeting
from members.choices import Capability
from members.fields import SealedField
from members.models import Member, Organization, User
from supervision.choices import AppraisalMark, BallotMethod, Grade, RoundState
from supervision.scope import held_at, of_member


class AppraisalRoundQuerySet(models.QuerySet["AppraisalRound"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_SUPERVISION) -> "AppraisalRoundQuerySet":
        """The branch's offices, and the members who take part."""
        taking_part = Appraisee.objects.filter(of_member(user)).values("round")
        return self.filter(held_at(user, capability) | Q(pk__in=taking_part))

    def closed(self) -> "AppraisalRoundQuerySet":
        return self.filter(state=RoundState.CLOSED)


class AppraisalRound(models.Model):
    """A branch's democratic appraisal of members for a year (民主评议党员; branch regulations, article 18)."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="appraisal_rounds")
    year = models.PositiveSmallIntegerField(_("year"))
    state = models.CharField(_("state"), max_length=20, choices=RoundState, default=RoundState.SELF)
    method = models.CharField(_("ballot"), max_length=10, choices=BallotMethod, default=BallotMethod.ONLINE)
    opened_on = models.DateField(_("opened on"))
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="appraisal_rounds",
        verbose_name=_("meeting"),
    )  # fmt: skip
    opinion_meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="appraisal_opinions",
        verbose_name=_("meeting that gave the opinion"),
    )  # fmt: skip
    ballots = models.PositiveSmallIntegerField(_("ballots counted"), default=0)
    rule_versions = models.JSONField(default=list)

    objects = AppraisalRoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("democratic appraisal")
        verbose_name_plural = _("democratic appraisals")
        constraints = [
            models.UniqueConstraint(fields=["organization", "year"], name="appraisal_round_once_a_year"),
            models.CheckConstraint(condition=Q(state__in=RoundState.values), name="appraisal_round_state_known"),
            models.CheckConstraint(condition=Q(method__in=BallotMethod.values), name="appraisal_round_method_known"),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=False, state=RoundState.CLOSED)
                | (Q(closed_on__isnull=True) & ~Q(state=RoundState.CLOSED)),
                name="appraisal_round_closed_has_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.year}"

    def get_absolute_url(self) -> str:
        return reverse("supervision:round-detail", args=[self.key])

    @property
    def scope_path(self) -> str:
        return self.organization.path


class AppraiseeQuerySet(models.QuerySet["Appraisee"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_SUPERVISION) -> "AppraiseeQuerySet":
        """The branch's offices, and everybody their own."""
        return self.filter(held_at(user, capability, "round__") | of_member(user))


class Appraisee(models.Model):
    """Somebody who is appraised in a round. Probationary members take part and get no grade."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(AppraisalRound, on_delete=models.CASCADE, related_name="appraisees")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="appraisals")
    is_graded = models.BooleanField(_("gets a grade"), default=True)
    has_ballot = models.BooleanField(_("fills in a ballot"), default=True)
    has_voted = models.BooleanField(_("has filled in the ballot"), default=False)
    """Whether, never what or when: ballots are only ever added to the sums of `Tally`."""
    self_appraisal = SealedField(_("self-appraisal"), blank=True, default="")
    self_appraised_on = models.DateField(_("handed in on"), null=True, blank=True)
    grade = models.CharField(_("grade"), max_length=20, choices=Grade, blank=True)
    opinion = SealedField(_("opinion of the committee"), blank=True, default="")
    told_on = models.DateField(_("told on"), null=True, blank=True)
    follow_up = models.CharField(_("what is done to help"), max_length=300, blank=True)
    follow_up_due_on = models.DateField(_("by"), null=True, blank=True)
    followed_up_on = models.DateField(_("done on"), null=True, blank=True)

    objects = AppraiseeQuerySet.as_manager()

    class Meta:
        verbose_name = _("appraisal of a member")
        verbose_name_plural = _("appraisals of members")
        constraints = [
            models.UniqueConstraint(fields=["round", "member"], name="appraisee_once_in_a_round"),
            models.CheckConstraint(condition=Q(grade="") | Q(grade__in=Grade.values), name="appraisee_grade_known"),
            models.CheckConstraint(condition=Q(is_graded=True) | Q(grade=""), name="appraisee_ungraded_has_no_grade"),
            models.CheckConstraint(
                condition=Q(has_ballot=True) | Q(has_voted=False), name="appraisee_votes_with_ballot"
            ),
            models.CheckConstraint(
                condition=Q(self_appraised_on__isnull=True, self_appraisal="")
                | (Q(self_appraised_on__isnull=False) & ~Q(self_appraisal="")),
                name="appraisee_self_appraisal_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(followed_up_on__isnull=True) | ~Q(follow_up=""), name="appraisee_follow_up_is_said"
            ),
        ]

    def __str__(self) -> str:
        return str(self.member)

    @property
    def scope_path(self) -> str:
        return self.round.organization.path

    @property
    def may_vote_online(self) -> bool:
        """While the round is at its ballot."""
        return self.has_ballot and not self.has_voted and self.round.method == "online"


class MutualAppraisalQuerySet(models.QuerySet["MutualAppraisal"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_SUPERVISION) -> "MutualAppraisalQuerySet":
        """The branch's offices, who wrote it, and whom it is about."""
        mine = of_member(user, "author") | of_member(user, "about__member")
        return self.filter(held_at(user, capability, "about__round__") | mine)


class MutualAppraisal(models.Model):
    """What one member says to another (党员互评): by name, as at the meeting."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    about = models.ForeignKey(Appraisee, on_delete=models.CASCADE, related_name="mutual")
    author = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    text = SealedField(_("what I see"))

    objects = MutualAppraisalQuerySet.as_manager()

    class Meta:
        verbose_name = _("mutual appraisal")
        constraints = [
            models.UniqueConstraint(fields=["about", "author"], name="mutual_appraisal_once_per_pair"),
            models.CheckConstraint(condition=~Q(text=""), name="mutual_appraisal_says_something"),
        ]

    def __str__(self) -> str:
        return str(self.about)

    @property
    def scope_path(self) -> str:
        return self.about.round.organization.path


class Tally(models.Model):
    """How many ballots say a mark of somebody. A ballot is added to the sums and is kept nowhere."""

    appraisee = models.ForeignKey(Appraisee, on_delete=models.CASCADE, related_name="tallies")
    mark = models.CharField(max_length=20, choices=AppraisalMark)
    ballots = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appraisee", "mark"], name="tally_one_per_mark"),
            models.CheckConstraint(condition=Q(mark__in=AppraisalMark.values), name="tally_mark_known"),
        ]

    def __str__(self) -> str:
        return f"{self.mark} {self.ballots}"


class PaperCount(models.Model):
    """What one of two people typed off the paper ballots; removed when both agree and the sums stand."""

    round = models.ForeignKey(AppraisalRound, on_delete=models.CASCADE, related_name="paper_counts")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    figures = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "by"], name="paper_count_once_per_person")]

    def __str__(self) -> str:
        return str(self.by)
