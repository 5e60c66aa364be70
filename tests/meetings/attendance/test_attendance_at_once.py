"""Eight people tap the same sign-in page at once: nothing is lost and nothing is doubled, on both databases."""

import contextlib
import threading
import uuid
from functools import partial

import pytest
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse

from meetings.attendance import services
from meetings.attendance.services import open_sign_in, sign_in_member
from meetings.models import Attendance, AttendanceChange, Meeting
from meetings.pages import sheet_views as views
from tests.cast import make_cast
from tests.meetings.votes.test_votes_at_once import at_once
from tests.meetings.votes.voting import hold

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PEOPLE, TAPPERS = 16, 8


@pytest.fixture
def cast(transactional_db):
    return make_cast()


@pytest.fixture
def meeting(cast):
    return hold(cast, formal=PEOPLE, present=0)


def tapper(cast, meeting, taps):
    """A browser of its own that sends these taps one after the other."""
    client = Client()
    client.force_login(cast.secretary, backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("meetings:attendance-mark", args=[meeting.pk])

    def act():
        for tap in taps:
            answer = client.post(address, tap, headers={"HX-Request": "true"})
            assert answer.status_code == 200

    return act


def tap(member_id, state="on_site"):
    return {"key": uuid.uuid4(), "member": member_id, "state": state}


def members(meeting):
    return list(Attendance.objects.filter(meeting=meeting).order_by("pk").values_list("member_id", flat=True))


def version(meeting):
    return Meeting.objects.get(pk=meeting.pk).version


def test_eight_people_who_tap_different_rows_lose_nothing(cast, meeting):
    people = members(meeting)
    lists = [[tap(member) for member in people[place::TAPPERS]] for place in range(TAPPERS)]
    raised = at_once(*(tapper(cast, meeting, taps) for taps in lists))

    assert raised == [None] * TAPPERS
    assert Attendance.objects.filter(meeting=meeting, state="on_site").count() == PEOPLE
    assert AttendanceChange.objects.count() == PEOPLE
    assert version(meeting) == meeting.version + PEOPLE


def test_eight_people_who_send_the_same_taps_double_nothing(cast, meeting):
    taps = [tap(member) for member in members(meeting)[:4]]
    raised = at_once(*(tapper(cast, meeting, taps) for _number in range(TAPPERS)))

    assert raised == [None] * TAPPERS
    assert AttendanceChange.objects.count() == 4
    assert version(meeting) == meeting.version + 4


def test_everybody_else_at_once_marks_each_person_once(cast, meeting):
    raised = at_once(
        *(
            partial(services.mark_rest_present, meeting=meeting, key=uuid.uuid4(), by="secretary")
            for _number in range(TAPPERS)
        )
    )

    assert raised == [None] * TAPPERS
    assert AttendanceChange.objects.count() == PEOPLE


def test_a_member_who_taps_on_two_telephones_is_one_tap(cast, meeting):
    opened = open_sign_in(meeting=meeting, by=cast.secretary)
    raised = at_once(*[partial(sign_in_member, meeting=opened, member_id=cast.zhang.pk, by="member")] * TAPPERS)

    assert raised == [None] * TAPPERS
    assert AttendanceChange.objects.count() == 1


@pytest.mark.parametrize(
    ("protected", "marks"), [(True, 1), (False, TAPPERS)], ids=["as it is", "without transaction and lock"]
)
def test_what_keeps_eight_taps_of_one_person_from_being_eight_marks(cast, meeting, monkeypatch, protected, marks):
    """With its negative control: whoever looked before the others wrote writes too, once nothing holds them back."""
    together = threading.Barrier(TAPPERS)
    change = services.change

    def change_together(*given):
        with contextlib.suppress(threading.BrokenBarrierError):
            together.wait(1)
        change(*given)

    monkeypatch.setattr(services, "change", change_together)
    if not protected:
        monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_how: rows)
        monkeypatch.setattr(views, "tap", services.tap.__wrapped__)
    person = members(meeting)[0]
    raised = at_once(*(tapper(cast, meeting, [tap(person)]) for _number in range(TAPPERS)))

    assert raised == [None] * TAPPERS
    assert AttendanceChange.objects.count() == marks
