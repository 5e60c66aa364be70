"""Major matters to test with."""

from datetime import date, time

from django.utils import timezone

from meetings.models import AgendaItem, Meeting, Vote
from supervision.models import Matter

MAY, JUNE, JULY, AUGUST = date(2026, 5, 10), date(2026, 6, 10), date(2026, 7, 10), date(2026, 8, 10)
OPINION = {"opinion": "agrees", "opinion_on": JUNE, "opinion_text": "同意"}
DECISION = {"decision": "adopted", "decided_on": JULY, "decided_by": "居民会议"}
EXECUTION = {"executed_on": AUGUST, "execution_text": "已完工"}


def matter(place, **facts):
    known = {
        "kind": "project", "title": "修东巷的路", "proposal": "东巷路面破损，拟重铺",
        "proposed_on": MAY, "proposed_by": "居委会",
    }  # fmt: skip
    return Matter.objects.create(organization=place, **known | facts)


def meeting(place, day=JUNE, kind="committee_meeting", state="locked"):
    closed = timezone.now() if state in ("held", "locked") else None
    return Meeting.objects.create(
        organization=place, kind=kind, day=day, counts_for_year=day.year, state=state, starts_at=time(19),
        closed_at=closed,
    )  # fmt: skip


def vote(at, about="同意修路"):
    item = AgendaItem.objects.create(meeting=at, position=at.agenda.count() + 1, title="修路")
    return Vote.objects.create(
        item=item, subject="motion", method="show_of_hands", about=about, entitled=7, present=7,
        votes_for=6, votes_against=1, abstained=0, is_valid=True, is_passed=True, counted_by="secretary",
        sentence="通过",
    )  # fmt: skip
