from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.choices import Capability
from members.models import Organization, User
from members.paths import subtree
from reminders.choices import Addressee, MessageKind

LANGUAGES = [code for code, _name in settings.LANGUAGES]
GIVEN_BACK = "-"
"""The subject of a row that says: here the wording of the level above holds again."""


class WordingQuerySet(models.QuerySet["Wording"]):
    def visible_to(self, user: User, capability: Capability = Capability.MANAGE_MESSAGES) -> "WordingQuerySet":
        return self.filter(subtree("organization__path", user.standing.paths(capability)))

    def newest_first(self) -> "WordingQuerySet":
        return self.order_by("-written_at", "-pk")


class Wording(models.Model):
    """How messages of a kind read in one language, to whom they are told. Written once: another text is another row, so
    that what was sent stays readable as it was sent. Without an organization it is the program's own."""

    kind = models.CharField(_("kind"), max_length=20, choices=MessageKind)
    addressee = models.CharField(_("told"), max_length=20, choices=Addressee)
    """A contact person is spoken to in other words than the member."""
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="wordings"
    )
    subject = models.CharField(_("subject"), max_length=120)
    text = models.TextField(_("text"), max_length=2000, blank=True)
    """Empty where the organization gave its own wording up again (`GIVEN_BACK`)."""
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    objects = WordingQuerySet.as_manager()

    class Meta:
        verbose_name = _("wording")
        verbose_name_plural = _("wordings")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=MessageKind.values), name="wording_kind_known"),
            models.CheckConstraint(condition=Q(addressee__in=Addressee.values), name="wording_addressee_known"),
            models.CheckConstraint(condition=Q(language__in=LANGUAGES), name="wording_language_known"),
            models.CheckConstraint(condition=~Q(subject=""), name="wording_has_subject"),
            models.CheckConstraint(
                condition=Q(organization__isnull=True, written_by__isnull=True)
                | Q(organization__isnull=False, written_by__isnull=False),
                name="wording_written_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(text="") | Q(subject=GIVEN_BACK, organization__isnull=False),
                name="wording_has_text_or_is_given_back",
            ),
        ]
        indexes = [models.Index(fields=["kind", "language", "organization", "-written_at"], name="wording_newest")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.get_addressee_display()} · {self.get_language_display()}"

    @property
    def is_given_back(self) -> bool:
        """Whether it only says that the level above's holds again."""
        return not self.text

    @property
    def scope_path(self) -> str:
        return self.organization.path if self.organization else ""
