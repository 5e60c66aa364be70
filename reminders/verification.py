"""What `manage.py verify` asks of reminders: their rows are watched."""

from collections.abc import Iterator

from audit.verification import Check
from audit.watched import EACH_ROW

WATCHED = {
    "reminders.ChannelSetup": EACH_ROW,
    "reminders.NotApplicable": EACH_ROW,
    "reminders.Wording": EACH_ROW,
    "reminders.Release": EACH_ROW,
    "reminders.Preference": EACH_ROW,
}
UNWATCHED = {
    "reminders.DeskCount": "Counted anew each hour",
    "reminders.Effort": "How many forms somebody filled in: asked by nobody's assessment",
    "reminders.Heartbeat": "Which process was seen last",
    "reminders.Message": "The outbox, of which nothing follows for anybody's record",
    "reminders.Attempt": "The outbox, of which nothing follows for anybody's record",
    "reminders.Answer": "An answer to a message; what it changes in the record is watched",
}


def checks() -> Iterator[Check]:
    """Nothing beside its rows."""
    yield from ()
