"""Who may stand and who is elected, from the figures of one ballot (election regulations)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetings.choices import VoteSubject
from meetings.rules.votes import Figures, Heads, ballot_mistakes, ballots_hold, in_a_row, rule_versions
from members.choices import OfficeKind
from rulebook.book import rule_if_held
from rulebook.local import LocalRule
from rulebook.rule import NoRule
from rulebook.rules.elections import minimum_candidates
from rulebook.rules.votes import Count, VoteKind, vote
from rulebook.values import Citation, Verdict

WITH_SURPLUS = (OfficeKind.COMMITTEE_MEMBER,)
"""More candidates than seats are asked for members of a committee; secretaries may stand alone."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A candidate, or a name that voters wrote in, with the votes for it. `key` is the caller's."""

    key: str
    votes_for: int


@dataclass(frozen=True, slots=True)
class Ballot:
    """One count of the papers: by candidate (for, against, abstained), and the names that were written in."""

    issued: int | None
    returned: int | None
    void: int
    candidates: Mapping[str, tuple[int, int, int]]
    others: Mapping[str, int]

    @property
    def good(self) -> int:
        return (self.returned or 0) - self.void


@dataclass(frozen=True, slots=True)
class Result:
    """Keys of those elected in order of votes, and of those who are tied for the last seats and are voted on again."""

    valid: bool
    elected: tuple[str, ...]
    tied: tuple[str, ...]
    seats_open: int
    sentence: str
    versions: tuple[str, ...]
    citations: tuple[Citation, ...]


def elect(standings: Sequence[Standing], *, seats: int, heads: Heads, on: date) -> Result:
    """Elected is who has more than half of those entitled, by order of votes, as far as there are seats.

    Those tied at the last seat aren't elected: the members vote again among them. Before 13 July 2020 it was half of
    those present. Raises NoRule.
    """
    outcome = vote(VoteKind.ELECTION, Count(heads.entitled, heads.present, 0), on)
    versions = rule_versions(VoteSubject.ELECTION, Figures(issued=0), on)
    if not outcome.valid:
        return Result(False, (), (), seats, outcome.reason, versions, outcome.citations)
    enough = sorted(
        (one for one in standings if one.votes_for >= outcome.needed_for), key=lambda one: (-one.votes_for, one.key)
    )
    elected, tied = _seated(enough, seats)
    sentence = _sentence(outcome.needed_for, elected, tied, seats - len(elected))
    return Result(True, elected, tied, seats - len(elected), sentence, versions, outcome.citations)


def outcome_of(ballot: Ballot, *, seats: int, heads: Heads, on: date) -> Result:
    """The result of one ballot: nobody is elected where more papers came back than people voted."""
    standings = [Standing(key, figures[0]) for key, figures in ballot.candidates.items()]
    standings += [Standing(name, votes) for name, votes in ballot.others.items()]
    hold = ballots_hold(voters=heads.present, issued=ballot.issued or 0, returned=ballot.returned or 0)
    result = elect(standings, seats=seats, heads=heads, on=on)
    if hold:
        return result
    return Result(False, (), (), seats, hold.reason, result.versions, result.citations)


def _seated(enough: Sequence[Standing], seats: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if len(enough) <= seats:
        return tuple(one.key for one in enough), ()
    border = enough[seats - 1].votes_for
    if enough[seats].votes_for < border:
        return tuple(one.key for one in enough[:seats]), ()
    clear = tuple(one.key for one in enough if one.votes_for > border)
    return clear, tuple(one.key for one in enough if one.votes_for == border)


def _sentence(needed: int, elected: Collection[str], tied: Collection[str], seats_open: int) -> str:
    who = ngettext(
        "%(count)s is elected; %(needed)s votes are needed.",
        "%(count)s are elected; %(needed)s votes are needed.",
        len(elected),
    ) % {"count": len(elected), "needed": needed}
    return in_a_row(who, _what_is_open(len(tied), seats_open))


def _what_is_open(tied: int, seats_open: int) -> str:
    if tied:
        return _("Equal votes for the last seat: the members vote again among the %(tied)s.") % {"tied": tied}
    if seats_open:
        sentence = _("Seats still open: %(seats)s. Vote again, or reduce the seats if more than half agree.")
        return sentence % {"seats": seats_open}
    return ""


def mistakes(ballot: Ballot, *, seats: int, heads: Heads) -> dict[str, str]:
    """What can't be true in a count: the field and the sentence about it. Fields of a candidate end in his key."""
    found = ballot_mistakes(ballot.issued, ballot.returned, ballot.void, heads)
    if found:
        return found
    for key, figures in ballot.candidates.items():
        if sum(figures) != ballot.good:
            found[f"abstained_{key}"] = _(
                "For, against and abstained make %(voted)s together; %(good)s ballots are good. "
                "An empty ballot counts as abstained."
            ) % {"voted": sum(figures), "good": ballot.good}
    return found | _other_mistakes(ballot, seats)


def differences(first: Ballot, second: Ballot) -> list[str]:
    """The names of what two counts differ in, of candidates their keys; never the figures themselves."""
    papers = [name for name in ("issued", "returned", "void") if getattr(first, name) != getattr(second, name)]
    keys = {*first.candidates, *second.candidates}
    stood = sorted(key for key in keys if first.candidates.get(key) != second.candidates.get(key))
    return [*papers, *stood, *(["others"] if first.others != second.others else [])]


def _other_mistakes(ballot: Ballot, seats: int) -> dict[str, str]:
    """Another name can be written in only by who is against somebody, and nobody ticks more names than seats."""
    found = {}
    against = sum(figures[1] for figures in ballot.candidates.values())
    others = sum(ballot.others.values())
    agreed = sum(figures[0] for figures in ballot.candidates.values()) + others
    if others > against:
        found["others"] = _("%(others)s votes for other names, but only %(against)s against a candidate.") % {
            "others": others,
            "against": against,
        }
    if agreed > ballot.good * seats:
        found["returned"] = _(
            "%(agreed)s votes for names on %(good)s good ballots with %(seats)s seats: a ballot with more names than "
            "seats is void."
        ) % {"agreed": agreed, "good": ballot.good, "seats": seats}
    return found


def enough_candidates(
    *, office: str, candidates: int, seats: int, on: date, local: Iterable[LocalRule] = ()
) -> Verdict:
    """Whether the candidates outnumber the seats by the share the regulations ask of a committee (article 13).

    A secretary is elected by the committee and may be the only candidate. A day without a rule asks for nothing.
    """
    if office not in WITH_SURPLUS:
        return _as_many_as_seats(candidates, seats, on)
    try:
        least = minimum_candidates(seats, on, local)
    except NoRule as none:
        return Verdict(candidates >= seats, str(none))
    sentence = _("%(candidates)s candidates for %(seats)s seats; at least %(least)s are needed.") % {
        "candidates": candidates,
        "seats": seats,
        "least": least.minimum,
    }
    return Verdict(candidates >= least.minimum, sentence, least.citations)


def _as_many_as_seats(candidates: int, seats: int, on: date) -> Verdict:
    held = rule_if_held("election.secretary", on)
    sentence = _("%(candidates)s candidates for %(seats)s seats; as many as seats are enough here.")
    citations = held.citations if held else ()
    return Verdict(candidates >= seats, sentence % {"candidates": candidates, "seats": seats}, citations)


def counter_fits(counter: int | None, *, candidates: Collection[int], scrutineers: Collection[int]) -> Verdict:
    """Whether somebody may type a count. By member; `scrutineers`: those who can type, and only two or more bind."""
    if counter is not None and counter in candidates:
        return Verdict(False, _("Whoever stands for election doesn't count the ballots. Ask a scrutineer to."))
    if len(set(scrutineers)) > 1 and counter not in scrutineers:
        return Verdict(False, _("The scrutineers of this election count its ballots. Ask them to type their counts."))
    return Verdict(True, _("May count the ballots."))


def scrutineers_fit(scrutineers: Collection[int], *, candidates: Collection[int], voters: Collection[int]) -> Verdict:
    """Whether those who watch the count are voters and stand for nothing themselves (article 22). By member."""
    if not scrutineers:
        return Verdict(False, _("Choose at least one scrutineer."))
    if set(scrutineers) & set(candidates):
        return Verdict(False, _("A scrutineer can't be a candidate. Choose somebody else."))
    if set(scrutineers) - set(voters):
        return Verdict(False, _("Scrutineers are members with a vote who are present. Choose somebody else."))
    return Verdict(True, _("The scrutineers are voters and no candidates."))
