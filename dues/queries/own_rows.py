"""What the page of one member's dues asks the ledger: the same seven statements on every page, so composed once."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Value

from dues.choices import PaymentKind
from dues.models import Arrangement, ArrearsReason, ArrearsReview, Basis, Charge, PassedMonth, Payment, Relief
from members.choices import Capability, MergeState, OfficeKind, OrganizationKind
from members.models import Member, Merge, Organization, User
from members.models.member import MemberQuerySet
from members.models.periods import holding
from members.prepared import Prepared
from members.standing import HeldOffice, Standing

TAKES_DUES = (OfficeKind.ORGANIZATION_OFFICER, OfficeKind.SECRETARY, OfficeKind.DEPUTY_SECRETARY)
"""Who is asked about dues, the first of them that the branch has."""
CHARGE_FIELDS = (
    "month",
    "amount_fen",
    "waived_fen",
    "organization__name",
    "organization__path",
    "basis",
    "carried_over",
)
PAYMENT_FIELDS = (
    "key", "paid_on", "paid_precision", "amount_fen", "voluntary_fen", "way", "payer_kind", "payer_name",
    "payer__name", "recorded_by", "receipt__year", "receipt__number", "receipt__token", "reversal__key",
    "organization__path", "given__month", "given__amount_fen",
)  # fmt: skip


def _payments_of(member: int, first: date) -> QuerySet[Payment, Any]:
    given = FilteredRelation("allocations", condition=Q(allocations__month__gte=first))
    rows = Payment.objects.filter(member=member, kind=PaymentKind.PAYMENT).annotate(given=given)
    wanted = rows.filter(Q(paid_on__gte=first) | Q(given__isnull=False)).values_list(*PAYMENT_FIELDS)
    return wanted.order_by("-paid_on", "key", "given__month")


def _agreed_with(member: int) -> QuerySet[Any, Any]:
    wanted = ("kind", "key", "valid_from", "valid_until", "text", "said_on")
    reasons = ArrearsReason.objects.filter(member=member).annotate(text=F("reason"), said_on=F("recorded_on"))
    quarters = Arrangement.objects.filter(member=member).annotate(text=F("because"), said_on=F("agreed_on"))
    return (
        _kind(reasons, "reason").values_list(*wanted).union(_kind(quarters, "quarter").values_list(*wanted), all=True)
    )


def _taking_dues(path: str, above: str, on: date) -> QuerySet[Any, Any]:
    held = FilteredRelation("offices", condition=Q(offices__kind__in=TAKES_DUES) & holding(on, "offices__"))
    places = Organization.objects.filter(path__in=[path, above], kind=OrganizationKind.BRANCH).annotate(held=held)
    return places.values_list(
        "name", "code", "held__kind", "held__member__name", "held__user__member__name", "held__user__display_name",
        "held__user__username",
    )  # fmt: skip


def _of_member(model: type[Basis] | type[Relief], member: int, first: date) -> QuerySet[Any, Any]:
    return model.objects.filter(_not_over_by(first), member=member).order_by("-valid_from")


def _not_over_by(first: date) -> Q:
    return Q(valid_until__isnull=True) | Q(valid_until__gt=first)


def _kind(rows: QuerySet[Any], kind: str) -> QuerySet[Any]:
    return rows.annotate(kind=Value(kind))


CHARGES = Prepared(
    lambda member, first: (
        Charge.objects.filter(member=member, month__gte=first).order_by("month", "turn").values_list(*CHARGE_FIELDS)
    )
)
PAYMENTS = Prepared(_payments_of)
BASES = Prepared(lambda member, first: _of_member(Basis, member, first))
RELIEFS = Prepared(lambda member, first: _of_member(Relief, member, first))
REVIEWS = Prepared(lambda member: ArrearsReview.objects.filter(member=member).order_by("-opened_on"))
AGREED = Prepared(_agreed_with)
TAKING_DUES = Prepared(_taking_dues)


def readable(user: User, key: UUID) -> tuple[Member | None, bool]:
    """A member about whose dues the user may read something, and whether the user's branch charged them. One query."""
    paths, own = user.standing.paths(Capability.VIEW_DUES), user.standing.member_id
    if not paths:
        return None, False
    found = _READABLE.objects(Member, key=key, paths=paths, **({"own": own} if own else {}))
    return (found[0], found[0].charged_here) if found else (None, False)  # type: ignore[attr-defined]


def oneself(user: User) -> Member | None:
    """The member whom the user's account belongs to; None: it belongs to nobody on record. One query."""
    own = user.standing.member_id
    return next(iter(_ONESELF.objects(Member, own=own)), None) if own else None


def _readable(key: UUID, paths: list[str], own: int | None = None) -> QuerySet[Member]:
    """What `visible_to` says to somebody who takes dues at those places and is the member `own`."""
    reader = User()
    held = tuple(HeldOffice(OfficeKind.ORGANIZATION_OFFICER, path, "", "") for path in paths)
    reader.standing = Standing(held=held, member_id=own)
    charged = Exists(Charge.objects.visible_to(reader).filter(member=OuterRef("pk")))
    mine = Member.objects.visible_to(reader, Capability.VIEW_DUES).filter(pk=OuterRef("pk"))
    return _knowing(Member.objects.filter(Q(Exists(mine)) | Q(charged), key=key)).annotate(charged_here=charged)


def _knowing(members: MemberQuerySet) -> MemberQuerySet:
    """With what few have anything of: a page asks for it only where there is something."""
    of_member = {"member": OuterRef("pk")}
    agreed = Q(Exists(ArrearsReason.objects.filter(**of_member))) | Q(Exists(Arrangement.objects.filter(**of_member)))
    return members.annotate(
        has_agreed=agreed,
        has_merged=Exists(Merge.objects.filter(kept=OuterRef("pk"), state=MergeState.DONE)),
        has_passed=Exists(PassedMonth.objects.filter(**of_member)),
        has_reliefs=Exists(Relief.objects.filter(**of_member)),
        has_reviews=Exists(ArrearsReview.objects.filter(**of_member)),
    )


def has(member: Member, what: str) -> bool:
    """Whether there may be something of what `_knowing` asks for; of a member read elsewhere, yes."""
    return bool(getattr(member, f"has_{what}", True))


_READABLE = Prepared(_readable)
_ONESELF = Prepared(lambda own: _knowing(Member.objects.filter(pk=own)))
