"""What is written about a person: numbers, facts that can be true, how a relation ends, reasons that say something."""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy
from stdnum.cn import ric

from members.choices import VOTELESS_KINDS, LeavingReason, Membership, Sex, SituationKind
from members.dates import PartialDate, years_between
from rulebook.book import rule
from rulebook.values import Citation, Verdict

IDENTITY = re.compile(r"\d{17}[\dX]")
OLDEST = 125
"""Years. Nobody on a roster is older; a birth before that is a slip of the pen."""

SENTENCES: dict[str, Promise] = {
    "name_missing": gettext_lazy("Write the member's name."),
    "national_id_unreadable": gettext_lazy("An identity number has 18 digits, the last of which may be an X."),
    "national_id_checksum": gettext_lazy(
        "The identity number can't be right: its last character doesn't fit the others. Compare it with the card."
    ),
    "birth_date_contradicts_national_id": gettext_lazy(
        "The date of birth isn't the one in the identity number. Correct the one that is wrong."
    ),
    "sex_contradicts_national_id": gettext_lazy(
        "The sex isn't the one in the identity number. Correct the one that is wrong."
    ),
    "birth_date_unlikely": gettext_lazy("Nobody is that old. Check the year of birth."),
    "date_in_future": gettext_lazy("That day hasn't come yet. Check the year."),
    "joined_before_eighteen": gettext_lazy(
        "By these dates the member joined before the age of eighteen. Check the date of birth and of joining."
    ),
    "full_before_joined": gettext_lazy("The member can't be confirmed before having joined. Check both dates."),
    "membership_contradicts_full_date": gettext_lazy(
        "A formal member was confirmed on a day that has passed, and a probationary member wasn't. "
        "Correct the membership or the day."
    ),
}
"""Code → sentence. The codes are those of the import's report."""


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What the rules look at; an empty text or None where nothing is recorded."""

    name: str = ""
    national_id: str = ""
    sex: str = ""
    born: PartialDate | None = None
    joined: PartialDate | None = None
    confirmed: PartialDate | None = None
    membership: str = ""


@dataclass(frozen=True, slots=True)
class FactObjection:
    """Why a fact can't stand; `field` is the fact's name in `PersonFacts`, `beside` the facts it contradicts."""

    field: str
    code: str
    beside: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        return str(SENTENCES[self.code])

    def concerns(self, fields: Container[str]) -> bool:
        """Whether one of the facts it speaks of is among them."""
        return any(field in fields for field in (self.field, *self.beside))


def objections(facts: PersonFacts, *, on: date) -> list[FactObjection]:
    """Everything that can't be true on that day, the first of each field being the most telling."""
    return [
        *_of_name(facts.name),
        *_of_identity(facts),
        *_of_days(facts, on),
        *_of_joining(facts),
        *_of_membership(facts, on),
    ]


def _of_name(name: str) -> Iterator[FactObjection]:
    if not name.strip():
        yield FactObjection("name", "name_missing")


def _of_identity(facts: PersonFacts) -> Iterator[FactObjection]:
    number = facts.national_id
    if not number:
        return
    if fault := identity_fault(number):
        yield FactObjection("national_id", fault)
        return
    if facts.born and not facts.born.may_be(PartialDate(birth_in(number))):
        yield FactObjection("born", "birth_date_contradicts_national_id", ("national_id",))
    if facts.sex and facts.sex != sex_in(number):
        yield FactObjection("sex", "sex_contradicts_national_id", ("national_id",))


def _of_days(facts: PersonFacts, on: date) -> Iterator[FactObjection]:
    if facts.born and born_too_long_ago(facts.born, on):
        yield FactObjection("born", "birth_date_unlikely")
    for field in ("born", "joined"):
        day: PartialDate | None = getattr(facts, field)
        if day and day.first_day > on:
            yield FactObjection(field, "date_in_future")


def _of_joining(facts: PersonFacts) -> Iterator[FactObjection]:
    born = facts.born or _birth_by_identity(facts.national_id)
    if born and facts.joined and joined_too_young(born, facts.joined):
        yield FactObjection("joined", "joined_before_eighteen", ("born", "national_id"))
    if facts.joined and facts.confirmed and confirmed_before_joining(facts.joined, facts.confirmed):
        yield FactObjection("confirmed", "full_before_joined", ("joined",))


def _of_membership(facts: PersonFacts, on: date) -> Iterator[FactObjection]:
    if facts.confirmed and facts.membership:
        passed = facts.confirmed.first_day <= on
        if passed != (facts.membership == Membership.FORMAL):
            yield FactObjection("confirmed", "membership_contradicts_full_date", ("membership",))


# --- Identity numbers (GB 11643) --------------------------------------------------------------------------------------
def identity_fault(number: str) -> str:
    """The code of what is wrong with a number of eighteen characters; empty when nothing is."""
    if not IDENTITY.fullmatch(number):
        return "national_id_unreadable"
    try:
        birth_in(number)
    except ValueError:
        return "national_id_checksum"
    return "" if check_digit(number) == number[17] else "national_id_checksum"


def check_digit(number: str) -> str:
    """The eighteenth character that follows from the first seventeen."""
    return str(ric.calc_check_digit(f"{number[:17]}0"))


def masked(number: str) -> str:
    """An identity number of which only the last four digits are left, to tell people of one name apart."""
    return "•" * max(len(number) - 4, 0) + number[-4:] if len(number) > 8 else "•" * len(number)


def birth_in(number: str) -> date:
    """The day of birth that the number holds. Raises ValueError where it is no day."""
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def sex_in(number: str) -> Sex:
    """By the seventeenth digit: odd for men."""
    return Sex.MALE if int(number[16]) % 2 else Sex.FEMALE


def read_from_identity(number: str) -> tuple[PartialDate, Sex] | None:
    """Birth and sex, so that nobody types them twice; None for no number or a wrong one."""
    return (PartialDate(birth_in(number)), sex_in(number)) if number and not identity_fault(number) else None


def _birth_by_identity(number: str) -> PartialDate | None:
    return PartialDate(birth_in(number)) if number and not identity_fault(number) else None


def born_too_long_ago(born: PartialDate, on: date) -> bool:
    """Whether nobody can be that old, by every reading of the day."""
    return years_between(born.last_day, on) > OLDEST


def joined_too_young(born: PartialDate, joined: PartialDate) -> bool:
    """Before the year in which one turns eighteen (constitution, article 1; the recruiting rules repeat it).

    Old files often have only the right year, so some months too early are no contradiction.
    """
    return joined.last_day.year - born.first_day.year < _age_to_join(max(joined.last_day, FIRST_DAY_HELD))


def joined_some_months_too_young(born: PartialDate, joined: PartialDate) -> bool:
    """In the right year, but before the birthday by every reading of the days: a warning, not an objection."""
    least = _age_to_join(max(joined.last_day, FIRST_DAY_HELD))
    return years_between(born.first_day, joined.last_day) < least and not joined_too_young(born, joined)


def confirmed_before_joining(joined: PartialDate, confirmed: PartialDate) -> bool:
    """Whether no reading of the two days has them in their order."""
    return confirmed.last_day < joined.first_day


FIRST_DAY_HELD = date(2020, 1, 1)
"""The rulebook holds the age from its present documents on; constitutions since 1945 have had the same one."""


@lru_cache(maxsize=1024)
def _age_to_join(on: date) -> int:
    """In years. An import asks for every row."""
    return rule("recruit.min_age", on).whole


# --- What follows from the facts ------------------------------------------------------------------------------------
def membership_on(on: date, *, full_on: date | None, recorded: str) -> Membership:
    """What somebody is on that day: by the day of confirmation where it is known, else as recorded."""
    if full_on:
        return Membership.FORMAL if full_on <= on else Membership.PROBATIONARY
    return Membership(recorded)


def voting_right(*, formal: bool, situations: Iterable[str], on: date) -> Verdict:
    """Whether somebody may vote on that day. Leaving a member out of a meeting's count is that meeting's decision."""
    held = set(situations)
    if not formal:
        return Verdict(False, _("Probationary members have no vote."), _citations("vote.without_right", on))
    if SituationKind.PROBATION_WITHIN_PARTY in held:
        sentence = _("Nobody votes while on probation within the party.")
        return Verdict(False, sentence, _citations("vote.without_right", on))
    if held & set(VOTELESS_KINDS):
        return Verdict(
            False, _("Membership is suspended, and with it the vote."), _citations("lost.suspend.months", on)
        )
    return Verdict(True, _("Formal member, and nothing takes the vote away."), _citations("vote.without_right", on))


def _citations(key: str, on: date) -> tuple[Citation, ...]:
    return rule(key, on).citations


def span_of_years(since: PartialDate | None, on: date) -> tuple[int, int] | None:
    """Completed years, at least and at most: a month of birth leaves two ages. None: unknown or yet to come."""
    if since is None or since.first_day > on:
        return None
    return max(0, years_between(since.last_day, on)), years_between(since.first_day, on)


@dataclass(frozen=True, slots=True)
class Ending:
    """`day`, `paper`: how the fields are called. `proofs`: how it may be known, where no paper is asked for; then the
    paper may be left out. `rule`: key of the rule that says who decides; empty: none does."""

    day: Promise
    paper: Promise
    help: Promise
    proofs: Mapping[str, Promise]
    rule: str = ""


ENDINGS: Mapping[LeavingReason, Ending] = {
    LeavingReason.LEFT_SYSTEM: Ending(
        gettext_lazy("Day on which the new organization received the member"),
        gettext_lazy("Receipt of the letter of introduction"),
        gettext_lazy("Number and day of the receipt, and the organization that received the member."),
        {},
        "transfer.receipt.max_months",
    ),
    LeavingReason.DECEASED: Ending(
        gettext_lazy("Day of death"),
        gettext_lazy("Number of the paper, or what was said"),
        gettext_lazy("As far as there is one. No letter is needed."),
        {
            "certificate": gettext_lazy("Death certificate"),
            "family": gettext_lazy("The family said so"),
            "unit": gettext_lazy("The unit, community or hospital said so"),
        },
    ),
    LeavingReason.REMOVED: Ending(
        gettext_lazy("Day on which the decision took effect"),
        gettext_lazy("Decision and approval"),
        gettext_lazy(
            "The decision of the general meeting and the approval of the level above, with their days or numbers."
        ),
        {},
        "withdrawal.months",
    ),
    LeavingReason.WITHDRAWN: Ending(
        gettext_lazy("Day on which the removal from the list took effect"),
        gettext_lazy("Request and decision"),
        gettext_lazy(
            "The member's own request and the decision of the general meeting, with their days; the filing above."
        ),
        {},
    ),
}


LEAST = 4
"""Letters and digits: 「通知开会」 is a reason."""
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz", "1234567890", "0123456789")
NOTHING = frozenset({"test", "none", "reason", "private", "export", "测试一下", "没有原因", "工作需要", "其他原因"})
"""What is typed to get past the field."""


def says_something(reason: str) -> bool:
    """Four letters or more of which three differ; not only digits, nor a part said again and again, nor a run."""
    said = "".join(letter for letter in reason.casefold() if letter.isalnum())
    if len(said) < LEAST or len(set(said)) < 3 or said.isdecimal() or said in NOTHING:
        return False
    return not (is_run(said) or _is_repeated(said))


def is_run(text: str) -> bool:
    """Whether it is a row of keys or of the alphabet, forwards or backwards."""
    return any(text in row or text[::-1] in row for row in ROWS)


def _is_repeated(text: str) -> bool:
    return text in (text + text)[1:-1]
