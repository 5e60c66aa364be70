"""The entries of dues in the navigation; `settings.NAVIGATION` names them."""

from members.navigation import Group

GROUPS: tuple[Group, ...] = ()
