"""A branch's third quarter of 2026 as tests know it: a little of everything that a report counts."""

import uuid
from datetime import date

from meetings.models import Attendance, Meeting
from members.models import HelpRequest, Member, Organization, User
from supervision.models import (
    AppraisalRound,
    Appraisee,
    Inspection,
    Matter,
    Problem,
    ProblemList,
    Report,
    Suggestion,
    Talk,
)
from supervision.reports.services import adopt_report, begin_report, move_report
from tests.cast import TODAY, Cast
from tests.dues.making import charge, pay

QUARTER, FIRST, LAST = "2026-Q3", date(2026, 7, 1), date(2026, 9, 30)
IN, OUT = date(2026, 8, 12), date(2026, 5, 12)
STATES = ("on_site", "online", "visited", "made_up", "leave", "absent", "unknown")


def hold(place: Organization, kind: str, day: date, state: str = "held", **people: tuple[Member, dict]) -> Meeting:
    meeting = Meeting.objects.create(organization=place, kind=kind, day=day, counts_for_year=day.year, state=state)
    for member, facts in people.values():
        Attendance.objects.create(meeting=meeting, member=member, name=member.name, is_formal=True, **facts)
    return meeting


def attended(place: Organization, member: Member, state: str, day: date, **facts: object) -> None:
    leave = {"leave_kind": "sick"} if state == "leave" else {}
    hold(place, "party_lecture", day, one=(member, {"state": state, **leave, **facts}))


def quarter_of(branch: Organization, members: list[Member], by: User, above: Organization) -> None:
    """Something for every figure, in the quarter and outside it."""
    first, second = members
    for number, state in enumerate(STATES):
        attended(branch, first, state, date(2026, 7, 2 + number))
        attended(branch, first, state, OUT)
    attended(branch, second, "absent", IN, reason="住院", reason_source="officer")
    for month in (7, 8):
        hold(branch, "theme_day", date(2026, month, 20))
    hold(branch, "general_meeting", IN)
    for day in (IN, OUT):
        _of_day(branch, first, second, by, above, day)
    charge(first, "2026-08", 5000, 1000)
    charge(second, "2026-09", 3000)
    charge(first, "2026-05", 700)
    pay(first, 4000, "2026-08-15")
    pay(second, 2000, "2026-10-15")


def _of_day(branch: Organization, first: Member, second: Member, by: User, above: Organization, day: date) -> None:
    late, soon = date(2026, 8, 20), date(2026, 12, 30)
    facts = {
        "organization": branch,
        "member": first,
        "kind": "work",
        "text": "路灯",
        "asked_on": day,
        "recorded_by": by,
    }
    answered = {"answered_by": by, "answer": "修好了", "outcome": "solved"}
    Suggestion.objects.create(**facts, due_on=soon, answered_on=day, **answered)
    Suggestion.objects.create(**facts, due_on=late, answered_on=date(2026, 9, 2), **answered | {"outcome": "explained"})
    Suggestion.objects.create(**facts, due_on=late)
    asked = {"member": first, "asked_on": day, "due_on": soon, "request": "买药", "recorded_by": by}
    HelpRequest.objects.create(**asked)
    HelpRequest.objects.create(**asked, answered_on=day, answered_by=by, answer="买了")
    Talk.objects.create(organization=branch, first=first, second=second, held_on=day, recorded_by=by)
    visit = Inspection.objects.create(
        organization=branch, inspected_by=above, visit_on=day, team="组", subject="查", state="issued", issued_on=day
    )
    for number, source in enumerate(("org_life_meeting", "appraisal", "inspection", "suggestion", "other")):
        more = {"inspection": visit} if source == "inspection" else {}
        made = ProblemList.objects.create(organization=branch, source=source, title="清单", made_on=day, **more)
        end = {"state": ("accepted", "dropped")[number], "settled_on": day, "settled_by": by} if number < 2 else {}
        due = late if number == 2 else soon
        Problem.objects.create(problem_list=made, organization=branch, text="水房漏水", found_on=day, due_on=due, **end)
    matter = {"organization": branch, "kind": "project", "title": "修路", "proposal": "修", "proposed_by": "村"}
    decided = {"decision": "adopted", "decided_on": day, "decided_by": "会"}
    Matter.objects.create(**matter, proposed_on=day)
    Matter.objects.create(**matter, proposed_on=day, **decided)
    done = {"executed_on": day, "execution_text": "完", "reviewed_on": day, "review_text": "好"}
    opinion = {"opinion": "agrees", "opinion_on": day}
    Matter.objects.create(**matter, proposed_on=day, **opinion, **decided, **done)
    year = AppraisalRound.objects.create(
        organization=branch, year=day.year - (day == OUT), state="closed", opened_on=day, closed_on=day
    )
    Appraisee.objects.create(round=year, member=first, grade="excellent")
    Appraisee.objects.create(round=year, member=second, is_graded=False)


def begun(organization: Organization, by: User, period: str = QUARTER) -> Report:
    return begin_report(key=uuid.uuid4(), organization=organization, period=period, on=TODAY, by=by)


def adopted(organization: Organization, by: User, kind: str = "committee_meeting", period: str = QUARTER) -> Report:
    report = begun(organization, by, period)
    adopt_report(report=report, meeting=hold(organization, kind, date(2026, 10, 9)), on=TODAY, by=by)
    report.refresh_from_db()
    return report


def submitted(organization: Organization, by: User, kind: str = "committee_meeting", period: str = QUARTER) -> Report:
    return moved(adopted(organization, by, kind, period), "submit", by)


def moved(report: Report, act: str, by: User, text: str = "好", on: date = TODAY) -> Report:
    move_report(report=report, act=act, text=text, on=on, by=by)
    report.refresh_from_db()
    return report


def filled(cast: Cast) -> None:
    quarter_of(cast.branch, [cast.zhang, cast.li], cast.secretary, cast.district)
