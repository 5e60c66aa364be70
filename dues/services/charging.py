"""A month is charged: everybody of a subtree who owes, by one statement; what no longer fits is put right."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.services import record
from dues.models import Allocation, Basis, Charge
from dues.queries.expected import insert_missing, survey, suspects
from dues.rules.months import month_of
from dues.services.bases import refix_stale
from dues.services.correcting import correct_charges
from dues.services.levelling import level
from members.bulk import refresh_statistics
from members.choices import OrganizationKind
from members.models import Organization, User
from members.services.refused import Refused
from rulebook.book import rule
from rulebook.rule import NoRule

MANY_BRANCHES = (OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH)
MANY_CHARGES = 10_000


@dataclass(frozen=True, slots=True)
class Charged:
    """What a run did: `charged` members for `amount_fen` in all, `already` had a line, `corrected` of those changed."""

    charged: int
    amount_fen: int
    already: int
    without_base: int
    corrected: int


@transaction.atomic
def charge_month(place: Organization, month: date, *, by: User | str, on: date) -> Charged:
    """Charge a month to all members below `place` who owe; a second time changes nothing.

    Branches that closed the month are left out. Raises Refused for a month to come and one before the first rule.
    """
    _demand_chargeable(month, on)
    refix_stale(place, month, by=by, on=on)
    if place.kind in MANY_BRANCHES:
        refresh_statistics(Basis, Charge)
    found, now = survey(place.path, month), timezone.now()
    charged = insert_missing(place.path, month, made_by=str(by), made_at=now) if found.missing else 0
    amount = found.missing_fen if charged == found.missing else _amount_of(by, now, month)
    if charged >= MANY_CHARGES:
        refresh_statistics(Charge)
    if charged:
        level(_paid_ahead(by, now, month, also_before=charged < MANY_CHARGES), on=on)
    corrected = correct_charges(suspects(place.path, month), month, by=str(by), on=on) if found.has_suspects else 0
    done = Charged(charged, amount, found.already, found.without_base, corrected)
    if charged or corrected:
        _record(place, month, by, done)
    return done


def _demand_chargeable(month: date, on: date) -> None:
    if month > month_of(on):
        raise Refused(_("%(month)s hasn't begun: nothing is charged ahead.") % {"month": f"{month:%Y-%m}"}, "month")
    try:
        rule("dues.where", month)
    except NoRule as none_held:
        raise Refused(str(none_held), "month") from none_held


def _amount_of(by: User | str, now: datetime, month: date) -> int:
    """Where another run charged some of them at the same moment: what this one wrote."""
    mine = Charge.objects.filter(month=month, turn=0, made_by=str(by), made_at=now)
    return mine.aggregate(fen=Sum("amount_fen"))["fen"] or 0


def _paid_ahead(by: User | str, now: datetime, month: date, *, also_before: bool) -> list[int]:
    """Members just charged whose money lies on this month or a later one, or, `also_before`, on one never charged.

    The latter is rare, a month that was left out after somebody had paid for it, and looking for it goes through all
    that was ever paid: not for ten thousand at once.
    """
    charged = Charge.objects.filter(month=month, turn=0, made_by=str(by), made_at=now).values("member")
    lies = Q(month__gte=month)
    if also_before:
        lies |= ~Q(Exists(Charge.objects.filter(member=OuterRef("member"), month=OuterRef("month"))))
    ahead = Allocation.objects.filter(lies, member__in=charged)
    return list(ahead.order_by().values_list("member", flat=True).distinct())


def _record(place: Organization, month: date, by: User | str, done: Charged) -> None:
    counts = {"fen": done.amount_fen, "already": done.already, "without_base": done.without_base}
    record(
        action="charge_dues",
        by=by,
        subject=place,
        organization_code=place.code,
        details={"month": f"{month:%Y-%m}", "charged": done.charged, "corrected": done.corrected, **counts},
    )
