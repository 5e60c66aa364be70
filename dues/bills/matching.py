"""Who the money on a bill is for: by the note, by who paid, by the amount. Certain, to be decided, or nobody.

Certain is only what one look at the row would settle. Whatever could mean two people, or something else than dues, is
left to a person, with what speaks for each.
"""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from dues.bills.rules import Mention, NoteMeaning, plain_name, read_note
from dues.choices import BillRowState, MatchWhy, NoMatch
from members.search import name_key

Key = TypeVar("Key", bound=Hashable)
MOST_MONTHS = 24
MOST_CANDIDATES = 5
SPEAKS_FOR = (
    MatchWhy.NOTE,
    MatchWhy.FORMER_NAME,
    MatchWhy.AMOUNT,
    MatchWhy.HELPER,
    MatchWhy.BEFORE,
    MatchWhy.PAYER,
    MatchWhy.SOUND,
    MatchWhy.MASKED,
    MatchWhy.SURNAME,
)


@dataclass(frozen=True, slots=True)
class PossiblePayer(Generic[Key]):
    """A member of the branch as matching sees him. `open_fen`: what is open by month, the oldest first."""

    key: Key
    name: str
    former_names: tuple[str, ...] = ()
    helpers: tuple[str, ...] = ()
    """Names of his contact persons."""
    payers: tuple[str, ...] = ()
    """Names of those who paid for him before."""
    open_fen: tuple[int, ...] = ()
    monthly_fen: int = 0
    """0 where it isn't fixed."""

    def fits(self, fen: int) -> bool | None:
        """Whether an amount is what is open, from the oldest month on, or whole months; None where nobody knows."""
        sums = [sum(self.open_fen[: end + 1]) for end in range(len(self.open_fen))]
        if fen in sums:
            return True
        if self.monthly_fen:
            return fen % self.monthly_fen == 0 and fen // self.monthly_fen <= MOST_MONTHS
        return False if sums else None


@dataclass(frozen=True, slots=True)
class Candidate(Generic[Key]):
    key: Key
    why: tuple[MatchWhy, ...]


@dataclass(frozen=True, slots=True)
class Match(Generic[Key]):
    """`state` is CERTAIN with one candidate, DOUBTFUL with some, or UNMATCHED with a reason and none."""

    state: BillRowState
    candidates: tuple[Candidate[Key], ...] = ()
    reason: str = ""


@dataclass
class PossiblePayers(Generic[Key]):
    """The members of a branch, found by their names and by the names of who pays for them."""

    by_key: dict[Key, PossiblePayer[Key]] = field(default_factory=dict)
    by_name: dict[str, list[Key]] = field(default_factory=lambda: defaultdict(list))
    by_former: dict[str, list[Key]] = field(default_factory=lambda: defaultdict(list))
    by_helper: dict[str, list[Key]] = field(default_factory=lambda: defaultdict(list))
    by_payer: dict[str, list[Key]] = field(default_factory=lambda: defaultdict(list))
    by_sound: dict[str, list[Key]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, persons: Iterable[PossiblePayer[Key]]) -> "PossiblePayers[Key]":
        found = cls()
        for person in persons:
            found.by_key[person.key] = person
            found.by_name[plain_name(person.name)].append(person.key)
            found.by_sound[sound(person.name)].append(person.key)
            for names, index in (
                (person.former_names, found.by_former),
                (person.helpers, found.by_helper),
                (person.payers, found.by_payer),
            ):
                for name in {plain_name(one) for one in names} - {"", plain_name(person.name)}:
                    index[name].append(person.key)
        return found

    def names(self) -> set[str]:
        return {*self.by_name, *self.by_former}

    def named(self, name: str) -> list[Key]:
        """Who has the name now or had it before."""
        return _once([*self.by_name.get(name, []), *self.by_former.get(name, [])])

    def paid_for_by(self, name: str) -> list[Key]:
        return _once([*self.by_helper.get(name, []), *self.by_payer.get(name, [])])

    def masked(self, name: str) -> list[Key]:
        """Whom a name like *敏永 or 龚** can be."""
        pattern = "".join(".{1,2}" if part == "*" else re.escape(part) for part in re.sub(r"\*+", "*", name))
        return [key for known, keys in self.by_name.items() if re.fullmatch(pattern, known) for key in keys]


def match(*, payer: str, note: str, amount_fen: int, people: PossiblePayers[Key]) -> Match[Key]:
    """Who the money is for."""
    paid_by = plain_name(payer)
    said = read_note(note, people.names(), payer)
    look = _Look(people, paid_by, said, amount_fen)
    if said.about_other and not said.about_dues:
        return Match(BillRowState.UNMATCHED, reason=NoMatch.NOT_DUES)
    if mentions := _beneficiaries(said.mentions):
        return look.by_note(mentions)
    if alike := look.sounds_like():
        return look.doubtful(alike, MatchWhy.SOUND)
    if said.strangers or names_themselves(paid_by, note):
        return look.somebody_else()
    return look.by_payer()


def names_themselves(paid_by: str, note: str) -> bool:
    """Whether who paid wrote the own name into the note, and so says for whom it is."""
    return len(paid_by) > 1 and "*" not in paid_by and paid_by in plain_name(note)


def sound(name: str) -> str:
    """The name in pinyin without gaps."""
    return re.sub(r"[^a-z]", "", name_key(plain_name(name)))


def _beneficiaries(mentions: tuple[Mention, ...]) -> list[Mention]:
    """Those paid for: of several names the ones behind 代, else those that aren't said to pay."""
    behind = [one for one in mentions if one.is_for]
    others = [one for one in mentions if not one.is_agent]
    return behind or others or list(mentions)


@dataclass(frozen=True)
class _Look(Generic[Key]):
    """One row being looked at."""

    people: PossiblePayers[Key]
    paid_by: str
    said: NoteMeaning
    fen: int

    def by_note(self, mentions: list[Mention]) -> Match[Key]:
        keys = _once([key for one in mentions for key in self.people.named(one.name)])
        doubts = self._doubts_of_note(mentions, keys)
        return self.doubtful(keys, *doubts) if doubts else self.certain(keys[0])

    def _doubts_of_note(self, mentions: list[Mention], keys: list[Key]) -> list[MatchWhy]:
        said, one = self.said, self.people.by_key[keys[0]]
        alone = not (said.about_dues or self._pays_for(keys[0]))
        return [
            doubt
            for doubt, holds in (
                (MatchWhy.SEVERAL_NAMES, len(mentions) > 1),
                (MatchWhy.NAMESAKE, len(mentions) == 1 and len(keys) > 1),
                (MatchWhy.LONGER_NAME, any(mention.longer for mention in mentions)),
                (MatchWhy.RELATION, any(mention.relation for mention in mentions)),
                (MatchWhy.OTHER_NAME, bool(said.strangers) and not any(mention.longer for mention in mentions)),
                (MatchWhy.OTHER_NAME, len(mentions) == 1 and mentions[0].is_agent and self._is(mentions[0])),
                (MatchWhy.NOTE_UNCLEAR, bool(said.unclear) and not said.about_dues),
                (MatchWhy.AMOUNT_ODD, alone and one.fits(self.fen) is False),
                *self._doubts_of_any(),
            )
            if holds
        ]

    def _doubts_of_any(self) -> tuple[tuple[MatchWhy, bool], ...]:
        return (MatchWhy.MIXED, self.said.about_other), (MatchWhy.VOLUNTARY, self.said.voluntary)

    def _is(self, mention: Mention) -> bool:
        return mention.name == self.paid_by

    def _pays_for(self, key: Key) -> bool:
        return key in self.people.named(self.paid_by) or key in self.people.paid_for_by(self.paid_by)

    def sounds_like(self) -> list[Key]:
        """Whose name sounds like a word of the note, written in pinyin or with other characters."""
        heard = [*self.said.letters, *map(sound, self.said.strangers)]
        return _once([key for one in heard for key in self.people.by_sound.get(one, [])])

    def somebody_else(self) -> Match[Key]:
        """The note names somebody who isn't a member here: left to a person where who paid is known."""
        known = _once([*self.people.named(self.paid_by), *self.people.paid_for_by(self.paid_by)])
        if known and not self.said.strangers:
            return self.by_payer()
        if known:
            return self.doubtful(known, MatchWhy.OTHER_NAME)
        return Match(BillRowState.UNMATCHED, reason=NoMatch.NOBODY_OF_THAT_NAME)

    def by_payer(self) -> Match[Key]:
        themselves, helped = self.people.named(self.paid_by), self.people.paid_for_by(self.paid_by)
        helped = [key for key in helped if key not in themselves]
        if not (themselves or helped):
            return self._by_trace()
        doubts = self._doubts_of_payer(themselves, helped)
        everybody = [*themselves, *helped]
        return self.doubtful(everybody, *doubts) if doubts else self.certain(everybody[0])

    def _doubts_of_payer(self, themselves: list[Key], helped: list[Key]) -> list[MatchWhy]:
        said, keys = self.said, [*themselves, *helped]
        fits = [self.people.by_key[key].fits(self.fen) for key in keys]
        only_own = bool(themselves) and fits[0] is True and not any(one is not False for one in fits[1:])
        sure = said.about_dues and bool(themselves)
        return [
            doubt
            for doubt, holds in (
                (MatchWhy.NAMESAKE, len(themselves) > 1),
                (MatchWhy.SEVERAL_HELPED, len(themselves) < 2 <= len(keys) and not only_own),
                (MatchWhy.NOTE_UNCLEAR, bool(said.unclear) and not said.about_dues),
                (MatchWhy.AMOUNT_ODD, len(keys) == 1 and fits[0] is False and not sure),
                (
                    MatchWhy.NOTE_UNCLEAR,
                    len(keys) == 1 and not themselves and fits[0] is None and not said.about_dues and not said.unclear,
                ),
                *self._doubts_of_any(),
            )
            if holds
        ]

    def _by_trace(self) -> Match[Key]:
        """Who paid is unknown: a hidden name, or a surname and an amount, are traces for a person to look at."""
        fitting = [key for key, person in self.people.by_key.items() if person.fits(self.fen)]
        if "*" in self.paid_by:
            hidden = self.people.masked(self.paid_by)
            traces = hidden if self.said.about_dues else [key for key in hidden if key in fitting]
        else:
            related = [key for key in fitting if self._same_surname(key)]
            traces = related or (fitting if self.said.about_dues else [])
        if 0 < len(traces) <= MOST_CANDIDATES:
            return self.doubtful(traces)
        return Match(BillRowState.UNMATCHED, reason=NoMatch.PAYER_UNKNOWN)

    def _same_surname(self, key: Key) -> bool:
        return bool(self.paid_by) and self.people.by_key[key].name[:1] == self.paid_by[:1]

    def certain(self, key: Key) -> Match[Key]:
        return Match(BillRowState.CERTAIN, (Candidate(key, self._for(key)),))

    def doubtful(self, keys: list[Key], *doubts: MatchWhy) -> Match[Key]:
        """The one for whom most speaks comes first."""
        found = [Candidate(key, tuple(_once([*self._for(key), *doubts]))) for key in keys]
        found.sort(key=lambda one: [why not in one.why for why in SPEAKS_FOR])
        return Match(BillRowState.DOUBTFUL, tuple(found[:MOST_CANDIDATES]))

    def _for(self, key: Key) -> tuple[MatchWhy, ...]:
        person, people = self.people.by_key[key], self.people
        mentioned = {one.name for one in self.said.mentions}
        fits = person.fits(self.fen)
        signs: Mapping[MatchWhy, bool] = {
            MatchWhy.NOTE: plain_name(person.name) in mentioned,
            MatchWhy.FORMER_NAME: bool(mentioned.intersection(map(plain_name, person.former_names))),
            MatchWhy.PAYER: key in people.named(self.paid_by),
            MatchWhy.HELPER: key in people.by_helper.get(self.paid_by, []),
            MatchWhy.BEFORE: key in people.by_payer.get(self.paid_by, []),
            MatchWhy.MASKED: "*" in self.paid_by and key in people.masked(self.paid_by),
            MatchWhy.SURNAME: key not in people.named(self.paid_by) and self._same_surname(key),
            MatchWhy.AMOUNT: fits is True,
            MatchWhy.AMOUNT_ODD: fits is False,
        }
        return tuple(why for why, holds in signs.items() if holds)


Item = TypeVar("Item", bound=Hashable)


def _once(items: Iterable[Item]) -> list[Item]:
    return list(dict.fromkeys(items))
