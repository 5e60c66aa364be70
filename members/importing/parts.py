"""What single cells of a row say, each by itself. Pure, so that what has been read once needn't be read again."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from members.choices import DuesCategory, SituationKind
from members.importing import words
from members.importing.fields import FREE_TEXT
from members.workbooks import cells
from members.workbooks.cells import Unreadable, says_nothing, shown
from members.workbooks.reading import CellError, Formula, Value

LENGTHS = {"name": 60, "former_names": 120, "ethnicity": 30, "native_place": 80, "work_post": 120, "party_post": 60}
LONG_TEXT = 2_000
PLACE = 80
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")

Cells = Mapping[str, Value]


@dataclass(slots=True)
class Part:
    """Facts, the situations they speak of with their place, those they deny, and problems as (field, code, about)."""

    facts: dict[str, Any] = field(default_factory=dict)
    situations: dict[SituationKind, str] = field(default_factory=dict)
    denied: set[SituationKind] = field(default_factory=set)
    problems: list[tuple[str, str, dict[str, object]]] = field(default_factory=list)

    def problem(self, name: str, code: str, **about: object) -> None:
        self.problems.append((name, code, about))

    def add(self, other: "Part") -> None:
        """What the other says too; a place that is known already stays."""
        self.facts.update(other.facts)
        if other.situations:
            self.situations = other.situations | self.situations
        if other.denied:
            self.denied = self.denied | other.denied
        if other.problems:
            self.problems.extend(other.problems)

    def keep_text(self, name: str, text: str, length: int = 0) -> None:
        """A text as long as there is room for."""
        longest = length or LENGTHS[name]
        if len(text) > longest:
            self.problem(name, "too_long")
        if text:
            self.facts[name] = text[:longest]


def written(row: Cells, name: str) -> Value:
    """The cell, or None where it says nothing; what a formula showed, except where its text is kept."""
    value = row.get(name)
    if value is None or says_nothing(value) or type(value) is CellError:
        return None
    return value if name in FREE_TEXT else shown(value)


def read_sex(row: Cells, part: Part) -> None:
    _word(row, part, "sex", words.sex_of, "sex_unknown")


def read_education(row: Cells, part: Part) -> None:
    _word(row, part, "education", words.education_of, "education_unknown")


def read_category(row: Cells, part: Part) -> None:
    """The category for dues; who is retired by it is in that situation too."""
    _word(row, part, "category", words.category_of, "category_unknown", fact="dues_category")
    if part.facts.get("dues_category") == DuesCategory.RETIRED:
        part.situations[SituationKind.RETIRED] = ""


def _word(row: Cells, part: Part, name: str, meaning: Callable[[Value], Any], code: str, *, fact: str = "") -> None:
    value = written(row, name)
    if value is None:
        return
    meant = meaning(value)
    if meant is None:
        part.problem(name, code)
    else:
        part.facts[fact or name] = meant


def read_ethnicity(row: Cells, part: Part) -> None:
    ethnicity = words.ethnicity_of(written(row, "ethnicity"))
    if ethnicity and not words.is_people(ethnicity):
        part.problem("ethnicity", "ethnicity_unknown")
    part.keep_text("ethnicity", ethnicity)


def read_native_place(row: Cells, part: Part) -> None:
    part.keep_text("native_place", cells.line(written(row, "native_place")))


def read_former_names(row: Cells, part: Part) -> None:
    part.keep_text("former_names", cells.line(written(row, "former_names")))


def read_party_post(row: Cells, part: Part) -> None:
    """Text only: a post in the party gives no office here; offices are given by a person."""
    part.keep_text("party_post", cells.line(written(row, "party_post")))


def read_work(row: Cells, part: Part) -> None:
    """Unit and post, in one column or two."""
    texts = [cells.line(written(row, name)) for name in ("work_post", "work_unit", "post")]
    part.keep_text("work_post", " ".join(text for text in texts if text))


def read_email(row: Cells, part: Part) -> None:
    email = cells.line(written(row, "email"))
    if EMAIL.fullmatch(email):
        part.facts["email"] = email[:254]
    elif email:
        part.problem("email", "email_unreadable")


def read_address(row: Cells, part: Part) -> None:
    part.keep_text("address", cells.text(written(row, "address")), LONG_TEXT)


def read_phone(row: Cells, part: Part) -> None:
    _read(row, part, "phone", cells.phone, "phone_unreadable")


def read_dues_base(row: Cells, part: Part) -> None:
    """An amount in fen, as text, because it is kept sealed."""
    _read(row, part, "dues_base", _fen, "amount_unreadable")


def _fen(value: Value) -> str | None:
    amount = cells.fen(value)
    return None if amount is None else str(amount)


def _read(row: Cells, part: Part, name: str, reader: Callable[[Value], Any], code: str) -> None:
    try:
        value = reader(written(row, name))
    except Unreadable:
        part.problem(name, code)
        return
    if value is not None:
        part.facts[name] = value


def read_remark(row: Cells, part: Part) -> None:
    """The remark itself, and what it proposes."""
    remark = cells.text(written(row, "remark"))
    part.keep_text("remark", remark, LONG_TEXT)
    if isinstance(row.get("remark"), Formula):
        return
    for kind in words.situations_in_remark(remark):
        part.situations[kind] = ""
        part.problem("remark", "situation_from_remark", situation=kind.value)


def read_lost_contact(row: Cells, part: Part) -> None:
    _answer(row, part, "lost_contact", SituationKind.LOST_CONTACT)


def read_hardship(row: Cells, part: Part) -> None:
    _answer(row, part, "hardship", SituationKind.HARDSHIP)


def read_mobile(row: Cells, part: Part) -> None:
    """Whether somebody is a mobile member, and where. A place without a word about it says so too."""
    place = cells.line(written(row, "place"))[:PLACE]
    mobile = _answer(row, part, "mobile", SituationKind.MOBILE, place)
    if place and mobile is None:
        part.situations[SituationKind.MOBILE] = place
        part.problem("place", "mobile_from_place")
    elif place and not mobile:
        part.problem("place", "place_without_mobile")
    if kind := words.abroad_kind(place):
        part.situations[kind] = place
        part.problem("place", "situation_from_remark", situation=kind.value)
    elif words.is_abroad(place):
        part.problem("place", "maybe_abroad")


def _answer(row: Cells, part: Part, name: str, kind: SituationKind, place: str = "") -> bool | None:
    value = shown(row.get(name))
    try:
        answer = None if isinstance(value, CellError) else cells.yes_or_no(value)
    except Unreadable:
        part.problem(name, "answer_unreadable")
        return None
    if answer:
        part.situations[kind] = place
    elif answer is False:
        part.denied.add(kind)
    return answer


READERS: tuple[tuple[Callable[[Cells, Part], None], tuple[str, ...]], ...] = (
    (read_sex, ("sex",)),
    (read_education, ("education",)),
    (read_category, ("category",)),
    (read_ethnicity, ("ethnicity",)),
    (read_native_place, ("native_place",)),
    (read_former_names, ("former_names",)),
    (read_party_post, ("party_post",)),
    (read_work, ("work_post", "work_unit", "post")),
    (read_email, ("email",)),
    (read_address, ("address",)),
    (read_phone, ("phone",)),
    (read_dues_base, ("dues_base",)),
    (read_remark, ("remark",)),
    (read_lost_contact, ("lost_contact",)),
    (read_hardship, ("hardship",)),
    (read_mobile, ("mobile", "place")),
)
"""Each with the columns it reads."""
