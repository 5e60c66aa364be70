"""From a vote that passed to the member's own facts: the branch asks, the committee above approves, the facts change.

Nothing is typed again: who, the day and the meeting are the vote's.
"""

import uuid
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from meetings.choices import ON_PROBATION, StepState, VoteSubject
from meetings.meeting.services import WrongState
from meetings.votes.membership_rules import approval_by, extensions, holds_from
from meetings.votes.models import MembershipStep, Vote
from meetings.votes.queries import asks_for_step, committee_above, people, person_in, step_of
from members.choices import Capability, LeavingReason, Membership
from members.dates import PartialDate
from members.fields import opened
from members.models import Member, Organization, User
from members.people import read_from_identity
from members.refused import Refused
from members.roster.services import Values, create_member, edit_member, end_belonging, refuse_unfit, version_of


@dataclass(frozen=True, slots=True)
class StepDetails:
    """What the vote doesn't say: an applicant's name (older votes) and identity number, the months of an extension."""

    name: str = ""
    national_id: str = ""
    months: int | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """The committee's decision: its day, and the document of a yes or the reason of a no."""

    on: date
    document: str = ""
    reason: str = ""

    @property
    def state(self) -> StepState:
        return StepState.REFUSED if self.reason else StepState.APPROVED


@transaction.atomic
def ask_step(*, key: uuid.UUID, vote: Vote, asked: StepDetails, today: date, by: User | str) -> MembershipStep:
    """Hand what a vote decided to the committee above; where no rule asks for its approval, it holds at once.

    One step a vote: a second form gives the first one's row. Raises WrongState, and Refused for facts that can't be.
    """
    vote = _locked(vote)
    if known := step_of(vote):
        return known
    if not asks_for_step(vote):
        raise WrongState(_("Nothing follows from this vote for anybody's membership."))
    step = _step(key, vote, asked, by)
    _refuse_unfit(step, today, by)
    step.save(force_insert=True)
    _record("ask_membership_step", step, by)
    if approval_by(step.voted_on) is None:
        vote_itself = Approval(step.voted_on, document=_("no approval asked for"))
        return _carry_out(step, vote_itself, today, by)
    if committee_above(vote.item.meeting.organization) is None:
        raise WrongState(_("No committee above the branch is in the program that could approve this."))
    return step


@transaction.atomic
def decide_step(*, step: MembershipStep, approval: Approval, today: date, by: User | str) -> MembershipStep:
    """Record the committee's decision; with a yes the member's facts change. The same decision twice is once.

    Raises WrongState, and Refused where the facts have changed since in a way that stands against it.
    """
    step = _held(step)
    if step.state == approval.state:
        return step
    if step.state != StepState.WAITING:
        raise WrongState(_("This has been decided or taken back meanwhile."))
    _refuse_decision(step, approval, today, by)
    if approval.state == StepState.APPROVED:
        return _carry_out(step, approval, today, by)
    _decided(step, approval, by)
    step.save()
    _record("refuse_membership_step", step, by, approval.reason)
    return step


@transaction.atomic
def take_back_step(*, step: MembershipStep, reason: str, by: User | str) -> None:
    """Take back what the branch asked for, as long as nobody has decided; the vote then offers the step again."""
    step = _held(step)
    if step.state == StepState.TAKEN_BACK:
        return
    if step.state != StepState.WAITING:
        raise WrongState(_("The committee has decided. What it approved by mistake, it takes back itself."))
    step.state, step.reason, step.national_id = StepState.TAKEN_BACK, reason, ""
    step.save()
    _record("take_back_membership_step", step, by, reason)


@transaction.atomic
def take_back_approval(*, step: MembershipStep, reason: str, today: date, by: User | str) -> None:
    """Put a confirmation or a longer probation that was approved by mistake back; the branch can ask again.

    Raises WrongState: a person who was admitted or has left is corrected on their own page.
    """
    step = _held(step)
    if step.state == StepState.TAKEN_BACK:
        return
    _refuse_stranger(step, by)
    if step.state != StepState.APPROVED or step.vote.subject not in (VoteSubject.CONFIRMATION, VoteSubject.EXTENSION):
        raise WrongState(
            _("Only a confirmation or a longer probation is taken back here; otherwise correct the member's page.")
        )
    if step.vote.subject == VoteSubject.CONFIRMATION and step.member:
        _refuse_changed(step, step.member)
        facts: Values = {"membership": Membership.PROBATIONARY, "confirmed": None}
        _edit(step.member, facts, today, by, reason)
    step.state, step.reason = StepState.TAKEN_BACK, reason
    step.save()
    _record("take_back_membership_step", step, by, reason)


def _step(key: uuid.UUID, vote: Vote, asked: StepDetails, by: User | str) -> MembershipStep:
    subject, day = VoteSubject(vote.subject), vote.item.meeting.day
    effective = holds_from(subject, person_in(vote), day=day)
    return MembershipStep(
        key=key, vote=vote, member=vote.about_member, asked_by=str(by),
        name=vote.about_member.name if vote.about_member else vote.applicant or asked.name.strip(),
        national_id=asked.national_id if subject == VoteSubject.ADMISSION else "",
        months=asked.months if subject == VoteSubject.EXTENSION else None,
        effective_on=effective.first_day if effective else None,
    )  # fmt: skip


def _refuse_unfit(step: MembershipStep, today: date, by: User | str) -> None:
    subject = step.vote.subject
    if subject in ON_PROBATION and step.member and step.member.is_formal(today):
        raise WrongState(_("%(name)s is a formal member already.") % {"name": step.name})
    if subject == VoteSubject.EXTENSION and (step.months or 0) not in extensions(step.voted_on):
        raise Refused(_("Choose by how many months the probation becomes longer."), "months")
    if subject == VoteSubject.ADMISSION:
        if not opened(step.national_id):
            raise Refused(_("Write the applicant's identity number, so that nobody is recorded twice."), "national_id")
        refuse_unfit(_admitted(step), on=today, by=by)


def _admitted(step: MembershipStep) -> Values:
    """What is known of somebody with the admission: the day of the vote, and what the identity number says."""
    number = opened(step.national_id)
    read = read_from_identity(number)
    born = PartialDate(step.vote.applicant_born_on) if step.vote.applicant_born_on else read and read[0]
    return {
        "name": step.name,
        "national_id": number,
        "born": born,
        "sex": str(read[1]) if read else "",
        "membership": str(Membership.PROBATIONARY),
        "joined": PartialDate(step.voted_on),
    }


def _refuse_decision(step: MembershipStep, approval: Approval, today: date, by: User | str) -> None:
    _refuse_stranger(step, by)
    if not step.voted_on <= approval.on <= today:
        raise Refused(_("The decision lies between the day of the vote and today."), "on")
    if approval.state == StepState.APPROVED and not approval.document.strip():
        raise Refused(_("Name the document or the committee's meeting that approved it."), "document")


def _refuse_stranger(step: MembershipStep, by: User | str) -> None:
    """The committee's own office decides, and nobody about themselves."""
    committee = committee_above(step.vote.item.meeting.organization)
    if not isinstance(by, User):
        return
    if committee is None or not by.access.may(Capability.APPROVE_MEMBERSHIP, committee.path):
        raise WrongState(_("The committee above decides about this, not the branch that has voted."))
    if by.member_id and by.member_id == step.member_id:
        raise WrongState(_("Nobody decides about their own membership. Ask a colleague."))


def _carry_out(step: MembershipStep, approval: Approval, today: date, by: User | str) -> MembershipStep:
    """Change the member's facts as the vote and the approval say, and close the step."""
    because, subject = _because(step, approval), step.vote.subject
    if subject == VoteSubject.ADMISSION:
        step.member = _admit(step, today, by)
    elif subject == VoteSubject.CONFIRMATION and step.member:
        confirmed = holds_from(VoteSubject.CONFIRMATION, people([step.member])[step.member.pk], day=step.voted_on)
        _edit(step.member, {"membership": Membership.FORMAL, "confirmed": confirmed}, today, by, because)
    elif subject == VoteSubject.CANCELLATION and step.member:
        end_belonging(
            member=step.member, on=approval.on, today=today, because=LeavingReason.REMOVED, by=by, reason=because
        )
    _decided(step, approval, by)
    step.save()
    _record("approve_membership_step", step, by, approval.document)
    return step


def _admit(step: MembershipStep, today: date, by: User | str) -> Member:
    """Membership, and with it the roster, begins with the vote and not with the approval."""
    place: Organization = step.vote.item.meeting.organization
    return create_member(key=step.key, organization=place, since=step.voted_on, values=_admitted(step), on=today, by=by)


def _edit(member: Member, values: Values, today: date, by: User | str, reason: str) -> None:
    version = version_of(Member.objects.select_for_update().get(pk=member.pk))
    edit_member(member=member, values=values, version=version, on=today, by=by, reason=reason)


def _refuse_changed(step: MembershipStep, member: Member) -> None:
    if member.full_on != step.effective_on:
        raise WrongState(_("The day of the confirmation was changed since. Correct the member's own page."))


def _because(step: MembershipStep, approval: Approval) -> str:
    """The reason on the audit entry of the member: meeting, vote and approval."""
    facts = {
        "day": step.voted_on.isoformat(), "about": step.vote.about, "on": approval.on.isoformat(),
        "document": approval.document,
    }  # fmt: skip
    return _("Vote of %(day)s (%(about)s), approved on %(on)s: %(document)s") % facts


def _decided(step: MembershipStep, approval: Approval, by: User | str) -> None:
    step.state, step.decided_on, step.decided_by = approval.state, approval.on, str(by)
    step.document, step.reason, step.national_id = approval.document, approval.reason, ""


def _locked(vote: Vote) -> Vote:
    rows = Vote.objects.select_for_update(of=("self",)).select_related("item__meeting__organization", "about_member")
    return rows.get(pk=vote.pk)


def _held(step: MembershipStep) -> MembershipStep:
    rows = MembershipStep.objects.select_for_update(of=("self",)).with_place()
    return rows.get(pk=step.pk)


def _record(action: str, step: MembershipStep, by: User | str, reason: str = "") -> None:
    meeting = step.vote.item.meeting
    details = {"day": meeting.day.isoformat(), "meeting": meeting.name, "vote": step.vote.about}
    code = meeting.organization.code
    record(action=action, by=by, subject=step, organization_code=code, reason=reason, details=details)
