"""What the database itself takes of messages and duties, beside `tests/test_constraints.py`."""

import pytest

from reminders.models import NotApplicable, Release
from tests.constraints import build
from tests.reminders.messages.constraints_reminders import LAWFUL, NOW


@pytest.mark.django_db
def test_what_was_taken_back_makes_room_for_another(cast):
    taken_back = {"taken_back_at": NOW, "taken_back_by": cast.secretary}
    build(LAWFUL, NotApplicable, cast, taken_back).save(force_insert=True)
    build(LAWFUL, NotApplicable, cast).save(force_insert=True)
    build(LAWFUL, Release, cast, {"taken_back_at": NOW}).save(force_insert=True)
    build(LAWFUL, Release, cast).save(force_insert=True)

    assert (NotApplicable.objects.in_force().count(), Release.objects.in_force().count()) == (1, 1)
