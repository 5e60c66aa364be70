import uuid
from datetime import date

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from meetings.choices import StepState
from meetings.models.vote import Vote
from members.choices import Capability
from members.fields import SealedField
from members.models import Member, User
from members.paths import subtree

DECIDED = (StepState.APPROVED, StepState.REFUSED)


class MembershipStepQuerySet(models.QuerySet["MembershipStep"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_MEETINGS) -> "MembershipStepQuerySet":
        own = Q(member=user.standing.member_id) if user.standing.member_id else Q(pk__in=[])
        return self.filter(subtree("vote__item__meeting__organization__path", user.standing.paths(capability)) | own)

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
