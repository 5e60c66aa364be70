"""From a duty of supervision to the page on which it is done: the row itself, not a list of filters."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from members.pages.links import DutyLink, duty_display
from reminders.desk.queries import duties_below
from rulebook.values import DutyState
from supervision.models import AppraisalRound, Appraisee
from tests.cast import TODAY
from tests.supervision.matters.making import matter
from tests.supervision.problems.making import problem
from tests.supervision.suggestions.making import suggest

pytestmark = pytest.mark.django_db


@pytest.fixture
def secretary(cast, as_user):
    return as_user(cast.secretary)


def duties_of(cast, kind):
    found = [duty for duty in duties_below(cast.branch.path, on=TODAY) if duty.kind == kind]
    return [duty for duty in found if duty.state != DutyState.DONE]


def led_to(client, cast, duty):
    answer = client.get(duty_display()[duty.kind].url(DutyLink(duty, cast.branch)))
    assert answer.status_code == 302
    assert client.get(answer.headers["Location"]).status_code == 200
    return answer.headers["Location"]


def test_a_suggestion_is_answered_at_once_the_longest_waiting_first(cast, secretary):
    suggest(cast.zhang, cast.secretary, asked_on=TODAY - timedelta(days=3))
    longest = suggest(cast.li, cast.secretary, asked_on=TODAY - timedelta(days=9))
    duty = duties_of(cast, "suggestion")[0]

    assert led_to(secretary, cast, duty) == reverse("supervision:suggestion-answer", args=[longest.pk])


def test_a_problem_opens_on_its_own_page_and_each_month_on_its_own(cast, secretary):
    late = problem(cast.branch, due_on=TODAY - timedelta(days=40))
    soon = problem(cast.branch, late.problem_list, due_on=TODAY + timedelta(days=5))

    found = [led_to(secretary, cast, duty) for duty in duties_of(cast, "rectification")]
    assert found == [late.get_absolute_url(), soon.get_absolute_url()]


def test_an_opinion_is_put_down_in_its_form(cast, secretary):
    one = matter(cast.branch, proposed_on=TODAY - timedelta(days=20))

    assert led_to(secretary, cast, duties_of(cast, "major_matter_opinion")[0]) == reverse(
        "supervision:matter-opinion", args=[one.pk]
    )


def test_who_was_graded_lower_is_named_on_the_page_and_not_in_the_address_of_the_duty(cast, secretary):
    held = AppraisalRound.objects.create(
        organization=cast.branch, year=2025, state="closed", opened_on=date(2025, 12, 1), closed_on=date(2025, 12, 29)
    )
    lower = Appraisee.objects.create(round=held, member=cast.li, grade="unqualified")
    duty = duties_of(cast, "appraisal_follow_up")[0]

    assert str(lower.pk) not in duty_display()[duty.kind].url(DutyLink(duty, cast.branch))
    assert led_to(secretary, cast, duty) == reverse("supervision:appraisee-detail", args=[lower.pk])


@pytest.mark.parametrize("kind", ["suggestion", "rectification", "major_matter_opinion", "major_matter_review"])
def test_what_was_done_meanwhile_leads_to_the_list(cast, secretary, kind):
    given = {"kind": kind, "period": "2026-11", "due": TODAY.isoformat()}
    address = secretary.get(reverse("supervision:duty-do", args=["branch"]), given).headers["Location"]

    assert "org=branch" in address
    assert secretary.get(address).status_code == 200


@pytest.mark.parametrize("given", [{}, {"kind": "letters"}, {"kind": "suggestion", "period": "x", "due": "y"}])
def test_an_address_that_says_nothing_leads_to_a_list_too(cast, secretary, given):
    answer = secretary.get(reverse("supervision:duty-do", args=["branch"]), given)

    assert answer.headers["Location"].startswith(reverse("supervision:suggestion-list"))


def test_another_branchs_row_is_never_led_to(cast, secretary):
    suggest(cast.wang, cast.next_secretary, asked_on=TODAY)
    given = {"kind": "suggestion", "period": "2026-11", "due": "2026-11-01"}

    assert secretary.get(reverse("supervision:duty-do", args=["next-branch"]), given).status_code == 404
    own = secretary.get(reverse("supervision:duty-do", args=["branch"]), given)
    assert own.headers["Location"].startswith(reverse("supervision:suggestion-list"))
