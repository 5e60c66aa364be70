"""Elections: who stands and who watches, two counts, ties, and the approval by which the elected take office."""

import uuid
from datetime import date, timedelta

import pytest

from audit.models import Entry
from meetings.choices import MeetingKind
from meetings.meeting.services import WrongState
from meetings.models import Candidate, Count, Vote
from meetings.votes.election_rules import Ballot
from meetings.votes.election_services import Posts, add_election, approve_election, count_election, vote_again
from meetings.votes.queries import counting_of, elected_in, may_count, offices_ended_by, result_of, tied_in, to_approve
from meetings.votes.services import WrongFigures
from members.choices import Membership, OfficeKind
from members.models import LocalRule, Office, Term, User
from members.refused import Refused
from tests.cast import TODAY, make_member, make_user
from tests.meetings.votes.voting import (
    bring,  # noqa: F401
    english,  # noqa: F401
    hold,  # noqa: F401
    ids,  # noqa: F401
    known_as,  # noqa: F401  # noqa: F401
)

pytestmark = pytest.mark.django_db

COMMITTEE = Posts(OfficeKind.COMMITTEE_MEMBER, 3, "支部委员会")
SECRETARY = Posts(OfficeKind.SECRETARY, 1, "支部书记")
FOUR = ("党员03", "党员04", "党员05", "党员06")
WATCH = ("党员07",)
CLEAR = {"党员03": 8, "党员04": 7, "党员05": 6, "党员06": 2}
TIED = {"党员03": 8, "党员04": 6, "党员05": 6, "党员06": 0}


@pytest.fixture
def meeting(cast):
    """Ten with a vote, eight of them present: four fifths."""
    return hold(cast)


def stand(meeting, posts=COMMITTEE, candidates=FOUR, scrutineers=WATCH, key=None):
    return add_election(
        key=key or uuid.uuid4(), item=meeting.agenda.last(), posts=posts, candidates=ids(meeting, *candidates),
        scrutineers=ids(meeting, *scrutineers), by="secretary",
    )  # fmt: skip


def papers(vote, votes, others=None, good=8, issued=8):
    """A count in which those who weren't for a candidate were against."""
    keys = {one.name: str(one.pk) for one in vote.candidates.all()}
    figures = {keys[name]: (count, good - count, 0) for name, count in votes.items()}
    return Ballot(issued, good, 0, figures, others or {})


def both_count(vote, votes, **more):
    for typist in ("secretary", "officer"):
        count_election(vote=vote, ballot=papers(vote, votes, **more), by=typist)
    return Vote.objects.with_place().get(pk=vote.pk)


def names(rows):
    return [one.name for one in rows]


def approve(vote, cast, **more):
    facts = {
        "on": TODAY,
        "document": "镇党委批复〔2026〕7号",
        "today": TODAY,
        "by": known_as(cast.district_staff),
        **more,
    }
    return approve_election(vote=vote, **facts)


def secretary_elected(meeting, name="党员03"):
    return both_count(stand(meeting, SECRETARY, [name]), {name: 7})


def tied_election(meeting):
    """All ten vote on two seats: 党员04 and 党员05 have six each for the second."""
    bring(meeting, 10)
    vote = stand(meeting, Posts(OfficeKind.COMMITTEE_MEMBER, 2, "支部委员会"))
    return both_count(vote, TIED, good=10, issued=10)


def test_an_election_is_stored_with_candidates_scrutineers_and_heads(meeting):
    vote = stand(meeting)

    assert (vote.seats, vote.office, vote.entitled, vote.present) == (3, "committee_member", 10, 8)
    assert names(vote.candidates.all()) == list(FOUR)
    assert [one.member.name for one in vote.scrutineers.all()] == list(WATCH)
    assert Entry.objects.latest("number").details == {"seats": 3, "candidates": 4}


def test_the_same_form_twice_is_one_election(meeting):
    key = uuid.uuid4()

    assert stand(meeting, key=key) == stand(meeting, key=key)
    assert Candidate.objects.count() == 4


@pytest.mark.parametrize(("present", "missing"), [(7, "1 more"), (4, "4 more")])
def test_four_fifths_must_be_there(meeting, present, missing):
    bring(meeting, present)

    with pytest.raises(WrongState, match=missing):
        stand(meeting)
    assert not Vote.objects.exists()


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"candidates": FOUR[:3]}, "candidates"),
        ({"candidates": ["预备"], "posts": SECRETARY}, "candidates"),
        ({"candidates": [], "posts": SECRETARY}, "candidates"),
        ({"scrutineers": []}, "scrutineers"),
        ({"scrutineers": ["党员03"]}, "scrutineers"),
        ({"scrutineers": ["预备"]}, "scrutineers"),
        ({"scrutineers": ["李国强"]}, "scrutineers"),
    ],
)
def test_who_cannot_stand_or_watch_is_refused_with_a_sentence(cast, more, field):
    make_member("预备", cast.branch, membership=Membership.PROBATIONARY)
    meeting = hold(cast)

    with pytest.raises(WrongFigures) as error:
        stand(meeting, **more)
    assert list(error.value.fields) == [field]
    assert not Vote.objects.exists()


def test_too_few_candidates_are_told_the_article(meeting):
    with pytest.raises(WrongFigures, match=r"3 candidates for 3 seats; at least 4 .*13"):
        stand(meeting, candidates=FOUR[:3])


def test_a_committees_local_rule_may_ask_for_more_candidates(meeting, cast):
    LocalRule.objects.create(
        organization=cast.district, rule_key="election.surplus", value="0.5", document="通知", approved_by="镇党委",
        approved_on=date(2026, 1, 1), valid_from=date(2026, 1, 1),
    )  # fmt: skip

    with pytest.raises(WrongFigures, match="at least 5"):
        stand(meeting)


def test_a_secretary_may_stand_alone(meeting):
    assert stand(meeting, SECRETARY, ["党员03"]).candidates.count() == 1


def test_a_group_elects_nobody(cast):
    meeting = hold(cast, kind=MeetingKind.GROUP_MEETING)

    with pytest.raises(WrongState):
        stand(meeting)


def test_two_equal_counts_give_the_result(meeting):
    vote = both_count(stand(meeting), CLEAR)

    assert names(elected_in(vote)) == ["党员03", "党员04", "党员05"]
    assert (vote.is_valid, vote.is_passed, vote.issued, vote.returned, vote.void) == (True, True, 8, 8, 0)
    assert (vote.counted_by, vote.confirmed_by) == ("secretary", "officer")
    assert [version.partition("@")[0] for version in vote.rule_versions] == [
        "vote.election.quorum", "vote.election.pass", "election.ballot_validity",
    ]  # fmt: skip
    assert not Count.objects.exists()


def test_counts_that_differ_name_the_candidate_and_no_figures(meeting, cast):
    vote = stand(meeting)
    count_election(vote=vote, ballot=papers(vote, CLEAR), by="secretary")
    count_election(vote=vote, ballot=papers(vote, {**CLEAR, "党员05": 5}), by="officer")

    assert counting_of(vote, cast.secretary).differ_in == ("党员05",)
    assert vote.candidates.filter(votes_for__isnull=False).count() == 0


def with_account(user, meeting, name):
    """The user as the member of that name on the list."""
    user.member_id = ids(meeting, name)[0]
    user.save()
    return user


def test_who_stands_does_not_count(meeting, cast):
    vote = stand(meeting)
    candidate = with_account(cast.officer, meeting, "党员03")
    with pytest.raises(WrongState, match="stands for election"):
        count_election(vote=vote, ballot=papers(vote, CLEAR), by=candidate)

    assert not Count.objects.exists()
    assert not may_count(vote, candidate)


def test_where_two_scrutineers_have_accounts_they_alone_count(meeting, cast):
    vote = stand(meeting, scrutineers=("党员07", "党员08"))
    deputy = make_user("deputy", OfficeKind.DEPUTY_SECRETARY, cast.branch)
    assert may_count(vote, deputy)  # the papers are typed by officers where scrutineers can't log in

    watching = [with_account(cast.secretary, meeting, "党员07"), with_account(cast.officer, meeting, "党员08")]
    with pytest.raises(WrongState, match="scrutineers"):
        count_election(vote=vote, ballot=papers(vote, CLEAR), by=deputy)
    for one in watching:
        count_election(vote=vote, ballot=papers(vote, CLEAR), by=one)

    assert Vote.objects.get(pk=vote.pk).counted_by == "secretary"


def test_equal_votes_for_the_last_seat_elect_neither(meeting):
    vote = tied_election(meeting)

    assert names(elected_in(vote)) == ["党员03"]
    assert names(tied_in(vote)) == ["党员04", "党员05"]
    assert (vote.is_valid, vote.is_passed) == (True, False)
    assert "vote again among the 2" in vote.sentence


def test_the_meeting_votes_again_among_the_tied_for_the_open_seats(meeting):
    vote = tied_election(meeting)
    again = vote_again(key=uuid.uuid4(), vote=vote, scrutineers=ids(meeting, *WATCH), by="secretary")

    assert (again.again_for, again.seats, again.office, again.number) == (vote, 1, "committee_member", 2)
    assert names(again.candidates.all()) == ["党员04", "党员05"]
    assert names(elected_in(both_count(again, {"党员04": 6, "党员05": 4}, good=10, issued=10))) == ["党员04"]


def test_it_votes_again_once_and_the_tied_do_not_watch(meeting):
    vote = tied_election(meeting)
    with pytest.raises(WrongFigures):
        vote_again(key=uuid.uuid4(), vote=vote, scrutineers=ids(meeting, "党员04"), by="secretary")
    first, second = (
        vote_again(key=uuid.uuid4(), vote=vote, scrutineers=ids(meeting, *WATCH), by="secretary") for _turn in range(2)
    )

    assert first == second
    assert Vote.objects.count() == 2


def test_where_nobody_is_tied_there_is_nothing_to_vote_on_again(meeting):
    with pytest.raises(WrongState):
        vote_again(key=uuid.uuid4(), vote=both_count(stand(meeting), CLEAR), scrutineers=[], by="secretary")


def test_seats_that_stay_open_are_explained(meeting):
    vote = both_count(stand(meeting), {**CLEAR, "党员05": 5})

    assert result_of(vote).seats_open == 1
    assert "still open: 1" in vote.sentence
    assert tied_in(vote) == []


def test_a_written_in_member_is_elected_and_known_by_name(meeting):
    vote = both_count(stand(meeting, SECRETARY, ["党员03"]), {"党员03": 1}, others={"张英": 6, "路人": 1})
    zhang, stranger = vote.candidates.get(name="张英"), vote.candidates.get(name="路人")

    assert (zhang.is_written_in, zhang.is_elected, zhang.member.name) == (True, True, "张英")
    assert (stranger.is_elected, stranger.member) == (False, None)


def test_a_name_that_two_members_bear_is_nobody_in_particular(cast):
    make_member("张英", cast.branch)
    meeting = hold(cast)
    vote = both_count(stand(meeting, SECRETARY, ["党员04"]), {"党员04": 1}, others={"张英": 6})

    assert vote.candidates.get(name="张英").member is None


def test_votes_for_a_candidate_are_not_typed_as_another_name(meeting):
    vote = stand(meeting, SECRETARY, ["党员03"])
    with pytest.raises(WrongFigures, match="党员03"):
        count_election(vote=vote, ballot=papers(vote, {"党员03": 1}, others={"党员03": 6}), by="secretary")


def test_an_election_with_surplus_papers_is_on_record_as_invalid(meeting):
    vote = both_count(stand(meeting, SECRETARY, ["党员03"]), {"党员03": 9}, good=9)

    assert (vote.is_valid, vote.is_passed) == (False, False)
    assert elected_in(vote) == []
    assert result_of(vote) is None


# --- The approval from above ----------------------------------------------------------------------------------------


def test_the_elected_take_office_on_the_day_of_approval_and_the_term_runs_from_the_election(meeting, cast):
    user = User.objects.create_user("new", member_id=ids(meeting, "党员03")[0])
    vote = secretary_elected(meeting)
    (office,) = approve(vote, cast)

    assert (office.kind, office.organization, office.member.name) == ("secretary", cast.branch, "党员03")
    assert (office.user, office.valid_from, office.decided_by) == (user, TODAY, "镇党委批复〔2026〕7号")
    term = Term.objects.get()
    assert (term.elected_on, term.ends_on, term.rule) == (TODAY, date(2029, 11, 24), "term.years@2018-07-12")
    assert known_as(user).access.held[0].kind == OfficeKind.SECRETARY


def test_who_held_the_office_until_then_is_shown_and_ends_that_day(meeting, cast):
    vote = secretary_elected(meeting)
    assert [office.user for office in offices_ended_by(vote, TODAY)] == [cast.secretary]
    approve(vote, cast)

    assert Office.objects.get(user=cast.secretary).valid_until == TODAY
    assert known_as(cast.secretary).access.held == ()
    assert not Office.objects.filter(user=cast.officer, valid_until__isnull=False).exists()


def test_who_is_elected_again_holds_on_from_the_approval(meeting, cast):
    member = ids(meeting, "党员03")[0]
    Office.objects.create(kind="secretary", organization=cast.branch, member_id=member)
    approve(secretary_elected(meeting), cast)

    held = Office.objects.filter(member=member).order_by("valid_until")
    assert {(office.valid_from, office.valid_until) for office in held} == {(None, TODAY), (TODAY, None)}


def test_an_empty_seat_is_filled_beside_those_who_hold_the_office(meeting, cast):
    member = ids(meeting, "党员08")[0]
    held = Office.objects.create(kind="committee_member", organization=cast.branch, member_id=member)
    vote = both_count(stand(meeting), CLEAR)
    begun = approve(vote, cast, fills_vacancy=True)
    held.refresh_from_db()

    assert (len(begun), held.valid_until) == (3, None)
    assert not Term.objects.exists()


def test_who_holds_the_office_already_is_not_given_it_twice(meeting, cast):
    Office.objects.create(kind="committee_member", organization=cast.branch, member_id=ids(meeting, "党员03")[0])

    assert len(approve(both_count(stand(meeting), CLEAR), cast, fills_vacancy=True)) == 2


def test_a_committee_that_elects_its_secretary_begins_no_new_term(cast):
    for member in ids(hold(cast), *FOUR, *WATCH):
        Office.objects.create(kind="committee_member", organization=cast.branch, member_id=member)
    meeting = hold(cast, kind=MeetingKind.COMMITTEE_MEETING, present=5)
    vote = stand(meeting, SECRETARY, ["党员03"])
    vote = both_count(vote, {"党员03": 4}, good=5, issued=5)
    approve(vote, cast)

    assert Office.objects.filter(kind="secretary", member__isnull=False).count() == 1
    assert not Term.objects.exists()


def test_two_elections_of_one_day_are_one_term(meeting, cast):
    approve(secretary_elected(meeting), cast)
    approve(both_count(stand(meeting), CLEAR), cast)

    assert Term.objects.count() == 1


def test_the_approval_is_on_record_once(meeting, cast):
    vote = secretary_elected(meeting)
    approve(vote, cast)

    assert approve(vote, cast, document="另一文号") == []
    vote.refresh_from_db()
    assert vote.approval_document == "镇党委批复〔2026〕7号"
    entry = Entry.objects.get(action="approve_election")
    assert (entry.actor, entry.reason, entry.details) == (
        "district_staff",
        vote.approval_document,
        {"elected": 1, "ended": 1},
    )
    assert Entry.objects.filter(action__in=["give_office", "end_office"]).count() == 2


@pytest.mark.parametrize(
    ("by", "more"),
    [
        ("secretary", {}),
        ("next_secretary", {}),
        ("county_secretary", {}),
        ("district_staff", {"on": TODAY + timedelta(days=1)}),
        ("district_staff", {"on": TODAY - timedelta(days=1)}),
    ],
)
def test_who_may_not_approve_or_not_on_that_day_leaves_everything_as_it_was(meeting, cast, by, more):
    vote = secretary_elected(meeting)
    before = Office.objects.count()

    with pytest.raises(WrongState):
        approve(vote, cast, by=known_as(getattr(cast, by)), **more)
    assert Office.objects.count() == before
    assert not Vote.objects.filter(approved_on__isnull=False).exists()


def test_nobody_approves_their_own_election(meeting, cast):
    cast.district_staff.member_id = ids(meeting, "党员03")[0]
    cast.district_staff.save()

    with pytest.raises(WrongState, match="their own"):
        approve(secretary_elected(meeting), cast)


def test_an_election_without_anybody_elected_is_not_approved(meeting, cast):
    with pytest.raises(WrongState):
        approve(both_count(stand(meeting, SECRETARY, ["党员03"]), {"党员03": 3}), cast)


def test_a_later_term_refuses_the_approval_and_no_office_moves(meeting, cast):
    Term.objects.create(organization=cast.branch, elected_on=date(2027, 1, 1), ends_on=date(2030, 1, 1), rule="x")
    vote = secretary_elected(meeting)

    with pytest.raises(Refused):
        approve(vote, cast)
    assert Office.objects.get(user=cast.secretary).valid_until is None
    assert not Vote.objects.filter(approved_on__isnull=False).exists()


def test_delegates_are_approved_without_an_office(meeting, cast):
    vote = both_count(stand(meeting, Posts("", 1, "出席镇党代会代表"), ["党员03"]), {"党员03": 7})

    assert approve(vote, cast) == []
    assert not Term.objects.exists()
    assert Vote.objects.get().approved_on == TODAY


def test_committees_see_the_elections_below_them_in_which_somebody_is_elected(meeting, cast):
    vote = secretary_elected(meeting)
    both_count(stand(meeting, SECRETARY, ["党员04"]), {"党员04": 2})
    seen = {part: list(to_approve(known_as(user))) for part, user in cast.users().items()}

    assert {part for part, rows in seen.items() if rows} == {"district_staff", "county_staff"}
    assert seen["district_staff"] == [vote]
