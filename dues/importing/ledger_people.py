"""Whom a row of a ledger means: by identity number, else by name within the branch."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from audit.keyring import fingerprints
from dues.importing.ledger_notes import Note
from members.models import Affiliation, Member, Organization
from members.paths import subtree
from members.workbooks import cells
from members.workbooks.cells import Unreadable
from members.workbooks.identity import RoundedByExcel, identity_number
from members.workbooks.reading import Value


@dataclass(frozen=True, slots=True)
class Person:
    """A member who belongs or belonged to the branch. `in_year`: at some time in the ledger's year."""

    pk: int
    key: str
    name: str
    category: str
    in_year: bool


class People:
    """The members of a branch, past ones too: a ledger of an old year names who was there then."""

    def __init__(self, organization: Organization, year: int) -> None:
        self.by_name: dict[str, list[Person]] = defaultdict(list)
        self.by_print: dict[str, Person] = {}
        for member, person in _persons(organization, year):
            self.by_name[_plain(member.name)].append(person)
            if member.national_id_print:
                self.by_print[member.national_id_print] = person

    def find(self, name: Value, number: Value) -> Person | Note:
        """The one who is meant, or why nobody is; the note has no row and no cell yet."""
        written = cells.name(name)
        try:
            identity = identity_number(number)
        except RoundedByExcel:
            return Note(0, "national_id_rounded_by_excel")
        except Unreadable:
            return Note(0, "national_id_checksum")
        if not written and not identity:
            return Note(0, "name_missing")
        known = self._with(identity) if identity else None
        if known is None:
            return self._by_name(written)
        same = not written or _plain(written) == _plain(known.name)
        return known if same else Note(0, "name_differs", about={"name": written[:60]})

    def _with(self, identity: str) -> Person | None:
        return next((self.by_print[one] for one in fingerprints(identity) if one in self.by_print), None)

    def _by_name(self, written: str) -> Person | Note:
        found = self.by_name.get(_plain(written), [])
        then = [person for person in found if person.in_year] if len(found) > 1 else found
        if len(then or found) == 1:
            return (then or found)[0]
        return Note(0, "member_ambiguous" if found else "member_unknown", about={"name": written[:60]})


def _persons(organization: Organization, year: int) -> Iterator[tuple[Member, Person]]:
    here = Affiliation.objects.formal().filter(subtree("organization__path", [organization.path]))
    then = here.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lt=date(year + 1, 1, 1)),
        Q(valid_until__isnull=True) | Q(valid_until__gt=date(year, 1, 1)),
    )
    in_year = set(then.values_list("member", flat=True))
    rows = Member.objects.filter(pk__in=here.values("member"))
    for member in rows.only("id", "key", "name", "national_id_print", "dues_category"):
        yield member, Person(member.pk, str(member.key), member.name, member.dues_category, member.pk in in_year)


def _plain(written: str) -> str:
    return re.sub(r"[\s·•.]", "", written).upper()
