"""What the start page says to who assesses."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.urls import reverse

from assessment.models import Indicator, ManualValue, Objection
from assessment.navigation import waiting_links
from members.access.queries import access_for
from tests.assessment.asking import assessed
from tests.cast import TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def one(cast):
    return assessed(cast.branch, cast.district, state="shown", shown_on=TODAY, objections_until=TODAY)


def line_of(one):
    return Indicator.objects.get_or_create(scheme=one.scheme, position=1, code="1", title="三会一课", max_points=10)[0]


def object_to(one, by):
    facts = {"text": "少算一次", "raised_by": by, "raised_on": TODAY}
    return Objection.objects.create(assessment=one, indicator=line_of(one), **facts)


def enter(one, by):
    return ManualValue.objects.create(assessment=one, indicator=line_of(one), value=8, basis="记录本", entered_by=by)


def links(user):
    user.access = access_for(user, on=TODAY)
    return list(waiting_links(user, on=TODAY))


def addresses(one, *only):
    return [f"{reverse('assessment:assessment-list')}?scheme={one.scheme_id}&only={kind}" for kind in only]


def test_nothing_is_said_while_nobody_waits(cast, one):
    assert links(cast.district_staff) == []


def test_an_objection_is_shown_until_it_is_answered(cast, one):
    raised = object_to(one, cast.secretary)
    shown = links(cast.district_staff)

    assert [link.url for link in shown] == addresses(one, "objections")
    assert str(one.scheme.title) in shown[0].text
    raised.outcome, raised.answer, raised.answered_by, raised.answered_on = (
        "explained",
        "已核对",
        cast.district_staff,
        TODAY,
    )
    raised.save()
    assert links(cast.district_staff) == []


def test_a_value_is_shown_to_the_second_person_and_not_to_who_entered_it(cast, one):
    enter(one, cast.district_staff)

    assert links(cast.district_staff) == []
    assert [link.url for link in links(cast.county_staff)] == addresses(one, "values")


def test_published_points_are_shown_once_the_record_has_changed(cast, one):
    one.state, one.published_on = "published", TODAY - timedelta(days=3)
    one.stale_since = datetime.combine(TODAY, time(), UTC)
    one.save()

    assert [link.url for link in links(cast.district_staff)] == addresses(one, "stale")


def test_the_newest_scheme_is_shown_first(cast, one):
    older = assessed(cast.next_branch, cast.district, year=2025)
    object_to(older, cast.next_secretary)
    assert [link.url for link in links(cast.district_staff)] == addresses(older, "objections")

    object_to(one, cast.secretary)
    assert [link.url for link in links(cast.district_staff)] == addresses(one, "objections")


def test_branches_members_and_neighbours_read_nothing_of_it(cast, one):
    object_to(one, cast.secretary)
    enter(one, cast.county_staff)

    assert links(cast.secretary) == links(cast.member) == links(cast.other_secretary) == []


def test_the_way_leads_to_the_branch_that_waits(cast, one, as_user):
    object_to(one, cast.secretary)
    page = as_user(cast.district_staff).get(links(cast.district_staff)[0].url).text

    assert one.get_absolute_url() in page


@pytest.mark.parametrize("more", [1, 3])
def test_it_costs_three_queries(cast, one, django_assert_num_queries, more):
    for _number in range(more):
        enter(one, cast.county_staff)
    object_to(one, cast.secretary)
    cast.district_staff.access = access_for(cast.district_staff, on=TODAY)
    with django_assert_num_queries(3):
        assert len(list(waiting_links(cast.district_staff, on=TODAY))) == 2
