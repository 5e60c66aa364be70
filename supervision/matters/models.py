import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from meetings.meeting.models import Meeting
from meetings.votes.models import Vote
from members.choices import Capability
from members.models import Organization, User
from supervision.choices import MatterDecision, MatterKind, MatterOpinion
from supervision.matters.rules import Course, MatterState, state_of
from supervision.scope import held_at, of_own_branch

NO_OPINION_FIRST = Q(decided_on__isnull=False) & (Q(opinion_on__isnull=True) | Q(opinion_on__gt=F("decided_on")))
"""Condition: decided before, or without, the opinion of the party organization."""
SHOWN_BY = {
    "proposed": "proposed_on",
    "decided": "decided_on",
    "without_opinion": "decided_on",
    "executed": "executed_on",
    "reviewed": "reviewed_on",
}
"""What can be counted of a period → the day that decides."""
DECLINED = Q(decision=MatterDecision.DECLINED)
WAITING = {
    MatterState.OPINION: Q(decided_on__isnull=True, opinion_on__isnull=True),
    MatterState.DECISION: Q(decided_on__isnull=True, opinion_on__isnull=False),
    MatterState.EXECUTION: Q(decided_on__isnull=False, executed_on__isnull=True) & ~DECLINED,
    MatterState.REVIEW: Q(executed_on__isnull=False, reviewed_on__isnull=True),
    MatterState.DONE: Q(reviewed_on__isnull=False) | DECLINED,
}
"""The same as `rules.matters.state_of`, for the database."""


class MatterQuerySet(models.QuerySet["Matter"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_SUPERVISION) -> "MatterQuerySet":
        """The branch's offices; its members, unless marked."""
        return self.filter(held_at(user, capability) | (of_own_branch(user) & Q(is_internal=False)))

    def without_opinion(self) -> "MatterQuerySet":
        """Decided before, or without, the opinion of the party organization."""
        return self.filter(NO_OPINION_FIRST)

    def waiting_for(self, state: MatterState) -> "MatterQuerySet":
        return self.filter(WAITING[state])

    def shown_as(self, what: str, first: date | None, last: date | None) -> "MatterQuerySet":
        """Those to which `what` happened in the period; open ends are open. Only decided ones can lack an opinion."""
        rows = self.without_opinion() if what == "without_opinion" else self
        day = SHOWN_BY[what]
        rows = rows.filter(**{f"{day}__isnull": False})
        rows = rows.filter(**{f"{day}__gte": first}) if first else rows
        return rows.filter(**{f"{day}__lte": last}) if last else rows


class Matter(models.Model):
    """A major matter (三重一大) of the unit: proposal, the party organization's opinion, decision, execution, review.

    In villages and communities it goes through the general meeting first (branch regulations, article 11).
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="matters")
    unit = models.CharField(_("unit"), max_length=120, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=MatterKind)
    title = models.CharField(_("matter"), max_length=160)
    proposal = models.TextField(_("proposal"))
    amount_fen = models.PositiveBigIntegerField(_("amount"), null=True, blank=True)
    proposed_on = models.DateField(_("proposed on"))
    proposed_by = models.CharField(_("proposed by"), max_length=80)
    is_internal = models.BooleanField(_("only for the committee of the branch"), default=False)

    opinion = models.CharField(_("opinion of the party organization"), max_length=20, choices=MatterOpinion, blank=True)
    opinion_on = models.DateField(_("opinion given on"), null=True, blank=True)
    opinion_text = models.TextField(_("opinion in words"), blank=True)
    opinion_meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="matters", verbose_name=_("meeting")
    )
    opinion_vote = models.ForeignKey(
        Vote, on_delete=models.SET_NULL, null=True, blank=True, related_name="matters", verbose_name=_("vote")
    )

    decision = models.CharField(_("decision"), max_length=20, choices=MatterDecision, blank=True)
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    decided_by = models.CharField(_("decided by"), max_length=80, blank=True)
    decision_text = models.TextField(_("decision in words"), blank=True)

    executed_on = models.DateField(_("carried out on"), null=True, blank=True)
    execution_text = models.TextField(_("how it was carried out"), blank=True)
    reviewed_on = models.DateField(_("looked back on"), null=True, blank=True)
    review_text = models.TextField(_("what the look back showed"), blank=True)

    objects = MatterQuerySet.as_manager()

    class Meta:
        verbose_name = _("major matter")
        verbose_name_plural = _("major matters")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=MatterKind.values), name="matter_kind_known"),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(proposal="") & ~Q(proposed_by=""), name="matter_says_what_and_who"
            ),
            models.CheckConstraint(
                condition=Q(
                    opinion="",
                    opinion_on__isnull=True,
                    opinion_text="",
                    opinion_meeting__isnull=True,
                    opinion_vote__isnull=True,
                )
                | Q(opinion__in=MatterOpinion.values, opinion_on__isnull=False),
                name="matter_opinion_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_on__isnull=True, decided_by="", decision_text="")
                | (Q(decision__in=MatterDecision.values, decided_on__isnull=False) & ~Q(decided_by="")),
                name="matter_decision_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(executed_on__isnull=True, execution_text="")
                | (
                    Q(decided_on__isnull=False, executed_on__isnull=False, executed_on__gte=F("decided_on"))
                    & ~Q(execution_text="")
                ),
                name="matter_executed_after_decision",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_on__isnull=True, review_text="")
                | (
                    Q(executed_on__isnull=False, reviewed_on__isnull=False, reviewed_on__gte=F("executed_on"))
                    & ~Q(review_text="")
                ),
                name="matter_reviewed_after_execution",
            ),
        ]
        indexes = [models.Index(fields=["organization", "-proposed_on"], name="matter_of_branch")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("supervision:matter-detail", args=[self.key])

    @property
    def scope_path(self) -> str:
        return self.organization.path

    @property
    def course(self) -> Course:
        """Its days, for the rules."""
        return Course(
            self.proposed_on, self.opinion_on, self.decided_on, self.decision, self.executed_on, self.reviewed_on
        )

    @property
    def state(self) -> MatterState:
        return state_of(self.course)

    @property
    def lacks_opinion(self) -> bool:
        """Decided before, or without, the opinion of the party organization."""
        return self.decided_on is not None and (self.opinion_on is None or self.opinion_on > self.decided_on)
