from reminders.channels.models import ChannelSetup, Preference
from reminders.desk.models import DeskCount, Effort, NotApplicable
from reminders.jobs.models import Heartbeat
from reminders.messages.models import Answer, Attempt, Message, Release, Wording

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
