import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.choices import Capability, MergeState
from members.fields import SealedField
from members.models.member import Member
from members.models.organization import Organization
from members.models.user import User
from members.paths import subtree


class MergeQuerySet(models.QuerySet["Merge"]):
    def visible_to(self, user: User) -> "MergeQuerySet":
        """Whose both rosters one keeps, or may import."""
        allowing = (Capability.EDIT_ROSTER, Capability.IMPORT_ROSTER)
        paths = [path for one in allowing for path in user.standing.paths(one)]
        return self.filter(subtree("organization__path", paths), subtree("merged_from__path", paths))

    def into(self, member: int) -> "models.QuerySet[Merge, Any]":
        """The entries that were merged into that one; an entry into which one was merged is never merged itself."""
        return self.filter(kept=member, state=MergeState.DONE).values("merged")

    def of(self, member: Member) -> "MergeQuerySet":
        """In which the member's entry stays or goes, and that still mean something."""
        asked = Q(kept=member) | Q(merged=member)
        return self.filter(asked, state__in=(MergeState.PROPOSED, MergeState.DONE)).select_related("kept", "merged")


class Merge(models.Model):
    """Two entries of one person made one: `merged` is from then on another name of `kept` (docs/adr/0016)."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kept = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="merges")
    merged = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="merged_by")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    """Of the roster on which `kept` stood, and `merged_from` the other's."""
    merged_from = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    takes = models.JSONField(_("facts of the other entry"), default=list)
    reason = models.CharField(_("reason"), max_length=300)
    state = models.CharField(_("state"), max_length=10, choices=MergeState, default=MergeState.PROPOSED)
    before = SealedField(blank=True, default="")
    """What undoing needs: facts, the relation that ended, and the keys of the rows that moved."""
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(auto_now_add=True)
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    settled_on = models.DateField(_("settled on"), null=True)

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merging of two entries")
        verbose_name_plural = _("mergings of two entries")
        constraints = [
            models.CheckConstraint(condition=~Q(kept=F("merged")), name="merge_of_two_entries"),
            models.CheckConstraint(condition=~Q(reason=""), name="merge_has_reason"),
            models.CheckConstraint(
                condition=Q(state=MergeState.PROPOSED, settled_on__isnull=True, settled_by__isnull=True)
                | Q(state=MergeState.REFUSED, settled_on__isnull=False, settled_by__isnull=False)
                | (
                    Q(state__in=(MergeState.DONE, MergeState.UNDONE), settled_on__isnull=False)
                    & Q(settled_by__isnull=False)
                    & ~Q(settled_by=F("proposed_by"))
                ),
                name="merge_settled_by_a_second_person",
            ),
            models.UniqueConstraint(
                fields=["merged"], condition=Q(state__in=(MergeState.PROPOSED, MergeState.DONE)), name="merge_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merged} → {self.kept}"

    def get_absolute_url(self) -> str:
        return reverse("members:merge-detail", args=[self.key])

    @property
    def scope_path(self) -> str:
        return self.organization.path
