import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.choices import Capability, ImportState
from members.fields import SealedField
from members.models import Organization, User
from members.paths import subtree


class LedgerImportQuerySet(models.QuerySet["LedgerImport"]):
    def visible_to(self, user: User, capability: Capability = Capability.FIX_BASES) -> "LedgerImportQuerySet":
        return self.filter(subtree("organization__path", user.standing.paths(capability)))


class LedgerImport(models.Model):
    """A branch's own dues ledger of a year, or a list of bases, on its way into the record."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="ledger_imports")
    year = models.PositiveSmallIntegerField(_("year"))
    file_name = models.CharField(_("file"), max_length=200)
    state = models.CharField(_("state"), max_length=20, choices=ImportState, default=ImportState.PREVIEW)
    found = models.JSONField(default=dict)
    """What the preview shows: counts and sums, refusals and warnings; no base of anybody."""
    content = SealedField(default="", blank=True)
    """JSON: the rows as understood until they are stored, the cells of those refused, and which bases were ended."""
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = LedgerImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of a dues ledger")
        verbose_name_plural = _("imports of dues ledgers")
        ordering = ["-uploaded_at"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ImportState.values), name="ledger_import_state_known"),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(applied_at__isnull=False),
                name="ledger_import_undone_after_applied",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def scope_path(self) -> str:
        return self.organization.path
