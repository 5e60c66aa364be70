"""A supervision report on its way: begun, adopted by a meeting, submitted, read above, returned or closed.

Which side may take a step, the pages ask `queries.report_access`; here it is asked whether it is its turn.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit.services import Change, record
from meetings.meeting.models import Meeting
from members.models import Organization, User
from members.refused import Refused
from supervision.choices import ReportPeriod, ReportState
from supervision.reports.figures import kept, period_of
from supervision.reports.models import Report, ReportStep
from supervision.reports.queries import meetings_for
from supervision.reports.rules import MOVES, QUARTER, Act, every, is_asked, period_named, taken_back

Values = dict[str, Any]
ACTIONS = {
    Act.ADOPT: "adopt_report",
    Act.SUBMIT: "submit_report",
    Act.ANSWER: "answer_report",
    Act.READ: "read_report",
    Act.RETURN: "return_report",
    Act.CLOSE: "close_report",
    Act.TAKE_BACK: "take_back_report",
}
"""What the trail calls them."""


@transaction.atomic
def begin_report(*, key: UUID, organization: Organization, period: str, on: date, by: User) -> Report:
    """A draft whose figures live. The report that is there already is given back. Raises Refused."""
    _refuse_period(organization, period, on)
    kind = ReportPeriod.QUARTER if every(period) == QUARTER else ReportPeriod.YEAR
    facts = {"period_kind": kind, "begun_on": on, "pk": key}
    try:
        with transaction.atomic():
            report, made = Report.objects.get_or_create(organization=organization, period=period, defaults=facts)
    except IntegrityError:
        raise Refused(_("This form was sent before, for another period. Open it anew.")) from None
    if made:
        _record("begin_report", report, by)
    return report


@transaction.atomic
def write_judgement(*, report: Report, judgement: str, by: User) -> None:
    """The branch's own words, until the report is adopted. Raises Refused."""
    stored = _locked(report)
    if stored.state != ReportState.DRAFT:
        raise Refused(_("It was adopted as it stands. Take the adoption back first, then change the words."))
    if stored.judgement != judgement:
        changes = [("judgement", stored.judgement, judgement)]
        _store(stored, {"judgement": judgement})
        _record("write_judgement", stored, by, changes)


@transaction.atomic
def adopt_report(*, report: Report, meeting: Meeting | None, on: date, by: User) -> None:
    """Keep the figures as they are today, with the meeting that adopted them. Raises Refused."""
    stored = _locked(report)
    _refuse_state(stored, Act.ADOPT)
    if meeting is None or not meetings_for(stored, on=on).filter(pk=meeting.pk).exists():
        raise Refused(_("Choose a meeting that was held after the end of the period."), "meeting")
    figures = kept(stored.organization, period_of(stored), on=on)
    _go(stored, Act.ADOPT, ReportState.ADOPTED, "", on, by, figures=figures, meeting=meeting, adopted_on=on)


@transaction.atomic
def move_report(*, report: Report, act: Act, text: str, on: date, by: User) -> None:
    """Submit, answer, read, return or close. Raises Refused."""
    move = MOVES[act]
    stored = _locked(report)
    _refuse_state(stored, act)
    if move.needs_words and not text:
        raise Refused(_("Say it in words: the other side needs them."), "text")
    more = {Act.SUBMIT: {"submitted_on": on}, Act.CLOSE: {"closed_on": on}}.get(act, {})
    _go(stored, act, move.to, text, on, by, **more)


@transaction.atomic
def take_back_step(*, report: Report, text: str, on: date, by: User) -> None:
    """Undo one's own last step, with the reason, while nobody above has read it. Raises Refused."""
    stored = _locked(report)
    to = taken_back(stored.state, returned_before=was_returned(stored))
    if to is None:
        raise Refused(_("It was read above already. Wait for the questions, or write to them."))
    if not text:
        raise Refused(_("Say why it is taken back."), "text")
    undone: dict[ReportState, Values] = {
        ReportState.DRAFT: {"figures": None, "meeting": None, "adopted_on": None},
        ReportState.ADOPTED: {"submitted_on": None},
    }
    _go(stored, Act.TAKE_BACK, to, text, on, by, **undone.get(to, {}))


def was_returned(report: Report) -> bool:
    return any(step.state == ReportState.RETURNED for step in report.steps.all())


def _go(report: Report, act: Act, to: ReportState, text: str, on: date, by: User, **values: Any) -> None:
    changes = [("state", report.state, to)]
    _store(report, {"state": to, **values})
    ReportStep.objects.create(report=report, state=to, text=text, on=on, by=by)
    _record(ACTIONS[act], report, by, changes)


def _locked(report: Report) -> Report:
    """The row as it is stored, held until the end."""
    return Report.objects.select_for_update(of=("self",)).select_related("organization").get(pk=report.pk)


def _refuse_state(report: Report, act: Act) -> None:
    if report.state not in MOVES[act].states:
        sentence = _("That was done already, or it isn't its turn: the report stands at “%(state)s”.")
        raise Refused(sentence % {"state": report.get_state_display()})


def _refuse_period(organization: Organization, name: str, on: date) -> None:
    period = period_named(name)
    if period is None or period.last >= on:
        raise Refused(_("Choose a quarter or a year that is over."), "period")
    if not is_asked(organization.known_first_day(), period):
        raise Refused(
            _("Nothing is asked for a time before the organization’s first day. Choose a later period."), "period"
        )


def _store(report: Report, values: Values) -> None:
    for name, value in values.items():
        setattr(report, name, value)
    report.save(update_fields=list(values))


def _record(action: str, report: Report, by: User, changes: Iterable[Change] = ()) -> None:
    record(
        action=action, by=by, subject=report, organization_code=report.organization.code, changes=changes,
        details={"period": report.period},
    )  # fmt: skip
