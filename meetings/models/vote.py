import uuid

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from meetings.choices import VoteMethod, VoteSubject, subject_words
from meetings.models.agenda import AgendaItem
from members.choices import Capability, OfficeKind
from members.models import Member, User
from members.paths import subtree


class VoteQuerySet(models.QuerySet["Vote"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_MEETINGS) -> "VoteQuerySet":
        """Where an office grants the capability; members read decisions in the minutes."""
        return self.filter(subtree("item__meeting__organization__path", user.standing.paths(capability)))

    def elections(self) -> "VoteQuerySet":
        return self.filter(subject=VoteSubject.ELECTION)

    def decided(self) -> "VoteQuerySet":
        return self.filter(is_valid__isnull=False)

    def undecided(self) -> "VoteQuerySet":
        """Put to the meeting, and not counted to an outcome yet."""
        return self.filter(is_valid__isnull=True)

    def with_elected(self) -> "VoteQuerySet":
        """Valid elections in which somebody was elected."""
        return self.elections().filter(Exists(Candidate.objects.filter(vote=OuterRef("pk"), is_elected=True)))

    def with_place(self) -> "VoteQuerySet":
        """Together with item, meeting and organization."""
        return self.select_related("item__meeting__organization")


class Vote(models.Model):
    """One vote as it was counted, with the rule of that day. Counts only: nothing here leads to a voter.

    A secret ballot is typed twice, by two people; until both agree it has no outcome.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="votes")
    number = models.PositiveSmallIntegerField(_("number"), default=1)
    """The order in which the meeting voted."""
    again_for = models.OneToOneField(
        "self",
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="again",
        verbose_name=_("votes again for"),
    )
    """The election in which the candidates of this one had equal votes."""
    subject = models.CharField(_("kind of vote"), max_length=20, choices=VoteSubject)
    method = models.CharField(_("how"), max_length=20, choices=VoteMethod)
    about = models.CharField(_("about"), max_length=160)
    about_member = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, blank=True, related_name="voted_on")
    applicant = models.CharField(_("applicant"), max_length=60, blank=True)
    """Whom an admission is about: nobody on the roster yet."""
    applicant_born_on = models.DateField(_("applicant born on"), null=True, blank=True)
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

    objects = VoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("vote")
        verbose_name_plural = _("votes")
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(condition=Q(subject__in=VoteSubject.values), name="vote_subject_known"),
            models.CheckConstraint(condition=Q(method__in=VoteMethod.values), name="vote_method_known"),
            models.CheckConstraint(condition=Q(present__lte=F("entitled")), name="vote_present_within_entitled"),
            models.CheckConstraint(
                condition=Q(returned__isnull=True)
                | Q(issued__isnull=True)
                | Q(returned__lte=F("issued"))
                | Q(is_valid=False),
                name="vote_with_surplus_ballots_is_not_valid",
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

    def get_absolute_url(self) -> str:
        return reverse("meetings:vote-detail", args=[self.key])

    def get_subject_display(self) -> str:  # type: ignore[no-redef]
        """As the organization calls it: above branches, another committee decides."""
        if self.subject == VoteSubject.COMMITTEE:
            return subject_words(self.subject, self.item.meeting.organization.kind)
        return str(dict(VoteSubject.choices).get(self.subject, self.subject))

    @property
    def scope_path(self) -> str:
        return self.item.meeting.organization.path

    @property
    def is_decided(self) -> bool:
        """The outcome stands."""
        return self.is_valid is not None


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
        verbose_name = _("candidate")
        verbose_name_plural = _("candidates")
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
        verbose_name = _("scrutineer")
        verbose_name_plural = _("scrutineers")
        constraints = [models.UniqueConstraint(fields=["vote", "member"], name="scrutineer_once")]

    def __str__(self) -> str:
        return str(self.member)
