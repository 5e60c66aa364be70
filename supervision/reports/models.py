import uuid

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from meetings.meeting.models import Meeting
from members.choices import Capability
from members.models import Organization, User
from supervision.choices import ReportPeriod, ReportState, report_words
from supervision.scope import held_at


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_SUPERVISION) -> "ReportQuerySet":
        """The offices of whoever reports, a committee's own among them; the committees above, once it was submitted."""
        receive = Capability.RECEIVE_REPORTS
        places = [office.path for office in user.access.held if receive in office.capabilities]
        own = held_at(user, capability) | Q(organization__path__in=places)
        return self.filter(own | (held_at(user, receive) & Q(submitted_on__isnull=False)))

    def submitted(self) -> "ReportQuerySet":
        return self.filter(submitted_on__isnull=False)


class Report(models.Model):
    """A branch's or a committee's report to the level above (党内监督条例, article 35), composed from the record.

    While it is a draft its figures are computed each time it is opened; adopted, they are kept as they were.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="supervision_reports")
    period_kind = models.CharField(_("period"), max_length=10, choices=ReportPeriod)
    period = models.CharField(_("period"), max_length=7)
    """`2026-Q3` or `2026`."""
    state = models.CharField(_("state"), max_length=20, choices=ReportState, default=ReportState.DRAFT)
    judgement = models.TextField(_("what we make of it"), blank=True)
    figures = models.JSONField(null=True, blank=True)
    """As they were on the day of adoption; None while it is a draft."""
    begun_on = models.DateField(_("begun on"))
    adopted_on = models.DateField(_("adopted on"), null=True, blank=True)
    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="supervision_reports",
        verbose_name=_("meeting that adopted it"),
    )  # fmt: skip
    submitted_on = models.DateField(_("submitted on"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("supervision report")
        verbose_name_plural = _("supervision reports")
        constraints = [
            models.UniqueConstraint(fields=["organization", "period"], name="report_once_a_period"),
            models.CheckConstraint(condition=Q(state__in=ReportState.values), name="report_state_known"),
            models.CheckConstraint(condition=Q(period_kind__in=ReportPeriod.values), name="report_period_known"),
            models.CheckConstraint(
                condition=Q(state=ReportState.DRAFT, figures__isnull=True, adopted_on__isnull=True)
                | (~Q(state=ReportState.DRAFT) & Q(figures__isnull=False, adopted_on__isnull=False)),
                name="report_adopted_keeps_figures",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[ReportState.DRAFT, ReportState.ADOPTED]) | Q(submitted_on__isnull=False),
                name="report_read_was_submitted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.period}"

    def get_absolute_url(self) -> str:
        return reverse("supervision:report-detail", args=[self.key])

    def get_state_display(self) -> str:  # type: ignore[no-redef]
        """In the words of the organization: who adopted it depends on its kind."""
        return report_words(self.state, self.organization.kind)

    @property
    def scope_path(self) -> str:
        return self.organization.path


class ReportStep(models.Model):
    """One thing that happened to a report: adopted, submitted, read, a question, an answer. Written once."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="steps")
    state = models.CharField(_("state"), max_length=20, choices=ReportState)
    text = models.TextField(_("in words"), blank=True)
    on = models.DateField(_("on"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["recorded_at"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ReportState.values), name="report_step_state_known"),
            models.CheckConstraint(
                condition=~Q(state=ReportState.RETURNED) | ~Q(text=""), name="report_step_return_asks_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.on}"

    def get_state_display(self) -> str:  # type: ignore[no-redef]
        return report_words(self.state, self.report.organization.kind)
