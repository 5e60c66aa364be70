"""The demo's assessment: something to show on every list, for each role, and nothing that lies in the future."""

from collections import Counter

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from assessment.models import Adoption, Assessment, Goal, ManualValue, Objection, Practice, RollUp, Scheme
from branchweb.demo import dues, meetings, members, supervision
from branchweb.demo.assessment import fill
from branchweb.demo.county import HOME_BRANCH
from members.models import Organization, User
from reminders.desk.queries import duties_below
from reminders.desk.rules import When, when
from rulebook.values import DutyState
from tests.cast import TODAY
from tests.world import BACKEND, routes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
LISTS = sorted(
    name
    for name, pattern in routes()
    if name.startswith("assessment:") and name.endswith("-list") and "<" not in str(pattern.pattern)
)
WITHOUT_PARAMETERS = sorted(
    name
    for name, pattern in routes()
    if name.startswith("assessment:") and "<" not in str(pattern.pattern) and not name.endswith("export")
)
NOTHING_RUNS = "assessment:assessment-progress"
"""It is only there while a worker computes."""


@pytest.fixture(scope="module")
def county(django_db_setup, django_db_blocker):
    """The county as it stands in November, made once for all tests of this file: everybody who logs in."""
    with django_db_blocker.unblock(), transaction.atomic():
        logins = members.fill(on=TODAY)
        meetings.fill(on=TODAY)
        dues.fill(on=TODAY)
        supervision.fill(on=TODAY)
        fill(on=TODAY)
        yield list(User.objects.filter(username__in=[login["username"] for login in logins]))
        transaction.set_rollback(True)


def opened(user: User, address: str):
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client.get(address)


def shows_something(user: User, address: str) -> bool:
    answer = opened(user, address)
    return answer.status_code == 200 and 'class="empty"' not in answer.content.decode()


@pytest.mark.parametrize("name", LISTS)
def test_every_list_has_something_to_show(county, name):
    assert any(shows_something(user, reverse(name)) for user in county)


@pytest.mark.parametrize("name", WITHOUT_PARAMETERS)
def test_every_page_opens_or_says_no_for_each_role(county, name):
    answers = {user.username: opened(user, reverse(name)).status_code for user in county}

    assert set(answers.values()) <= {200, 302, 403, 404, 405}, answers
    assert {200, 302, 405} & set(answers.values()) or name == NOTHING_RUNS, answers


def test_every_row_opens_for_somebody(county):
    for model in (Assessment, Goal, Practice, Scheme):
        for row in model.objects.order_by("pk")[:6]:
            assert any(opened(user, row.get_absolute_url()).status_code == 200 for user in county), row


def test_branches_stand_at_different_steps(county):
    states = set(Assessment.objects.values_list("scheme__year", "state"))
    year = TODAY.year

    assert states == {(year - 1, "locked"), (year, "collecting"), (year, "shown"), (year, "published")}
    assert not Assessment.objects.filter(state="locked", decided_band=None).exists()
    assert not Assessment.objects.filter(state="locked", total=None).exists()
    assert Objection.objects.unanswered().count() == 1
    assert ManualValue.objects.waiting().exists() and ManualValue.objects.confirmed().exists()


def test_most_branches_of_this_year_are_computed_from_the_record(county):
    rows = Assessment.objects.filter(scheme__year=TODAY.year, scheme__organization__depth=1)

    assert rows.count() == 20
    assert not rows.filter(computed_at=None).exists()
    assert rows.filter(known_points__gt=40).count() > 10


def test_the_dashboard_has_rows_of_every_organization(county):
    assert RollUp.objects.filter(unit_kind="", branches__gt=1).exists()
    assert RollUp.objects.filter(band_1__gt=0).exists()
    assert Adoption.objects.filter(adopted_on__lte=TODAY).count() == Adoption.objects.count() > 5


def test_the_secretarys_desk_can_be_caught_up_with(county):
    home = Organization.objects.get(code=HOME_BRANCH)
    duties = [duty for duty in duties_below(home.path, on=TODAY) if duty.state != DutyState.DONE]
    counted = Counter(when(duty, on=TODAY) for duty in duties)
    late = {duty.kind for duty in duties if duty.state == DutyState.OVERDUE}

    assert 5 <= counted[When.OVERDUE] <= 16
    assert len(late) <= 7
    assert counted[When.TODAY] + counted[When.THIS_WEEK] + counted[When.THIS_MONTH] >= 5


def test_who_assesses_finds_what_waits_on_the_start_page(county):
    staff = next(user for user in county if user.username == "committee_staff")
    shown = {link.url for link in opened(staff, "/").context["links"]}

    assert any("only=objections" in url for url in shown)
