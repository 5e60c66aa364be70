"""The way from the start page to one's own training."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from members.links import Link
from members.models import User


def own_links(user: User, *, on: date) -> Iterator[Link]:
    """Without a query: the hours stand on the page itself."""
    if user.standing.member_id is not None:
        text = _("Your courses and class hours of the year.")
        yield Link("mortarboard", _("My training"), text, reverse("assessment:training-mine"))
