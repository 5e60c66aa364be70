"""Who sees rows about one member's dues: the branch where the member stands, and the member."""

from django.db.models import Q

from members.choices import Capability
from members.models import Merge, User
from members.paths import subtree


def own(user: User, field: str = "member") -> Q:
    """Of oneself, also what stays on record under an entry that was merged into one's own."""
    mine = user.standing.member_id
    return Q(**{field: mine}) | Q(**{f"{field}__in": Merge.objects.into(mine)}) if mine else Q(pk__in=[])


def own_or_in_branch(user: User, capability: Capability) -> Q:
    return subtree("member__roster_path", user.standing.paths(capability)) | own(user)


def own_or_at_organization(user: User, capability: Capability) -> Q:
    """Rows that stay with the branch in which they were made, wherever the member moved since."""
    return subtree("organization__path", user.standing.paths(capability)) | own(user)
