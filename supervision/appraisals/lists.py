"""What lists of appraisals show."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.pages.listing import Badge, Listing, Nothing, acts, badges, day, linked, number, text
from members.pages.steps import Words
from supervision.appraisals.models import Appraisee
from supervision.appraisals.queries import (
    AppraiseeLine,
    BranchAppraisal,
)
from supervision.choices import AppraisalMark, Grade


def _is_closed(state: str) -> str:
    return "good" if state == "closed" else "info"


LISTING = Listing(
    columns=[
        linked("year", _("Year")),
        text("branch", _("Branch"), "organization.name"),
        badges("state", _("State"), lambda held, _on: [(held.get_state_display(), _is_closed(held.state))]),
        number("people", _("Taking part")),
        number("grades", _("With a grade")),
        day("closed_on", _("Closed on")),
    ],
    phone=["year", "state", "branch", "grades"],
    orders={"newest": (_("Newest first"), ("-year", "organization__path", "pk"))},
    nothing=Nothing(_("No appraisal fits. Take away a filter, or open this year's."), "patch-check"),
)
GRADES = Listing(
    columns=[
        text("name", _("Name"), "member.name"),
        number("year", _("Year"), "round.year"),
        text("branch", _("Branch"), "round.organization.name"),
        text("grade", _("Grade"), lambda one: one.get_grade_display() or _("Without a grade")),
        day("told_on", _("Told on")),
        text("follow_up", _("What is done to help")),
        day("due_on", _("To be done by"), "follow_up_due_on"),
        day("done_on", _("Done on"), "followed_up_on"),
    ],
    nothing=LISTING.nothing,
)


def marks_in_words(result: dict[str, int] | None) -> Words:
    """The marks of one member, never of fewer than three ballots."""
    if not result:
        return _("Fewer than three ballots: not shown")
    return " ".join(f"{mark.label} {result[mark]}" for mark in AppraisalMark if result[mark])


def _grade(line: AppraiseeLine) -> str:
    return line.appraisee.get_grade_display() if line.appraisee.grade else ""


def _help(line: AppraiseeLine, _on: date) -> Iterator[Badge]:
    one = line.appraisee
    if line.is_lower and one.followed_up_on:
        yield _("Done"), "good"
    elif line.is_lower and not one.follow_up:
        yield _("Not said yet"), "warn"


PEOPLE = Listing(
    columns=[
        linked(
            "name",
            _("Name"),
            "appraisee.member.name",
            url=lambda line: reverse("supervision:appraisee-detail", args=[line.appraisee.pk]),
            below=lambda line: f"{_('No ballot')}: {line.no_ballot}" if line.no_ballot else "",
        ),
        badges(
            "self",
            _("Self-appraisal"),
            lambda line, _on: [
                (_("Handed in"), "good") if line.appraisee.self_appraised_on else (_("Not handed in"), "quiet")
            ],
        ),
        number("mutual", _("Said by others")),
        text("ballot", _("Ballot"), lambda line: marks_in_words(line.result) if line.appraisee.is_graded else None),
        text(
            "grade",
            _("Grade"),
            _grade,
            badges=lambda line, _on: [] if line.appraisee.is_graded else [(_("Without a grade"), "quiet")],
        ),
        day("told_on", _("Told on"), "appraisee.told_on"),
        text(
            "help",
            _("Help"),
            lambda line: line.appraisee.follow_up_due_on or "" if line.is_lower and line.appraisee.follow_up else "",
            badges=_help,
        ),
        acts(lambda line: [(_("Write the opinion"), _opinion_url(line.appraisee), line.appraisee.member.name)]),
    ],
    phone=["name", "self", "grade", "told_on"],
    nothing=Nothing(_("No branch stands here."), "patch-check"),
    size=500,
)


def _opinion_url(one: Appraisee) -> str:
    return reverse("supervision:appraisee-opinion", args=[one.pk])


LEFT_OUT = _("fewer than 3, or left out")
BRANCHES = Listing(
    columns=[
        text("branch", _("Branch"), "branch.name"),
        badges("state", _("State"), lambda line, _on: [_state(line)]),
        *(number(grade.value, grade.label, lambda line, grade=grade: _graded(line, grade)) for grade in Grade),
    ],
    phone=["branch", "state"],
    nothing=Nothing(_("No branch stands here."), "patch-check"),
)


def _state(line: BranchAppraisal) -> Badge:
    return (line.state_text, _is_closed(line.state)) if line.state else (_("Not opened"), "quiet")


def _graded(line: BranchAppraisal, grade: Grade) -> int | Words:
    """Nothing while the appraisal isn't closed."""
    count = line.grades.get(grade)
    return "" if line.state != "closed" else LEFT_OUT if count is None else count
