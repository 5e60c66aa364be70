import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from meetings.meeting.models import Meeting
from members.choices import Capability
from members.models import Member, Organization, User
from members.paths import subtree
from supervision.choices import InspectionState, ProblemSource, ProblemState, ProblemStepKind
from supervision.scope import held_at, of_member, of_own_branch
from supervision.suggestions.models import Suggestion


class InspectionQuerySet(models.QuerySet["Inspection"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_SUPERVISION) -> "InspectionQuerySet":
        """The offices of the inspected, once the findings are handed over; those who inspect, always."""
        handed_over = Q(state__in=[InspectionState.PLANNED, InspectionState.ISSUED, InspectionState.CLOSED])
        return self.filter((held_at(user, capability) & handed_over) | held_at(user, Capability.INSPECT))

    def issued(self) -> "InspectionQuerySet":
        return self.filter(state__in=[InspectionState.ISSUED, InspectionState.CLOSED])


class Inspection(models.Model):
    """A visit of the level above; what it found becomes a list of problems."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="inspections")
    inspected_by = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="inspections_made")
    state = models.CharField(_("state"), max_length=20, choices=InspectionState, default=InspectionState.PLANNED)
    visit_on = models.DateField(_("visit on"))
    team = models.CharField(_("who comes"), max_length=200)
    subject = models.CharField(_("what is looked at"), max_length=200)
    summary = models.TextField(_("what was found, in general"), blank=True)
    issued_on = models.DateField(_("findings handed over on"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    closing_words = models.TextField(_("with what it was closed"), blank=True)

    objects = InspectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("inspection")
        verbose_name_plural = _("inspections")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=InspectionState.values), name="inspection_state_known"),
            models.CheckConstraint(condition=~Q(team="") & ~Q(subject=""), name="inspection_says_who_and_what"),
            models.CheckConstraint(
                condition=~Q(state__in=[InspectionState.ISSUED, InspectionState.CLOSED]) | Q(issued_on__isnull=False),
                name="inspection_issued_has_day",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=False, state=InspectionState.CLOSED)
                | (Q(closed_on__isnull=True) & ~Q(state=InspectionState.CLOSED)),
                name="inspection_closed_has_day",
            ),
            models.CheckConstraint(condition=~Q(organization=F("inspected_by")), name="inspection_comes_from_above"),
        ]

    def __str__(self) -> str:
        return f"{self.visit_on}"

    def get_absolute_url(self) -> str:
        return reverse("supervision:inspection-detail", args=[self.key])

    @property
    def scope_path(self) -> str:
        return self.organization.path


class ProblemList(models.Model):
    """Problems found on one occasion, of which the source is on record."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="problem_lists")
    source = models.CharField(pgettext_lazy("a problem", "from"), max_length=20, choices=ProblemSource)
    title = models.CharField(_("title"), max_length=160)
    made_on = models.DateField(_("made on"))
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="problem_lists")
    inspection = models.OneToOneField(
        Inspection, on_delete=models.PROTECT, null=True, blank=True, related_name="problem_list"
    )
    suggestion = models.ForeignKey(
        Suggestion, on_delete=models.PROTECT, null=True, blank=True, related_name="problem_lists"
    )
    round = models.ForeignKey(
        "AppraisalRound", on_delete=models.PROTECT, null=True, blank=True, related_name="problem_lists"
    )

    class Meta:
        verbose_name = _("list of problems")
        verbose_name_plural = _("lists of problems")
        constraints = [
            models.CheckConstraint(condition=Q(source__in=ProblemSource.values), name="problem_list_source_known"),
            models.CheckConstraint(condition=~Q(title=""), name="problem_list_has_title"),
            models.CheckConstraint(
                condition=Q(inspection__isnull=True) | Q(source=ProblemSource.INSPECTION),
                name="problem_list_of_inspection_says_so",
            ),
            models.CheckConstraint(
                condition=Q(suggestion__isnull=True) | Q(source=ProblemSource.SUGGESTION),
                name="problem_list_of_suggestion_says_so",
            ),
            models.CheckConstraint(
                condition=Q(round__isnull=True) | Q(source=ProblemSource.APPRAISAL),
                name="problem_list_of_appraisal_says_so",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_source_display()} {self.made_on}"

    @property
    def origin(self) -> str:
        """The source; of another meeting its kind, so that a theme day is called one."""
        if self.source == ProblemSource.MEETING and self.meeting:
            return str(self.meeting.get_kind_display())
        return str(self.get_source_display())

    @property
    def scope_path(self) -> str:
        return self.organization.path


HANDED_OVER = Q(problem_list__inspection__isnull=True) | Q(
    problem_list__inspection__state__in=[InspectionState.ISSUED, InspectionState.CLOSED]
)
"""Of a problem: it is no finding, or one that the branch was told."""


class ProblemQuerySet(models.QuerySet["Problem"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_SUPERVISION) -> "ProblemQuerySet":
        """The branch's offices; its members, unless marked; whoever puts it right; those above, their findings.

        Findings that aren't handed over yet are read by those above alone.
        """
        public = of_own_branch(user) & Q(is_internal=False)
        inside = held_at(user, capability) | public | of_member(user, "responsible")
        found = held_at(user, Capability.INSPECT) & Q(problem_list__source=ProblemSource.INSPECTION)
        return self.filter((inside & HANDED_OVER) | found)

    def handed_over(self) -> "ProblemQuerySet":
        """Without the findings that are still being written."""
        return self.filter(HANDED_OVER)

    def below(self, path: str) -> "ProblemQuerySet":
        return self.filter(subtree("organization__path", [path]))

    def unsettled(self) -> "ProblemQuerySet":
        """Not accepted and not dropped."""
        return self.filter(state__in=[ProblemState.OPEN, ProblemState.DONE])

    def overdue(self, on: date) -> "ProblemQuerySet":
        return self.filter(state=ProblemState.OPEN, due_on__lt=on)


class Problem(models.Model):
    """A problem and what is done about it, to the end: measure, who, by when, evidence, accepted by whom."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    problem_list = models.ForeignKey(ProblemList, on_delete=models.PROTECT, related_name="problems")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="problems")
    """The list's: every query asks for it."""
    text = models.CharField(_("problem"), max_length=300)
    measure = models.CharField(_("measure"), max_length=300, blank=True)
    responsible = models.ForeignKey(
        Member,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="problems",
        verbose_name=pgettext_lazy("answers for it", "who"),
    )
    responsible_name = models.CharField(_("or somebody else"), max_length=60, blank=True)
    found_on = models.DateField(_("found on"))
    due_on = models.DateField(_("by"))
    is_internal = models.BooleanField(_("only for the committee of the branch"), default=False)
    state = models.CharField(_("state"), max_length=20, choices=ProblemState, default=ProblemState.OPEN)
    settled_on = models.DateField(_("settled on"), null=True, blank=True)
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    """Who accepted that it is put right, or let it be dropped."""

    objects = ProblemQuerySet.as_manager()

    class Meta:
        verbose_name = _("problem")
        verbose_name_plural = _("problems")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ProblemState.values), name="problem_state_known"),
            models.CheckConstraint(condition=~Q(text=""), name="problem_says_something"),
            models.CheckConstraint(condition=Q(due_on__gte=F("found_on")), name="problem_due_after_finding"),
            models.CheckConstraint(
                condition=Q(
                    settled_on__isnull=True, settled_by__isnull=True, state__in=[ProblemState.OPEN, ProblemState.DONE]
                )
                | Q(
                    settled_on__isnull=False,
                    settled_by__isnull=False,
                    state__in=[ProblemState.ACCEPTED, ProblemState.DROPPED],
                ),
                name="problem_settled_is_whole",
            ),
        ]
        indexes = [models.Index(fields=["organization", "due_on"], name="problem_of_branch")]

    def __str__(self) -> str:
        """Stands in the trail, which holds no text of people."""
        return f"{self.found_on}"

    def get_absolute_url(self) -> str:
        return reverse("supervision:problem-detail", args=[self.key])

    @property
    def scope_path(self) -> str:
        return self.organization.path


class ProblemStep(models.Model):
    """One thing that happened to a problem, with its evidence. Written once."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    problem = models.ForeignKey(Problem, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(_("what happened"), max_length=20, choices=ProblemStepKind)
    on = models.DateField(_("on"))
    text = models.TextField(_("in words"))
    file = models.FileField(_("evidence"), upload_to="evidence/", blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["recorded_at"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ProblemStepKind.values), name="problem_step_kind_known"),
            models.CheckConstraint(condition=~Q(text=""), name="problem_step_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.on}"
