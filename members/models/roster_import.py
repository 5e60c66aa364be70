import uuid

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.choices import Capability, ImportState, RowVerdict
from members.fields import SealedField
from members.models.member import Member
from members.models.organization import Organization
from members.models.user import User
from members.paths import subtree


class RosterImportQuerySet(models.QuerySet["RosterImport"]):
    def visible_to(self, user: User, capability: Capability = Capability.IMPORT_ROSTER) -> "RosterImportQuerySet":
        """The imports into one's branches; those without a place (a whole tree at the root) only for who made them."""
        placed = subtree("organization__path", user.standing.paths(capability))
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
    """Each {heading, field, doubt}, in the sheet's order; an empty field where the column is left alone."""
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
