"""Problems and inspections: every step is on record, and nobody accepts what they put right themselves."""

import uuid
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from audit.models import Entry
from members.refused import Refused
from members.regulations.queries import PlacesBelow
from supervision.models import Inspection, Problem, ProblemList, ProblemStep
from supervision.problems import services as service
from supervision.problems.queries import problem_duties, problem_figures, problem_lines
from supervision.problems.rules import ProblemDates, ProblemRole, possible, rectification_duties
from supervision.problems.services import (
    assign,
    close_inspection,
    hand_over,
    make_list,
    plan_inspection,
    take_out_finding,
    write_findings,
)
from tests.audit.protection import is_protected
from tests.cast import TODAY
from tests.supervision.problems.making import FOUND, by, finding, listed, problem, step, visit

pytestmark = pytest.mark.django_db
SOON = TODAY + timedelta(days=5)
PDF = b"%PDF-1.7 evidence"


def actions():
    return list(Entry.objects.order_by("number").values_list("action", flat=True))


def rows(cast, number=2):
    return [
        {"text": f"问题{n}", "measure": "整改", "responsible": cast.zhang, "responsible_name": "", "due_on": SOON}
        for n in range(number)
    ]


# --- Rules ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("state", "parts", "steps"),
    [
        ("open", {ProblemRole.RESPONSIBLE}, ["done", "note"]),
        ("open", {ProblemRole.RECORDER, ProblemRole.SETTLER}, ["done", "note", "moved", "dropped"]),
        ("open", {ProblemRole.RECORDER}, ["done", "note"]),
        ("done", {ProblemRole.SETTLER}, ["note", "accepted", "sent_back", "dropped"]),
        ("done", {ProblemRole.SETTLER, ProblemRole.RESPONSIBLE}, ["note"]),
        ("done", {ProblemRole.RECORDER}, ["note"]),
        ("accepted", set(ProblemRole), []),
        ("open", set(), []),
    ],
)
def test_what_can_happen_to_a_problem(state, parts, steps):
    assert possible(state, parts) == steps


@pytest.mark.parametrize(
    ("days", "is_open", "state"),
    [(31, True, None), (30, True, "open"), (0, True, "open"), (-1, True, "overdue"), (-1, False, "done")],
)
def test_a_duty_is_asked_a_month_ahead(days, is_open, state):
    found = rectification_duties("branch", [ProblemDates(TODAY + timedelta(days=days), is_open)], on=TODAY)

    assert [one.state for one in found] == ([state] if state else [])


def test_the_earliest_open_problem_of_a_month_decides():
    items = [
        ProblemDates(TODAY - timedelta(days=9), False),
        ProblemDates(TODAY - timedelta(days=3), True),
        ProblemDates(TODAY, True),
    ]
    (duty,) = rectification_duties("branch", items, on=TODAY)

    assert (duty.period, duty.due_on, duty.state) == ("2026-11", TODAY - timedelta(days=3), "overdue")


# --- Lists ----------------------------------------------------------------------------------------------------------
def test_a_list_is_stored_once_with_its_entry(cast):
    new = ProblemList(organization=cast.branch, source="other", title="自查", made_on=TODAY)
    for _turn in range(2):
        make_list(problem_list=new, rows=rows(cast), on=TODAY, by=by(cast.secretary))

    assert [one.text for one in Problem.objects.order_by("text")] == ["问题0", "问题1"]
    assert actions() == ["make_problem_list"]


@pytest.mark.parametrize(
    "change", [{"due_on": FOUND - timedelta(days=1)}, {"responsible": None}, None, {"made_on": SOON}]
)
def test_a_list_that_says_too_little_leaves_nothing(cast, change):
    made_on = (change or {}).get("made_on", FOUND)
    given = [row | change for row in rows(cast)] if change and "made_on" not in change else []
    new = ProblemList(organization=cast.branch, source="other", title="自查", made_on=made_on)
    with pytest.raises(Refused):
        make_list(problem_list=new, rows=given, on=TODAY, by=by(cast.secretary))

    assert (ProblemList.objects.count(), Problem.objects.count(), actions()) == (0, 0, [])


# --- Steps ----------------------------------------------------------------------------------------------------------
def test_from_report_to_acceptance_every_step_is_on_record(cast):
    one = problem(cast.branch, responsible=cast.zhang)
    step(one, "done", cast.member, content=PDF)
    step(one, "sent_back", cast.secretary)
    step(one, "done", cast.member)
    step(one, "accepted", cast.secretary)

    one.refresh_from_db()
    assert (one.state, one.settled_on, one.settled_by) == ("accepted", TODAY, cast.secretary)
    assert [each.kind for each in one.steps.all()] == ["done", "sent_back", "done", "accepted"]
    assert actions() == ["problem_done", "problem_sent_back", "problem_done", "problem_accepted"]
    assert one.steps.first().file.name.endswith(".pdf")


@pytest.mark.parametrize("kind", ["accepted", "sent_back", "dropped"])
def test_who_puts_it_right_never_decides_about_it(cast, kind):
    cast.secretary.member = cast.li
    cast.secretary.save()
    own = problem(cast.branch, responsible=cast.li, state="done")
    named = problem(cast.branch, responsible_name=cast.li.name, state="done")
    for one in (own, named):
        with pytest.raises(Refused, match="本人"):
            step(one, kind, cast.secretary)

    assert (ProblemStep.objects.count(), actions()) == (0, [])
    step(own, kind, cast.officer)  # the negative control: somebody else may


def test_findings_are_accepted_by_those_who_inspect(cast):
    one = finding(cast, state="issued", responsible=cast.zhang)
    step(one, "done", cast.secretary)
    with pytest.raises(Refused):
        step(one, "accepted", cast.secretary)
    step(one, "accepted", cast.district_staff)

    assert Problem.objects.get().settled_by == cast.district_staff


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("moved", {"due_on": None}), ("moved", {"due_on": TODAY - timedelta(days=1)}), ("accepted", {}),
        ("done", {"text": " "}), ("done", {"content": b"MZ not a document"}),
    ],
)  # fmt: skip
def test_a_step_that_does_not_fit_leaves_nothing(cast, kind, given):
    one = problem(cast.branch)
    with pytest.raises(Refused):
        step(one, kind, cast.secretary, **given)

    assert (ProblemStep.objects.count(), actions()) == (0, [])


def test_another_day_and_dropping_need_their_reason(cast):
    one = problem(cast.branch)
    step(one, "moved", cast.secretary, due_on=SOON)
    step(one, "dropped", cast.secretary, text="社区已统一办理")

    one.refresh_from_db()
    assert (one.due_on, one.state) == (SOON, "dropped")


def test_the_same_step_twice_is_one(cast):
    one, key = problem(cast.branch), uuid.uuid4()
    for _turn in range(2):
        step(one, "done", cast.secretary, key=key)

    assert (ProblemStep.objects.count(), actions()) == (1, ["problem_done"])


def test_a_failure_leaves_neither_step_nor_state(cast, monkeypatch):
    one = problem(cast.branch)
    monkeypatch.setattr(service, "record", lambda **_given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        step(one, "done", cast.secretary)

    one.refresh_from_db()
    assert (one.state, ProblemStep.objects.count()) == ("open", 0)


def test_a_step_is_written_once(cast):
    one = step(problem(cast.branch), "note", cast.secretary)
    for change in (lambda: ProblemStep.objects.filter(pk=one.pk).update(text="x"), one.delete):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()

    assert is_protected("supervision_problemstep")


def test_who_puts_it_right_is_passed_on_by_somebody_else(cast):
    one = problem(cast.branch, responsible=cast.li)
    values = {"measure": "值班", "responsible": cast.zhang, "responsible_name": "", "is_internal": False}
    cast.secretary.member = cast.li
    cast.secretary.save()
    with pytest.raises(Refused):
        assign(problem=one, values=values, key=uuid.uuid4(), on=TODAY, by=by(cast.secretary))
    assign(problem=one, values=values, key=uuid.uuid4(), on=TODAY, by=by(cast.officer))

    one.refresh_from_db()
    assert (one.responsible, actions()) == (cast.zhang, ["assign_problem"])


def test_somebody_has_to_put_it_right(cast):
    one = problem(cast.branch, responsible=cast.li)
    nobody = {"measure": "值班", "responsible": None, "responsible_name": "", "is_internal": False}
    with pytest.raises(Refused) as refused:
        assign(problem=one, values=nobody, key=uuid.uuid4(), on=TODAY, by=by(cast.officer))
    assert list(refused.value.fields) == ["responsible"]

    assign(problem=one, values=nobody | {"responsible_name": "村委会"}, key=uuid.uuid4(), on=TODAY, by=by(cast.officer))
    one.refresh_from_db()
    assert one.responsible_name == "村委会"


# --- Inspections ----------------------------------------------------------------------------------------------------
def test_an_inspection_from_plan_to_close(cast):
    staff = by(cast.district_staff)
    new = Inspection(
        organization=cast.branch, inspected_by=cast.district, visit_on=FOUND, team="组织科", subject="党费公示"
    )
    one = plan_inspection(inspection=new, by=staff)
    given = {"key": uuid.uuid4(), "summary": "总体正常", "on": TODAY, "by": staff}
    for _turn in range(2):
        write_findings(inspection=one, rows=[{"text": "未公示", "due_on": SOON}], **given)
    assert not Problem.objects.visible_to(by(cast.secretary)).exists()
    assert problem_figures(cast.branch.path, FOUND, TODAY)["found"] == 0

    hand_over(inspection=one, on=TODAY, by=staff)
    found = Problem.objects.visible_to(by(cast.secretary)).get()
    with pytest.raises(Refused):
        close_inspection(inspection=one, words="完成", on=TODAY, by=staff)
    step(found, "done", cast.secretary)
    step(found, "accepted", cast.district_staff)
    close_inspection(inspection=one, words="完成", on=TODAY, by=staff)

    one.refresh_from_db()
    assert (one.state, one.issued_on, one.closed_on) == ("closed", TODAY, TODAY)
    assert actions()[:2] == ["plan_inspection", "write_findings"]
    assert actions()[-1] == "close_inspection"


def test_a_finding_is_taken_out_until_it_is_handed_over(cast):
    staff = by(cast.district_staff)
    wrong, told = finding(cast, state="visited"), finding(cast, state="issued")
    take_out_finding(problem=wrong, by=staff)
    with pytest.raises(Refused):
        take_out_finding(problem=told, by=staff)
    with pytest.raises(Refused):
        take_out_finding(problem=problem(cast.branch), by=staff)

    assert not Problem.objects.filter(pk=wrong.pk).exists()
    assert Problem.objects.filter(pk=told.pk).exists()
    assert actions() == ["take_out_finding"]


def test_findings_come_after_the_visit_and_are_never_overdue_at_once(cast):
    staff = by(cast.district_staff)
    later = visit(cast, visit_on=SOON)
    with pytest.raises(Refused):
        write_findings(inspection=later, key=uuid.uuid4(), rows=[], summary="好", on=TODAY, by=staff)
    one = finding(cast, state="visited", due_on=TODAY - timedelta(days=1)).problem_list.inspection
    with pytest.raises(Refused):
        hand_over(inspection=one, on=TODAY, by=staff)
    with pytest.raises(Refused):
        hand_over(inspection=visit(cast), on=TODAY, by=staff)


# --- Figures and duties ---------------------------------------------------------------------------------------------
def test_figures_and_duties_of_a_branch(cast, django_assert_num_queries):
    late = problem(cast.branch, due_on=TODAY - timedelta(days=1))
    done = {"state": "accepted", "settled_on": TODAY, "settled_by": cast.secretary}
    problem(cast.branch, listed(cast.branch, source="org_life_meeting"), **done)
    problem(cast.next_branch, **done | {"state": "dropped"})
    finding(cast, state="visited")
    with django_assert_num_queries(2):
        figures = problem_figures(cast.branch.path, FOUND, TODAY)

    assert figures == {
        "found": 2, "accepted": 1, "dropped": 0, "unsettled": 1, "overdue": 1, "inspections": 1, "from_meeting": 0,
        "from_org_life_meeting": 1, "from_appraisal": 0, "from_inspection": 0, "from_suggestion": 0, "from_other": 1,
    }  # fmt: skip
    with django_assert_num_queries(2):
        lines = problem_lines(cast.district.path, FOUND, TODAY)
    assert [(one.branch, one.found, one.on_time, one.overdue) for one in lines] == [
        (cast.branch, 2, 1, 1), (cast.next_branch, 1, 0, 0),
    ]  # fmt: skip
    with django_assert_num_queries(2):
        duties = problem_duties(PlacesBelow(cast.county.path, TODAY))
    assert (duties[0].organization, duties[0].due_on, duties[0].state) == ("branch", late.due_on, "overdue")
