"""Workbooks that came in and went out, filters that were kept, and what was removed after its time."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.models import Entry
from members.choices import Capability, ExportProblem, ExportState, ImportState, RowVerdict
from members.fields import SealedField
from members.models.member import Member
from members.models.organization import Organization
from members.models.user import User
from members.paths import subtree


class RosterImportQuerySet(models.QuerySet["RosterImport"]):
    def visible_to(self, user: User, capability: Capability = Capability.IMPORT_ROSTER) -> "RosterImportQuerySet":
        """The imports into one's branches; those without a place (a whole tree at the root) only for who made them."""
        placed = subtree("organization__path", user.access.paths(capability))
        return self.filter(placed | Q(organization__isnull=True, uploaded_by=user.pk))

    def unfinished(self) -> "RosterImportQuerySet":
        """Waiting for the worker."""
        waiting = [ImportState.UPLOADED, ImportState.READING, ImportState.CONFIRMED, ImportState.APPLYING]
        return self.filter(state__in=waiting)


class RosterImport(models.Model):
    """One workbook on its way into the roster. The row is the truth about how far it has come."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="roster_imports"
    )
    file_name = models.CharField(_("file"), max_length=200)
    sheet = models.CharField(_("sheet"), max_length=80, blank=True)
    header_row = models.PositiveIntegerField(_("heading in row"), null=True, blank=True)
    columns = models.JSONField(_("columns"), default=list)
    """Each {heading, letter, field, doubt, proposal, reason}, in the sheet's order; an empty field where the column is
    left alone, a proposal where somebody has to say whether it is that."""
    notes = models.JSONField(default=list)
    """What is to be said about the workbook and about rows that are no records: {row, column, code, about}."""
    may_build = models.BooleanField(_("may set up organizations"), default=False)
    built = models.JSONField(default=list)
    """Codes of the organizations the import set up."""
    claimed_until = models.DateTimeField(null=True, blank=True)
    """While a worker is busy with it; past that moment another may take over."""
    state = models.CharField(_("state"), max_length=20, choices=ImportState, default=ImportState.UPLOADED)
    failure = models.CharField(_("why it failed"), max_length=500, blank=True)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    """Verdict → number of rows."""
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = RosterImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("roster import")
        verbose_name_plural = _("roster imports")
        ordering = ["-uploaded_at"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ImportState.values), name="roster_import_state_known"),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(applied_at__isnull=False),
                name="roster_import_undone_after_applied",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("members:import-detail", args=[self.key])

    @property
    def scope_path(self) -> str:
        return self.organization.path if self.organization else ""


class RosterImportRow(models.Model):
    """A row of the workbook: what was understood, what is wrong with it, and what it changed."""

    roster_import = models.ForeignKey(RosterImport, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("row"))
    verdict = models.CharField(_("verdict"), max_length=10, choices=RowVerdict)
    name = models.CharField(_("name"), max_length=60, blank=True)
    problems = models.JSONField(default=list)
    """Each {column, code, about}: nothing private, the values stay in `cells`."""
    cells = SealedField(default="")
    """JSON, heading → cell as read; emptied when the row has been stored."""
    before = SealedField(default="")
    """JSON, what the row changed and added; undoing takes it back."""
    member = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, blank=True, related_name="import_rows")

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of an import")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["roster_import", "number"], name="roster_import_row_once"),
            models.CheckConstraint(condition=Q(verdict__in=RowVerdict.values), name="roster_import_row_verdict_known"),
        ]
        indexes = [models.Index(fields=["roster_import", "verdict", "number"], name="roster_import_row_by_verdict")]

    def __str__(self) -> str:
        return f"{self.number} {self.verdict}"


class ColumnMapping(models.Model):
    """What a heading means in an organization's workbooks, as a person corrected it."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="column_mappings")
    heading = models.CharField(max_length=80)
    field = models.CharField(max_length=40, blank=True)
    """Empty: the column is left alone."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "heading"], name="column_mapping_once")]

    def __str__(self) -> str:
        return f"{self.heading} → {self.field}"


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
        paths = user.access.paths(Capability.REVEAL_PRIVATE)
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


class SavedFilterQuerySet(models.QuerySet["SavedFilter"]):
    def visible_to(self, user: User) -> "SavedFilterQuerySet":
        return self.filter(user=user.pk)

    def keep(self, *, user: User, name: str, query: str) -> "SavedFilter":
        """Keep it for the user; a filter that already has the name is replaced."""
        return self.update_or_create(user=user, name=name, defaults={"query": query})[0]


class SavedFilter(models.Model):
    """A roster filter somebody keeps under a name."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_filters")
    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(max_length=500)
    """The part of the address after the question mark."""

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="saved_filter_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="saved_filter_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Removal(models.Model):
    """What went of a kind (`members.trail.retention`) in one night, counted in the transactions in which it went."""

    kind = models.CharField(_("kind"), max_length=30)
    night = models.DateField(_("night"))
    removed = models.PositiveIntegerField(_("removed"), default=0)
    """Stays 0 where the number is told nobody."""
    finished_at = models.DateTimeField(_("finished"), null=True)
    """Empty while it is under way, or was interrupted: the next night finishes it."""

    class Meta:
        verbose_name = _("removal after its time")
        verbose_name_plural = _("removals after their time")
        ordering = ["-night", "kind"]
        constraints = [
            models.CheckConstraint(condition=~Q(kind=""), name="removal_has_kind"),
            models.UniqueConstraint(fields=["kind", "night"], name="removal_once_a_night"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.night}"


CANCELLABLE = frozenset(
    {
        ImportState.UPLOADED,
        ImportState.READING,
        ImportState.PREVIEW,
        ImportState.CONFIRMED,
        ImportState.APPLYING,
    }
)
