"""What `manage.py verify` asks of meetings."""

from collections.abc import Iterator

from audit.verification import Check, append_only


def checks() -> Iterator[Check]:
    yield append_only("meetings_attendancecorrection")
    yield append_only("meetings_votelook")
