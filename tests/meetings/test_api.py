"""Meetings and attendance for programs: the scope of the pages, no reasons, no rows for committees."""

from datetime import timedelta

import pytest
from knox.models import AuthToken

from meetings.choices import AttendanceState, LeaveKind, MeetingKind, MeetingState, NotCountedBecause, ReasonSource
from meetings.models import Attendance, Meeting, Session
from tests.cast import TODAY, make_member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture
def by_token(client):
    """Asks as a program does: `by_token(cast.secretary)("/api/meetings/")`."""

    def get(user):
        token = AuthToken.objects.create(user)[1]

        def ask(path, **query):
            return client.get(path, query, headers={"Authorization": f"Token {token}"})

        return ask

    return get


def held(organization, *people, day=TODAY, kind=MeetingKind.THEME_DAY, **fields):
    """A meeting that took place, with those people on its list, on site."""
    meeting = Meeting.objects.create(
        organization=organization, kind=kind, day=day, counts_for_year=day.year, state=MeetingState.HELD, **fields
    )
    for member in people:
        Attendance.objects.create(
            meeting=meeting, member=member, name=member.name, is_formal=True, state=AttendanceState.ON_SITE
        )
    return meeting


def keys(response):
    return [row["key"] for row in response.json()["results"]]


def lines(response):
    return [(row["name"], row["state"]) for row in response.json()["results"]]


# --- Meetings -------------------------------------------------------------------------------------------------------
def test_one_meeting_with_its_heads(cast, by_token):
    meeting = held(
        cast.branch, cast.zhang, cast.li, starts_at="15:00", ends_at="16:00", place="会议室", title="学习",
        online_link="https://meet.example/secret",
    )  # fmt: skip
    Session.objects.create(meeting=meeting, kind=MeetingKind.PARTY_LECTURE)
    Attendance.objects.filter(member=cast.li).update(state="absent", not_counted=NotCountedBecause.SUSPENDED)

    answer = by_token(cast.secretary)(f"/api/meetings/{meeting.key}/")

    assert answer.json() == {
        "key": str(meeting.key), "organization": "branch", "kind": "theme_day", "also": ["party_lecture"],
        "title": "学习", "state": "held", "day": TODAY.isoformat(), "starts_at": "15:00:00", "ends_at": "16:00:00",
        "counts_for_year": TODAY.year, "place": "会议室", "expected": 2, "present": 1, "entitled": 1,
        "entitled_present": 1, "guests": 0, "guests_present": 0,
    }  # fmt: skip


def test_who_was_left_out_is_not_counted(cast, by_token):
    meeting = held(cast.branch, cast.zhang, cast.li)
    Attendance.objects.filter(member=cast.li).update(not_counted=NotCountedBecause.EXCLUDED)

    answer = by_token(cast.secretary)(f"/api/meetings/{meeting.key}/").json()

    assert (answer["expected"], answer["present"]) == (1, 1)


def test_the_latest_come_first_and_those_of_other_branches_not_at_all(cast, by_token):
    old, new = held(cast.branch, day=TODAY - timedelta(days=9)), held(cast.group)
    held(cast.next_branch), held(cast.other_branch)

    assert keys(by_token(cast.secretary)("/api/meetings/")) == [str(new.key), str(old.key)]


def test_meetings_are_narrowed(cast, by_token):
    old = held(cast.branch, day=TODAY - timedelta(days=9), kind=MeetingKind.GENERAL_MEETING)
    new = held(cast.group)
    Session.objects.create(meeting=old, kind=MeetingKind.PARTY_LECTURE)
    ask = by_token(cast.secretary)

    def found(**query):
        return keys(ask("/api/meetings/", **query))

    assert found(organization="group") == found(kind="theme_day") == found(since=TODAY.isoformat()) == [str(new.key)]
    assert found(kind="party_lecture") == found(until=(TODAY - timedelta(days=1)).isoformat()) == [str(old.key)]


def test_pages_lead_to_the_next_ones_until_all_are_seen(cast, by_token):
    for number in range(130):
        held(cast.branch, day=TODAY - timedelta(days=number % 3))
    ask, found, path = by_token(cast.secretary), [], "/api/meetings/"

    while path:
        answer = ask(path).json()
        found += [row["key"] for row in answer["results"]]
        path = answer["next"]

    assert len(found) == len(set(found)) == 130


# --- Attendance -----------------------------------------------------------------------------------------------------
def test_one_line_of_a_list_says_that_and_not_why(cast, by_token):
    meeting = held(cast.branch, cast.zhang)
    Attendance.objects.update(
        state=AttendanceState.LEAVE, leave_kind=LeaveKind.SICK, leave_granted_by="canary-granted",
        reason="canary-reason", reason_source=ReasonSource.OFFICER, answer="canary-answer",
        answer_source=ReasonSource.MEMBER, made_up_with="canary-with", marked_by="canary-marked",
    )  # fmt: skip

    answer = by_token(cast.secretary)("/api/attendances/")

    assert answer.json()["results"] == [
        {
            "meeting": str(meeting.key), "day": TODAY.isoformat(), "member": str(cast.zhang.key), "name": "张英",
            "group": "", "is_formal": True, "not_counted": "", "state": "leave",
            "corrected_on": None,
        }
    ]  # fmt: skip
    assert "canary" not in answer.content.decode()
    assert "sick" not in answer.content.decode()


def test_attendance_of_ones_own_branch_and_of_no_other(cast, by_token):
    held(cast.branch, cast.zhang), held(cast.group, cast.li), held(cast.next_branch, cast.wang)

    assert lines(by_token(cast.secretary)("/api/attendances/")) == [("张英", "on_site"), ("李国强", "on_site")]
    assert lines(by_token(cast.group_leader)("/api/attendances/")) == [("李国强", "on_site")]


def test_somebody_who_left_the_branch_stays_on_its_old_lists_only(cast, by_token):
    held(cast.branch, cast.wang), held(cast.next_branch, cast.wang, day=TODAY - timedelta(days=1))

    assert len(lines(by_token(cast.secretary)("/api/attendances/"))) == 1


def test_attendance_is_narrowed(cast, by_token):
    meeting = held(cast.branch, cast.zhang, cast.li)
    held(cast.branch, cast.li, day=TODAY - timedelta(days=40), kind=MeetingKind.GENERAL_MEETING)
    ask = by_token(cast.secretary)

    def found(**query):
        return len(lines(ask("/api/attendances/", **query)))

    assert found(meeting=str(meeting.key)) == found(member=str(cast.li.key)) == found(kind="theme_day") == 2
    assert found(since=TODAY.isoformat(), member=str(cast.li.key)) == found(kind="general_meeting") == 1
    assert found(organization="group") == 0


@pytest.mark.parametrize("size", [1, 3])
def test_the_lists_cost_the_same_for_one_and_three(cast, by_token, django_assert_num_queries, size):
    for number in range(size):
        meeting = held(cast.branch, make_member(f"党员{number}", cast.branch), cast.zhang)
        Session.objects.create(meeting=meeting, kind=MeetingKind.PARTY_LECTURE)
    ask = by_token(cast.secretary)

    with django_assert_num_queries(5):
        assert len(keys(ask("/api/meetings/"))) == size
    with django_assert_num_queries(4):
        assert len(lines(ask("/api/attendances/"))) == 2 * size


# --- Who may --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", ["/api/meetings/", "/api/attendances/"])
@pytest.mark.parametrize(
    ("user", "status"),
    [
        ("secretary", 200), ("officer", 200), ("group_leader", 200), ("next_secretary", 200), ("member", 403),
        ("stranger", 403), ("district_staff", 0), ("county_staff", 0), ("county_secretary", 0),
        ("inspector", 403), ("administrator", 403),
    ],
)  # fmt: skip
def test_offices_of_the_branch_read_and_committees_get_no_rows(cast, by_token, user, status, path):
    """0: a committee reads its own meetings there, and of a branch's no row."""
    held(cast.branch, cast.zhang)
    answer = by_token(getattr(cast, user))(path)

    assert answer.status_code == (status or 200)
    assert status or lines(answer) == []


def test_another_branchs_meeting_looks_like_none(cast, by_token):
    ask, meeting = by_token(cast.secretary), held(cast.next_branch, cast.wang)

    beside, missing = ask(f"/api/meetings/{meeting.key}/"), ask("/api/meetings/11111111-1111-4111-8111-111111111111/")

    assert (beside.status_code, beside.content) == (missing.status_code, missing.content) == (404, missing.content)
    assert lines(ask("/api/attendances/", meeting=str(meeting.key))) == []


@pytest.mark.parametrize("path", ["/api/meetings/", "/api/attendances/"])
def test_a_place_outside_ones_scope_looks_like_none(cast, by_token, path):
    ask = by_token(cast.secretary)

    assert {ask(path, organization=code).status_code for code in ("next-branch", "district", "nowhere")} == {404}


@pytest.mark.parametrize("path", ["/api/meetings/", "/api/attendances/"])
def test_without_a_token_nothing_is_answered_and_nothing_can_be_written(cast, client, path):
    token = AuthToken.objects.create(cast.secretary)[1]

    assert client.get(path).status_code == 401
    for method in (client.post, client.put, client.delete):
        assert method(path, headers={"Authorization": f"Token {token}"}).status_code == 405


@pytest.mark.parametrize("query", [{"since": "soon"}, {"kind": "party"}, {"organization": "\0"}])
@pytest.mark.parametrize("path", ["/api/meetings/", "/api/attendances/"])
def test_what_cannot_be_asked_is_refused(cast, by_token, path, query):
    assert by_token(cast.secretary)(path, **query).status_code == 400


@pytest.mark.parametrize("cursor", ["x", "%%%", "cD14", "cD0yMDI2LTk5LTk5", "cD0lMDA=", "cD0yMDI2LTExLTI0"])
@pytest.mark.parametrize("path", ["/api/meetings/", "/api/attendances/"])
def test_a_made_up_cursor_is_answered(cast, by_token, path, cursor):
    assert by_token(cast.secretary)(path, cursor=cursor).status_code in (200, 404)
