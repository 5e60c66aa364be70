"""Looking rules up."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from rulebook.finding import Search, find, is_article
from rulebook.local import LocalRule

TODAY = date(2026, 7, 1)


def keys(**search):
    return [one.key for _, rules in find(Search(**search)) for one in rules]


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("五分之四", "vote.election.quorum"),
        ("中组发〔2008〕3号 农民", "dues.flat.farmer"),
        ("FARMERS", "dues.flat.farmer"),
        ("主题党日", "meet.theme_day.per_month"),
        ("dues.cap", "dues.cap.month"),
        ("  任期  村 ", "term.years"),
    ],
)
def test_words_in_either_language_find_a_rule(words, key):
    assert key in keys(words=words, on=TODAY)


def test_every_word_has_to_be_there():
    assert keys(words="主题党日 农民") == []


def test_a_day_finds_only_what_was_in_force():
    assert len([key for key in keys(words="", on=TODAY) if key == "vote.election.quorum"]) == 1
    assert "mobile.months" not in keys(on=date(2020, 1, 1))
    assert keys(on=date(1980, 1, 1)) == []


def test_without_a_day_every_version_is_found():
    assert keys(words="").count("vote.election.quorum") == 2


@pytest.mark.parametrize("field", ["subject", "level", "mark"])
def test_filters_narrow_and_together_cover_everything(field):
    values = {"subject": "subject", "level": "level", "mark": "verification"}
    every = [one for _, rules in find(Search()) for one in rules]
    parts = {getattr(one, values[field]) for one in every}
    assert sum(len(keys(**{field: str(part)})) for part in parts) == len(every)


def test_subjects_without_a_find_are_left_out():
    assert [subject.key for subject, _ in find(Search(subject="terms", on=TODAY))] == ["terms"]


def test_a_local_rule_stands_where_it_holds():
    local = LocalRule("meet.theme_day.per_month", Decimal(2), "通知", "", "县委", TODAY, "A", date(2026, 1, 1))
    ((_, (one,)),) = find(Search(words="主题党日 固定", subject="meetings", on=TODAY), [local])
    assert one.whole == 2
    ((_, (before,)),) = find(Search(words="主题党日 固定", subject="meetings", on=date(2025, 1, 1)), [local])
    assert before.whole == 1


@pytest.mark.parametrize(
    ("written", "article", "is_meant"),
    [
        ("第二十三条", "22-24", True),
        ("第二十五条", "22-24", False),
        ("十条", "10", True),
        ("第四十七条", "47,49", True),
        ("48", "47,49", False),
        ("第一百零八条", "108", True),
        ("3", "一(3)", False),
        ("第三条", "unverified", False),
        ("三会", "3", False),
    ],
)
def test_an_article_is_named_by_its_number(written, article, is_meant):
    rule = replace(next(rule for _, rules in find(Search()) for rule in rules), article=article)
    assert is_article(written, rule) is is_meant
