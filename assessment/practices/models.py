import uuid

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assessment.choices import PracticeKind, PracticeState
from members.choices import Capability
from members.models import Organization, User
from supervision.scope import held_at


class PracticeQuerySet(models.QuerySet["Practice"]):
    def visible_to(self, user: User, capability: Capability = Capability.RECORD_ASSESSMENT) -> "PracticeQuerySet":
        """What is published, to everybody with an office; drafts and what was withdrawn, to who wrote it."""
        published = Q(state=PracticeState.PUBLISHED) if user.access.held else Q(pk__in=[])
        return self.filter(published | held_at(user, capability))

    def published(self) -> "PracticeQuerySet":
        return self.filter(state=PracticeState.PUBLISHED)

    def found_by(self, text: str) -> "PracticeQuerySet":
        """By any of its words."""
        fields = ("title", "problem", "solution", "needs", "organization__name")
        words = [Q(*[(f"{field}__icontains", word) for field in fields], _connector=Q.OR) for word in text.split()]
        return self.filter(*words)


class Practice(models.Model):
    """How a branch solved something, for others to take over. No points, no order of merit, no names of members."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="practices")
    kind = models.CharField(_("about"), max_length=20, choices=PracticeKind)
    title = models.CharField(_("title"), max_length=120)
    problem = models.TextField(_("what the difficulty was"))
    solution = models.TextField(_("what we do now"))
    needs = models.TextField(_("what it takes"), blank=True)
    state = models.CharField(_("state"), max_length=10, choices=PracticeState, default=PracticeState.DRAFT)
    published_on = models.DateField(_("published on"), null=True, blank=True)
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = PracticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("practice worth sharing")
        verbose_name_plural = _("practices worth sharing")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=PracticeKind.values), name="practice_kind_known"),
            models.CheckConstraint(condition=Q(state__in=PracticeState.values), name="practice_state_known"),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(problem="") & ~Q(solution=""), name="practice_says_problem_and_solution"
            ),
            models.CheckConstraint(
                condition=~Q(state=PracticeState.PUBLISHED) | Q(published_on__isnull=False),
                name="practice_published_has_day",
            ),
        ]

    def __str__(self) -> str:
        """Stands in the trail, which committees read: of a draft they are told no text."""
        return str(self.get_kind_display())

    def get_absolute_url(self) -> str:
        return reverse("assessment:practice-detail", args=[self.key])

    @property
    def scope_path(self) -> str:
        return self.organization.path


class AdoptionQuerySet(models.QuerySet["Adoption"]):
    def visible_to(self, user: User, capability: Capability = Capability.RECORD_ASSESSMENT) -> "AdoptionQuerySet":
        """With the practice: everybody with an office."""
        published = Q(practice__state=PracticeState.PUBLISHED) if user.access.held else Q(pk__in=[])
        return self.filter(published | held_at(user, capability))


class Adoption(models.Model):
    """Another branch does it too, and says how it goes."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="adoptions")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="adoptions")
    adopted_on = models.DateField(_("since"))
    words = models.TextField(_("how it goes here"), blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = AdoptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("adoption of a practice")
        verbose_name_plural = _("adoptions of practices")
        ordering = ["adopted_on", "key"]
        constraints = [models.UniqueConstraint(fields=["practice", "organization"], name="adoption_once_a_branch")]

    def __str__(self) -> str:
        return f"{self.organization}"

    @property
    def scope_path(self) -> str:
        return self.organization.path
