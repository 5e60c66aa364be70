"""Facts that a scheme of assessment counts by name; `settings.METRICS` names this tuple."""

from django.utils.translation import gettext_lazy as _

from meetings.choices import MeetingKind
from meetings.queries.metric_facts import attendance_facts, explained_facts, minutes_facts, of_kind
from meetings.rules.duties import ASKED
from rulebook.metric import Metric

MEETINGS = _("Meetings, from the plan to the minutes")
NEVER = _("when the branch has never put a meeting on record")


def _of_kind(kind: str, rule_key: str) -> Metric:
    return Metric(
        name=f"meetings.{kind}",
        title=MeetingKind(kind).label,
        definition=_(
            "Meetings of this kind that were held, alone or together with another, and those that were due and weren't"
        ),
        numerator=_("meetings held in these days"),
        denominator=_("meetings held, and those due in these days that weren't held"),
        unit=_("meetings"),
        source=MEETINGS,
        not_recorded=NEVER,
        facts=of_kind(MeetingKind(kind)),
        rule_key=rule_key,
    )


METRICS: tuple[Metric, ...] = (
    *(_of_kind(asked.kind, asked.rule_key) for of_place in ASKED.values() for asked in of_place),
    Metric(
        name="meetings.attendance",
        title=_("Took part in meetings"),
        definition=_("Meeting by meeting: on site, online, visited at home or made up later, of all who should attend"),
        numerator=_("members who took part"),
        denominator=_(
            "members on the list of the meeting, without guests and those left out; leave counts as not taking part"
        ),
        unit=_("attendances"),
        source=_("The attendance of each meeting"),
        not_recorded=_("when nobody's attendance is on record"),
        facts=attendance_facts,
    ),
    Metric(
        name="meetings.explained",
        title=_("Absences with a reason"),
        definition=_("Meeting by meeting: absences of which somebody has said why"),
        numerator=_("absences with a reason"),
        denominator=_("absences; who was on leave or not marked isn't among them"),
        unit=_("absences"),
        source=_("The attendance of each meeting"),
        not_recorded=_("when nobody's attendance is on record"),
        facts=explained_facts,
        rule_key="meet.absence.days",
    ),
    Metric(
        name="meetings.minutes",
        title=_("Minutes locked"),
        definition=_("Meetings that were held and whose minutes are locked, or should be by now"),
        numerator=_("meetings with locked minutes"),
        denominator=_("meetings whose minutes are locked or due"),
        unit=_("meetings"),
        source=MEETINGS,
        not_recorded=NEVER,
        facts=minutes_facts,
        rule_key="meet.minutes.days",
    ),
)
