"""From a duty to the page on which it is done."""

import pytest
from django.urls import reverse

from meetings.models import Attendance, LeaveRequest, Meeting
from tests.cast import TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def secretary(cast, client):
    client.force_login(cast.secretary)
    return client


def meeting(place, day, state="planned", kind="theme_day", counts_for_year=2026, **facts):
    return Meeting.objects.create(
        organization=place, kind=kind, day=day, counts_for_year=counts_for_year, state=state, **facts
    )


def missed(at, member, **facts):
    return Attendance.objects.create(
        meeting=at, member=member, name=member.name, is_formal=True, state="absent", **facts
    )


def led_to(client, place, **given):
    answer = client.get(reverse("meetings:duty-do", args=[place.code]), given)
    assert answer.status_code == 302
    return answer.headers["Location"]


def test_a_duty_without_a_meeting_opens_the_form_with_its_kind(cast, secretary):
    address = led_to(secretary, cast.branch, kind="theme_day", period="2026-11")

    assert address == "/meetings/plan/branch/?kind=theme_day"
    assert 'value="theme_day" selected' in secretary.get(address).content.decode()


def test_a_yearly_duty_says_for_which_year(cast, secretary):
    address = led_to(secretary, cast.branch, kind="org_life_meeting", period="2025")

    assert address == "/meetings/plan/branch/?kind=org_life_meeting&counts_for_year=2025"


@pytest.mark.parametrize(
    ("day", "facts", "found"),
    [
        ("2026-11-28", {}, True),
        ("2026-11-28", {"state": "open"}, True),
        ("2026-12-01", {}, False),
        ("2026-11-28", {"kind": "general_meeting"}, False),
        ("2026-11-28", {"state": "cancelled", "cancelled_because": "暴雨"}, False),
    ],
)
def test_a_meeting_that_is_planned_for_it_is_shown_instead(cast, secretary, day, facts, found):
    planned = meeting(cast.branch, day, **facts)
    address = led_to(secretary, cast.branch, kind="theme_day", period="2026-11")

    assert (address == planned.get_absolute_url()) is found


def test_a_planned_election_is_shown_whatever_its_month(cast, secretary):
    planned = meeting(cast.branch, "2027-02-01", kind="election", counts_for_year=2027)

    assert led_to(secretary, cast.branch, kind="election", period="2026-09") == planned.get_absolute_url()


def test_minutes_lead_to_the_earliest_that_arent_locked(cast, secretary):
    meeting(cast.branch, "2026-11-01", "locked")
    first = meeting(cast.branch, "2026-11-05", "held")
    meeting(cast.branch, "2026-11-12", "held")

    assert led_to(secretary, cast.branch, kind="minutes", period="2026-11") == f"/meetings/{first.pk}/minutes/"


def test_a_meeting_that_was_never_closed_is_closed_first(cast, secretary):
    first = meeting(cast.branch, "2026-11-05", "open")

    assert led_to(secretary, cast.branch, kind="minutes", period="2026-11") == first.get_absolute_url()


def test_absences_lead_to_the_first_person_without_a_reason(cast, secretary):
    evening = meeting(cast.branch, "2026-11-05", "held")
    missed(evening, cast.zhang, reason="住院", reason_source="member")
    missed(evening, cast.li)
    address = led_to(secretary, cast.branch, kind="absences", period="2026-11")

    assert address == f"/meetings/{evening.pk}/attendance/{cast.li.pk}/"
    assert secretary.get(address).status_code == 200


def test_a_request_for_leave_leads_to_the_meeting_that_it_is_about(cast, secretary):
    planned = meeting(cast.branch, "2026-12-05")
    LeaveRequest.objects.create(meeting=planned, member=cast.zhang, kind="sick")
    address = led_to(secretary, cast.branch, kind="leave_request", period="2026-11", member=cast.zhang.pk)

    assert address == f"{planned.get_absolute_url()}#leave"
    assert 'id="leave"' in secretary.get(planned.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"kind": "minutes", "period": "2026-11"},
        {"kind": "absences", "period": "2026-11"},
        {"kind": "leave_request", "period": "2026-11"},
        {"kind": "leave_request", "period": "2026-11", "member": "x"},
        {"kind": "theme_day", "period": "2026-13"},
        {"kind": "theme_day", "period": "0000"},
        {"kind": "no such kind", "period": "2026"},
    ],
)
def test_where_nothing_is_left_or_nothing_sensible_was_asked_it_leads_to_what_is_due(cast, secretary, given):
    assert led_to(secretary, cast.branch, **given) == "/meetings/duties/?org=branch"


@pytest.mark.parametrize(
    ("part", "place", "status"),
    [("secretary", "next-branch", 404), ("member", "branch", 403), ("district_staff", "branch", 403)],
)
def test_only_who_records_meetings_there_is_led_on(cast, client, part, place, status):
    client.force_login(getattr(cast, part))

    assert client.get(f"/meetings/duties/{place}/do/").status_code == status


def test_nothing_is_changed_by_being_led_on(cast, secretary):
    assert secretary.post("/meetings/duties/branch/do/").status_code == 405
    assert not Meeting.objects.filter(day=TODAY).exists()
