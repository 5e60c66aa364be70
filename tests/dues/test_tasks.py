"""What beat does: the month of the day in Shanghai, every tree, nothing twice."""

from unittest import mock

import pytest
from django.conf import settings

from dues import tasks
from dues.models import Charge
from members.choices import OrganizationKind
from tests.cast import make_member, make_organization
from tests.dues.making import fix, month

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def test_the_month_of_today_is_charged_to_every_tree_once(cast):
    other = make_organization("other-county", "邻县县委", OrganizationKind.COMMITTEE)
    far = make_member("孙远", make_organization("far", "远村党支部", OrganizationKind.BRANCH, other))
    for member in (cast.zhang, far):
        fix(member, 4900)
    for _ in range(2):
        tasks.charge_current_month()

    assert [(line.member, line.month) for line in Charge.objects.order_by("member")] == [
        (cast.zhang, month("2026-11")),
        (far, month("2026-11")),
    ]
    assert set(Charge.objects.values_list("made_by", flat=True)) == {"system"}


def test_a_tree_that_fails_doesnt_keep_the_others(cast):
    make_organization("other-county", "邻县县委", OrganizationKind.COMMITTEE)
    fails = mock.Mock(side_effect=[RuntimeError, mock.Mock(charged=0, without_base=0)])
    with mock.patch.object(tasks, "charge_month", fails):
        tasks.charge_current_month()

    assert fails.call_count == 2


def test_beat_knows_the_task():
    schedule = settings.CELERY_BEAT_SCHEDULE["charge-dues"]

    assert schedule["task"] == tasks.charge_current_month.name
