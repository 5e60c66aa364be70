import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from meetings.choices import VoteMethod, VoteSubject
from meetings.models.agenda import AgendaItem
from members.choices import OfficeKind
from members.models import Member


class Vote(models.Model):
    """One vote as it was counted, with the rule of that day. Counts only: nothing here leads to a voter.

    A secret ballot is typed twice, by two people; until both agree it has no outcome.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="votes")
    subject = models.CharField(_("kind of vote"), max_length=20, choices=VoteSubject)
    method = models.CharField(_("how"), max_length=20, choices=VoteMethod)
    about = models.CharField(_("about"), max_length=160)
    about_member = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, blank=True, related_name="voted_on")
    seats = models.PositiveSmallIntegerField(_("seats"), null=True, blank=True)
    office = models.CharField(_("office"), max_length=30, choices=OfficeKind, blank=True)
    entitled = models.PositiveSmallIntegerField(_("should attend with a vote"))
    present = models.PositiveSmallIntegerField(_("present with a vote"))
    issued = models.PositiveSmallIntegerField(_("ballots issued"), null=True, blank=True)
    returned = models.PositiveSmallIntegerField(_("ballots returned"), null=True, blank=True)
    void = models.PositiveSmallIntegerField(_("void"), null=True, blank=True)
    votes_for = models.PositiveSmallIntegerField(_("for"), null=True, blank=True)
    votes_against = models.PositiveSmallIntegerField(_("against"), null=True, blank=True)
    abstained = models.PositiveSmallIntegerField(_("abstained"), null=True, blank=True)
    written_for = models.PositiveSmallIntegerField(_("in writing before the meeting: for"), default=0)
    is_valid = models.BooleanField(_("valid"), null=True)
    is_passed = models.BooleanField(_("passed"), null=True)
    sentence = models.CharField(max_length=300, blank=True)
    rule_versions = models.JSONField(default=list)
    counted_by = models.CharField(_("first count by"), max_length=150, blank=True)
    confirmed_by = models.CharField(_("second count by"), max_length=150, blank=True)
    approved_on = models.DateField(_("result approved above on"), null=True, blank=True)
    approval_document = models.CharField(_("document of approval"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("vote")
        verbose_name_plural = _("votes")
        constraints = [
            models.CheckConstraint(condition=Q(subject__in=VoteSubject.values), name="vote_subject_known"),
            models.CheckConstraint(condition=Q(method__in=VoteMethod.values), name="vote_method_known"),
            models.CheckConstraint(condition=Q(present__lte=F("entitled")), name="vote_present_within_entitled"),
            models.CheckConstraint(
                condition=Q(returned__isnull=True) | Q(issued__isnull=True) | Q(returned__lte=F("issued")),
                name="vote_returned_within_issued",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by="") | ~Q(confirmed_by=F("counted_by")), name="vote_counted_by_two"
            ),
            models.CheckConstraint(
                condition=Q(is_valid__isnull=True, is_passed__isnull=True)
                | (Q(is_valid__isnull=False, is_passed__isnull=False) & ~Q(counted_by="")),
                name="vote_outcome_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(approved_on__isnull=True, approval_document="")
                | (Q(approved_on__isnull=False) & ~Q(approval_document="")),
                name="vote_approval_has_document",
            ),
        ]

    def __str__(self) -> str:
        return self.about


class Count(models.Model):
    """What one of two people typed off the paper ballots. Removed when both agree and the outcome stands."""

    vote = models.ForeignKey(Vote, on_delete=models.CASCADE, related_name="counts")
    by = models.CharField(max_length=150)
    figures = models.JSONField()
    typed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["vote", "by"], name="count_once_per_person")]

    def __str__(self) -> str:
        return self.by


class Candidate(models.Model):
    """Somebody who stands in an election, or whom voters wrote in."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    vote = models.ForeignKey(Vote, on_delete=models.CASCADE, related_name="candidates")
    name = models.CharField(_("name"), max_length=60)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, blank=True, related_name="candidacies")
    is_written_in = models.BooleanField(_("written in by voters"), default=False)
    votes_for = models.PositiveSmallIntegerField(_("for"), null=True, blank=True)
    votes_against = models.PositiveSmallIntegerField(_("against"), null=True, blank=True)
    abstained = models.PositiveSmallIntegerField(_("abstained"), null=True, blank=True)
    is_elected = models.BooleanField(_("elected"), null=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="candidate_has_name"),
            models.UniqueConstraint(
                fields=["vote", "member"], condition=Q(member__isnull=False), name="candidate_member_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Scrutineer(models.Model):
    """Who watches the count: a voter who is no candidate (election regulations, article 22)."""

    vote = models.ForeignKey(Vote, on_delete=models.CASCADE, related_name="scrutineers")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["vote", "member"], name="scrutineer_once")]

    def __str__(self) -> str:
        return str(self.member)
