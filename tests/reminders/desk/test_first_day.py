"""Nothing is due for a period that began before an organization's first day, whatever its kind."""

import json
from datetime import date
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from django.utils.module_loading import import_string

from meetings.models import Meeting
from members.choices import OrganizationKind
from members.models import HelpRequest, Office, Organization, Situation, Term
from members.organizations.services import create_organization
from reminders.desk.queries import duties_below
from reminders.desk.rules import key_of, since_first_days
from rulebook.values import Citation, Duty, DutyState, duty_state
from tests.cast import make_member
from tests.dues.making import charge

ARTICLE = Citation("支部工作条例", "", "16", "N", "V2")
KINDS = sorted({kind for name in settings.DUTY_DISPLAY for kind in import_string(name)})
MID_MARCH = date(2026, 3, 15)


def asked(kind="theme_day", period="2026-02", due_on=date(2026, 2, 28), *, on, stays=False, place="branch"):
    return Duty(kind, place, None, period, due_on, duty_state(due_on=due_on, done=False, on=on), ARTICLE, stays)


def printed(code, on):
    out = StringIO()
    call_command("duties", "--org", code, "--on", f"{on}", "--json", stdout=out)
    return json.loads(out.getvalue())["duties"]


@pytest.mark.parametrize(
    ("period", "first_day", "is_asked"),
    [
        ("2026", date(2026, 1, 1), True),
        ("2026", date(2026, 1, 2), False),
        ("2026-Q1", date(2026, 1, 1), True),
        ("2026-Q1", date(2026, 2, 1), False),
        ("2026-03", date(2026, 3, 1), True),
        ("2026-03", MID_MARCH, False),
        ("2026-03", None, True),
    ],
)
def test_a_period_is_asked_for_that_began_on_the_first_day_or_later(period, first_day, is_asked):
    on = date(2026, 12, 1)
    duties = [asked(period=period, on=on)]
    known = {"branch": first_day} if first_day else {}

    assert since_first_days(duties, known, on=on) == (duties if is_asked else [])


@pytest.mark.parametrize(
    ("on", "period", "state"),
    [
        (MID_MARCH, None, None),
        (date(2026, 4, 1), "2026-04", DutyState.OPEN),
        (date(2026, 5, 1), "2026-04", DutyState.OVERDUE),
    ],
)
def test_what_stays_to_be_done_is_asked_for_from_the_first_month_after_it(on, period, state):
    found = since_first_days([asked("term_election", on=on, stays=True)] * 2, {"branch": MID_MARCH}, on=on)

    assert [(one.period, one.due_on, one.state) for one in found] == (
        [(period, date(2026, 4, 30), state)] if period else []
    )


def test_duties_of_one_period_that_are_alike_all_stand():
    twice = [asked(period="2026-04", on=MID_MARCH)] * 2

    assert since_first_days(twice, {"branch": MID_MARCH}, on=MID_MARCH) == twice


@pytest.fixture
def made_today(cast):
    """A branch as an office sets it up, with people in every situation that asks for something."""
    branch = create_organization(name="新成立的支部", kind=OrganizationKind.BRANCH, parent=cast.district, by="test")
    for number in range(8):
        member = make_member(f"党员{number}", branch)
        Situation.objects.create(member=member, kind="mobile", valid_from="2020-01-01")
    request = {"asked_on": "2025-01-01", "due_on": "2025-02-01", "request": "看病", "recorded_by": cast.secretary}
    HelpRequest.objects.create(member=member, **request)
    Office.objects.create(member=member, organization=branch, kind="committee_member", valid_from="2026-01-01")
    Term.objects.create(
        organization=branch, elected_on="2020-01-01", ends_on="2023-01-01", rule="term.years@2018-07-12"
    )
    return branch


def test_a_branch_made_today_has_nothing_overdue(made_today):
    today = timezone.localdate()

    assert [row for row in printed(made_today.code, today) if row["state"] == "overdue"] == []


def test_no_kind_of_duty_ignores_the_first_day(made_today, monkeypatch):
    """Also not one that its app asks for since ever."""
    on, long_ago = timezone.localdate(), date(2020, 1, 31)
    ignoring = [asked(kind, "2020-01", long_ago, on=on, stays=stays, place=made_today.code)
                for kind in KINDS for stays in (False, True)]  # fmt: skip
    monkeypatch.setattr("reminders.desk.queries.DUTIES", (lambda places: ignoring,))

    assert len(KINDS) > 25
    assert [one for one in duties_below(made_today.path, on=on) if one.state == DutyState.OVERDUE] == []


def first_day_of(organization):
    return Organization.objects.with_first_day().get(pk=organization.pk).first_day


@pytest.mark.parametrize(
    ("known", "first_day"),
    [
        ({}, None),
        ({"entered_on": "2026-09-10"}, date(2026, 5, 1)),
        ({"entered_on": "2026-04-02"}, date(2026, 4, 2)),
        ({"entered_on": "2026-09-10", "founded_on": "2019-07-01"}, date(2019, 7, 1)),
        ({"entered_on": "2026-09-10", "founded_on": "2019-07-01", "begins_on": "2026-09-01"}, date(2026, 9, 1)),
    ],
)
def test_the_day_that_was_said_counts_before_founding_and_founding_before_the_record(cast, known, first_day):
    charge(cast.zhang, "2026-05", 4000)
    Meeting.objects.create(
        organization=cast.branch, kind="theme_day", day="2026-06-03", counts_for_year=2026, state="held"
    )
    Meeting.objects.create(organization=cast.branch, kind="theme_day", day="2026-01-03", counts_for_year=2026)
    Organization.objects.filter(pk=cast.branch.pk).update(**known)

    assert first_day_of(cast.branch) == first_day
    assert cast.branch.known_first_day() == first_day


def test_a_branch_is_asked_from_the_day_given_on_the_command_line(cast):
    out = StringIO()
    call_command(
        "add_organization", "--name", "新支部", "--kind", "branch", "--parent", "district", "--code", "new",
        "--since", "2026-07-01", "--json", stdout=out,
    )  # fmt: skip
    make_member("张三", Organization.objects.get(code="new"))
    periods = {(row["kind"], row["period"]) for row in printed("new", date(2026, 11, 24))}

    assert ("theme_day", "2026-07") in periods
    assert {row for row in periods if row[1] < "2026-07" or row[1] in ("2026-Q1", "2026-Q2")} == set()


def test_keys_of_what_is_asked_later_are_those_of_the_later_month(cast):
    on = date(2026, 4, 1)
    (later,) = since_first_days([asked("help_request", on=on, stays=True)], {"branch": MID_MARCH}, on=on)

    assert key_of(later) == ("help_request", "branch", "2026-04", None)
