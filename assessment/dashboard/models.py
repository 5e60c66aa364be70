from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.choices import Capability, OrganizationKind, UnitKind
from members.models import Organization, User
from members.paths import subtree
from supervision.scope import held_at

FIGURES = (
    "branches", "members",
    "meetings_due", "meetings_held",
    "expected", "on_site", "online", "visited", "made_up", "on_leave", "explained", "unexplained", "unrecorded",
    "charged_fen", "paid_fen",
    "hard_to_reach", "in_contact",
    "problems_due", "problems_on_time",
    "terms", "terms_ending", "terms_over",
    "help_due", "help_on_time",
    "band_1", "band_2", "band_3", "band_4", "band_5",
    "in_need", "incomplete",
)  # fmt: skip
"""What is added up the tree; each is said on the field of `RollUp`."""


class RollUpQuerySet(models.QuerySet["RollUp"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_DASHBOARD) -> "RollUpQuerySet":
        return self.filter(held_at(user, capability))

    def below(self, path: str) -> "RollUpQuerySet":
        return self.filter(subtree("organization__path", [path]))


class RollUp(models.Model):
    """What an organization and everything below it did in a month, as whole numbers that add up.

    A copy: computed from the record by `services.rollups`, made anew by jobs, checked against a recount at night, and
    never written to by hand. Branches (groups count for theirs) have one row a month; organizations above them one for
    all kinds of units and one for each kind below them. The tree is today's: who moved took the past along.
    """

    id = models.BigAutoField(primary_key=True)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="rollups", db_index=False)
    month = models.DateField(_("month"))
    """Its first day."""
    unit_kind = models.CharField(_("kind of unit"), max_length=20, blank=True)
    """Empty: of all kinds."""

    branches = models.IntegerField(default=0)
    """Standing at the end of the month."""
    members = models.IntegerField(default=0)
    """On the roster at the end of the month (of today in the current one)."""
    meetings_due = models.IntegerField(default=0)
    """That the rules ask for and whose day fell in the month; none before the branch's first meeting on record."""
    meetings_held = models.IntegerField(default=0)
    """Of those due."""
    expected = models.IntegerField(default=0)
    """Attendances due in meetings that were held in the month; the eight below are their sum."""
    on_site = models.IntegerField(default=0)
    online = models.IntegerField(default=0)
    visited = models.IntegerField(default=0)
    made_up = models.IntegerField(default=0)
    on_leave = models.IntegerField(default=0)
    explained = models.IntegerField(default=0)
    """Absent with a reason."""
    unexplained = models.IntegerField(default=0)
    """Absent, and nobody has said why."""
    unrecorded = models.IntegerField(default=0)
    charged_fen = models.BigIntegerField(default=0)
    """Net of what was waived, for this month."""
    paid_fen = models.BigIntegerField(default=0)
    """Of that month's charges, whenever it was paid."""
    hard_to_reach = models.IntegerField(default=0)
    """At the end of the month."""
    in_contact = models.IntegerField(default=0)
    """Of those: whose next contact was not overdue."""
    problems_due = models.IntegerField(default=0)
    """Problems to be put right by a day of the month."""
    problems_on_time = models.IntegerField(default=0)
    terms = models.IntegerField(default=0)
    """Running terms of office whose end is known."""
    terms_ending = models.IntegerField(default=0)
    """Of those: with less than six months to go."""
    terms_over = models.IntegerField(default=0)
    help_due = models.IntegerField(default=0)
    """Requests for help and suggestions to be answered by a day of the month."""
    help_on_time = models.IntegerField(default=0)
    band_1 = models.IntegerField(default=0)
    """Branches whose newest published assessment at the end of the month is of this rank."""
    band_2 = models.IntegerField(default=0)
    band_3 = models.IntegerField(default=0)
    band_4 = models.IntegerField(default=0)
    band_5 = models.IntegerField(default=0)
    in_need = models.IntegerField(default=0)
    """Branches with at least one reason to help, of those that recorded enough (`rules.need`)."""
    incomplete = models.IntegerField(default=0)
    """Branches that have not recorded enough to be compared (`rules.need`)."""

    objects = RollUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("month of an organization")
        verbose_name_plural = _("months of organizations")
        constraints = [
            models.UniqueConstraint(fields=["organization", "month", "unit_kind"], name="rollup_once_a_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="rollup_month_by_first_day"),
            models.CheckConstraint(
                condition=Q(unit_kind="") | Q(unit_kind__in=UnitKind.values), name="rollup_unit_kind_known"
            ),
        ]
        indexes = [models.Index(fields=["month", "organization"], name="rollup_by_month")]

    def __str__(self) -> str:
        return f"{self.organization} {self.month:%Y-%m}"

    @property
    def scope_path(self) -> str:
        return self.organization.path


class LevelMedian(models.Model):
    """The middle of a measure among all organizations of a kind, over a period. It names nobody."""

    kind = models.CharField(max_length=20, choices=OrganizationKind)
    unit_kind = models.CharField(max_length=20, blank=True)
    period = models.CharField(max_length=10)
    """2026-07, 2026-Q3 or 2026."""
    measure = models.CharField(max_length=30)
    """A code of `rules.measures`."""
    per_mille = models.IntegerField()
    organizations = models.IntegerField()
    """Among how many."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "unit_kind", "period", "measure"], name="level_median_once"),
            models.CheckConstraint(condition=Q(kind__in=OrganizationKind.values), name="level_median_kind_known"),
            models.CheckConstraint(condition=Q(organizations__gt=0), name="level_median_among_some"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.period} {self.measure}"


class RollUpState(models.Model):
    """How far the roll-ups follow the record, one row. Locked while they are written."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    entry_number = models.BigIntegerField(default=0)
    """The last entry of the trail that is in them (docs/adr/0013)."""
    followed_at = models.DateTimeField(null=True, blank=True)
    rebuilt_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    differing = models.IntegerField(null=True, blank=True)
    """Rows that differed from the recount when it was last made; None: not made yet."""

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="rollup_state_only_one")]

    def __str__(self) -> str:
        return str(self.entry_number)
