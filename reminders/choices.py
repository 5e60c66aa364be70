"""Enumerations. The codes are the field's terms (docs/glossary.md)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class MessageKind(TextChoices):
    """What a message is for. Each kind has its occasions, its ladder and its wording."""

    MISSED = "missed", _("After an absence: what was missed, and the question why")
    INVITATION = "invitation", _("Before a meeting, to those far away: link and material")
    MAKE_UP = "make_up", _("After a meeting, to those far away: how to make up for it")
    DUES = "dues", _("Dues left open: how much, and how to pay")
    TERM = "term", _("A term of office ends")
    DIGEST = "digest", _("The week's duties of an officer")
    DUE_NOW = "due_now", _("A duty that falls due now")
    READERS = "readers", _("Somebody new who may come to read sealed letters, to all who read")
    ANNOUNCEMENT = "announcement", _("A meeting, announced in the branch's group chat")


class Addressee(TextChoices):
    """Who is told."""

    MEMBER = "member", _("The member")
    CONTACT_PERSON = "contact_person", _("The contact person")
    OFFICER = "officer", _("The officer")
    GROUP_CHAT = "group_chat", _("The branch's group chat")


class ChannelKind(TextChoices):
    """How a message goes out."""

    IN_APP = "in_app", _("In Branchweb")
    EMAIL = "email", _("E-mail")
    SMS = "sms", _("Text message")
    WECOM = "wecom", _("WeCom group robot")
    DINGTALK = "dingtalk", _("DingTalk group robot")
    FEISHU = "feishu", _("Feishu group robot")
    BY_HAND = "by_hand", _("Phone call or visit, by hand")


GROUP_CHATS = (ChannelKind.WECOM, ChannelKind.DINGTALK, ChannelKind.FEISHU)
"""Read by everybody in the group: only what says nothing about anybody goes there."""
SET_UP = (ChannelKind.SMS, *GROUP_CHATS)
"""What needs an address of a service before it can be used."""


class MessageState(TextChoices):
    HELD = "held", _("Waits to be reviewed")
    READY = "ready", _("Planned")
    SENDING = "sending", _("Being sent")
    TO_CALL = "to_call", _("On the call list")
    SENT = "sent", _("Sent")
    UNKNOWN = "unknown", _("Perhaps sent: the program was interrupted")
    DEAD = "dead", _("Could not be sent")
    STOPPED = "stopped", _("Not needed any more")
    EXPIRED = "expired", _("Too late to be of use")
    DECLINED = "declined", _("Declined by the reviewer")


WAITING = (MessageState.HELD, MessageState.READY, MessageState.SENDING, MessageState.TO_CALL)
OVER = (MessageState.STOPPED, MessageState.EXPIRED, MessageState.DECLINED)


class AttemptResult(TextChoices):
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    UNKNOWN = "unknown", _("Not known")


class AnswerChoice(TextChoices):
    """One tap. Why somebody was absent, or that the material was studied."""

    ILL = "ill", _("I was ill")
    AWAY = "away", _("I was away")
    DID_NOT_KNOW = "did_not_know", _("I did not know of it")
    OTHER = "other", _("Another reason")
    STUDIED = "studied", _("I have studied the material")


class AnswerSource(TextChoices):
    LINK = "link", _("By the link in the message")
    LOGGED_IN = "logged_in", _("In Branchweb")
    CALL = "call", _("On the phone, recorded by the caller")
