"""Who wasn't at a meeting: why, and who said so, for whoever records it and for oneself."""

import pytest
from django.urls import reverse

from meetings.models import Attendance, Meeting
from meetings.pages.queries import missing
from members.choices import OfficeKind
from tests.cast import make_user
from tests.meetings.votes.voting import hold

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def closed_without_li(cast, **said):
    meeting = hold(cast, formal=3, present=3)
    Meeting.objects.filter(pk=meeting.pk).update(state="held")
    Attendance.objects.filter(member=cast.li).update(state="absent", **said)
    return Meeting.objects.get(pk=meeting.pk)


def test_the_meeting_says_why_somebody_was_not_there_and_who_said_so(cast, as_user):
    meeting = closed_without_li(cast, reason="住院", reason_source="contact_person")

    page = as_user(cast.secretary).get(meeting.get_absolute_url()).content.decode()

    assert "住院" in page
    assert "联系人说明" in page


def test_an_absence_without_a_reason_leads_to_where_it_is_recorded(cast, as_user):
    meeting = closed_without_li(cast)

    page = as_user(cast.secretary).get(meeting.get_absolute_url()).content.decode()

    assert "原因不明" in page
    assert reverse("meetings:attendance-person", args=[meeting.pk, cast.li.pk]) in page


@pytest.mark.parametrize("number", [1, 3])
def test_who_was_not_there_costs_one_query(cast, as_user, django_assert_max_num_queries, number):
    meeting = closed_without_li(cast)
    Attendance.objects.filter(pk__in=Attendance.objects.values("pk")[:number]).update(
        state="absent", reason="出差", reason_source="member"
    )
    with django_assert_max_num_queries(1):
        assert len(missing(meeting)) >= number


def test_who_reads_the_meeting_without_recording_it_reads_no_reasons(cast, as_user):
    meeting = closed_without_li(cast, reason="住院", reason_source="member")
    reader = make_user("publicity", OfficeKind.PUBLICITY_OFFICER, cast.branch)

    answer = as_user(reader).get(meeting.get_absolute_url())

    assert answer.status_code == 200
    assert "住院" not in answer.content.decode()


def test_a_member_reads_the_own_reason(cast, as_user):
    meeting = closed_without_li(cast)
    Attendance.objects.filter(member=cast.zhang).update(state="absent", reason="出差", reason_source="member")
    Attendance.objects.filter(member=cast.li).update(state="absent", reason="住院", reason_source="member")

    page = as_user(cast.member).get(meeting.get_absolute_url()).content.decode()

    assert "出差" in page
    assert "住院" not in page
