"""What assessments count of supervision: days and counts, never a text; of talks not even a count."""

from datetime import date

import pytest

from members.models import HelpRequest
from supervision.models import AppraisalRound, ProblemStep, Report, Suggestion, Talk
from tests.assessment.measuring import facts_of, told
from tests.cast import make_member
from tests.supervision.matters.making import DECISION, OPINION, matter
from tests.supervision.problems.making import listed, problem, visit

JUNE = date(2026, 6, 30)


def talk(cast, first, second, day=date(2026, 5, 5)):
    return Talk.objects.create(
        organization=cast.branch, first=first, second=second, held_on=day, recorded_by=cast.secretary
    )


def found(cast, due_on, **facts):
    return problem(cast.branch, found_on=date(2026, 1, 5), due_on=due_on, **facts)


def report_done(cast, one, day, state="done"):
    ProblemStep.objects.create(problem=one, kind="done", on=day, text="已办", by=cast.secretary)
    one.state = state
    one.save()


def suggest(cast, due_on, answered_on=None):
    said = {"answered_on": answered_on, "answered_by": cast.secretary, "answer": "好", "outcome": "solved"}
    return Suggestion.objects.create(
        organization=cast.branch, member=cast.zhang, kind="work", text="暖气", asked_on=date(2026, 1, 2), due_on=due_on,
        recorded_by=cast.secretary, **(said if answered_on else {}),
    )  # fmt: skip


def ask_for_help(cast, due_on, answered_on=None):
    said = {"answered_on": answered_on, "answered_by": cast.secretary, "answer": "好"}
    return HelpRequest.objects.create(
        member=cast.li, asked_on=date(2026, 1, 2), due_on=due_on, request="买药", recorded_by=cast.secretary,
        **(said if answered_on else {}),
    )  # fmt: skip


def test_of_talks_it_is_only_said_whether_the_years_are_done(cast):
    assert told("supervision.talks", cast.branch, last=JUNE) == []
    assert told("supervision.talks", cast.branch) is None
    third = make_member("周明", cast.branch)
    talk(cast, cast.zhang, cast.li)
    assert told("supervision.talks", cast.branch) == [("duty:heart_talk:2026", 0, 1, 0)]
    talk(cast, third, cast.li)
    assert told("supervision.talks", cast.branch, last=JUNE) == [("duty:heart_talk:2026", 1, 1, 0)]
    assert told("supervision.talks", cast.branch) == [("duty:heart_talk:2026", 1, 1, 0)]


def test_the_years_appraisal_is_closed_or_missing_by_its_day(cast):
    AppraisalRound.objects.create(
        organization=cast.branch, year=2025, opened_on=date(2025, 12, 1), state="closed", closed_on=date(2025, 12, 20)
    )
    assert told("supervision.appraisal", cast.branch, last=JUNE) == []
    assert told("supervision.appraisal", cast.branch) == [("duty:appraisal:2026", 0, 1, 0)]
    one = AppraisalRound.objects.create(organization=cast.branch, year=2026, opened_on=date(2026, 12, 1))
    assert told("supervision.appraisal", cast.branch) == [("duty:appraisal:2026", 0, 1, 0)]
    one.state, one.closed_on = "closed", date(2026, 12, 20)
    one.save()
    assert told("supervision.appraisal", cast.branch) == [(f"round:{one.pk}", 1, 1, 0)]


def test_a_branch_that_never_appraised_here_is_unknown(cast):
    assert told("supervision.appraisal", cast.branch) is None


def test_reports_fall_due_after_their_quarter(cast):
    one = Report.objects.create(
        organization=cast.branch, period_kind="quarter", period="2026-Q1", begun_on=date(2026, 4, 1), state="submitted",
        figures={}, adopted_on=date(2026, 4, 5), submitted_on=date(2026, 4, 6),
    )  # fmt: skip
    reports = told("supervision.reports", cast.branch, last=date(2026, 8, 31))
    assert (f"report:{one.pk}", 1, 1, 0) in reports
    assert ("duty:supervision_report:2026-Q2", 0, 1, 0) in reports
    one.delete()
    without = told("supervision.reports", cast.branch, last=date(2026, 8, 31))
    assert set(without) - set(reports) == {("duty:supervision_report:2026-Q1", 0, 1, 0)}


def test_a_problem_is_done_when_it_was_reported_by_its_day(cast):
    on_time, late, waiting = (found(cast, date(2026, month, 10)) for month in (2, 3, 4))
    found(cast, date(2026, 7, 1))
    report_done(cast, on_time, date(2026, 2, 10))
    report_done(cast, late, date(2026, 3, 11))
    assert told("supervision.problems", cast.branch, last=JUNE) == [
        (f"problem:{on_time.pk}", 1, 1, 0), (f"problem:{late.pk}", 0, 1, 0), (f"problem:{waiting.pk}", 0, 1, 0),
    ]  # fmt: skip


def test_a_problem_that_was_sent_back_is_not_done(cast):
    one = found(cast, date(2026, 2, 10))
    report_done(cast, one, date(2026, 2, 1), state="open")
    assert told("supervision.problems", cast.branch) == [(f"problem:{one.pk}", 0, 1, 0)]


def test_dropped_problems_and_findings_still_being_written_are_left_out(cast):
    end = {"state": "dropped", "settled_on": date(2026, 2, 1), "settled_by": cast.secretary}
    found(cast, date(2026, 2, 10), **end)
    findings = listed(cast.branch, source="inspection", inspection=visit(cast, "visited"))
    problem(cast.branch, findings, found_on=date(2026, 1, 5), due_on=date(2026, 2, 10))
    assert told("supervision.problems", cast.branch) == []


@pytest.mark.parametrize(("name", "make"), [("suggestions", suggest), ("help", ask_for_help)])
def test_answers_are_counted_by_the_month_in_which_they_fell_due(cast, name, make):
    make(cast, date(2026, 2, 10), date(2026, 2, 10))
    make(cast, date(2026, 2, 20), date(2026, 2, 21))
    last = make(cast, date(2026, 3, 5))
    make(cast, date(2026, 7, 1))
    assert told(f"supervision.{name}", cast.branch, last=JUNE) == [
        (f"{name}:2026-02", 1, 2, 0), (f"{name}:2026-03", 0, 1, 0),
    ]  # fmt: skip
    last.delete()
    assert told(f"supervision.{name}", cast.branch, last=JUNE) == [(f"{name}:2026-02", 1, 2, 0)]


def test_a_decision_without_the_branchs_opinion_before_is_not_done(cast):
    heard = matter(cast.branch, **OPINION, **DECISION)
    unheard = matter(cast.branch, **DECISION)
    matter(cast.branch, **OPINION)
    assert set(told("supervision.matters", cast.branch)) == {
        (f"matter:{heard.pk}", 1, 1, 0), (f"matter:{unheard.pk}", 0, 1, 0),
    }  # fmt: skip


def test_what_was_studied_is_counted_and_its_absence_can_be_asked_for(cast):
    assert told("supervision.matters_studied", cast.branch) == [("none:matters:2026", 0, 0, 0)]
    one = matter(cast.branch, **OPINION)
    assert told("supervision.matters_studied", cast.branch) == [(f"matter:{one.pk}", 1, 1, 0)]


def test_facts_hold_no_text_of_a_record(cast):
    matter(cast.branch, title="提拔张英", **OPINION, **DECISION)
    found(cast, date(2026, 2, 10), text="张英不来开会")
    names = ("supervision.matters", "supervision.matters_studied", "supervision.problems")
    labels = [fact.label for name in names for fact in facts_of(name, cast.branch)]
    assert len(labels) == 3
    assert not any("张英" in label for label in labels)


@pytest.mark.parametrize(
    ("name", "queries"),
    [
        ("talks", 8), ("appraisal", 9), ("reports", 6), ("problems", 2), ("suggestions", 1), ("help", 1),
        ("matters", 1), ("matters_studied", 1),
    ],
)  # fmt: skip
@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_queries_does_not_grow(cast, name, queries, rows, django_assert_num_queries):
    for number in range(rows):
        talk(cast, make_member(f"周{number}", cast.branch), cast.li)
        found(cast, date(2026, 2, 10))
        suggest(cast, date(2026, 2, 10))
        ask_for_help(cast, date(2026, 2, 10))
        matter(cast.branch, **OPINION, **DECISION)
    with django_assert_num_queries(queries):
        told(f"supervision.{name}", cast.branch)
