"""Why a month costs what it costs, in words, from what is stored."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from dues.arrears.rules import Fixed, bracket_in_words, explain
from rulebook.book import rule
from rulebook.rules.dues import monthly_dues

YEAR = date(2026, 1, 1)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def fixed(category, base):
    dues = monthly_dues(category, Decimal(base) if base else None, YEAR)
    return Fixed(category, dues.amount_fen, dues.rate, dues.versions, YEAR, int(Decimal(base) * 100) if base else None)


@pytest.mark.parametrize(
    ("category", "base", "sentences", "articles"),
    [
        (
            "employed",
            "7634.84",
            [
                "7634.84 yuan × 1.5 % = 114.5226 yuan, one rate on the whole base.",
                "The bracket above 5000 and up to 10000 yuan pays 1.5 % of the whole base.",
            ],
            ["一(3)", "2"],
        ),
        (
            "employed",
            "60000",
            [
                "60000.00 yuan × 2 % = 1200 yuan, one rate on the whole base.",
                "The bracket above 10000 yuan pays 2 % of the whole base.",
                "Generally not more than 1000 yuan a month; more is voluntary.",
            ],
            ["一(3)", "2", "一(1)"],
        ),
        (
            "retired",
            "3000",
            [
                "3000.00 yuan × 0.5 % = 15 yuan, one rate on the whole base.",
                "The bracket up to 5000 yuan pays 0.5 % of the whole base.",
            ],
            ["unverified", "5"],
        ),
        ("student", None, ["A flat 0.20 yuan a month."], ["6"]),
    ],
)
def test_base_bracket_cap_and_articles(category, base, sentences, articles):
    said = explain(fixed(category, base))

    assert list(said.sentences) == sentences
    assert [citation.article for citation in said.citations] == articles


def test_without_the_base_it_isnt_computed_aloud():
    said = explain(Fixed("employed", 11452, Decimal("0.015"), ("dues.rate.wage@2008-04-01",), YEAR))

    assert said.sentences == ("The bracket above 5000 and up to 10000 yuan pays 1.5 % of the whole base.",)


@pytest.mark.parametrize("versions", [("ledger",), (), ("no.such.rule@2020-01-01",)])
def test_what_a_ledger_said_is_said_to_come_from_there(versions):
    said = explain(Fixed("farmer", 100, None, versions, YEAR))

    assert said.sentences == ("The amount was taken over from the branch's ledger.",)
    assert [citation.article for citation in said.citations] == ["6"]


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        ("0.005", "up to 3000 yuan"),
        ("0.01", "above 3000 and up to 5000 yuan"),
        ("0.02", "above 10000 yuan"),
        ("0.03", ""),
    ],
)
def test_a_bracket_in_words(rate, words):
    assert bracket_in_words(rule("dues.rate.wage", YEAR).brackets, Decimal(rate)) == words


def test_all_brackets_are_there_and_the_own_one_is_marked():
    lines = explain(fixed("employed", "4900")).brackets

    assert [one.percent for one in lines] == ["0.5", "1", "1.5", "2"]
    assert [one.bounds for one in lines if one.is_own] == ["above 3000 and up to 5000 yuan"]
    assert explain(fixed("student", None)).brackets == ()
