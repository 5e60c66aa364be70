"""The value types that every app shares."""

from datetime import date
from fractions import Fraction

import pytest
from django.utils import translation

from rulebook.values import Citation, DutyState, Share, Text, Verdict, duty_state


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "任期"), ("en", "Term")])
def test_a_text_speaks_the_language_of_the_person_served(language, words):
    with translation.override(language):
        assert str(Text("任期", "Term")) == words


def test_without_a_language_a_text_speaks_chinese():
    with translation.override(None):
        assert str(Text("任期", "Term")) == "任期"


@pytest.mark.parametrize(
    ("citation", "sentence", "in_full"),
    [
        (Citation("规定", "1号", "2", "N", "V2"), "《规定》 1号 Article 2", "《规定》 1号 Article 2 [V2]"),
        (Citation("通知", "2号", "一(1)", "N", "V2"), "《通知》 2号 一(1)", "《通知》 2号 一(1) [V2]"),
        (Citation("条例", "", "unverified", "N", "V3"), "《条例》", "《条例》 article number not verified [V3]"),
        (Citation("各地做法", "", "none", "L", "U"), "各地做法", "各地做法 [U]"),
    ],
)
def test_a_citation_reads_as_people_write_it_and_says_how_sure_it_is_only_when_asked(citation, sentence, in_full):
    with translation.override("en"):
        assert (str(citation), citation.in_full) == (sentence, in_full)


def test_a_citation_as_the_contract_prints_it():
    assert Citation("规定", "1号", "2", "N", "V2").as_dict() == {
        "document": "规定",
        "number": "1号",
        "article": "2",
        "level": "N",
        "verification": "V2",
    }


def test_a_verdict_is_true_or_false():
    assert Verdict(True, "yes")
    assert not Verdict(False, "no")


@pytest.mark.parametrize(
    ("share", "whole", "needed"),
    [
        (Share(Fraction(1, 2), True, "should_attend"), 10, 5),
        (Share(Fraction(1, 2), False, "should_attend"), 10, 6),
        (Share(Fraction(1, 2), True, "should_attend"), 11, 6),
        (Share(Fraction(1, 2), False, "should_attend"), 11, 6),
        (Share(Fraction(4, 5), True, "should_attend"), 10, 8),
        (Share(Fraction(4, 5), False, "should_attend"), 10, 9),
        (Share(Fraction(2, 3), True, "should_attend"), 9, 6),
        (Share(Fraction(2, 3), True, "should_attend"), 10, 7),
        (Share(Fraction(2, 3), False, "should_attend"), 9, 7),
    ],
)
def test_the_smallest_number_of_people_that_is_enough(share, whole, needed):
    assert share.needed(whole) == needed


@pytest.mark.parametrize(
    ("done", "on", "state"),
    [
        (False, date(2026, 3, 31), DutyState.OPEN),
        (False, date(2026, 4, 1), DutyState.OVERDUE),
        (True, date(2026, 4, 1), DutyState.DONE),
        (True, date(2026, 3, 1), DutyState.DONE),
    ],
)
def test_a_duty_is_overdue_from_the_day_after_it_fell_due(done, on, state):
    assert duty_state(due_on=date(2026, 3, 31), done=done, on=on) == state
