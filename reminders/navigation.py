"""The entries of reminders in the navigation; `settings.NAVIGATION` names them."""

from django.utils.translation import gettext_lazy as _

from members.choices import Capability
from members.pages.navigation import Group, Item

MESSAGES: tuple[Item, ...] = (
    Item("reminders:inbox", _("My messages"), "envelope", None, ("reminders:inbox-", "reminders:preference-own")),
    Item("reminders:message-list", _("Sent messages"), "send", Capability.VIEW_MESSAGES, ("reminders:message-",)),
    Item("reminders:review-list", _("To review"), "eye", Capability.SEND_MESSAGES, ("reminders:review-",)),
    Item("reminders:call-list", _("Call list"), "telephone", Capability.SEND_MESSAGES, ("reminders:call-",)),
    Item("reminders:wording-list", _("Wordings"), "chat-dots", Capability.MANAGE_MESSAGES, ("reminders:wording-",)),
    Item(
        "reminders:channel-list", _("Channels"), "signpost-split", Capability.MANAGE_MESSAGES, ("reminders:channel-",)
    ),
)
GROUPS: tuple[Group, ...] = ((_("Messages"), MESSAGES),)
