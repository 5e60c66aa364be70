"""What `manage.py verify` asks of reminders."""

from collections.abc import Iterator

from audit.verification import Check, append_only


def checks() -> Iterator[Check]:
    yield append_only("reminders_wording")
