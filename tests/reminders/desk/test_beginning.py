"""The guided beginning of a branch."""

from datetime import timedelta

import pytest
from django.urls import reverse

from meetings.models import Meeting
from members.access.queries import access_for
from members.choices import OfficeKind
from members.models import Organization
from reminders.desk.beginning import BeginningPart, Standing, _runs, beginning_of, standings
from tests.cast import TODAY, make_member, make_organization, make_user
from tests.dues.making import charge, pay

DONE, NEXT, LATER = Standing


@pytest.mark.parametrize(
    ("done", "expected"),
    [
        (set(), [NEXT, LATER, LATER, LATER]),
        ({BeginningPart.ROSTER}, [DONE, NEXT, LATER, LATER]),
        ({BeginningPart.ROSTER, BeginningPart.BASES}, [DONE, NEXT, DONE, LATER]),
        ({BeginningPart.ROSTER, BeginningPart.PLAN, BeginningPart.BASES}, [DONE, DONE, DONE, NEXT]),
        (set(BeginningPart), []),
    ],
)
def test_the_first_that_is_not_done_is_next(done, expected):
    assert [standing for _part, standing in standings(done)] == expected


@pytest.fixture
def secretary(cast, today):
    branch = make_organization("begun", "新支部", cast.branch.kind, cast.district)
    user = make_user("begun", OfficeKind.SECRETARY, branch)
    user.language = "en"
    user.save()
    return user


def test_an_empty_branch_begins_with_the_roster_and_names_who_makes_log_ins(secretary, as_user):
    page = as_user(secretary).get(reverse("reminders:desk")).content.decode()
    assert f'<a class="btn btn-primary" href="{reverse("members:import-new")}">Upload the roster</a>' in page
    assert "administrator (Administrator) of 县委</span> · The administrator of your committee makes them" in page
    assert reverse("members:user-create") not in page


def test_while_it_begins_nothing_is_called_all_done_and_nothing_the_rest(secretary, as_user, monkeypatch):
    monkeypatch.setattr("reminders.desk.queries.duties_below", lambda path, on: [])
    client, home = as_user(secretary), reverse("reminders:desk")
    told = ("All done: nothing of yours is due this month.", "The rest")
    assert [words for words in told if words in client.get(home).text] == []

    monkeypatch.setattr("reminders.desk.beginning._runs", lambda path: True)
    assert [words for words in told if words in client.get(home).text] == [told[0]]


def test_a_branch_that_runs_has_none_and_is_asked_once(secretary, monkeypatch, django_assert_num_queries):
    secretary.access = access_for(secretary, on=TODAY)
    assert len(beginning_of(secretary, on=TODAY)) == 4

    monkeypatch.setattr("reminders.desk.beginning._runs", lambda path: True)
    with django_assert_num_queries(0):
        assert beginning_of(secretary, on=TODAY) == []


def test_dues_and_locked_minutes_make_it_run(cast, secretary):
    place = cast.branch.path
    assert not _runs(place)
    charge(cast.zhang, "2026-11", 4000)
    pay(cast.zhang, 4000, "2026-11-20")
    assert not _runs(place)
    evening = {"organization": cast.branch, "kind": "theme_day", "day": TODAY, "counts_for_year": 2026}
    Meeting.objects.create(**evening, state="held")
    assert not _runs(place)
    Meeting.objects.create(**evening, state="locked")
    assert _runs(place)


def test_a_step_that_is_done_leads_on_and_an_open_one_does_not(secretary, as_user, monkeypatch):
    client, bases = as_user(secretary), f"{reverse('dues:basis-list')}?org=begun"
    assert "All steps" not in client.get(bases).text  # nothing was done there just now
    monkeypatch.setattr("reminders.desk.beginning.get_messages", lambda request: ["Done."])
    assert f'<a href="{reverse("members:import-new")}">Upload the roster</a>' in client.get(bases).text
    make_member("新一", Organization.objects.get(code="begun"))
    assert "Plan the year</a>" in client.get(bases).text
    meetings = f"{reverse('meetings:meeting-list')}?org=begun"
    assert "All steps" not in client.get(meetings).text
    later, place = TODAY + timedelta(days=40), Organization.objects.get(code="begun")
    Meeting.objects.create(organization=place, kind="theme_day", day=later, counts_for_year=later.year)
    assert "Fix the bases of dues</a>" in client.get(meetings).text  # where planning the year ends


def test_the_next_meeting_alone_is_no_plan(cast, secretary):
    secretary.access, branch = access_for(secretary, on=TODAY), Organization.objects.get(code="begun")
    make_member("新一", branch)
    for days, standing in ((20, NEXT), (40, DONE)):
        day = TODAY + timedelta(days=days)
        Meeting.objects.create(organization=branch, kind="theme_day", day=day, counts_for_year=day.year)
        assert beginning_of(secretary, on=TODAY)[1].standing is standing
