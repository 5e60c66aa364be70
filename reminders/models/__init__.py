from reminders.models.channel import ChannelSetup
from reminders.models.duty import DeskCount, NotApplicable
from reminders.models.effort import Effort
from reminders.models.heartbeat import Heartbeat
from reminders.models.message import Answer, Attempt, Message, Release
from reminders.models.preference import Preference
from reminders.models.wording import Wording

__all__ = [
    "Answer",
    "Attempt",
    "ChannelSetup",
    "DeskCount",
    "Effort",
    "Heartbeat",
    "Message",
    "NotApplicable",
    "Preference",
    "Release",
    "Wording",
]
