"""The lists of posts, of courses and of what each organization has for party work."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from operator import attrgetter

from django.template.defaultfilters import floatformat
from django.utils.translation import gettext_lazy as _, ngettext_lazy

from assessment.cadres.queries import CadreCounts, PostLine
from assessment.cadres.rules import WHOLE
from members.pages.listing import Badge, Column, Listing, Nothing, acts, day, linked, money, number, text
from members.pages.requests import address

UNFILLED = _("%(count)s unfilled")


def _share(one: PostLine) -> str:
    """How much of the working time."""
    share = one.post.get_share_display()
    return share if one.post.percent == WHOLE else f"{share} · {one.post.percent} %"


def _ended(one: PostLine, _on: date) -> Iterator[Badge]:
    if one.post.valid_until:
        yield _("ended %(day)s") % {"day": one.post.valid_until}, "quiet"


def _hours(one: PostLine) -> str:
    return "" if one.is_kept else f"{floatformat(one.hours)} / {floatformat(one.asked)}"


LISTING = Listing(
    columns=[
        text("name", _("Name"), "post.member.name", below="post.organization.name"),
        text("post", _("Post"), "post.post"),
        text("share", _("Full-time or part-time"), _share, style="nowrap"),
        day("since", _("Since"), "post.valid_from", badges=_ended),
        text(
            "hours", _("Class hours"), _hours, style="number",
            badges=lambda one, _on: [(floatformat(one.hours), "good")] if one.is_kept else [],
        ),
        number("certificates", _("Certificates")),
        acts(
            lambda one: [
                (_("Correct"), address("assessment:cadre-edit", one.post.pk), one.post.member.name),
                *([] if one.post.valid_until else [(
                    _("End the post"), address("assessment:cadre-end", one.post.pk), one.post.member.name
                )]),
            ]
        ),
    ],
    phone=["name", "hours", "post", "share", "since"],
    workbook=[
        text("organization", _("Organization"), "post.organization.name"),
        text("name", _("Name"), "post.member.name"),
        text("post", _("Post"), "post.post"),
        text("share", _("Full-time or part-time"), "post.get_share_display"),
        number("percent", _("Of the working time, per cent"), "post.percent"),
        day("since", _("Since"), "post.valid_from"),
        day("until", _("Not held any more since"), "post.valid_until"),
        number("hours", _("Class hours")),
        number("asked", _("Hours asked for")),
        number("certificates", _("Certificates")),
    ],
    counted=ngettext_lazy("%(counter)s post", "%(counter)s posts", "counter"),
    nothing=Nothing(_("No post fits. Take away a filter."), "search"),
    size=50,
)  # fmt: skip


def _unfilled(line: CadreCounts, _on: date) -> Iterator[Badge]:
    if line.counts.unfilled:
        yield UNFILLED % {"count": line.counts.unfilled}, "warn"


def _spent(line: CadreCounts) -> str:
    percent = line.counts.spent_percent
    return "" if percent is None else f"{percent} %"


PLACE, PLANNED, POSTS_HELD = (
    linked(
        "place", _("Organization"), "place.name", url="url",
        badges=lambda line, _on: [(_("Nothing recorded"), "quiet")] if line.counts.is_empty else [],
    ),
    number("planned", _("Posts planned"), "counts.planned"),
    text("posts", _("Posts held"), "counts.posts", style="number", badges=_unfilled),
)  # fmt: skip
FULL_TIME, PART_TIME = (
    number("full_time", _("Full-time"), lambda line: len(line.counts.full_time)),
    number("part_time", _("Part-time"), "counts.part_time"),
)
ROOMS, BUDGET, SPENT = (
    number("rooms", _("Rooms"), "counts.rooms"),
    money("budget", _("Funds planned, in yuan"), "counts.budget"),
    replace(money("spent", _("Funds spent, in yuan"), "counts.spent"), below=_spent),
)


def _kept(line: CadreCounts) -> str | None:
    counts = line.counts
    return f"{len(counts.kept)} / {len(counts.people)}" if counts.people else None


PLACES = Listing(
    columns=[
        PLACE, PLANNED, POSTS_HELD, FULL_TIME, PART_TIME,
        text("kept", _("With the hours of the year"), _kept, style="number"),
        ROOMS, BUDGET, SPENT,
    ],
    phone=["place", "kept", "posts", "budget", "spent"],
    workbook=[
        PLACE, PLANNED, POSTS_HELD, number("unfilled", _("Posts unfilled"), "counts.unfilled"), FULL_TIME, PART_TIME,
        number("people", _("Cadres"), lambda line: len(line.counts.people)),
        number("kept", _("With the hours of the year"), lambda line: len(line.counts.kept)),
        ROOMS, BUDGET, SPENT, number("spent_percent", _("Spent of planned, per cent"), "counts.spent_percent"),
    ],
    counted=ngettext_lazy("%(counter)s organization", "%(counter)s organizations", "counter"),
    nothing=Nothing(_("No organization fits. Take away a filter."), "table"),
    size=50,
)  # fmt: skip


HELD_ON, SUBJECT, HOURS, CERTIFICATE = (
    replace(day("held_on", _("Date of the course")), style="nowrap says-itself"),
    text("subject", _("Subject of the course")),
    Column("hours", _("Class hours"), attrgetter("hours"), "number", floatformat),
    text("certificate", _("Certificate"), lambda one: one.certificate or None),
)
COURSES = Listing(
    columns=[
        text("name", _("Name"), "member.name", below="organization.name"),
        HELD_ON,
        SUBJECT,
        HOURS,
        CERTIFICATE,
        acts(lambda one: [(_("Take out"), address("assessment:training-remove", one.pk), one.member.name)]),
    ],
    phone=["name", "acts", "held_on", "subject", "hours"],
    workbook=[
        text("organization", _("Organization"), "organization.name"),
        text("name", _("Name"), "member.name"),
        HELD_ON,
        SUBJECT,
        HOURS,
        text("certificate", _("Certificate")),
    ],
    counted=ngettext_lazy("%(counter)s entry", "%(counter)s entries", "counter"),
    nothing=Nothing(_("No course fits. Take away a filter."), "search"),
    size=50,
)
OWN = Listing(
    columns=[
        SUBJECT,
        HELD_ON,
        HOURS,
        CERTIFICATE,
        text("place", _("Where it is recorded"), "organization.name"),
    ],
    phone=["subject", "hours", "held_on", "place"],
    nothing=Nothing(
        _(
            "No course of yours is on record for this year. Tell the organization officer of your branch which ones "
            "you attended; they record them for everybody at once."
        ),
        "mortarboard",
    ),
    size=50,
)
