"""Choosing a rule by the day of the event, and what is held."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from django.utils import translation

from rulebook.book import all_rules, rule, rule_if_held, rule_version, subjects, versions
from rulebook.rule import LocalChoiceRequired, NoRule
from rulebook.values import Level, Mark, Share

TODAY = date(2026, 7, 1)


@pytest.mark.parametrize(
    ("key", "on", "document"),
    [
        ("dues.base.retired", date(2016, 12, 31), "dues-2008"),
        ("dues.base.retired", date(2018, 1, 1), "dues-2017"),
        ("dues.base.fix", date(2010, 6, 1), "dues-2008"),
        ("dues.base.fix", TODAY, "dues-2017"),
        ("dues.base.wage", date(2010, 6, 1), "dues-2008"),
        ("dues.base.wage", TODAY, "dues-2017"),
        ("vote.election.quorum", date(2020, 7, 12), "election-1990"),
        ("vote.election.quorum", date(2020, 7, 13), "election-2020"),
        ("vote.election.pass", date(2020, 7, 12), "election-1990"),
        ("training.member.hours_per_year", date(2023, 12, 31), "training-2019"),
    ],
)
def test_the_version_of_the_events_day_is_chosen(key, on, document):
    assert rule(key, on).document.key == document


@pytest.mark.parametrize(
    ("key", "on"),
    [
        ("dues.rate.wage", date(2008, 3, 31)),
        ("dues.cap.month", date(2016, 12, 31)),
        ("meet.general_meeting.per_quarter", date(2018, 10, 27)),
        ("term.years", date(2018, 7, 11)),
        ("training.member.hours_per_year", date(2024, 1, 1)),
        ("mobile.months", date(2024, 10, 31)),
    ],
)
def test_where_no_rule_is_held_a_sentence_says_so(key, on):
    assert rule_if_held(key, on) is None
    with pytest.raises(NoRule, match=on.isoformat()) as error:
        rule(key, on)
    assert str(rule_of(key).title) in str(error.value)


def rule_of(key):
    return versions()[key][0]


def test_a_misspelt_key_is_a_mistake_of_the_program():
    with pytest.raises(KeyError):
        rule("dues.rate.wages", TODAY)


def test_a_stored_version_is_found_again_with_or_without_a_local_rule():
    held = rule("vote.election.quorum", date(2019, 1, 1))
    assert rule_version(held.version) == held
    assert rule_version(held.version + "+县委〔2019〕3号") == held


def test_a_rule_without_a_figure_says_that_it_is_set_locally():
    with pytest.raises(LocalChoiceRequired):
        _ = rule("dues.remit.ratio", TODAY).number


def test_reading_a_rule_as_what_it_is_not_is_a_mistake_of_the_program():
    grades = rule("evaluation.grades", TODAY)
    for wrong in ("share", "brackets", "table"):
        with pytest.raises(TypeError):
            getattr(grades, wrong)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("branch.min_formal", 3),
        ("branch.max_members", 50),
        ("committee.min_formal", 7),
        ("committee.max_size", 7),
        ("meet.general_meeting.per_quarter", 1),
        ("meet.committee_meeting.per_month", 1),
        ("meet.group_meeting.per_month", 1),
        ("meet.theme_day.per_month", 1),
        ("meet.org_life_meeting.per_year", 1),
        ("meet.democratic_evaluation.per_year", 1),
        ("talk.per_year", 1),
        ("dues.cap.month", 1000),
        ("dues.large.threshold", 1000),
        ("dues.backpay.max_months", 6),
        ("dues.arrears.flag_months", 6),
        ("dues.disclose.times_per_year", 1),
        ("term.shift.max_years", 1),
        ("term.reminder_months", 6),
        ("transfer.months_away", 6),
        ("transfer.letter.max_days", 90),
        ("mobile.months", 6),
        ("abroad.contact.months", 6),
        ("abroad.suspend.years", 5),
        ("lost.suspend.months", 6),
        ("lost.remove.years", 2),
        ("recruit.activist.min_months", 12),
        ("recruit.probation.months", 12),
        ("report.acknowledge.max_workdays", 15),
    ],
)
def test_the_figures_of_the_regulations(key, value):
    assert rule(key, TODAY).whole == value


def test_what_the_text_calls_general_is_marked_so():
    general = {one.key for one in all_rules() if one.generally}
    assert {"dues.cap.month", "branch.max_members", "evaluation.excellent.max_share", "term.years"} <= general
    assert "vote.general.pass" not in general


def test_a_third_of_excellent_is_a_share_of_the_members():
    assert rule("evaluation.excellent.max_share", TODAY).share == Share(Fraction(1, 3), inclusive=True, of="members")


def test_fractions_are_exact():
    assert rule("election.surplus", TODAY).number == Decimal("0.20")


@pytest.mark.parametrize("one", all_rules(), ids=lambda one: one.version)
def test_local_practice_is_never_shown_as_national(one):
    assert (one.level == Level.LOCAL) == (one.document.key == "local-practice")
    if one.level == Level.LOCAL:
        assert one.citation.level == "L"
        assert not str(one.citation).startswith("《")


@pytest.mark.parametrize("one", all_rules(), ids=lambda one: one.version)
def test_every_rule_can_be_shown_in_both_languages(one):
    for text in (one.title, one.says, one.document.title):
        assert text.zh
        assert text.en


def test_only_the_two_numbers_of_the_dues_documents_and_the_one_on_relations_are_known():
    numbers = {one.document.number for one in all_rules() if one.document.number}
    assert numbers == {"中组发〔2008〕3号", "组电明字〔2017〕5号", "中组发〔2004〕10号"}


def test_a_superseded_version_ends_where_its_successor_begins():
    for one in all_rules():
        if one.supersedes:
            assert rule_version(one.supersedes).until == one.starts


def test_the_day_is_uncertain_only_where_less_than_a_day_is_known():
    cap = rule("dues.cap.month", TODAY)
    assert cap.uncertain(date(2017, 12, 31))
    assert not cap.uncertain(date(2018, 1, 1))
    mobile = rule("mobile.months", TODAY)
    assert mobile.uncertain(date(2024, 11, 30))
    assert not mobile.uncertain(date(2024, 12, 1))
    assert not rule("dues.rate.wage", TODAY).uncertain(date(2008, 4, 1))


def test_subjects_come_in_order_and_hold_every_mark_and_level():
    assert [subject.order for subject in subjects()] == sorted(subject.order for subject in subjects())
    assert {one.verification for one in all_rules()} == set(Mark)
    assert {one.level for one in all_rules()} == set(Level)


def test_only_what_is_local_practice_is_cited_in_the_readers_language():
    local = next(one for one in all_rules() if one.level == Level.LOCAL and one.document.key == "local-practice")
    national = rule("dues.rate.wage", TODAY)
    with translation.override("en"):
        assert local.citation.document == "Local practice (no national rule)"
        assert national.citation.document.startswith("关于中国共产党党费")
    with translation.override("zh-hans"):
        assert local.citation.document == "各地做法（没有全国规定）"
