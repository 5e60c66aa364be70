import uuid

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assessment.choices import AssessmentState, ScoreState
from assessment.models.scheme import Band, Clause, Indicator, Scheme, hundredths
from assessment.models.scope import held_at
from members.choices import Capability
from members.models import Organization, User
from members.paths import subtree

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
    def grade(self) -> Band | None:
        """What was decided; before that the band that the points come to."""
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
