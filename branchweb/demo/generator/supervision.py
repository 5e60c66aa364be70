"""Supervision's part of `manage.py generate`: suggestions, talks, problems, matters, appraisals and reports.

Stored in the state to which people would have brought them; the texts are a few, sealed once each.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from django.db import models, transaction

from audit.services import record
from branchweb.demo.generator.members import residents
from members import bulk
from members.choices import OfficeKind, OrganizationKind
from members.fields import Sealed, sealed
from members.models import Organization, User
from rulebook.dates import add_months
from supervision.appraisals.models import AppraisalRound, Appraisee, Tally
from supervision.choices import (
    AppraisalMark,
    Grade,
    InspectionState,
    MatterDecision,
    MatterKind,
    MatterOpinion,
    ProblemSource,
    ProblemState,
    ProblemStepKind,
    ReportPeriod,
    ReportState,
    RoundState,
    SuggestionKind,
    SuggestionOutcome,
    TalkOccasion,
)
from supervision.matters.models import Matter
from supervision.problems.models import Inspection, Problem, ProblemList, ProblemStep
from supervision.reports.figures import kept
from supervision.reports.models import Report, ReportStep
from supervision.reports.rules import latest
from supervision.suggestions.models import Suggestion
from supervision.talks.models import Talk

BRANCHES_AT_ONCE = 200
SUGGESTIONS, TALKS, PROBLEMS, MATTERS = 4, 10, 3, 2
"""Of a branch in a year, at most."""
INSPECTED, REPORTING = 8, 10
"""Every so many branches are inspected, and have sent last quarter's report."""
MOST_REPORTS = 300
"""Each is composed from the whole record, which takes its time."""
ASKED = ("活动室的灯坏了两盏。", "开会通知能不能早两天发？", "学习资料请印大字版。", "食堂开餐能不能提前半小时？")
ANSWERED = ("已经办好。", "已同有关单位商量，下月起照办。")
FOUND = ("党课联系实际少", "谈心谈话记录不及时", "外出党员联系不够", "公示栏没有按季更换")
MEASURE = "明确专人负责，按月检查"
DECIDED = ("更换活动室桌椅", "道路照明维修", "年度困难帮扶名单", "购买学习用书")
OPENED = {Grade.EXCELLENT: 20, Grade.QUALIFIED: 70, Grade.BASICALLY_QUALIFIED: 9, Grade.UNQUALIFIED: 1}
"""Grades of a hundred."""
Rows = Iterator[models.Model]


@dataclass(frozen=True)
class Branch:
    """A branch with its formal members, and who records for it."""

    place: Organization
    members: list[int]
    recorder: int
    number: int
    above: Organization


@dataclass(frozen=True)
class Span:
    first: date
    last: date

    @property
    def years(self) -> float:
        return max((self.last - self.first).days / 365, 0.1)

    def some_day(self, random: Random, *, before: int = 0) -> date:
        """A day of the span that is at least `before` days ago, or its first."""
        return self.first + timedelta(days=random.randrange(max((self.last - self.first).days - before, 1)))

    def times(self, random: Random, most: int) -> int:
        """How often what happens at most so many times a year."""
        return random.randint(1, max(round(most * self.years), 1))


class SealedTexts:
    """Texts that are stored encrypted."""

    def __init__(self) -> None:
        self.asked: list[Sealed] = [sealed(text) for text in ASKED]
        self.answered: list[Sealed] = [sealed(text) for text in ANSWERED]
        self.self_appraisal: Sealed = sealed("按时参加组织生活，按月交纳党费，学习还要再抓紧。")
        self.opinion: Sealed = sealed("同意评定意见。")


@transaction.atomic
def generate_supervision(*, root: Organization, months: int, seed: int, on: date, by: str = "system") -> int:
    """Add what branches supervised in the last so many months; how many rows. Needs `generate_offices` before."""
    if not months:
        return 0
    random, words = Random(f"{seed} supervision {root.code}"), SealedTexts()  # noqa: S311 - invented, no secret
    span = Span(add_months(on.replace(day=1), 1 - months), on)
    rows = 0
    part: list[models.Model] = []
    for branch in _branches(root, on):
        part += _of_branch(branch, span, random, words)
        if branch.number % BRANCHES_AT_ONCE == 0:
            rows, part = rows + _store(part), []
    rows += _store(part) + _reports(root, on)
    record(
        action="generate_supervision", by=by, subject=root, organization_code=root.code,
        details={"months": months, "rows": rows},
    )  # fmt: skip
    return rows


def _branches(root: Organization, on: date) -> Iterator[Branch]:
    recorders = dict(
        User.objects.filter(member__offices__kind=OfficeKind.SECRETARY).values_list(
            "member__offices__organization", "pk"
        )
    )
    committees = Organization.objects.below(root.path).filter(kind=OrganizationKind.COMMITTEE)
    above = {one.path: one for one in committees}
    for number, (place, members) in enumerate(residents(root, on), 1):
        nearest = max((path for path in above if place.path.startswith(path)), key=len)
        yield Branch(place, [pk for pk, _name in members], recorders[place.pk], number, above[nearest])


def _of_branch(branch: Branch, span: Span, random: Random, words: SealedTexts) -> Rows:
    yield from _suggestions(branch, span, random, words)
    yield from _talks(branch, span, random)
    yield from _problems(branch, span, random)
    yield from _matters(branch, span, random)
    yield from _appraisal(branch, span.last, random, words)
    if branch.number % INSPECTED == 0:
        yield from _inspection(branch, span, random)


def _store(rows: Iterable[models.Model]) -> int:
    """By model, in the order in which their first rows were made: lists before their problems."""
    by_model: dict[type[models.Model], list[models.Model]] = defaultdict(list)
    for row in rows:
        by_model[type(row)].append(row)
    for model, part in by_model.items():
        model._base_manager.bulk_create(part, batch_size=500)
    if by_model:
        bulk.refresh_statistics(*by_model)
    return sum(map(len, by_model.values()))


# --- The parts --------------------------------------------------------------------------------------------------------
def _suggestions(branch: Branch, span: Span, random: Random, words: SealedTexts) -> Rows:
    for _ in range(span.times(random, SUGGESTIONS)):
        asked = span.some_day(random)
        answered = asked + timedelta(days=random.randrange(3, 20))
        answer: dict[str, Any] = {}
        if answered <= span.last and random.random() < 0.9:
            outcome = random.choice(list(SuggestionOutcome))
            text = random.choice(words.answered)
            answer = {"answered_on": answered, "answered_by_id": branch.recorder, "answer": text, "outcome": outcome}
        yield Suggestion(
            organization=branch.place, member_id=random.choice(branch.members), recorded_by_id=branch.recorder,
            kind=random.choice(list(SuggestionKind)), text=random.choice(words.asked), asked_on=asked,
            due_on=asked + timedelta(days=15), is_shared=random.random() < 0.8, **answer,
        )  # fmt: skip


def _talks(branch: Branch, span: Span, random: Random) -> Rows:
    """The secretary with one after another; he is the first of the members."""
    others = branch.members[1:]
    for number in range(min(span.times(random, TALKS), 3 * len(others))):
        yield Talk(
            organization=branch.place, first_id=branch.members[0], second_id=others[number % len(others)],
            held_on=span.some_day(random), occasion=random.choice(list(TalkOccasion)), recorded_by_id=branch.recorder,
        )  # fmt: skip


def _problems(branch: Branch, span: Span, random: Random) -> Rows:
    made = span.some_day(random, before=20)
    listed = ProblemList(organization=branch.place, source=ProblemSource.OTHER, title="支部自查问题", made_on=made)
    yield listed
    for text in random.sample(FOUND, random.randint(1, PROBLEMS)):
        yield from _problem(listed, branch, text, span.last, random)


def _problem(listed: ProblemList, branch: Branch, text: str, on: date, random: Random) -> Rows:
    due = listed.made_on + timedelta(days=random.randrange(20, 90))
    settled = due - timedelta(days=random.randrange(1, 15))
    is_settled = settled <= on and random.random() < 0.85
    ending = {"settled_on": settled, "settled_by_id": branch.recorder} if is_settled else {}
    problem = Problem(
        problem_list=listed, organization=branch.place, text=text, measure=MEASURE, found_on=listed.made_on,
        responsible_id=random.choice(branch.members), due_on=due,
        state=ProblemState.ACCEPTED if is_settled else ProblemState.OPEN, **ending,
    )  # fmt: skip
    yield problem
    for kind in (ProblemStepKind.DONE, ProblemStepKind.ACCEPTED) if is_settled else ():
        yield ProblemStep(problem=problem, kind=kind, on=settled, text="已落实。", by_id=branch.recorder)


def _inspection(branch: Branch, span: Span, random: Random) -> Rows:
    visit = span.some_day(random, before=10)
    inspection = Inspection(
        organization=branch.place, inspected_by=branch.above, state=InspectionState.ISSUED, visit_on=visit,
        team="组织科两名同志", subject="会议记录和党费公示", summary="记录基本完整。",
        issued_on=visit + timedelta(days=5),
    )  # fmt: skip
    listed = ProblemList(
        organization=branch.place, source=ProblemSource.INSPECTION, title="检查发现的问题", made_on=visit,
        inspection=inspection,
    )  # fmt: skip
    yield from (inspection, listed)
    yield from _problem(listed, branch, random.choice(FOUND), span.last, random)


def _matters(branch: Branch, span: Span, random: Random) -> Rows:
    for _ in range(span.times(random, MATTERS)):
        proposed = span.some_day(random)
        days = [proposed + timedelta(days=sum((7, 7, 40, 60)[: n + 1])) for n in range(4)]
        opinion, decided, executed, reviewed = (day if day <= span.last else None for day in days)
        yield Matter(
            organization=branch.place, kind=random.choice(list(MatterKind)), title=random.choice(DECIDED),
            proposal="提请研究。", proposed_on=proposed, proposed_by="居委会", opinion_on=opinion,
            opinion=MatterOpinion.AGREES if opinion else "", decided_on=decided, executed_on=executed,
            decision=MatterDecision.ADOPTED if decided else "", decided_by="居民代表会议" if decided else "",
            execution_text="已按决定办理。" if executed else "", reviewed_on=reviewed,
            review_text="达到预期。" if reviewed else "",
        )  # fmt: skip


def _appraisal(branch: Branch, on: date, random: Random, words: SealedTexts) -> Rows:
    """Last year's, closed: every member with a grade, the ballots as sums."""
    year, ballots = on.year - 1, len(branch.members)
    closed = AppraisalRound(
        organization=branch.place, year=year, state=RoundState.CLOSED, opened_on=date(year, 12, 1),
        closed_on=date(year, 12, 28), ballots=ballots,
    )  # fmt: skip
    yield closed
    for member_id in branch.members:
        grade = random.choices(list(OPENED), list(OPENED.values()))[0]
        appraisee = Appraisee(
            round=closed, member_id=member_id, has_voted=True, self_appraisal=words.self_appraisal, grade=grade,
            self_appraised_on=date(year, 12, 8), opinion=words.opinion, told_on=date(year, 12, 28),
        )  # fmt: skip
        yield appraisee
        abstained = min(random.randrange(2), ballots)
        counts = {AppraisalMark(grade): ballots - abstained, AppraisalMark.ABSTAINED: abstained}
        yield from (Tally(appraisee=appraisee, mark=mark, ballots=counts.get(mark, 0)) for mark in AppraisalMark)


def _reports(root: Organization, on: date) -> int:
    """Last quarter's of every so many branches, adopted, handed in and read."""
    quarter = latest(on)
    rows: list[models.Model] = []
    for branch in list(_branches(root, on))[::REPORTING][:MOST_REPORTS]:
        handed_in = min(quarter.last + timedelta(days=9), on)
        report = Report(
            organization=branch.place, period_kind=ReportPeriod.QUARTER, period=quarter.name, state=ReportState.READ,
            figures=kept(branch.place, quarter, on=handed_in), begun_on=handed_in, adopted_on=handed_in,
            submitted_on=handed_in,
        )  # fmt: skip
        rows.append(report)
        states = (ReportState.ADOPTED, ReportState.SUBMITTED, ReportState.READ)
        rows += [ReportStep(report=report, state=state, on=handed_in, by_id=branch.recorder) for state in states]
    return _store(rows)
