"""Enumerations. The codes are the field's terms (docs/glossary.md)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class SchemeState(TextChoices):
    DRAFT = "draft", _("Being built")
    IN_FORCE = "in_force", _("Assessed by it")
    RETIRED = "retired", _("No longer assessed by it")


class IndicatorPart(TextChoices):
    """Whose work an indicator is about: both stand in one scheme, so that they are not two skins."""

    PARTY = "party", _("Party work")
    BUSINESS = "business", _("The unit's own work")


class Cycle(TextChoices):
    """How often an indicator is looked at."""

    MONTH = "month", _("Every month")
    QUARTER = "quarter", _("Every quarter")
    YEAR = "year", _("Once a year")
    EVENT = "event", _("When it happens")


class ClauseKind(TextChoices):
    """How a clause of an indicator gives or takes points."""

    DEDUCT_PER_MISSING = "deduct_per_missing", _("Takes points for each that is missing")
    DEDUCT_FLAT = "deduct_flat", _("Takes points once")
    TIERED = "tiered", _("Points by tier")
    RATIO_STEP = "ratio_step", _("Takes points for each step of the ratio")
    BONUS = "bonus", _("Adds points for each")
    MANUAL = "manual", _("Points given by a person")
    VETO = "veto", _("Decides the band, whatever the points")


DEDUCTING = (ClauseKind.DEDUCT_PER_MISSING, ClauseKind.DEDUCT_FLAT, ClauseKind.RATIO_STEP)
"""An indicator with one of these begins with all its points; one without begins with none."""


class Counted(TextChoices):
    """What of a metric a tier is measured by."""

    DONE = "done", _("How many were done")
    MISSING = "missing", _("How many are missing")
    SHARE = "share", _("Done of due, per cent")


class Every(TextChoices):
    """The length of a period in which a clause of its own expects something."""

    MONTH = "month", _("a month")
    QUARTER = "quarter", _("a quarter")
    HALF = "half", _("half a year")
    YEAR = "year", _("a year")


class AssessmentState(TextChoices):
    """Where the assessment of a branch stands, in the order of the steps."""

    COLLECTING = "collecting", _("Being put together")
    SHOWN = "shown", _("Shown to the branch, which may object")
    PUBLISHED = "published", _("Published")
    LOCKED = "locked", _("Locked")


class ScoreState(TextChoices):
    """Unknown is no zero, and what waits for a person is no zero either."""

    SCORED = "scored", _("Scored")
    UNKNOWN = "unknown", _("Not recorded")
    WAITING = "waiting", _("Waits for a person")


class ValueState(TextChoices):
    """A value that one person entered counts when a second one has read its basis."""

    WAITING = "waiting", _("Waits for a second person")
    CONFIRMED = "confirmed", _("Confirmed")
    REFUSED = "refused", _("Not confirmed")


class ViewSource(TextChoices):
    """From where somebody looks at a branch's work. The superior's view is the record with the confirmed values."""

    SELF = "self", _("The branch itself")
    PEER = "peer", _("Other branches")
    SUPERIOR = "superior", _("The level above")
    MEMBERS = "members", _("Its members")


class Satisfaction(TextChoices):
    """What a member says of the branch's work; only the sums are kept."""

    SATISFIED = "satisfied", _("Satisfied")
    FAIRLY = "fairly", _("Fairly satisfied")
    NOT = "not", _("Not satisfied")
    CANT_SAY = "cant_say", _("Can't say")


class ObjectionOutcome(TextChoices):
    """Empty: not answered yet."""

    UPHELD = "upheld", _("The branch is right: changed")
    EXPLAINED = "explained", _("Stays, with the reason")
    RECORD_FIRST = "record_first", _("Changes when the record is completed")


class GoalState(TextChoices):
    """Where a joint goal stands: planned, looked at in the middle of the year, come to a result."""

    PLANNED = "planned", _("Planned for the year")
    CHECKED = "checked", _("Checked at mid-year")
    REACHED = "reached", _("Reached")
    PARTLY = "partly", _("Partly reached")
    MISSED = "missed", _("Missed")
    DROPPED = "dropped", _("Given up, with the reason")


RESULTS = (GoalState.REACHED, GoalState.PARTLY, GoalState.MISSED)


class PostShare(TextChoices):
    """How much of somebody's work is party work."""

    FULL_TIME = "full_time", _("Full-time")
    PART_TIME = "part_time", _("Part-time")


class PracticeKind(TextChoices):
    """Which of a branch's difficulties a practice is about."""

    ATTENDANCE = "attendance", _("Meetings that people come to")
    HARD_TO_REACH = "hard_to_reach", _("Members who are hard to reach")
    DUES = "dues", _("Dues")
    SUPERVISION = "supervision", _("Saying what is wrong, and putting it right")
    JOINT = "joint", _("Party work and the unit's work together")
    OFFICERS = "officers", _("Secretaries and officers")
    OTHER = "other", _("Something else")


class PracticeState(TextChoices):
    DRAFT = "draft", _("Being written")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Taken back by its branch")
