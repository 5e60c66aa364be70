"""The lists of assessments, for who assesses and for the branch, and their workbook."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _, ngettext_lazy

from assessment.assessments.models import Assessment
from assessment.choices import AssessmentState
from assessment.schemes.models import Indicator
from assessment.templatetags.points import points
from members.pages.listing import Badge, Column, Listing, Nothing, badges, linked, number, text
from members.pages.steps import Words
from members.workbooks.writing import Sheet

KINDS = {"collecting": "info", "shown": "warn", "published": "good"}


def state_badges(one: Assessment, _on: date) -> Iterator[Badge]:
    yield one.get_state_display(), KINDS.get(one.state, "quiet")


def _points_words(one: Any) -> Words:
    if not one.computed_at:
        return _("being computed")
    if one.total is not None:
        return points(one.total)
    if not one.open_points:
        return _("%(known)s by the record, a view is missing") % {"known": points(one.known_points)}
    return _("%(known)s known, %(open)s open") % {"known": points(one.known_points), "open": points(one.open_points)}


OBJECTIONS = ngettext_lazy("%(counter)s objection", "%(counter)s objections", "counter")
VALUES = ngettext_lazy("%(counter)s value waits", "%(counter)s values wait", "counter")


def _ends(one: Any, on: date) -> Iterator[Badge]:
    """What is to be looked at, for the branch."""
    if one.stale_since:
        yield _("The record has changed since"), "warn"
    if one.open_objections:
        yield OBJECTIONS % {"counter": one.open_objections}, "warn"
    if one.veto:
        yield _("Veto"), "bad"
    if one.state == AssessmentState.SHOWN and one.objections_until and one.objections_until >= on:
        yield _("objections until %(day)s") % {"day": one.objections_until}, "quiet"


def _all_ends(one: Any, on: date) -> Iterator[Badge]:
    yield from _ends(one, on)
    if one.waiting_values:
        yield VALUES % {"counter": one.waiting_values}, "info"


SHARED = [
    badges("state", _("State"), state_badges),
    text("points", _("Points reached"), _points_words),
    text("band", _("Band by the points"), "band.name"),
    text("decided_band", _("Grade decided"), "decided_band.name"),
]
LISTING = Listing(
    columns=[
        linked("name", _("Branch"), "organization.name"), *SHARED, badges("ends", _("To be looked at"), _all_ends),
    ],
    phone=["name", "state", "points", "decided_band", "ends"],
    counted=ngettext_lazy("%(counter)s assessment", "%(counter)s assessments", "counter"),
    nothing=Nothing(
        _("No branch is assessed yet. Put a scheme into force, then begin with its branches."), "patch-check",
        _("Assess branches"), reverse_lazy("assessment:assessment-begin"),
    ),
    no_match=_("No assessment fits. Take away a filter."),
)  # fmt: skip
OWN = replace(
    LISTING,
    columns=[
        linked(
            "name", _("Year"), lambda one: f"{one.scheme.year} · {one.scheme.title}", below="organization.name"
        ),
        *SHARED, badges("ends", _("To be looked at"), _ends),
    ],
    nothing=Nothing(
        _(
            "The committee hasn't shown your branch an assessment yet. When it does, you find it here with everything "
            "behind each point."
        ),
        "patch-check",
    ),
)  # fmt: skip

Scores = Mapping[tuple[UUID, UUID], Decimal | None]
SHEET = [text("branch", _("Branch"), "organization.name"), text("state", _("State"), "get_state_display")]


def sheets(rows: Sequence[Assessment], leaves: Sequence[Indicator], scores: Scores, *, on: date) -> Iterator[Sheet]:
    """Those of which something is open are in no order and have no sum that could be compared."""
    columns = [
        number("total", _("Points reached")),
        text("band", _("Band by the points"), "band.name"),
        text("decided_band", _("Grade decided"), "decided_band.name"),
        text("decided_with", _("Decided by which meeting")),
        *(_scored(leaf, scores) for leaf in leaves),
    ]
    whole = [one for one in rows if one.total is not None]
    yield replace(LISTING, workbook=[*SHEET, *columns]).sheet(_("All known"), whole, on=on)

    def unknown(one: Assessment) -> Words:
        """Zero points are open where only a view is missing, and where nothing is computed yet: neither is a zero."""
        if one.computed_at is None:
            return _("being computed")
        missing = [str(leaf) for leaf in leaves if scores.get((one.pk, leaf.pk)) is None]
        return "；".join(missing) or _("a view is still missing for the total")

    columns = [
        number("open", _("Points not known yet"), lambda one: one.open_points or None),
        text("unknown", _("What isn't known yet"), unknown),
    ]
    rest = [one for one in rows if one.total is None]
    yield replace(LISTING, workbook=[*SHEET, *columns]).sheet(_("Not complete"), rest, on=on)


def _scored(leaf: Indicator, scores: Scores) -> Column:
    return number(str(leaf.pk), str(leaf), lambda one: scores.get((one.pk, leaf.pk)))
