"""`manage.py duties`: what every app says is due, in one list."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from meetings.models import Attendance, Meeting
from members.models import Situation, Term
from members.regulations.queries import PlacesBelow
from reminders.desk.queries import DUTIES, duties_below
from tests.cast import TODAY
from tests.dues.making import charge

pytestmark = pytest.mark.django_db


def printed(*arguments):
    out = StringIO()
    call_command("duties", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())["duties"]


def test_meetings_and_dues_stand_in_one_list(cast):
    kinds = {row["kind"] for row in printed("--org", "branch", "--on", "2026-11-24")}

    assert {"theme_day", "general_meeting", "dues_bases", "dues_disclosure"} <= kinds


def test_care_terms_minutes_and_absences_stand_beside_them(cast):
    Situation.objects.create(member=cast.zhang, kind="mobile")
    Term.objects.create(
        organization=cast.branch, elected_on="2023-12-01", ends_on="2026-12-01", rule="term.years@2018-07-12"
    )
    held = Meeting.objects.create(
        organization=cast.branch, kind="theme_day", day="2026-11-03", counts_for_year=2026, state="held"
    )
    Attendance.objects.create(meeting=held, member=cast.zhang, name="张英", is_formal=True, state="absent")
    rows = {row["kind"]: row for row in printed("--org", "district", "--on", "2026-11-24")}
    told = {kind: (rows[kind]["member"], rows[kind]["period"], rows[kind]["due_on"], rows[kind]["state"]) for kind in (
        "contact", "term_election", "minutes", "absences"
    )}  # fmt: skip

    assert told == {
        "contact": (str(cast.zhang.pk), "2026-11", "2026-11-30", "open"),
        "term_election": (None, "2026-06", "2026-12-01", "open"),
        "minutes": (None, "2026-11", "2026-11-18", "overdue"),
        "absences": (None, "2026-11", "2026-11-18", "overdue"),
    }
    assert {rows[kind]["citation"]["level"] for kind in ("contact", "minutes", "absences")} == {"L"}


def test_a_duty_of_a_member_names_the_member_and_the_article(cast):
    charge(cast.zhang, "2026-09", 4000)
    row = next(row for row in printed("--org", "district", "--on", "2026-11-24") if row["kind"] == "dues_arrears")

    assert (row["organization"], row["member"], row["period"]) == ("branch", str(cast.zhang.pk), "2026-09")
    assert (row["due_on"], row["state"]) == ("2026-10-31", "overdue")
    assert (row["citation"]["number"], row["citation"]["article"]) == ("中组发〔2008〕3号", "13")


def test_nothing_of_another_branch_is_in_the_list(cast):
    charge(cast.wang, "2026-09", 4000)

    assert {row["organization"] for row in printed("--org", "branch", "--on", "2026-11-24")} == {"branch", "group"}


def test_for_people_it_is_a_line_each(cast):
    out = StringIO()
    call_command("duties", "--org", "branch", "--on", "2026-11-24", stdout=out)

    assert "2026-01-31 overdue  branch dues_bases" in out.getvalue()


def test_an_unknown_organization_is_wrong_use(cast):
    with pytest.raises(CommandError) as error:
        printed("--org", "nowhere")
    assert error.value.returncode == 2


def test_every_app_that_is_asked_answers_in_its_own_kinds(cast):
    by_app = [{duty.kind for duty in due(PlacesBelow(cast.branch.path, TODAY))} for due in DUTIES]

    assert len(duties_below(cast.branch.path, on=TODAY)) > 0
    assert not set.intersection(*by_app)
