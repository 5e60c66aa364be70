"""What makes a message one and the same."""

from datetime import date, time

import pytest

from reminders.planning.rules import dedupe_key, message_key, stamp, week


def test_the_same_parts_give_the_same_key_and_row():
    assert dedupe_key("missed", "abc", 17, 1) == "missed:abc:17:1"
    assert message_key("missed:abc:17:1") == message_key(dedupe_key("missed", "abc", 17, 1))
    assert message_key("missed:abc:17:1") != message_key("missed:abc:17:2")


@pytest.mark.parametrize(
    ("day", "starts_at", "text"),
    [(date(2026, 11, 30), time(15), "20261130T1500"), (date(2026, 11, 30), None, "20261130")],
)
def test_a_meeting_is_stamped_with_its_day_and_hour(day, starts_at, text):
    assert stamp(day, starts_at) == text


@pytest.mark.parametrize(
    ("day", "text"),
    [
        ("2026-11-23", "2026-W48"),
        ("2026-11-29", "2026-W48"),
        ("2026-11-30", "2026-W49"),
        ("2027-01-01", "2026-W53"),
        ("2027-01-04", "2027-W01"),
    ],
)
def test_a_week_is_the_iso_one_also_over_new_year(day, text):
    assert week(date.fromisoformat(day)) == text
