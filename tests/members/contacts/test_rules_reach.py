"""When a contact is due and why; the tables are the specification."""

from datetime import date
from decimal import Decimal

import pytest

from members.contacts.rules import ContactUrgency, LastContact, NextContact, answer_due, next_contact, silence
from rulebook.local import LocalRule

TODAY = date(2026, 11, 24)


def local(key: str, value: int) -> LocalRule:
    return LocalRule(key, Decimal(value), "县委通知", "", "县委", TODAY, "county", date(2026, 1, 1))


@pytest.mark.parametrize(
    ("situations", "last", "state", "due_on", "key"),
    [
        (
            {"mobile": None},
            LastContact(date(2026, 8, 23)),
            ContactUrgency.OVERDUE,
            date(2026, 11, 23),
            "mobile.contact.months",
        ),
        (
            {"mobile": None},
            LastContact(date(2026, 8, 24)),
            ContactUrgency.SOON,
            date(2026, 11, 24),
            "mobile.contact.months",
        ),
        (
            {"mobile": None},
            LastContact(date(2026, 9, 8)),
            ContactUrgency.SOON,
            date(2026, 12, 8),
            "mobile.contact.months",
        ),
        (
            {"mobile": None},
            LastContact(date(2026, 9, 9)),
            ContactUrgency.LATER,
            date(2026, 12, 9),
            "mobile.contact.months",
        ),
        (
            {"retired": None},
            LastContact(date(2026, 6, 1)),
            ContactUrgency.SOON,
            date(2026, 12, 1),
            "retired.contact.months",
        ),
        (
            {"retired": None, "bedridden": None},
            LastContact(date(2026, 6, 1)),
            ContactUrgency.OVERDUE,
            date(2026, 9, 1),
            "frail.contact.months",
        ),
        (
            {"abroad_sent": None},
            LastContact(date(2026, 5, 1)),
            ContactUrgency.OVERDUE,
            date(2026, 11, 1),
            "abroad.contact.months",
        ),
        ({"frail": date(2026, 9, 1)}, None, ContactUrgency.SOON, date(2026, 12, 1), "frail.contact.months"),
        (
            {"frail": date(2026, 11, 1), "retired": date(2026, 10, 1)},
            None,
            ContactUrgency.LATER,
            date(2027, 1, 1),
            "frail.contact.months",
        ),
        ({"frail": date(2026, 8, 1)}, None, ContactUrgency.NEVER, None, "frail.contact.months"),
        ({"retired": date(2008, 8, 1)}, None, ContactUrgency.NEVER, None, "retired.contact.months"),
        ({"frail": None}, None, ContactUrgency.NEVER, None, "frail.contact.months"),
        ({"lost_contact": date(2026, 1, 1)}, None, ContactUrgency.OPEN, None, None),
        ({"lost_contact": None}, LastContact(date(2026, 1, 1)), ContactUrgency.OPEN, None, None),
        ({}, None, ContactUrgency.OPEN, None, None),
    ],
)
def test_the_shortest_interval_counts_from_the_last_contact_or_a_fresh_beginning(situations, last, state, due_on, key):
    due = next_contact(situations, last=last, on=TODAY)
    assert (due.state, due.due_on, due.agreed) == (state, due_on, False)
    assert (due.rule.key if due.rule else None) == key


@pytest.mark.parametrize(
    ("next_on", "state", "due_on", "agreed"),
    [
        (date(2026, 11, 1), ContactUrgency.OVERDUE, date(2026, 11, 1), True),
        (date(2026, 12, 1), ContactUrgency.SOON, date(2026, 12, 1), True),
        (date(2027, 1, 2), ContactUrgency.LATER, date(2027, 1, 1), False),
        (date(2027, 1, 1), ContactUrgency.LATER, date(2027, 1, 1), True),
    ],
)
def test_a_day_that_was_agreed_on_counts_when_it_comes_first(next_on, state, due_on, agreed):
    due = next_contact({"mobile": None}, last=LastContact(date(2026, 10, 1), next_on), on=TODAY)
    assert (due.state, due.due_on, due.agreed) == (state, due_on, agreed)


def test_a_day_that_was_agreed_on_counts_where_no_rule_asks():
    due = next_contact({"lost_contact": None}, last=LastContact(date(2026, 10, 1), date(2026, 11, 2)), on=TODAY)
    assert (due.state, due.agreed, due.rule) == (ContactUrgency.OVERDUE, True, None)


def test_what_is_only_suggested_is_cited_as_local_and_what_is_national_as_national():
    levels = {
        kind: next_contact({kind: None}, last=LastContact(TODAY), on=TODAY).citation.level
        for kind in ("retired", "relocated", "mobile", "frail", "abroad_sent", "abroad_private")
    }
    assert levels == {
        "retired": "L", "relocated": "L", "mobile": "L", "frail": "L", "abroad_sent": "N", "abroad_private": "N"
    }  # fmt: skip


def test_a_committees_own_interval_is_used_and_cited():
    monthly = local("frail.contact.months", 1)
    due = next_contact({"frail": None}, last=LastContact(date(2026, 10, 1)), on=TODAY, local=[monthly])
    assert due.due_on == date(2026, 11, 1)
    assert due.citation.document == "县委通知"


def test_the_most_pressing_come_first():
    waiting = [
        NextContact(ContactUrgency.OPEN, None),
        NextContact(ContactUrgency.LATER, date(2027, 3, 1)),
        NextContact(ContactUrgency.SOON, date(2026, 12, 1)),
        NextContact(ContactUrgency.NEVER, None),
        NextContact(ContactUrgency.OVERDUE, date(2026, 11, 1)),
        NextContact(ContactUrgency.OVERDUE, date(2026, 2, 1)),
    ]
    assert sorted(waiting, key=lambda one: one.order) == waiting[::-1]


@pytest.mark.parametrize(
    ("situations", "last", "holds"),
    [
        (["lost_contact"], LastContact(date(2026, 5, 24)), True),
        (["lost_contact", "mobile"], LastContact(date(2026, 5, 25)), False),
        (["lost_contact"], None, None),
        (["mobile"], LastContact(date(2020, 1, 1)), None),
    ],
)
def test_half_a_year_of_silence_is_flagged_only_for_lost_members_with_a_known_last_contact(situations, last, holds):
    verdict = silence(situations, last=last, on=TODAY)
    assert (None if verdict is None else bool(verdict)) is holds


def test_help_is_answered_within_fifteen_days_or_what_the_committee_says():
    assert answer_due(date(2026, 11, 24)) == date(2026, 12, 9)
    assert answer_due(date(2026, 11, 24), local=[local("help.answer.days", 7)]) == date(2026, 12, 1)
