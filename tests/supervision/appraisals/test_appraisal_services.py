"""An appraisal from the roster to the result: each act, its entry, and what is refused."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from audit.models import Entry
from members.choices import SituationKind
from members.fields import opened as text_of
from members.models import Situation
from members.refused import Refused
from supervision.appraisals.ballot_services import (
    AlreadyVoted,
    begin_on_paper,
    cast_ballot,
    count_anew,
    differing,
    type_count,
)
from supervision.appraisals.queries import lines_of, sums_of, warning_of
from supervision.appraisals.services import (
    follow_up,
    give_opinion,
    go_back,
    go_on,
    open_round,
    tell_result,
    write_mutual_appraisal,
    write_self_appraisal,
)
from supervision.choices import AppraisalMark, Grade, RoundState
from supervision.models import AppraisalRound, Appraisee, MutualAppraisal, PaperCount, Tally
from tests.cast import TODAY
from tests.supervision.appraisals.making import (
    ballot,
    committee_meeting,
    grade_all,
    led_to,
    of,
    opened,
    people,
    step,
    sums,
    vote,
    voters,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def entries(action):
    return Entry.objects.filter(action=action).count()


@pytest.fixture
def members(cast):
    return people(cast)


def refused(act, field=None, **given):
    with pytest.raises(Refused) as error, transaction.atomic():
        act(**given)
    assert error.value.field == field
    return str(error.value)


# --- Opening ----------------------------------------------------------------------------------------------------------
def test_the_roster_of_the_day_takes_part(cast, members):
    Situation.objects.create(member=members[0], kind=SituationKind.SUSPENDED, valid_from=TODAY)
    Situation.objects.create(member=members[1], kind=SituationKind.PROBATION_WITHIN_PARTY, valid_from=TODAY)
    Situation.objects.create(member=members[2], kind=SituationKind.SUSPENDED, valid_from=TODAY + DAY)
    held = opened(cast)

    found = {one.member.name: (one.is_graded, one.has_ballot) for one in held.appraisees.select_related("member")}
    assert found == {
        "张英": (True, True), "李国强": (True, True), "党员0": (False, False), "党员1": (True, False),
        "党员2": (True, True), "党员3": (True, True), "预备生": (False, True),
    }  # fmt: skip
    assert entries("open_appraisal") == 1
    assert len(held.rule_versions) == 3
    reasons = {line.appraisee.member.name: line.no_ballot for line in lines_of(held) if line.no_ballot}
    assert set(reasons) == {"党员0", "党员1"}


def test_the_same_form_twice_is_one_round(cast):
    given = {"key": uuid4(), "organization": cast.branch, "year": TODAY.year, "on": TODAY, "by": cast.secretary}
    assert open_round(**given) == open_round(**given)
    assert AppraisalRound.objects.count() == entries("open_appraisal") == 1


def test_what_can_not_be_opened(cast):
    given = {"organization": cast.branch, "year": TODAY.year, "on": TODAY, "by": cast.secretary}
    refused(open_round, "year", key=uuid4(), **given | {"year": TODAY.year + 1})
    refused(open_round, key=uuid4(), **given | {"organization": cast.district})
    open_round(key=uuid4(), **given)
    refused(open_round, "year", key=uuid4(), **given)
    assert AppraisalRound.objects.count() == entries("open_appraisal") == 1


# --- Steps ------------------------------------------------------------------------------------------------------------
def test_it_goes_through_all_steps(cast, members):
    held = led_to(cast, RoundState.CLOSED)
    assert (held.state, held.closed_on, held.ballots, held.opinion_meeting.day) == ("closed", TODAY, 3, TODAY)
    assert entries("step_appraisal") == 4


def test_a_double_click_goes_one_step(cast, members):
    held = opened(cast)
    for _click in range(2):
        go_on(round=held, expected="self", on=TODAY, by=cast.secretary)
    held.refresh_from_db()
    assert (held.state, entries("step_appraisal")) == ("mutual", 1)


def test_fewer_than_three_vote_on_paper(cast):
    held = led_to(cast, RoundState.MUTUAL)  # only 张英 and 李国强
    refused(step, "method", cast=cast, held=held, method="online")
    assert step(cast, held, method="paper").method == "paper"


def test_the_ballot_closes_with_three(cast, members):
    held = led_to(cast, RoundState.BALLOT)
    for member in voters(held)[:2]:
        vote(held, member)
    refused(step, cast=cast, held=held)
    assert sums_of(held) == {}
    vote(held, voters(held)[2])
    assert step(cast, held).ballots == 3


def test_it_closes_with_all_grades_and_the_meeting(cast, members):
    held = led_to(cast, RoundState.OPINION)
    assert "党员0" in refused(step, cast=cast, held=held, meeting=committee_meeting(cast))
    grade_all(cast, held)
    refused(step, "meeting", cast=cast, held=held)
    assert step(cast, held, meeting=committee_meeting(cast)).state == "closed"
    held.refresh_from_db()
    refused(step, cast=cast, held=held)


@pytest.mark.parametrize(("state", "before"), [("mutual", "self"), ("ballot", "mutual"), ("closed", "opinion")])
def test_one_step_back_while_nothing_is_lost(cast, members, state, before):
    held = led_to(cast, state)
    go_back(round=held, expected=state, by=cast.secretary)
    held.refresh_from_db()
    assert (held.state, held.closed_on, entries("step_appraisal_back")) == (before, None, 1)
    assert Tally.objects.exists() is (before == "opinion")


def test_no_step_back_where_something_would_be_lost(cast, members):
    held = led_to(cast, RoundState.BALLOT)
    vote(held, voters(held)[0])
    refused(go_back, round=held, expected="ballot", by=cast.secretary)
    for member in voters(held)[1:3]:
        vote(held, member)
    held = step(cast, held)
    refused(go_back, round=held, expected="opinion", by=cast.secretary)
    grade_all(cast, held)
    held = step(cast, held, meeting=committee_meeting(cast))
    tell_result(appraisee=of(held, cast.zhang), on=TODAY, by=cast.secretary)
    refused(go_back, round=held, expected="closed", by=cast.secretary)
    assert entries("step_appraisal_back") == 0


def test_the_first_step_has_none_before(cast):
    refused(go_back, round=opened(cast), expected="self", by=cast.secretary)


# --- Texts ------------------------------------------------------------------------------------------------------------
def test_a_self_appraisal_is_the_members_or_written_down(cast):
    held = opened(cast)
    write_self_appraisal(appraisee=of(held, cast.zhang), text="学习认真", on=TODAY, by=cast.member)
    write_self_appraisal(appraisee=of(held, cast.li), text="年纪大了", on=TODAY, by=cast.secretary)
    refused(write_self_appraisal, appraisee=of(held, cast.zhang), text="代写", on=TODAY, by=cast.secretary)
    refused(write_self_appraisal, "text", appraisee=of(held, cast.zhang), text=" ", on=TODAY, by=cast.member)
    assert text_of(of(held, cast.zhang).self_appraisal) == "学习认真"
    assert (of(held, cast.li).self_appraised_on, entries("write_self_appraisal")) == (TODAY, 2)
    assert "学习认真" not in str(list(Entry.objects.values()))


def test_mutual_appraisals_are_by_name_and_once_per_pair(cast, members):
    held = led_to(cast, RoundState.MUTUAL)
    about = of(held, cast.li)
    for text in ("热心", "热心，常帮邻居"):
        write_mutual_appraisal(about=about, author=cast.zhang, text=text, by=cast.member)
    assert text_of(MutualAppraisal.objects.get().text) == "热心，常帮邻居"
    given = {"text": "好", "by": cast.member}
    refused(write_mutual_appraisal, "author", about=of(held, cast.zhang), author=cast.zhang, **given)
    refused(write_mutual_appraisal, "author", about=about, author=cast.wang, **given)
    refused(write_mutual_appraisal, "author", about=about, author=members[0], **given | {"by": cast.secretary})
    refused(write_mutual_appraisal, "text", about=about, author=cast.zhang, **given | {"text": " "})
    write_mutual_appraisal(about=of(held, cast.zhang), author=cast.li, text="好", by=cast.secretary)
    assert entries("write_mutual_appraisal") == 3


def test_texts_are_closed_with_the_ballot(cast, members):
    held = led_to(cast, RoundState.BALLOT)
    refused(write_self_appraisal, appraisee=of(held, cast.zhang), text="晚了", on=TODAY, by=cast.member)
    refused(write_mutual_appraisal, about=of(held, cast.li), author=cast.zhang, text="晚了", by=cast.member)
    refused(give_opinion, appraisee=of(held, cast.li), grade="qualified", opinion="", by=cast.secretary)


def test_opinions(cast, members):
    held = led_to(cast, RoundState.OPINION)
    one, by = of(held, cast.zhang), cast.secretary
    refused(give_opinion, "grade", appraisee=one, grade="", opinion="", by=by)
    refused(give_opinion, "opinion", appraisee=one, grade=Grade.UNQUALIFIED, opinion=" ", by=by)
    ungraded = Appraisee.objects.select_related("round").get(round=held, is_graded=False)
    refused(give_opinion, "grade", appraisee=ungraded, grade=Grade.EXCELLENT, opinion="", by=by)
    give_opinion(appraisee=one, grade=Grade.EXCELLENT, opinion="模范", by=by)
    one.refresh_from_db()
    assert (one.grade, text_of(one.opinion), entries("give_grade")) == ("excellent", "模范", 1)


def test_more_than_a_third_excellent_warns_and_closes(cast, members):
    held = led_to(cast, RoundState.OPINION)
    grade_all(cast, held, Grade.EXCELLENT)
    warning = warning_of(held)
    assert (warning.excellent, warning.members, warning.most) == (6, 7, 2)
    assert step(cast, held, meeting=committee_meeting(cast)).state == "closed"


def test_a_member_is_told_once(cast, members):
    held = led_to(cast, RoundState.CLOSED)
    for day in (TODAY, TODAY + DAY):
        tell_result(appraisee=of(held, cast.zhang), on=day, by=cast.secretary)
    assert (of(held, cast.zhang).told_on, entries("tell_appraisal")) == (TODAY, 1)


def test_help_after_a_lower_grade(cast, members):
    held = led_to(cast, RoundState.OPINION)
    grade_all(cast, held)
    give_opinion(appraisee=of(held, cast.li), grade="unqualified", opinion="长期不来", by=cast.secretary)
    values = {"follow_up": "结对帮助", "follow_up_due_on": TODAY + 30 * DAY, "followed_up_on": None}
    given = {"on": TODAY, "by": cast.secretary}
    refused(follow_up, appraisee=of(held, cast.li), values=values, **given)
    held = step(cast, held, meeting=committee_meeting(cast))
    refused(follow_up, appraisee=of(held, cast.zhang), values=values, **given)
    low = of(held, cast.li)
    refused(follow_up, "follow_up", appraisee=low, values=values | {"follow_up": ""}, **given)
    refused(follow_up, "followed_up_on", appraisee=low, values=values | {"followed_up_on": TODAY + DAY}, **given)
    refused(follow_up, "followed_up_on", appraisee=low, values=values | {"followed_up_on": TODAY - DAY}, **given)
    follow_up(appraisee=low, values=values, **given)
    assert (of(held, cast.li).follow_up, entries("follow_up_appraisal")) == ("结对帮助", 1)


# --- Ballots ----------------------------------------------------------------------------------------------------------
def test_a_ballot_is_added_to_the_sums(cast, members):
    held = led_to(cast, RoundState.BALLOT)
    vote(held, cast.zhang, AppraisalMark.EXCELLENT)
    vote(held, members[0], AppraisalMark.ABSTAINED)
    found = sums(held)
    assert found["李国强"] == {"excellent": 1, "abstained": 1}
    assert found["张英"] == {"abstained": 1}
    assert "预备生" not in found


def test_a_ballot_counts_once(cast, members):
    held = led_to(cast, RoundState.BALLOT)
    vote(held, cast.zhang)
    with pytest.raises(AlreadyVoted), transaction.atomic():
        vote(held, cast.zhang, AppraisalMark.UNQUALIFIED)
    assert sums(held)["李国强"] == {"qualified": 1}


def test_a_ballot_that_is_refused_leaves_nothing(cast, members):
    held = led_to(cast, RoundState.BALLOT)
    marks = ballot(held, cast.zhang)
    marks.popitem()
    refused(cast_ballot, round=held, member_id=cast.zhang.pk, marks=marks)
    refused(cast_ballot, round=held, member_id=cast.wang.pk, marks=ballot(held, cast.wang))
    assert (sums(held), Appraisee.objects.filter(has_voted=True).count()) == ({}, 0)
    vote(held, cast.zhang)


def test_who_has_no_vote_has_no_ballot(cast, members):
    Situation.objects.create(member=cast.zhang, kind=SituationKind.SUSPENDED, valid_from=TODAY)
    held = led_to(cast, RoundState.BALLOT)
    refused(cast_ballot, round=held, member_id=cast.zhang.pk, marks=ballot(held, cast.zhang))


def test_ballots_are_closed_outside_their_step_and_on_paper(cast, members):
    paper = led_to(cast, RoundState.BALLOT, method="paper")
    refused(cast_ballot, round=paper, member_id=cast.zhang.pk, marks=ballot(paper, cast.zhang))


def test_nothing_of_a_ballot_is_in_the_audit_trail(cast, members):
    held = led_to(cast, RoundState.BALLOT)
    before = Entry.objects.count()
    vote(held, cast.zhang)
    assert Entry.objects.count() == before


def test_beginning_anew_on_paper_throws_all_away(cast, members):
    held = led_to(cast, RoundState.BALLOT)
    vote(held, cast.zhang)
    begin_on_paper(round=held, by=cast.secretary)
    held.refresh_from_db()
    assert (held.method, sums(held), Appraisee.objects.filter(has_voted=True).count()) == ("paper", {}, 0)
    assert entries("begin_ballot_on_paper") == 1
    refused(begin_on_paper, round=held, by=cast.secretary)


# --- Paper ------------------------------------------------------------------------------------------------------------
def figures(held, excellent=2, qualified=3):
    marks = dict.fromkeys(AppraisalMark.values, 0) | {"excellent": excellent, "qualified": qualified}
    return {str(pk): marks for pk in held.appraisees.filter(is_graded=True).values_list("pk", flat=True)}


@pytest.fixture
def papers(cast, members):
    return led_to(cast, RoundState.BALLOT, method="paper")


def typed(cast, held, by, ballots=5, **marks):
    return type_count(round=held, ballots=ballots, figures=figures(held, **marks), by=by)


def test_papers_typed_by_two_stand_when_equal(cast, papers):
    assert typed(cast, papers, cast.secretary) is False
    refused(step, cast=cast, held=papers)
    assert typed(cast, papers, cast.secretary) is False  # the same person twice is one count
    assert typed(cast, papers, cast.officer) is True
    papers.refresh_from_db()
    assert (papers.ballots, PaperCount.objects.count(), sums(papers)["张英"]) == (
        5,
        0,
        {"excellent": 2, "qualified": 3},
    )
    assert (entries("type_ballots"), entries("settle_ballots")) == (3, 1)
    refused(typed, cast=cast, held=papers, by=cast.officer)
    assert step(cast, papers).state == "opinion"


def test_papers_that_differ_are_shown_and_counted_anew(cast, papers):
    typed(cast, papers, cast.secretary)
    assert differing(papers) is None
    typed(cast, papers, cast.officer, excellent=3, qualified=2)
    assert len(differing(papers)) == 6
    refused(typed, cast=cast, held=papers, by=cast.district_staff)
    refused(go_back, round=papers, expected="ballot", by=cast.secretary)
    count_anew(round=papers, by=cast.officer)
    count_anew(round=papers, by=cast.officer)
    assert (PaperCount.objects.count(), entries("count_ballots_anew"), sums(papers)) == (0, 1, {})


def test_another_number_of_papers_differs_too(cast, papers):
    typed(cast, papers, cast.secretary)
    typed(cast, papers, cast.officer, ballots=6)
    assert differing(papers) == [""]


def test_figures_that_no_papers_give(cast, papers):
    refused(typed, "ballots", cast=cast, held=papers, by=cast.officer, ballots=8)
    with pytest.raises(Refused):
        typed(cast, papers, cast.officer, ballots=7)
    with pytest.raises(Refused):
        type_count(round=papers, ballots=5, figures={}, by=cast.officer)
    assert PaperCount.objects.count() == 0
