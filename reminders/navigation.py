"""The entries of reminders in the navigation; `settings.NAVIGATION` names them."""

from django.utils.translation import gettext_lazy as _

from members.navigation import Group, Item

MESSAGES: tuple[Item, ...] = ()
GROUPS: tuple[Group, ...] = ((_("Messages"), MESSAGES),)
