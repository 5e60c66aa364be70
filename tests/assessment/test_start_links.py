"""What the start page says of assessments and of one's own training."""

from datetime import timedelta

import pytest
from django.urls import reverse

from assessment.models import Indicator, Objection
from assessment.navigation import objection_links, own_links
from members.access.queries import access_for
from tests.assessment.asking import assessed
from tests.cast import TODAY

pytestmark = pytest.mark.django_db


def shown(cast, *, days=3):
    facts = {"state": "shown", "shown_on": TODAY - timedelta(days=9), "objections_until": TODAY + timedelta(days=days)}
    return assessed(cast.branch, cast.district, **facts)


def links(user, of=objection_links):
    user.access = access_for(user, on=TODAY)
    return [link.url for link in of(user, on=TODAY)]


def test_the_branch_is_told_until_when_it_may_object(cast):
    one = shown(cast)

    assert links(cast.secretary) == [reverse("assessment:assessment-detail", args=[one.pk])]
    assert links(cast.next_secretary) == links(cast.district_staff) == links(cast.member) == []


def test_nobody_is_told_once_the_day_has_passed_or_an_objection_was_raised(cast):
    one = shown(cast, days=0)
    assert len(links(cast.secretary)) == 1

    line = Indicator.objects.create(scheme=one.scheme, position=1, code="1", title="三会一课", max_points=10)
    Objection.objects.create(assessment=one, indicator=line, text="少算一次", raised_by=cast.secretary, raised_on=TODAY)
    assert links(cast.secretary) == []
    one.objections.all().delete()
    one.shown_on, one.objections_until = TODAY - timedelta(days=9), TODAY - timedelta(days=1)
    one.save()
    assert links(cast.secretary) == []


def test_whoever_is_on_record_as_a_member_has_a_way_to_their_training(cast, django_assert_num_queries):
    assert links(cast.stranger, own_links) == []
    cast.member.access = access_for(cast.member, on=TODAY)
    with django_assert_num_queries(0):
        assert [link.url for link in own_links(cast.member, on=TODAY)] == [reverse("assessment:training-mine")]
