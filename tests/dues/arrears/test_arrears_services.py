"""Reasons, quarterly payment and reviews: what is stored, who may not, and what stands in the way."""

import uuid
from datetime import date

import pytest

from audit.models import Entry
from dues.arrears.services import (
    agree_quarterly,
    answer_review,
    close_review,
    end_quarterly,
    end_reason,
    open_review,
    record_meeting,
    record_reason,
    record_talk,
    report_review,
)
from dues.ledger.queries import arrears_of
from dues.models import Arrangement, ArrearsReason, ArrearsReview
from dues.units import months_between
from meetings.models import Meeting
from members.models import Member
from members.refused import Refused
from tests.cast import TODAY
from tests.dues.making import charge, month

pytestmark = pytest.mark.django_db


@pytest.fixture
def zhang(cast):
    """Hasn't paid since April: seven months late."""
    for one in months_between(month("2026-04"), month("2026-11")):
        charge(cast.zhang, f"{one:%Y-%m}", 4000)
    return cast.zhang


def give_reason(cast, member, key=None, **fields):
    given = {"first": month("2026-04"), "until": None, "reason": "住院", "by": cast.officer, "on": TODAY} | fields
    return record_reason(key=key or uuid.uuid4(), member=member, **given)


def agree(cast, member, key=None, **fields):
    given = {
        "first": month("2026-07"),
        "agreed_on": date(2026, 7, 3),
        "because": "在外务工",
        "by": cast.officer,
    } | fields
    return agree_quarterly(key=key or uuid.uuid4(), member=member, on=TODAY, **given)


def actions():
    return list(Entry.objects.order_by("number").values_list("action", flat=True))


# --- Reasons ---------------------------------------------------------------------------------------------------------
def test_a_reason_stops_the_ladder_and_is_kept_sealed(cast, zhang):
    stored = give_reason(cast, zhang)

    assert arrears_of([zhang.pk], on=TODAY)[zhang.pk].step == 0
    row = ArrearsReason.objects.get(pk=stored.pk)
    assert (row.reason.open(), row.recorded_on, row.recorded_by) == ("住院", TODAY, "officer")
    entry = Entry.objects.get(action="record_arrears_reason")
    assert (entry.organization_code, entry.details) == ("branch", {"since": "2026-04"})
    assert "住院" not in str(entry.details) + entry.reason + entry.subject_label


def test_the_same_form_twice_is_one_reason(cast, zhang):
    key = uuid.uuid4()

    assert give_reason(cast, zhang, key).pk == give_reason(cast, zhang, key).pk
    assert (ArrearsReason.objects.count(), actions()) == (1, ["record_arrears_reason"])


def test_an_ended_reason_covers_the_months_until_then(cast, zhang):
    ended = end_reason(reason=give_reason(cast, zhang), until=month("2026-08"), by=cast.officer)

    assert ended.valid_until == month("2026-08")
    assert [f"{one:%m}" for one in arrears_of([zhang.pk], on=TODAY)[zhang.pk].counted] == ["08", "09", "10"]
    assert actions()[-1] == "end_arrears_reason"


@pytest.mark.parametrize(("fields", "field"), [({"reason": "  "}, "reason"), ({"until": month("2026-03")}, "until")])
def test_a_reason_that_says_nothing_is_refused(cast, zhang, fields, field):
    with pytest.raises(Refused) as refused:
        give_reason(cast, zhang, **fields)

    assert refused.value.field == field
    assert (ArrearsReason.objects.count(), actions()) == (0, [])


def test_a_reason_doesnt_end_before_it_begins(cast, zhang):
    reason = give_reason(cast, zhang)
    with pytest.raises(Refused):
        end_reason(reason=reason, until=month("2026-03"), by=cast.officer)
    assert ArrearsReason.objects.get().valid_until is None


def test_nobody_excuses_himself(cast, zhang):
    cast.officer.member = zhang
    for act in (give_reason, agree):
        with pytest.raises(Refused):
            act(cast, zhang)
    with pytest.raises(Refused):
        open_review(key=uuid.uuid4(), member=zhang, by=cast.officer, on=TODAY)
    assert actions() == []


# --- Quarterly payment -----------------------------------------------------------------------------------------------
def test_the_branch_agrees_and_the_quarter_counts_at_its_end(cast, zhang):
    stored = agree(cast, zhang, first=month("2026-10"))

    assert [f"{one.month:%m}" for one in arrears_of([zhang.pk], on=TODAY)[zhang.pk].months] == [
        "04", "05", "06", "07", "08", "09",
    ]  # fmt: skip
    assert (stored.agreed_on, Arrangement.objects.get().because.open()) == (date(2026, 7, 3), "在外务工")
    assert Entry.objects.get(action="agree_quarterly_dues").details == {"since": "2026-10"}


@pytest.mark.parametrize(
    ("fields", "field"), [({"because": ""}, "because"), ({"agreed_on": date(2026, 11, 25)}, "agreed_on")]
)
def test_consent_needs_circumstances_and_a_day(cast, zhang, fields, field):
    with pytest.raises(Refused) as refused:
        agree(cast, zhang, **fields)
    assert (refused.value.field, Arrangement.objects.count(), actions()) == (field, 0, [])


def test_it_is_agreed_once_at_a_time(cast, zhang):
    first = agree(cast, zhang)
    with pytest.raises(Refused):
        agree(cast, zhang, first=month("2026-10"))
    end_quarterly(arrangement=first, until=month("2026-10"), by=cast.officer)
    with pytest.raises(Refused):
        agree(cast, zhang, first=month("2026-09"))
    agree(cast, zhang, first=month("2026-10"))

    assert Arrangement.objects.count() == 2
    assert actions() == ["agree_quarterly_dues", "end_quarterly_dues", "agree_quarterly_dues"]


# --- Review ----------------------------------------------------------------------------------------------------------
def begin(cast, member, on=TODAY):
    return open_review(key=uuid.uuid4(), member=member, by=cast.secretary, on=on)


def talk(cast, review, day=date(2026, 11, 20)):
    record_talk(review=review, talked_on=day, talked_by="张书记", reason="忘了", by=cast.secretary, on=TODAY)


def decide(cast, review, day=date(2026, 11, 22), meeting=None):
    record_meeting(review=review, meeting_on=day, meeting=meeting, decision="限期改正", by=cast.secretary, on=TODAY)


def report(cast, review, day=date(2026, 11, 23)):
    report_review(review=review, reported_on=day, by=cast.secretary, on=TODAY)


def answer(cast, review, day=TODAY):
    answer_review(review=review, answered_on=day, answer="同意", by=cast.district_staff, on=TODAY)


def close(cast, review, outcome="已补交"):
    close_review(review=review, outcome=outcome, by=cast.secretary, on=TODAY)


def test_a_review_goes_through_its_steps_and_changes_nothing_about_the_member(cast, zhang):
    before = Member.objects.filter(pk=zhang.pk).values().get()
    review = begin(cast, zhang)
    for step in (talk, decide, report, answer, close):
        step(cast, review)
    row = ArrearsReview.objects.get()

    assert (row.since, row.opened_on, row.closed_on) == (month("2026-04"), TODAY, TODAY)
    assert (row.talked_by, row.reason.open(), row.decision) == ("张书记", "忘了", "限期改正")
    assert (row.answer, row.outcome) == ("同意", "已补交")
    assert Member.objects.filter(pk=zhang.pk).values().get() == before
    assert actions() == [
        "open_arrears_review", "record_arrears_talk", "record_arrears_decision", "report_arrears_review",
        "answer_arrears_review", "close_arrears_review",
    ]  # fmt: skip


def test_before_six_months_there_is_nothing_to_review(cast, zhang):
    for day in (date(2026, 9, 30), date(2026, 4, 1)):
        with pytest.raises(Refused):
            begin(cast, zhang, on=day)
    assert begin(cast, zhang, on=date(2026, 10, 1)).since == month("2026-04")


def test_a_reason_on_record_leaves_nothing_to_review(cast, zhang):
    give_reason(cast, zhang)
    with pytest.raises(Refused):
        begin(cast, zhang)
    assert not ArrearsReview.objects.exists()


def test_an_open_review_is_opened_once(cast, zhang):
    assert begin(cast, zhang) == begin(cast, zhang)
    assert ArrearsReview.objects.count() == 1


@pytest.mark.parametrize(
    ("done", "step"),
    [
        ([], decide),
        ([], close),
        ([talk], report),
        ([talk], answer),
        ([talk, decide], answer),
        ([talk, decide, report], close),
        ([talk, close], talk),
        ([talk, decide, report, answer, close], close),
    ],
)
def test_no_step_is_taken_before_the_one_it_rests_on(cast, zhang, done, step):
    review = begin(cast, zhang)
    for one in done:
        one(cast, review)
    written = actions()

    with pytest.raises(Refused):
        step(cast, review)
    assert actions() == written


@pytest.mark.parametrize("step", [talk, decide, report, answer])
def test_a_step_in_the_future_or_before_the_one_before_it_is_refused(cast, zhang, step):
    review = begin(cast, zhang)
    for one in (talk, decide, report, answer):
        if one is step:
            break
        one(cast, review)
    days = [date(2026, 11, 25)] if step is talk else [date(2026, 11, 25), date(2026, 11, 1)]
    for day in days:
        with pytest.raises(Refused):
            step(cast, review, day)


def test_the_meeting_of_the_decision_was_held_on_that_day(cast, zhang):
    review = begin(cast, zhang)
    talk(cast, review)
    held = {"organization": cast.branch, "kind": "general_meeting", "counts_for_year": 2026, "day": date(2026, 11, 22)}
    planned = Meeting.objects.create(**held, state="planned")
    with pytest.raises(Refused):
        decide(cast, review, meeting=planned)
    meeting = Meeting.objects.create(**held, state="held")
    with pytest.raises(Refused):
        decide(cast, review, day=date(2026, 11, 21), meeting=meeting)
    decide(cast, review, meeting=meeting)

    assert ArrearsReview.objects.get().meeting == meeting


def test_closing_says_what_came_of_it(cast, zhang):
    review = begin(cast, zhang)
    talk(cast, review)
    with pytest.raises(Refused) as refused:
        close(cast, review, outcome=" ")
    assert refused.value.field == "outcome"
    assert ArrearsReview.objects.get().closed_on is None
