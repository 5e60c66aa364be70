import uuid
from datetime import date

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from assessment.choices import PostShare
from members.choices import Capability
from members.fields import unended_on
from members.models import Member, Organization, User
from supervision.scope import held_at


class CadrePostQuerySet(models.QuerySet["CadrePost"]):
    def visible_to(self, user: User, capability: Capability = Capability.KEEP_CADRES) -> "CadrePostQuerySet":
        """The offices that keep them, at the place and above; and everybody their own."""
        own = Q(member=user.access.member_id) if user.access.member_id else Q(pk__in=[])
        return self.filter(held_at(user, capability) | own)

    def holding(self, on: date) -> "CadrePostQuerySet":
        return self.filter(unended_on(on), valid_from__lte=on)


class CadrePost(models.Model):
    """Somebody who does party work: in which post, since when, and how much of their work it is."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="cadre_posts")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="cadre_posts")
    post = models.CharField(_("post"), max_length=80)
    share = models.CharField(_("share"), max_length=10, choices=PostShare)
    percent = models.PositiveSmallIntegerField(_("of the working time, per cent"))
    valid_from = models.DateField(_("since"))
    valid_until = models.DateField(_("until"), null=True, blank=True)

    objects = CadrePostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post of party work")
        verbose_name_plural = _("posts of party work")
        constraints = [
            models.CheckConstraint(condition=~Q(post=""), name="cadre_post_has_name"),
            models.CheckConstraint(
                condition=Q(share=PostShare.FULL_TIME, percent=100)
                | Q(share=PostShare.PART_TIME, percent__range=(1, 99)),
                name="cadre_post_share_fits_percent",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="cadre_post_ends_after_beginning",
            ),
            models.UniqueConstraint(
                fields=["organization", "member", "post"],
                condition=Q(valid_until__isnull=True),
                name="cadre_post_held_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} · {self.post}"

    def get_absolute_url(self) -> str:
        return reverse("assessment:cadre-list") + f"?org={self.organization.code}"

    @property
    def scope_path(self) -> str:
        return self.organization.path


class TrainingQuerySet(models.QuerySet["Training"]):
    def visible_to(self, user: User, capability: Capability = Capability.KEEP_CADRES) -> "TrainingQuerySet":
        """One's own; a branch's offices theirs; a committee its own and the cadres' below it, no ordinary member's."""
        own = Q(member=user.access.member_id) if user.access.member_id else Q(pk__in=[])
        by_name = held_at(user, Capability.VIEW_SUPERVISION) | Q(organization__path__in=user.access.paths(capability))
        cadres = Exists(CadrePost.objects.filter(member=OuterRef("member")))
        return self.filter(own | (held_at(user, capability) & (by_name | cadres)))

    def in_year(self, year: int) -> "TrainingQuerySet":
        return self.filter(held_on__range=(date(year, 1, 1), date(year, 12, 31)))


class Training(models.Model):
    """Class hours that somebody took part in, and the certificate if there was one."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="trainings")
    """Where it is recorded: the branch or committee of the person."""
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="trainings")
    held_on = models.DateField(_("on"))
    subject = models.CharField(pgettext_lazy("of a course", "subject"), max_length=160)
    hours = models.DecimalField(_("class hours"), max_digits=5, decimal_places=1)
    certificate = models.CharField(_("certificate"), max_length=160, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = TrainingQuerySet.as_manager()

    class Meta:
        verbose_name = _("training")
        verbose_name_plural = _("trainings")
        constraints = [
            models.CheckConstraint(condition=~Q(subject=""), name="training_has_subject"),
            models.CheckConstraint(condition=Q(hours__gt=0, hours__lte=200), name="training_hours_believable"),
        ]
        indexes = [models.Index(fields=["organization", "held_on"], name="training_by_place")]

    def __str__(self) -> str:
        return f"{self.held_on} {self.subject}"

    @property
    def scope_path(self) -> str:
        return self.organization.path


class ConditionsQuerySet(models.QuerySet["Conditions"]):
    def visible_to(self, user: User, capability: Capability = Capability.KEEP_CADRES) -> "ConditionsQuerySet":
        return self.filter(held_at(user, capability))


class Conditions(models.Model):
    """With what party work is done in a year: posts, rooms and money. None: nobody has said."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="conditions")
    year = models.PositiveSmallIntegerField(_("year"))
    posts_planned = models.PositiveSmallIntegerField(_("posts of party work planned"), null=True, blank=True)
    rooms = models.PositiveSmallIntegerField(_("rooms for party work"), null=True, blank=True)
    square_metres = models.PositiveIntegerField(_("their size, in square metres"), null=True, blank=True)
    budget_fen = models.BigIntegerField(_("funds planned, in fen"), null=True, blank=True)
    spent_fen = models.BigIntegerField(_("funds spent, in fen"), null=True, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = ConditionsQuerySet.as_manager()

    class Meta:
        verbose_name = _("conditions of party work")
        verbose_name_plural = _("conditions of party work")
        constraints = [
            models.UniqueConstraint(fields=["organization", "year"], name="conditions_once_a_year"),
            models.CheckConstraint(
                condition=Q(budget_fen__isnull=True) | Q(budget_fen__gte=0), name="conditions_budget_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(spent_fen__isnull=True) | Q(spent_fen__gte=0), name="conditions_spent_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.year}"

    @property
    def scope_path(self) -> str:
        return self.organization.path
