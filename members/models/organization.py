"""Organizations with their terms, and the rules they set for themselves."""

import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Least
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node, MP_NodeManager, MP_NodeQuerySet

from members.choices import Capability, OrganizationKind, UnitKind
from members.fields import holding, period_constraint
from members.models.user import User
from members.paths import branch_path, subtree


class OrganizationQuerySet(MP_NodeQuerySet):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_ORGANIZATIONS) -> "OrganizationQuerySet":
        """The subtrees of the offices that grant the capability."""
        return self.filter(subtree("path", user.access.paths(capability)))

    def below(self, path: str) -> "OrganizationQuerySet":
        """The organization at the path and everything under it."""
        return self.filter(subtree("path", [path]))

    def standing_on(self, on: date) -> "OrganizationQuerySet":
        """Not dissolved on that day."""
        return self.filter(Q(dissolved_on__isnull=True) | Q(dissolved_on__gt=on))

    def branches(self) -> "OrganizationQuerySet":
        return self.filter(kind=OrganizationKind.BRANCH)

    def found_by(self, text: str) -> "OrganizationQuerySet":
        """By a part of the name or the beginning of the code."""
        return self.filter(Q(name__icontains=text) | Q(code__istartswith=text))

    def with_first_day(self) -> "OrganizationQuerySet":
        """Adds `first_day`: nothing is due there for a period that began before it.

        The day that was said, else that of its founding, else the earliest on record (`settings.FIRST_DAYS`) or the day
        it was entered. None where nobody knows when it was entered: that counts as past.
        """
        facts = [import_string(name)(OuterRef("pk"), OuterRef("entered_on")) for name in settings.FIRST_DAYS]
        known = [Coalesce(Subquery(rows), F("entered_on")) for rows in facts]
        return self.annotate(first_day=Coalesce("begins_on", "founded_on", Least("entered_on", *known)))

    def in_tree_order(self) -> "OrganizationQuerySet":
        return self.order_by("path")


class OrganizationManager(MP_NodeManager.from_queryset(OrganizationQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> OrganizationQuerySet:
        """In tree order. treebeard's own would give its own kind of queryset, without our adjectives."""
        return OrganizationQuerySet(self.model, using=self._db).order_by("path")


class Organization(MP_Node):
    """A node of the party's tree: committee, general branch, branch or party group."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=20, choices=OrganizationKind)
    unit_kind = models.CharField(_("kind of unit"), max_length=20, choices=UnitKind, blank=True)
    is_village = models.BooleanField(_("village or community"), default=False)
    founded_on = models.DateField(_("founded on"), null=True, blank=True)
    begins_on = models.DateField(_("first day in the program"), null=True, blank=True)
    """As somebody said it; what counts is `first_day` (`with_first_day`)."""
    entered_on = models.DateField(_("entered on"), null=True, editable=False)
    dissolved_on = models.DateField(_("dissolved on"), null=True, blank=True)

    objects = OrganizationManager()
    first_day: date | None
    """Only on rows that were asked for `with_first_day`."""

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="organization_has_name"),
            models.CheckConstraint(condition=Q(kind__in=OrganizationKind.values), name="organization_kind_known"),
            models.CheckConstraint(
                condition=Q(founded_on__isnull=True)
                | Q(dissolved_on__isnull=True)
                | Q(dissolved_on__gte=F("founded_on")),
                name="organization_dissolved_after_founding",
            ),
        ]
        indexes = [models.Index(fields=["depth", "path"], name="organization_by_level")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("members:organization-detail", args=[self.code])

    def known_first_day(self) -> date | None:
        """The `first_day` of this one. One query."""
        found: date | None = Organization.objects.filter(pk=self.pk).with_first_day().values_list("first_day").get()[0]
        return found

    @property
    def scope_path(self) -> str:
        return self.path

    @property
    def parent_path(self) -> str:
        return self.path[: -self.steplen]

    @property
    def branch_path(self) -> str:
        return branch_path(self.path, self.kind)


class TermQuerySet(models.QuerySet["Term"]):
    def visible_to(self, user: User) -> "TermQuerySet":
        return self.filter(subtree("organization__path", user.access.paths(Capability.VIEW_ORGANIZATIONS)))

    def ending_by(self, day: date) -> "TermQuerySet":
        return self.filter(ends_on__lte=day)


class Term(models.Model):
    """A term of office of an organization's committee or secretary, by the rule of the election day."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="terms")
    elected_on = models.DateField(_("elected on"))
    ends_on = models.DateField(_("ends on"))
    rule = models.CharField(_("rule"), max_length=80)
    """Key and first day of the rule by which the end was computed."""
    extended_by = models.CharField(_("document that moved the end"), max_length=200, blank=True)

    objects = TermQuerySet.as_manager()

    class Meta:
        verbose_name = _("term of office")
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gt=F("elected_on")), name="term_ends_after_election"),
            models.UniqueConstraint(fields=["organization", "elected_on"], name="term_one_per_election"),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.elected_on:%Y}–{self.ends_on:%Y}"

    @property
    def scope_path(self) -> str:
        return self.organization.path


class LocalRuleQuerySet(models.QuerySet["LocalRule"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_ORGANIZATIONS) -> "LocalRuleQuerySet":
        return self.filter(subtree("organization__path", user.access.paths(capability)))

    def holding(self, on: date) -> "LocalRuleQuerySet":
        return self.filter(holding(on))

    def in_force_for(self, path: str) -> "LocalRuleQuerySet":
        """Rules of the organization at the path and of those above it, nearest last."""
        above = [path[:length] for length in range(Organization.steplen, len(path) + 1, Organization.steplen)]
        return self.filter(organization__path__in=above).order_by("organization__path")


class LocalRule(models.Model):
    """A committee's rule that fills in or tightens a national one, with its document and who approved it."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="local_rules")
    rule_key = models.CharField(_("rule"), max_length=80)
    value = models.JSONField(_("value"))
    document = models.CharField(_("document"), max_length=200)
    number = models.CharField(_("document number"), max_length=80, blank=True)
    approved_by = models.CharField(_("approved by"), max_length=80)
    approved_on = models.DateField(_("approved on"))
    valid_from = models.DateField(_("from"))
    valid_until = models.DateField(_("until"), null=True, blank=True)

    objects = LocalRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("local rule")
        verbose_name_plural = _("local rules")
        constraints = [
            period_constraint("local_rule_ends_after_beginning"),
            models.CheckConstraint(condition=~Q(document="") & ~Q(approved_by=""), name="local_rule_has_its_basis"),
            models.UniqueConstraint(
                fields=["organization", "rule_key"],
                condition=Q(valid_until__isnull=True),
                name="local_rule_one_open_per_key",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_key} · {self.organization}"

    @property
    def scope_path(self) -> str:
        return self.organization.path
