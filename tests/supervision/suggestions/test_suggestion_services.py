"""What each act on a suggestion leaves behind: the row, the entry in the record, or nothing."""

import uuid
from datetime import date, timedelta

import pytest

from audit.models import Entry
from members.models import LocalRule, Member, User
from members.refused import Refused
from supervision.models import ProblemList, Suggestion
from supervision.suggestions import services
from supervision.suggestions.services import (
    answer_suggestion,
    make_suggestion,
    remove_suggestion,
    say_settled,
    withdraw_suggestion,
)
from tests.cast import TODAY
from tests.supervision.suggestions.making import TEXT, ago, answer, facts, suggest

pytestmark = pytest.mark.django_db


def acts():
    return list(
        Entry.objects.filter(subject_kind="supervision.Suggestion").order_by("number").values_list("action", flat=True)
    )


def refused(act, **given):
    """The field and nothing left behind."""
    before = Entry.objects.count(), list(Suggestion.objects.values())
    with pytest.raises(Refused) as refusal:
        act(**given)
    assert (Entry.objects.count(), list(Suggestion.objects.values())) == before
    return refusal.value.field


# --- Making one -------------------------------------------------------------------------------------------------------
def test_a_member_suggests_and_the_clock_runs(cast):
    one = suggest(cast.zhang, cast.member)
    one.refresh_from_db()

    assert (one.organization, one.asked_on, one.due_on) == (cast.branch, TODAY, TODAY + timedelta(days=15))
    assert (one.text.open(), one.is_shared, one.shows_name, one.recorded_by) == (TEXT, True, True, cast.member)
    entry = Entry.objects.latest("number")
    assert (entry.action, entry.actor, entry.organization_code) == ("make_suggestion", "member", "branch")
    assert TEXT not in str(Entry.objects.values_list("changes", "details", "reason", "subject_label"))


def test_a_member_of_a_group_asks_the_branch(cast):
    assert suggest(cast.li, cast.secretary, ago(3)).organization == cast.branch


def test_a_committee_sets_other_days(cast):
    LocalRule.objects.create(
        organization=cast.district, rule_key="supervision.suggestion.days", value="7", document="镇委〔2026〕3号",
        approved_by="镇党委", approved_on=date(2026, 1, 5), valid_from=date(2026, 1, 1),
    )  # fmt: skip

    assert suggest(cast.zhang, cast.member).due_on == TODAY + timedelta(days=7)
    assert suggest(cast.zhao, cast.other_secretary).due_on == TODAY + timedelta(days=15)


def test_sent_twice_it_is_stored_once(cast):
    key = uuid.uuid4()
    for _ in range(2):
        suggest(cast.zhang, cast.member, key=key)

    assert Suggestion.objects.count() == 1
    assert acts() == ["make_suggestion"]


def test_a_key_of_somebody_elses_gives_nothing_away(cast):
    one = suggest(cast.zhang, cast.member)

    with pytest.raises(Exception, match=r"(?i)unique"):
        suggest(cast.wang, cast.next_secretary, key=one.pk)


@pytest.mark.parametrize(
    ("values", "asked_on", "field"),
    [
        (facts(), TODAY + timedelta(days=1), "asked_on"),
        (facts(text="  "), TODAY, "text"),
    ],
)
def test_what_cant_be_is_refused(cast, values, asked_on, field):
    given = {"key": uuid.uuid4(), "member": cast.zhang, "values": values, "asked_on": asked_on}

    assert refused(make_suggestion, **given, on=TODAY, by=cast.member) == field


def test_who_is_on_no_roster_has_no_branch_to_ask(cast):
    Member.objects.filter(pk=cast.zhang.pk).update(roster_path="")
    cast.zhang.refresh_from_db()
    given = {"key": uuid.uuid4(), "member": cast.zhang, "values": facts(), "asked_on": TODAY}

    assert refused(make_suggestion, **given, on=TODAY, by=cast.member) == "member"


def test_without_the_record_nothing_is_stored(cast, monkeypatch):
    monkeypatch.setattr(services, "record", lambda **_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        suggest(cast.zhang, cast.member)
    assert not Suggestion.objects.exists()


# --- Answering --------------------------------------------------------------------------------------------------------
def test_the_branch_answers(cast):
    one = answer(suggest(cast.zhang, cast.member, ago(9)), cast.secretary)

    assert (one.answer.open(), one.outcome, one.answered_on, one.is_thanked) == ("已换了阀门", "solved", TODAY, True)
    assert (one.answered_by, one.is_settled) == (cast.secretary, None)
    assert acts() == ["make_suggestion", "answer_suggestion"]
    assert "阀门" not in str(Entry.objects.latest("number").changes)


def test_an_answer_is_corrected_and_the_member_is_asked_again(cast):
    one = answer(suggest(cast.zhang, cast.member), cast.secretary)
    say_settled(suggestion=one, is_settled=True, by=cast.member)

    one = answer(one, cast.officer, outcome="explained", answer="阀门停产，改装电暖")

    assert (one.outcome, one.is_settled, one.answered_by) == ("explained", None, cast.secretary)
    assert acts()[-1] == "correct_suggestion"


def test_thanks_that_were_forgotten_leave_the_members_word(cast):
    one = answer(suggest(cast.zhang, cast.member), cast.secretary, is_thanked=False)
    say_settled(suggestion=one, is_settled=False, by=cast.member)

    assert answer(one, cast.secretary, is_thanked=True).is_settled is False


def test_the_same_answer_again_changes_nothing(cast):
    one = answer(suggest(cast.zhang, cast.member), cast.secretary)
    answer(one, cast.officer)

    assert acts() == ["make_suggestion", "answer_suggestion"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"answered_on": TODAY + timedelta(days=1)}, "answered_on"),
        ({"answered_on": ago(10)}, "answered_on"),
        ({"answer": " "}, "answer"),
    ],
)
def test_an_answer_that_cant_be_is_refused(cast, changes, field):
    one = suggest(cast.zhang, cast.member, ago(9))
    values = {"outcome": "solved", "answer": "好", "answered_on": TODAY, "is_thanked": False, **changes}

    assert refused(answer_suggestion, suggestion=one, values=values, on=TODAY, by=cast.secretary) == field


def test_what_was_taken_back_in_the_meantime_is_not_answered(cast):
    one = suggest(cast.zhang, cast.member)
    withdraw_suggestion(suggestion=Suggestion.objects.get(pk=one.pk), by=cast.member)
    values = {"outcome": "solved", "answer": "好", "answered_on": TODAY, "is_thanked": False}

    assert refused(answer_suggestion, suggestion=one, values=values, on=TODAY, by=cast.secretary) is None


# --- The member's word ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("settled", [True, False])
def test_the_member_says_whether_it_is_settled(cast, settled):
    one = answer(suggest(cast.zhang, cast.member), cast.secretary)
    for _ in range(2):
        say_settled(suggestion=one, is_settled=settled, by=cast.member)

    one.refresh_from_db()
    assert (one.is_settled, one.outcome) == (settled, "solved")
    assert acts().count("settle_suggestion") == 1


def test_nobody_says_it_for_the_member_and_nobody_before_the_answer(cast):
    one = suggest(cast.zhang, cast.member)
    assert refused(say_settled, suggestion=one, is_settled=True, by=cast.member) is None
    answer(one, cast.secretary)
    assert refused(say_settled, suggestion=one, is_settled=True, by=cast.secretary) is None


# --- Taking back ------------------------------------------------------------------------------------------------------
def test_a_member_takes_back_what_nobody_has_answered(cast):
    one = suggest(cast.zhang, cast.member)
    copy = Suggestion.objects.get(pk=one.pk)
    withdraw_suggestion(suggestion=one, by=cast.member)
    withdraw_suggestion(suggestion=copy, by=cast.member)

    assert not Suggestion.objects.exists()
    assert acts() == ["make_suggestion", "withdraw_suggestion"]


def test_an_answered_one_and_somebody_elses_stay(cast):
    one = suggest(cast.zhang, cast.member)
    assert refused(withdraw_suggestion, suggestion=one, by=cast.secretary) is None
    answer(one, cast.secretary)
    assert refused(withdraw_suggestion, suggestion=one, by=cast.member) is None


def test_an_officers_mistake_is_removed_with_its_reason(cast):
    one = suggest(cast.li, cast.secretary)
    copy = Suggestion.objects.get(pk=one.pk)
    remove_suggestion(suggestion=one, reason="记错了人", by=cast.officer)
    remove_suggestion(suggestion=copy, reason="记错了人", by=cast.officer)

    assert not Suggestion.objects.exists()
    assert acts() == ["make_suggestion", "remove_suggestion"]
    assert Entry.objects.latest("number").reason == "记错了人"


def test_what_a_member_wrote_is_not_the_officers_to_remove(cast):
    own, written = suggest(cast.zhang, cast.member), suggest(cast.li, cast.secretary)

    assert refused(remove_suggestion, suggestion=own, reason="不中听", by=cast.secretary) == "reason"
    assert refused(remove_suggestion, suggestion=written, reason=" ", by=cast.secretary) == "reason"


def test_an_officers_own_suggestion_is_the_officers_words(cast):
    User.objects.filter(pk=cast.secretary.pk).update(member=cast.li)
    cast.secretary.refresh_from_db()
    one = suggest(cast.li, cast.secretary)

    assert refused(remove_suggestion, suggestion=one, reason="记错了", by=cast.officer) == "reason"


def test_what_became_a_list_of_problems_stays(cast):
    one = suggest(cast.li, cast.secretary)
    made = {"title": "暖气", "made_on": TODAY}
    ProblemList.objects.create(organization=cast.branch, source="suggestion", suggestion=one, **made)

    assert refused(remove_suggestion, suggestion=one, reason="记错了", by=cast.officer) is None
