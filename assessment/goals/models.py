import uuid

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assessment.choices import RESULTS, GoalState
from members.choices import Capability
from members.models import Member, Organization, User
from supervision.scope import held_at


class GoalQuerySet(models.QuerySet["Goal"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_ASSESSMENT) -> "GoalQuerySet":
        return self.filter(held_at(user, capability))

    def of_year(self, year: int) -> "GoalQuerySet":
        return self.filter(year=year)

    def running(self) -> "GoalQuerySet":
        return self.filter(state__in=[GoalState.PLANNED, GoalState.CHECKED])


class Goal(models.Model):
    """A joint goal of a year: the unit's target, the party work behind it, who answers for it, and what came of it."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="joint_goals")
    year = models.PositiveSmallIntegerField(_("year"))
    title = models.CharField(_("goal"), max_length=160)
    target = models.CharField(_("the unit's target"), max_length=300)
    party_work = models.CharField(_("party work behind it"), max_length=300)
    responsible = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("responsible")
    )
    responsible_name = models.CharField(_("or somebody of the unit"), max_length=60, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=GoalState, default=GoalState.PLANNED)
    planned_on = models.DateField(_("planned on"))
    checked_on = models.DateField(_("looked at on"), null=True, blank=True)
    check_words = models.TextField(_("where it stands at mid-year"), blank=True)
    on_track = models.BooleanField(_("on the way"), null=True, blank=True)
    ended_on = models.DateField(_("result on"), null=True, blank=True)
    result_words = models.TextField(_("result"), blank=True)

    objects = GoalQuerySet.as_manager()

    class Meta:
        verbose_name = _("joint goal")
        verbose_name_plural = _("joint goals")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=GoalState.values), name="goal_state_known"),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(target="") & ~Q(party_work=""), name="goal_has_both_sides"
            ),
            models.CheckConstraint(
                condition=Q(responsible__isnull=False, responsible_name="")
                | (Q(responsible__isnull=True) & ~Q(responsible_name="")),
                name="goal_somebody_answers_for_it",
            ),
            models.CheckConstraint(
                condition=Q(checked_on__isnull=True, check_words="", on_track__isnull=True)
                | (Q(checked_on__isnull=False, on_track__isnull=False) & ~Q(check_words="")),
                name="goal_check_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state=GoalState.CHECKED) | Q(checked_on__isnull=False), name="goal_checked_has_day"
            ),
            models.CheckConstraint(
                condition=(Q(state__in=[*RESULTS, GoalState.DROPPED], ended_on__isnull=False) & ~Q(result_words=""))
                | Q(state__in=[GoalState.PLANNED, GoalState.CHECKED], ended_on__isnull=True, result_words=""),
                name="goal_result_is_whole",
            ),
        ]
        indexes = [models.Index(fields=["organization", "year"], name="goal_of_branch")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("assessment:goal-detail", args=[self.key])

    @property
    def scope_path(self) -> str:
        return self.organization.path


class GoalStep(models.Model):
    """What was done for a joint goal on a day, in words. Written once."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="steps")
    on = models.DateField(_("on"))
    text = models.TextField(_("what was done"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["on", "key"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="goal_step_says_something")]

    def __str__(self) -> str:
        return f"{self.on}"
