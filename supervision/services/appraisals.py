"""A round of democratic appraisal: opened with the roster of the day, led through its steps, told to each member."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from audit.services import record
from meetings.models import Meeting
from members.choices import VOTELESS_KINDS, OrganizationKind, SituationKind
from members.models import Member, Organization, Situation, User
from members.services.refused import Refused
from supervision.choices import BallotMethod, Mark, RoundState
from supervision.models import AppraisalRound, Appraisee, PaperCount, Tally
from supervision.rules.appraisals import (
    NoBallot,
    closing_hindrance,
    next_step,
    online_hindrance,
    rule_versions,
    step_before,
)

EARLIEST = 2016


@transaction.atomic
def open_round(*, key: UUID, organization: Organization, year: int, on: date, by: User) -> AppraisalRound:
    """Everybody on the branch's roster of the day takes part. The same form twice is one round. Raises Refused."""
    if known := AppraisalRound.objects.filter(pk=key, organization=organization).first():
        return known
    _refuse_unfit(organization, year, on)
    given = {"organization": organization, "year": year, "opened_on": on, "rule_versions": rule_versions(on)}
    try:
        with transaction.atomic():
            begun = AppraisalRound.objects.create(key=key, **given)
    except IntegrityError:
        raise Refused(_("This year's appraisal has been opened already."), "year") from None
    Appraisee.objects.bulk_create(_taking_part(begun, on))
    put_on_record(begun, action="open_appraisal", by=by, details={"year": year})
    return begun


@transaction.atomic
def go_on(
    *, round: AppraisalRound, expected: str, on: date, by: User, method: str = "", meeting: Meeting | None = None
) -> AppraisalRound:
    """To the next step. `expected`: the step that the page showed, so that a double click goes one step.

    `method` for the step to the ballot; `meeting`: at which it is held, or which gave the opinion. Raises Refused.
    """
    held = locked(round)
    if held.state != expected:
        return held
    before, after = held.state, next_step(held.state)
    if after is None:
        raise Refused(_("The appraisal is closed."))
    if after == RoundState.BALLOT:
        _begin_ballot(held, method, meeting)
    elif after == RoundState.OPINION:
        _close_ballot(held)
    elif after == RoundState.CLOSED:
        _close(held, meeting, on)
    held.state = after
    held.save()
    put_on_record(held, action="step_appraisal", by=by, details={"from": before, "to": after})
    return held


@transaction.atomic
def go_back(*, round: AppraisalRound, expected: str, by: User) -> AppraisalRound:
    """One step back while nothing is lost by it. Raises Refused."""
    held = locked(round)
    if held.state != expected:
        return held
    before, after = held.state, step_before(held.state)
    if after is None:
        raise Refused(_("This is the first step."))
    _refuse_loss(held)
    if before == RoundState.BALLOT:
        Tally.objects.filter(appraisee__round=held).delete()
    held.state, held.closed_on = after, None
    held.save()
    put_on_record(held, action="step_appraisal_back", by=by, details={"from": before, "to": after})
    return held


def locked(round: AppraisalRound) -> AppraisalRound:
    """The round as it stands now, held until the end of the transaction: every writer takes this lock first."""
    rows = AppraisalRound.objects.select_for_update(of=("self",)).select_related("organization")
    return rows.get(pk=round.pk)


def put_on_record(round: AppraisalRound, *, action: str, by: User, details: Mapping[str, Any] | None = None) -> None:
    """An act on the round as a whole."""
    record(action=action, by=by, subject=round, organization_code=round.organization.code, details=details)


def put_export_on_record(*, place: Organization, rows: int, by: User) -> None:
    """That grades left the program as a workbook: whose, and how many."""
    code = place.code
    record(action="export_appraisals", by=by, subject=place, organization_code=code, details={"rows": rows})


# --- Who takes part ---------------------------------------------------------------------------------------------------
def _taking_part(begun: AppraisalRound, on: date) -> list[Appraisee]:
    """Formal members get a grade unless their membership is suspended; who has no vote fills in no ballot."""
    people = Member.objects.below(begun.organization.path)
    formal = set(people.formal(on).values_list("pk", flat=True))
    held = Situation.objects.of(*VOTELESS_KINDS).holding(on).filter(member__in=people.values("pk"))
    situations = list(held.values_list("member", "kind"))
    voteless = {member for member, _kind in situations}
    suspended = {member for member, kind in situations if kind == SituationKind.SUSPENDED}
    return [
        Appraisee(round=begun, member_id=pk, is_graded=pk in formal - suspended, has_ballot=pk not in voteless)
        for pk in people.in_roster_order().values_list("pk", flat=True)
    ]


# --- The steps --------------------------------------------------------------------------------------------------------
def _begin_ballot(held: AppraisalRound, method: str, meeting: Meeting | None) -> None:
    if method not in BallotMethod.values:
        raise Refused(_("Say whether the ballot is held online or on paper."), "method")
    people = Appraisee.objects.filter(round=held)
    if method == BallotMethod.ONLINE and online_hindrance(people.filter(has_ballot=True).count()):
        raise Refused(
            _("Fewer than three have a ballot: online each could work out the others'. Hold it on paper."), "method"
        )
    held.method, held.meeting, held.ballots = BallotMethod(method), meeting or held.meeting, 0
    graded = people.filter(is_graded=True).order_by("pk").values_list("pk", flat=True)
    Tally.objects.bulk_create(Tally(appraisee_id=pk, mark=mark) for pk in graded for mark in Mark)


def _close_ballot(held: AppraisalRound) -> None:
    """Online the ballots are those who have voted; on paper what two people counted."""
    if held.method == BallotMethod.ONLINE:
        held.ballots = Appraisee.objects.filter(round=held, has_voted=True).count()
    match closing_hindrance(held.method, held.ballots):
        case NoBallot.FEW_BALLOTS:
            raise Refused(
                _("Fewer than three ballots are in; their result could not be shown. Wait, or begin anew on paper.")
            )
        case NoBallot.NOT_COUNTED:
            raise Refused(_("The papers haven't been counted by two people yet, or the two counts differ."))


def _close(held: AppraisalRound, meeting: Meeting | None, on: date) -> None:
    waiting = Appraisee.objects.filter(round=held, is_graded=True, grade="").select_related("member")
    names = [one.member.name for one in waiting.order_by("member__name_key")[:5]]
    if names:
        raise Refused(_("These have no grade yet: %(names)s.") % {"names": "、".join(names)})
    if meeting is None:
        raise Refused(_("Choose the meeting that gave the opinions."), "meeting")
    held.opinion_meeting, held.closed_on = meeting, on


def _refuse_loss(held: AppraisalRound) -> None:
    people = Appraisee.objects.filter(round=held)
    if held.state == RoundState.BALLOT:
        begun = people.filter(has_voted=True).exists() or PaperCount.objects.filter(round=held).exists()
        if begun or held.ballots:
            raise Refused(_("Ballots are in. Going back would throw them away."))
    elif held.state == RoundState.OPINION:
        raise Refused(_("The ballot is closed and its sums have been seen. It stays as it was counted."))
    elif people.filter(Q(told_on__isnull=False) | ~Q(follow_up="")).exists():
        raise Refused(_("A member has been told the result. It stays."))


def _refuse_unfit(organization: Organization, year: int, on: date) -> None:
    if organization.kind != OrganizationKind.BRANCH:
        raise Refused(_("Branches appraise their members. Choose a branch."))
    if not EARLIEST <= year <= on.year:
        raise Refused(_("Choose this year, or one before that is put on record late."), "year")
    if not Member.objects.below(organization.path).exists():
        raise Refused(_("Nobody is on the branch's roster."))
