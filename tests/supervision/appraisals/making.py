"""A branch of a few members that appraises itself, for tests."""

from datetime import date
from functools import partial
from uuid import uuid4

from django.db import transaction

from meetings.choices import MeetingKind, MeetingState
from meetings.models import Meeting
from members.choices import Membership
from members.models import Member
from supervision.appraisals.ballot_services import cast_ballot
from supervision.appraisals.queries import appraised_by
from supervision.appraisals.services import give_opinion, go_on, open_round
from supervision.choices import AppraisalMark, Grade, RoundState
from supervision.models import Appraisee, Tally
from tests.cast import TODAY, make_member, make_user


def people(cast, number=4):
    """More formal members of the branch with a log-in each, beside 张英 and 李国强; and one on probation."""
    found = [make_member(f"党员{place}", cast.branch) for place in range(number)]
    for place, member in enumerate(found):
        make_user(f"voter{place}", member=member)
    make_member("预备生", cast.branch, membership=Membership.PROBATIONARY)
    return found


def opened(cast, on=TODAY):
    return open_round(key=uuid4(), organization=cast.branch, year=on.year, on=on, by=cast.secretary)


def led_to(cast, state, *, method="online", on=TODAY):
    """A round in that step; past the ballot three members have voted and everybody is qualified."""
    held = opened(cast, on)
    on_with = partial(step, cast, on=on)
    if state == RoundState.SELF:
        return held
    held = on_with(held)
    if state == RoundState.MUTUAL:
        return held
    held = on_with(held, method=method)
    if state == RoundState.BALLOT:
        return held
    for member in voters(held)[:3]:
        vote(held, member)
    held = on_with(held)
    if state == RoundState.OPINION:
        return held
    grade_all(cast, held)
    return on_with(held, meeting=committee_meeting(cast, on))


def step(cast, held, on=TODAY, **given):
    return go_on(round=held, expected=held.state, on=on, by=cast.secretary, **given)


def voters(held):
    return list(Member.objects.filter(appraisals__round=held, appraisals__has_ballot=True).order_by("pk"))


def ballot(held, member, mark=AppraisalMark.QUALIFIED):
    """One mark for everybody else."""
    return {str(one.pk): mark for one in appraised_by(held, member.pk)}


def vote(held, member, mark=AppraisalMark.QUALIFIED):
    cast_ballot(round=held, member_id=member.pk, marks=ballot(held, member, mark))


def grade_all(cast, held, grade=Grade.QUALIFIED):
    for one in Appraisee.objects.filter(round=held).select_related("member", "round"):
        with transaction.atomic():
            words = {"grade": grade if one.is_graded else "", "opinion": "工作认真，还要多参加活动"}
            give_opinion(appraisee=one, by=cast.secretary, **words)


def committee_meeting(cast, on=TODAY):
    return Meeting.objects.create(
        organization=cast.branch, kind=MeetingKind.COMMITTEE_MEETING, state=MeetingState.HELD, day=on,
        counts_for_year=on.year,
    )  # fmt: skip


def of(held, member):
    return Appraisee.objects.select_related("member", "round__organization").get(round=held, member=member)


def sums(held):
    """Name → mark → ballots, without what nobody chose."""
    found: dict[str, dict[str, int]] = {}
    for tally in Tally.objects.filter(appraisee__round=held, ballots__gt=0).select_related("appraisee__member"):
        found.setdefault(tally.appraisee.member.name, {})[tally.mark] = tally.ballots
    return found


LAST_YEAR = date(TODAY.year - 1, 12, 20)
