"""Enumerations. The codes are the field's terms (docs/glossary.md)."""

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from members.choices import OrganizationKind


class MeetingKind(TextChoices):
    GENERAL_MEETING = "general_meeting", _("General meeting")
    COMMITTEE_MEETING = "committee_meeting", _("Committee meeting")
    GROUP_MEETING = "group_meeting", _("Group meeting")
    PARTY_LECTURE = "party_lecture", _("Party lecture")
    THEME_DAY = "theme_day", _("Theme day")
    ORG_LIFE_MEETING = "org_life_meeting", _("Organizational-life meeting")
    DEMOCRATIC_EVALUATION = "democratic_evaluation", _("Democratic appraisal session")
    DEMOCRATIC_LIFE_MEETING = "democratic_life_meeting", _("Democratic-life meeting")
    ADMISSION = "admission", _("Admission vote")
    CONFIRMATION = "confirmation", _("Confirmation vote")
    ELECTION = "election", _("Election")
    LOCAL = "local", _("Local kind")


COMMITTEE_MEETINGS: dict[str, Promise] = {
    OrganizationKind.COMMITTEE: _("Meeting of the committee"),
    OrganizationKind.GENERAL_BRANCH: _("Meeting of the general branch's committee"),
}
"""What a committee meeting is called above branches."""


def kind_words(kind: str, place: str) -> str:
    """What a kind of meeting is called in an organization of that kind."""
    usual = MeetingKind(kind).label
    return str(COMMITTEE_MEETINGS.get(place, usual) if kind == MeetingKind.COMMITTEE_MEETING else usual)


FOR_ALL_MEMBERS = (
    MeetingKind.GENERAL_MEETING,
    MeetingKind.PARTY_LECTURE,
    MeetingKind.THEME_DAY,
    MeetingKind.ORG_LIFE_MEETING,
    MeetingKind.DEMOCRATIC_EVALUATION,
    MeetingKind.ADMISSION,
    MeetingKind.CONFIRMATION,
    MeetingKind.ELECTION,
    MeetingKind.LOCAL,
)
"""Everybody on the branch's roster is expected."""


class MeetingState(TextChoices):
    PLANNED = "planned", _("Planned")
    OPEN = "open", _("In progress")
    HELD = "held", _("Held, minutes not yet locked")
    LOCKED = "locked", _("Minutes locked")
    CANCELLED = "cancelled", _("Called off")


class AttendanceState(TextChoices):
    """Unknown, on leave and absent are three things; absent says nothing about why."""

    UNKNOWN = "unknown", _("Not recorded")
    ON_SITE = "on_site", _("On site")
    ONLINE = "online", _("Online")
    VISITED = "visited", _("Visited at home")
    MADE_UP = "made_up", _("Made up later")
    LEAVE = "leave", _("On leave")
    ABSENT = "absent", _("Absent")


PRESENT = (AttendanceState.ON_SITE, AttendanceState.ONLINE)
LATER = (AttendanceState.VISITED, AttendanceState.MADE_UP)
"""What can become of an absence after the evening."""
TOOK_PART = (*PRESENT, *LATER)


class LeaveKind(TextChoices):
    PERSONAL = "personal", _("Personal matter")
    SICK = "sick", _("Illness")
    OFFICIAL = "official", _("Work")
    OTHER = "other", _("Other")


class ReasonSource(TextChoices):
    """Who gave the reason for an absence."""

    OFFICER = "officer", _("Recorded by an officer")
    MEMBER = "member", _("Answered by the member")
    CONTACT_PERSON = "contact_person", _("Answered by the contact person")
    IMPORT = "import", _("From the workbook")


class NotCountedBecause(TextChoices):
    """Why somebody expected isn't counted among those who should attend with a vote."""

    COUNTED = "", pgettext_lazy("among those who should attend", "Counted")
    PROBATIONARY = "probationary", _("Probationary member: attends without a vote")
    SUSPENDED = "suspended", _("Membership suspended")
    PROBATION_WITHIN_PARTY = "probation_within_party", _("On probation within the party")
    EXCLUDED = "excluded", _("Left out with both approvals")
    PARTICIPANT = "participant", _("Takes part here; the formal relation is elsewhere")


NOT_EXPECTED = (NotCountedBecause.EXCLUDED, NotCountedBecause.PARTICIPANT)
"""On the list, and not among those who should attend: left out, or a guest who belongs elsewhere."""


class VoteMethod(TextChoices):
    OPEN = "open", _("Open, by name")
    SHOW_OF_HANDS = "show_of_hands", _("Show of hands")
    SECRET_BALLOT = "secret_ballot", _("Secret ballot on paper")


class VoteSubject(TextChoices):
    """Which rule counts the votes."""

    MOTION = "motion", _("Motion")
    COMMITTEE = "committee", _("Decision of the committee")
    ADMISSION = "admission", _("Admission")
    CONFIRMATION = "confirmation", _("Confirmation")
    EXTENSION = "extension", _("Longer probation")
    CANCELLATION = "cancellation", _("End of probation without confirmation")
    ELECTION = "election", _("Election")


COMMITTEE_DECISIONS: dict[str, Promise] = {
    OrganizationKind.COMMITTEE: _("Decision of the party committee"),
    OrganizationKind.GENERAL_BRANCH: _("Decision of the general branch's committee"),
}
"""What such a decision is called above branches."""


def subject_words(subject: str, place: str) -> str:
    """What a kind of vote is called in an organization of that kind."""
    usual = VoteSubject(subject).label
    return str(COMMITTEE_DECISIONS.get(place, usual) if subject == VoteSubject.COMMITTEE else usual)


ON_MEMBERSHIP = (
    VoteSubject.ADMISSION,
    VoteSubject.CONFIRMATION,
    VoteSubject.EXTENSION,
    VoteSubject.CANCELLATION,
)
"""Such a vote changes somebody's membership, once the committee above has approved it."""
ON_PROBATION = tuple(subject for subject in ON_MEMBERSHIP if subject != VoteSubject.ADMISSION)
"""Such a vote is about a probationary member."""


class StepState(TextChoices):
    """How far the step from a vote to somebody's membership has come."""

    WAITING = "waiting", _("Waits for the committee")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Not approved")
    TAKEN_BACK = "taken_back", _("Taken back")


class TaskEnd(TextChoices):
    """How a task came to its end."""

    OPEN = "", _("Open")
    DONE = "done", _("Done")
    NOT_NEEDED = "not_needed", _("No longer needed")


class RequestState(TextChoices):
    ASKED = "asked", _("Asked")
    GRANTED = "granted", _("Granted")
    REFUSED = "refused", _("Not granted")


class CorrectionState(TextChoices):
    WAITING = "waiting", _("Waiting for a second person")
    CONFIRMED = "confirmed", pgettext_lazy("a correction", "Confirmed")
    DECLINED = "declined", pgettext_lazy("a correction", "Declined")


class DayKind(TextChoices):
    """What a day is instead of what its weekday says."""

    OFF = "off", _("Day off")
    WORKED = "worked", _("Workday")


BADGES: dict[str, str] = {
    MeetingState.PLANNED: "info",
    MeetingState.OPEN: "good",
    MeetingState.HELD: "warn",
    AttendanceState.ON_SITE: "good",
    AttendanceState.ONLINE: "good",
    AttendanceState.VISITED: "info",
    AttendanceState.MADE_UP: "info",
    AttendanceState.LEAVE: "warn",
    AttendanceState.ABSENT: "bad",
    CorrectionState.WAITING: "warn",
    CorrectionState.CONFIRMED: "good",
    StepState.APPROVED: "good",
    StepState.REFUSED: "bad",
    StepState.TAKEN_BACK: "warn",
}
"""The kind of badge of a state, of whatever it is one; quiet where none is named."""
