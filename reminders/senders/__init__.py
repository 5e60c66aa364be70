"""Ways outside: e-mail, text messages and group robots behind one interface."""

from collections.abc import Mapping

from reminders.choices import ChannelKind
from reminders.senders.mail import MailSender
from reminders.senders.robots import DingTalkSender, FeishuSender, WeComSender
from reminders.senders.sender import NotSent, Outgoing, Sender, Uncertain
from reminders.senders.sms import SmsSender

__all__ = ["SENDERS", "NotSent", "Outgoing", "Sender", "Uncertain", "sender_for"]

SENDERS: Mapping[ChannelKind, Sender] = {
    ChannelKind.EMAIL: MailSender(),
    ChannelKind.SMS: SmsSender(),
    ChannelKind.WECOM: WeComSender(),
    ChannelKind.DINGTALK: DingTalkSender(),
    ChannelKind.FEISHU: FeishuSender(),
}


def sender_for(kind: ChannelKind | str) -> Sender:
    """Raises KeyError for in-app messages, which are rows, and for calls, which people make."""
    return SENDERS[ChannelKind(kind)]
