"""Which messages go out without anybody looking at them first."""

from collections import Counter
from collections.abc import Collection, Iterable

from members.models import Organization
from members.paths import contains
from reminders.choices import MessageKind
from reminders.models import Message, Release

MASS = 10
"""So many messages of a kind for one branch at once are looked at before they go out."""
UNREVIEWED = (MessageKind.DIGEST, MessageKind.DUE_NOW, MessageKind.TERM, MessageKind.READERS)
"""To officers, about their own work."""


def paths_of(organizations: Collection[int]) -> dict[int, str]:
    """Organization → its path, in one query."""
    return dict(Organization.objects.filter(pk__in=organizations).values_list("pk", "path"))


def to_review(kind: MessageKind, organizations: Iterable[int], paths: dict[int, str]) -> set[int]:
    """Where messages of the kind have to be looked at: where a round brings many, or some are being looked at already,
    and nobody at or above has released the kind. `organizations`: one for each message of the round."""
    if kind in UNREVIEWED:
        return set()
    counts = Counter(organizations)
    held = set(Message.objects.held().filter(kind=kind).values_list("organization", flat=True).distinct())
    released = list(Release.objects.in_force().filter(kind=kind).values_list("organization__path", flat=True))
    return {
        place
        for place, count in counts.items()
        if (count >= MASS or place in held) and not any(contains(above, paths[place]) for above in released)
    }
