"""A vote that passed changes the member's standing by one step, with the committee's approval."""

import uuid
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import override

from audit.models import Entry
from meetings.choices import MeetingKind, StepState, VoteMethod, VoteSubject
from meetings.meeting.services import WrongState
from meetings.models import Attendance, Meeting, MembershipStep, Session, Vote
from meetings.votes.forms import VoteForm
from meetings.votes.membership_services import (
    Approval,
    StepDetails,
    ask_step,
    decide_step,
    take_back_approval,
    take_back_step,
)
from meetings.votes.queries import people
from meetings.votes.rules import Figures
from meetings.votes.services import Question, WrongFigures, add_vote, count_vote
from members.choices import LeavingReason, Membership
from members.models import Member
from members.refused import Refused
from tests.cast import TODAY, make_member
from tests.meetings.votes.voting import (
    english,  # noqa: F401
    hold,  # noqa: F401
    known_as,  # noqa: F401  # noqa: F401
)

pytestmark = pytest.mark.django_db

A_YEAR_AGO = date(2025, 11, 20)
NUMBER = "100111199003074072"
PASSED = Figures(votes_for=7, votes_against=1, issued=8, returned=8, void=0)
FAILED = Figures(votes_for=3, votes_against=5, issued=8, returned=8, void=0)
YES = Approval(TODAY, document="城党组〔2026〕7号")
NO = Approval(TODAY, reason="材料不全")


@pytest.fixture
def zhou(cast):
    """A probationary member whose year is over."""
    return probationary(cast, "周明", A_YEAR_AGO)


@pytest.fixture
def meeting(cast, zhou):
    return hold(cast)


def probationary(cast, name, joined):
    facts = {"joined_on": joined, "joined_precision": "day"} if joined else {}
    return make_member(name, cast.branch, membership=Membership.PROBATIONARY, **facts)


def voted(meeting, subject, figures=PASSED, **who):
    """A vote by secret ballot that two people have counted."""
    question = Question(subject, VoteMethod.SECRET_BALLOT, "表决", **who)
    vote = add_vote(key=uuid.uuid4(), item=meeting.agenda.first(), question=question, by="secretary")
    count_vote(vote=vote, figures=figures, by="secretary")
    return count_vote(vote=vote, figures=figures, by="officer")


def ask(vote, cast, **asked):
    return ask_step(key=uuid.uuid4(), vote=vote, asked=StepDetails(**asked), today=TODAY, by=cast.secretary)


def decide(step, cast, approval=YES, by=None):
    return decide_step(step=step, approval=approval, today=TODAY, by=known_as(by or cast.district_staff))


def now(member):
    return Member.objects.get(pk=member.pk)


# --- Confirmation -----------------------------------------------------------------------------------------------------
def test_a_confirmation_waits_for_the_committee_and_then_makes_a_formal_member(meeting, zhou, cast):
    vote = voted(meeting, VoteSubject.CONFIRMATION, about_member=zhou)
    step = ask(vote, cast)

    assert (step.state, now(zhou).membership) == (StepState.WAITING, Membership.PROBATIONARY)

    step = decide(step, cast)
    member = now(zhou)
    assert (member.membership, member.full_on) == (Membership.FORMAL, date(2026, 11, 20))  # not the day of the vote
    assert (step.state, step.decided_on, step.decided_by) == (StepState.APPROVED, TODAY, str(cast.district_staff))


def test_the_audit_trail_of_the_member_names_the_meeting_the_vote_and_the_approval(meeting, zhou, cast):
    decide(ask(voted(meeting, VoteSubject.CONFIRMATION, about_member=zhou), cast), cast)

    edited = Entry.objects.get(action="edit_member")
    assert edited.reason == "Vote of 2026-11-24 (表决), approved on 2026-11-24: 城党组〔2026〕7号"
    asked, approved = Entry.objects.filter(action__contains="membership_step").order_by("number")
    assert (asked.action, approved.action) == ("ask_membership_step", "approve_membership_step")
    assert asked.details["vote"] == "表决"
    assert asked.organization_code == cast.branch.code


def test_a_refusal_with_its_reason_changes_nobody(meeting, zhou, cast):
    step = decide(ask(voted(meeting, VoteSubject.CONFIRMATION, about_member=zhou), cast), cast, NO)

    assert (step.state, step.reason, now(zhou).membership) == (
        StepState.REFUSED, "材料不全", Membership.PROBATIONARY,
    )  # fmt: skip


def test_one_vote_is_one_step_and_one_decision(meeting, zhou, cast):
    vote = voted(meeting, VoteSubject.CONFIRMATION, about_member=zhou)
    step = ask(vote, cast)

    assert ask(vote, cast) == step
    assert decide(decide(step, cast), cast) == step
    with pytest.raises(WrongState):
        decide(step, cast, NO)
    assert MembershipStep.objects.count() == 1


def test_a_vote_that_did_not_pass_offers_no_step(meeting, zhou, cast):
    vote = voted(meeting, VoteSubject.CONFIRMATION, FAILED, about_member=zhou)

    with pytest.raises(WrongState):
        ask(vote, cast)
    assert not MembershipStep.objects.exists()


@pytest.mark.parametrize("who", ["secretary", "county_secretary"])
def test_only_the_committee_above_decides(meeting, zhou, cast, who):
    step = ask(voted(meeting, VoteSubject.CONFIRMATION, about_member=zhou), cast)

    with pytest.raises(WrongState):
        decide(step, cast, by=getattr(cast, who))
    assert now(zhou).membership == Membership.PROBATIONARY


def test_nobody_decides_about_themselves(meeting, zhou, cast):
    cast.district_staff.member = zhou
    cast.district_staff.save()
    step = ask(voted(meeting, VoteSubject.CONFIRMATION, about_member=zhou), cast)

    with pytest.raises(WrongState, match="own membership"):
        decide(step, cast)


@pytest.mark.parametrize(
    ("approval", "field"),
    [
        (Approval(TODAY + timedelta(days=1), document="批复"), "on"),
        (Approval(TODAY - timedelta(days=1), document="批复"), "on"),
        (Approval(TODAY), "document"),
    ],
)
def test_a_decision_has_a_day_that_can_be_and_a_document(meeting, zhou, cast, approval, field):
    step = ask(voted(meeting, VoteSubject.CONFIRMATION, about_member=zhou), cast)

    with pytest.raises(Refused) as refused:
        decide(step, cast, approval)
    assert refused.value.field == field


# --- Taking back ------------------------------------------------------------------------------------------------------
def test_what_waits_is_taken_back_by_the_branch_and_asked_for_again(meeting, zhou, cast):
    vote = voted(meeting, VoteSubject.CONFIRMATION, about_member=zhou)
    first = ask(vote, cast)
    take_back_step(step=first, reason="日期错", by=cast.secretary)

    assert ask(vote, cast) != first
    assert MembershipStep.objects.get(pk=first.pk).state == StepState.TAKEN_BACK
    with pytest.raises(WrongState):
        decide(first, cast)


def test_a_confirmation_approved_by_mistake_is_put_back(meeting, zhou, cast):
    step = decide(ask(voted(meeting, VoteSubject.CONFIRMATION, about_member=zhou), cast), cast)
    take_back_approval(step=step, reason="误批", today=TODAY, by=known_as(cast.district_staff))

    assert (now(zhou).membership, now(zhou).full_on) == (Membership.PROBATIONARY, None)
    with pytest.raises(WrongState):
        take_back_step(step=decide(ask(step.vote, cast), cast), reason="误批", by=cast.secretary)


# --- Admission --------------------------------------------------------------------------------------------------------
def test_an_admission_makes_the_person_from_the_vote_and_the_identity_number(meeting, cast):
    step = ask(voted(meeting, VoteSubject.ADMISSION, applicant="林小雨"), cast, national_id=NUMBER)

    assert not Member.objects.filter(name="林小雨").exists()

    member = decide(step, cast).member
    assert (member.name, member.membership, member.joined_on) == ("林小雨", Membership.PROBATIONARY, TODAY)
    assert (member.birth_on, member.roster_path) == (date(1990, 3, 7), cast.branch.path)
    assert MembershipStep.objects.get().national_id == ""


@pytest.mark.parametrize("number", ["", "100111199003074073", "taken"])
def test_a_number_that_is_missing_wrong_or_in_use_is_refused_at_once(meeting, cast, number):
    if number == "taken":
        make_member("林小雨", cast.branch, national_id=NUMBER)
        known_as(cast.secretary)
    vote = voted(meeting, VoteSubject.ADMISSION, applicant="林小雨")

    with pytest.raises(Refused) as refused:
        ask(vote, cast, national_id=number.replace("taken", NUMBER))
    assert refused.value.field == "national_id"
    assert not MembershipStep.objects.exists()


# --- A longer probation, and its end ----------------------------------------------------------------------------------
def test_a_longer_probation_moves_its_end_once(meeting, zhou, cast):
    decide(ask(voted(meeting, VoteSubject.EXTENSION, about_member=zhou), cast, months=6), cast)

    assert people([zhou])[zhou.pk].extended_by == (6,)
    for subject in (VoteSubject.EXTENSION, VoteSubject.CONFIRMATION):
        with pytest.raises(WrongFigures) as wrong:
            voted(meeting, subject, about_member=zhou)
        assert list(wrong.value.fields) == ["about_member"]


def test_a_longer_probation_says_by_how_much(meeting, zhou, cast):
    with pytest.raises(Refused) as refused:
        ask(voted(meeting, VoteSubject.EXTENSION, about_member=zhou), cast, months=3)
    assert refused.value.field == "months"


def test_a_probation_that_ends_without_confirmation_ends_the_relation(meeting, zhou, cast):
    decide(ask(voted(meeting, VoteSubject.CANCELLATION, about_member=zhou), cast), cast)

    assert now(zhou).roster_path == ""
    assert zhou.affiliations.get().left_because == LeavingReason.REMOVED


# --- Too early --------------------------------------------------------------------------------------------------------
def test_a_vote_before_the_year_is_over_does_not_open(cast):
    early = probationary(cast, "吴早", date(2026, 5, 20))
    meeting = hold(cast)

    with pytest.raises(WrongFigures, match="2027-05-20"):
        voted(meeting, VoteSubject.CONFIRMATION, about_member=early)
    assert not Vote.objects.exists()


def test_where_the_record_leaves_it_open_people_say_that_they_mean_it(cast):
    unknown = probationary(cast, "吴知", None)
    item = hold(cast).agenda.first()
    question = Question(VoteSubject.CONFIRMATION, VoteMethod.SECRET_BALLOT, "表决", about_member=unknown)

    with pytest.raises(WrongFigures) as wrong:
        add_vote(key=uuid.uuid4(), item=item, question=question, by="secretary")
    add_vote(key=uuid.uuid4(), item=item, question=question, is_meant=True, by="secretary")

    assert list(wrong.value.fields) == ["is_meant"]
    assert "Nobody has recorded" in Entry.objects.get(action="add_vote").reason


# --- Pages ------------------------------------------------------------------------------------------------------------
def url(name, row):
    return reverse(f"meetings:{name}", args=[row.pk])


def test_the_whole_way_is_walked_on_the_pages(meeting, zhou, cast, as_user, today):
    vote = voted(meeting, VoteSubject.CONFIRMATION, about_member=zhou)
    client = as_user(cast.secretary)
    assert url("membership-ask", vote) in client.get(url("vote-detail", vote)).content.decode()
    client.post(url("membership-ask", vote), {"key": uuid.uuid4()})
    step = MembershipStep.objects.get()
    assert url("membership-ask", vote) not in client.get(url("vote-detail", vote)).content.decode()

    client = as_user(cast.district_staff)
    assert reverse("meetings:membership-list") in client.get("/").content.decode()
    assert client.get(reverse("meetings:membership-list")).context["listing"].rows == [step]
    wrong = client.post(url("membership-decide", step), {"verdict": "yes", "on": TODAY})
    assert wrong.context["form"].errors.keys() == {"document"}
    client.post(url("membership-decide", step), {"verdict": "yes", "on": TODAY, "document": "批复"})
    assert now(zhou).membership == Membership.FORMAL

    page = as_user(cast.secretary).get(zhou.get_absolute_url()).content.decode()
    assert url("vote-detail", vote) in page


def test_the_form_of_a_vote_asks_back_and_takes_the_answer(cast, as_user, today):
    unknown = probationary(cast, "吴知", None)
    meeting = hold(cast)
    typed = {
        "key": uuid.uuid4(), "item": meeting.agenda.first().pk, "about": "转正", "subject": "confirmation",
        "method": VoteMethod.SECRET_BALLOT, "about_member": unknown.pk,
    }  # fmt: skip
    client, address = as_user(cast.secretary), reverse("meetings:vote-add", args=[meeting.pk])

    assert 'name="is_meant"' not in client.get(address).content.decode()
    answer = client.post(address, typed)
    assert answer.context["form"].errors.keys() == {"is_meant"}
    assert 'name="is_meant"' in answer.content.decode()
    assert client.post(address, {**typed, "is_meant": "on"}).status_code == 302


@pytest.mark.parametrize(("subject", "field"), [("admission", "applicant"), ("extension", "about_member")])
def test_a_vote_on_membership_names_the_person(meeting, cast, as_user, today, subject, field):
    typed = {"item": meeting.agenda.first().pk, "about": "表决", "subject": subject, "method": "secret_ballot"}
    answer = as_user(cast.secretary).post(
        reverse("meetings:vote-add", args=[meeting.pk]), typed | {"key": uuid.uuid4()}
    )

    assert answer.context["form"].errors.keys() == {field}


def test_the_neighbours_secretary_takes_nothing_back(meeting, zhou, cast, as_user, today):
    step = ask(voted(meeting, VoteSubject.CONFIRMATION, about_member=zhou), cast)

    assert as_user(cast.next_secretary).post(url("membership-take-back", step), {"reason": "x"}).status_code == 404
    as_user(cast.secretary).post(url("membership-take-back", step), {"reason": "日期错"})
    assert MembershipStep.objects.get().state == StepState.TAKEN_BACK


# --- What the database refuses ----------------------------------------------------------------------------------------
LAWFUL = {"name": "周明", "asked_by": "secretary"}


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("membership_step_state_known", {"state": "perhaps"}),
        ("membership_step_says_who", {"name": ""}),
        ("membership_step_says_who", {"asked_by": ""}),
        ("membership_step_decision_is_whole", {"state": "refused", "reason": "x", "decided_by": "y"}),
        ("membership_step_decision_is_whole", {"state": "refused", "reason": "x", "decided_on": TODAY}),
        ("membership_step_approved_by_document", {"state": "approved", "decided_on": TODAY, "decided_by": "y"}),
        ("membership_step_ended_with_reason", {"state": "taken_back"}),
    ],
)
def test_the_database_refuses_a_step_that_cannot_be(meeting, zhou, constraint, change):
    vote = voted(meeting, VoteSubject.CONFIRMATION, about_member=zhou)
    member = {} if "document" in constraint else {"member": zhou}

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        MembershipStep.objects.create(vote=vote, **LAWFUL | member | change)


def test_the_database_keeps_one_standing_step_a_vote(meeting, zhou):
    vote = voted(meeting, VoteSubject.CONFIRMATION, about_member=zhou)
    MembershipStep.objects.create(vote=vote, **LAWFUL, state="taken_back", reason="x")
    MembershipStep.objects.create(vote=vote, **LAWFUL)

    with pytest.raises(IntegrityError), transaction.atomic():
        MembershipStep.objects.create(vote=vote, **LAWFUL)


# --- Where, and about whom --------------------------------------------------------------------------------------------
def test_a_theme_day_decides_about_nobodys_membership_unless_it_is_a_general_meeting_as_well(cast, zhou):
    theme_day = hold(cast, kind=MeetingKind.THEME_DAY)
    with pytest.raises(WrongState, match="general meeting"):
        voted(theme_day, VoteSubject.CONFIRMATION, about_member=zhou)
    assert not Vote.objects.exists()
    Session.objects.create(meeting=theme_day, kind=MeetingKind.GENERAL_MEETING)

    assert voted(theme_day, VoteSubject.CONFIRMATION, about_member=zhou).is_passed


def test_a_guest_is_confirmed_at_home(meeting, cast):
    joined = {"joined_on": A_YEAR_AGO, "joined_precision": "day"}
    guest = make_member("曾客", cast.next_branch, membership=Membership.PROBATIONARY, **joined)
    Attendance.objects.create(
        meeting=meeting, member=guest, name=guest.name, is_formal=False, not_counted="participant", state="on_site"
    )
    with pytest.raises(WrongFigures, match="guest"):
        voted(meeting, VoteSubject.CONFIRMATION, about_member=guest)

    assert not Vote.objects.exists()
    assert guest not in VoteForm(meeting=meeting).fields["about_member"].queryset


@pytest.mark.usefixtures("today")
def test_a_vote_in_doubt_is_not_handed_up_without_saying_so(meeting, zhou, cast, as_user):
    vote = voted(meeting, VoteSubject.CONFIRMATION, about_member=zhou)
    Meeting.objects.filter(pk=meeting.pk).update(state="locked")
    client, said = as_user(cast.secretary), "需要复核：“表决”"
    before = client.get(vote.get_absolute_url()).text
    there = Attendance.objects.filter(meeting=meeting, state="on_site").first()
    Attendance.objects.filter(pk=there.pk).update(state="absent")

    with override("zh-hans"):
        for page in (vote.get_absolute_url(), reverse("meetings:membership-ask", args=[vote.pk])):
            assert said in client.get(page).text
        assert "确认会议决定有效后再报党委" in client.get(vote.get_absolute_url()).text
        decide_page = reverse("meetings:membership-decide", args=[ask(vote, cast).pk])
        assert said in as_user(cast.district_staff).get(decide_page).text
    assert said not in before
