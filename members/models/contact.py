"""Contacts with members, requests for help, and entries that were merged."""

import uuid
from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.choices import Capability, ContactKind, MergeState
from members.fields import SealedField, holding, period_constraint
from members.models.member import Member
from members.models.organization import Organization
from members.models.user import User, of_members_of
from members.paths import subtree


class ContactPersonQuerySet(models.QuerySet["ContactPerson"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_CONTACTS) -> "ContactPersonQuerySet":
        return self.filter(of_members_of(user, capability))

    def holding(self, on: date) -> "ContactPersonQuerySet":
        return self.filter(holding(on))


class ContactPerson(models.Model):
    """Who looks after a member who can't easily be reached: another member, a relative, a neighbour."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="contact_persons")
    person = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="looks_after", verbose_name=_("member")
    )
    name = models.CharField(_("name"), max_length=60, blank=True)
    relation = models.CharField(_("relation"), max_length=40, blank=True)
    phone = SealedField(_("phone"), blank=True, default="")
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_until = models.DateField(_("until"), null=True, blank=True)

    objects = ContactPersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact person")
        verbose_name_plural = _("contact persons")
        constraints = [
            period_constraint("contact_person_ends_after_beginning"),
            models.CheckConstraint(condition=Q(person__isnull=False) | ~Q(name=""), name="contact_person_is_somebody"),
            models.CheckConstraint(condition=~Q(person=F("member")), name="contact_person_is_another"),
        ]

    def __str__(self) -> str:
        return self.name or str(self.person)

    @property
    def scope_path(self) -> str:
        return self.member.roster_path


class ContactQuerySet(models.QuerySet["Contact"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_CONTACTS) -> "ContactQuerySet":
        return self.filter(of_members_of(user, capability))

    def latest_first(self) -> "ContactQuerySet":
        return self.order_by("-happened_on", "-recorded_at")


class Contact(models.Model):
    """One time that somebody of the branch was in touch with a member."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="contacts")
    happened_on = models.DateField(_("when"))
    kind = models.CharField(_("how"), max_length=20, choices=ContactKind)
    made_by = models.CharField(_("by whom"), max_length=60)
    needs = SealedField(_("what was heard, what is needed"), blank=True, default="")
    next_on = models.DateField(_("next contact on"), null=True, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ContactKind.values), name="contact_kind_known"),
            models.CheckConstraint(
                condition=Q(next_on__isnull=True) | Q(next_on__gt=F("happened_on")), name="contact_next_lies_later"
            ),
        ]
        indexes = [models.Index(fields=["member", "-happened_on"], name="contact_latest")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.happened_on}"

    @property
    def scope_path(self) -> str:
        return self.member.roster_path


class HelpRequestQuerySet(models.QuerySet["HelpRequest"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_CONTACTS) -> "HelpRequestQuerySet":
        return self.filter(of_members_of(user, capability))

    def unanswered(self) -> "HelpRequestQuerySet":
        return self.filter(answered_on__isnull=True)

    def overdue(self, on: date) -> "HelpRequestQuerySet":
        return self.unanswered().filter(due_on__lt=on)


class HelpRequest(models.Model):
    """Something a member needs, with a day by which the branch answers."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="help_requests")
    contact = models.ForeignKey(Contact, on_delete=models.SET_NULL, null=True, blank=True, related_name="help_requests")
    asked_on = models.DateField(_("asked on"))
    due_on = models.DateField(_("answer by"))
    request = SealedField(_("what is needed"))
    answered_on = models.DateField(_("answered on"), null=True, blank=True)
    answer = SealedField(_("answer"), blank=True, default="")
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = HelpRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("help request")
        verbose_name_plural = _("help requests")
        constraints = [
            models.CheckConstraint(condition=Q(due_on__gte=F("asked_on")), name="help_request_due_after_asking"),
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True, answered_by__isnull=True, answer="")
                | (Q(answered_on__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
                name="help_request_answer_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return str(self.asked_on)

    @property
    def scope_path(self) -> str:
        return self.member.roster_path


class MergeQuerySet(models.QuerySet["Merge"]):
    def visible_to(self, user: User) -> "MergeQuerySet":
        """Whose both rosters one keeps, or may import."""
        allowing = (Capability.EDIT_ROSTER, Capability.IMPORT_ROSTER)
        paths = [path for one in allowing for path in user.access.paths(one)]
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
