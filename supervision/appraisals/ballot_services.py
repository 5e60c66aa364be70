"""Ballots of an appraisal: they are added to sums and kept nowhere (docs/adr/0011-ballots-are-sums.md).

Nothing of a ballot may reach a row, an audit entry, a log, a session or a message. That somebody has voted is all.
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.utils.translation import gettext as _, ngettext

from members.models import User
from members.refused import Refused
from supervision.appraisals.models import AppraisalRound, Appraisee, PaperCount, Tally
from supervision.appraisals.rules import Figures, differing_people, missing_marks, unfit_people
from supervision.appraisals.services import lock_round, record_act
from supervision.choices import AppraisalMark, BallotMethod, RoundState

MOST = 9999


class AlreadyVoted(Refused):
    """The ballot was counted before; nothing was added."""


@transaction.atomic
def cast_ballot(*, round: AppraisalRound, member_id: int, marks: Mapping[str, str]) -> None:
    """Add one ballot to the sums: `marks` says one mark for each graded member but oneself, by key.

    The claim and the sums are one transaction. The round is locked first, so that ballots come one after the other and
    none waits for another in a circle. Raises AlreadyVoted, Refused.
    """
    held = lock_round(round)
    if held.state != RoundState.BALLOT or held.method != BallotMethod.ONLINE:
        raise Refused(_("No ballot is open online. Ask your branch's officers."))
    _claim(held, member_id)
    asked = _asked(held, member_id)
    if missing_marks(asked, marks):
        raise Refused(_("Mark everybody; whoever you don't want to judge, as “abstained”."))
    _add(held, {asked[key]: marks[key] for key in asked})


@transaction.atomic
def type_count(*, round: AppraisalRound, ballots: int, figures: Figures, by: User) -> bool:
    """One of two counts of the papers; the sums stand once both are equal. Whether they do. Raises Refused."""
    held = _counting(round)
    people = {str(pk) for pk in Appraisee.objects.filter(round=held, is_graded=True).values_list("pk", flat=True)}
    _refuse_figures(held, people, ballots, figures)
    typed = {"ballots": ballots, "marks": {key: dict(marks) for key, marks in sorted(figures.items())}}
    counts = _keep(held, typed, by)
    if len(counts) < 2 or counts[0].figures != counts[1].figures:
        return False
    _settle(held, typed)
    record_act(held, action="settle_ballots", by=by)
    return True


@transaction.atomic
def count_anew(*, round: AppraisalRound, by: User) -> None:
    """Throw away what was typed off the papers; two people begin again. Raises Refused."""
    held = _counting(round)
    typed, _by_model = PaperCount.objects.filter(round=held).delete()
    if typed:
        record_act(held, action="count_ballots_anew", by=by, details={"counts": typed})


@transaction.atomic
def begin_on_paper(*, round: AppraisalRound, by: User) -> None:
    """Throw away the ballots that came in online; everybody fills in a paper. Raises Refused."""
    held = lock_round(round)
    if held.state != RoundState.BALLOT or held.method != BallotMethod.ONLINE:
        raise Refused(_("No ballot is open online."))
    Tally.objects.filter(appraisee__round=held).update(ballots=0)
    Appraisee.objects.filter(round=held).update(has_voted=False)
    held.method = BallotMethod.PAPER
    held.save(update_fields=["method"])
    record_act(held, action="begin_ballot_on_paper", by=by)


def differing(round: AppraisalRound) -> list[str] | None:
    """Of whom the two counts differ; "" stands for the number of papers. None until two have typed."""
    counts = [one.figures for one in PaperCount.objects.filter(round=round).order_by("by")]
    if len(counts) < 2:
        return None
    papers = [""] if counts[0]["ballots"] != counts[1]["ballots"] else []
    return papers + differing_people(counts[0]["marks"], counts[1]["marks"])


# --- Online -----------------------------------------------------------------------------------------------------------
def _claim(held: AppraisalRound, member_id: int) -> None:
    """Once, by a conditional update: whoever comes second changes no row."""
    voters = Appraisee.objects.filter(round=held, member=member_id, has_ballot=True)
    if voters.filter(has_voted=False).update(has_voted=True) == 1:
        return
    if voters.exists():
        raise AlreadyVoted(_("Your ballot has been counted already. It counts once."))
    raise Refused(_("You have no ballot in this appraisal."))


def _asked(held: AppraisalRound, member_id: int) -> dict[str, Any]:
    """Key as text → key of each whom the voter marks: everybody with a grade but oneself."""
    rows = Appraisee.objects.filter(round=held, is_graded=True).exclude(member=member_id)
    return {str(pk): pk for pk in rows.values_list("pk", flat=True)}


def _add(held: AppraisalRound, marks: Mapping[Any, str]) -> None:
    """Every sum of the round is written by every ballot, by one or by nothing: which rows changed last says nothing."""
    chosen = [When(appraisee=pk, mark=mark, then=Value(1)) for pk, mark in marks.items()]
    more = Case(*chosen, default=Value(0)) if chosen else Value(0)
    Tally.objects.filter(appraisee__round=held).update(ballots=F("ballots") + more)


# --- On paper ---------------------------------------------------------------------------------------------------------
def _counting(round: AppraisalRound) -> AppraisalRound:
    held = lock_round(round)
    if held.state != RoundState.BALLOT or held.method != BallotMethod.PAPER:
        raise Refused(_("No papers are being counted."))
    if held.ballots:
        raise Refused(_("Two people have counted the papers; the sums stand."))
    return held


def _refuse_figures(held: AppraisalRound, people: set[str], ballots: int, figures: Figures) -> None:
    voters = Appraisee.objects.filter(round=held, has_ballot=True).count()
    if not 1 <= ballots <= voters:
        most = ngettext("%(count)s member has a ballot.", "%(count)s members have a ballot.", voters)
        raise Refused(most % {"count": voters}, "ballots")
    if set(figures) != people or any(not _possible(marks) for marks in figures.values()):
        raise Refused(_("Type the figures of everybody on the paper."))
    if unfit := unfit_people(ballots, figures):
        sentence = _("The marks add up to the number of papers, or one less where the member left themself out.")
        raise Refused(sentence, unfit[0])


def _possible(marks: Mapping[str, int]) -> bool:
    return set(marks) == set(AppraisalMark.values) and all(0 <= number <= MOST for number in marks.values())


def _keep(held: AppraisalRound, typed: Mapping[str, Any], by: User) -> list[PaperCount]:
    counts = list(PaperCount.objects.filter(round=held).select_for_update())
    if len(counts) == 2 and by.pk not in {one.by_id for one in counts}:
        raise Refused(_("Two people have typed already, and their counts differ. Begin the count anew."))
    PaperCount.objects.update_or_create(round=held, by=by, defaults={"figures": typed})
    record_act(held, action="type_ballots", by=by)
    return list(PaperCount.objects.filter(round=held))


def _settle(held: AppraisalRound, typed: Mapping[str, Any]) -> None:
    for tally in Tally.objects.filter(appraisee__round=held).order_by("pk"):
        tally.ballots = typed["marks"][str(tally.appraisee_id)][tally.mark]
        tally.save(update_fields=["ballots"])
    PaperCount.objects.filter(round=held).delete()
    held.ballots = typed["ballots"]
    held.save(update_fields=["ballots"])
