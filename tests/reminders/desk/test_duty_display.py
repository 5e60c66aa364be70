"""Every kind of duty has its words, and every address leads to a page that its doer may open."""

import re
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from dues.models import Relief
from dues.units import months_between
from meetings.models import Attendance, LeaveRequest, Meeting
from meetings.planning.duty_rules import EVERY, LIMIT_KEYS
from members.choices import Capability
from members.models import HelpRequest, Member, Organization, Situation, Term
from members.pages.links import DutyLink, duty_display
from reminders.desk.queries import duties_below
from supervision.models import AppraisalRound, Appraisee, Suggestion
from tests.assessment.asking import asks_for, assessed
from tests.assessment.goals.making import goal
from tests.cast import TODAY
from tests.dues.making import charge, month
from tests.supervision.matters.making import DECISION, MAY, matter
from tests.supervision.problems.making import problem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

OF_RULES = {
    *EVERY,
    *LIMIT_KEYS,
    *("contact", "help_request", "term_election"),
    *("dues_bases", "dues_collection", "dues_remittance", "dues_disclosure"),
    *("dues_arrears", "dues_review", "dues_relief"),
    "suggestion",
    "appraisal_follow_up",
    *("major_matter_opinion", "major_matter_review"),
    "heart_talk",
    *("supervision_report", "report_to_read"),
    "rectification",
    *("joint_goal_plan", "joint_goal_check", "joint_goal_result"),
    "self_view",
    "task",
}


def modules_of_rules(app):
    """Every module of the app whose rules make duties, wherever it stands. None found: they were renamed."""
    found = [file for file in sorted((Path(settings.BASE_DIR) / app).rglob("*.py")) if "rules" in file.as_posix()]
    found = [file for file in found if "Duty(" in file.read_text()]
    assert found, f"no rules in {app}"
    return found


def kinds_in_sources():
    """What the modules behind `DUTIES` of the desk make duties of: literals and constants in calls of `Duty`."""
    found = set()
    for app in ("members", "meetings", "dues", "supervision", "assessment"):
        for file in modules_of_rules(app):
            text = file.read_text()
            constants = {
                name: kind
                for names, kinds in re.findall(r'^([A-Z_, ]+) = ("[a-z_.", ]+)$', text, re.MULTILINE)
                for name, kind in zip(names.split(", "), re.findall(r"[a-z_.]+", kinds), strict=False)
            }  # other constants of words that a module of rules may have say nothing of kinds
            for first in re.findall(r"\bDuty\(\s*([\w\".]+),", text):
                found |= {constants.get(first, first.strip('"'))}
    return found


def test_no_kind_of_the_rules_was_forgotten_here():
    passed_on = {"kind", "one.kind"}
    assert kinds_in_sources() - passed_on <= OF_RULES


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_kind_that_may_fall_due_has_words_and_no_words_are_of_an_unknown_kind(language):
    with translation.override(language):
        assert set(duty_display()) == OF_RULES
        assert all(str(words.title) and str(words.action) for words in duty_display().values())


def test_every_icon_is_held():
    held = (Path(settings.BASE_DIR) / "static/vendor/bootstrap-icons/icons.svg").read_text()
    assert not [words.icon for words in duty_display().values() if f'id="{words.icon}"' not in held]


@pytest.fixture
def busy(cast):
    """A branch that has a duty of nearly every kind."""
    for one in months_between(month("2026-03"), month("2026-11")):
        charge(cast.zhang, f"{one:%Y-%m}", 4000)
    charge(cast.li, "2026-09", 3000)
    Situation.objects.create(member=cast.zhang, kind="mobile")
    HelpRequest.objects.create(
        member=cast.zhang, asked_on=TODAY, due_on=TODAY, request="灯坏了", recorded_by=cast.secretary
    )
    for place, day in ((cast.branch, date(2026, 12, 1)), (cast.district, date(2026, 12, 2))):
        Term.objects.create(organization=place, elected_on=date(2021, 12, 1), ends_on=day, rule="term.years@2018-07-12")
    held = Meeting.objects.create(
        organization=cast.branch, kind="theme_day", day=date(2026, 11, 3), counts_for_year=2026, state="held"
    )
    Attendance.objects.create(meeting=held, member=cast.zhang, name="张英", is_formal=True, state="absent")
    LeaveRequest.objects.create(meeting=held, member=cast.zhang, kind="sick")
    Relief.objects.create(
        member=cast.zhang, decided_on=date(2026, 10, 3), kind="waiver", ground="困难", needs_superior=True, rule="x",
        valid_from=month("2026-10"),
    )  # fmt: skip
    Suggestion.objects.create(
        organization=cast.branch, member=cast.zhang, kind="work", text="暖气不热", asked_on=TODAY, due_on=TODAY,
        recorded_by=cast.member,
    )  # fmt: skip
    low = AppraisalRound.objects.create(
        organization=cast.branch, year=2025, state="closed", opened_on=date(2025, 12, 1), closed_on=date(2025, 12, 29)
    )
    Appraisee.objects.create(round=low, member=cast.zhang, grade="unqualified")
    problem(cast.branch)
    matter(cast.branch)
    matter(cast.branch, **DECISION | {"decided_on": MAY}, executed_on=MAY, execution_text="好")
    for kind, last_month in (("plan", 3), ("check", 7), ("result", 12)):
        asks_for(cast.district, kind, last_month)
    goal(cast.branch)
    assessed(cast.branch, cast.district, year=2025)
    return cast


def test_every_button_opens_a_page_for_who_may_press_it(busy, client, django_assert_num_queries):
    places = {one.code: one for one in Organization.objects.all()}
    members = {str(one.pk): one for one in Member.objects.all()}
    found = {}
    for duty in duties_below(busy.district.path, on=TODAY):
        place = DutyLink(duty, places[duty.organization], members.get(duty.member))
        with django_assert_num_queries(0):
            found[duty.kind, duty.organization] = duty_display()[duty.kind].url(place)
    here = {kind: url for (kind, organization), url in found.items() if organization in ("branch", "group")}
    client.force_login(busy.officer)

    assert OF_RULES - set(here) == {"party_lecture", "dues_remittance", "report_to_read", "task"}
    assert {kind: client.get(url, follow=True).status_code for kind, url in here.items()} == dict.fromkeys(here, 200)
    assert found["term_election", "district"] == "/organizations/district/"


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("contact", "/members/{zhang}/contacts/new/?back=desk"),
        ("help_request", "/members/{zhang}/help/next/"),
        ("theme_day", "/meetings/duties/branch/do/?kind=theme_day&period=2026-11"),
        ("leave_request", "/meetings/duties/branch/do/?kind=leave_request&period=2026-11&member={pk}"),
        ("term_election", "/meetings/duties/branch/do/?kind=election&period=2026-11"),
        ("dues_bases", "/dues/bases/?org=branch&year=2026-11"),
        ("dues_collection", "/dues/collect/?org=branch"),
        ("dues_remittance", "/dues/remittances/new/?org=branch"),
        ("dues_disclosure", "/dues/disclosure/?org=branch&year=2026-11"),
        ("dues_arrears", "/dues/members/{zhang}/"),
        ("dues_relief", "/dues/reliefs/"),
        ("supervision_report", "/supervision/reports/new/branch/?period=2026-11"),
        ("report_to_read", "/supervision/reports/?period=2026-11&state=submitted"),
        ("suggestion", "/supervision/duties/branch/do/?kind=suggestion&period=2026-11&due=2026-11-24"),
        ("joint_goal_plan", "/assessment/goals/new/?org=branch"),
        ("joint_goal_check", "/assessment/goals/?org=branch&year=2026-11&state=planned"),
        ("joint_goal_result", "/assessment/goals/?org=branch&year=2026-11&state=open"),
        ("self_view", "/assessment/views/"),
        ("task", "/meetings/tasks/?organization=branch"),
    ],
)
def test_the_address_names_what_is_to_be_filled_in(cast, kind, address):
    duty = next(iter(duties_below(cast.branch.path, on=TODAY)))
    about = cast.zhang if "{" in address else None
    asked = type(duty)(kind, "branch", about and str(about.pk), "2026-11", TODAY, duty.state, duty.citation)
    url = duty_display()[kind].url(DutyLink(asked, cast.branch, about))

    assert url == address.format(zhang=cast.zhang.key, pk=cast.zhang.pk)


@pytest.mark.parametrize("kind", sorted(OF_RULES))
def test_what_is_about_a_person_is_seen_only_with_what_shows_that_person(kind):
    about_people = {
        "contact": Capability.VIEW_CONTACTS, "help_request": Capability.VIEW_CONTACTS,
        "leave_request": Capability.VIEW_MEETINGS, "absences": Capability.VIEW_MEETINGS,
        "dues_arrears": Capability.VIEW_DUES, "dues_review": Capability.VIEW_DUES, "dues_relief": Capability.VIEW_DUES,
    }  # fmt: skip

    assert duty_display()[kind].seen_with == about_people.get(kind, duty_display()[kind].seen_with)
