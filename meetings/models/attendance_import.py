import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from meetings.models.meeting import Meeting
from members.choices import Capability, ImportState
from members.models import Organization, User
from members.paths import subtree


class AttendanceImportQuerySet(models.QuerySet["AttendanceImport"]):
    def visible_to(self, user: User, capability: Capability = Capability.RECORD_MEETINGS) -> "AttendanceImportQuerySet":
        return self.filter(subtree("organization__path", user.standing.paths(capability)))


class AttendanceImport(models.Model):
    """A year's sign-in workbook on its way into the record."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="attendance_imports")
    year = models.PositiveSmallIntegerField(_("year"))
    file_name = models.CharField(_("file"), max_length=200)
    state = models.CharField(_("state"), max_length=20, choices=ImportState, default=ImportState.PREVIEW)
    found = models.JSONField(default=dict)
    """{meetings: [{date, kind, present, leave, absent}], refused: […], warnings: […]}, as shown in the preview."""
    meetings = models.ManyToManyField(Meeting, related_name="attendance_imports", blank=True)
    """The meetings this import made: undoing takes them away again."""
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = AttendanceImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of attendance")
        verbose_name_plural = _("imports of attendance")
        ordering = ["-uploaded_at"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ImportState.values), name="attendance_import_state_known"),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(applied_at__isnull=False),
                name="attendance_import_undone_after_applied",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def scope_path(self) -> str:
        return self.organization.path
