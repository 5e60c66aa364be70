"""Which wording holds where: the nearest organization's own, else the program's."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.db.models import Max

from members.paths import STEP
from reminders.choices import Addressee, MessageKind
from reminders.models import Wording
from reminders.rules.placeholders import AUDIENCES

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
