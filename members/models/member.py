"""Members, where they belong, and the situations they are in."""

import uuid
from collections.abc import Iterable
from datetime import date
from typing import cast

from django.db import connection, models
from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.choices import (
    VOTELESS_KINDS,
    AffiliationKind,
    Capability,
    DatePrecision,
    DuesCategory,
    Education,
    LeavingReason,
    Membership,
    ReachBy,
    Sex,
    SituationKind,
)
from members.dates import PartialDate
from members.fields import SealedField, holding, period_constraint
from members.models.organization import Organization
from members.models.user import User, of_members_of
from members.paths import subtree
from members.people import membership_on
from members.search import postgres_query, sqlite_query


class MemberQuerySet(models.QuerySet["Member"]):
    def visible_to(
        self,
        user: User,
        capability: Capability = Capability.VIEW_ROSTER,
        *,
        walking: bool = False,
        former: bool = True,
    ) -> "MemberQuerySet":
        """Whether somebody, a secretary for one, may see this member: on the rosters of the offices that grant the
        capability, whoever left the last of them, and oneself.

        `former=False` leaves out whoever is on no roster any more.

        `walking`: many are asked for, in another order than the roster's. SQLite would sort all of them; what it can't
        recognize as a column it leaves alone, and walks the index of the order. PostgreSQL knows by itself.
        """
        field = "roster_path"
        if walking and connection.vendor == "sqlite":
            self, field = self.alias(stands_at=Concat("roster_path", Value(""))), "stands_at"  # noqa: PLW0642
        paths = user.access.paths(capability)
        inside = subtree(field, paths)
        if former and paths:
            self = self.alias(last_path=_last_relation("organization__path"))  # noqa: PLW0642
            inside |= Q(roster_path="") & subtree("last_path", paths)
        return self.filter(inside | Q(pk=user.access.member_id) if user.access.member_id else inside)

    def below(self, path: str) -> "MemberQuerySet":
        """On a roster of that organization or of one under it."""
        return self.filter(subtree("roster_path", [path]))

    def on_roster(self) -> "MemberQuerySet":
        return self.filter(roster_path__gt="")

    def former(self, paths: Iterable[str]) -> "MemberQuerySet":
        """On no roster any more, and last on one of those subtrees. Each has `left_path`, `left_on`, `left_because`."""
        ended = Member.objects.filter(
            subtree("affiliations__organization__path", paths), affiliations__valid_until__isnull=False
        )
        left = self.filter(roster_path="", pk__in=ended.values("pk")).annotate(
            left_path=_last_relation("organization__path"),
            left_on=_last_relation("valid_until"),
            left_because=_last_relation("left_because"),
        )
        return left.filter(subtree("left_path", paths))

    def formal(self, on: date) -> "MemberQuerySet":
        """Formal members of that day: by the day of confirmation where it is known, else as recorded."""
        return self.filter(formal_on(on))

    def probationary(self, on: date) -> "MemberQuerySet":
        return self.exclude(formal_on(on))

    def in_situation(self, *kinds: SituationKind, on: date) -> "MemberQuerySet":
        """Members to whom at least one of the situations applies on that day."""
        return self.filter(Exists(Situation.objects.of(*kinds).holding(on).filter(member=OuterRef("pk"))))

    def outside_situation(self, *kinds: SituationKind, on: date) -> "MemberQuerySet":
        return self.exclude(Exists(Situation.objects.of(*kinds).holding(on).filter(member=OuterRef("pk"))))

    def voting(self, on: date) -> "MemberQuerySet":
        """With the right to vote on that day: formal, not suspended, not on probation within the party.

        Election regulation of 2020, article 5. Leaving somebody out of a meeting's count is a decision about that
        meeting, never a property of the member.
        """
        return self.formal(on).outside_situation(*VOTELESS_KINDS, on=on)

    def voteless(self, on: date) -> "MemberQuerySet":
        """Without the right to vote on that day."""
        held = Situation.objects.of(*VOTELESS_KINDS).holding(on).filter(member=OuterRef("pk"))
        return self.filter(~formal_on(on) | Exists(held))

    def search(self, text: str, *, whole: bool = False) -> "MemberQuerySet":
        """Found by characters of the name, pinyin, initials or the end of a number; nothing typed finds everybody.

        `whole`: whose pinyin or initials are what was typed, and not only begin so.
        """
        if not text.strip():
            return self
        if connection.vendor == "postgresql":
            match = "to_tsvector('simple', members_member.search_terms) @@ to_tsquery('simple', %s)"
            query = postgres_query(text, whole=whole)
        else:
            match = "members_member.id IN (SELECT rowid FROM members_member_search WHERE search_terms MATCH %s)"
            if len(text.strip()) == 1:  # too many are found: "+" lets SQLite go through the scope, not through them
                match = f"+{match}"
            query = sqlite_query(text, whole=whole)
        found = self.extra(where=[match], params=[query]) if query else self.none()  # noqa: S610 - the query is a parameter
        return cast(MemberQuerySet, found)

    def with_prints(self, prints: Iterable[str]) -> "MemberQuerySet":
        """Whose identity number has one of these fingerprints.

        The index leaves out members without a number; only where the query says so too, databases see that it serves.
        """
        return self.exclude(national_id_print="").filter(national_id_print__in=prints)

    def in_roster_order(self) -> "MemberQuerySet":
        return self.order_by("roster_path", "name_key", "id")


def formal_on(on: date, prefix: str = "") -> Q:
    """Condition: a formal member on that day. `prefix` leads to the member from another model."""
    confirmed = Q(**{f"{prefix}full_on__isnull": False, f"{prefix}full_on__lte": on})
    return confirmed | Q(**{f"{prefix}full_on__isnull": True, f"{prefix}membership": Membership.FORMAL})


def _last_relation(field: str) -> Subquery:
    """A field of the formal relation that ended last; of two of one day, the one that also began later."""
    last = Member.objects.filter(pk=OuterRef("pk"), affiliations__kind=AffiliationKind.FORMAL).order_by(
        F("affiliations__valid_until").desc(nulls_first=True),
        F("affiliations__valid_from").desc(nulls_last=True),
        "affiliations__key",
    )
    return Subquery(last.values(f"affiliations__{field}")[:1])


class Member(models.Model):
    """A party member. Whereabouts, health and belonging are dated rows of their own; nothing here says "currently"."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=60)
    former_names = models.CharField(_("former names"), max_length=120, blank=True)
    sex = models.CharField(_("sex"), max_length=10, choices=Sex, blank=True)
    ethnicity = models.CharField(_("ethnicity"), max_length=30, blank=True)
    native_place = models.CharField(_("native place"), max_length=80, blank=True)
    birth_on = models.DateField(_("born"), null=True, blank=True)
    birth_precision = models.CharField(max_length=5, choices=DatePrecision, blank=True)
    national_id = SealedField(_("identity number"), blank=True, default="")
    national_id_print = models.CharField(max_length=32, blank=True, default="")
    number_disputed = models.BooleanField(default=False, db_default=False, editable=False)
    """Another entry, which whoever recorded this one doesn't see, has the number too. Nothing is said of it to them:
    the committee above both settles it (`queries.disputes`)."""
    phone = SealedField(_("phone"), blank=True, default="")
    email = models.EmailField(_("e-mail"), blank=True)
    address = SealedField(_("address"), blank=True, default="")
    education = models.CharField(_("education"), max_length=20, choices=Education, blank=True)
    membership = models.CharField(_("membership"), max_length=20, choices=Membership)
    joined_on = models.DateField(_("joined"), null=True, blank=True)
    joined_precision = models.CharField(max_length=5, choices=DatePrecision, blank=True)
    full_on = models.DateField(_("formal member since"), null=True, blank=True)
    full_precision = models.CharField(max_length=5, choices=DatePrecision, blank=True)
    work_post = models.CharField(_("unit and post"), max_length=120, blank=True)
    party_post = models.CharField(_("post in the party"), max_length=60, blank=True)
    dues_category = models.CharField(_("category for dues"), max_length=20, choices=DuesCategory, blank=True)
    dues_base = SealedField(_("monthly base for dues, in fen"), blank=True, default="")
    reach_by = models.CharField(_("best reached by"), max_length=20, choices=ReachBy, blank=True)
    remark = models.TextField(_("remark"), blank=True)
    photo = models.FileField(_("photo"), upload_to="photos/", blank=True)

    roster_path = models.CharField(max_length=255, blank=True, default="")
    """Path of the branch or group on whose roster the member stands today; empty: on none. Kept by services.belonging
    from the affiliations, and checked against them by `manage.py verify` (docs/adr/0002)."""
    name_key = models.CharField(max_length=120, blank=True, default="")
    """The name in pinyin, for sorting."""
    search_terms = models.TextField(blank=True, default="")
    """What the search index reads: characters, pinyin, initials, and fingerprints of number tails."""

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="member_has_name"),
            models.CheckConstraint(condition=Q(membership__in=Membership.values), name="member_membership_known"),
            models.UniqueConstraint(
                fields=["national_id_print"],
                condition=~Q(national_id_print="") & Q(number_disputed=False),
                name="member_one_per_national_id",
            ),  # fmt: skip
            *[
                models.CheckConstraint(
                    condition=Q(**{f"{field}_on__isnull": True, f"{field}_precision": ""})
                    | Q(**{f"{field}_on__isnull": False, f"{field}_precision__in": DatePrecision.values}),
                    name=f"member_{field}_date_has_precision",
                )
                for field in ("birth", "joined", "full")
            ],
        ]
        indexes = [
            models.Index(fields=["national_id_print"], condition=~Q(national_id_print=""), name="member_by_number"),
            models.Index(fields=["roster_path", "name_key", "id"], name="member_roster_order"),
            models.Index(fields=["name_key", "id", "roster_path"], name="member_by_name"),
            models.Index(fields=["birth_on", "id", "roster_path"], name="member_by_birth"),
            models.Index(fields=["joined_on", "id", "roster_path"], name="member_by_joining"),
            models.Index(fields=["dues_category", "roster_path", "name_key", "id"], name="member_by_category"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("members:member-detail", args=[self.key])

    @property
    def scope_path(self) -> str:
        return self.roster_path

    @property
    def born(self) -> PartialDate | None:
        return PartialDate(self.birth_on, self.birth_precision) if self.birth_on else None

    @property
    def joined(self) -> PartialDate | None:
        return PartialDate(self.joined_on, self.joined_precision) if self.joined_on else None

    @property
    def confirmed(self) -> PartialDate | None:
        return PartialDate(self.full_on, self.full_precision) if self.full_on else None

    def is_formal(self, on: date) -> bool:
        """Whether a formal member on that day. The same rule as `MemberQuerySet.formal`."""
        return membership_on(on, full_on=self.full_on, recorded=self.membership) == Membership.FORMAL


class SituationQuerySet(models.QuerySet["Situation"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_ROSTER) -> "SituationQuerySet":
        return self.filter(of_members_of(user, capability))

    def of(self, *kinds: SituationKind) -> "SituationQuerySet":
        return self.filter(kind__in=kinds)

    def holding(self, on: date) -> "SituationQuerySet":
        return self.filter(holding(on))


class Situation(models.Model):
    """Something about a member that holds for a time and that the branch has to reckon with."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey("members.Member", on_delete=models.CASCADE, related_name="situations")
    kind = models.CharField(_("situation"), max_length=30, choices=SituationKind)
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_until = models.DateField(_("until"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=80, blank=True)
    host = models.CharField(_("host branch"), max_length=120, blank=True)
    able_to = models.CharField(_("what they can still do"), max_length=200, blank=True)
    note = SealedField(_("note"), blank=True, default="")
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = SituationQuerySet.as_manager()

    class Meta:
        verbose_name = _("situation")
        verbose_name_plural = _("situations")
        constraints = [
            period_constraint("situation_ends_after_beginning"),
            models.CheckConstraint(condition=Q(kind__in=SituationKind.values), name="situation_kind_known"),
            models.UniqueConstraint(
                fields=["member", "kind"], condition=Q(valid_until__isnull=True), name="situation_one_open_of_a_kind"
            ),
        ]
        indexes = [models.Index(fields=["kind", "member"], name="situation_by_kind")]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def scope_path(self) -> str:
        return self.member.roster_path


class AffiliationQuerySet(models.QuerySet["Affiliation"]):
    def visible_to(self, user: User, capability: Capability = Capability.VIEW_ROSTER) -> "AffiliationQuerySet":
        own = Q(member=user.access.member_id) if user.access.member_id else Q(pk__in=[])
        return self.filter(subtree("organization__path", user.access.paths(capability)) | own)

    def holding(self, on: date) -> "AffiliationQuerySet":
        return self.filter(holding(on))

    def formal(self) -> "AffiliationQuerySet":
        return self.filter(kind=AffiliationKind.FORMAL)

    def open(self) -> "AffiliationQuerySet":
        return self.filter(valid_until__isnull=True)

    def latest_first(self) -> "AffiliationQuerySet":
        """By their end, those that haven't ended before all others."""
        return self.order_by(F("valid_until").desc(nulls_first=True), F("valid_from").desc(nulls_last=True), "key")


class Affiliation(models.Model):
    """Where a member belongs, for a time: one formal relation, and any number of branches they take part in.

    `organization` is the branch, or the group of the branch when the member is in one.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="affiliations")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="affiliations")
    kind = models.CharField(_("kind"), max_length=20, choices=AffiliationKind, default=AffiliationKind.FORMAL)
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_until = models.DateField(_("until"), null=True, blank=True)
    left_because = models.CharField(_("why it ended"), max_length=20, choices=LeavingReason, blank=True)

    objects = AffiliationQuerySet.as_manager()

    class Meta:
        verbose_name = _("affiliation")
        verbose_name_plural = _("affiliations")
        constraints = [
            period_constraint("affiliation_ends_after_beginning"),
            models.CheckConstraint(condition=Q(kind__in=AffiliationKind.values), name="affiliation_kind_known"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True, left_because="")
                | Q(valid_until__isnull=False, left_because__in=LeavingReason.values),
                name="affiliation_end_has_reason",
            ),
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(kind=AffiliationKind.FORMAL, valid_until__isnull=True),
                name="affiliation_one_open_formal",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "member"], condition=Q(valid_until__isnull=False), name="affiliation_ended"
            )
        ]

    def __str__(self) -> str:
        return f"{self.member} · {self.organization}"

    @property
    def scope_path(self) -> str:
        return self.organization.path
