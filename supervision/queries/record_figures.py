"""What meetings and dues have on record for a report: counts of a subtree and a period."""

from collections import Counter
from datetime import date

from django.db.models import Count, F, Q, QuerySet, Sum

from dues.models import Charge, Disclosure, Payment
from dues.models.payment import PaymentQuerySet
from meetings.choices import AttendanceState, MeetingKind
from meetings.models import Expected
from meetings.queries.duties import meeting_duties, meeting_states
from meetings.queries.records import lectures_held
from members.paths import subtree
from rulebook.values import Duty, DutyState
from supervision.rules.report_figures import DUE, HELD, MEETING_KINDS, MISSED

STATES = {DUE: None, HELD: DutyState.DONE, MISSED: DutyState.OVERDUE}
"""Column → the state of the duties in it; None: all of them."""
LECTURES_HELD = f"{MeetingKind.PARTY_LECTURE}_{HELD}"
REASON, NO_REASON = "absent_with_reason", "absent_without"
ATTENDANCE = {
    **{state.value: Q(state=state) for state in AttendanceState if state != AttendanceState.ABSENT},
    REASON: Q(state=AttendanceState.ABSENT) & ~Q(reason=""),
    NO_REASON: Q(state=AttendanceState.ABSENT, reason=""),
}


def meeting_figures(path: str, first: date, last: date, *, on: date) -> dict[str, int]:
    """`theme_day_due`, `theme_day_held`, `theme_day_missed` and so for each kind that the rules ask for. Lectures count
    when they are held: only a local rule asks for any, and then for the whole year."""
    found: Counter[str] = Counter()
    for _place, called in meeting_states(path, on=on, through=last):
        for one, state in called:
            if first <= one.due_on <= last:
                found.update(f"{one.kind}_{column}" for column, of in STATES.items() if of in (None, state))
    found[LECTURES_HELD] = lectures_held(path, first, last).count()
    return {f"{kind}_{column}": found[f"{kind}_{column}"] for kind in MEETING_KINDS for column in STATES}


def meetings_due(path: str, first: date, last: date, *, on: date, kind: str, column: str) -> list[Duty]:
    """The duties behind one of these figures."""
    return [
        duty
        for duty in meeting_duties(path, on=on, through=last)
        if duty.kind == kind and first <= duty.due_on <= last and STATES[column] in (None, duty.state)
    ]


def attendances(path: str, first: date, last: date) -> QuerySet[Expected]:
    """Who should attend the meetings of the period that were held."""
    held = Expected.objects.of_held_meetings().should_attend().between(first, last)
    return held.filter(subtree("meeting__organization__path", [path]))


def attendance_figures(path: str, first: date, last: date) -> dict[str, int]:
    """Unknown stays unknown: it is neither an absence nor a presence. One query."""
    counts = {name: Count("pk", filter=condition) for name, condition in ATTENDANCE.items()}
    return attendances(path, first, last).aggregate(expected=Count("pk"), **counts)


def charges(path: str, first: date, last: date) -> QuerySet[Charge]:
    """Without balances that a ledger carried over, as in the overview of dues."""
    return Charge.objects.ordinary().below(path).between(first, last)


def payments(path: str, first: date, last: date) -> PaymentQuerySet:
    return Payment.objects.below(path).paid_between(first, last)


def disclosures(path: str, first: date, last: date) -> QuerySet[Disclosure]:
    return Disclosure.objects.filter(subtree("organization__path", [path]), disclosed_on__range=(first, last))


def dues_figures(path: str, first: date, last: date) -> dict[str, int]:
    """Sums in fen, never an amount of anybody. Three queries."""
    net = charges(path, first, last).aggregate(fen=Sum(F("amount_fen") - F("waived_fen")))["fen"]
    paid = payments(path, first, last).aggregate(fen=Sum("amount_fen"))["fen"]
    return {"charged": net or 0, "paid": paid or 0, "disclosures": disclosures(path, first, last).count()}
