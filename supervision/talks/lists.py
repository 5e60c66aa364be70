"""What lists of talks show."""

from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext_lazy as _, ngettext_lazy

from members.models import Member
from members.pages.listing import Badge, Listing, Nothing, acts, badges, day, linked, number, text
from members.pages.queries import called
from supervision.talks.models import Talk
from supervision.talks.queries import (
    PARTS,
)

ON_A_PAGE = 50
WHEN = day("held_on", _("When"))
WHY = text("occasion", _("Why"), "get_occasion_display")
RECORDED_BY = text("recorded_by", _("Recorded by"), lambda talk: called(talk.recorded_by))
ORDERS = {
    "newest": (_("Newest first"), ("-held_on", "key")),
    "oldest": (_("Oldest first"), ("held_on", "key")),
    "name": (_("Name"), ("first__name_key", "-held_on", "key")),
}
LISTING = Listing(
    columns=[linked("pair", _("Who with whom"), lambda talk: pair_of(talk)), WHEN, WHY, RECORDED_BY],
    phone=["pair", "held_on", "occasion"],
    workbook=[
        WHEN,
        text("first", _("Who talked"), "first.name"),
        text("second", _("With whom"), "second.name"),
        WHY,
        RECORDED_BY,
    ],
    orders=ORDERS,
    counted=ngettext_lazy("%(counter)s talk", "%(counter)s talks", "counter"),
    nothing=Nothing(
        _("No talk fits. Take away a filter; the branch's officers and the two who talked record them."), "chat-dots"
    ),
    size=ON_A_PAGE,
)


def pair_of(talk: Talk) -> str:
    return f"{talk.first.name} · {talk.second.name}"


class OwnTalk(NamedTuple):
    talk: Talk
    other: Member


OWN = Listing(
    columns=[
        linked("other", _("With whom"), "other.name", url="talk.get_absolute_url"),
        day("held_on", _("When"), "talk.held_on"),
        text("occasion", _("Why"), "talk.get_occasion_display"),
        acts(lambda own: [(_("My note"), reverse("supervision:talk-note", args=[own.talk.pk]), own.other.name)]),
    ],
    phone=["other", "held_on", "occasion"],
    orders={"newest": ORDERS["newest"]},
    nothing=Nothing(
        _("No talk of yours is on record. When you talked with somebody of your branch, put it down here."),
        "chat-dots",
    ),
    size=ON_A_PAGE,
)


FEWER = _("fewer than three")
MISSING = Listing(
    columns=[
        text("part", _("What is missing"), lambda line: PARTS[line.part].title),
        text("first", _("Who talked"), "first.name"),
        text("second", _("With whom"), "second.name"),
    ],
    nothing=Nothing(_("Complete"), "chat-dots"),
)
COMPLETE: Badge = (_("Complete"), "good")
INCOMPLETE: Badge = (_("Incomplete"), "warn")
BRANCHES = Listing(
    columns=[
        text("branch", _("Branch"), "branch.name"),
        number("members", _("Members")),
        number("talks", _("Talks"), lambda line: FEWER if line.talks is None else line.talks),
        number(
            "missing",
            _("Talks missing"),
            lambda line: 0 if line.is_done else FEWER if line.missing is None else line.missing,
        ),
        badges("state", _("State"), lambda line, _on: [COMPLETE if line.is_done else INCOMPLETE]),
    ],
    phone=["branch", "state", "talks", "missing"],
    nothing=Nothing(_("No branch fits, or none is asked for talks that year."), "chat-dots"),
    size=ON_A_PAGE,
)
