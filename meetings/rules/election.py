"""Who is elected, from the figures of one ballot (election regulations, chapter on the conduct of elections)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rulebook.rules.elections import minimum_candidates
from rulebook.rules.votes import Count, VoteKind, vote
from rulebook.values import Citation, Verdict


@dataclass(frozen=True, slots=True)
class Standing:
    """A candidate, or a name that voters wrote in, with the votes for it. `key` is the caller's."""

    key: str
    votes_for: int


@dataclass(frozen=True, slots=True)
class Result:
    """Keys of those elected in order of votes, and of those who are tied for the last seats and are voted on again."""

    valid: bool
    elected: tuple[str, ...]
    tied: tuple[str, ...]
    seats_open: int
    sentence: str
    citations: tuple[Citation, ...]


def elect(standings: Sequence[Standing], *, seats: int, entitled: int, present: int, on: date) -> Result:
    """Elected is who has more than half of those entitled, by order of votes, as far as there are seats.

    Those tied at the last seat aren't elected: the members vote again among them.
    """
    outcome = vote(VoteKind.ELECTION, Count(entitled, present, 0), on)
    if not outcome.valid:
        return Result(False, (), (), seats, outcome.reason, outcome.citations)
    enough = sorted(
        (one for one in standings if one.votes_for >= outcome.needed_for), key=lambda one: (-one.votes_for, one.key)
    )
    elected, tied = _seated(enough, seats)
    open_seats = seats - len(elected)
    return Result(True, elected, tied, open_seats, _sentence(outcome.needed_for, elected, tied, open_seats), outcome.citations)


def _seated(enough: Sequence[Standing], seats: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if len(enough) <= seats:
        return tuple(one.key for one in enough), ()
    border = enough[seats - 1].votes_for
    if enough[seats].votes_for < border:
        return tuple(one.key for one in enough[:seats]), ()
    clear = tuple(one.key for one in enough if one.votes_for > border)
    return clear, tuple(one.key for one in enough if one.votes_for == border)


def _sentence(needed: int, elected: Collection[str], tied: Collection[str], open_seats: int) -> str:
    parts = [
        ngettext("%(count)s is elected; %(needed)s votes are needed.", "%(count)s are elected; %(needed)s votes are needed.",
                 len(elected)) % {"count": len(elected), "needed": needed}
    ]  # fmt: skip
    if tied:
        parts.append(_("Equal votes for the last seat: the members vote again among the %(tied)s.") % {"tied": len(tied)})
    elif open_seats:
        parts.append(_("Seats still open: %(seats)s. Vote again, or reduce the seats if more than half agree.") % {"seats": open_seats})
    return " ".join(parts)


def ballots_hold(*, voters: int, issued: int, returned: int) -> Verdict:
    """Whether the election stands by its ballots: not more come back than people voted (2020 wording)."""
    if returned > voters:
        return Verdict(False, _("More ballots came back than people voted: the election isn't valid. Vote again."))
    if returned > issued:
        return Verdict(False, _("More ballots came back than were issued. Count again."))
    return Verdict(True, _("Not more ballots came back than were handed out."))


def enough_candidates(*, candidates: int, seats: int, on: date) -> Verdict:
    """Whether the candidates outnumber the seats by the share the regulations ask (article 13)."""
    least = minimum_candidates(seats, on)
    sentence = _("%(candidates)s candidates for %(seats)s seats; at least %(least)s are needed.") % {
        "candidates": candidates,
        "seats": seats,
        "least": least.minimum,
    }
    return Verdict(candidates >= least.minimum, sentence, least.citations)
