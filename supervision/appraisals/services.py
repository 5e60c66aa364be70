"""The steps of a round of appraisal, and what is written in it."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from audit.services import Change, record
from meetings.meeting.models import Meeting
from members.choices import VOTELESS_KINDS, OrganizationKind, SituationKind
from members.models import Member, Organization, Situation, User
from members.refused import Refused
from supervision.appraisals.models import AppraisalRound, Appraisee, MutualAppraisal, PaperCount, Tally
from supervision.appraisals.rules import (
    NoBallot,
    closing_hindrance,
    next_step,
    online_hindrance,
    rule_versions,
    step_before,
)
from supervision.choices import LOWER_GRADES, AppraisalMark, BallotMethod, Grade, RoundState

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
    record_act(begun, action="open_appraisal", by=by, details={"year": year})
    return begun


@transaction.atomic
def go_on(
    *, round: AppraisalRound, expected: str, on: date, by: User, method: str = "", meeting: Meeting | None = None
) -> AppraisalRound:
    """To the next step. `expected`: the step that the page showed, so that a double click goes one step.

    `method` for the step to the ballot; `meeting`: at which it is held, or which gave the opinion. Raises Refused.
    """
    held = lock_round(round)
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
    record_act(held, action="step_appraisal", by=by, details={"from": before, "to": after})
    return held


@transaction.atomic
def go_back(*, round: AppraisalRound, expected: str, by: User) -> AppraisalRound:
    """One step back while nothing is lost by it. Raises Refused."""
    held = lock_round(round)
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
    record_act(held, action="step_appraisal_back", by=by, details={"from": before, "to": after})
    return held


def lock_round(round: AppraisalRound) -> AppraisalRound:
    """The round as it stands now, held until the end of the transaction: every writer takes this lock first."""
    rows = AppraisalRound.objects.select_for_update(of=("self",)).select_related("organization")
    return rows.get(pk=round.pk)


def record_act(round: AppraisalRound, *, action: str, by: User, details: Mapping[str, Any] | None = None) -> None:
    """An act on the round as a whole."""
    record(action=action, by=by, subject=round, organization_code=round.organization.code, details=details)


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
    Tally.objects.bulk_create(Tally(appraisee_id=pk, mark=mark) for pk in graded for mark in AppraisalMark)


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


WRITING = (RoundState.SELF, RoundState.MUTUAL)


@transaction.atomic
def write_self_appraisal(*, appraisee: Appraisee, text: str, on: date, by: User) -> None:
    """By the member, or by an officer for who has no account; changed until the ballot. Raises Refused."""
    held = _held(appraisee)
    if held.round.state not in WRITING:
        raise Refused(_("The self-appraisals are closed; the ballot has begun."))
    if by.member_id != held.member_id and has_account(held.member):
        raise Refused(_("The member has an account and writes it themself."))
    _refuse_empty(text, "text")
    held.self_appraisal, held.self_appraised_on = text.strip(), on
    held.save(update_fields=["self_appraisal", "self_appraised_on"])
    _record("write_self_appraisal", held, by)


@transaction.atomic
def write_mutual_appraisal(*, about: Appraisee, author: Member, text: str, by: User) -> None:
    """By name, as at the meeting; once per pair, a second one replaces it. Raises Refused."""
    held = _held(about)
    if held.round.state != RoundState.MUTUAL:
        raise Refused(_("Mutual appraisals are written in their own step, after the self-appraisals."))
    if author.pk == held.member_id:
        raise Refused(_("Of oneself one writes the self-appraisal."), "author")
    if not Appraisee.objects.filter(round=held.round_id, member=author).exists():
        raise Refused(_("Only who takes part in the appraisal writes of others."), "author")
    if by.member_id != author.pk and has_account(author):
        raise Refused(_("The member has an account and writes it themself."), "author")
    _refuse_empty(text, "text")
    MutualAppraisal.objects.update_or_create(about=held, author=author, defaults={"text": text.strip()})
    _record("write_mutual_appraisal", held, by)


@transaction.atomic
def give_opinion(*, appraisee: Appraisee, grade: str, opinion: str, by: User) -> None:
    """The grade and the words of the committee; who is ungraded gets words only. Raises Refused."""
    held = _held(appraisee)
    if held.round.state != RoundState.OPINION:
        raise Refused(_("The opinions are written after the ballot, until the appraisal is closed."))
    if held.is_graded and grade not in Grade.values:
        raise Refused(_("Choose a grade."), "grade")
    if not held.is_graded and grade:
        raise Refused(_("This member takes part without a grade."), "grade")
    if grade in LOWER_GRADES and not opinion.strip():
        raise Refused(_("Write what is missing, so that the member knows."), "opinion")
    changes: list[Change] = [("grade", held.grade, grade)] if held.grade != grade else []
    held.grade, held.opinion = grade, opinion.strip()
    held.save(update_fields=["grade", "opinion"])
    _record("give_grade", held, by, changes)


@transaction.atomic
def tell_result(*, appraisee: Appraisee, on: date, by: User) -> None:
    """An officer has told the member, or the member has opened the result; the first day stays. Raises Refused."""
    held = _held(appraisee)
    _refuse_open(held)
    if held.told_on is None:
        held.told_on = on
        held.save(update_fields=["told_on"])
        _record("tell_appraisal", held, by)


@transaction.atomic
def follow_up(*, appraisee: Appraisee, values: Mapping[str, Any], on: date, by: User) -> None:
    """How a member with a lower grade is helped: `follow_up`, `follow_up_due_on`, `followed_up_on`. Raises Refused."""
    held = _held(appraisee)
    _refuse_open(held)
    if held.grade not in LOWER_GRADES:
        raise Refused(_("Only a lower grade is followed up."))
    if not values["follow_up"].strip():
        raise Refused(_("Write what is done to help."), "follow_up")
    done_on, closed_on = values.get("followed_up_on"), held.round.closed_on
    if done_on and done_on > on:
        raise Refused(_("That day hasn't come yet."), "followed_up_on")
    if done_on and closed_on and done_on < closed_on:
        raise Refused(_("That is before the appraisal was closed."), "followed_up_on")
    names = ("follow_up", "follow_up_due_on", "followed_up_on")
    changes: list[Change] = [(name, getattr(held, name), values.get(name)) for name in names]
    for name in names:
        setattr(held, name, values.get(name))
    held.save(update_fields=names)
    _record("follow_up_appraisal", held, by, [one for one in changes if one[1] != one[2]])


def has_account(member: Member) -> bool:
    """Whether the member can write for themself."""
    return User.objects.filter(member=member, is_active=True).exists()


def _held(appraisee: Appraisee) -> Appraisee:
    """As it stands now, the round locked first."""
    lock_round(appraisee.round)
    rows = Appraisee.objects.select_for_update(of=("self",)).select_related("member", "round__organization")
    return rows.get(pk=appraisee.pk)


def _refuse_open(held: Appraisee) -> None:
    if held.round.state != RoundState.CLOSED:
        raise Refused(_("The appraisal isn't closed yet."))


def _refuse_empty(text: str, field: str) -> None:
    if not text.strip():
        raise Refused(_("Write a few sentences."), field)


def _record(action: str, held: Appraisee, by: User, changes: list[Change] | None = None) -> None:
    code = held.round.organization.code
    record(action=action, by=by, subject=held, organization_code=code, changes=changes or ())
