"""Rules in words."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from rulebook.book import all_rules, rule
from rulebook.values import Level, Mark
from rulebook.wording import (
    APPLIES_TO,
    LEVELS,
    LEVELS_EXPLAINED,
    MARKS,
    MARKS_EXPLAINED,
    UNITS,
    beginning,
    day_in_words,
    ending,
    figure,
    room,
    source,
)

TODAY = date(2026, 7, 1)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("meet.theme_day.per_month", Decimal(1), "once a month"),
        ("meet.theme_day.per_month", Decimal(2), "2 times a month"),
        ("dues.flat.farmer", Decimal("0.50"), "0.5 yuan"),
        ("dues.remit.ratio", Decimal("0.20"), "20 %"),
        ("dues.backpay.max_months", Decimal(1), "1 month"),
        ("dues.backpay.max_months", Decimal(3), "3 months"),
        ("dues.cap.month", Decimal(1000), "1000 yuan"),
        ("dues.rounding", "jiao", "To 0.1 yuan"),
        ("recruit.steps", Decimal(25), "25 steps"),
    ],
)
def test_a_figure_has_its_unit(key, value, words):
    held = rule(key, TODAY)
    assert figure(value, held.unit, held.policy) == words


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("vote.general.pass", "Nothing is left to decide locally."),
        ("dues.flat.farmer", "A committee has to set it, between 0.2 yuan and 1 yuan."),
        ("meet.theme_day.per_month", "A committee may ask for more: once a month to 4 times a month."),
        ("dues.backpay.max_months", "A committee may be stricter: 1 month to 6 months."),
        ("frail.contact.months", "A committee may set it, between 1 month and 12 months."),
        ("dues.rounding", "A committee may choose: To the fen / To 0.1 yuan / To the yuan."),
    ],
)
def test_what_may_be_decided_locally_is_a_sentence(key, sentence):
    assert room(rule(key, TODAY)) == sentence


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ("day", "2017-03-02"),
        ("month", "2017-03 (day not verified)"),
        ("year", "2017 (day not verified)"),
        ("unverified", "2017-03-02 (not verified)"),
    ],
)
def test_a_day_is_written_as_sure_as_it_is_known(known, words):
    assert day_in_words(date(2017, 3, 2), known) == words


def test_a_rule_says_when_it_began_and_ended():
    old = rule("dues.base.fix", date(2010, 1, 1))
    assert (beginning(old), ending(old)) == ("2008-04-01", "2017 (day not verified)")
    assert ending(rule("dues.rate.wage", TODAY)) == ""


def test_every_level_and_mark_is_named_and_explained():
    assert set(LEVELS) == set(LEVELS_EXPLAINED) == set(Level)
    assert set(MARKS) == set(MARKS_EXPLAINED) == set(Mark)


def test_everybody_a_rule_applies_to_has_a_name():
    assert {code for one in all_rules() for code in one.applies_to} <= set(APPLIES_TO)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (
            "dues.rate.retired",
            "“Provisions on the collection, use and management of party dues” 中组发〔2008〕3号 Article 5",
        ),
        ("term.reminder_months", "“Regulations on the work of branches (trial)” article number not verified"),
        ("dues.rounding", "Local practice (no national rule)"),
    ],
)
def test_a_source_is_written_in_the_readers_language(key, words):
    assert source(rule(key, TODAY)) == words


def test_every_unit_in_the_data_has_words():
    assert {one.unit for one in all_rules()} <= {"", "share", *UNITS}


@pytest.mark.parametrize("one", all_rules(), ids=lambda one: one.version)
def test_every_rule_says_what_is_left_to_decide(one):
    assert room(one).endswith(".")
    assert "—" not in room(one)
