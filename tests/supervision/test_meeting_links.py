"""From a meeting's page to what came of it: for who reads the supervision of that branch, and nobody else."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from meetings.choices import MeetingKind, MeetingState
from meetings.models import Meeting

ADD, LIST, ROUNDS = "supervision:problem-add", "supervision:problem-list", "supervision:round-list"


@pytest.fixture
def meeting(cast):
    return Meeting.objects.create(
        organization=cast.branch,
        kind=MeetingKind.ORG_LIFE_MEETING,
        state=MeetingState.HELD,
        day=date(2026, 1, 20),
        counts_for_year=2025,
        opened_at=timezone.now(),
    )


def page_of(client, meeting):
    return client.get(meeting.get_absolute_url()).content.decode()


def test_the_secretary_goes_from_a_meeting_to_its_problems(cast, as_user, today, meeting):
    page = page_of(as_user(cast.secretary), meeting)

    assert f"{reverse(LIST)}?meeting={meeting.pk}" in page
    assert f"{reverse(ADD)}?source=org_life_meeting&amp;meeting={meeting.pk}" in page
    assert f'href="{reverse(ROUNDS)}"' in page


def test_each_of_these_ways_leads_somewhere(cast, as_user, today, meeting):
    client = as_user(cast.secretary)
    addresses = [
        f"{reverse(LIST)}?meeting={meeting.pk}",
        f"{reverse(ADD)}?source=org_life_meeting&meeting={meeting.pk}",
        reverse(ROUNDS),
    ]

    assert [client.get(address).status_code for address in addresses] == [200, 200, 200]


def test_who_only_reads_records_nothing(cast, as_user, today, meeting):
    page = page_of(as_user(cast.group_leader), meeting)

    assert reverse(ADD) not in page


def test_before_it_was_opened_nothing_came_of_it(cast, as_user, today, meeting):
    Meeting.objects.filter(pk=meeting.pk).update(state=MeetingState.PLANNED, opened_at=None)

    assert f"?meeting={meeting.pk}" not in page_of(as_user(cast.secretary), meeting)
