"""The demo's supervision: something to show on every list."""

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from meetings import demo as meetings
from members import demo as members
from members.models import User
from supervision.demo import fill
from supervision.models import Matter
from supervision.rules.matters import MatterState
from tests.cast import TODAY
from tests.world import BACKEND, routes

pytestmark = pytest.mark.django_db
ENDINGS = ("-list", "-below", "-counts")
LISTS = sorted(
    name
    for name, pattern in routes()
    if name.startswith("supervision:") and name.endswith(ENDINGS) and "<" not in str(pattern.pattern)
)
NOTHING_YET = {"supervision:letter-counts"}
"""Lists that stay empty in the demo: of letters no count below three is told."""


@pytest.fixture(scope="module")
def county(django_db_setup, django_db_blocker):
    """The county as it stands in November, made once for all tests of this file: everybody who logs in."""
    with django_db_blocker.unblock(), transaction.atomic():
        logins = members.fill(on=TODAY)
        meetings.fill(on=TODAY)
        fill(on=TODAY)
        yield list(User.objects.filter(username__in=[login["username"] for login in logins]))
        transaction.set_rollback(True)


def shows_something(user: User, address: str) -> bool:
    client = Client()
    client.force_login(user, backend=BACKEND)
    answer = client.get(address)
    return answer.status_code == 200 and 'class="empty"' not in answer.content.decode()


@pytest.mark.usefixtures("today")
@pytest.mark.parametrize("name", LISTS)
def test_every_list_has_something_to_show(county, name):
    shown = any(shows_something(user, reverse(name)) for user in county)

    assert shown == (name not in NOTHING_YET)


def test_matters_have_come_to_different_steps(county):
    rows = list(Matter.objects.all())

    assert {one.state for one in rows} == set(MatterState)
    assert [one.title for one in rows if one.lacks_opinion] == ["社区门面房续租"]
    assert {one.kind for one in rows} == {"village", "project", "large_fund", "appointment", "major_decision"}
    assert {one.opinion_meeting.kind for one in rows if one.kind == "village"} == {"general_meeting"}
