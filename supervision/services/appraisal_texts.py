"""What is written in an appraisal: by oneself, of each other, by the committee; telling the result, and helping."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import Change, record
from members.models import Member, User
from members.services.refused import Refused
from supervision.choices import LOWER_GRADES, Grade, RoundState
from supervision.models import Appraisee, MutualAppraisal
from supervision.services.appraisals import locked

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
    locked(appraisee.round)
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
