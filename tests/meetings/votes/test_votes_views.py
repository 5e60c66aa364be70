"""The pages of votes: they work, in scope, for the right office, by the right method, and say what is wrong."""

import re
import uuid
from datetime import date

import pytest
from django.urls import reverse

from meetings.choices import AttendanceState, MeetingKind, VoteMethod, VoteSubject
from meetings.models import Attendance, Count, Meeting, Vote
from meetings.votes.queries import vote_section
from meetings.votes.rules import Figures
from meetings.votes.services import Question, add_vote, count_vote
from members.choices import Membership
from members.models import User
from tests.cast import make_member
from tests.meetings.ending import end
from tests.meetings.votes.voting import bring, hold, known_as, plan

pytestmark = pytest.mark.django_db

HANDS, BALLOT = VoteMethod.SHOW_OF_HANDS, VoteMethod.SECRET_BALLOT
PAPERS = {"issued": 8, "returned": 8, "void": 0, "votes_for": 6, "votes_against": 2, "abstained": 0}


@pytest.fixture
def meeting(cast):
    return hold(cast)


def url(name, row):
    return reverse(f"meetings:{name}", args=[row.pk])


def secret(meeting, subject=VoteSubject.MOTION):
    question = Question(subject, BALLOT, "工作计划")
    return add_vote(key=uuid.uuid4(), item=meeting.agenda.first(), question=question, by="secretary")


def by_hand(meeting, figures=None):
    question = Question(VoteSubject.MOTION, HANDS, "工作计划")
    item = meeting.agenda.first()
    return add_vote(key=uuid.uuid4(), item=item, question=question, figures=figures or Figures(6, 1, 1), by="secretary")


def typed(meeting, **more):
    item = meeting.agenda.first()
    fields = {"item": item.pk, "about": "工作计划", "subject": "motion", "method": HANDS, "votes_for": 6}
    return {"key": uuid.uuid4(), **fields, "votes_against": 1, "abstained": 1, **more}


def test_a_vote_by_show_of_hands_is_one_form(meeting, cast, as_user):
    client = as_user(cast.secretary)
    answer = client.post(url("vote-add", meeting), typed(meeting), follow=True)

    assert answer.status_code == 200
    assert Vote.objects.get().is_passed
    assert "branch-2018" not in answer.content.decode()
    assert "《中国共产党支部工作条例（试行）》" in answer.content.decode()


def test_the_form_knows_the_item_whose_button_was_pressed(meeting, cast, as_user):
    item = meeting.agenda.last()
    answer = as_user(cast.secretary).get(url("vote-add", meeting), {"item": str(item.pk)})

    assert answer.context["form"].initial["about"] == item.title
    assert answer.context["form"].initial["method"] == HANDS


def test_a_double_click_stores_one_vote(meeting, cast, as_user):
    client, form = as_user(cast.secretary), typed(meeting)
    first, second = (client.post(url("vote-add", meeting), form) for _turn in range(2))

    assert first.url == second.url
    assert Vote.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"votes_for": ""}, "votes_for"),
        ({"votes_for": "-1"}, "votes_for"),
        ({"votes_for": "9"}, "votes_for"),
        ({"votes_for": "many"}, "votes_for"),
        ({"about": ""}, "about"),
        ({"item": str(uuid.uuid4())}, "item"),
        ({"subject": "election"}, "subject"),
        ({"subject": "admission", "applicant": "吴"}, "method"),
        ({"key": "x"}, "key"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_stored(meeting, cast, as_user, change, field):
    answer = as_user(cast.secretary).post(url("vote-add", meeting), typed(meeting, **change))

    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert not Vote.objects.exists()


def test_without_a_quorum_the_page_says_how_many_are_missing(meeting, cast, as_user):
    bring(meeting, 3)
    answer = as_user(cast.secretary).post(url("vote-add", meeting), typed(meeting))

    (sentence,) = answer.context["form"].non_field_errors()
    assert re.findall(r"\d+", sentence) in (["2", "3", "10", "5"], ["2", "10", "3", "5"])
    assert not Vote.objects.exists()


def test_a_probationary_member_can_be_named_in_a_confirmation(cast, as_user):
    joined = {"joined_on": date(2025, 11, 24), "joined_precision": "day"}
    candidate = make_member("周明", cast.branch, membership=Membership.PROBATIONARY, **joined)
    meeting = hold(cast)
    form = typed(meeting, subject="confirmation", method=BALLOT, about_member=candidate.pk, votes_for="")
    as_user(cast.secretary).post(url("vote-add", meeting), form)

    assert Vote.objects.get().about_member == candidate


def test_a_secret_ballot_is_typed_by_two_and_the_first_sees_nothing_of_it(meeting, cast, as_user):
    vote = secret(meeting)
    as_user(cast.secretary).post(url("vote-count", vote), PAPERS)
    between = as_user(cast.officer).get(url("vote-detail", vote)).content.decode()
    answer = as_user(cast.officer).post(url("vote-count", vote), PAPERS, follow=True)

    assert "secretary" in between
    assert answer.context["vote"].is_passed
    assert not Count.objects.exists()


def test_counts_that_differ_show_where_and_no_figure(meeting, cast, as_user):
    vote = secret(meeting)
    as_user(cast.secretary).post(url("vote-count", vote), PAPERS)
    answer = as_user(cast.officer).post(
        url("vote-count", vote), {**PAPERS, "votes_for": 5, "abstained": 1}, follow=True
    )

    differ_in = answer.context["counting"].differ_in
    assert len(differ_in) == 2
    assert not re.search(r"\d", "".join(differ_in))
    assert not Vote.objects.get().is_decided
    page = as_user(cast.secretary).get(url("vote-count", vote))
    assert page.context["form"]["votes_for"].value() is None


@pytest.mark.parametrize(
    ("change", "field"),
    [({"issued": 9}, "issued"), ({"void": 9}, "void"), ({"abstained": 1}, "abstained"), ({"returned": ""}, "returned")],
)
def test_a_count_that_cannot_be_true_is_said_at_its_field(meeting, cast, as_user, change, field):
    answer = as_user(cast.secretary).post(url("vote-count", secret(meeting)), {**PAPERS, **change})

    assert field in answer.context["form"].errors
    assert not Count.objects.exists()


@pytest.mark.parametrize(("before", "kept"), [("on", 1), ("", 0)])
def test_opinions_in_writing_count_when_they_came_before_the_meeting(meeting, cast, as_user, before, kept):
    vote = secret(meeting, VoteSubject.ADMISSION)
    as_user(cast.secretary).post(
        url("vote-count", vote), {**PAPERS, "written_for": 1, "written_before": before}, follow=True
    )

    assert Count.objects.count() == kept


def test_opinions_in_writing_are_not_asked_for_a_motion(meeting, cast, as_user):
    answer = as_user(cast.secretary).get(url("vote-count", secret(meeting)))

    assert "written_for" not in answer.context["form"].fields


def test_the_count_can_begin_anew(meeting, cast, as_user):
    vote = secret(meeting)
    count_vote(vote=vote, figures=Figures(6, 2, 0, 0, 8, 8, 0), by="officer")
    as_user(cast.secretary).post(url("vote-count-anew", vote))

    assert not Count.objects.exists()


def test_an_outcome_that_stands_is_not_counted_again(meeting, cast, as_user):
    vote = by_hand(meeting)
    client = as_user(cast.secretary)

    assert client.post(url("vote-count", vote), PAPERS).context["form"].non_field_errors()
    assert client.post(url("vote-count-anew", vote), follow=True).status_code == 200


def test_a_vote_is_taken_off_the_record_with_a_reason(meeting, cast, as_user):
    vote = by_hand(meeting)
    client = as_user(cast.secretary)
    assert client.post(url("vote-withdraw", vote), {"reason": ""}).context["form"].errors
    answer = client.post(url("vote-withdraw", vote), {"reason": "记错了"})

    assert answer.url == url("vote-list", meeting)
    assert not Vote.objects.exists()


def test_a_locked_vote_stays(meeting, cast, as_user):
    vote = by_hand(meeting)
    Meeting.objects.filter(pk=meeting.pk).update(state="locked")
    answer = as_user(cast.secretary).post(url("vote-withdraw", vote), {"reason": "记错了"})

    assert answer.context["form"].non_field_errors()
    assert Vote.objects.exists()


def test_exactly_half_is_explained_on_the_page(meeting, cast, as_user):
    vote = by_hand(meeting, Figures(5, 3, 0))
    answer = as_user(cast.secretary).get(url("vote-detail", vote))

    assert answer.context["way_on"]
    assert answer.context["citations"]


# --- Who, where, how --------------------------------------------------------------------------------------------------

READING = {"secretary", "officer"}


@pytest.mark.parametrize("name", ["vote-list", "vote-add"])
def test_pages_of_a_meeting_open_for_the_branchs_offices_only(meeting, cast, as_user, name):
    answers = {part: as_user(user).get(url(name, meeting)).status_code for part, user in cast.users().items()}

    assert {part for part, status in answers.items() if status == 200} == READING
    assert {answers[part] for part in ("next_secretary", "county_staff", "county_secretary")} == {404}
    assert {answers[part] for part in ("member", "inspector", "stranger")} == {403}


@pytest.mark.parametrize("name", ["vote-detail", "vote-count", "vote-withdraw"])
def test_pages_of_a_vote_open_for_the_branchs_offices_only(meeting, cast, as_user, name):
    vote = secret(meeting)
    answers = {part: as_user(user).get(url(name, vote)).status_code for part, user in cast.users().items()}

    assert {part for part, status in answers.items() if status == 200} == READING
    assert answers["next_secretary"] == answers["other_secretary"] == 404


def test_a_group_leader_has_no_say_in_the_branchs_meeting(meeting, cast, as_user):
    cast.group_leader.member = cast.li
    cast.group_leader.save()

    assert as_user(cast.group_leader).get(url("vote-add", meeting)).status_code == 403
    assert as_user(cast.group_leader).get(url("quorum", meeting)).status_code == 200


@pytest.mark.parametrize("name", ["quorum", "vote-list", "vote-detail"])
def test_pages_to_read_take_no_post(meeting, cast, as_user, name):
    row = secret(meeting) if name == "vote-detail" else meeting

    assert as_user(cast.secretary).post(url(name, row)).status_code == 405


def test_the_count_is_thrown_away_by_post_only(meeting, cast, as_user):
    assert as_user(cast.secretary).get(url("vote-count-anew", secret(meeting))).status_code == 405


@pytest.mark.parametrize("name", ["quorum", "vote-list", "vote-add", "vote-detail", "vote-count", "vote-withdraw"])
def test_what_does_not_exist_is_missing(cast, as_user, name):
    assert as_user(cast.secretary).get(reverse(f"meetings:{name}", args=[uuid.uuid4()])).status_code == 404


def test_nobody_sees_anything_without_logging_in(meeting, client):
    assert client.get(url("vote-list", meeting)).status_code == 302


# --- The quorum on the meeting page -----------------------------------------------------------------------------------


def test_the_quorum_is_patched_as_people_are_marked(meeting, cast, as_user):
    bring(meeting, 4)
    client = as_user(cast.secretary)
    before = client.get(url("quorum", meeting)).context["quorums"][0]
    bring(meeting, 5)
    after = client.get(url("quorum", meeting))

    assert (before.heads.present, before.is_there) == (4, False)
    assert (after.context["quorums"][0].heads.present, after.context["quorums"][0].is_there) == (5, True)
    assert "<html" not in after.content.decode()


def test_the_patch_is_the_part_of_the_fresh_page(meeting, cast, as_user):
    client = as_user(cast.secretary)
    patch = client.get(url("quorum", meeting)).content.decode()

    assert patch.strip() in client.get(url("vote-list", meeting)).content.decode()


def test_a_page_that_is_up_to_date_gets_nothing_and_one_of_a_locked_meeting_stops_asking(meeting, cast, as_user):
    client = as_user(cast.secretary)
    assert client.get(url("quorum", meeting), {"version": meeting.version}).status_code == 204
    assert client.get(url("quorum", meeting), {"version": meeting.version + 1}).status_code == 200
    Meeting.objects.filter(pk=meeting.pk).update(state="locked")
    answer = client.get(url("quorum", meeting), {"version": meeting.version})

    assert answer.status_code == 286
    assert "hx-get" not in answer.content.decode()


def test_members_who_are_asked_see_the_quorum_and_others_do_not(meeting, cast, as_user):
    assert as_user(cast.member).get(url("quorum", meeting)).status_code == 200
    assert as_user(cast.next_secretary).get(url("quorum", meeting)).status_code == 404


def test_an_admission_meeting_shows_its_own_quorum_first(cast, as_user):
    meeting = hold(cast, kind=MeetingKind.ADMISSION, present=5)
    quorums = as_user(cast.secretary).get(url("quorum", meeting)).context["quorums"]

    assert [(one.rule.key, one.is_there) for one in quorums] == [
        ("vote.admission.quorum", False),
        ("vote.general.quorum", True),
        ("vote.election.quorum", False),
    ]


def test_before_it_opens_the_page_says_so(cast, as_user):
    answer = as_user(cast.secretary).get(url("vote-list", plan(cast)))

    assert answer.status_code == 200
    assert not answer.context["may_add_vote"]


# --- The section of the meeting page ----------------------------------------------------------------------------------


def test_members_read_the_decided_votes_of_items_open_to_them(meeting, cast):
    shown, hidden = by_hand(meeting), by_hand(meeting)
    hidden.item = meeting.agenda.last()
    hidden.save()
    meeting.agenda.filter(pk=hidden.item_id).update(is_open_to_members=False)
    secret(meeting)
    section = vote_section(meeting, known_as(cast.member))

    assert section["votes"] == [shown]
    assert (section["may_read_votes"], section["may_add_vote"]) == (False, False)


def test_officers_read_all_and_add_while_it_is_open(meeting, cast):
    by_hand(meeting), secret(meeting)
    open_section = vote_section(meeting, known_as(cast.secretary))
    Vote.objects.undecided().delete()
    closed = end(meeting, by="secretary")

    assert (len(open_section["votes"]), open_section["may_add_vote"]) == (2, True)
    assert not vote_section(closed, known_as(cast.secretary))["may_add_vote"]


@pytest.mark.parametrize("votes", [1, 3])
def test_the_list_asks_as_often_with_one_vote_as_with_three(meeting, cast, as_user, votes, django_assert_num_queries):
    for _turn in range(votes):
        by_hand(meeting)
    client = as_user(cast.secretary)
    with django_assert_num_queries(10):
        assert client.get(url("vote-list", meeting)).status_code == 200


def test_marking_somebody_changes_the_version_and_so_the_fragment(meeting, cast, as_user):
    client = as_user(cast.secretary)
    page = client.get(url("vote-list", meeting)).content.decode()
    Attendance.objects.filter(meeting=meeting).update(state=AttendanceState.ON_SITE)

    assert f"?version={meeting.version}" in page


def test_a_count_names_people_and_their_office_not_log_ins(meeting, cast, as_user):
    secret(meeting)
    vote = Vote.objects.get()
    User.objects.filter(pk=cast.secretary.pk).update(display_name="陈书记")
    Vote.objects.filter(pk=vote.pk).update(counted_by="secretary", confirmed_by="member", is_valid=True, is_passed=True)
    text = as_user(cast.officer).get(url("vote-detail", vote)).text

    assert "陈书记（党支部书记）、张英" in text
