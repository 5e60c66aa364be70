"""What a person's facts may say; the tables are the specification."""

from dataclasses import replace
from datetime import date

import pytest

from members.dates import DAY, MONTH, YEAR, PartialDate
from members.people import (
    SENTENCES,
    PersonFacts,
    birth_in,
    born_too_long_ago,
    check_digit,
    identity_fault,
    joined_some_months_too_young,
    masked,
    objections,
    read_from_identity,
    sex_in,
    span_of_years,
    voting_right,
)
from tests.cast import make_national_id

TODAY = date(2026, 11, 24)
WOMAN = make_national_id("19580412", 268)
GOOD = PersonFacts(
    name="王秀英",
    national_id=WOMAN,
    sex="female",
    born=PartialDate(date(1958, 4, 12)),
    joined=PartialDate(date(1985, 7, 1), MONTH),
    confirmed=PartialDate(date(1986, 7, 1)),
    membership="formal_member",
)


def partial(text: str) -> PartialDate:
    year, month, day = (*map(int, text.split("-")), 0, 0)[:3]
    return PartialDate(date(year, month or 1, day or 1), DAY if day else MONTH if month else YEAR)


def found(facts: PersonFacts) -> list[tuple[str, str]]:
    return [(one.field, one.code) for one in objections(facts, on=TODAY)]


def test_facts_that_fit_each_other_are_not_objected_to():
    assert found(GOOD) == []


def test_what_is_not_recorded_is_never_objected_to():
    assert found(PersonFacts(name="王秀英", membership="formal_member")) == []


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"name": " "}, "name", "name_missing"),
        ({"national_id": WOMAN[:17]}, "national_id", "national_id_unreadable"),
        ({"national_id": WOMAN[:17] + "Y"}, "national_id", "national_id_unreadable"),
        ({"national_id": WOMAN[:17] + ("0" if WOMAN[17] != "0" else "1")}, "national_id", "national_id_checksum"),
        ({"national_id": make_national_id("19581312", 268)}, "national_id", "national_id_checksum"),
        ({"born": partial("1958-04-13")}, "born", "birth_date_contradicts_national_id"),
        ({"born": partial("1958-05")}, "born", "birth_date_contradicts_national_id"),
        ({"born": partial("1957")}, "born", "birth_date_contradicts_national_id"),
        ({"sex": "male"}, "sex", "sex_contradicts_national_id"),
        ({"national_id": "", "born": partial("1898-04-12")}, "born", "birth_date_unlikely"),
        ({"national_id": "", "born": partial("2027-01"), "joined": None, "confirmed": None, "membership": ""},
         "born", "date_in_future"),
        ({"joined": partial("2026-12"), "confirmed": None, "membership": ""}, "joined", "date_in_future"),
        ({"joined": partial("1975-12-31")}, "joined", "joined_before_eighteen"),
        ({"joined": partial("1975-12")}, "joined", "joined_before_eighteen"),
        ({"joined": partial("1975")}, "joined", "joined_before_eighteen"),
        ({"born": None, "joined": partial("1975-04-11")}, "joined", "joined_before_eighteen"),
        ({"confirmed": partial("1985-06-30")}, "confirmed", "full_before_joined"),
        ({"confirmed": partial("1985-06")}, "confirmed", "full_before_joined"),
        ({"membership": "probationary_member"}, "confirmed", "membership_contradicts_full_date"),
        ({"confirmed": partial("2026-11-25")}, "confirmed", "membership_contradicts_full_date"),
    ],
)  # fmt: skip
def test_what_cannot_be_true_is_named_by_field_and_code(changed, field, code):
    assert found(replace(GOOD, **changed)) == [(field, code)]


@pytest.mark.parametrize(
    "changed",
    [
        {"born": partial("1958-04")},
        {"born": partial("1958")},
        {"joined": partial("1976-01-01")},
        {"joined": partial("1976-04")},
        {"joined": partial("1976")},
        {"confirmed": partial("1985-07")},
        {"confirmed": partial("1985")},
        {"confirmed": None, "membership": "probationary_member"},
        {"confirmed": partial("2026-12"), "membership": "probationary_member"},
        {"confirmed": partial("2026-11-24")},
    ],
)
def test_the_benefit_of_the_doubt_is_given_where_a_date_is_known_only_in_part(changed):
    assert found(replace(GOOD, **changed)) == []


@pytest.mark.parametrize(
    ("born", "joined", "warned"),
    [
        ("1958-04-12", "1976-04-11", True),
        ("1958-04-12", "1976-03", True),
        ("1958-05", "1976-04", True),
        ("1958-04-12", "1976-04-12", False),
        ("1958-04-12", "1976-04", False),
        ("1958-04-12", "1976", False),
        ("1958-04", "1976-04-01", False),
        ("1958-04-12", "1975-12", False),
    ],
)
def test_some_months_too_young_is_told_apart_from_years(born, joined, warned):
    assert joined_some_months_too_young(partial(born), partial(joined)) is warned


@pytest.mark.parametrize(
    ("born", "unlikely"),
    [("1900-11-24", True), ("1900-11-25", False), ("1900-11", False), ("1900", False), ("1899", True)],
)
def test_nobody_is_older_than_every_reading_of_the_day_allows(born, unlikely):
    assert born_too_long_ago(partial(born), date(2026, 11, 24)) is unlikely


def test_a_wrong_identity_number_is_not_held_against_the_other_facts():
    assert found(
        replace(GOOD, national_id="1", sex="male", born=partial("1999-01-01"), joined=None, confirmed=None)
    ) == [("national_id", "national_id_unreadable")]


@pytest.mark.parametrize(
    ("edited", "concerned"),
    [(["phone"], False), (["joined"], True), (["born"], True), (["national_id", "phone"], True)],
)
def test_an_objection_concerns_every_fact_it_speaks_of(edited, concerned):
    objection = objections(replace(GOOD, joined=partial("1975")), on=TODAY)[0]
    assert objection.concerns(edited) is concerned


def test_every_code_has_a_sentence_and_every_objection_says_it():
    assert all(str(sentence) for sentence in SENTENCES.values())
    assert objections(replace(GOOD, name=""), on=TODAY)[0].sentence == str(SENTENCES["name_missing"])


@pytest.mark.parametrize(
    ("birth", "order", "sex"), [("19750109", 349, "male"), ("20000229", 2, "female"), ("19481119", 453, "male")]
)
def test_an_identity_number_holds_birth_and_sex(birth, order, sex):
    number = make_national_id(birth, order)
    assert identity_fault(number) == ""
    assert f"{birth_in(number):%Y%m%d}" == birth
    assert sex_in(number) == sex
    assert check_digit(number) == number[17]
    assert read_from_identity(number) == (PartialDate(birth_in(number)), sex)


@pytest.mark.parametrize("position", range(17))
def test_one_wrong_digit_of_an_identity_number_is_always_noticed(position):
    wrong = WOMAN[:position] + str((int(WOMAN[position]) + 1) % 10) + WOMAN[position + 1 :]
    assert identity_fault(wrong) == "national_id_checksum"
    assert read_from_identity(wrong) is None


@pytest.mark.parametrize(
    ("formal", "situations", "holds", "article"),
    [
        (True, [], True, "5"),
        (True, ["frail", "bedridden", "mobile", "abroad_private", "lost_contact"], True, "5"),
        (False, [], False, "5"),
        (True, ["probation_within_party"], False, "5"),
        (True, ["suspended"], False, "24"),
        (False, ["suspended"], False, "5"),
    ],
)
def test_who_votes_follows_from_membership_and_two_situations_only(formal, situations, holds, article):
    verdict = voting_right(formal=formal, situations=situations, on=TODAY)
    assert bool(verdict) is holds
    assert verdict.reason
    assert verdict.citations[0].article == article


@pytest.mark.parametrize(
    ("since", "span"),
    [
        (None, None),
        (partial("2027-01"), None),
        (partial("1958-11-24"), (68, 68)),
        (partial("1958-11-25"), (67, 67)),
        (partial("1958-11"), (67, 68)),
        (partial("1958-10"), (68, 68)),
        (partial("1958"), (67, 68)),
        (partial("2026"), (0, 0)),
    ],
)
def test_years_are_given_as_narrowly_as_the_date_is_known(since, span):
    assert span_of_years(since, TODAY) == span


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("100226197501093493", "••••••••••••••3493"),
        ("10022619750109349X", "••••••••••••••349X"),
        ("1234", "••••"),
        ("", ""),
    ],
)
def test_a_masked_number_shows_its_last_four(number, shown):
    assert masked(number) == shown
