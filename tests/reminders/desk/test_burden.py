"""What is asked of the branch in the middle, for the dashboard: one query, from stored counts."""

from datetime import UTC, date, datetime

import pytest
from django.core.cache import cache

from assessment.dashboard.queries import Burden, burden_below
from members.models import Organization
from reminders.desk.count_queries import burden
from reminders.models import DeskCount, Effort
from tests.cast import TODAY
from tests.reminders.messages.told import tell

pytestmark = pytest.mark.django_db
COUNTED = {"counted_on": TODAY, "counted_at": datetime(2026, 11, 24, tzinfo=UTC)}


def count(branch, *, done, overdue=0):
    kinds = {"theme_day": overdue} if overdue else {}
    numbers = {"overdue": overdue, "this_week": 1, "this_month": 0, "later": 2, "done": done, "not_applicable": 0}
    DeskCount.objects.create(organization=branch, overdue_kinds=kinds, **numbers, **COUNTED)


def test_the_middle_of_the_branches_below(cast):
    for branch, done in ((cast.branch, 10), (cast.next_branch, 20), (cast.other_branch, 30)):
        count(branch, done=done)
    Effort.objects.create(organization=cast.branch, month=date(2026, 10, 1), forms=4, fields=9)
    Effort.objects.create(organization=cast.branch, month=date(2026, 9, 1), forms=2, fields=3)
    Effort.objects.create(organization=cast.branch, month=date(2025, 11, 1), forms=90, fields=90)  # over a year ago
    Effort.objects.create(organization=cast.next_branch, month=date(2026, 10, 1), forms=1, fields=2)
    tell(cast.group, None, user=cast.group_leader, addressee="officer", kind="digest")
    tell(cast.branch, None, user=cast.secretary, addressee="officer", kind="digest")
    tell(cast.next_branch, None, user=cast.next_secretary, addressee="officer", kind="digest")
    tell(cast.next_branch, cast.wang)

    assert burden(cast.county.path, on=TODAY) == Burden(3, 23, 1, 1, 2)
    assert burden(cast.branch.path, on=TODAY) == Burden(1, 13, 2, 6, 12)


def test_what_nobody_has_counted_is_not_zero(cast):
    assert burden(cast.county.path, on=TODAY) == Burden(3, None, 0, None, None)


def test_of_some_branches_counted_only_those_are_compared(cast):
    count(cast.branch, done=10)

    assert burden(cast.county.path, on=TODAY).duties == 13


def test_where_there_is_no_branch_nothing_is_said(cast, settings):
    Organization.objects.branches().update(dissolved_on=TODAY)
    assert burden(cast.county.path, on=TODAY) is None

    settings.DASHBOARD_BURDEN = ""
    assert burden_below(cast.county.path, on=TODAY) is None


def test_it_is_five_queries_and_then_none(cast, django_assert_num_queries):
    with django_assert_num_queries(5):
        first = burden_below(cast.county.path, on=TODAY)
        assert burden_below(cast.county.path, on=TODAY) == first
    cache.clear()
    with django_assert_num_queries(5):
        burden_below(cast.county.path, on=TODAY)
