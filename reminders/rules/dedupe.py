"""What makes a message one and the same, however often, on whatever machine and by whatever clock it is planned."""

from datetime import date, time
from uuid import NAMESPACE_URL, UUID, uuid5

NAMESPACE = uuid5(NAMESPACE_URL, "branchweb:message")


def message_key(dedupe_key: str) -> UUID:
    """The key of the message's row, known before it is stored: links to answer need it."""
    return uuid5(NAMESPACE, dedupe_key)


def made(kind: str, *parts: object) -> str:
    """`missed:8f0e…:17:1`. Only what stays the same: no moment of planning, no path."""
    return ":".join([kind, *map(str, parts)])


def stamp(day: date, starts_at: time | None) -> str:
    """When a meeting is, so that one that was moved is another: `20261130T1500`, or `20261130` without an hour."""
    return f"{day:%Y%m%d}" + (f"T{starts_at:%H%M}" if starts_at else "")


def week(day: date) -> str:
    """The ISO week: `2026-W48`."""
    year, number, _weekday = day.isocalendar()
    return f"{year}-W{number:02}"
