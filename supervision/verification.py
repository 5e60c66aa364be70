"""What `manage.py verify` asks of supervision."""

from collections.abc import Iterator

from audit.verification import Check
from supervision.queries.letter_checks import letter_checks


def checks() -> Iterator[Check]:
    yield from letter_checks()
