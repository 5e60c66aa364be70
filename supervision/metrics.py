"""Facts that a scheme of assessment counts by name; `settings.METRICS` names this tuple.

Facts of supervision that assessments count by name (`supervision.metrics`).

Committees read facts: none holds a text, and of talks, whose small counts stay in the branch, only whether the year's
were held.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import Max, QuerySet
from django.utils.translation import gettext, gettext_lazy as _

from dues.units import last_day, month_of
from meetings.planning.duty_queries import meeting_states
from members.metrics import month_start
from members.models import HelpRequest, Organization
from members.paths import subtree
from members.regulations.queries import PlacesBelow
from rulebook.metric import Fact, Metric
from rulebook.values import DutyState
from supervision.appraisals.models import AppraisalRound
from supervision.choices import ProblemState, ProblemStepKind, RoundState
from supervision.matters.models import Matter
from supervision.problems.models import Problem, ProblemStep
from supervision.reports.models import Report
from supervision.reports.queries import report_duties
from supervision.suggestions.models import Suggestion
from supervision.talks.models import Talk
from supervision.talks.queries import talk_duties

EVALUATION, REPORT = "democratic_evaluation", "supervision_report"


# Once a year or a quarter


def talk_facts(path: str, first: date, last: date, *, on: date) -> list[Fact] | None:
    """Of each year whether all its talks were held, once it is over or they were. None: no talk was ever put on
    record. Nine queries a year."""
    duties = [duty for day in year_ends(first, last) for duty in talk_duties(PlacesBelow(path, day))]
    places, facts = _Places(path), []
    for duty in duties:
        done = duty.state == DutyState.DONE
        if done or first <= duty.due_on <= last:
            facts.append(
                places.fact(
                    "heart_talk", gettext("Talks"), duty.period, duty.organization, min(duty.due_on, last), done
                )
            )
    return facts if _all_done(facts) or _here(Talk, path).filter(held_on__lte=last).exists() else None


def appraisal_facts(path: str, first: date, last: date, *, on: date) -> list[Fact] | None:
    """Of each year whether its appraisal was closed, once it is due or was. None: none was ever put on record. Nine
    queries a year."""
    places = _Places(path)
    facts = [fact for day in year_ends(first, last) for fact in _appraisals(path, day, on, places)]
    facts = [fact for fact in facts if first <= fact.on <= last]
    return facts if _all_done(facts) or _here(AppraisalRound, path).filter(opened_on__lte=on).exists() else None


def _appraisals(path: str, day: date, on: date, places: "_Places") -> Iterator[Fact]:
    closed = _here(AppraisalRound, path).filter(state=RoundState.CLOSED, closed_on__lte=on, year=day.year)
    rounds = {one.organization_id: one for one in closed}
    for place, found in meeting_states(PlacesBelow(path, on), through=day):
        due_on = next((one.due_on for one, _state in found if _is_of(one.kind, one.period.name, day.year)), None)
        if one := rounds.get(place.pk):
            closed_on = min(one.closed_on or on, due_on or on)
            yield Fact(
                f"round:{one.pk}",
                f"{gettext('Democratic appraisal')} {day.year}",
                closed_on,
                1,
                1,
                0,
                one.get_absolute_url(),
            )
        elif due_on and due_on <= on:
            yield places.fact(
                "appraisal", gettext("Democratic appraisal"), str(day.year), place.code, due_on, done=False
            )


def _is_of(kind: str, period: str, year: int) -> bool:
    return kind == EVALUATION and period == str(year)


def report_facts(path: str, first: date, last: date, *, on: date) -> list[Fact]:
    """Of each report of a branch that fell due whether it was submitted. Six queries a year."""
    places = _Places(path)
    submitted = _here(Report, path).filter(submitted_on__isnull=False, submitted_on__lte=on)
    reports = {(one.organization.code, one.period): one for one in submitted.select_related("organization")}
    facts = []
    for duty in (duty for day in year_ends(first, last) for duty in report_duties(PlacesBelow(path, day))):
        one = reports.get((duty.organization, duty.period))
        if duty.kind != REPORT or not first <= duty.due_on <= last:
            continue
        if one:
            label = f"{gettext('Report upwards')} {one.period}"
            facts.append(Fact(f"report:{one.pk}", label, duty.due_on, 1, 1, 0, one.get_absolute_url()))
        else:
            facts.append(
                places.fact(REPORT, gettext("Report upwards"), duty.period, duty.organization, duty.due_on, False)
            )
    return facts


# One by one, or by months


def problem_facts(path: str, first: date, last: date, *, on: date) -> list[Fact]:
    """Each problem whose day has come: done when it was reported as done by its day, and not sent back. Findings that
    aren't handed over and problems that were dropped are left out. Two queries."""
    rows = Problem.objects.below(path).handed_over().exclude(state=ProblemState.DROPPED)
    rows = rows.filter(due_on__range=(first, last)).order_by("due_on", "pk")
    steps = ProblemStep.objects.filter(problem__in=rows.order_by(), kind=ProblemStepKind.DONE, on__lte=on)
    reported = dict(steps.order_by().values_list("problem").annotate(Max("on")))
    return [_problem_fact(one, reported.get(one.pk)) for one in rows]


def _problem_fact(problem: Problem, reported_on: date | None) -> Fact:
    ready_on = reported_on or problem.settled_on
    done = problem.state != ProblemState.OPEN and ready_on is not None and ready_on <= problem.due_on
    label, url = f"{gettext('Problem found')} {problem.found_on}", problem.get_absolute_url()
    return Fact(f"problem:{problem.pk}", label, problem.due_on, int(done), 1, 0, url)


def suggestion_facts(path: str, first: date, last: date, *, on: date) -> list[Fact]:
    """By the month in which the answers fell due: suggestions answered on time, of all. One query."""
    rows = Suggestion.objects.below(path).filter(due_on__range=(first, last)).order_by()
    return _answered("suggestions", gettext("Suggestions"), rows.values_list("due_on", "answered_on"), last)


def help_facts(path: str, first: date, last: date, *, on: date) -> list[Fact]:
    """The same of requests for help. One query."""
    here = subtree("member__roster_path", [path])
    rows = HelpRequest.objects.filter(here, due_on__range=(first, last)).order_by()
    return _answered("help", gettext("Requests for help"), rows.values_list("due_on", "answered_on"), last)


def _answered(kind: str, label: str, rows: Iterable[tuple[date, date | None]], last: date) -> list[Fact]:
    asked, done = Counter[date](), Counter[date]()
    for due_on, answered_on in rows:
        asked[month_of(due_on)] += 1
        done[month_of(due_on)] += answered_on is not None and answered_on <= due_on
    return [
        Fact(f"{kind}:{month:%Y-%m}", f"{label} {month:%Y-%m}", min(last_day(month), last), done[month], asked[month])
        for month in sorted(asked)
    ]


def matter_facts(path: str, first: date, last: date, *, on: date) -> list[Fact]:
    """Each major matter that was decided: done when the branch gave its opinion before. One query."""
    rows = _here(Matter, path).filter(decided_on__range=(first, last)).order_by("decided_on", "pk")
    first_said = [(one, one.decided_on or last, not one.lacks_opinion) for one in rows]
    return [_matter_fact(one, day, done) for one, day, done in first_said]


def studied_facts(path: str, first: date, last: date, *, on: date) -> list[Fact]:
    """Each major matter on which the branch gave its opinion. How many there should be only a scheme says: where there
    was none, a fact of nothing stands for that. One query."""
    rows = _here(Matter, path).filter(opinion_on__range=(first, last)).order_by("opinion_on", "pk")
    facts = [_matter_fact(one, one.opinion_on or last, True) for one in rows]
    return facts or [Fact(f"none:matters:{last.year}", gettext("Major matters"), last, 0, 0)]


def _matter_fact(matter: Matter, day: date, done: bool) -> Fact:
    label, url = f"{gettext('Major matter')} {day}", matter.get_absolute_url()
    return Fact(f"matter:{matter.pk}", label, day, int(done), 1, 0, url)


# What they share


def year_ends(first: date, last: date) -> Iterator[date]:
    """The last day of each year in these days, of the last one the last of them."""
    return (min(date(year, 12, 31), last) for year in range(first.year, last.year + 1))


class _Places:
    """Names of what stands below a path: only of places below is it said where something is missing."""

    def __init__(self, path: str) -> None:
        rows = Organization.objects.below(path).order_by()
        self.names = {code: name for code, place, name in rows.values_list("code", "path", "name") if place != path}

    def fact(self, kind: str, label: str, period: str, code: str, day: date, done: bool) -> Fact:
        record, words = f"duty:{kind}:{period}", f"{label} {period}"
        if code in self.names:
            record, words = f"{record}:{code}", f"{words} · {self.names[code]}"
        return Fact(record, words, day, int(done), 1)


def _all_done(facts: Iterable[Fact]) -> bool:
    return all(fact.done for fact in facts)


def _here(model: Any, path: str) -> QuerySet[Any]:
    rows: QuerySet[Any] = model.objects.filter(subtree("organization__path", [path]))
    return rows


# Month by month, in the words of SQL that both databases take: parts of a statement with a row a branch and month, over
# the tables `rollup_place` and `rollup_span` of whoever adds them up (assessment/dashboard/rollup_queries.py).


def problems_by_month() -> str:
    """Problems that the branch was told, without those that were dropped. On time: reported as done by the day, for
    the last time where it was sent back, or accepted by then."""
    return f"""
problems AS MATERIALIZED (
    SELECT place.branch, {month_start("problem.due_on")} AS month, COUNT(*) AS problems_due,
        COUNT(CASE WHEN problem.state IN ('done', 'accepted') AND (problem.settled_on <= problem.due_on
            OR (SELECT MAX(step."on") FROM supervision_problemstep step
                WHERE step.problem_id = problem.key AND step.kind = 'done') <= problem.due_on) THEN 1 END)
            AS problems_on_time
    FROM rollup_place place
    CROSS JOIN supervision_problem problem
    JOIN supervision_problemlist source ON source.key = problem.problem_list_id
    LEFT JOIN supervision_inspection inspection ON inspection.key = source.inspection_id
    WHERE problem.organization_id = place.place AND problem.state <> 'dropped'
        AND problem.due_on BETWEEN %(first)s AND %(last)s AND problem.due_on < %(on)s
        AND (inspection.key IS NULL OR inspection.state IN ('issued', 'closed'))
    GROUP BY place.branch, {month_start("problem.due_on")}
)"""  # noqa: S608 - columns of ours


def suggestions_due() -> str:
    """Suggestions made to the branch: branch, day, and when they were answered."""
    return """
    SELECT place.branch, asked.due_on, asked.answered_on
    FROM rollup_place place CROSS JOIN supervision_suggestion asked
    WHERE asked.organization_id = place.place
        AND asked.due_on BETWEEN %(first)s AND %(last)s AND asked.due_on < %(on)s"""


METRICS: tuple[Metric, ...] = (
    Metric(
        name="supervision.talks",
        title=_("Heart-to-heart talks of the year"),
        definition=_(
            "Whether everybody was talked with whom the rules ask for in the year; how many are missing stays in the "
            "branch"
        ),
        numerator=_("years in which all talks were held"),
        denominator=_("years that are over, or in which all talks were held"),
        unit=_("years"),
        source=_("The branch's talks"),
        not_recorded=_("when no talk was ever put on record"),
        facts=talk_facts,
        rule_key="talk.per_year",
    ),
    Metric(
        name="supervision.appraisal",
        title=_("Democratic appraisal closed"),
        definition=_("Whether the year's democratic appraisal of members was carried out to its end"),
        numerator=_("appraisals closed"),
        denominator=_("appraisals closed, and years whose time for it is over"),
        unit=_("appraisals"),
        source=_("The democratic appraisals"),
        not_recorded=_("when no appraisal was ever put on record"),
        facts=appraisal_facts,
        rule_key="meet.democratic_evaluation.per_year",
    ),
    Metric(
        name="supervision.reports",
        title=_("Reports upwards submitted"),
        definition=_("Reports of the quarters that fell due in these days"),
        numerator=_("reports submitted"),
        denominator=_("reports that fell due"),
        unit=_("reports"),
        source=_("The supervision reports"),
        not_recorded=_("never: what isn't submitted here is not submitted"),
        facts=report_facts,
        rule_key="supervision.branch_reports",
    ),
    Metric(
        name="supervision.problems",
        title=_("Problems put right by their day"),
        definition=_("Problems whose day fell into these days, without those that were dropped"),
        numerator=_("problems reported as done by their day and not sent back"),
        denominator=_("problems whose day has come"),
        unit=_("problems"),
        source=_("The lists of problems"),
        not_recorded=_("never: where no problem was found, nothing is due"),
        facts=problem_facts,
        rule_key="meet.org_life_meeting.steps",
    ),
    Metric(
        name="supervision.suggestions",
        title=_("Suggestions answered on time"),
        definition=_("Month by month: members' suggestions whose day for the answer has come"),
        numerator=_("suggestions answered by their day"),
        denominator=_("suggestions whose day has come"),
        unit=_("suggestions"),
        source=_("The branch's suggestions"),
        not_recorded=_("never: where nobody suggested anything, nothing is due"),
        facts=suggestion_facts,
        rule_key="supervision.suggestion.days",
    ),
    Metric(
        name="supervision.help",
        title=_("Requests for help answered on time"),
        definition=_("Month by month: members' requests for help whose day for the answer has come"),
        numerator=_("requests answered by their day"),
        denominator=_("requests whose day has come"),
        unit=_("requests"),
        source=_("The contact log"),
        not_recorded=_("never: where nobody asked for help, nothing is due"),
        facts=help_facts,
        rule_key="help.answer.days",
    ),
    Metric(
        name="supervision.matters",
        title=_("The branch heard before major decisions"),
        definition=_("Major matters that were decided, and whether the branch had given its opinion before"),
        numerator=_("matters with an opinion before the decision"),
        denominator=_("matters decided in these days"),
        unit=_("matters"),
        source=_("The register of major matters"),
        not_recorded=_("never: where nothing was decided, nothing is due"),
        facts=matter_facts,
        rule_key="major_matters.kinds",
    ),
    Metric(
        name="supervision.matters_studied",
        title=_("Major matters studied"),
        definition=_(
            "Major matters on which the branch gave its opinion in these days; a scheme says how many it expects"
        ),
        numerator=_("matters studied"),
        denominator=_("the same: no rule says how many there must be"),
        unit=_("matters"),
        source=_("The register of major matters"),
        not_recorded=_("never: what isn't in the register was not studied"),
        facts=studied_facts,
        rule_key="major_matters.kinds",
    ),
)
