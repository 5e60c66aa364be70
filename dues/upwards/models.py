import uuid

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from dues.choices import DisclosureWay, UseKind
from dues.conditions import first_of_month, own_or_at_organization
from dues.ledger.payment_models import Payment
from meetings.meeting.models import Meeting
from members.choices import Capability
from members.models import Member, Organization, User
from members.paths import subtree

LARGE_FROM_FEN = 100_000
"""1000 yuan (2008 provisions, article 11); a test holds it equal to the rulebook's `dues.large.threshold`."""


class RemittanceQuerySet(models.QuerySet["Remittance"]):
    def visible_to(self, user: User, capability: Capability = Capability.COUNT_DUES) -> "RemittanceQuerySet":
        return self.filter(subtree("organization__path", user.access.paths(capability)))

    def unconfirmed(self) -> "RemittanceQuerySet":
        return self.filter(received_on__isnull=True)


class Remittance(models.Model):
    """A batch of dues that a branch hands up to the committee above, by the committee's ratio."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="remittances")
    receiver = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="received_remittances")
    first_month = models.DateField(_("from the month"))
    last_month = models.DateField(_("until the month"))
    collected_fen = models.PositiveBigIntegerField(_("collected, in fen"))
    ratio = models.DecimalField(_("ratio"), max_digits=5, decimal_places=4)
    amount_fen = models.PositiveBigIntegerField(_("handed up, in fen"))
    rule = models.CharField(_("rule"), max_length=120)
    sent_on = models.DateField(_("handed up on"))
    sent_by = models.CharField(_("handed up by"), max_length=150)
    received_on = models.DateField(_("received on"), null=True, blank=True)
    received_by = models.CharField(_("received by"), max_length=150, blank=True)
    remark = models.CharField(_("remark"), max_length=200, blank=True)

    objects = RemittanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("remittance")
        verbose_name_plural = _("remittances")
        constraints = [
            first_of_month("remittance_months", "first_month", "last_month"),
            models.CheckConstraint(
                condition=Q(last_month__gte=F("first_month")), name="remittance_ends_after_beginning"
            ),
            models.CheckConstraint(condition=Q(ratio__range=(0, 1)), name="remittance_ratio_is_a_share"),
            models.CheckConstraint(
                condition=Q(received_on__isnull=True, received_by="")
                | (Q(received_on__isnull=False) & ~Q(received_by="") & ~Q(received_by=F("sent_by"))),
                name="remittance_received_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.first_month:%Y-%m}"

    @property
    def scope_path(self) -> str:
        return self.organization.path


class RemittedPayment(models.Model):
    """Which payments a batch holds: each is handed up once."""

    remittance = models.ForeignKey(Remittance, on_delete=models.PROTECT, related_name="lines")
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="remitted")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["remittance", "payment"], name="remitted_payment_once"),
        ]

    def __str__(self) -> str:
        return str(self.payment_id)


class LargeDuesQuerySet(models.QuerySet["LargeDues"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_DUES) -> "LargeDuesQuerySet":
        return self.filter(
            own_or_at_organization(user, capability) | own_or_at_organization(user, Capability.APPROVE_DUES)
        )


class LargeDues(models.Model):
    """1000 yuan and more given at once: it goes to the centre in full (2008 provisions, article 11)."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="large_dues")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="large_dues")
    amount_fen = models.PositiveBigIntegerField(_("amount, in fen"))
    given_on = models.DateField(_("given on"))
    profile = models.TextField(_("short profile of the member"), blank=True)
    recorded_by = models.CharField(_("recorded by"), max_length=150)
    sent_up_on = models.DateField(_("handed up on"), null=True, blank=True)
    received_on = models.DateField(_("taken by the committee on"), null=True, blank=True)
    received_by = models.CharField(_("taken by"), max_length=150, blank=True)
    centre_receipt = models.CharField(_("number of the centre's receipt"), max_length=60, blank=True)
    handed_over_on = models.DateField(_("receipt handed to the member on"), null=True, blank=True)

    objects = LargeDuesQuerySet.as_manager()

    class Meta:
        verbose_name = _("large voluntary dues")
        verbose_name_plural = _("large voluntary dues")
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gte=LARGE_FROM_FEN), name="large_dues_large_enough"),
            models.CheckConstraint(
                condition=Q(received_on__isnull=True) | Q(sent_up_on__isnull=False), name="large_dues_sent_first"
            ),
            models.CheckConstraint(
                condition=Q(handed_over_on__isnull=True) | ~Q(centre_receipt=""), name="large_dues_receipt_first"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.given_on:%Y-%m-%d}"

    @property
    def scope_path(self) -> str:
        return self.organization.path


class DuesUseQuerySet(models.QuerySet["DuesUse"]):
    def visible_to(self, user: User, capability: Capability = Capability.COUNT_DUES) -> "DuesUseQuerySet":
        return self.filter(subtree("organization__path", user.access.paths(capability)))


class DuesUse(models.Model):
    """Dues that were spent, in one of the five permitted kinds, by a collective decision (articles 19 and 20)."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="dues_uses")
    kind = models.CharField(_("kind"), max_length=20, choices=UseKind)
    amount_fen = models.PositiveBigIntegerField(_("amount, in fen"))
    used_on = models.DateField(_("used on"))
    purpose = models.CharField(_("for what"), max_length=200)
    decided_on = models.DateField(_("decided on"))
    decided_by = models.CharField(_("decided by"), max_length=120)
    """The body that decided together, in words."""
    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="dues_uses", verbose_name=_("meeting")
    )
    recorded_by = models.CharField(_("recorded by"), max_length=150)

    objects = DuesUseQuerySet.as_manager()

    class Meta:
        verbose_name = _("use of dues")
        verbose_name_plural = _("uses of dues")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=UseKind.values), name="dues_use_kind_permitted"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="dues_use_of_something"),
            models.CheckConstraint(condition=~Q(decided_by=""), name="dues_use_decided_together"),
            models.CheckConstraint(condition=Q(decided_on__lte=F("used_on")), name="dues_use_decided_before"),
        ]

    def __str__(self) -> str:
        return self.purpose

    @property
    def scope_path(self) -> str:
        return self.organization.path


class DisclosureQuerySet(models.QuerySet["Disclosure"]):
    def visible_to(self, user: User, capability: Capability = Capability.COUNT_DUES) -> "DisclosureQuerySet":
        """Those of one's offices, and those that are made to oneself: of the branches above one's place."""
        mine = Member.objects.filter(
            pk=user.access.member_id or 0, roster_path__startswith=OuterRef("organization__path")
        )
        return self.filter(subtree("organization__path", user.access.paths(capability)) | Exists(mine))


class Disclosure(models.Model):
    """The yearly publication to the members: what was collected, handed up and used. Figures as of that day."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="dues_disclosures")
    year = models.PositiveSmallIntegerField(_("year"))
    disclosed_on = models.DateField(_("published on"))
    way = models.CharField(_("how"), max_length=10, choices=DisclosureWay)
    place = models.CharField(_("where, or at which meeting"), max_length=200, blank=True, default="")
    """In words; empty in what was published before somebody was asked."""
    figures = models.JSONField(default=dict)
    """{charged_fen, waived_fen, carried_fen, carried_settled_fen, due_fen, paid_fen, voluntary_fen, remitted_fen,
    used_fen, by_kind: {…}, members, …}: `YearFigures`; one published earlier lacks some of them."""
    disclosed_by = models.CharField(_("published by"), max_length=150)

    objects = DisclosureQuerySet.as_manager()

    class Meta:
        verbose_name = _("disclosure of dues")
        verbose_name_plural = _("disclosures of dues")
        constraints = [
            models.UniqueConstraint(fields=["organization", "year", "disclosed_on"], name="disclosure_once_a_day"),
            models.CheckConstraint(condition=Q(way__in=DisclosureWay.values), name="disclosure_way_known"),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.year}"

    @property
    def scope_path(self) -> str:
        return self.organization.path
