import uuid

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assessment.choices import ClauseKind, Counted, Cycle, Every, IndicatorPart, SchemeState
from members.choices import Capability, UnitKind
from members.models import Organization, User
from members.paths import STEP
from supervision.scope import held_at

RANKS = 5
"""Bands that a scheme may have: roll-ups count branches by their rank."""


def hundredths(label: object, **options: object) -> models.DecimalField:
    """Points to the hundredth: schemes take 0.5 and 0.2."""
    return models.DecimalField(label, max_digits=7, decimal_places=2, **options)  # type: ignore[arg-type]


def binding_on(user: User, capability: Capability) -> Q:
    """Condition: the row's organization stands above an office that grants the capability, or is its own."""
    paths = user.access.paths(capability)
    above = {path[:end] for path in paths for end in range(STEP, len(path) + STEP, STEP)}
    return Q(organization__path__in=above) if above else Q(pk__in=[])


class SchemeQuerySet(models.QuerySet["Scheme"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_ASSESSMENT) -> "SchemeQuerySet":
        """Those of one's committee and of committees below it, and those by which one's branch is assessed."""
        drafts = held_at(user, Capability.MANAGE_SCHEMES)
        settled = ~Q(state=SchemeState.DRAFT) & (held_at(user, capability) | binding_on(user, capability))
        return self.filter(drafts | settled)

    def in_force(self) -> "SchemeQuerySet":
        return self.filter(state=SchemeState.IN_FORCE)

    def latest_first(self) -> "SchemeQuerySet":
        return self.order_by("-year", "code", "-version")


class Scheme(models.Model):
    """By what a committee assesses its branches in a year. Everything in it is local (level L): there is no national
    indicator, number of points or band (docs/regulations.md)."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="schemes")
    code = models.CharField(_("code"), max_length=60)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    title = models.CharField(_("title"), max_length=160)
    year = models.PositiveSmallIntegerField(_("year"))
    unit_kind = models.CharField(_("for branches of"), max_length=20, choices=UnitKind, blank=True)
    """Empty: whatever the unit."""
    state = models.CharField(_("state"), max_length=20, choices=SchemeState, default=SchemeState.DRAFT)
    total = hundredths(_("points in all"), default=100)
    document = models.CharField(_("document"), max_length=200, blank=True)
    approved_by = models.CharField(_("adopted by"), max_length=120, blank=True)
    weight_self = models.PositiveSmallIntegerField(_("weight of the branch's own view, per cent"), default=0)
    weight_peer = models.PositiveSmallIntegerField(_("weight of other branches' view, per cent"), default=0)
    weight_superior = models.PositiveSmallIntegerField(_("weight of the level above, per cent"), default=100)
    weight_members = models.PositiveSmallIntegerField(_("weight of the members' satisfaction, per cent"), default=0)
    objection_days = models.PositiveSmallIntegerField(_("days to object"), default=10)
    copied_from = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="copies")
    in_force_since = models.DateField(_("assessed by it since"), null=True, blank=True)

    objects = SchemeQuerySet.as_manager()

    class Meta:
        verbose_name = _("scheme of assessment")
        verbose_name_plural = _("schemes of assessment")
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="scheme_version_once"),
            models.CheckConstraint(condition=~Q(code="") & ~Q(title=""), name="scheme_has_code_and_title"),
            models.CheckConstraint(condition=Q(state__in=SchemeState.values), name="scheme_state_known"),
            models.CheckConstraint(
                condition=Q(unit_kind="") | Q(unit_kind__in=UnitKind.values), name="scheme_unit_kind_known"
            ),
            models.CheckConstraint(condition=Q(total__gt=0), name="scheme_has_points"),
            models.CheckConstraint(
                condition=Q(weight_superior=100 - F("weight_self") - F("weight_peer") - F("weight_members")),
                name="scheme_weights_make_a_hundred",
            ),
            models.CheckConstraint(
                condition=Q(state=SchemeState.DRAFT) | Q(in_force_since__isnull=False), name="scheme_in_force_since"
            ),
        ]
        indexes = [models.Index(fields=["organization", "year"], name="scheme_of_committee")]

    def __str__(self) -> str:
        return f"{self.title} {self.year}"

    def get_absolute_url(self) -> str:
        return reverse("assessment:scheme-detail", args=[self.key])

    @property
    def scope_path(self) -> str:
        return self.organization.path

    @property
    def is_draft(self) -> bool:
        return self.state == SchemeState.DRAFT


class Band(models.Model):
    """A band of a scheme and the points from which it holds. Rank 1 is the best; the last one begins at 0."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="bands")
    rank = models.PositiveSmallIntegerField(_("rank"))
    name = models.CharField(_("name of the band"), max_length=30)
    at_least = hundredths(_("from how many points"))
    quota_percent = models.PositiveSmallIntegerField(_("at most of all branches, per cent"), null=True, blank=True)

    class Meta:
        verbose_name = _("band")
        verbose_name_plural = _("bands")
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "rank"], name="band_rank_once"),
            models.UniqueConstraint(fields=["scheme", "name"], name="band_name_once"),
            models.CheckConstraint(condition=Q(rank__range=(1, RANKS)), name="band_rank_in_range"),
            models.CheckConstraint(condition=~Q(name=""), name="band_has_name"),
            models.CheckConstraint(condition=Q(at_least__gte=0), name="band_begins_at_zero_or_more"),
            models.CheckConstraint(
                condition=Q(quota_percent__isnull=True) | Q(quota_percent__range=(1, 100)), name="band_quota_is_share"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Indicator(models.Model):
    """A line of a scheme's tree. Its points are its clauses', or the sum of the lines below it, never both."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="indicators")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="below")
    position = models.PositiveSmallIntegerField(_("position"))
    """Among all lines of the scheme, in the order of the sheet."""
    code = models.CharField(_("code"), max_length=20)
    title = models.CharField(_("indicator"), max_length=200)
    part = models.CharField(_("whose work"), max_length=10, choices=IndicatorPart, default=IndicatorPart.PARTY)
    cycle = models.CharField(_("looked at"), max_length=10, choices=Cycle, default=Cycle.YEAR)
    max_points = hundredths(_("full points"))
    basis = models.TextField(_("what is looked at"), blank=True)
    """Evidence that people look at, in words."""

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "code"], name="indicator_code_once"),
            models.CheckConstraint(condition=~Q(code="") & ~Q(title=""), name="indicator_has_code_and_title"),
            models.CheckConstraint(condition=Q(part__in=IndicatorPart.values), name="indicator_part_known"),
            models.CheckConstraint(condition=Q(cycle__in=Cycle.values), name="indicator_cycle_known"),
            models.CheckConstraint(condition=Q(max_points__gte=0), name="indicator_points_not_negative"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("key")), name="indicator_not_below_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def scope_path(self) -> str:
        return self.scheme.organization.path


class Clause(models.Model):
    """One sentence of an indicator that gives or takes points, and from which fact.

    Without a metric a person says what is found (`ManualValue`); without points there is nothing to take.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="clauses")
    position = models.PositiveSmallIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=20, choices=ClauseKind)
    text = models.CharField(_("in words"), max_length=300)
    """The sentence that is shown beside the points it gave or took."""
    metric = models.CharField(_("fact of the record"), max_length=60, blank=True)
    """A name in `assessment.metrics`; empty: a person enters it."""
    points = hundredths(_("points for each"), null=True, blank=True)
    cap = hundredths(_("at most"), null=True, blank=True)
    expected = models.PositiveSmallIntegerField(_("how many are expected"), null=True, blank=True)
    """In each period of the length `every`, where the scheme asks for another number than the rules."""
    every = models.CharField(_("in which period"), max_length=10, choices=Every, blank=True)
    counted = models.CharField(_("measured by"), max_length=10, choices=Counted, blank=True)
    tiers = models.JSONField(_("tiers"), default=list, blank=True)
    """Of a tiered clause: [[from how many, points], …] as strings, the highest first; the last one from 0."""
    full_at = models.PositiveSmallIntegerField(_("nothing is taken from, per cent"), null=True, blank=True)
    step = models.PositiveSmallIntegerField(_("a step, per cent"), null=True, blank=True)
    band = models.ForeignKey(Band, on_delete=models.PROTECT, null=True, blank=True, related_name="vetoes")
    """Of a veto: the band that it decides."""

    class Meta:
        verbose_name = _("clause")
        verbose_name_plural = _("clauses")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["indicator", "position"], name="clause_position_once"),
            models.CheckConstraint(condition=Q(kind__in=ClauseKind.values), name="clause_kind_known"),
            models.CheckConstraint(condition=~Q(text=""), name="clause_says_something"),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        ClauseKind.DEDUCT_PER_MISSING,
                        ClauseKind.DEDUCT_FLAT,
                        ClauseKind.RATIO_STEP,
                        ClauseKind.BONUS,
                    ],
                    points__isnull=False,
                    points__gt=0,
                )
                | Q(kind__in=[ClauseKind.TIERED, ClauseKind.MANUAL, ClauseKind.VETO], points__isnull=True),
                name="clause_points_where_counted",
            ),
            models.CheckConstraint(condition=Q(cap__isnull=True) | Q(cap__gt=0), name="clause_cap_is_something"),
            models.CheckConstraint(
                condition=Q(expected__isnull=True, every="")
                | Q(expected__isnull=False, expected__gt=0, every__in=Every.values),
                name="clause_expects_in_a_period",
            ),
            models.CheckConstraint(
                condition=Q(kind=ClauseKind.TIERED, counted__in=Counted.values)
                | (~Q(kind=ClauseKind.TIERED) & Q(counted="")),
                name="clause_tiers_are_measured",
            ),
            models.CheckConstraint(
                condition=(Q(kind=ClauseKind.TIERED) & ~Q(tiers=[])) | (~Q(kind=ClauseKind.TIERED) & Q(tiers=[])),
                name="clause_tiers_where_tiered",
            ),
            models.CheckConstraint(
                condition=Q(
                    kind=ClauseKind.RATIO_STEP,
                    full_at__isnull=False,
                    full_at__range=(1, 100),
                    step__isnull=False,
                    step__range=(1, 100),
                )
                | (~Q(kind=ClauseKind.RATIO_STEP) & Q(full_at__isnull=True, step__isnull=True)),
                name="clause_steps_where_by_ratio",
            ),
            models.CheckConstraint(
                condition=Q(kind=ClauseKind.VETO, band__isnull=False)
                | (~Q(kind=ClauseKind.VETO) & Q(band__isnull=True)),
                name="clause_veto_names_a_band",
            ),
            models.CheckConstraint(
                condition=~Q(kind=ClauseKind.MANUAL) | Q(metric=""), name="clause_manual_has_no_metric"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.code}.{self.position}"

    @property
    def scope_path(self) -> str:
        return self.indicator.scheme.organization.path


class SchemeImportQuerySet(models.QuerySet["SchemeImport"]):
    def visible_to(self, user: User, capability: Capability = Capability.MANAGE_SCHEMES) -> "SchemeImportQuerySet":
        return self.filter(held_at(user, capability))


class SchemeImport(models.Model):
    """A workbook of indicators on its way to a scheme: read, looked through, stored as a draft."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="scheme_imports")
    file_name = models.CharField(_("file"), max_length=200)
    found = models.JSONField(default=dict)
    """What was understood, as the preview shows it and as the scheme is made from it."""
    scheme = models.ForeignKey(Scheme, on_delete=models.SET_NULL, null=True, blank=True, related_name="imports")
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)

    objects = SchemeImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of a scheme")
        verbose_name_plural = _("imports of schemes")
        ordering = ["-uploaded_at"]
        constraints = [models.CheckConstraint(condition=~Q(file_name=""), name="scheme_import_of_a_file")]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("assessment:scheme-import-detail", args=[self.key])

    @property
    def scope_path(self) -> str:
        return self.organization.path
