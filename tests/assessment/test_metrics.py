"""Every fact that a scheme may count is defined to the end, and names nobody."""

from datetime import date

import pytest

from assessment.schemes.queries import all_metrics
from members.models import Member
from rulebook.book import versions
from rulebook.metric import value
from tests.assessment.measuring import facts_of
from tests.supervision.reports.making import quarter_of

METRICS = list(all_metrics().values())
NAMED = {
    "meetings.general_meeting", "meetings.committee_meeting", "meetings.group_meeting", "meetings.theme_day",
    "meetings.party_lecture", "meetings.org_life_meeting", "meetings.democratic_evaluation", "meetings.attendance",
    "meetings.explained", "meetings.minutes", "dues.paid", "dues.charged", "dues.disclosure", "dues.remitted",
    "members.contact", "members.terms", "members.committee", "members.secretary", "members.transfers",
    "supervision.talks", "supervision.problems", "supervision.suggestions", "supervision.help", "supervision.reports",
    "supervision.appraisal", "supervision.matters", "supervision.matters_studied",
}  # fmt: skip
WORDS = ("title", "definition", "numerator", "denominator", "unit", "source", "not_recorded")
LAST = date(2026, 11, 24)


def test_the_facts_of_the_record_are_offered_by_name():
    assert set(all_metrics()) >= NAMED
    assert all(name == metric.name for name, metric in all_metrics().items())


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_every_fact_is_defined_to_the_end(metric):
    assert all(str(getattr(metric, word)).strip() for word in WORDS)
    assert metric.name.partition(".")[0] in ("meetings", "dues", "members", "supervision", "assessment")


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_a_rule_that_is_named_exists(metric):
    assert not metric.rule_key or metric.rule_key in versions()


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_no_fact_of_a_filled_branch_names_anybody(cast, metric):
    quarter_of(cast.branch, [cast.zhang, cast.li], cast.secretary, cast.district)
    facts = facts_of(metric.name, cast.branch, last=LAST) or []
    names = list(Member.objects.values_list("name", flat=True))
    told = [f"{fact.record} {fact.label} {fact.url}" for fact in facts]
    assert [text for text in told for name in names if name in text] == []


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_facts_are_single_records_that_can_be_told_apart(cast, metric):
    quarter_of(cast.branch, [cast.zhang, cast.li], cast.secretary, cast.district)
    facts = facts_of(metric.name, cast.branch, last=LAST) or []
    assert len({fact.record for fact in facts}) == len(facts)
    assert all(fact.done >= 0 and 0 <= fact.unknown <= fact.of for fact in facts)
    assert all(
        type(fact.on) is date and date(2026, 1, 1) <= fact.on <= LAST or fact.record[:5] == "term:" for fact in facts
    )


def test_a_value_adds_up_its_facts(cast):
    quarter_of(cast.branch, [cast.zhang, cast.li], cast.secretary, cast.district)
    assert value(facts_of("meetings.theme_day", cast.branch, last=date(2026, 9, 30))) == (2, 9, 0)
