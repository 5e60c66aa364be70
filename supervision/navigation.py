"""The entries of supervision in the navigation; `settings.NAVIGATION` names them."""

from django.utils.translation import gettext_lazy as _

from members.navigation import Group, Item

SUPERVISION: tuple[Item, ...] = ()
GROUPS: tuple[Group, ...] = ((_("Supervision"), SUPERVISION),)
