"""What lists of elections and of steps of membership show."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from meetings.votes.membership_rules import approval_by
from meetings.votes.models import MembershipStep, Vote
from members.pages.listing import Badge, Listing, Nothing, day, linked, text


def _elected(vote: Vote) -> str:
    return " ".join(one.name for one in vote.candidates.all() if one.is_elected)


ELECTIONS = Listing(
    columns=[
        linked("about", _("Election"), url=lambda vote: reverse("meetings:election-approve", args=[vote.pk])),
        text("organization", _("Organization"), lambda vote: str(vote.item.meeting.organization)),
        day("day", _("Day"), "item.meeting.day"),
        text("elected", _("Elected"), _elected),
        text("approval", _("Approval"), lambda vote: f"{vote.approved_on} · {vote.approval_document}"),
    ],
    phone=["about", "day", "organization", "elected", "approval"],
    nothing=Nothing(_("No result waits for an approval."), "clipboard-check"),
)


def _until(step: MembershipStep) -> date | None:
    """The day by which the committee answers."""
    until = approval_by(step.voted_on)
    return until[0] if until else None


def _late(step: MembershipStep, on: date) -> Iterator[Badge]:
    if (until := _until(step)) and until < on:
        yield _("late"), "bad"


MEMBERSHIP = Listing(
    columns=[
        linked("name", _("Person"), url=lambda step: reverse("meetings:membership-decide", args=[step.pk])),
        text("kind", _("Kind"), "vote.get_subject_display"),
        text("organization", _("Organization"), lambda step: str(step.vote.item.meeting.organization)),
        day("voted_on", _("Day of the vote")),
        day("until", _("Decide by"), _until, badges=_late),
        text("decision", _("Decision"), lambda step: f"{step.get_state_display()} · {step.decided_on}"),
    ],
    phone=["name", "kind", "organization", "until", "decision"],
    nothing=Nothing(_("Nothing waits for an approval."), "person-check"),
)
