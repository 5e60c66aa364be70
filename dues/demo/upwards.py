"""What the demo's branch handed up, and what its committee spent."""

import uuid
from datetime import date, timedelta

from dues.choices import DisclosureWay, UseKind
from dues.demo.home import account_of, officer_of
from dues.models import DuesUse, LargeDues
from dues.queries.decisions import deciding_meetings
from dues.services.large import record_large, send_up
from dues.services.remittances import confirm_remittance, hand_up
from dues.services.uses import disclose, record_use
from meetings.choices import MeetingKind
from members.choices import DuesCategory, OfficeKind
from members.models import Member, Office, Organization, User
from members.paths import STEP
from rulebook.dates import add_months


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
