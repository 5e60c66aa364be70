"""What a meeting's record lacks, each with the page where it is mended; and who was there."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.urls import reverse

from meetings.models import Expected, Meeting, Observer, Vote
from meetings.queries.tally import tally_of
from meetings.rules.gaps import Facts, Gap, Named, Part, gaps
from members.models import Member


@dataclass(frozen=True, slots=True)
class Missing:
    sentence: str
    url: str


URLS: dict[Part, Callable[[Meeting, Gap], str]] = {
    Part.ABOUT: lambda meeting, _gap: reverse("meetings:meeting-edit", args=[meeting.pk]),
    Part.ATTENDANCE: lambda meeting, _gap: reverse("meetings:attendance", args=[meeting.pk]),
    Part.AGENDA: lambda meeting, _gap: f"{meeting.get_absolute_url()}#agenda",
    Part.VOTE: lambda _meeting, gap: reverse("meetings:vote-detail", args=[gap.key]),
}


def missing_in(meeting: Meeting) -> list[Missing]:
    """What the record lacks; four queries."""
    return [Missing(gap.sentence, URLS[gap.part](meeting, gap)) for gap in gaps(_facts(meeting))]


def there(meeting: Meeting) -> QuerySet[Member]:
    """Who was there: on site or online, or as a leader from above."""
    present = Expected.objects.filter(meeting=meeting).should_attend().present()
    guests = Observer.objects.filter(meeting=meeting, is_from_above=True, member__isnull=False)
    return Member.objects.filter(Q(pk__in=present.values("member")) | Q(pk__in=guests.values("member")))


def _facts(meeting: Meeting) -> Facts:
    led = [one for one in (meeting.chair_id, meeting.recorder_id) if one]
    were_there = dict(there(meeting).filter(pk__in=led).values_list("pk", "name")) if led else {}
    tally = tally_of(meeting)
    return Facts(
        items=meeting.agenda.count(),
        expected=tally.expected,
        present=tally.present,
        place=meeting.place or meeting.online_link,
        chair=Named(str(meeting.chair), meeting.chair_id in were_there) if meeting.chair else None,
        recorder=Named(str(meeting.recorder), meeting.recorder_id in were_there) if meeting.recorder else None,
        are_one=len(led) == 2 and led[0] == led[1],
        uncounted=[(str(vote.pk), vote.about) for vote in Vote.objects.undecided().filter(item__meeting=meeting)],
    )
