import uuid

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from assessment.choices import AssessmentState, ObjectionOutcome, Satisfaction, ScoreState, ValueState, ViewSource
from assessment.schemes.models import Band, Clause, Indicator, Scheme, hundredths
from members.choices import Capability
from members.models import Member, Organization, User
from members.paths import subtree
from supervision.scope import held_at

OPEN = (AssessmentState.COLLECTING, AssessmentState.SHOWN)
"""Computed anew whenever somebody asks; what was published changes only by publishing it again."""
SETTLED = (AssessmentState.PUBLISHED, AssessmentState.LOCKED)


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_ASSESSMENT) -> "AssessmentQuerySet":
        """Who assesses sees all; the branch's own offices from the day on which it is shown to them."""
        shown = held_at(user, capability) & ~Q(state=AssessmentState.COLLECTING)
        return self.filter(held_at(user, Capability.ASSESS) | shown)

    def below(self, path: str) -> "AssessmentQuerySet":
        return self.filter(subtree("organization__path", [path]))

    def settled(self) -> "AssessmentQuerySet":
        return self.filter(state__in=SETTLED)

    def stale(self) -> "AssessmentQuerySet":
        return self.filter(stale_since__isnull=False)


class Assessment(models.Model):
    """One branch assessed by one scheme: points from the record and from people, and apart from them the decision.

    `total` is None as long as something is unknown or waits: such a branch isn't put in any order.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="assessments")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="assessments")
    state = models.CharField(_("state"), max_length=20, choices=AssessmentState, default=AssessmentState.COLLECTING)
    computed_at = models.DateTimeField(_("computed"), null=True, blank=True)
    computed_on = models.DateField(_("as of"), null=True, blank=True)
    """The day whose knowledge it was computed by: what changed since is looked for as of the same day."""
    entry_number = models.BigIntegerField(default=0)
    """Up to which entry of the audit trail the record is known to say the same."""
    known_points = hundredths(_("points so far"), default=0)
    """The sum of what is scored."""
    open_points = hundredths(_("points not known yet"), default=0)
    """How many points lie in what is unknown or waits."""
    total = hundredths(pgettext_lazy("scored", "points"), null=True, blank=True)
    """After the weights of all views."""
    band = models.ForeignKey(
        Band, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("band by the points")
    )
    veto = models.ForeignKey(
        Clause, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("veto")
    )
    decided_band = models.ForeignKey(
        Band, on_delete=models.PROTECT, null=True, blank=True, related_name="decided", verbose_name=_("grade decided")
    )
    decided_with = models.CharField(_("decided by which meeting"), max_length=200, blank=True)
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    shown_on = models.DateField(_("shown to the branch on"), null=True, blank=True)
    objections_until = models.DateField(_("the branch may object until"), null=True, blank=True)
    published_on = models.DateField(_("published on"), null=True, blank=True)
    published_words = models.CharField(_("with these words"), max_length=300, blank=True)
    locked_on = models.DateField(_("locked on"), null=True, blank=True)
    stale_since = models.DateTimeField(_("no longer what the record says since"), null=True, blank=True)
    stale_points = hundredths(_("points by the record now"), null=True, blank=True)
    stale_because = models.JSONField(_("what changed"), default=list, blank=True)
    """Codes of the indicators that are others by now."""

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        constraints = [
            models.UniqueConstraint(fields=["scheme", "organization"], name="assessment_once_by_a_scheme"),
            models.CheckConstraint(condition=Q(state__in=AssessmentState.values), name="assessment_state_known"),
            models.CheckConstraint(
                condition=Q(decided_band__isnull=True, decided_with="", decided_on__isnull=True)
                | (Q(decided_band__isnull=False, decided_on__isnull=False) & ~Q(decided_with="")),
                name="assessment_decision_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(shown_on__isnull=True, objections_until__isnull=True)
                | Q(shown_on__isnull=False, objections_until__gte=F("shown_on")),
                name="assessment_objections_after_showing",
            ),
            models.CheckConstraint(
                condition=Q(state=AssessmentState.COLLECTING) | Q(shown_on__isnull=False),
                name="assessment_shown_has_day",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=SETTLED) | Q(published_on__isnull=False), name="assessment_published_has_day"
            ),
            models.CheckConstraint(
                condition=Q(state=AssessmentState.LOCKED, locked_on__isnull=False)
                | (~Q(state=AssessmentState.LOCKED) & Q(locked_on__isnull=True)),
                name="assessment_locked_has_day",
            ),
        ]
        indexes = [models.Index(fields=["organization", "state"], name="assessment_of_branch")]

    def __str__(self) -> str:
        return f"{self.organization} {self.scheme.year}"

    def get_absolute_url(self) -> str:
        return reverse("assessment:assessment-detail", args=[self.key])

    @property
    def scope_path(self) -> str:
        return self.organization.path

    @property
    def grade_or_band(self) -> Band | None:
        """The grade that was decided; before that the band that the points come to."""
        return self.decided_band or self.band


class IndicatorScore(models.Model):
    """What an indicator came to, with nothing in it that could not be computed again from its clauses."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="scores")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="scores")
    state = models.CharField(_("state"), max_length=10, choices=ScoreState)
    points = hundredths(pgettext_lazy("scored", "points"), null=True, blank=True)
    """None unless scored."""

    class Meta:
        verbose_name = _("points of an indicator")
        constraints = [
            models.UniqueConstraint(fields=["assessment", "indicator"], name="indicator_score_once"),
            models.CheckConstraint(
                condition=Q(state=ScoreState.SCORED, points__isnull=False)
                | Q(state__in=[ScoreState.UNKNOWN, ScoreState.WAITING], points__isnull=True),
                name="indicator_score_has_points_when_scored",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.code} {self.points}"

    @property
    def scope_path(self) -> str:
        return self.assessment.organization.path


class ClauseScore(models.Model):
    """What a clause gave or took, with every record behind it: computing from `facts` gives `points` again."""

    score = models.ForeignKey(IndicatorScore, on_delete=models.CASCADE, related_name="clauses")
    clause = models.ForeignKey(Clause, on_delete=models.PROTECT, related_name="scores")
    state = models.CharField(_("state"), max_length=10, choices=ScoreState)
    points = hundredths(pgettext_lazy("scored", "points"), null=True, blank=True)
    """Negative where taken; None unless scored."""
    facts = models.JSONField(default=list)
    """[{record, label, on, done, of, unknown, url}]: no person's name, no private value (`rulebook.metric.Fact`). A
    period that the scheme asks about has its `records` in it, a person's finding its `value`."""

    class Meta:
        verbose_name = _("points of a clause")
        constraints = [
            models.UniqueConstraint(fields=["score", "clause"], name="clause_score_once"),
            models.CheckConstraint(
                condition=Q(state=ScoreState.SCORED, points__isnull=False)
                | Q(state__in=[ScoreState.UNKNOWN, ScoreState.WAITING], points__isnull=True),
                name="clause_score_has_points_when_scored",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clause} {self.points}"


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
