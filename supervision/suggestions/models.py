import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.choices import Capability
from members.fields import SealedField
from members.models import Member, Organization, User
from members.paths import subtree
from supervision.choices import SuggestionKind, SuggestionOutcome
from supervision.scope import held_at, of_member, of_own_branch
from supervision.suggestions.rules import AnswerState


class SuggestionQuerySet(models.QuerySet["Suggestion"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_SUPERVISION) -> "SuggestionQuerySet":
        """The branch's offices; one's own; what is shared with the members of the branch. Committees see counts."""
        shared = of_own_branch(user) & Q(is_shared=True)
        return self.filter(held_at(user, capability) | of_member(user) | shared)

    def unanswered(self) -> "SuggestionQuerySet":
        return self.filter(answered_on__isnull=True)

    def overdue(self, on: date) -> "SuggestionQuerySet":
        return self.unanswered().filter(due_on__lt=on)

    def solved(self) -> "SuggestionQuerySet":
        return self.filter(outcome=SuggestionOutcome.SOLVED)

    def below(self, path: str) -> "SuggestionQuerySet":
        return self.filter(subtree("organization__path", [path]))

    def own_of(self, user: User) -> "SuggestionQuerySet":
        return self.filter(of_member(user))

    def shared_with(self, user: User) -> "SuggestionQuerySet":
        """What the members of the user's own branch may read."""
        return self.filter(of_own_branch(user), is_shared=True)

    def standing_at(self, state: AnswerState, on: date) -> "SuggestionQuerySet":
        """As it was known on that day: what was answered later still waited then."""
        waiting = Q(answered_on__isnull=True) | Q(answered_on__gt=on)
        if state == AnswerState.ANSWERED:
            return self.filter(answered_on__lte=on)
        return self.filter(waiting, due_on__lt=on) if state == AnswerState.OVERDUE else self.filter(waiting)

    def most_pressing_first(self) -> "SuggestionQuerySet":
        """Those that wait, by their day; then those answered last."""
        return self.order_by(F("answered_on").desc(nulls_first=True), "due_on", "pk")


class Suggestion(models.Model):
    """A member's opinion or suggestion (意见建议) that the branch answers in the open, by a day."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="suggestions")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="suggestions")
    """Who made it. Other members read the name only where `shows_name`."""
    kind = models.CharField(_("about"), max_length=20, choices=SuggestionKind)
    text = SealedField(_("suggestion"))
    is_shared = models.BooleanField(_("members of the branch may read it"), default=True)
    shows_name = models.BooleanField(_("with my name"), default=True)
    asked_on = models.DateField(_("asked on"))
    due_on = models.DateField(_("answer by"))
    answered_on = models.DateField(_("answered on"), null=True, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answer = SealedField(_("answer"), blank=True, default="")
    outcome = models.CharField(_("what became of it"), max_length=20, choices=SuggestionOutcome, blank=True)
    is_thanked = models.BooleanField(_("thanked for it"), default=False)
    is_settled = models.BooleanField(_("the member says it is settled"), null=True, blank=True)
    """None: the member hasn't said."""
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("suggestion")
        verbose_name_plural = _("suggestions")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=SuggestionKind.values), name="suggestion_kind_known"),
            models.CheckConstraint(condition=~Q(text=""), name="suggestion_says_something"),
            models.CheckConstraint(condition=Q(due_on__gte=F("asked_on")), name="suggestion_due_after_asking"),
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True, answered_by__isnull=True, answer="", outcome="")
                | (
                    Q(answered_on__isnull=False, answered_by__isnull=False, outcome__in=SuggestionOutcome.values)
                    & ~Q(answer="")
                ),
                name="suggestion_answer_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(answered_on__isnull=False) | Q(is_thanked=False, is_settled__isnull=True),
                name="suggestion_settled_after_answer",
            ),
        ]
        indexes = [models.Index(fields=["organization", "asked_on"], name="suggestion_of_branch")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.asked_on}"

    def get_absolute_url(self) -> str:
        return reverse("supervision:suggestion-detail", args=[self.key])

    @property
    def scope_path(self) -> str:
        return self.organization.path
