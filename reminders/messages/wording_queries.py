"""Which wording holds where, and what it would say."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.db.models import Max
from django.utils import translation
from django.utils.translation import gettext as _

from meetings.choices import MeetingState
from meetings.meeting.models import Meeting, MeetingQuerySet
from members.models import Organization
from members.paths import STEP
from reminders.choices import Addressee, MessageKind
from reminders.messages.models import Wording
from reminders.messages.text_rules import AUDIENCES, DAY, MEETING, PLACEHOLDERS, TIME, MeetingFacts, examples, to_come

FILE = Path(__file__).resolve().parent.parent / "data" / "wordings.toml"


class Slot(NamedTuple):
    """One thing that has a wording."""

    kind: str
    addressee: str
    language: str


class Text(NamedTuple):
    subject: str
    text: str


class Wordings:
    """All wordings in force, read in one query. A round of planning or a page makes its own."""

    def __init__(self, rows: Iterable[Wording]) -> None:
        self._own: dict[tuple[str, Slot], Wording] = {}
        """The newest of each organization, by its path."""
        self._program = {slot: Wording(**slot._asdict(), **text._asdict()) for slot, text in program_texts().items()}
        for row in rows:
            self._take(row)

    @classmethod
    def load(cls) -> "Wordings":
        slot_of_place = ("organization", "kind", "addressee", "language")
        newest = Wording.objects.filter(organization__isnull=False).values(*slot_of_place)
        own = Wording.objects.filter(pk__in=newest.annotate(newest=Max("pk")).values("newest").order_by())
        program = Wording.objects.filter(organization__isnull=True)
        return cls((own | program).select_related("organization"))

    def at(
        self, path: str, kind: MessageKind | str, language: str, addressee: Addressee | str | None = None
    ) -> Wording:
        """The wording for an organization with that path. Without an addressee, or with one whom the kind doesn't
        tell: the kind's first. The program's own is a stored row only after `services.wordings.program_wordings`."""
        slot = slot_of(kind, language, addressee)
        return next((row for row in self._upwards(path, slot) if not row.is_given_back), self._program[slot])

    def own(self, path: str, slot: Slot) -> Wording | None:
        """What the organization itself has written, if that still holds."""
        row = self._own.get((path, slot))
        return None if row is None or row.is_given_back else row

    def program(self, slot: Slot) -> Wording:
        return self._program[slot]

    def _take(self, row: Wording) -> None:
        slot = Slot(row.kind, row.addressee, row.language)
        if row.organization:
            self._own[row.organization.path, slot] = row
        elif program_texts().get(slot) == (row.subject, row.text):
            self._program[slot] = row

    def _upwards(self, path: str, slot: Slot) -> Iterator[Wording]:
        for length in range(len(path), 0, -STEP):
            if row := self._own.get((path[:length], slot)):
                yield row


def slot_of(kind: MessageKind | str, language: str, addressee: Addressee | str | None = None) -> Slot:
    audiences = AUDIENCES[MessageKind(kind)]
    return Slot(str(kind), str(addressee if addressee in audiences else audiences[0]), language)


@cache
def program_texts() -> Mapping[Slot, Text]:
    """The program's own wordings, as this version has them."""
    file = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {
        Slot(kind, addressee, language): Text(text["subject"].strip(), text["text"].strip())
        for kind, by_addressee in file.items()
        for addressee, by_language in by_addressee.items()
        for language, text in by_language.items()
    }


BEFORE = (MessageKind.INVITATION, MessageKind.ANNOUNCEMENT)
"""Kinds that speak of a meeting to come."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Values for a preview. `branch`: whose data they are; "": everything is invented."""

    values: Mapping[str, str]
    branch: str = ""
    has_meeting: bool = False


def sample(slot: Slot, organization: Organization, *, on: date) -> Sample:
    """Two queries at most."""
    kind = MessageKind(slot.kind)
    invented = examples(kind, slot.language)
    meeting = _meeting(kind, organization, on) if MEETING in PLACEHOLDERS[kind] else None
    if meeting:
        real = _of_meeting(meeting, slot.language)
        return Sample(invented | {name: real[name] for name in real if name in invented}, real["branch"], True)
    branch = Organization.objects.below(organization.path).branches().standing_on(on).first()
    return Sample(invented | {"branch": branch.name}, branch.name) if branch else Sample(invented)


def _of_meeting(meeting: Meeting, language: str) -> dict[str, str]:
    """Named by its kind: a title may name somebody."""
    facts = MeetingFacts(
        branch=meeting.organization.name,
        title="",
        kind=meeting.kind,
        local_kind=meeting.local_kind.name if meeting.local_kind else "",
        day=meeting.day,
        starts_at=meeting.starts_at,
        place="",
        online_link="",
    )
    with translation.override(language):
        told = to_come(facts, openly=True)
    return {name: told[name] for name in ("branch", MEETING.name, DAY.name, TIME.name)}


def _meeting(kind: MessageKind, organization: Organization, on: date) -> Meeting | None:
    """The next one for what is told before, else the last one; of what there is."""
    meetings = Meeting.objects.within(organization.path).select_related("organization", "local_kind")
    coming = meetings.coming(on).order_by("day", "key")
    past = meetings.exclude(state=MeetingState.CANCELLED).filter(day__lte=on).in_order()
    wanted: tuple[MeetingQuerySet, ...] = (coming, past) if kind in BEFORE else (past, coming)
    return next((found for rows in wanted if (found := rows.first())), None)


def source_of(sample: Sample) -> str:
    """A sentence that says what of the preview is real."""
    if not sample.branch:
        return _("There is no branch below yet: everything in this preview is invented.")
    if sample.has_meeting:
        return _(
            "Branch, meeting, day and hour are real, of %(branch)s. People, places and answers are invented: what is "
            "written to members is read in the branch only."
        ) % {"branch": sample.branch}
    return _(
        "The branch is real: %(branch)s. Everything else is invented: what is written to members is read in the branch "
        "only."
    ) % {"branch": sample.branch}
