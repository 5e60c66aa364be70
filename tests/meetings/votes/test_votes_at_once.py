"""Two people type the same count at the same moment: the outcome stands once, on both databases."""

import threading
import uuid
from functools import partial

import pytest
from django.db import connection

from audit.models import Entry
from meetings.choices import VoteMethod, VoteSubject
from meetings.meeting.services import WrongState
from meetings.models import Candidate, Count, Vote
from meetings.votes.election_rules import Ballot
from meetings.votes.election_services import Posts, add_election, count_election
from meetings.votes.rules import Figures
from meetings.votes.services import Question, add_vote, count_vote
from tests.cast import make_cast
from tests.meetings.votes.voting import hold, ids

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PAPERS = Figures(6, 1, 0, 0, 8, 8, 1)
SECRET = Question(VoteSubject.MOTION, VoteMethod.SECRET_BALLOT, "工作计划")
ROUNDS = 10


@pytest.fixture
def meeting(transactional_db):
    return hold(make_cast())


def at_once(*acts):
    """Run the acts in threads that start together; what each raised or None."""
    start, raised = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place, act):
        try:
            start.wait()
            act()
        except Exception as error:
            raised[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def decided():
    return Entry.objects.filter(action="decide_vote").count()


def test_two_typists_at_once_decide_the_vote_once(meeting):
    for turn in range(1, ROUNDS + 1):
        vote = add_vote(key=uuid.uuid4(), item=meeting.agenda.first(), question=SECRET, by="secretary")
        raised = at_once(*(partial(count_vote, vote=vote, figures=PAPERS, by=by) for by in ("secretary", "officer")))
        vote.refresh_from_db()

        assert raised == [None, None]
        assert (vote.is_passed, {vote.counted_by, vote.confirmed_by}) == (True, {"secretary", "officer"})
        assert (Count.objects.count(), decided()) == (0, turn)


def test_a_double_click_of_one_typist_decides_nothing(meeting):
    vote = add_vote(key=uuid.uuid4(), item=meeting.agenda.first(), question=SECRET, by="secretary")
    raised = at_once(*[lambda: count_vote(vote=vote, figures=PAPERS, by="secretary")] * 4)
    vote.refresh_from_db()

    assert raised == [None] * 4
    assert (vote.is_decided, Count.objects.count(), decided()) == (False, 1, 0)


def test_of_four_typists_at_once_two_count(meeting):
    vote = add_vote(key=uuid.uuid4(), item=meeting.agenda.first(), question=SECRET, by="secretary")
    raised = at_once(*(partial(count_vote, vote=vote, figures=PAPERS, by=by) for by in "abcd"))
    vote.refresh_from_db()

    assert sum(isinstance(error, WrongState) for error in raised) == 2
    assert (vote.is_passed, Count.objects.count(), decided()) == (True, 0, 1)


def test_one_form_sent_eight_times_at_once_is_one_vote(meeting):
    key, item = uuid.uuid4(), meeting.agenda.first()
    raised = at_once(*[lambda: add_vote(key=key, item=item, question=SECRET, by="secretary")] * 8)

    assert raised == [None] * 8
    assert Vote.objects.count() == 1


def test_two_votes_added_at_once_have_two_numbers(meeting):
    item = meeting.agenda.first()
    at_once(*[lambda: add_vote(key=uuid.uuid4(), item=item, question=SECRET, by="secretary")] * 4)

    assert list(Vote.objects.values_list("number", flat=True)) == [1, 2, 3, 4]


def test_two_typists_at_once_elect_once(meeting):
    vote = add_election(
        key=uuid.uuid4(), item=meeting.agenda.last(), posts=Posts("secretary", 1, "支部书记"),
        candidates=ids(meeting, "党员03"), scrutineers=ids(meeting, "党员07"), by="secretary",
    )  # fmt: skip
    ballot = Ballot(8, 8, 0, {str(vote.candidates.get().pk): (1, 7, 0)}, {"张英": 6})
    raised = at_once(*(partial(count_election, vote=vote, ballot=ballot, by=by) for by in ("secretary", "officer")))

    assert raised == [None, None]
    assert Candidate.objects.filter(vote=vote, is_elected=True).count() == 1
    assert (Count.objects.count(), decided()) == (0, 1)
