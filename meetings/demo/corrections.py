"""What was put right in the home branch after its minutes were locked: one checked, one that waits for its check."""

from datetime import date
from random import Random
from uuid import UUID

from meetings.choices import AttendanceState, MeetingKind, MeetingState
from meetings.demo import words
from meetings.models import AttendanceCorrection, Expected, Meeting
from meetings.services.corrections import Truth, confirm_correction, propose_correction
from members.models import Organization, User


def correct(home: Organization, rng: Random, on: date) -> None:
    """The secretary found a signature that was overlooked, and the officer checked it; the other way round it waits."""
    secretary, officer = (User.objects.get(username=name) for name in ("secretary", "officer"))
    evenings = Meeting.objects.filter(organization=home, kind=MeetingKind.THEME_DAY, state=MeetingState.LOCKED)
    latest = list(evenings.order_by("-day")[:6])
    if signed := _first(latest, AttendanceState.ABSENT):
        one = _propose(signed, AttendanceState.ON_SITE, words.SIGNED, rng, secretary)
        confirm_correction(correction=one, by=officer, on=on)
    by_video = _first([one for one in latest if one != (signed and signed.meeting)], AttendanceState.ON_SITE)
    if by_video:
        _propose(by_video, AttendanceState.ONLINE, words.BY_VIDEO, rng, officer)


def _first(evenings: list[Meeting], state: str) -> Expected | None:
    """Somebody of the latest evening who was recorded so, and neither led it nor wrote."""
    for evening in evenings:
        rows = evening.expected.should_attend().filter(state=state).select_related("member")
        if found := rows.exclude(member__in=(evening.chair_id, evening.recorder_id)).order_by("-pk").first():
            return found
    return None


def _propose(one: Expected, becomes: str, why: str, rng: Random, by: User) -> AttendanceCorrection:
    key = UUID(int=rng.getrandbits(128), version=4)
    return propose_correction(key=key, meeting=one.meeting, truth=Truth(one.member, becomes, why), by=by)
