"""How often a message that certainly didn't go out is tried again."""

from datetime import timedelta

PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)


def pause_after(attempts: int) -> timedelta | None:
    """How long to wait after so many attempts (1: the first has failed). None: it was tried often enough."""
    return PAUSES[attempts - 1] if attempts <= len(PAUSES) else None
