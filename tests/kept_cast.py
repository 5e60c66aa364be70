"""The cast, kept over the tests of a file that ask for it one after the other: each takes back only what it did itself.

Storing it for each of them takes a fifth of their time.
"""

import pickle
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction

from tests.cast import Cast, make_cast
from tests.made_again import made_again

ELSEWHERE = {"transactional_db", "live_server"}
"""Fixtures that empty the database themselves."""


def asks_for_it(item: pytest.Item) -> bool:
    """Not where the test commits, for which another connection would wait, nor where it makes one under other keys."""
    fixtures, marker = set(getattr(item, "fixturenames", ())), item.get_closest_marker("django_db")
    commits = marker is not None and (marker.kwargs.get("transaction") or any(marker.args))
    is_own = item.get_closest_marker("own_cast") is not None
    return "cast" in fixtures and not commits and not is_own and not fixtures & ELSEWHERE


def keys_in_force() -> tuple[object, ...]:
    return tuple(settings.FIELD_KEYS), tuple(settings.AUDIT_KEYS)


class KeptCast:
    """A transaction around the tests' own, with the cast in it."""

    def __init__(self) -> None:
        self.blocker: Any = None
        """Of pytest-django; there once the database is."""
        self.atomic: Any = None
        self.file: object = None
        self.made = b""
        self.keys: tuple[object, ...] = ()

    def get_ready(self, item: pytest.Item) -> None:
        """Open it for a test that asks for the cast, close it for any other."""
        is_wanted = asks_for_it(item)
        if self.atomic and (not is_wanted or item.path != self.file or self.is_broken()):
            self.close()
        if is_wanted and self.blocker and not self.atomic and not connection.in_atomic_block:
            self.open(item)

    def is_broken(self) -> bool:
        return connection.connection is None or connection.needs_rollback or not connection.in_atomic_block

    def open(self, item: pytest.Item) -> None:
        with self.blocker.unblock():
            self.atomic, self.file = transaction.atomic(), item.path
            self.atomic.__enter__()
            self.made, self.keys = pickle.dumps(made_again(make_cast)), keys_in_force()

    def close(self) -> None:
        if self.atomic:
            with self.blocker.unblock():
                transaction.set_rollback(True)
                self.atomic.__exit__(None, None, None)
            self.atomic = None

    def again(self) -> Cast:
        if keys_in_force() != self.keys:
            pytest.fail("The cast is stored under other keys: mark the test own_cast.")
        made: Cast = pickle.loads(self.made)
        return made


KEPT = KeptCast()
