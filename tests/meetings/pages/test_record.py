"""All items on one page: texts, who presented, where all were in favour, and the way on."""

import uuid

import pytest
from django.urls import reverse

from meetings.choices import AttendanceState, MeetingKind, MeetingState, VoteMethod
from meetings.models import AgendaItem, Attendance, Meeting, Observer, Vote
from tests.cast import make_member
from tests.meetings.ending import ready
from tests.meetings.votes.voting import bring, hold, plan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture
def meeting(cast):
    """Ten with a vote, eight of them there; two items."""
    return hold(cast, kind=MeetingKind.THEME_DAY)


@pytest.fixture
def secretary(cast, as_user):
    return as_user(cast.secretary)


def url(meeting):
    return reverse("meetings:record", args=[meeting.pk])


def typed(meeting, present=8, then="", **words):
    """The page as sent: `words` of the first item, nothing under the second."""
    first, second = meeting.agenda.all()
    form = {f"{one.pk}-{name}": "" for one in (first, second) for name in ("presenter", "report", "decision")}
    form |= {f"{one.pk}-key": str(uuid.uuid4()) for one in (first, second)}
    return form | {f"{first.pk}-{name}": value for name, value in words.items()} | {"present": present, "then": then}


def test_words_of_all_items_are_stored_at_once(meeting, secretary):
    first, second = meeting.agenda.all()
    form = typed(meeting, presenter="张英", report="领学", decision="同意") | {f"{second.pk}-report": "推迟"}
    answer = secretary.post(url(meeting), form)
    first.refresh_from_db()
    second.refresh_from_db()

    assert answer.url == f"{meeting.get_absolute_url()}#agenda"
    assert (first.presenter, first.report, first.decision, second.report) == ("张英", "领学", "同意", "推迟")


def test_all_present_in_favour_is_a_show_of_hands_with_their_number(meeting, secretary):
    form = typed(meeting, all_in_favour="on")
    for _turn in range(2):
        secretary.post(url(meeting), form)
    vote = Vote.objects.get()

    assert (vote.item, vote.about) == (meeting.agenda.first(), "通过工作计划")
    assert (vote.method, vote.is_passed, vote.counted_by) == (VoteMethod.SHOW_OF_HANDS, True, "secretary")
    assert (vote.votes_for, vote.votes_against, vote.abstained, vote.present) == (8, 0, 0, 8)
    assert "all_in_favour" not in secretary.get(url(meeting)).context["forms"][0].fields


@pytest.mark.parametrize("seen", [7, 9, "", "9" * 5000], ids=["fewer", "more", "unsaid", "no number of people"])
def test_when_somebody_came_or_went_meanwhile_nothing_is_stored_and_what_was_typed_stays(meeting, secretary, seen):
    answer = secretary.post(url(meeting), typed(meeting, present=seen, all_in_favour="on", report="领学"))

    assert answer.status_code == 200
    assert "领学" in answer.content.decode()
    assert 'name="present" value="8"' in answer.content.decode()
    assert not Vote.objects.exists()
    assert not AgendaItem.objects.exclude(report="").exists()


def test_without_a_quorum_no_vote_is_offered_or_taken(meeting, secretary):
    bring(meeting, 4)
    page = secretary.get(url(meeting)).content.decode()
    secretary.post(url(meeting), typed(meeting, present=4, all_in_favour="on"))

    assert "all_in_favour" not in page
    assert not Vote.objects.exists()


def test_a_meeting_that_has_ended_takes_no_vote_by_an_old_page(meeting, secretary):
    Meeting.objects.update(state=MeetingState.HELD)
    secretary.post(url(meeting), typed(meeting, all_in_favour="on", report="领学"))

    assert not Vote.objects.exists()
    assert not AgendaItem.objects.exclude(report="").exists()


def test_words_that_a_colleague_stored_meanwhile_stay(meeting, secretary):
    first, second = meeting.agenda.all()
    old = typed(meeting, report="领学")
    secretary.post(url(meeting), typed(meeting) | {f"{second.pk}-report": "同事的话"})
    secretary.post(url(meeting), old)
    page = secretary.get(url(meeting)).content.decode()
    emptied = typed(meeting) | {f"initial-{second.pk}-report": "同事的话"}
    kept = {one.report for one in meeting.agenda.all()}
    secretary.post(url(meeting), emptied)

    assert kept == {"领学", "同事的话"}
    assert f'name="initial-{second.pk}-report" value="同事的话"' in page
    assert {one.report for one in meeting.agenda.all()} == {"领学", ""}


def test_a_committee_decides_by_hands_as_a_committee(cast, secretary):
    for user, name in ((cast.secretary, "陈书记"), (cast.officer, "林委员")):
        user.member = make_member(name, cast.branch)
        user.save()
    meeting = hold(cast, present=0, kind=MeetingKind.COMMITTEE_MEETING)
    Attendance.objects.filter(meeting=meeting).update(state=AttendanceState.ON_SITE)
    secretary.post(url(meeting), typed(meeting, present=2, all_in_favour="on"))

    assert list(Vote.objects.values_list("subject", "votes_for")) == [("committee", 2)]


def test_the_meeting_ends_with_its_minutes_written(meeting, secretary):
    ready(meeting)
    answer = secretary.post(url(meeting), typed(meeting, all_in_favour="on", decision="同意。", then="end"))
    meeting.refresh_from_db()

    assert answer.url == reverse("meetings:minutes", args=[meeting.pk])
    assert meeting.state == MeetingState.HELD
    assert "同意。" in meeting.minutes.text


def test_what_is_missing_for_the_end_is_said_and_the_words_are_stored(meeting, secretary):
    answer = secretary.post(url(meeting), typed(meeting, report="领学", then="end"), follow=True)
    meeting.refresh_from_db()

    assert meeting.state == MeetingState.OPEN
    assert 'id="gaps"' in answer.content.decode()
    assert meeting.agenda.first().report == "领学"


@pytest.mark.parametrize(("then", "name"), [("item", "meetings:item"), ("vote", "meetings:vote-add")])
def test_what_one_item_needs_besides_is_reached_with_the_words_stored(meeting, secretary, then, name):
    item = meeting.agenda.last()
    answer = secretary.post(url(meeting), typed(meeting, report="领学", then=f"{then}-{item.pk}"))
    elsewhere = secretary.post(url(meeting), typed(meeting, then=f"{then}-{uuid.uuid4()}"))

    assert answer.url.startswith(reverse(name, args=[item.pk if then == "item" else meeting.pk]))
    assert str(item.pk) in answer.url
    assert meeting.agenda.first().report == "领学"
    assert elsewhere.url == f"{meeting.get_absolute_url()}#agenda"


def test_speakers_are_offered_by_name(meeting, secretary):
    Observer.objects.create(meeting=meeting, name="周干事", office="镇党委")
    pages = [secretary.get(url(meeting)), secretary.get(reverse("meetings:item", args=[meeting.agenda.first().pk]))]

    for page in pages:
        assert {"张英", "周干事"} <= set(page.context["speakers"])
        assert '<option value="周干事">' in page.content.decode()


def test_locked_minutes_have_no_such_page(meeting, secretary):
    Meeting.objects.update(state=MeetingState.LOCKED)

    assert secretary.get(url(meeting)).url == meeting.get_absolute_url()


def test_only_who_records_meetings_there_opens_it(meeting, cast, as_user):
    assert as_user(cast.next_secretary).get(url(meeting)).status_code == 404
    assert as_user(cast.member).post(url(meeting), typed(meeting)).status_code == 403


def test_when_everybody_is_recorded_the_items_come_next(meeting, secretary):
    rest = reverse("meetings:attendance-rest", args=[meeting.pk])
    answer = secretary.post(rest, {"key": uuid.uuid4()}, follow=True)

    assert answer.request["PATH_INFO"] == url(meeting)
    assert "undo-rest" in answer.content.decode()
    assert (
        f'class="btn btn-primary" href="{url(meeting)}"' in secretary.get(meeting.get_absolute_url()).content.decode()
    )


def test_as_long_as_somebody_isnt_recorded_the_list_comes_again(cast, secretary):
    meeting = hold(cast, present=3, kind=MeetingKind.THEME_DAY)
    left_out = Attendance.objects.filter(meeting=meeting, state=AttendanceState.UNKNOWN).first()
    rest = reverse("meetings:attendance-rest", args=[meeting.pk])
    answer = secretary.post(rest, {"key": uuid.uuid4(), "absent": [left_out.member_id]})

    assert answer.url.startswith(reverse("meetings:attendance", args=[meeting.pk]))


def test_a_vote_with_figures_leads_back_to_the_meeting(meeting, secretary):
    item = meeting.agenda.first()
    form = {"key": uuid.uuid4(), "item": item.pk, "about": "计划", "subject": "motion", "method": "show_of_hands"}
    answer = secretary.post(
        reverse("meetings:vote-add", args=[meeting.pk]), form | {"votes_for": 7, "votes_against": 1, "abstained": 0}
    )

    assert answer.url == f"{meeting.get_absolute_url()}#votes"


def test_a_planned_meeting_has_its_items_and_no_vote(cast, secretary):
    page = secretary.get(url(plan(cast))).content.decode()

    assert "all_in_favour" not in page
    assert 'value="end"' not in page
