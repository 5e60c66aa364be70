"""Calendar files, and the private address of somebody's own calendar."""

import re
from datetime import UTC, date, datetime, time

import pytest
from django.urls import reverse
from icalendar import Calendar

from audit.keyring import fingerprint, new_key, ring, write_ring
from audit.models import Entry
from meetings.models import CalendarFeed, Meeting
from meetings.planning import services
from meetings.planning.calendar_views import calendar_file
from meetings.planning.services import make_feed, revoke_feed, token_print
from members.verification import reseal_everything
from tests.cast import TODAY
from tests.meetings.votes.voting import known_as

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

FEED = reverse("meetings:feed")
REVOKE = reverse("meetings:feed-revoke")
NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)


def plan(organization, **fields):
    fields = {"kind": "theme_day", "day": date(2026, 12, 21), "counts_for_year": 2026, **fields}
    return Meeting.objects.create(organization=organization, **fields)


def events(content):
    return list(Calendar.from_ical(content).walk("VEVENT"))


def address(token):
    return reverse("meetings:feed-calendar", args=[token])


@pytest.mark.parametrize(
    ("hours", "begins", "ends"),
    [
        ({}, date(2026, 12, 21), date(2026, 12, 22)),
        (
            {"starts_at": time(19, 30)},
            datetime(2026, 12, 21, 11, 30, tzinfo=UTC),
            datetime(2026, 12, 21, 13, 30, tzinfo=UTC),
        ),
        (
            {"starts_at": time(7), "ends_at": time(8, 15)},
            datetime(2026, 12, 20, 23, tzinfo=UTC),
            datetime(2026, 12, 21, 0, 15, tzinfo=UTC),
        ),
    ],
)
def test_a_meeting_stands_at_its_hours_of_shanghai(cast, hours, begins, ends):
    (event,) = events(calendar_file([plan(cast.branch, **hours)], name="x", made_at=NOW))

    assert (event.decoded("dtstart"), event.decoded("dtend")) == (begins, ends)


def test_a_calendar_says_time_place_and_name_and_nothing_else(cast):
    meeting = plan(cast.branch, place="活动室", online_link="https://example.org/secret", chair=cast.zhang)
    (event,) = events(calendar_file([meeting], name="x", made_at=NOW))

    assert set(event) == {"UID", "DTSTAMP", "SUMMARY", "LOCATION", "STATUS", "DTSTART", "DTEND"}
    assert "张英" not in event.to_ical().decode()


def test_a_meeting_called_off_says_so(cast):
    meeting = plan(cast.branch, state="cancelled", cancelled_because="停电")
    (event,) = events(calendar_file([meeting], name="x", made_at=NOW))

    assert event["status"] == "CANCELLED"


def test_a_name_with_a_line_break_adds_no_line(cast):
    (event,) = events(calendar_file([plan(cast.branch, title="一\r\nATTENDEE:x")], name="x", made_at=NOW))

    assert "ATTENDEE" not in event


def test_a_year_is_taken_along_as_a_file(cast, as_user):
    plan(cast.branch)
    plan(cast.group, kind="group_meeting")
    plan(cast.branch, day=date(2027, 1, 20))
    plan(cast.next_branch)
    answer = as_user(cast.secretary).get(reverse("meetings:year-calendar", args=["branch", 2026]))

    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert len(events(answer.content)) == 2


@pytest.mark.parametrize(
    ("part", "code", "status"),
    [("secretary", "next-branch", 404), ("county_staff", "branch", 403), ("member", "branch", 403)],
)
def test_a_years_file_stays_with_the_branch(cast, as_user, part, code, status):
    url = reverse("meetings:year-calendar", args=[code, 2026])

    assert as_user(cast.users()[part]).get(url).status_code == status


@pytest.mark.parametrize(("part", "status"), [("secretary", 200), ("member", 200), ("next_secretary", 404)])
def test_one_meeting_goes_to_those_who_see_it(cast, as_user, part, status):
    url = reverse("meetings:meeting-calendar", args=[plan(cast.branch).pk])

    assert as_user(cast.users()[part]).get(url).status_code == status


def test_the_address_is_shown_once_and_only_its_fingerprint_stored(cast, as_user):
    client = as_user(cast.member)
    shown = client.post(FEED).content.decode()
    token = re.search(r"/feed/([\w-]+)\.ics", shown)[1]
    later = client.get(FEED).content.decode()

    assert token not in later
    assert token not in CalendarFeed.objects.get().token_print
    assert client.get(address(token)).status_code == 200
    assert Entry.objects.filter(action="make_calendar_feed").count() == 1
    assert not Entry.objects.filter(details__icontains=token).exists()


def test_a_calendar_program_without_a_log_in_reads_the_members_meetings(cast, client):
    plan(cast.branch, title="主题党日")
    plan(cast.next_branch)
    plan(cast.branch, day=date(2026, 1, 5))
    token = make_feed(user=known_as(cast.member), by=cast.member)
    answer = client.get(address(token))

    assert [str(event["summary"]) for event in events(answer.content)] == ["主题党日 · 红旗社区第一党支部"]
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("token", ["x", "0" * 43, "%00", "*"])
def test_a_wrong_token_is_not_found(cast, client, token):
    make_feed(user=known_as(cast.member), by=cast.member)

    assert client.get(f"/meetings/feed/{token}.ics").status_code == 404


def test_the_stored_fingerprint_opens_nothing(cast, client):
    make_feed(user=known_as(cast.member), by=cast.member)

    assert client.get(address(CalendarFeed.objects.get().token_print)).status_code == 404


def test_a_new_address_ends_the_old_one_and_one_taken_back_ends_too(cast, client):
    user = known_as(cast.member)
    first, second = make_feed(user=user, by=user), make_feed(user=user, by=user)
    answers = [client.get(address(token)).status_code for token in (first, second)]
    revoke_feed(user=user, by=user)
    revoke_feed(user=user, by=user)

    assert answers == [404, 200]
    assert client.get(address(second)).status_code == 404
    assert Entry.objects.filter(action="revoke_calendar_feed").count() == 1


def test_whoever_may_not_log_in_any_more_has_no_feed(cast, client):
    token = make_feed(user=known_as(cast.member), by=cast.member)
    cast.member.is_active = False
    cast.member.save()

    assert client.get(address(token)).status_code == 404


def test_a_feed_says_nothing_more_once_the_office_has_ended(cast, client):
    plan(cast.branch)
    token = make_feed(user=known_as(cast.officer), by=cast.officer)
    before = len(events(client.get(address(token)).content))
    cast.officer.offices.update(valid_until=TODAY)
    after = len(events(client.get(address(token)).content))

    assert (before, after) == (1, 0)


@pytest.mark.parametrize("name", ["feed", "feed-revoke"])
def test_strangers_to_the_house_make_no_address(client, db, name):
    assert client.post(reverse(f"meetings:{name}")).status_code == 302
    assert not CalendarFeed.objects.exists()


def test_the_address_is_taken_back_by_a_button_only(cast, as_user):
    client = as_user(cast.member)
    client.post(FEED)

    assert client.get(REVOKE).status_code == 405
    assert client.post(REVOKE).status_code == 302
    assert not CalendarFeed.objects.exists()


@pytest.mark.parametrize("more", [1, 3])
def test_a_feed_asks_the_same_number_of_queries(cast, client, django_assert_num_queries, more):
    for number in range(more):
        plan(cast.branch, day=date(2026, 12, 21 + number))
    token = make_feed(user=known_as(cast.member), by=cast.member)
    with django_assert_num_queries(3):
        client.get(address(token))


@pytest.fixture
def key_file(settings, tmp_path):
    """A key ring in a file, with one key."""
    settings.FIELD_KEYS_FILE = tmp_path / "field_keys"
    write_ring(settings.FIELD_KEYS_FILE, (new_key(),))
    return settings.FIELD_KEYS_FILE


def answers_during_a_rotation(client, key_file, token, *, read_before=True):
    """What the address answers with the old key, beside the new one, and when the old one has left."""
    answers = [client.get(address(token)).status_code] if read_before else []
    write_ring(key_file, (new_key(), *ring()))
    reseal_everything(by="system")
    answers += [client.get(address(token)).status_code] if read_before else []
    write_ring(key_file, ring()[:1])
    return [*answers, client.get(address(token)).status_code]


@pytest.mark.parametrize("read_before", [True, False])
def test_an_address_outlives_a_rotation_of_the_keys(cast, client, key_file, read_before):
    token = make_feed(user=known_as(cast.member), by=cast.member)

    assert set(answers_during_a_rotation(client, key_file, token, read_before=read_before)) == {200}


def test_kept_under_a_key_of_the_ring_it_would_not(cast, client, key_file, monkeypatch):
    """The negative control."""
    monkeypatch.setattr(services, "token_print", fingerprint)
    token = make_feed(user=known_as(cast.member), by=cast.member)

    assert answers_during_a_rotation(client, key_file, token, read_before=False) == [404]


def test_an_address_of_an_earlier_version_is_moved_over_at_its_first_reading(cast, client, key_file):
    CalendarFeed.objects.create(user=cast.member, token_print=fingerprint("of-an-earlier-version"))

    assert answers_during_a_rotation(client, key_file, "of-an-earlier-version") == [200, 200, 200]
    assert CalendarFeed.objects.get().token_print == token_print("of-an-earlier-version")


def test_one_that_nobody_read_before_its_key_left_has_to_be_made_anew(cast, client, key_file):
    CalendarFeed.objects.create(user=cast.member, token_print=fingerprint("of-an-earlier-version"))

    assert answers_during_a_rotation(client, key_file, "of-an-earlier-version", read_before=False) == [404]
