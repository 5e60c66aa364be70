"""The dues' part of `manage.py demo`: this year's dues in the county that `branchweb.demo.members` made.

The branch of the demo's officer is written by the services, with receipts and what an officer meets in a year;
the others plainer, as `manage.py generate` writes them.

The books of the demo's own branch: bases, charges, payments with receipts, somebody behind, somebody relieved.

What the demo's branch handed up, and what its committee spent.
"""

import uuid
from datetime import date, timedelta
from random import Random

from django.db import transaction

from branchweb.demo.county import COUNTY, HOME_BRANCH
from branchweb.demo.generator.dues import adopt_farmers_amount, generate_dues
from dues.arrears.services import agree_quarterly, record_reason
from dues.charging.queries import roster_base
from dues.charging.relief_services import NewRelief, ask_relief
from dues.charging.services import NewBasis, charge_month, fix_basis
from dues.choices import DisclosureWay, PayerKind, PaymentWay, ReliefKind, UseKind
from dues.ledger.queries import open_months
from dues.payments.services import NewPayment, propose_payment, record_payment
from dues.units import last_day, month_of, months_between
from dues.upwards.models import DuesUse, LargeDues
from dues.upwards.queries import deciding_meetings
from dues.upwards.services import confirm_remittance, disclose, hand_up, record_large, record_use, send_up
from meetings.choices import MeetingKind
from members.choices import DuesCategory, OfficeKind, SituationKind
from members.models import LocalRule, Member, Office, Organization, User
from members.paths import STEP
from members.refused import Refused
from rulebook.dates import add_months

SEED = 1921
RATIO = "0.2"


@transaction.atomic
def fill(*, on: date) -> None:
    """Add the dues of the year as they stand on that day."""
    county = Organization.objects.get(code=COUNTY)
    adopt_farmers_amount(county, on=on)
    adopt_ratio(county, on=on)
    generate_dues(root=county, months=on.month, seed=SEED, on=on, leave_out=[HOME_BRANCH])
    home = Organization.objects.get(code=HOME_BRANCH)
    keep_books(home, on=on)
    hand_up_and_spend(home, on=on)


def adopt_ratio(county: Organization, *, on: date) -> None:
    """The share that branches hand up, which no national rule sets."""
    LocalRule.objects.create(
        organization=county,
        rule_key="dues.remit.ratio",
        value=RATIO,
        document="关于党费收缴上缴工作的通知",
        number=f"组〔{on.year - 1}〕9号",
        approved_by=county.name,
        approved_on=date(on.year - 1, 12, 20),
        valid_from=date(on.year - 5, 1, 1),
    )


HOME_SEED = 2008
WAYS = (PaymentWay.CASH, PaymentWay.WECHAT, PaymentWay.CASH, PaymentWay.TRANSFER)
STOPPED = 6
"""So many months ago one of the members stopped paying, and nobody knows why."""


def keep_books(branch: Organization, *, on: date) -> None:
    """A year of one branch. Members without a category or a base wait for the officer, as in life."""
    rng, officer = Random(HOME_SEED), officer_of(branch, on)  # noqa: S311 - who paid in the demo is no secret
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


def hand_up_and_spend(branch: Organization, *, on: date) -> None:
    """The quarters that are over: all but the last are confirmed. In the demo's January nothing was handed up yet."""
    officer, staff = officer_of(branch, on), _staff_above(branch, on)
    first, quarter = date(on.year, 1, 1), 0
    while add_months(first, 3) <= on.replace(day=1):
        last = add_months(first, 2)
        sent_on = min(add_months(first, 3) + timedelta(days=4), on)
        batch = hand_up(key=uuid.uuid4(), branch=branch, first=first, last=last, sent_on=sent_on, by=officer, on=on)
        if staff and add_months(first, 6) <= on.replace(day=1):
            confirm_remittance(batch, received_on=min(sent_on + timedelta(days=2), on), by=staff, on=on)
        first, quarter = add_months(first, 3), quarter + 1
    if quarter:
        _spend(branch, officer, on)
    _publish_last_year(branch, officer, on)
    _give(branch, officer, on)


def _spend(branch: Organization, officer: User, on: date) -> None:
    for kind, fen, purpose, day in (
        (UseKind.READING_MATERIAL, 36_000, "订阅学习报刊", date(on.year, 1, 20)),
        (UseKind.NEEDY_MEMBERS, 60_000, "春节前走访困难党员", date(on.year, 2, 6)),
    ):
        meeting = deciding_meetings(branch).filter(kind=MeetingKind.COMMITTEE_MEETING, day__lte=day).first()
        use = DuesUse(
            organization=branch, kind=kind, amount_fen=fen, purpose=purpose, used_on=day, decided_by="支部委员会",
            meeting=meeting, decided_on=meeting.day if meeting else day,
        )  # fmt: skip
        record_use(use, by=officer, on=on)


def _publish_last_year(branch: Organization, officer: User, on: date) -> None:
    day = date(on.year - 1, 12, 20)
    disclose(
        organization=branch,
        year=on.year - 1,
        way=DisclosureWay.MEETING,
        place="年末支部党员大会上宣读",
        disclosed_on=day,
        by=officer,
        on=on,
    )


def _give(branch: Organization, officer: User, on: date) -> None:
    """A retired member gave two thousand yuan; it is on its way."""
    giver = Member.objects.below(branch.path).filter(dues_category=DuesCategory.RETIRED).in_roster_order().first()
    if giver is None:
        return
    given_on = on - timedelta(days=9)
    large = LargeDues(organization=branch, member=giver, amount_fen=200_000, given_on=given_on)
    record_large(large, by=officer, on=on)
    send_up(large, sent_up_on=on - timedelta(days=2), profile="退休职工，自愿多交党费。", by=officer, on=on)


def _staff_above(branch: Organization, on: date) -> User | None:
    above = Organization.objects.filter(path__in=[branch.path[:end] for end in range(STEP, len(branch.path), STEP)])
    held = Office.objects.holding(on).filter(organization__in=above, kind=OfficeKind.COMMITTEE_STAFF)
    office = held.select_related("user", "member__user").order_by("-organization__path").first()
    return account_of(office) if office else None
