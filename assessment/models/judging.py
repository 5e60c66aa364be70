import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assessment.choices import ObjectionOutcome, Satisfaction, ValueState, ViewSource
from assessment.models.assessment import Assessment
from assessment.models.scheme import Clause, Indicator, hundredths
from assessment.models.scope import held_at
from members.choices import Capability
from members.models import Member, Organization, User


class ManualValueQuerySet(models.QuerySet["ManualValue"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_ASSESSMENT) -> "ManualValueQuerySet":
        """Who assesses; the branch's own offices once the assessment is shown to them, and what was confirmed."""
        shown = Q(assessment__shown_on__isnull=False, state=ValueState.CONFIRMED)
        return self.filter(
            held_at(user, Capability.ASSESS, "assessment__") | (held_at(user, capability, "assessment__") & shown)
        )

    def confirmed(self) -> "ManualValueQuerySet":
        return self.filter(state=ValueState.CONFIRMED)

    def waiting(self) -> "ManualValueQuerySet":
        return self.filter(state=ValueState.WAITING)


class ManualValue(models.Model):
    """What a person found for a clause, with its basis; it counts when a second person has confirmed it.

    The newest confirmed one of a clause counts. Of a clause of kind `manual` and of a whole indicator (after an
    objection) `value` is points; of a tiered one what the tiers measure; of every other how often it was found.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="values")
    clause = models.ForeignKey(Clause, on_delete=models.PROTECT, null=True, blank=True, related_name="values")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, null=True, blank=True, related_name="values")
    """Instead of a clause: the points of the whole indicator, after an objection."""
    value = hundredths(_("value"))
    basis = models.TextField(_("basis"))
    file = models.FileField(_("evidence"), upload_to="evidence/", blank=True)
    state = models.CharField(_("state"), max_length=10, choices=ValueState, default=ValueState.WAITING)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    refused_because = models.CharField(_("why not"), max_length=200, blank=True)

    objects = ManualValueQuerySet.as_manager()

    class Meta:
        verbose_name = _("value entered by a person")
        verbose_name_plural = _("values entered by people")
        constraints = [
            models.CheckConstraint(condition=~Q(basis=""), name="manual_value_has_basis"),
            models.CheckConstraint(condition=Q(value__gte=0), name="manual_value_not_negative"),
            models.CheckConstraint(
                condition=Q(clause__isnull=False, indicator__isnull=True)
                | Q(clause__isnull=True, indicator__isnull=False),
                name="manual_value_of_clause_or_indicator",
            ),
            models.CheckConstraint(
                condition=Q(state=ValueState.WAITING, decided_by__isnull=True, decided_at__isnull=True)
                | Q(
                    state__in=[ValueState.CONFIRMED, ValueState.REFUSED],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
                name="manual_value_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("entered_by")),
                name="manual_value_by_two_persons",
            ),
            models.CheckConstraint(
                condition=(Q(state=ValueState.REFUSED) & ~Q(refused_because=""))
                | (~Q(state=ValueState.REFUSED) & Q(refused_because="")),
                name="manual_value_refused_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clause or self.indicator} {self.value}"

    @property
    def scope_path(self) -> str:
        return self.assessment.organization.path


class ObjectionQuerySet(models.QuerySet["Objection"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_ASSESSMENT) -> "ObjectionQuerySet":
        return self.filter(held_at(user, capability, "assessment__") | held_at(user, Capability.ASSESS, "assessment__"))

    def unanswered(self) -> "ObjectionQuerySet":
        return self.filter(answered_on__isnull=True)


class Objection(models.Model):
    """A branch disagrees with an indicator, and what the level above answered."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="objections")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="objections")
    text = models.TextField(_("objection"))
    raised_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    raised_on = models.DateField(_("raised on"))
    outcome = models.CharField(_("what became of it"), max_length=20, choices=ObjectionOutcome, blank=True)
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answered_on = models.DateField(_("answered on"), null=True, blank=True)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        constraints = [
            models.UniqueConstraint(fields=["assessment", "indicator"], name="objection_once_an_indicator"),
            models.CheckConstraint(condition=~Q(text=""), name="objection_says_something"),
            models.CheckConstraint(
                condition=Q(outcome="", answer="", answered_by__isnull=True, answered_on__isnull=True)
                | (
                    Q(outcome__in=ObjectionOutcome.values, answered_by__isnull=False, answered_on__isnull=False)
                    & ~Q(answer="")
                ),
                name="objection_answer_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assessment} {self.indicator.code}"

    @property
    def scope_path(self) -> str:
        return self.assessment.organization.path


class BranchViewQuerySet(models.QuerySet["BranchView"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_ASSESSMENT) -> "BranchViewQuerySet":
        """Who assesses, and who gave it."""
        return self.filter(held_at(user, Capability.ASSESS, "assessment__") | held_at(user, capability))


class BranchView(models.Model):
    """What a branch gives itself, or another branch of the same committee gives it: points of the total."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="views")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="assessment_views")
    """Whose view it is."""
    source = models.CharField(
        _("view of"), max_length=10, choices=[(one.value, one.label) for one in (ViewSource.SELF, ViewSource.PEER)]
    )
    points = hundredths(pgettext_lazy("scored", "points"))
    words = models.TextField(_("in words"), blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    given_on = models.DateField(_("view given on"))

    objects = BranchViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("view of a branch")
        verbose_name_plural = _("views of branches")
        constraints = [
            models.UniqueConstraint(fields=["assessment", "organization"], name="branch_view_once"),
            models.CheckConstraint(
                condition=Q(source__in=[ViewSource.SELF, ViewSource.PEER]), name="branch_view_source_known"
            ),
            models.CheckConstraint(condition=Q(points__gte=0), name="branch_view_points_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.points}"

    @property
    def scope_path(self) -> str:
        return self.organization.path


class SatisfactionTally(models.Model):
    """How many members said what of their branch's work. An answer is added to the sums and is kept nowhere."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="tallies")
    answer = models.CharField(_("answer"), max_length=10, choices=Satisfaction)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "answer"], name="satisfaction_tally_once"),
            models.CheckConstraint(condition=Q(answer__in=Satisfaction.values), name="satisfaction_answer_known"),
        ]

    def __str__(self) -> str:
        return f"{self.answer} {self.count}"


class SatisfactionAnswered(models.Model):
    """That a member has answered: never what, never when."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="answered")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("answered survey of satisfaction")
        verbose_name_plural = _("answered surveys of satisfaction")
        constraints = [models.UniqueConstraint(fields=["assessment", "member"], name="satisfaction_answered_once")]

    def __str__(self) -> str:
        return str(self.assessment)
