"""What `manage.py verify` asks of supervision."""

from collections.abc import Iterator

from audit.verification import Check, append_only
from supervision.queries.letter_checks import letter_checks


def checks() -> Iterator[Check]:
    yield append_only("supervision_problemstep")
    yield from letter_checks()
