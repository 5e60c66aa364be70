"""The pages on which a branch says whom a meeting doesn't count on."""

import uuid

import pytest
from django.urls import reverse

from meetings.attendance.queries import roll
from meetings.models import Exclusion
from meetings.pages.services import open_meeting
from meetings.votes.services import Approvals, record_exclusion
from tests.meetings.votes.voting import plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(cast):
    return plan(cast, formal=3)


@pytest.fixture
def row(meeting, cast):
    return record_exclusion(
        key=uuid.uuid4(), meeting=meeting, member_id=cast.li.pk, ground="frail", approvals=Approvals(), by="secretary"
    )


def url(name, meeting, *more):
    return reverse(f"meetings:{name}", args=[meeting.pk, *(one.pk for one in more)])


def typed(person, **more):
    superior = {"superior_agreed_on": "2026-11-01", "superior_document": "镇党委〔2026〕12号"}
    fields = {"key": uuid.uuid4(), "member": person.pk, "ground": "frail", **superior}
    return {**fields, "meeting_agreed_on": "2026-11-02", **more}


def test_a_member_is_left_out_with_both_approvals(meeting, cast, as_user):
    client = as_user(cast.secretary)
    client.post(url("exclusion-add", meeting), typed(cast.li))
    ((exclusion, verdict),) = client.get(url("exclusion-list", meeting)).context["listing"].rows

    assert exclusion.member == cast.li
    assert verdict


def test_with_one_approval_the_page_says_still_counted_with_the_article(meeting, cast, as_user):
    client = as_user(cast.secretary)
    client.post(url("exclusion-add", meeting), typed(cast.li, meeting_agreed_on=""))
    answer = client.get(url("exclusion-list", meeting))

    assert not answer.context["listing"].rows[0][1]
    assert "《中央组织部关于应到会人数的解释（转载）》" in answer.content.decode()


def test_the_second_approval_is_added_on_its_page(meeting, cast, row, as_user):
    client = as_user(cast.secretary)
    page = client.get(url("exclusion-edit", meeting, row))
    client.post(url("exclusion-edit", meeting, row), typed(cast.li))
    row.refresh_from_db()

    assert page.context["form"].initial["ground"] == "frail"
    assert row.is_approved


def test_the_member_of_a_row_stays(meeting, cast, row, as_user):
    answer = as_user(cast.secretary).post(url("exclusion-edit", meeting, row), typed(cast.zhang))

    assert "member" in answer.context["form"].errors


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ground": "homesick"}, "ground"),
        ({"ground": ""}, "ground"),
        ({"superior_document": ""}, "superior_document"),
        ({"superior_agreed_on": ""}, "superior_agreed_on"),
        ({"superior_agreed_on": "2026-11-25"}, "superior_agreed_on"),
        ({"meeting_agreed_on": "soon"}, "meeting_agreed_on"),
        ({"member": ""}, "member"),
        ({"member": "999999"}, "member"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_stored(meeting, cast, as_user, change, field):
    answer = as_user(cast.secretary).post(url("exclusion-add", meeting), typed(cast.li, **change))

    assert field in answer.context["form"].errors
    assert not Exclusion.objects.exists()


def test_after_opening_the_pages_say_that_the_list_is_fixed(meeting, cast, row, as_user):
    open_meeting(meeting=meeting, on=meeting.day, by="secretary")
    client = as_user(cast.secretary)

    assert not client.get(url("exclusion-list", meeting)).context["buttons"]
    assert client.post(url("exclusion-edit", meeting, row), typed(cast.li)).context["form"].non_field_errors()
    client.post(url("exclusion-remove", meeting, row))
    assert Exclusion.objects.exists()


def test_a_member_is_counted_again(meeting, cast, row, as_user):
    answer = as_user(cast.secretary).post(url("exclusion-remove", meeting, row))

    assert answer.url == url("exclusion-list", meeting)
    assert not Exclusion.objects.exists()


def test_only_who_records_the_meeting_reads_why_somebody_is_left_out(meeting, cast, row, as_user):
    for address in (url("exclusion-list", meeting), url("exclusion-add", meeting), url("exclusion-edit", meeting, row)):
        answers = {part: as_user(user).get(address).status_code for part, user in cast.users().items()}

        assert {part for part, status in answers.items() if status == 200} == {"secretary", "officer"}
        assert answers["next_secretary"] == answers["county_staff"] == 404
        assert answers["member"] == 403


def test_a_row_of_another_meeting_is_missing(cast, row, as_user):
    other = plan(cast)

    assert as_user(cast.secretary).get(url("exclusion-edit", other, row)).status_code == 404
    assert as_user(cast.secretary).post(url("exclusion-remove", other, row)).status_code == 404


def test_removing_is_a_post_and_the_list_is_not(meeting, cast, row, as_user):
    client = as_user(cast.secretary)

    assert client.get(url("exclusion-remove", meeting, row)).status_code == 405
    assert client.post(url("exclusion-list", meeting)).status_code == 405


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_as_often_with_one_row_as_with_three(cast, as_user, rows, django_assert_num_queries):
    meeting = plan(cast, formal=3)
    for expected in roll(meeting)[:rows]:
        Exclusion.objects.create(meeting=meeting, member=expected.member, ground="frail")
    client = as_user(cast.secretary)
    with django_assert_num_queries(5):
        assert len(client.get(url("exclusion-list", meeting)).context["listing"].rows) == rows
