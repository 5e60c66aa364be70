"""Enumerations. The codes are the field's terms (docs/glossary.md)."""

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.choices import OrganizationKind


class SuggestionKind(TextChoices):
    """What it is about."""

    WORK = "work", _("The branch's work")
    UNIT = "unit", _("The unit's work")
    LEADERS = "leaders", _("How leaders work")
    CONDITIONS = "conditions", _("Living and working conditions")
    OTHER = "other", _("Something else")


class SuggestionOutcome(TextChoices):
    """What became of it. Not answered yet: empty."""

    SOLVED = "solved", _("Solved")
    EXPLAINED = "explained", _("Can't be done, with the reason")
    PASSED_UP = "passed_up", _("Passed on to the level above")


class TalkOccasion(TextChoices):
    """Why they talked."""

    YEARLY = "yearly", _("The year's talk")
    BEFORE_MEETING = "before_meeting", _("Before an organizational-life meeting")
    APPRAISAL = "appraisal", _("After an appraisal")
    ABSENCE = "absence", _("After absences or arrears")
    HARDSHIP = "hardship", _("Illness, hardship, a change in life")
    OTHER = "other", _("Another reason")


class CheckMark(TextChoices):
    """How somebody sees themselves on one line of a list."""

    MET = "met", _("I do this")
    PARTLY = "partly", _("Partly")
    NOT_MET = "not_met", _("Not yet")
    NOT_APPLICABLE = "not_applicable", _("Doesn't apply to me")


class ProblemSource(TextChoices):
    """Where a list of problems comes from."""

    ORG_LIFE_MEETING = "org_life_meeting", _("Organizational-life meeting")
    MEETING = "meeting", _("Another meeting")
    APPRAISAL = "appraisal", _("Democratic appraisal")
    INSPECTION = "inspection", _("Inspection from above")
    SUGGESTION = "suggestion", _("Suggestion")
    OTHER = "other", _("Found by the branch itself")


class ProblemState(TextChoices):
    OPEN = "open", _("Being put right")
    DONE = "done", _("Reported as done, to be accepted")
    ACCEPTED = "accepted", _("Accepted")
    DROPPED = "dropped", _("Dropped, with the reason")


class ProblemStepKind(TextChoices):
    """What happened to a problem."""

    DONE = "done", _("Reported as done")
    ACCEPTED = "accepted", _("Accepted")
    SENT_BACK = "sent_back", _("Sent back")
    MOVED = "moved", _("Given another day")
    DROPPED = "dropped", _("Dropped")
    NOTE = "note", _("Note")


class InspectionState(TextChoices):
    PLANNED = "planned", _("Visit planned")
    VISITED = "visited", _("Visited, findings being written")
    ISSUED = "issued", _("Findings handed over")
    CLOSED = "closed", _("Closed")


class MatterKind(TextChoices):
    """三重一大, and what a village's general meeting has to discuss."""

    MAJOR_DECISION = "major_decision", _("Major decision")
    APPOINTMENT = "appointment", _("Important appointment or removal")
    PROJECT = "project", _("Important project")
    LARGE_FUND = "large_fund", _("Use of a large sum")
    VILLAGE = "village", _("Matter of a village or community")


class MatterOpinion(TextChoices):
    """What the party organization said before the decision."""

    AGREES = "agrees", _("Agrees")
    AGREES_WITH_CHANGES = "agrees_with_changes", _("Agrees with changes")
    DISAGREES = "disagrees", _("Disagrees")
    POSTPONE = "postpone", _("Should be postponed")


class MatterDecision(TextChoices):
    """What was decided then."""

    ADOPTED = "adopted", _("Adopted")
    CHANGED = "changed", _("Adopted with changes")
    DECLINED = "declined", _("Not adopted")


class RoundState(TextChoices):
    """Where a democratic appraisal stands; its steps in the article's order."""

    SELF = "self", _("Self-appraisal")
    MUTUAL = "mutual", _("Mutual appraisal")
    BALLOT = "ballot", _("Ballot")
    OPINION = "opinion", _("Opinion of the committee")
    CLOSED = "closed", _("Closed, results told")


class BallotMethod(TextChoices):
    ONLINE = "online", _("Online, anonymous")
    PAPER = "paper", _("On paper, typed by two")


class Grade(TextChoices):
    EXCELLENT = "excellent", _("Excellent")
    QUALIFIED = "qualified", _("Qualified")
    BASICALLY_QUALIFIED = "basically_qualified", _("Basically qualified")
    UNQUALIFIED = "unqualified", _("Unqualified")


class AppraisalMark(TextChoices):
    """What a ballot can say of somebody."""

    EXCELLENT = "excellent", _("Excellent")
    QUALIFIED = "qualified", _("Qualified")
    BASICALLY_QUALIFIED = "basically_qualified", _("Basically qualified")
    UNQUALIFIED = "unqualified", _("Unqualified")
    ABSTAINED = "abstained", _("Abstained")


LOWER_GRADES = (Grade.BASICALLY_QUALIFIED, Grade.UNQUALIFIED)
"""What is followed up."""


class ReportPeriod(TextChoices):
    QUARTER = "quarter", _("Quarter")
    YEAR = "year", _("Year")


class ReportState(TextChoices):
    DRAFT = "draft", _("Draft")
    ADOPTED = "adopted", _("Adopted by the committee meeting")
    SUBMITTED = "submitted", _("Submitted")
    READ = "read", _("Read above")
    RETURNED = "returned", _("Returned with questions")
    CLOSED = "closed", _("Closed")


ADOPTED_ABOVE: dict[str, Promise] = {
    OrganizationKind.COMMITTEE: _("Adopted by the party committee"),
    OrganizationKind.GENERAL_BRANCH: _("Adopted by the general branch's committee"),
}
"""Who adopts a report above branches."""


def report_words(state: str, place: str) -> str:
    """The state of a report of an organization of that kind."""
    known = ReportState(state)
    return str(ADOPTED_ABOVE.get(place, known.label) if known == ReportState.ADOPTED else known.label)


class LetterState(TextChoices):
    RECEIVED = "received", _("Received")
    ACCEPTED = "accepted", _("Accepted for handling")
    NOT_ACCEPTED = "not_accepted", _("Not for the discipline body")
    CLOSED = "closed", _("Closed")


class NameState(TextChoices):
    ASKED = "asked", _("The custodian decides")
    RELEASED = "released", _("Released to the readers")
    REFUSED = "refused", _("Not released")


class FileKind(TextChoices):
    PICTURE = "picture", _("Picture")
    PDF = "pdf", _("PDF")


class KeyState(TextChoices):
    WAITING = "waiting", _("Waits for a second person's approval")
    IN_USE = "in_use", _("In use")
    WITHDRAWN = "withdrawn", _("Withdrawn")
