"""Problems and inspections to test with."""

import uuid
from datetime import date, timedelta

from members.access.queries import access_for
from supervision.models import Inspection, Problem, ProblemList
from supervision.problems.services import take_step
from tests.cast import TODAY

FOUND = TODAY - timedelta(days=40)


def listed(place, **facts):
    known = {"source": "other", "title": "查摆问题", "made_on": FOUND}
    return ProblemList.objects.create(organization=place, **known | facts)


def problem(place, problem_list=None, **facts):
    known = {"text": "党课照本宣科", "measure": "支委轮流备课", "found_on": FOUND, "due_on": TODAY + timedelta(days=10)}
    problem_list = problem_list or listed(place)
    return Problem.objects.create(problem_list=problem_list, organization=place, **known | facts)


def visit(cast, state="planned", **facts):
    known = {
        "state": state, "visit_on": FOUND, "team": "组织科", "subject": "三会一课记录",
        "issued_on": FOUND if state in ("issued", "closed") else None,
    }  # fmt: skip
    return Inspection.objects.create(organization=cast.branch, inspected_by=cast.district, **known | facts)


def finding(cast, state="issued", **facts):
    inspection = visit(cast, state)
    return problem(cast.branch, listed(cast.branch, source="inspection", inspection=inspection), **facts)


def by(user):
    user.access = access_for(user, on=TODAY)
    return user


def step(one, kind, user, on: date = TODAY, **given):
    known = {"key": uuid.uuid4(), "text": "已办"}
    return take_step(problem=one, kind=kind, on=on, by=by(user), **known | given)
