"""The books of the demo's own branch: bases, charges, payments with receipts, somebody behind, somebody relieved."""

import uuid
from datetime import date, timedelta
from random import Random

from dues.choices import PayerKind, PaymentWay, ReliefKind
from dues.queries.balance import open_months
from dues.rules.months import last_day, month_of, months_between
from dues.services.arrears import agree_quarterly, record_reason
from dues.services.bases import NewBasis, fix_basis, roster_base
from dues.services.charging import charge_month
from dues.services.payments import NewPayment, record_payment
from dues.services.proposals import propose_payment
from dues.services.reliefs import NewRelief, ask_relief
from members.choices import DuesCategory, OfficeKind, SituationKind
from members.models import Member, Office, Organization, User
from members.services.refused import Refused
from rulebook.dates import add_months

SEED = 2008
WAYS = (PaymentWay.CASH, PaymentWay.WECHAT, PaymentWay.CASH, PaymentWay.TRANSFER)
STOPPED = 6
"""So many months ago one of the members stopped paying, and nobody knows why."""


def keep_books(branch: Organization, *, on: date) -> None:
    """A year of one branch. Members without a category or a base wait for the officer, as in life."""
    rng, officer = Random(SEED), officer_of(branch, on)  # noqa: S311 - who paid in the demo is no secret
    members = list(Member.objects.below(branch.path).in_roster_order())
    _fix_bases(members, officer, on)
    relieve(members, officer, on)
    months = list(months_between(date(on.year, 1, 1), month_of(on)))
    for month in months:
        charge_month(branch, month, by="system", on=on)
    habits = _habits(members, officer, on)
    habits[officer.member_id] = months[:-1]
    for month in months:
        for member in members:
            if month in habits.get(member.pk, ()):
                _pay(branch, member, month, rng, officer, on)
    _own_dues(branch, officer, on)


def officer_of(branch: Organization, on: date) -> User:
    """Who collects in the branch; the secretary where no officer has an account."""
    kinds = (OfficeKind.ORGANIZATION_OFFICER, OfficeKind.SECRETARY)
    held = Office.objects.holding(on).filter(organization=branch, kind__in=kinds).select_related("user", "member__user")
    users: dict[str, User] = {office.kind: user for office in held if (user := account_of(office))}
    return next(users[kind] for kind in kinds if kind in users)


def account_of(office: Office) -> User | None:
    """Who logs in for an office, if anybody does."""
    return office.user or getattr(office.member, "user", None)


def _fix_bases(members: list[Member], officer: User, on: date) -> None:
    for member in members:
        begun = max(date(on.year, 1, 1), month_of(member.joined_on or date.min))
        try:
            fixed = NewBasis(
                member=member, year=on.year, category=member.dues_category, valid_from=begun,
                base_fen=roster_base(member), decided_on=begun,
            )  # fmt: skip
            fix_basis(fixed, by=officer, on=on)
        except Refused:
            continue


def relieve(members: list[Member], officer: User, on: date) -> None:
    """A retired member in hardship pays half, by the branch's word; another's waiver waits for the committee."""
    retired = [one for one in members if one.dues_category == DuesCategory.RETIRED]
    employed = [one for one in members if one.dues_category == DuesCategory.EMPLOYED and one.pk != officer.member_id]
    for member, kind, fen, ground, months in (
        (retired[2], ReliefKind.REDUCTION, 500, "大病住院，医药费负担重", 6),
        (employed[1], ReliefKind.WAIVER, 0, "家庭遭受火灾", 1),
    ):
        since = add_months(month_of(on), -months)
        asked = NewRelief(
            key=uuid.uuid4(), member=member, kind=kind, pays_fen=fen, ground=ground, valid_from=since,
            decided_on=since,
        )  # fmt: skip
        ask_relief(asked, category=member.dues_category, by=officer, on=on)


def _habits(members: list[Member], officer: User, on: date) -> dict[int | None, list[date]]:
    """In which months each member pays: every month, once a quarter, or not any more."""
    this, others = month_of(on), [one for one in members if one.pk != officer.member_id]
    year = list(months_between(date(on.year, 1, 1), this))
    habits: dict[int | None, list[date]] = {one.pk: year for one in others}
    away = [one for one in others if one.situations.filter(kind=SituationKind.RELOCATED).exists()][:2]
    for one in away:
        habits[one.pk] = [month for month in habits[one.pk] if month.month % 3 == 0]
        agree_quarterly(
            key=uuid.uuid4(), member=one, first=date(on.year, 1, 1), agreed_on=date(on.year, 1, 1),
            because="住在外地，按季转账", by=officer, on=on,
        )  # fmt: skip
    stopped, late, ill = [one for one in others if one not in away][4:7]
    habits[stopped.pk] = [month for month in habits[stopped.pk] if month < add_months(this, -STOPPED)]
    habits[late.pk] = [month for month in habits[late.pk] if month < add_months(this, -1)]
    habits[ill.pk] = [month for month in habits[ill.pk] if month < add_months(this, -2)]
    record_reason(
        key=uuid.uuid4(), member=ill, first=add_months(this, -2), until=None, reason="住院手术，出院后补交",
        by=officer, on=on,
    )  # fmt: skip
    return habits


def _pay(branch: Organization, member: Member, month: date, rng: Random, officer: User, on: date) -> None:
    """What is open up to that month, on a day of it."""
    fen = sum(one.open_fen for one in open_months(member.pk) if one.month <= month)
    day = min(month + timedelta(days=rng.randrange(5, 25)), last_day(month), on)
    if not fen:
        return
    relative = rng.random() < 0.15
    record_payment(
        NewPayment(
            key=uuid.uuid4(), organization=branch, member=member, amount_fen=fen, paid_on=day, way=rng.choice(WAYS),
            payer_kind=PayerKind.RELATIVE if relative else PayerKind.SELF,
            payer_name=f"{member.name[0]}{rng.choice('芳敏静')}" if relative else "",
        ),
        by=officer,
        on=on,
        confirmed_by="secretary" if member.pk == officer.member_id else "",
    )  # fmt: skip


def _own_dues(branch: Organization, officer: User, on: date) -> None:
    """The officer entered his own dues of this month; the secretary has to look at them."""
    fen = sum(one.open_fen for one in open_months(officer.member_id or 0))
    if fen and officer.member:
        own = NewPayment(
            key=uuid.uuid4(),
            organization=branch,
            member=officer.member,
            amount_fen=fen,
            paid_on=on,
            way=PaymentWay.CASH,
        )
        propose_payment(own, by=officer, on=on)
