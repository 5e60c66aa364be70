import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from audit.models import Entry
from members.choices import Capability, ExportProblem, ExportState
from members.models.member import Member
from members.models.organization import Organization
from members.models.user import User
from members.paths import subtree

UNFINISHED = (ExportState.WAITING, ExportState.RUNNING)
"""With a worker, or on the way to one."""
OPEN = (ExportState.PROPOSED, *UNFINISHED)
UNAGREED = (ExportState.PROPOSED, ExportState.CANCELLED, ExportState.DECLINED)
"""Where nobody need have agreed."""


class ExportQuerySet(models.QuerySet["Export"]):
    def visible_to(self, user: User) -> "ExportQuerySet":
        """One's own: what somebody chose is nobody else's business, and the file least of all."""
        return self.filter(asked_by=user.pk)

    def put_to(self, user: User) -> "ExportQuerySet":
        """Those of others that wait for the yes of somebody who may reveal there, and those that the user settled.

        Whether the user's offices cover all of it, the export's kind knows.
        """
        waiting = Q(state=ExportState.PROPOSED) & ~Q(asked_by=user.pk)
        paths = user.standing.paths(Capability.REVEAL_PRIVATE)
        return self.filter(subtree("organization__path", paths), waiting | Q(settled_by=user.pk))

    def unfinished(self) -> "ExportQuerySet":
        """Waiting for a worker, or left by one."""
        return self.filter(state__in=UNFINISHED)


class Export(models.Model):
    """A large workbook on its way out, made in the background. The row is the truth about how far it has come.

    The file lies sealed below `settings.EXPORT_ROOT` under the row's key, and only where the state is DONE.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=30)
    """A name in `settings.EXPORTS`."""
    parameters = models.JSONField(_("what was asked for"), default=dict)
    """As its kind understands it. Nothing private stands in it unsealed."""
    digest = models.CharField(max_length=64)
    """Of kind and parameters: what makes two wishes the same."""
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="exports")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="exports")
    needs_agreement = models.BooleanField(default=False)
    """Whether a second person has to agree before it is made. Its file is fetched once."""
    settled_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, verbose_name=_("second person")
    )
    """Who agreed, or didn't."""
    fetched_at = models.DateTimeField(_("fetched"), null=True)
    """When the file was taken that can be taken once."""
    asked_at = models.DateTimeField(_("asked for"))
    state = models.CharField(_("state"), max_length=20, choices=ExportState, default=ExportState.WAITING)
    done = models.PositiveIntegerField(default=0)
    """Rows written so far, of `total`."""
    total = models.PositiveIntegerField(default=0)
    covers = models.JSONField(default=list)
    """Codes of the organizations whose rows are in the file: whoever takes it must still hold office in all of them."""
    problem = models.CharField(_("problem"), max_length=20, choices=ExportProblem, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    claim = models.CharField(max_length=32, blank=True)
    """Whose turn it is: a worker that has lost it must write nothing more."""
    claimed_until = models.DateTimeField(null=True, blank=True)
    """Past that moment another worker may take over."""
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    expires_at = models.DateTimeField(_("kept until"), null=True, blank=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-asked_at", "key"]
        constraints = [
            models.CheckConstraint(condition=~Q(kind=""), name="export_has_kind"),
            models.CheckConstraint(condition=Q(state__in=ExportState.values), name="export_state_known"),
            models.CheckConstraint(
                condition=Q(state=ExportState.FAILED, problem__in=ExportProblem.values)
                | (~Q(state=ExportState.FAILED) & Q(problem="")),
                name="export_failed_says_why",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, ended_at__isnull=True, expires_at__isnull=True)
                | (~Q(state__in=OPEN) & Q(ended_at__isnull=False, expires_at__isnull=False)),
                name="export_ends_and_expires",
            ),
            models.CheckConstraint(
                condition=Q(needs_agreement=False) | Q(state__in=UNAGREED) | Q(settled_by__isnull=False),
                name="export_made_after_agreement",
            ),
            models.CheckConstraint(condition=~Q(settled_by=F("asked_by")), name="export_settled_by_a_second_person"),
            models.CheckConstraint(
                condition=Q(fetched_at__isnull=True) | Q(state=ExportState.DONE), name="export_fetched_when_ready"
            ),
            models.UniqueConstraint(
                fields=["asked_by", "digest"],
                condition=Q(state__in=OPEN),
                name="export_asked_for_once_at_a_time",
            ),
        ]
        indexes = [models.Index(fields=["asked_by", "-asked_at"], name="export_of_somebody")]

    def __str__(self) -> str:
        return f"{self.kind} {self.asked_at:%Y-%m-%d}"

    @property
    def scope_path(self) -> str:
        return self.organization.path


class ExportedMember(models.Model):
    """Somebody whose private values left the program in a workbook. Who took it, when and why stands in the entry."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="exports_with")

    class Meta:
        verbose_name = _("member in a workbook")
        verbose_name_plural = _("members in workbooks")
        constraints = [models.UniqueConstraint(fields=["entry", "member"], name="exported_member_once_an_entry")]

    def __str__(self) -> str:
        return f"{self.member} {self.entry}"
