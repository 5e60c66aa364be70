"""The entries of assessment in the navigation; `settings.NAVIGATION` names them."""

from django.utils.translation import gettext_lazy as _

from members.navigation import Group, Item

ASSESSMENT: tuple[Item, ...] = ()
GROUPS: tuple[Group, ...] = ((_("Assessment"), ASSESSMENT),)
