"""What the start page says to a member about talks and self-checks."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from members.links import Link
from members.models import User


def own_links(user: User, *, on: date) -> Iterator[Link]:
    """Two ways, without a query: nothing of what is private is counted on the start page."""
    if user.standing.member_id is not None:
        talks, checks = reverse("supervision:talk-mine"), reverse("supervision:self-check-mine")
        yield Link(
            "chat-dots", _("My talks"), _("Put down with whom you talked; the note is for the two of you."), talks
        )
        yield Link("ui-checks", _("My self-checks"), _("Check yourself against a list, for yourself."), checks)
