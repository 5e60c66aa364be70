"""What the sign-in page shows: who is expected, how each attends, and what can be taken back."""

from typing import Any

from meetings.models import Mark, Meeting
from meetings.queries.roll import on_the_sheet
from meetings.queries.tally import tally_of
from meetings.queries.votes import quorums_of
from members.models import User


def sign_in_page(meeting: Meeting, user: User, *, group: str | None = None) -> dict[str, Any]:
    """The whole page; `group` is a group's name, empty for those directly in the branch, None for everybody."""
    people, guests = on_the_sheet(meeting)
    groups = list(dict.fromkeys(one.group for one in people))
    shown = people if group is None else [one for one in people if one.group == group]
    guests = guests if group is None else []
    return {
        **counts(meeting, user),
        "people": shown,
        "guests": guests,
        "waiting": [one for one in [*shown, *guests] if one.state == "unknown"],
        "groups": groups if len(groups) > 1 else [],
        "group": group,
        "quorums": quorums_of(meeting),
    }


def counts(meeting: Meeting, user: User) -> dict[str, Any]:
    """The counts above the list, and the viewer's last tap; two queries."""
    return {"meeting": meeting, "tally": tally_of(meeting), "last": last_tap(meeting, user)}


def last_tap(meeting: Meeting, user: User) -> Mark | None:
    """The viewer's last tap, if nobody has changed that person since."""
    taps = Mark.objects.filter(expected__meeting=meeting)
    mine = taps.filter(by=str(user)).select_related("expected").order_by("-at").first()
    if mine is None or taps.filter(expected=mine.expected_id, at__gt=mine.at).exists():
        return None
    return mine
