"""Votes at a meeting: rows, audit, and what is refused."""

import re
import uuid
from datetime import date

import pytest
from django.apps import apps
from django.db import models

from audit.models import Entry
from meetings.attendance.services import AttendanceFields, mark
from meetings.choices import AttendanceState, MeetingKind, VoteMethod, VoteSubject
from meetings.meeting.services import WrongState
from meetings.models import Attendance, Count, Meeting, Vote
from meetings.votes.queries import citations_of, counting_of, heads_of, quorums_of, votes_of, way_on
from meetings.votes.rules import Figures, Heads
from meetings.votes.services import Question, WrongFigures, add_vote, count_anew, count_vote, withdraw_vote
from members.choices import Membership
from members.models import Member
from tests.cast import make_member
from tests.meetings.ending import end
from tests.meetings.votes.voting import (
    bring,  # noqa: F401
    english,  # noqa: F401
    hold,  # noqa: F401
    known_as,  # noqa: F401
    plan,  # noqa: F401  # noqa: F401
)

pytestmark = pytest.mark.django_db

MOTION = Question(VoteSubject.MOTION, VoteMethod.SHOW_OF_HANDS, "工作计划")
SECRET = Question(VoteSubject.MOTION, VoteMethod.SECRET_BALLOT, "工作计划")
ADMISSION = Question(VoteSubject.ADMISSION, VoteMethod.SECRET_BALLOT, "接收周明为预备党员")
CONFIRMATION = Question(VoteSubject.CONFIRMATION, VoteMethod.SECRET_BALLOT, "周明转正")
PAPERS = Figures(votes_for=6, votes_against=1, abstained=0, issued=8, returned=8, void=1)


@pytest.fixture
def meeting(cast):
    """Ten with a vote, eight of them present."""
    return hold(cast)


def put(meeting, question=MOTION, figures=Figures(6, 1, 1), key=None, by="secretary"):  # noqa: B008 - frozen
    figures = None if question.method == VoteMethod.SECRET_BALLOT else figures
    item = meeting.agenda.first()
    return add_vote(key=key or uuid.uuid4(), item=item, question=question, figures=figures, is_meant=True, by=by)


def both_count(vote, figures=PAPERS):
    count_vote(vote=vote, figures=figures, by="secretary")
    return count_vote(vote=vote, figures=figures, by="officer")


def actions():
    return list(Entry.objects.order_by("number").values_list("action", flat=True))


def test_an_officer_who_is_expected_too_finds_the_meeting_once(meeting, cast):
    cast.secretary.member = cast.li
    cast.secretary.save()

    assert Meeting.objects.visible_to(known_as(cast.secretary)).get() == meeting


def test_a_show_of_hands_is_stored_with_its_outcome_and_rules(meeting):
    vote = put(meeting)
    vote.refresh_from_db()

    assert (vote.entitled, vote.present, vote.votes_for, vote.votes_against, vote.abstained) == (10, 8, 6, 1, 1)
    assert (vote.is_valid, vote.is_passed, vote.counted_by, vote.confirmed_by) == (True, True, "secretary", "")
    assert vote.rule_versions == ["vote.general.quorum@2018-10-28", "vote.general.pass@2018-10-28"]
    assert "6" in vote.sentence
    assert actions()[-2:] == ["add_vote", "decide_vote"]
    assert Entry.objects.latest("number").details == {"valid": True, "passed": True}


def test_exactly_half_does_not_pass_and_the_page_says_what_can_be_done(meeting):
    vote = put(meeting, figures=Figures(5, 3, 0))

    assert not vote.is_passed
    assert "half" in vote.sentence
    assert "adjourn" in way_on(vote)


def test_a_clear_outcome_needs_no_way_on(meeting):
    assert way_on(put(meeting)) == ""
    assert way_on(put(meeting, figures=Figures(4, 4, 0))) == ""


def test_the_same_form_twice_is_one_vote(meeting):
    key = uuid.uuid4()

    assert put(meeting, key=key) == put(meeting, key=key, figures=Figures(1, 7, 0))
    assert Vote.objects.get().votes_for == 6


def test_a_form_of_another_meeting_is_refused(meeting, cast):
    key = put(meeting).pk
    other = hold(cast)

    with pytest.raises(WrongState):
        put(other, key=key)


def test_votes_are_numbered_in_the_order_of_the_meeting(meeting):
    votes = [put(meeting) for _turn in range(3)]

    assert [vote.number for vote in votes] == [1, 2, 3]
    assert votes_of(meeting) == votes


def test_without_the_quorum_no_vote_is_added_and_it_is_said_who_is_missing(meeting):
    bring(meeting, 3)

    with pytest.raises(WrongState, match="2 more must be here: 3 of 10"):
        put(meeting)
    assert not Vote.objects.exists()
    assert "add_vote" not in actions()


@pytest.mark.parametrize(("present", "enough"), [(4, False), (5, True)])
def test_half_of_ten_is_enough_for_a_motion(meeting, present, enough):
    bring(meeting, present)

    assert quorums_of(meeting)[0].is_there is enough


@pytest.mark.parametrize("question", [ADMISSION, CONFIRMATION])
def test_half_of_ten_is_not_enough_to_admit_or_confirm(meeting, question):
    bring(meeting, 5)

    with pytest.raises(WrongState, match="1 more"):
        put(meeting, question)


@pytest.mark.parametrize(
    ("figures", "field"),
    [(Figures(9, 0, 0), "votes_for"), (Figures(5, 3, 1), "abstained"), (Figures(5, 0, 0, 2), "written_for")],
)
def test_figures_that_cannot_be_true_leave_nothing(meeting, figures, field):
    with pytest.raises(WrongFigures) as error:
        put(meeting, figures=figures)

    assert list(error.value.fields) == [field]
    assert not Vote.objects.exists()
    assert "add_vote" not in actions()


def test_a_show_of_hands_without_figures_is_not_taken_for_none(meeting):
    with pytest.raises(WrongFigures) as error:
        put(meeting, figures=None)

    assert list(error.value.fields) == ["votes_for"]
    assert not Vote.objects.exists()


@pytest.mark.parametrize("method", [VoteMethod.OPEN, VoteMethod.SHOW_OF_HANDS])
def test_people_are_admitted_by_secret_ballot_only(meeting, method):
    with pytest.raises(WrongFigures) as error:
        put(meeting, Question(VoteSubject.ADMISSION, method, "接收周明"))

    assert list(error.value.fields) == ["method"]


def test_a_committee_does_not_admit_and_a_general_meeting_is_no_committee(meeting, cast):
    Member.objects.filter(pk=cast.zhang.pk).update(party_post="书记")
    committee = hold(cast, kind=MeetingKind.COMMITTEE_MEETING)

    with pytest.raises(WrongState):
        put(committee, ADMISSION)
    with pytest.raises(WrongState):
        put(meeting, Question(VoteSubject.COMMITTEE, VoteMethod.OPEN, "工作计划"))
    with pytest.raises(WrongState):
        put(meeting, Question(VoteSubject.ELECTION, VoteMethod.SECRET_BALLOT, "选举"))


def test_before_it_opens_and_after_it_closes_nothing_is_added(meeting, cast):
    with pytest.raises(WrongState, match="Open it first"):
        put(plan(cast))
    end(meeting, by="secretary")
    with pytest.raises(WrongState, match="over"):
        put(meeting)


def test_a_meeting_before_the_first_rule_has_no_vote(cast):
    old = hold(cast, day=date(2018, 10, 1))

    with pytest.raises(WrongState, match="2018-10-01"):
        put(old)
    assert quorums_of(old, [VoteSubject.MOTION]) == []


def test_a_probationary_member_in_the_room_is_not_counted(cast):
    make_member("预备", cast.branch, membership=Membership.PROBATIONARY)
    meeting = hold(cast, formal=10, present=5)
    Attendance.objects.filter(meeting=meeting, is_formal=False).update(state=AttendanceState.ON_SITE)

    assert heads_of(meeting) == Heads(10, 5)


def test_the_quorum_follows_the_attendance(meeting, cast):
    bring(meeting, 4)
    before = quorums_of(meeting)[0]
    late = Attendance.objects.filter(meeting=meeting, state=AttendanceState.UNKNOWN).first()
    mark(
        meeting=meeting,
        member_id=late.member_id,
        attendance=AttendanceFields(AttendanceState.ON_SITE),
        key=uuid.uuid4(),
        by="secretary",
    )
    after = quorums_of(meeting)[0]

    assert (before.missing, after.missing) == (1, 0)
    assert (after.heads.present, after.needed) == (5, 5)
    assert "11" in after.rule.citation.article


def test_what_was_voted_keeps_the_heads_of_its_moment(meeting):
    vote = put(meeting)
    bring(meeting, 10)
    vote.refresh_from_db()

    assert vote.present == 8


# --- Secret ballots: two people -------------------------------------------------------------------------------------


def test_a_secret_ballot_has_no_outcome_until_two_have_counted(meeting):
    vote = put(meeting, SECRET)
    count_vote(vote=vote, figures=PAPERS, by="secretary")
    vote.refresh_from_db()

    assert (vote.is_valid, vote.votes_for, vote.counted_by) == (None, None, "")
    assert Count.objects.get().by == "secretary"


def test_when_both_typed_the_same_the_outcome_stands_and_the_counts_are_removed(meeting):
    vote = both_count(put(meeting, SECRET))
    vote.refresh_from_db()

    assert (vote.issued, vote.returned, vote.void, vote.votes_for) == (8, 8, 1, 6)
    assert (vote.is_valid, vote.is_passed) == (True, True)
    assert (vote.counted_by, vote.confirmed_by) == ("secretary", "officer")
    assert not Count.objects.exists()
    assert actions()[-4:] == ["add_vote", "count_vote", "count_vote", "decide_vote"]


def test_one_person_alone_counts_once_however_often(meeting):
    vote = put(meeting, SECRET)
    for _turn in range(2):
        count_vote(vote=vote, figures=PAPERS, by="secretary")
    vote.refresh_from_db()

    assert vote.is_valid is None
    assert Count.objects.count() == 1


def test_counts_that_differ_are_only_said_to_differ(meeting, cast):
    vote = put(meeting, SECRET)
    count_vote(vote=vote, figures=PAPERS, by="secretary")
    count_vote(vote=vote, figures=Figures(5, 2, 0, 0, 8, 8, 1), by="officer")
    counting = counting_of(Vote.objects.get(), cast.secretary)

    assert counting.by == ("secretary", "officer")
    assert counting.differ_in == ("for", "against")
    assert not any(re.search(r"\d", words) for words in counting.differ_in)
    assert Vote.objects.get().is_valid is None


def test_after_counting_again_they_may_agree(meeting):
    vote = put(meeting, SECRET)
    count_vote(vote=vote, figures=Figures(5, 2, 0, 0, 8, 8, 1), by="secretary")
    count_vote(vote=vote, figures=PAPERS, by="officer")
    agreed = count_vote(vote=vote, figures=PAPERS, by="secretary")

    assert agreed.is_passed
    assert not Count.objects.exists()


def test_a_third_person_does_not_count(meeting):
    vote = put(meeting, SECRET)
    count_vote(vote=vote, figures=PAPERS, by="secretary")
    count_vote(vote=vote, figures=Figures(5, 2, 0, 0, 8, 8, 1), by="officer")

    with pytest.raises(WrongState):
        count_vote(vote=vote, figures=PAPERS, by="group_leader")
    assert Count.objects.count() == 2


def test_the_count_can_begin_anew(meeting):
    vote = put(meeting, SECRET)
    count_vote(vote=vote, figures=PAPERS, by="secretary")
    count_anew(vote=vote, by="officer")

    assert not Count.objects.exists()
    assert Entry.objects.latest("number").details == {"counts": 1}


def test_heads_follow_the_attendance_until_the_first_count_is_typed(meeting):
    vote = put(meeting, SECRET)
    bring(meeting, 9)
    count_vote(vote=vote, figures=Figures(9, 0, 0, 0, 9, 9, 0), by="secretary")
    bring(meeting, 10)
    count_vote(vote=vote, figures=Figures(9, 0, 0, 0, 9, 9, 0), by="officer")
    vote.refresh_from_db()

    assert (vote.present, vote.is_passed) == (9, True)


def test_surplus_ballots_make_the_vote_invalid_and_that_is_on_record(meeting):
    vote = both_count(put(meeting, SECRET), Figures(9, 0, 0, 0, 8, 9, 0))
    vote.refresh_from_db()

    assert (vote.is_valid, vote.is_passed, vote.returned) == (False, False, 9)
    assert "9" in vote.sentence


@pytest.mark.parametrize(
    ("figures", "fields"),
    [
        (Figures(6, 1, 1, 0, 8, 8, 1), ["abstained"]),
        (Figures(6, 1, 0, 0, 9, 8, 1), ["issued"]),
        (Figures(0, 0, 0, 0, 8, 8, 9), ["void"]),
        (Figures(6, 1, 0), ["issued", "returned"]),
    ],
)
def test_a_count_that_cannot_be_true_is_not_kept(meeting, figures, fields):
    vote = put(meeting, SECRET)
    with pytest.raises(WrongFigures) as error:
        count_vote(vote=vote, figures=figures, by="secretary")

    assert list(error.value.fields) == fields
    assert not Count.objects.exists()


def test_an_outcome_that_stands_is_not_counted_again(meeting):
    vote = both_count(put(meeting, SECRET))

    for act in (lambda: count_vote(vote=vote, figures=PAPERS, by="a"), lambda: count_anew(vote=vote, by="a")):
        with pytest.raises(WrongState):
            act()


def test_opinions_in_writing_pass_an_admission_that_lacks_one_vote(meeting):
    figures = Figures(5, 3, 0, written_for=1, issued=8, returned=8, void=0)
    vote = both_count(put(meeting, ADMISSION), figures)

    assert (vote.is_passed, vote.written_for) == (True, 1)
    assert "vote.admission.written@2014-01-01" in vote.rule_versions
    assert [one.article for one in citations_of(vote)] == ["20", "21"]


def test_only_as_many_opinions_in_writing_as_members_with_a_vote_are_absent(meeting):
    vote = put(meeting, ADMISSION)
    with pytest.raises(WrongFigures) as error:
        count_vote(vote=vote, figures=Figures(5, 3, 0, 3, 8, 8, 0), by="secretary")

    assert list(error.value.fields) == ["written_for"]


def test_half_for_a_confirmation_names_the_longer_probation_as_a_way_on(meeting):
    vote = both_count(put(meeting, CONFIRMATION), Figures(5, 3, 0, 0, 8, 8, 0))

    assert "probation" in way_on(vote)


# --- Taking back ------------------------------------------------------------------------------------------------------


def test_a_vote_recorded_by_mistake_is_taken_off_with_its_reason(meeting):
    vote = put(meeting)
    withdraw_vote(vote=vote, reason="记错了", by="secretary")

    assert not Vote.objects.exists()
    entry = Entry.objects.latest("number")
    assert (entry.action, entry.reason, entry.subject_id) == ("withdraw_vote", "记错了", str(vote.pk))


def test_a_secret_outcome_stands_and_a_count_in_progress_can_be_taken_off(meeting):
    stands, begun = both_count(put(meeting, SECRET)), put(meeting, SECRET)
    count_vote(vote=begun, figures=PAPERS, by="secretary")
    withdraw_vote(vote=begun, reason="重复", by="secretary")

    with pytest.raises(WrongState):
        withdraw_vote(vote=stands, reason="不满意", by="secretary")
    assert list(Vote.objects.all()) == [stands]


def test_after_the_minutes_are_locked_nothing_moves(meeting):
    vote, undecided = put(meeting), put(meeting, SECRET)
    Meeting.objects.filter(pk=meeting.pk).update(state="locked")

    with pytest.raises(WrongState):
        withdraw_vote(vote=vote, reason="记错了", by="secretary")
    with pytest.raises(WrongState):
        count_vote(vote=undecided, figures=PAPERS, by="secretary")


def test_a_vote_taken_off_meanwhile_is_not_counted(meeting):
    vote = put(meeting, SECRET)
    Vote.objects.all().delete()

    with pytest.raises(WrongState):
        count_vote(vote=vote, figures=PAPERS, by="secretary")


# --- Nothing leads from a ballot to a voter ---------------------------------------------------------------------------

BALLOTS = ("Vote", "Count", "Candidate", "Scrutineer")
PRESENCE = ("Attendance", "AttendanceChange", "Exclusion", "LeaveRequest")
NAMED_IN_PUBLIC = {"Vote.about_member", "Candidate.member", "Scrutineer.member"}
"""Who is voted on and who watches; everybody in the room knows them."""
TYPED = {"Count.typed_at"}
"""When one of the two typed sums of all papers; the row goes when the outcome stands."""


def of_meetings(*names):
    return [apps.get_model("meetings", name) for name in names]


def leading_to(targets, sources):
    """Fields of the sources, both ways and of any kind, that lead to a target."""
    fields = [field for model in sources for field in model._meta.get_fields()]
    return {f"{field.model.__name__}.{field.name}" for field in fields if field.related_model in targets}


def moments_in(sources):
    fields = [field for model in sources for field in model._meta.get_fields()]
    kinds = models.DateTimeField | models.TimeField
    return {f"{field.model.__name__}.{field.name}" for field in fields if isinstance(field, kinds)}


def test_no_relation_leads_from_a_ballot_to_a_person_who_voted():
    people = [apps.get_model("members", name) for name in ("Member", "User")] + of_meetings(*PRESENCE)

    assert leading_to(people, of_meetings(*BALLOTS)) == NAMED_IN_PUBLIC


def test_no_other_row_leads_to_a_ballot():
    elsewhere = [model for model in apps.get_models() if model not in of_meetings(*BALLOTS, "AgendaItem")]

    above = {"Matter.opinion_vote", "MembershipStep.vote", "VoteLook.vote"}  # a vote's sums, not its papers
    assert leading_to(of_meetings(*BALLOTS), elsewhere) == {"Member.voted_on", "Member.candidacies"} | above


def test_no_ballot_knows_the_moment_of_a_vote():
    assert moments_in(of_meetings(*BALLOTS)) == TYPED


def test_the_search_finds_what_it_looks_for():
    """The negative control: attendance does lead to people, and knows its moments."""
    people = [apps.get_model("members", "Member")]

    assert leading_to(people, of_meetings("Attendance")) == {"Attendance.member"}
    assert {"Attendance.marked_at", "AttendanceChange.at"} <= moments_in(of_meetings(*PRESENCE))
    assert leading_to(of_meetings("Attendance"), of_meetings("AttendanceChange")) == {"AttendanceChange.attendance"}


def test_neither_the_order_of_arrival_nor_who_came_changes_what_is_stored(meeting):
    everybody = list(Attendance.objects.filter(meeting=meeting).entitled())
    stored = []
    for present in (everybody[:8], everybody[:1:-1]):
        bring(meeting, 0)
        Attendance.objects.filter(pk__in=[one.pk for one in present]).update(state=AttendanceState.ON_SITE)
        vote = both_count(put(meeting, SECRET))
        vote.refresh_from_db()
        row = {field.attname: getattr(vote, field.attname) for field in Vote._meta.concrete_fields}
        stored.append({name: value for name, value in row.items() if name not in ("key", "number")})

    assert stored[0] == stored[1]


def test_the_audit_names_the_typists_and_no_figures(meeting):
    both_count(put(meeting, SECRET))
    counted = Entry.objects.filter(action="count_vote").order_by("number")

    assert [entry.actor for entry in counted] == ["secretary", "officer"]
    assert all(entry.details == {} and entry.changes == {} for entry in counted)
