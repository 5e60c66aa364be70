import uuid
from datetime import date

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length, Substr
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.choices import Capability
from members.fields import SealedField, holding, period_constraint
from members.models import Member, Organization, User
from members.paths import subtree
from supervision.choices import CheckMark
from supervision.scope import held_at, of_member


class ChecklistQuerySet(models.QuerySet["Checklist"]):
    def visible_to(self, user: User, capability: Capability = Capability.KEEP_CHECKLISTS) -> "ChecklistQuerySet":
        """Lists kept by one's committee, and those of the committees above one's own roster."""
        seen = held_at(user, capability)
        if user.access.member_id:
            seen |= Q(pk__in=Checklist.objects.above(user.access.member_id).values("pk"))
        return self.filter(seen)

    def above(self, member: int) -> "ChecklistQuerySet":
        """Kept by a committee above the member's roster, or by the branch itself."""
        roster = Member.objects.filter(pk=member).values("roster_path")
        paths = Length("organization__path")
        return self.annotate(roster=models.Subquery(roster)).filter(organization__path=Substr("roster", 1, paths))

    def holding(self, on: date) -> "ChecklistQuerySet":
        return self.filter(holding(on))


class Checklist(models.Model):
    """A list against which members check themselves; a committee keeps it for its subtree."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="checklists")
    title = models.CharField(_("title"), max_length=120)
    lead = models.TextField(_("what it is for"), blank=True)
    valid_from = models.DateField(_("from"))
    valid_until = models.DateField(_("until"), null=True, blank=True)

    objects = ChecklistQuerySet.as_manager()

    class Meta:
        verbose_name = _("list for self-checks")
        verbose_name_plural = _("lists for self-checks")
        constraints = [
            period_constraint("checklist_ends_after_beginning"),
            models.CheckConstraint(condition=~Q(title=""), name="checklist_has_title"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("supervision:checklist-detail", args=[self.key])

    @property
    def scope_path(self) -> str:
        return self.organization.path


class ChecklistItem(models.Model):
    """One line of a list: what to ask oneself, and which text says so."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    checklist = models.ForeignKey(Checklist, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField(_("position"))
    text = models.CharField(_("line"), max_length=300)
    source = models.CharField(_("document and article"), max_length=200, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="checklist_item_says_something"),
            models.UniqueConstraint(fields=["checklist", "position"], name="checklist_item_position_once"),
        ]

    def __str__(self) -> str:
        return self.text


class SelfCheckQuerySet(models.QuerySet["SelfCheck"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_SUPERVISION) -> "SelfCheckQuerySet":
        """One's own; the branch's offices see those that the member shared."""
        shared = subtree("member__roster_path", user.access.paths(capability)) & Q(shared_on__isnull=False)
        return self.filter(of_member(user) | shared)

    def of(self, user: User) -> "SelfCheckQuerySet":
        """The user's own: nobody else changes, shares or removes them."""
        return self.filter(of_member(user))

    def shared(self) -> "SelfCheckQuerySet":
        return self.filter(shared_on__isnull=False)


class SelfCheck(models.Model):
    """A member's check of themselves: theirs alone, until they share it."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="self_checks")
    checklist = models.ForeignKey(Checklist, on_delete=models.PROTECT, related_name="self_checks")
    made_on = models.DateField(_("made on"))
    shared_on = models.DateField(_("shared with the branch on"), null=True, blank=True)
    plan = SealedField(_("what I will do"), blank=True, default="")

    objects = SelfCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("self-check")
        verbose_name_plural = _("self-checks")
        constraints = [
            models.CheckConstraint(
                condition=Q(shared_on__isnull=True) | Q(shared_on__gte=models.F("made_on")),
                name="self_check_shared_after_making",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.checklist} {self.made_on}"

    def get_absolute_url(self) -> str:
        return reverse("supervision:self-check-detail", args=[self.key])

    @property
    def scope_path(self) -> str:
        return self.member.roster_path


class SelfCheckAnswer(models.Model):
    """One line of a self-check."""

    check_made = models.ForeignKey(SelfCheck, on_delete=models.CASCADE, related_name="answers")
    item = models.ForeignKey(ChecklistItem, on_delete=models.PROTECT, related_name="+")
    mark = SealedField(_("how I see it"))
    """A `CheckMark`, sealed: even a count of them is nobody else's business."""
    note = SealedField(_("note"), blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["check_made", "item"], name="self_check_answer_one_per_line"),
            models.CheckConstraint(condition=~Q(mark=""), name="self_check_answer_says_something"),
        ]

    def __str__(self) -> str:
        return str(self.item)

    @property
    def in_words(self) -> str:
        return str(CheckMark(self.mark.open()).label)
