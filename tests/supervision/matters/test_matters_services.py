"""Major matters: every row and its entry, corrections with a reason, and nothing left of what was refused."""

import uuid
from datetime import date

import pytest

from audit.models import Entry
from members.refused import Refused
from members.regulations.queries import PlacesBelow
from supervision.matters import services
from supervision.matters.queries import matter_duties, matter_figures, matter_figures_by_place
from supervision.matters.rules import MatterState
from supervision.matters.services import correct_matter, propose_matter, remove_matter, take_step
from supervision.models import Matter
from tests.cast import TODAY
from tests.supervision.matters.making import (
    AUGUST,
    DECISION,
    EXECUTION,
    JULY,
    JUNE,
    MAY,
    OPINION,
    matter,
    meeting,
    vote,
)

pytestmark = pytest.mark.django_db

ACTIONS = ("opinion", "decision", "execution", "review")
TO_COME = date(2026, 11, 25)


def new(place, **facts):
    known = {"kind": "project", "title": "修路", "proposal": "重铺东巷", "proposed_on": MAY, "proposed_by": "居委会"}
    return Matter(key=uuid.UUID(int=7), organization=place, **known | facts)


def entries():
    return list(Entry.objects.order_by("number").values_list("action", flat=True))


def step(cast, one, name, values, reason="", on=TODAY):
    return take_step(matter=one, step=name, values=values, reason=reason, by=cast.secretary, on=on)


def test_a_proposal_is_stored_once_with_its_entry(cast):
    for _turn in range(2):
        propose_matter(new(cast.branch), by=cast.secretary, on=TODAY)

    entry = Entry.objects.get()
    assert Matter.objects.count() == 1
    assert (entry.action, entry.actor, entry.organization_code) == ("propose_matter", "secretary", "branch")
    assert "重铺东巷" not in str(vars(entry))


def test_a_proposal_of_tomorrow_is_refused(cast):
    with pytest.raises(Refused) as refusal:
        propose_matter(new(cast.branch, proposed_on=TO_COME), by=cast.secretary, on=TODAY)

    assert refusal.value.field == "proposed_on"
    assert (Matter.objects.count(), entries()) == (0, [])


def test_without_its_entry_nothing_is_stored(cast, monkeypatch):
    def fails(**_facts):
        raise RuntimeError

    monkeypatch.setattr(services, "record", fails)
    with pytest.raises(RuntimeError):
        propose_matter(new(cast.branch), by=cast.secretary, on=TODAY)
    one = matter(cast.branch)
    with pytest.raises(RuntimeError):
        step(cast, one, "decision", DECISION)

    one.refresh_from_db()
    assert Matter.objects.get() == one
    assert one.decided_on is None


def test_a_matter_goes_step_by_step(cast):
    one, held = matter(cast.branch), meeting(cast.branch)
    motion = vote(held)
    step(
        cast, one, "opinion", {"opinion": "agrees", "opinion_text": "", "opinion_meeting": held, "opinion_vote": motion}
    )
    step(cast, one, "decision", DECISION)
    step(cast, one, "execution", EXECUTION)
    step(cast, one, "review", {"reviewed_on": TODAY, "review_text": "群众满意"})

    one.refresh_from_db()
    assert (one.opinion_on, one.opinion_vote, one.state, one.lacks_opinion) == (JUNE, motion, MatterState.DONE, False)
    assert entries() == [f"record_matter_{name}" for name in ACTIONS]


def test_a_decision_without_an_opinion_is_a_fact_and_is_shown_as_such(cast):
    one = matter(cast.branch)
    step(cast, one, "decision", DECISION)
    one.refresh_from_db()
    assert (one.state, one.lacks_opinion) == (MatterState.EXECUTION, True)

    late = meeting(cast.branch, AUGUST)
    step(cast, one, "opinion", {"opinion": "agrees", "opinion_meeting": late, "opinion_vote": None})
    one.refresh_from_db()
    assert one.lacks_opinion
    assert list(Matter.objects.without_opinion()) == [one]


def test_a_step_sent_twice_changes_nothing_the_second_time(cast):
    one = matter(cast.branch)

    assert step(cast, one, "decision", DECISION)
    assert step(cast, one, "decision", DECISION) == []
    assert entries() == ["record_matter_decision"]


def test_what_stands_is_corrected_with_a_reason_only(cast):
    one = matter(cast.branch, **DECISION)
    changed = DECISION | {"decision": "changed"}
    with pytest.raises(Refused) as refusal:
        step(cast, one, "decision", changed)
    assert refusal.value.field == "reason"

    assert step(cast, one, "decision", changed, "看错了记录") == ["decision"]
    entry = Entry.objects.get()
    assert (entry.action, entry.reason, list(entry.changes)) == ("correct_matter_decision", "看错了记录", ["decision"])


def test_the_proposal_is_corrected_with_a_reason_and_never_against_a_later_step(cast):
    one = matter(cast.branch, **OPINION)
    given = {"matter": one, "by": cast.secretary, "on": TODAY}
    with pytest.raises(Refused):
        correct_matter(values={"title": "修西巷的路"}, reason=" ", **given)
    with pytest.raises(Refused):
        correct_matter(values={"proposed_on": JULY}, reason="日期写错", **given)

    assert correct_matter(values={"title": "修西巷的路", "proposed_on": MAY}, reason="写错了", **given) == ["title"]
    assert correct_matter(values={"title": "修西巷的路"}, reason="写错了", **given) == []
    assert entries() == ["correct_matter"]


@pytest.mark.parametrize(
    ("name", "values", "field"),
    [
        ("decision", DECISION | {"decided_on": date(2026, 5, 9)}, "decided_on"),
        ("decision", DECISION | {"decided_on": TO_COME}, "decided_on"),
        ("execution", EXECUTION, "executed_on"),
        ("review", {"reviewed_on": AUGUST, "review_text": "好"}, "reviewed_on"),
        ("opinion", {"opinion": "agrees", "opinion_meeting": None}, "opinion_meeting"),
    ],
)
def test_what_contradicts_is_refused_and_leaves_nothing(cast, name, values, field):
    one = matter(cast.branch)
    before = Matter.objects.values().get()
    with pytest.raises(Refused) as refusal:
        step(cast, one, name, values)

    assert refusal.value.field == field
    assert Matter.objects.values().get() == before
    assert entries() == []


@pytest.mark.parametrize(
    ("place", "day", "state"),
    [
        ("branch", date(2026, 5, 9), "locked"),
        ("branch", JUNE, "planned"),
        ("branch", TO_COME, "held"),
        ("next_branch", JUNE, "locked"),
    ],
)
def test_an_opinion_comes_out_of_a_meeting_of_the_branch_that_was_held_since(cast, place, day, state):
    one, wrong = matter(cast.branch), meeting(getattr(cast, place), day, state=state)
    with pytest.raises(Refused) as refusal:
        step(cast, one, "opinion", {"opinion": "agrees", "opinion_meeting": wrong})

    assert refusal.value.field == "opinion_meeting"
    one.refresh_from_db()
    assert one.opinion_on is None


def test_a_vote_of_another_meeting_is_refused(cast):
    one, held, other = matter(cast.branch), meeting(cast.branch), meeting(cast.branch, JULY)
    with pytest.raises(Refused) as refusal:
        step(cast, one, "opinion", {"opinion": "agrees", "opinion_meeting": held, "opinion_vote": vote(other)})

    assert refusal.value.field == "opinion_vote"


def test_a_village_matter_goes_through_the_general_meeting(cast):
    one, committee = matter(cast.branch, kind="village"), meeting(cast.branch)
    with pytest.raises(Refused, match="11"):
        step(cast, one, "opinion", {"opinion": "agrees", "opinion_meeting": committee})

    general = meeting(cast.branch, kind="general_meeting")
    assert step(cast, one, "opinion", {"opinion": "agrees", "opinion_meeting": general})


def test_an_evening_that_was_also_a_general_meeting_is_one(cast):
    one, evening = matter(cast.branch, kind="village"), meeting(cast.branch, kind="theme_day")
    evening.sessions.create(kind="general_meeting")

    assert step(cast, one, "opinion", {"opinion": "agrees", "opinion_meeting": evening})


def test_a_matter_of_another_kind_in_a_village_is_stored_and_cannot_become_a_village_matter(cast):
    cast.branch.is_village = True
    cast.branch.save()
    one, committee = matter(cast.branch), meeting(cast.branch)
    step(cast, one, "opinion", {"opinion": "agrees", "opinion_meeting": committee})
    one.refresh_from_db()
    with pytest.raises(Refused):
        correct_matter(matter=one, values={"kind": "village"}, reason="类别选错", by=cast.secretary, on=TODAY)


def test_only_what_was_not_decided_is_taken_out(cast):
    decided, mistake = matter(cast.branch, **DECISION), matter(cast.branch)
    for one, reason in ((decided, "重复"), (mistake, " ")):
        with pytest.raises(Refused):
            remove_matter(one, reason=reason, by=cast.secretary)
    remove_matter(mistake, reason="重复", by=cast.secretary)

    assert list(Matter.objects.all()) == [decided]
    assert entries() == ["remove_matter"]


# --- Counts and duties ----------------------------------------------------------------------------------------------
@pytest.fixture
def course(cast):
    """In two branches: one waits, one was decided without, one in time, one carried out, one looked back on."""
    matter(cast.branch)
    matter(cast.branch, **DECISION)
    matter(cast.branch, **OPINION, **DECISION)
    matter(cast.branch, **OPINION, **DECISION, **EXECUTION)
    matter(
        cast.next_branch,
        **OPINION | {"opinion_on": AUGUST},
        **DECISION,
        **EXECUTION,
        reviewed_on=AUGUST,
        review_text="好",
    )
    return cast


def test_figures_of_a_subtree_and_a_period(course, django_assert_num_queries):
    with django_assert_num_queries(1):
        year = matter_figures(course.district.path, date(2026, 1, 1), date(2026, 12, 31))
    assert year == {"proposed": 5, "decided": 4, "without_opinion": 2, "executed": 2, "reviewed": 1}
    assert matter_figures(course.branch.path, JULY, JULY) == {
        "proposed": 0, "decided": 3, "without_opinion": 1, "executed": 0, "reviewed": 0,
    }  # fmt: skip
    assert sum(matter_figures(course.other_district.path, MAY, AUGUST).values()) == 0


def test_figures_by_place_add_up_to_those_of_the_subtree(course, django_assert_num_queries):
    with django_assert_num_queries(1):
        places = matter_figures_by_place(course.county.path, MAY, AUGUST)

    whole = matter_figures(course.county.path, MAY, AUGUST)
    assert set(places) == {"branch", "next-branch"}
    assert {name: sum(one[name] for one in places.values()) for name in whole} == whole


def test_every_matter_is_in_exactly_one_state_as_the_rules_say(course):
    for one in Matter.objects.all():
        assert [state for state in MatterState if one in Matter.objects.waiting_for(state)] == [one.state]


def test_what_falls_due(course, django_assert_num_queries):
    with django_assert_num_queries(3):
        found = matter_duties(PlacesBelow(course.county.path, TODAY))

    assert [(one.kind, one.organization, one.period, str(one.state)) for one in found] == [
        ("major_matter_opinion", "branch", "2026-05", "overdue"),
        ("major_matter_opinion", "next-branch", "2026-05", "done"),
        ("major_matter_review", "next-branch", "2027-01", "done"),
    ]
    with django_assert_num_queries(2):
        assert matter_duties(PlacesBelow(course.other_branch.path, TODAY)) == []


def test_a_matter_that_was_carried_out_is_looked_back_on(cast):
    early = {"proposed_on": date(2026, 1, 5), "opinion_on": MAY, "opinion": "agrees"}
    matter(cast.branch, **early, **DECISION | {"decided_on": MAY}, executed_on=MAY, execution_text="好")

    assert [(one.kind, str(one.state)) for one in matter_duties(PlacesBelow(cast.branch.path, TODAY))] == [
        ("major_matter_opinion", "done"),
        ("major_matter_review", "overdue"),
    ]
