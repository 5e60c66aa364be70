"""A report's way: every row, the entry on record, and what is refused."""

import uuid
from datetime import date

import pytest

from audit.models import Entry
from members.refused import Refused
from supervision.models import Matter, Report, ReportStep
from supervision.reports.figures import composed
from supervision.reports.queries import adopting_kind, meetings_for
from supervision.reports.services import adopt_report, begin_report, take_back_step, write_judgement
from tests.cast import TODAY, make_organization
from tests.supervision.reports.making import IN, QUARTER, adopted, hold, moved, submitted

pytestmark = pytest.mark.django_db


def begin(cast, **changes):
    facts = {"key": uuid.uuid4(), "organization": cast.branch, "period": QUARTER, "on": TODAY, "by": cast.secretary}
    return begin_report(**facts | changes)


def back(report, by, text="写错了"):
    take_back_step(report=report, text=text, on=TODAY, by=by)
    report.refresh_from_db()
    return report


def propose(cast):
    Matter.objects.create(
        organization=cast.branch, kind="project", title="修路", proposal="修", proposed_by="村", proposed_on=IN
    )


def entries(*actions):
    return list(Entry.objects.filter(action__in=actions).order_by("number").values_list("action", "details"))


def test_beginning_stores_one_draft_and_says_so(cast):
    report = begin(cast)

    assert (report.state, report.period_kind, report.begun_on, report.figures) == ("draft", "quarter", TODAY, None)
    assert entries("begin_report") == [("begin_report", {"period": QUARTER})]


def test_beginning_twice_gives_the_same_report(cast):
    first = begin(cast)

    assert begin(cast) == first
    assert begin(cast, key=first.pk) == first
    assert len(entries("begin_report")) == 1


def test_a_year_is_told_as_a_year(cast):
    assert begin(cast, period="2025").period_kind == "year"


def test_a_form_that_was_sent_for_another_period_is_refused(cast):
    first = begin(cast)

    with pytest.raises(Refused):
        begin(cast, key=first.pk, period="2025")
    assert Report.objects.count() == 1


@pytest.mark.parametrize("period", ["2026-Q4", "2026", "2027-Q1", "gestern", ""])
def test_a_period_that_is_not_over_is_refused(cast, period):
    with pytest.raises(Refused):
        begin(cast, period=period)
    assert not Report.objects.exists()
    assert not entries("begin_report")


def test_a_branch_reports_on_nothing_before_it_was_founded(cast):
    cast.branch.founded_on = date(2026, 8, 1)
    cast.branch.save()

    with pytest.raises(Refused):
        begin(cast)


def test_the_words_are_the_branchs_until_the_adoption(cast):
    report = begin(cast)
    write_judgement(report=report, judgement="还要抓紧", by=cast.secretary)
    write_judgement(report=report, judgement="还要抓紧", by=cast.secretary)

    report.refresh_from_db()
    assert report.judgement == "还要抓紧"
    assert len(entries("write_judgement")) == 1
    assert "还要抓紧" not in str(Entry.objects.get(action="write_judgement").changes)

    adopt_report(
        report=report, meeting=hold(cast.branch, "committee_meeting", date(2026, 10, 9)), on=TODAY, by=cast.secretary
    )
    with pytest.raises(Refused):
        write_judgement(report=report, judgement="别的", by=cast.secretary)


def test_adoption_keeps_figures_with_labels_and_links(cast):
    propose(cast)
    report = adopted(cast.branch, cast.secretary)
    propose(cast)

    assert (report.state, report.adopted_on, report.meeting.day) == ("adopted", TODAY, date(2026, 10, 9))
    matters = next(one for one in report.figures["sections"] if one["key"] == "matters")
    assert matters["title"] == str(matters["title"])
    assert matters["lines"][0]["figures"] == [
        {
            "key": "matters.proposed",
            "value": 1,
            "url": "/supervision/reports/records/matters.proposed/?org=branch&first=2026-07-01&last=2026-09-30",
        }
    ]
    told = composed(report, on=TODAY)
    assert (told.kept_on, told.changed) == (TODAY, 1)
    changed = [one for block in told.blocks for row in block.rows for one in row.figures if one.now is not None]
    assert [(one.key, one.value, one.now) for one in changed] == [("matters.proposed", 1, 2)]


@pytest.mark.parametrize(
    ("kind", "day", "state"),
    [
        ("theme_day", date(2026, 10, 9), "held"),
        ("committee_meeting", date(2026, 9, 29), "held"),
        ("committee_meeting", date(2026, 10, 9), "planned"),
        ("committee_meeting", date(2026, 10, 9), "open"),
        ("committee_meeting", date(2026, 12, 1), "held"),
        ("general_meeting", date(2026, 10, 9), "held"),
    ],
)
def test_only_a_meeting_held_after_the_period_can_adopt(cast, kind, day, state):
    report = begin(cast)

    with pytest.raises(Refused):
        adopt_report(report=report, meeting=hold(cast.branch, kind, day, state), on=TODAY, by=cast.secretary)
    report.refresh_from_db()
    assert (report.state, report.figures) == ("draft", None)
    assert not ReportStep.objects.exists()
    assert not entries("adopt_report")


def test_a_meeting_of_another_branch_adopts_nothing(cast):
    with pytest.raises(Refused):
        adopt_report(
            report=begin(cast), meeting=hold(cast.next_branch, "general_meeting", date(2026, 10, 9)), on=TODAY, by="x"
        )


def test_a_branch_with_a_committee_adopts_in_its_committee_others_in_the_general_meeting(cast):
    assert adopting_kind(cast.branch, on=TODAY) == "committee_meeting"
    assert adopting_kind(cast.next_branch, on=TODAY) == "general_meeting"
    assert adopting_kind(cast.district, on=TODAY) == "committee_meeting"
    meeting = hold(cast.branch, "committee_meeting", date(2026, 10, 9))
    hold(cast.branch, "general_meeting", date(2026, 10, 9))
    assert list(meetings_for(begin(cast), on=TODAY)) == [meeting]
    assert adopted(cast.next_branch, cast.next_secretary, "general_meeting").state == "adopted"


def test_the_whole_way_there_and_back(cast):
    report = submitted(cast.branch, cast.secretary)
    moved(report, "read", cast.district_staff, "")
    moved(report, "return", cast.district_staff, "缺席原因？")
    moved(report, "answer", cast.secretary, "住院")
    moved(report, "read", cast.district_staff, "")
    moved(report, "close", cast.district_staff, "")

    assert (report.state, report.submitted_on, report.closed_on) == ("closed", TODAY, TODAY)
    assert [(one.state, one.text, str(one.by)) for one in report.steps.all()] == [
        ("adopted", "", "secretary"),
        ("submitted", "好", "secretary"),
        ("read", "", "district_staff"),
        ("returned", "缺席原因？", "district_staff"),
        ("submitted", "住院", "secretary"),
        ("read", "", "district_staff"),
        ("closed", "", "district_staff"),
    ]
    assert [action for action, _details in entries(*(f"{act}_report" for act in ACTS))] == [
        "adopt_report", "submit_report", "read_report", "return_report", "answer_report", "read_report", "close_report",
    ]  # fmt: skip
    assert not any("住院" in str(one.changes) + str(one.details) + one.reason for one in Entry.objects.all())


ACTS = ("adopt", "submit", "read", "return", "answer", "close", "take_back")


@pytest.mark.parametrize(
    ("before", "act", "text"),
    [
        ([], "answer", "好"),
        ([], "read", "好"),
        (["submit"], "submit", "好"),
        (["submit"], "close", "好"),
        (["submit"], "return", ""),
        (["submit", "return"], "answer", ""),
        (["submit", "return"], "read", "好"),
        (["submit", "read", "close"], "return", "好"),
    ],
)
def test_what_is_not_its_turn_or_lacks_words_is_refused(cast, before, act, text):
    report = adopted(cast.branch, cast.secretary)
    for step in before:
        moved(report, step, cast.secretary)
    steps, state = report.steps.count(), report.state

    with pytest.raises(Refused):
        moved(report, act, cast.secretary, text)
    report.refresh_from_db()
    assert (report.steps.count(), report.state) == (steps, state)


def test_sending_a_step_twice_takes_it_once(cast):
    report = adopted(cast.branch, cast.secretary)
    moved(report, "submit", cast.secretary)

    with pytest.raises(Refused):
        moved(report, "submit", cast.secretary)
    assert report.steps.filter(state="submitted").count() == 1


def test_steps_are_taken_back_while_nobody_above_has_read(cast):
    report = back(submitted(cast.branch, cast.secretary), cast.secretary)
    assert (report.state, report.submitted_on) == ("adopted", None)

    back(report, cast.secretary)
    assert (report.state, report.figures, report.meeting, report.adopted_on) == ("draft", None, None, None)
    assert [one.text for one in report.steps.all()] == ["", "好", "写错了", "写错了"]
    assert len(entries("take_back_report")) == 2


def test_an_answer_that_is_taken_back_stands_at_the_questions_again(cast):
    report = submitted(cast.branch, cast.secretary)
    moved(report, "return", cast.district_staff, "为什么？")
    moved(report, "answer", cast.secretary, "因为")

    assert back(report, cast.secretary).state == "returned"
    assert report.submitted_on == TODAY


@pytest.mark.parametrize("after", ["read", "return"])
def test_what_was_read_above_is_not_taken_back(cast, after):
    report = moved(submitted(cast.branch, cast.secretary), after, cast.district_staff)

    with pytest.raises(Refused):
        back(report, cast.secretary)


def test_taking_back_needs_its_reason(cast):
    with pytest.raises(Refused):
        back(adopted(cast.branch, cast.secretary), cast.secretary, "")


def test_a_committees_summary_says_where_the_branches_stand(cast):
    """Nothing is missing where nothing is on record, as in the list of reports."""
    make_organization("silent", "沉默党支部", "branch", cast.district)
    hold(cast.next_branch, "theme_day", date(2026, 9, 30))
    submitted(cast.branch, cast.secretary)
    report = adopted(cast.district, cast.district_staff, "committee_meeting")

    assert report.figures["branches"] == [
        {"code": "branch", "name": "红旗社区第一党支部", "stands": "late", "submitted_on": "2026-11-24"},
        {"code": "next-branch", "name": "红旗社区第二党支部", "stands": "missing", "submitted_on": ""},
    ]
    assert adopted(cast.next_branch, cast.next_secretary, "general_meeting").figures["branches"] == []
